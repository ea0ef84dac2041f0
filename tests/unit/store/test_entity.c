/* Business entities by kind and external id. */
#include "fixture.h"

#include "sluice/store/record_entity.h"

static void put(struct txn *t, enum entity_kind kind, const char *id,
	const char *stores)
{
	struct entity_row row = { .kind = kind,
		.external_id = str_of(id),
		.name = STR("Acme"),
		.created_at = 1,
		.updated_at = 2,
		.execution_id = fixture_id(3, 3),
		.store_ids = str_of(stores),
		.text = STR("{}") };

	assert_int_equal(record_entity_put(t, &row), ERR_OK);
}

static void test_round_trip(void **state)
{
	struct fixture *f = *state;
	struct entity_row got;
	struct txn *t = fixture_write(f);

	put(t, ENTITY_SUPPLIER, "SUP-1", "S1\nS2");
	put(t, ENTITY_SUPPLIER, "SUP-1", "S1\nS2");
	fixture_commit(f);
	t = store_read(f->store);
	assert_true(record_entity_exists(t, ENTITY_SUPPLIER, STR("SUP-1")));
	assert_false(record_entity_exists(t, ENTITY_STORE, STR("SUP-1")));
	assert_false(record_entity_exists(t, ENTITY_SUPPLIER, STR("")));
	assert_int_equal(
		record_entity_get(t, ENTITY_SUPPLIER, STR("SUP-1"), &got),
		ERR_OK);
	assert_true(str_eq(got.name, STR("Acme")) &&
		    str_eq(got.store_ids, STR("S1\nS2")) &&
		    str_eq(got.external_id, STR("SUP-1")) &&
		    str_eq(got.text, STR("{}")));
	assert_int_equal(got.updated_at, 2);
	assert_true(uuid_eq(got.execution_id, fixture_id(3, 3)));
	store_end_turn(f->store);
}

static void test_delete(void **state)
{
	struct fixture *f = *state;
	struct entity_row got;
	struct txn *t = fixture_write(f);

	put(t, ENTITY_SUPPLIER, "SUP-1", "");
	put(t, ENTITY_STORE, "SUP-1", "");
	assert_int_equal(
		record_entity_delete(t, ENTITY_SUPPLIER, STR("SUP-1")), ERR_OK);
	assert_int_equal(record_entity_delete(t, ENTITY_SUPPLIER, STR("SUP-1")),
		ERR_NOT_FOUND);
	assert_int_equal(record_entity_delete(t, ENTITY_SUPPLIER, STR("")),
		ERR_NOT_FOUND);
	assert_int_equal(
		record_entity_get(t, ENTITY_SUPPLIER, STR("SUP-1"), &got),
		ERR_NOT_FOUND);
	assert_true(record_entity_exists(t, ENTITY_STORE, STR("SUP-1")));
	assert_int_equal(ranked_check(t, TABLE_ENTITY, &f->why), ERR_OK);
	fixture_commit(f);
}

/* --- a walk that writes on its way ---------------------------------------- */

#define WALKED 3000

/* Every third is deleted, every other third changed. */
static void walk_and_change(struct txn *t, enum entity_kind kind)
{
	char id[REFERENCE_MAX + 1] = "", want[16];
	struct entity_row row;
	uint32_t n = 0;
	enum err e;

	while ((e = record_entity_next(t, kind, str_of(id), &row)) == ERR_OK) {
		snprintf(want, sizeof want, "C-%05u", n);
		assert_int_equal(row.external_id.len, strlen(want));
		memcpy(id, row.external_id.ptr, row.external_id.len);
		assert_string_equal(id, want);
		row.name = STR("a longer name than it had before");
		if (n % 3 == 0)
			assert_int_equal(
				record_entity_delete(t, kind, str_of(id)),
				ERR_OK);
		if (n % 3 == 1)
			assert_int_equal(record_entity_put(t, &row), ERR_OK);
		n++;
	}
	assert_int_equal(e, ERR_NOT_FOUND);
	assert_int_equal(n, WALKED);
}

static void test_walk(void **state)
{
	struct fixture *f = *state;
	struct txn *t = fixture_write(f);
	struct entity_row row;
	char id[16];

	put(t, ENTITY_NAVIGATION_CATEGORY - 1, "Z", "");
	put(t, ENTITY_NAVIGATION_CATEGORY + 1, "A", "");
	assert_int_equal(record_entity_next(
				 t, ENTITY_NAVIGATION_CATEGORY, STR(""), &row),
		ERR_NOT_FOUND);
	for (unsigned i = 0; i < WALKED; i++) {
		snprintf(id, sizeof id, "C-%05u", i);
		put(t, ENTITY_NAVIGATION_CATEGORY, id, "S1");
	}
	walk_and_change(t, ENTITY_NAVIGATION_CATEGORY);
	for (unsigned i = 0; i < WALKED; i++) {
		snprintf(id, sizeof id, "C-%05u", i);
		assert_int_equal(
			record_entity_exists(
				t, ENTITY_NAVIGATION_CATEGORY, str_of(id)),
			i % 3 != 0);
	}
	assert_int_equal(ranked_check(t, TABLE_ENTITY, &f->why), ERR_OK);
	fixture_commit(f);
}

/* Who walks learns which one is damaged, and can go on behind it. */
static void test_walk_over_damage(void **state)
{
	struct fixture *f = *state;
	struct key key = key_entity(ENTITY_STORE, STR("B"));
	struct txn *t = fixture_write(f);
	struct entity_row row;

	put(t, ENTITY_STORE, "B", "");
	put(t, ENTITY_STORE, "C", "");
	assert_int_equal(
		table_replace(t, TABLE_ENTITY, &key, STR("not a record")),
		ERR_OK);
	assert_int_equal(record_entity_next(t, ENTITY_STORE, STR(""), &row),
		ERR_CORRUPT);
	assert_true(str_eq(row.external_id, STR("B")));
	assert_int_equal(
		record_entity_next(t, ENTITY_STORE, STR("B"), &row), ERR_OK);
	assert_true(str_eq(row.external_id, STR("C")));
	fixture_commit(f);
}

/* --- rows of all kinds in turn, against a naive model ----------------------
 */

#define IDS 400

struct model {
	uint32_t sizes[ENTITY_KIND_COUNT][IDS]; /* of the text; 0: no row */
	uint64_t seed;
};

static struct str model_text(uint32_t size)
{
	static char text[1000];

	memset(text, 'a', sizeof text);
	return (struct str){ text, size };
}

static void check_one(
	struct txn *t, const struct model *m, enum entity_kind kind, uint32_t n)
{
	char id[16];
	struct entity_row got;
	uint32_t size = m->sizes[kind][n];

	snprintf(id, sizeof id, "ID-%04u", n);
	assert_int_equal(record_entity_get(t, kind, str_of(id), &got),
		size == 0 ? ERR_NOT_FOUND : ERR_OK);
	if (size > 0)
		assert_true(str_eq(got.text, model_text(size)));
}

static void change_one(
	struct txn *t, struct model *m, enum entity_kind kind, uint32_t n)
{
	char id[16];
	struct entity_row row = { .kind = kind };
	bool there = m->sizes[kind][n] > 0;

	snprintf(id, sizeof id, "ID-%04u", n);
	row.external_id = str_of(id);
	if (fixture_random(&m->seed) % 4 == 0) {
		assert_int_equal(record_entity_delete(t, kind, str_of(id)),
			there ? ERR_OK : ERR_NOT_FOUND);
		m->sizes[kind][n] = 0;
		return;
	}
	m->sizes[kind][n] = 1 + fixture_random(&m->seed) % 999;
	row.text = model_text(m->sizes[kind][n]);
	assert_int_equal(record_entity_put(t, &row), ERR_OK);
}

static void check_model(struct fixture *f, const struct model *m)
{
	struct txn *t = store_read(f->store);

	for (enum entity_kind kind = 0; kind < ENTITY_KIND_COUNT; kind++) {
		for (uint32_t n = 0; n < IDS; n++)
			check_one(t, m, kind, n);
	}
	if (ranked_check(t, TABLE_ENTITY, &f->why) != ERR_OK)
		fail_msg("%s", f->why.text);
	store_end_turn(f->store);
}

static void test_kinds_in_turn(void **state)
{
	struct fixture *f = *state;
	struct model *m = mem_alloc(sizeof *m);
	uint32_t next = 0;

	m->seed = 7;
	for (int turn = 0; turn < 40; turn++) {
		struct txn *t = fixture_write(f);

		for (int i = 0; i < 2000; i++) {
			uint32_t r = fixture_random(&m->seed);
			enum entity_kind kind = r % ENTITY_KIND_COUNT;

			/* Some ids rise, as in a file; others jump. */
			change_one(t, m, kind,
				r % 3 == 0 ? next++ % IDS
					   : fixture_random(&m->seed) % IDS);
			check_one(t, m,
				fixture_random(&m->seed) % ENTITY_KIND_COUNT,
				fixture_random(&m->seed) % IDS);
		}
		fixture_commit(f);
		if (turn % 10 == 9)
			check_model(f, m);
	}
	free(m);
}

static bool collect(void *arg, const struct entity_row *row)
{
	char *text = arg;

	strncat(text, row->external_id.ptr, row->external_id.len);
	strcat(text, " ");
	return true;
}

static void expect(struct fixture *f, const char *prefix,
	const struct store_scope *scope, struct page page, uint64_t total,
	const char *want)
{
	char text[200] = "";

	assert_int_equal(
		record_entity_list(store_read(f->store), ENTITY_SUPPLIER,
			str_of(prefix), scope, &page, collect, text),
		ERR_OK);
	assert_string_equal(text, want);
	assert_int_equal(page.total, total);
	store_end_turn(f->store);
}

static void test_list(void **state)
{
	struct fixture *f = *state;
	struct txn *t = fixture_write(f);
	struct store_scope all = { NULL, 0 };
	struct store_scope s2 = { (const char *const[]){ "S2" }, 1 };
	struct page up = { .size = 3 },
		    down = { .size = 2, .descending = true };

	put(t, ENTITY_STORE, "S1", "");
	put(t, ENTITY_SUPPLIER, "B1", "S1");
	put(t, ENTITY_SUPPLIER, "A1", "S2");
	put(t, ENTITY_SUPPLIER, "A2", "S1\nS2");
	put(t, ENTITY_SUPPLIER, "A3", "S22");
	fixture_commit(f);
	expect(f, "", &all, up, 4, "A1 A2 A3 ");
	expect(f, "", NULL, down, 4, "B1 A3 ");
	expect(f, "A", &all, down, 3, "A3 A2 ");
	expect(f, "C", &all, down, 0, "");
	expect(f, "", &s2, up, 2, "A1 A2 ");
	up.offset = 3;
	expect(f, "", &all, up, 4, "B1 ");
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_round_trip),
		TEST(test_delete),
		TEST(test_walk),
		TEST(test_walk_over_damage),
		TEST(test_kinds_in_turn),
		TEST(test_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
