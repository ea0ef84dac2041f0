/* Orders and incidents, and their lists against a naive walk. */
#include "fixture.h"

#include "rows.h"

#define ROWS 2000

static void test_round_trip(void **state)
{
	struct fixture *f = *state;
	struct document_row row = rows_document("172-1", 1000), got;
	struct txn *t = fixture_write(f);

	row.store_external_id = STR("STORE-1");
	row.order_reference = STR("O-1");
	assert_int_equal(record_document_put(t, &row), ERR_OK);
	assert_int_equal(
		record_document_get(t, EXPORT_ORDER, STR("172-1"), &got),
		ERR_OK);
	assert_true(str_eq(got.text, row.text) &&
		    str_eq(got.reference, row.reference) &&
		    str_eq(got.store_external_id, row.store_external_id) &&
		    str_eq(got.order_reference, row.order_reference));
	assert_int_equal(got.status, 2);
	assert_int_equal(
		record_document_get(t, EXPORT_INCIDENT, STR("172-1"), &got),
		ERR_NOT_FOUND);
	assert_int_equal(record_document_get(t, EXPORT_ORDER, STR(""), &got),
		ERR_NOT_FOUND);
	row.reference = STR("");
	assert_int_equal(record_document_put(t, &row), ERR_INVALID);
	fixture_commit(f);
}

/* --- by external id --------------------------------------------------------
 */

static enum err find(struct txn *t, enum export_entity entity, const char *id,
	struct document_row *out)
{
	return record_document_find_external(t, entity, str_of(id), out);
}

static void test_external_id(void **state)
{
	struct fixture *f = *state;
	struct document_row row = rows_document("172-1", 1000), got;
	struct txn *t = fixture_write(f);

	row.external_id = STR("EXT-1");
	assert_int_equal(record_document_put(t, &row), ERR_OK);
	row.reference = STR("172-2");
	row.external_id = STR("");
	assert_int_equal(record_document_put(t, &row), ERR_OK);
	row.entity = EXPORT_INCIDENT;
	row.reference = STR("172-3");
	row.external_id = STR("EXT-3");
	assert_int_equal(record_document_put(t, &row), ERR_OK);
	fixture_commit(f);
	t = store_read(f->store);
	assert_int_equal(find(t, EXPORT_ORDER, "EXT-1", &got), ERR_OK);
	assert_true(str_eq(got.reference, STR("172-1")));
	assert_true(str_eq(got.external_id, STR("EXT-1")));
	assert_true(str_eq(got.text, row.text));
	assert_int_equal(find(t, EXPORT_ORDER, "EXT-3", &got), ERR_NOT_FOUND);
	assert_int_equal(find(t, EXPORT_INCIDENT, "EXT-3", &got), ERR_OK);
	assert_int_equal(find(t, EXPORT_ORDER, "EXT", &got), ERR_NOT_FOUND);
	assert_int_equal(find(t, EXPORT_ORDER, "", &got), ERR_NOT_FOUND);
	store_end_turn(f->store);
}

static void test_external_id_moves(void **state)
{
	struct fixture *f = *state;
	struct document_row row = rows_document("172-1", 1000), got;
	struct txn *t = fixture_write(f);

	row.external_id = STR("EXT-1");
	assert_int_equal(record_document_put(t, &row), ERR_OK);
	row.external_id = STR("EXT-2");
	assert_int_equal(record_document_put(t, &row), ERR_OK);
	assert_int_equal(find(t, EXPORT_ORDER, "EXT-1", &got), ERR_NOT_FOUND);
	assert_int_equal(find(t, EXPORT_ORDER, "EXT-2", &got), ERR_OK);
	/* Nobody can know which one is meant. */
	row.reference = STR("172-2");
	assert_int_equal(record_document_put(t, &row), ERR_OK);
	assert_int_equal(find(t, EXPORT_ORDER, "EXT-2", &got), ERR_CONFLICT);
	row.external_id = STR("");
	assert_int_equal(record_document_put(t, &row), ERR_OK);
	assert_int_equal(find(t, EXPORT_ORDER, "EXT-2", &got), ERR_OK);
	assert_true(str_eq(got.reference, STR("172-1")));
	fixture_commit(f);
}

/* The key has only a hash of it. */
static void test_external_id_of_another(void **state)
{
	struct fixture *f = *state;
	struct document_row row = rows_document("172-1", 1000), got;
	struct key key =
		key_document_external(EXPORT_ORDER, STR("B"), row.reference);
	struct txn *t = fixture_write(f);

	row.external_id = STR("A");
	assert_int_equal(record_document_put(t, &row), ERR_OK);
	assert_int_equal(
		table_insert(t, TABLE_DOCUMENT_EXTERNAL, &key, STR("")),
		ERR_OK);
	assert_int_equal(find(t, EXPORT_ORDER, "B", &got), ERR_NOT_FOUND);
	fixture_commit(f);
}

/* Read, change, write back: the texts borrow from the replaced record. */
static void test_borrowed_texts(void **state)
{
	struct fixture *f = *state;
	struct document_row row = rows_document("172-1", 1000), got;
	struct txn *t = fixture_write(f);

	row.store_external_id = STR("STORE-1");
	assert_int_equal(record_document_put(t, &row), ERR_OK);
	for (status_index s = 0; s < 10; s++) {
		assert_int_equal(record_document_get(
					 t, EXPORT_ORDER, STR("172-1"), &got),
			ERR_OK);
		got.status = s;
		got.updated_at += 10;
		assert_int_equal(record_document_put(t, &got), ERR_OK);
	}
	assert_int_equal(
		record_document_get(t, EXPORT_ORDER, STR("172-1"), &got),
		ERR_OK);
	assert_true(str_eq(got.text, row.text));
	assert_true(str_eq(got.store_external_id, STR("STORE-1")));
	assert_int_equal(record_document_count(t, EXPORT_ORDER), 1);
	fixture_commit(f);
}

/* --- lists ---------------------------------------------------------------- */

struct rows {
	struct document_row list[ROWS];
	char reference[ROWS][16];
	uint64_t seed;
};

static void fill(struct fixture *f, struct rows *r)
{
	static const char *const stores[] = { "", "S1", "S2", "S3" };
	struct txn *t = fixture_write(f);

	for (uint32_t i = 0; i < ROWS; i++) {
		struct document_row *d = &r->list[i];

		snprintf(r->reference[i], sizeof r->reference[i], "%x",
			i * 2654435761u);
		*d = rows_document(r->reference[i],
			(int64_t)(fixture_random(&r->seed) % 1000) - 500);
		d->entity = i % 5 == 0 ? EXPORT_INCIDENT : EXPORT_ORDER;
		d->store_external_id =
			str_of(stores[fixture_random(&r->seed) % 4]);
		assert_int_equal(record_document_put(t, d), ERR_OK);
	}
	for (uint32_t i = 0; i < ROWS; i += 2) {
		struct document_row *d = &r->list[i];

		d->status = (status_index)(fixture_random(&r->seed) % 5);
		d->updated_at += fixture_random(&r->seed) % 5000;
		if (i % 3 == 0)
			d->store_external_id = STR("S3");
		assert_int_equal(record_document_put(t, d), ERR_OK);
	}
	fixture_commit(f);
}

static bool naive_match(
	const struct document_row *d, const struct document_filter *q)
{
	struct str prefix = q->reference_prefix;

	return d->entity == q->entity &&
	       (!q->by_status || d->status == q->status) &&
	       d->reference.len >= prefix.len &&
	       memcmp(d->reference.ptr, prefix.ptr, prefix.len) == 0 &&
	       store_scope_allows(&q->scope, d->store_external_id);
}

static enum document_sort sorting; /* for qsort */

static int compare(const void *a, const void *b)
{
	const struct document_row *x = *(const struct document_row *const *)a;
	const struct document_row *y = *(const struct document_row *const *)b;
	int64_t p = sorting == SORT_CREATED_AT ? x->created_at : x->updated_at;
	int64_t q = sorting == SORT_CREATED_AT ? y->created_at : y->updated_at;

	if (sorting != SORT_REFERENCE && p != q)
		return p < q ? -1 : 1;
	return key_compare(x->reference, y->reference);
}

struct expect {
	const struct document_row *rows[ROWS];
	size_t count, seen, offset;
	bool descending;
};

static bool check_row(void *arg, const struct document_row *d)
{
	struct expect *e = arg;
	size_t at = e->offset + e->seen++;

	assert_true(at < e->count);
	at = e->descending ? e->count - 1 - at : at;
	assert_true(str_eq(d->reference, e->rows[at]->reference));
	assert_int_equal(d->status, e->rows[at]->status);
	return true;
}

static void check_page(struct txn *t, const struct document_filter *q,
	struct expect *e, size_t offset)
{
	struct page page = {
		.offset = offset, .size = 15, .descending = e->descending
	};
	size_t left = offset < e->count ? e->count - offset : 0;

	e->seen = 0;
	e->offset = offset;
	assert_int_equal(
		record_document_list(t, q, &page, check_row, e), ERR_OK);
	assert_int_equal(page.total, e->count);
	assert_int_equal(e->seen, left < 15 ? left : 15);
}

static void check_filter(
	struct txn *t, struct rows *r, const struct document_filter *q)
{
	struct expect e = { .count = 0 };

	for (size_t i = 0; i < ROWS; i++) {
		if (naive_match(&r->list[i], q))
			e.rows[e.count++] = &r->list[i];
	}
	sorting = q->sort;
	qsort(e.rows, e.count, sizeof *e.rows, compare);
	for (int way = 0; way < 2; way++) {
		e.descending = way == 0;
		check_page(t, q, &e, 0);
		check_page(t, q, &e, 15);
		check_page(t, q, &e, e.count / 2);
		check_page(t, q, &e, e.count + 1);
	}
}

static const struct store_scope scopes[] = {
	{ NULL, 0 },
	{ (const char *const[]){ "S1" }, 1 },
	{ (const char *const[]){ "S3", "S1", "S3" }, 3 },
};

static void test_lists(void **state)
{
	static const char *const prefixes[] = { "", "a", "3f", "nothing" };
	struct fixture *f = *state;
	struct rows *r = mem_alloc(sizeof *r);
	struct txn *t;

	r->seed = 9;
	fill(f, r);
	t = store_read(f->store);
	for (unsigned i = 0; i < 2 * 3 * 2 * 3 * 4; i++) {
		struct document_filter q = {
			.entity = i % 2 ? EXPORT_INCIDENT : EXPORT_ORDER,
			.sort = i / 2 % 3,
			.by_status = i / 6 % 2,
			.status = (status_index)(i % 5),
			.scope = scopes[i / 12 % 3],
			.reference_prefix = str_of(prefixes[i / 36 % 4]),
		};

		check_filter(t, r, &q);
	}
	assert_int_equal(record_document_count(t, EXPORT_INCIDENT), ROWS / 5);
	store_end_turn(f->store);
	free(r);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_round_trip),
		TEST(test_borrowed_texts),
		TEST(test_external_id),
		TEST(test_external_id_moves),
		TEST(test_external_id_of_another),
		TEST(test_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
