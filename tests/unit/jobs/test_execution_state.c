/* The durable side of an execution, on a real LMDB file: each edge of the
 * diagram in model/execution.h, and recovery. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "sluice/jobs/execution_state.h"
#include "sluice/store/store.h"

#define NOW INT64_C(1700000000000)

static char dir[64];
static struct store *store;
static struct uuid_source ids;
static const struct uuid nil;

static struct txn *writing(void)
{
	struct txn *t;

	assert_int_equal(store_write(store, &t), ERR_OK);
	return t;
}

static void commit(void)
{
	struct diag why;

	assert_int_equal(store_commit(store, &why), ERR_OK);
	store_end_turn(store);
}

static int set_up(void **state)
{
	struct store_options o = { .dir = dir, .map_size = 64u << 20 };
	struct diag why;

	(void)state;
	strcpy(dir, "/tmp/sluice-test-XXXXXX");
	assert_non_null(mkdtemp(dir));
	assert_int_equal(store_open(&store, &o, &why), ERR_OK);
	return 0;
}

static int tear_down(void **state)
{
	char command[128];

	(void)state;
	store_end_turn(store);
	store_close(store);
	snprintf(command, sizeof command, "rm -r %s", dir);
	return system(command);
}

static struct uuid new_id(void)
{
	static const uint8_t random[8];

	return uuid_make(&ids, NOW, random);
}

static struct uuid add(enum execution_state state)
{
	struct execution x = {
		.id = new_id(),
		.job_id = new_id(),
		.job_name = STR("suppliers"),
		.entity = ENTITY_SUPPLIER,
		.trigger = TRIGGER_FILE,
		.state = state,
		.created_at = NOW,
		.dry_run = true,
		.scheduled_for = NOW - 1,
		.upload_name = STR("x.csv"),
		.upload_id = new_id(),
		.upload_bytes = 17,
	};

	assert_int_equal(execution_state_make(writing(), &x), ERR_OK);
	commit();
	return x.id;
}

static struct execution get(struct uuid id)
{
	struct execution x;

	assert_int_equal(
		record_execution_get(store_read(store), id, &x), ERR_OK);
	return x;
}

static struct uuid claimed(void)
{
	struct uuid id = add(EXECUTION_PENDING);
	struct execution x;

	assert_int_equal(
		execution_state_claim(writing(), id, NOW + 5, &x), ERR_OK);
	assert_true(str_eq(x.job_name, STR("suppliers")));
	commit();
	return id;
}

static const struct execution_progress some = {
	.counts = { .rows_read = 7, .created = 4, .rejected = 3 },
	.rejects_kept = 2,
	.message = { "half way", 8 },
	.report = { "{\"files\":[]}", 12 },
};

static void test_claim(void **state)
{
	struct uuid id = claimed();
	struct execution x = get(id);

	(void)state;
	assert_int_equal(x.state, EXECUTION_RUNNING);
	assert_int_equal(x.started_at, NOW + 5);
	assert_int_equal(x.finished_at, 0);
	/* nobody claims twice */
	assert_int_equal(execution_state_claim(writing(), id, NOW + 6, &x),
		ERR_CONFLICT);
	commit();
	assert_int_equal(get(id).started_at, NOW + 5);
}

static void test_progress(void **state)
{
	struct execution_progress p = some;
	struct uuid id = claimed(), waiting = add(EXECUTION_PENDING);
	struct execution x;

	(void)state;
	assert_int_equal(execution_state_progress(writing(), id, &p), ERR_OK);
	p.counts.rows_read = 9;
	p.report = STR("");
	p.keep_report = true;
	assert_int_equal(execution_state_progress(writing(), id, &p), ERR_OK);
	assert_int_equal(
		execution_state_progress(writing(), waiting, &p), ERR_CONFLICT);
	commit();
	x = get(id);
	assert_int_equal(x.state, EXECUTION_RUNNING);
	assert_int_equal(x.counts.rows_read, 9);
	assert_int_equal(x.rejects_kept, 2);
	assert_true(str_eq(x.message, STR("half way")));
	assert_true(str_eq(x.report, STR("{\"files\":[]}")));
}

static void test_finish(void **state)
{
	static const enum execution_state ends[] = { EXECUTION_SUCCESS,
		EXECUTION_PARTIAL, EXECUTION_FAILED, EXECUTION_CANCELLED };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct uuid id = claimed();

		assert_int_equal(execution_state_finish(writing(), id, ends[i],
					 NOW + 9, &some),
			ERR_OK);
		commit();
		assert_int_equal(get(id).state, ends[i]);
		assert_int_equal(get(id).finished_at, NOW + 9);
		assert_int_equal(get(id).counts.created, 4);
		/* the end is the end */
		assert_int_equal(execution_state_finish(writing(), id,
					 EXECUTION_FAILED, NOW + 10, &some),
			ERR_CONFLICT);
		commit();
	}
}

static void test_drop(void **state)
{
	struct uuid a = add(EXECUTION_PENDING), b = add(EXECUTION_PENDING);
	struct uuid running = claimed(), skipped = add(EXECUTION_SKIPPED);

	(void)state;
	assert_int_equal(execution_state_drop(writing(), a, EXECUTION_CANCELLED,
				 NOW + 1, STR("why not")),
		ERR_OK);
	assert_int_equal(execution_state_drop(writing(), b, EXECUTION_FAILED,
				 NOW + 2, STR("gone")),
		ERR_OK);
	assert_int_equal(execution_state_drop(writing(), running,
				 EXECUTION_CANCELLED, NOW, STR("")),
		ERR_CONFLICT);
	assert_int_equal(execution_state_drop(writing(), skipped,
				 EXECUTION_CANCELLED, NOW, STR("")),
		ERR_CONFLICT);
	assert_int_equal(execution_state_drop(writing(), new_id(),
				 EXECUTION_CANCELLED, NOW, STR("")),
		ERR_NOT_FOUND);
	commit();
	assert_int_equal(get(a).state, EXECUTION_CANCELLED);
	assert_true(str_eq(get(a).message, STR("why not")));
	assert_int_equal(get(a).finished_at, NOW + 1);
	assert_int_equal(get(b).state, EXECUTION_FAILED);
	assert_int_equal(get(running).state, EXECUTION_RUNNING);
}

static void test_recovery(void **state)
{
	struct uuid id = claimed(), fresh = new_id(), upload;
	struct execution x;
	bool queued;

	(void)state;
	assert_int_equal(
		execution_state_progress(writing(), id, &some), ERR_OK);
	assert_int_equal(execution_state_interrupt(
				 writing(), id, NOW + 9, fresh, NULL, &queued),
		ERR_OK);
	commit();
	assert_true(queued);
	x = get(id);
	upload = x.upload_id;
	assert_int_equal(x.state, EXECUTION_INTERRUPTED);
	assert_int_equal(x.finished_at, NOW + 9);
	assert_int_equal(x.counts.created, 4);
	assert_non_null(memmem(x.message.ptr, x.message.len, "execution ", 10));
	x = get(fresh);
	assert_int_equal(x.state, EXECUTION_PENDING);
	assert_int_equal(x.trigger, TRIGGER_RECOVERY);
	assert_true(uuid_eq(x.recovers, id));
	assert_true(uuid_eq(x.upload_id, upload));
	assert_true(str_eq(x.upload_name, STR("x.csv")));
	assert_int_equal(x.upload_bytes, 17);
	assert_true(x.dry_run);
	assert_int_equal(x.scheduled_for, NOW - 1);
	assert_int_equal(x.round, 1);
	assert_int_equal(x.counts.created, 0);
	assert_int_equal(x.rejects_kept, 0);
	assert_int_equal(x.started_at, 0);
	assert_int_equal(x.message.len, 0);
	assert_int_equal(x.report.len, 0);
}

/* A file that kills the gateway does not do so for ever. */
static void test_recovery_ends(void **state)
{
	struct uuid id = claimed(), fresh;
	struct execution x;
	bool queued = true;
	int rounds = 0;

	(void)state;
	for (;;) {
		fresh = new_id();
		assert_int_equal(execution_state_interrupt(writing(), id, NOW,
					 fresh, NULL, &queued),
			ERR_OK);
		commit();
		if (!queued)
			break;
		assert_true(++rounds <= EXECUTION_ROUNDS_MAX);
		id = fresh;
		assert_int_equal(
			execution_state_claim(writing(), id, NOW, &x), ERR_OK);
		commit();
	}
	assert_int_equal(rounds, EXECUTION_ROUNDS_MAX);
	assert_int_equal(record_execution_get(store_read(store), fresh, &x),
		ERR_NOT_FOUND);
	x = get(id);
	assert_int_equal(x.state, EXECUTION_INTERRUPTED);
	assert_non_null(memmem(x.message.ptr, x.message.len, "101 times", 9));
}

static void test_no_recovery_without_job(void **state)
{
	struct uuid id = claimed();
	bool queued = true;
	struct execution x;

	(void)state;
	assert_int_equal(execution_state_interrupt(writing(), id, NOW, nil,
				 "its import job is gone", &queued),
		ERR_OK);
	commit();
	assert_false(queued);
	x = get(id);
	assert_int_equal(x.state, EXECUTION_INTERRUPTED);
	assert_non_null(memmem(x.message.ptr, x.message.len, "is gone", 7));
}

static void test_amend(void **state)
{
	struct uuid id = claimed();

	(void)state;
	assert_int_equal(execution_state_finish(
				 writing(), id, EXECUTION_SUCCESS, NOW, &some),
		ERR_OK);
	assert_int_equal(
		execution_state_amend(writing(), id, STR("{}")), ERR_OK);
	commit();
	assert_int_equal(get(id).state, EXECUTION_SUCCESS);
	assert_true(str_eq(get(id).report, STR("{}")));
	assert_int_equal(get(id).counts.created, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_claim, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_progress, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_finish, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_drop, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_recovery, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_recovery_ends, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_no_recovery_without_job, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_amend, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
