/* A process that is killed at any point leaves whole turns behind: for each
 * order its document, its once-key and its export, or nothing of it (rule
 * 3.2), and counts that fit. */
#include "fixture.h"

#include <signal.h>
#include <sys/wait.h>

#include "rows.h"

#define ROUNDS 8

static void write_order(struct txn *t, uint32_t n)
{
	char reference[16];
	struct document_row row;
	struct export x;

	snprintf(reference, sizeof reference, "R%u", n);
	row = rows_document(reference, n);
	x = rows_export(fixture_id(1000 + n, n), reference);
	if (record_document_put(t, &row) != ERR_OK ||
		record_once_put(t, x.job_id, EXPORT_ORDER, x.reference, 3,
			x.id) != ERR_OK ||
		record_export_put(t, &x) != ERR_OK)
		_exit(1);
	x.state = EXPORT_RUNNING;
	if (record_export_put(t, &x) != ERR_OK)
		_exit(1);
}

/* Never comes back: the parent kills it. */
static void write_for_ever(struct fixture *f, uint32_t from)
{
	if (store_open(&f->store,
		    &(struct store_options){
			    .dir = f->dir, .map_size = 1u << 30 },
		    &f->why) != ERR_OK)
		_exit(1);
	for (uint32_t n = from;; n += 20) {
		struct txn *t;

		if (store_write(f->store, &t) != ERR_OK)
			_exit(1);
		for (uint32_t i = 0; i < 20; i++)
			write_order(t, n + i);
		if (store_commit(f->store, &f->why) != ERR_OK)
			_exit(1);
		store_end_turn(f->store);
	}
}

static uint64_t entries(struct fixture *f, enum table table)
{
	struct txn *t = store_read(f->store);
	MDB_stat stat;

	assert_int_equal(mdb_stat(t->mdb, f->store->dbi[table], &stat), 0);
	return stat.ms_entries;
}

static uint32_t check_whole(struct fixture *f)
{
	static const enum table rows[] = { TABLE_DOCUMENT,
		TABLE_DOCUMENT_CREATED, TABLE_DOCUMENT_STATUS_UPDATED,
		TABLE_EXPORT_ONCE, TABLE_EXPORT_BY_STATE, TABLE_EXPORT_BY_JOB };
	uint64_t n = entries(f, TABLE_EXPORT);
	struct diag why;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(entries(f, rows[i]), n);
	assert_int_equal(entries(f, TABLE_EXPORT_DUE), 0);
	assert_int_equal(n % 20, 0);
	for (enum table i = 0; i < TABLE_COUNT; i++) {
		if (tables[i].ranked != 0 &&
			ranked_check(store_read(f->store), i, &why) != ERR_OK)
			fail_msg("%s", why.text);
	}
	store_end_turn(f->store);
	return (uint32_t)n;
}

static void test_killed(void **state)
{
	struct fixture *f = *state;
	uint64_t seed = 3;
	uint32_t n = 0;
	int status;

	for (int round = 0; round < ROUNDS || (n == 0 && round < 100);
		round++) {
		pid_t child;

		store_close(f->store);
		child = fork();
		if (child == 0)
			write_for_ever(f, n);
		usleep(20000 + fixture_random(&seed) % 30000);
		kill(child, SIGKILL);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFSIGNALED(status));
		fixture_open(f);
		n = check_whole(f);
	}
	assert_true(n > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_killed, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
