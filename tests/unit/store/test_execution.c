/* Executions: rows, and lists against a naive walk over everything. */
#include "fixture.h"

#include "sluice/store/record_execution.h"

#define ROWS 2500

static struct execution make_row(struct uuid id)
{
	return (struct execution){ .id = id,
		.job_id = fixture_id(1, 1),
		.job_name = STR("suppliers-nightly"),
		.entity = ENTITY_SUPPLIER,
		.trigger = TRIGGER_SCHEDULED,
		.state = EXECUTION_PENDING,
		.created_at = uuid_time(id) };
}

static void test_round_trip(void **state)
{
	struct fixture *f = *state;
	struct execution x = make_row(fixture_id(1000, 1)), got;

	x.trigger = TRIGGER_FILE;
	x.state = EXECUTION_PARTIAL;
	x.dry_run = true;
	x.scheduled_for = 900;
	x.started_at = 1001;
	x.finished_at = 1002;
	x.counts = (struct execution_counts){ 1, 2, 3, 4, 5, 6, 7 };
	x.rejects_kept = 8;
	x.round = 9;
	x.recovers = fixture_id(7, 7);
	x.upload_id = fixture_id(8, 8);
	x.upload_bytes = UINT64_C(1) << 40;
	x.upload_name = STR("suppliers.csv");
	x.message = STR("some rows were rejected");
	x.report = STR("{\"files\":[]}");
	assert_int_equal(record_execution_put(fixture_write(f), &x), ERR_OK);
	fixture_commit(f);
	assert_int_equal(
		record_execution_get(store_read(f->store), x.id, &got), ERR_OK);
	assert_true(uuid_eq(got.id, x.id) && uuid_eq(got.job_id, x.job_id) &&
		    uuid_eq(got.recovers, x.recovers) &&
		    uuid_eq(got.upload_id, x.upload_id));
	assert_true(str_eq(got.job_name, x.job_name) &&
		    str_eq(got.upload_name, x.upload_name) &&
		    str_eq(got.message, x.message) &&
		    str_eq(got.report, x.report));
	assert_int_equal(got.entity, ENTITY_SUPPLIER);
	assert_int_equal(got.trigger, TRIGGER_FILE);
	assert_int_equal(got.state, EXECUTION_PARTIAL);
	assert_true(got.dry_run);
	assert_int_equal(got.created_at, 1000);
	assert_int_equal(got.scheduled_for, 900);
	assert_int_equal(got.started_at, 1001);
	assert_int_equal(got.finished_at, 1002);
	assert_memory_equal(&got.counts, &x.counts, sizeof x.counts);
	assert_int_equal(got.rejects_kept, 8);
	assert_int_equal(got.round, 9);
	assert_int_equal(got.upload_bytes, UINT64_C(1) << 40);
	store_end_turn(f->store);
}

/* Read, change, write back: the texts borrow from the replaced record. */
static void test_borrowed_texts(void **state)
{
	struct fixture *f = *state;
	struct execution x = make_row(fixture_id(1000, 1)), got;
	struct txn *t = fixture_write(f);

	assert_int_equal(record_execution_put(t, &x), ERR_OK);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(record_execution_get(t, x.id, &got), ERR_OK);
		got.state = i % 2 == 0 ? EXECUTION_RUNNING : EXECUTION_FAILED;
		got.message = i % 3 == 0 ? STR("a rather long message, so that "
					       "the record changes its size")
					 : STR("");
		assert_int_equal(record_execution_put(t, &got), ERR_OK);
		assert_int_equal(record_execution_get(t, x.id, &got), ERR_OK);
		assert_true(str_eq(got.job_name, STR("suppliers-nightly")));
	}
	fixture_commit(f);
}

static void test_delete(void **state)
{
	struct fixture *f = *state;
	struct execution x = make_row(fixture_id(1000, 1));
	struct uuid nobody = fixture_id(9, 9), nil = { { 0 } };
	struct txn *t = fixture_write(f);
	struct str header;

	assert_int_equal(record_execution_put(t, &x), ERR_OK);
	assert_int_equal(
		record_import_header_put(t, x.id, 0, STR("[\"a\"]")), ERR_OK);
	assert_int_equal(
		record_import_header_put(t, nobody, 0, STR("[\"b\"]")), ERR_OK);
	assert_int_equal(record_execution_delete(t, nobody), ERR_NOT_FOUND);
	assert_int_equal(record_execution_delete(t, x.id), ERR_OK);
	assert_int_equal(record_execution_count(t, nil, EXECUTION_PENDING), 0);
	assert_int_equal(
		record_import_header_get(t, x.id, 0, &header), ERR_NOT_FOUND);
	assert_int_equal(
		record_import_header_get(t, nobody, 0, &header), ERR_OK);
	assert_true(str_eq(header, STR("[\"b\"]")));
	fixture_commit(f);
}

/* --- lists against a naive walk ------------------------------------------- */

struct rows {
	struct execution list[ROWS];
	bool gone[ROWS];
	uint64_t seed;
};

static void fill(struct fixture *f, struct rows *r)
{
	struct txn *t = fixture_write(f);

	for (uint32_t i = 0; i < ROWS; i++) {
		struct execution *x = &r->list[i];

		*x = make_row(fixture_id(10000 + i / 3, i));
		x->job_id = fixture_id(1, fixture_random(&r->seed) % 4);
		assert_int_equal(record_execution_put(t, x), ERR_OK);
	}
	for (uint32_t i = 0; i < ROWS; i++) {
		struct execution *x = &r->list[i];

		x->state = fixture_random(&r->seed) % EXECUTION_STATE_COUNT;
		assert_int_equal(record_execution_put(t, x), ERR_OK);
	}
	for (uint32_t i = 0; i < ROWS; i += 7) {
		r->gone[i] = true;
		assert_int_equal(
			record_execution_delete(t, r->list[i].id), ERR_OK);
	}
	fixture_commit(f);
}

struct expect {
	struct uuid ids[ROWS];
	size_t count, seen, offset;
	bool descending;
};

static bool check_row(void *arg, const struct execution *x)
{
	struct expect *e = arg;
	size_t at = e->offset + e->seen++;

	assert_true(at < e->count);
	at = e->descending ? e->count - 1 - at : at;
	assert_true(uuid_eq(x->id, e->ids[at]));
	return true;
}

static void check_page(struct txn *t, const struct execution_filter *q,
	struct expect *e, size_t offset)
{
	struct page page = {
		.offset = offset, .size = 20, .descending = e->descending
	};
	size_t left = offset < e->count ? e->count - offset : 0;

	e->seen = 0;
	e->offset = offset;
	assert_int_equal(
		record_execution_list(t, q, &page, check_row, e), ERR_OK);
	assert_int_equal(page.total, e->count);
	assert_int_equal(e->seen, left < 20 ? left : 20);
}

static void check_ids(
	struct txn *t, const struct execution_filter *q, const struct expect *e)
{
	struct uuid after = { { 0 } }, ids[64];
	size_t seen = 0, n;

	while ((n = record_execution_ids(t, q, after, ids, 64)) > 0) {
		for (size_t i = 0; i < n; i++)
			assert_true(uuid_eq(ids[i], e->ids[seen + i]));
		seen += n;
		after = ids[n - 1];
	}
	assert_int_equal(seen, e->count);
}

static bool naive_match(
	const struct execution *x, const struct execution_filter *q)
{
	return (!q->by_job || uuid_eq(x->job_id, q->job_id)) &&
	       (!q->by_state || x->state == q->state) &&
	       (!q->by_time || (x->created_at >= q->from_ms &&
				       x->created_at < q->to_ms));
}

static void check_filter(
	struct txn *t, struct rows *r, const struct execution_filter *q)
{
	struct expect *e = mem_alloc(sizeof *e);
	struct uuid nil = { { 0 } };

	for (size_t i = 0; i < ROWS; i++) {
		if (!r->gone[i] && naive_match(&r->list[i], q))
			e->ids[e->count++] = r->list[i].id;
	}
	for (int way = 0; way < 2; way++) {
		e->descending = way == 0;
		check_page(t, q, e, 0);
		check_page(t, q, e, e->count / 2);
		check_page(t, q, e, e->count + 100);
	}
	check_ids(t, q, e);
	if (q->by_state && !q->by_time)
		assert_int_equal(record_execution_count(t,
					 q->by_job ? q->job_id : nil, q->state),
			e->count);
	free(e);
}

static void test_lists(void **state)
{
	struct fixture *f = *state;
	struct rows *r = mem_alloc(sizeof *r);
	struct txn *t;

	r->seed = 42;
	fill(f, r);
	t = store_read(f->store);
	for (unsigned bits = 0; bits < 8 * 4; bits++) {
		struct execution_filter q = { .by_job = bits & 1,
			.by_state = bits & 2,
			.by_time = bits & 4 };

		q.job_id = fixture_id(1, fixture_random(&r->seed) % 5);
		q.state = fixture_random(&r->seed) % EXECUTION_STATE_COUNT;
		q.from_ms = 10000 + fixture_random(&r->seed) % 800;
		q.to_ms = bits % 3 == 0 ? INT64_MAX : q.from_ms + 200;
		check_filter(t, r, &q);
	}
	for (enum table i = 0; i < TABLE_COUNT; i++) {
		if (tables[i].ranked != 0)
			assert_int_equal(ranked_check(t, i, &f->why), ERR_OK);
	}
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
		TEST(test_delete),
		TEST(test_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
