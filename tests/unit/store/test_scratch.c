/* Throw-away stores: like the real one, and gone without a trace. */
#include "fixture.h"

#include <dirent.h>
#include <errno.h>

#include "sluice/store/record_entity.h"

static enum err put(struct txn *t, uint32_t n)
{
	char id[16];
	struct entity_row row = { .kind = ENTITY_SUPPLIER,
		.name = STR("Acme"),
		.text = STR("{\"name\":\"Acme\"}") };

	snprintf(id, sizeof id, "SUP-%06u", n);
	row.external_id = str_of(id);
	return record_entity_put(t, &row);
}

static struct store *open_scratch(struct fixture *f, size_t map_size)
{
	struct store *s;

	if (store_open_scratch(&s, f->dir, map_size, &f->why) != ERR_OK)
		fail_msg("%s", f->why.text);
	return s;
}

static int files_in(const char *dir)
{
	DIR *d = opendir(dir);
	int n = 0;

	assert_non_null(d);
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n;
}

static void commit(struct fixture *f, struct store *s)
{
	if (store_commit(s, &f->why) != ERR_OK)
		fail_msg("%s", f->why.text);
	store_end_turn(s);
}

/* Slices of writes and reads, while the real store has a turn of its own. */
static void test_beside_the_real_one(void **state)
{
	struct fixture *f = *state;
	struct store *s = open_scratch(f, 1u << 28);
	struct entity_row row;
	struct txn *t, *real = fixture_write(f);

	assert_int_equal(put(real, 7), ERR_OK);
	for (uint32_t slice = 0; slice < 20; slice++) {
		assert_int_equal(
			record_entity_get(store_read(s), ENTITY_SUPPLIER,
				STR("SUP-000000"), &row),
			slice == 0 ? ERR_NOT_FOUND : ERR_OK);
		assert_int_equal(store_write(s, &t), ERR_OK);
		for (uint32_t i = 0; i < 1000; i++)
			assert_int_equal(put(t, slice * 500 + i), ERR_OK);
		commit(f, s);
	}
	t = store_read(s);
	assert_int_equal(ranked_check(t, TABLE_ENTITY, &f->why), ERR_OK);
	assert_true(
		record_entity_exists(t, ENTITY_SUPPLIER, STR("SUP-010499")));
	store_end_turn(s);
	store_close(s);
	assert_false(
		record_entity_exists(real, ENTITY_SUPPLIER, STR("SUP-000008")));
	fixture_commit(f);
}

static void test_leaves_nothing(void **state)
{
	struct fixture *f = *state;
	int before = files_in(f->dir);
	struct store *a = open_scratch(f, 1u << 28);
	struct store *b = open_scratch(f, 1u << 28);
	struct txn *t;

	assert_int_equal(files_in(f->dir), before);
	assert_int_equal(store_write(a, &t), ERR_OK);
	assert_int_equal(put(t, 1), ERR_OK);
	commit(f, a);
	assert_false(record_entity_exists(
		store_read(b), ENTITY_SUPPLIER, STR("SUP-000001")));
	store_end_turn(b);
	store_close(a);
	store_close(b);
	assert_int_equal(files_in(f->dir), before);
}

/* A full one fails its turn, and only its own. */
static void test_full(void **state)
{
	struct fixture *f = *state;
	struct store *s = open_scratch(f, 1u << 20);
	struct txn *t;
	enum err e = ERR_OK;

	assert_int_equal(store_write(s, &t), ERR_OK);
	for (uint32_t i = 0; e == ERR_OK && i < 100000; i++)
		e = put(t, i);
	assert_int_equal(e, ERR_STORE_FULL);
	assert_int_equal(store_commit(s, &f->why), ERR_STORE_FULL);
	assert_int_equal(store_write(s, &t), ERR_OK);
	assert_int_equal(put(t, 1), ERR_OK);
	commit(f, s);
	store_close(s);
	assert_int_equal(put(fixture_write(f), 1), ERR_OK);
	fixture_commit(f);
}

static void test_no_folder(void **state)
{
	struct fixture *f = *state;
	char *dir = fixture_path(f, "nowhere");
	struct store *s;

	assert_int_equal(store_open_scratch(&s, dir, 1u << 20, &f->why),
		err_from_errno(ENOENT));
	assert_null(s);
	assert_non_null(strstr(f->why.text, dir));
	free(dir);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_beside_the_real_one),
		TEST(test_leaves_nothing),
		TEST(test_full),
		TEST(test_no_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
