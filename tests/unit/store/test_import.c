/* What imports leave behind beside their executions: rejected rows, headers,
 * file moves, and what the scheduler remembers of a job. */
#include "fixture.h"

#include "sluice/store/record_execution.h"
#include "sluice/store/record_import_job.h"

/* --- rejected rows -------------------------------------------------------- */

#define REJECTS 5000

static void put_rejects(struct txn *t, struct uuid id, uint32_t count)
{
	char raw[32];

	for (uint32_t i = 0; i < count; i++) {
		struct reject r = { .file = i % 3,
			.line = UINT64_C(5000000000) + i,
			.faults = STR("[{\"code\":\"F-E-002\"}]") };

		snprintf(raw, sizeof raw, "[\"%u\"]", i);
		r.raw = str_of(raw);
		assert_int_equal(record_reject_put(t, id, i, &r), ERR_OK);
	}
}

struct seen {
	uint32_t next, stop;
};

static bool check_reject(void *arg, uint32_t number, const struct reject *r)
{
	struct seen *s = arg;
	char raw[32];

	assert_int_equal(number, s->next);
	snprintf(raw, sizeof raw, "[\"%u\"]", number);
	assert_true(str_eq(r->raw, str_of(raw)));
	assert_true(str_eq(r->faults, STR("[{\"code\":\"F-E-002\"}]")));
	assert_int_equal(r->line, UINT64_C(5000000000) + number);
	assert_int_equal(r->file, number % 3);
	return ++s->next < s->stop;
}

static void walk_rejects(struct txn *t, struct uuid id, uint32_t first,
	uint32_t stop, uint32_t want)
{
	struct seen s = { first, stop };

	assert_int_equal(
		record_reject_each(t, id, first, check_reject, &s), ERR_OK);
	assert_int_equal(s.next, want);
}

static void test_rejects(void **state)
{
	struct fixture *f = *state;
	struct uuid a = fixture_id(1000, 1), b = fixture_id(1000, 2);
	struct uuid c = fixture_id(1000, 3);
	struct txn *t = fixture_write(f);

	/* The later execution first: its rows must not be in the way. */
	put_rejects(t, c, 2);
	put_rejects(t, a, 3);
	put_rejects(t, b, REJECTS);
	fixture_commit(f);
	t = store_read(f->store);
	walk_rejects(t, b, 0, UINT32_MAX, REJECTS);
	walk_rejects(t, b, 1000, 1020, 1020);
	walk_rejects(t, b, REJECTS, UINT32_MAX, REJECTS);
	walk_rejects(t, fixture_id(9, 9), 0, UINT32_MAX, 0);
	store_end_turn(f->store);
	t = fixture_write(f);
	assert_int_equal(record_reject_delete(t, b, 1234), 1234);
	walk_rejects(t, b, 1234, UINT32_MAX, REJECTS);
	assert_int_equal(record_reject_delete(t, b, REJECTS), REJECTS - 1234);
	assert_int_equal(record_reject_delete(t, b, 1), 0);
	walk_rejects(t, a, 0, UINT32_MAX, 3);
	walk_rejects(t, c, 0, UINT32_MAX, 2);
	fixture_commit(f);
}

/* A damaged one is left out and told. */
static bool count_reject(void *arg, uint32_t number, const struct reject *r)
{
	(void)number;
	(void)r;
	*(int *)arg += 1;
	return true;
}

static void test_damaged_reject(void **state)
{
	struct fixture *f = *state;
	struct uuid id = fixture_id(1000, 1);
	struct key key = key_numbered(id, 1);
	struct txn *t = fixture_write(f);
	int n = 0;

	put_rejects(t, id, 3);
	assert_int_equal(
		table_put(t, TABLE_REJECT, &key, STR("garbage here")), ERR_OK);
	assert_int_equal(
		record_reject_each(t, id, 0, count_reject, &n), ERR_CORRUPT);
	assert_int_equal(n, 2);
	fixture_commit(f);
}

/* --- headers -------------------------------------------------------------- */

static void test_headers(void **state)
{
	struct fixture *f = *state;
	struct uuid id = fixture_id(1000, 1);
	struct txn *t = fixture_write(f);
	struct str header;

	assert_int_equal(
		record_import_header_put(t, id, 2, STR("[\"a\"]")), ERR_OK);
	assert_int_equal(
		record_import_header_put(t, id, 2, STR("[\"b\"]")), ERR_OK);
	assert_int_equal(
		record_import_header_get(t, id, 1, &header), ERR_NOT_FOUND);
	assert_int_equal(record_import_header_get(t, id, 2, &header), ERR_OK);
	assert_true(str_eq(header, STR("[\"b\"]")));
	fixture_commit(f);
}

/* --- file moves ----------------------------------------------------------- */

static bool check_move(void *arg, const struct file_move *m)
{
	int *n = arg;

	assert_true(uuid_eq(m->id, fixture_id(1000, (uint32_t)++ * n)));
	assert_true(uuid_eq(m->client_id, fixture_id(2, 2)));
	assert_true(uuid_eq(m->execution_id, fixture_id(3, 3)));
	assert_true(str_eq(m->from, STR("/in/a.csv")));
	assert_true(str_eq(m->to, STR("/done/a.csv")));
	assert_true(str_eq(m->message, STR("permission denied")));
	assert_int_equal(m->size, UINT64_C(1) << 33);
	assert_int_equal(m->mtime, -5);
	assert_int_equal(m->next_at, 77);
	assert_int_equal(m->attempts, 4);
	return *n < 3;
}

static void test_file_moves(void **state)
{
	struct fixture *f = *state;
	struct file_move m = { .client_id = fixture_id(2, 2),
		.execution_id = fixture_id(3, 3),
		.from = STR("/in/a.csv"),
		.to = STR("/done/a.csv"),
		.size = UINT64_C(1) << 33,
		.mtime = -5,
		.next_at = 77,
		.attempts = 4,
		.message = STR("permission denied") };
	struct txn *t = fixture_write(f);
	int n = 0;

	for (uint32_t i = 5; i > 0; i--) {
		m.id = fixture_id(1000, i);
		assert_int_equal(record_file_move_put(t, &m), ERR_OK);
	}
	assert_int_equal(record_file_move_each(t, check_move, &n), ERR_OK);
	assert_int_equal(n, 3);
	assert_int_equal(
		record_file_move_delete(t, fixture_id(1000, 3)), ERR_OK);
	assert_int_equal(
		record_file_move_delete(t, fixture_id(1000, 3)), ERR_NOT_FOUND);
	n = 0;
	assert_int_equal(
		record_file_move_delete(t, fixture_id(1000, 4)), ERR_OK);
	assert_int_equal(
		record_file_move_delete(t, fixture_id(1000, 5)), ERR_OK);
	assert_int_equal(record_file_move_each(t, check_move, &n), ERR_OK);
	assert_int_equal(n, 2);
	fixture_commit(f);
}

/* --- jobs ----------------------------------------------------------------- */

static void test_job_state(void **state)
{
	struct fixture *f = *state;
	struct import_job_state s = { 1, -2, 3, INT64_MAX }, got = s;
	struct uuid id = fixture_id(1000, 1);
	struct txn *t = fixture_write(f);

	assert_int_equal(record_import_job_state_get(t, id, &got), ERR_OK);
	assert_int_equal(got.seen, 0);
	assert_int_equal(record_import_job_state_put(t, id, &s), ERR_OK);
	assert_int_equal(record_import_job_state_get(t, id, &got), ERR_OK);
	assert_memory_equal(&got, &s, sizeof s);
	assert_int_equal(record_import_job_state_delete(t, id), ERR_OK);
	assert_int_equal(record_import_job_state_delete(t, id), ERR_NOT_FOUND);
	assert_int_equal(record_import_job_state_get(t, id, &got), ERR_OK);
	assert_int_equal(got.after_start, 0);
	fixture_commit(f);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_rejects),
		TEST(test_damaged_reject),
		TEST(test_headers),
		TEST(test_file_moves),
		TEST(test_job_state),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
