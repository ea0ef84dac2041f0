/* The durable side of an export, on a real LMDB file: each edge of the diagram
 * in model/export.h, the retry rule (contract 3.4), and recovery. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "sluice/jobs/export_state.h"
#include "sluice/store/store.h"

#define NOW INT64_C(1700000000000)

static char dir[64];
static struct store *store;
static struct uuid_source ids;

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
	store_close(store);
	snprintf(command, sizeof command, "rm -r %s", dir);
	return system(command);
}

static struct uuid add(unsigned max_retries)
{
	static const uint8_t random[8];
	struct export x = {
		.id = uuid_make(&ids, NOW, random),
		.job_name = STR("job"),
		.reference = STR("172-1"),
		.state = EXPORT_PENDING,
		.created_at = NOW,
		.updated_at = NOW,
		.next_attempt_at = NOW,
		.retries_left = max_retries,
		.retry = { max_retries, 900 },
		.folder = STR("/out"),
		.file_name = STR("172-1.xml"),
	};

	assert_int_equal(record_export_put(writing(), &x), ERR_OK);
	commit();
	return x.id;
}

static struct export claim(struct uuid id)
{
	struct export x;

	assert_int_equal(export_state_claim(writing(), id, NOW, &x), ERR_OK);
	assert_int_equal(x.state, EXPORT_RUNNING);
	assert_int_equal(x.next_attempt_at, 0);
	commit();
	return x;
}

static struct export settle(struct uuid id, enum attempt_outcome outcome,
	enum err code, bool by_shutdown)
{
	struct attempt_result r = { .outcome = outcome,
		.code = code,
		.message = code == ERR_OK ? "" : "said why",
		.by_shutdown = by_shutdown };
	struct export x;

	assert_int_equal(
		export_state_settle(writing(), id, NOW + 5, &r, &x), ERR_OK);
	commit();
	return x;
}

static struct export_attempt attempt(struct uuid id, uint32_t number)
{
	struct export_attempt a;

	assert_int_equal(
		record_attempt_get(store_read(store), id, number, &a), ERR_OK);
	return a;
}

static void test_success(void **state)
{
	struct uuid id = add(5);
	struct export x;

	(void)state;
	claim(id);
	assert_int_equal(attempt(id, 1).outcome, ATTEMPT_RUNNING);
	store_end_turn(store);
	x = settle(id, ATTEMPT_SUCCESS, ERR_OK, false);
	assert_int_equal(x.state, EXPORT_SUCCESS);
	assert_int_equal(x.attempts, 1);
	assert_int_equal(attempt(id, 1).outcome, ATTEMPT_SUCCESS);
	assert_int_equal(attempt(id, 1).finished_at, NOW + 5);
	assert_true(str_eq(attempt(id, 1).remote_path, STR("/out/172-1.xml")));
	store_end_turn(store);
}

/* Rule 3.4: five retries at a fixed interval make six attempts, then FAILED. */
static void test_six_attempts_then_failed(void **state)
{
	struct uuid id = add(5);
	struct export x;

	(void)state;
	for (uint32_t n = 1; n <= 6; n++) {
		x = claim(id);
		assert_int_equal(x.attempts, n);
		x = settle(id, ATTEMPT_FAILURE, ERR_NET, false);
		if (n == 6)
			break;
		assert_int_equal(x.state, EXPORT_RETRYING);
		assert_int_equal(x.retries_left, 5 - n);
		assert_int_equal(export_retries_to_come(&x), 6 - n);
		assert_int_equal(x.next_attempt_at, NOW + 5 + 900 * 1000);
	}
	assert_int_equal(x.state, EXPORT_FAILED);
	assert_int_equal(x.next_attempt_at, 0);
	assert_true(str_eq(attempt(id, 6).code, STR("ERR_NET")));
	store_end_turn(store);
}

static void test_retry_by_hand_is_a_new_round(void **state)
{
	struct uuid id = add(0);
	struct export x;

	(void)state;
	claim(id);
	x = settle(id, ATTEMPT_FAILURE, ERR_NET, false);
	assert_int_equal(x.state, EXPORT_FAILED);
	assert_int_equal(record_export_get(writing(), id, &x), ERR_OK);
	x.retry.max_retries = 3;
	assert_int_equal(export_state_requeue(writing(), &x, NOW + 9), ERR_OK);
	commit();
	assert_int_equal(record_export_get(store_read(store), id, &x), ERR_OK);
	assert_int_equal(x.state, EXPORT_PENDING);
	assert_int_equal(x.retries_left, 3);
	assert_int_equal(x.next_attempt_at, NOW + 9);
	store_end_turn(store);
	/* What waits can't be queued again. */
	assert_int_equal(record_export_get(writing(), id, &x), ERR_OK);
	assert_int_equal(
		export_state_requeue(writing(), &x, NOW), ERR_CONFLICT);
	commit();
}

static void test_cancel(void **state)
{
	struct uuid pending = add(5), running = add(5), retrying = add(5),
		    failed = add(0);
	struct export x;

	(void)state;
	assert_int_equal(
		export_state_cancel(writing(), pending, NOW, "why"), ERR_OK);
	claim(running);
	assert_int_equal(export_state_cancel(writing(), running, NOW, "why"),
		ERR_CONFLICT);
	claim(retrying);
	settle(retrying, ATTEMPT_FAILURE, ERR_NET, false);
	assert_int_equal(
		export_state_cancel(writing(), retrying, NOW, "why"), ERR_OK);
	claim(failed);
	settle(failed, ATTEMPT_FAILURE, ERR_NET, false);
	assert_int_equal(
		export_state_cancel(writing(), failed, NOW, "why"), ERR_OK);
	assert_int_equal(export_state_cancel(writing(), failed, NOW, "why"),
		ERR_CONFLICT);
	x = settle(running, ATTEMPT_CANCELLED, ERR_CANCELED, false);
	assert_int_equal(x.state, EXPORT_CANCELLED);
	assert_int_equal(
		record_export_count(store_read(store), EXPORT_CANCELLED), 4);
	store_end_turn(store);
}

/* A shutdown uses up no retry, and the export is due again at once. */
static void test_shutdown(void **state)
{
	struct uuid id = add(2);
	struct export x;

	(void)state;
	claim(id);
	x = settle(id, ATTEMPT_CANCELLED, ERR_CANCELED, true);
	assert_int_equal(x.state, EXPORT_RETRYING);
	assert_int_equal(export_retries_to_come(&x), 2);
	assert_int_equal(x.retries_left, 2);
	assert_int_equal(x.next_attempt_at, NOW + 5);
}

/* Rule 3.4: an attempt that a crash interrupted counts, as UNKNOWN. */
static void test_recovery(void **state)
{
	struct uuid id = add(1), last = add(0);
	struct uuid due[4];
	struct export x;
	size_t n;

	(void)state;
	claim(id);
	claim(last);
	assert_int_equal(
		export_state_recover(writing(), NOW + 7, 100, &n), ERR_OK);
	commit();
	assert_int_equal(n, 2);
	assert_int_equal(record_export_get(store_read(store), id, &x), ERR_OK);
	assert_int_equal(x.state, EXPORT_RETRYING);
	assert_int_equal(x.retries_left, 0);
	assert_int_equal(x.next_attempt_at, NOW + 7);
	assert_int_equal(attempt(id, 1).outcome, ATTEMPT_UNKNOWN);
	assert_int_equal(
		record_export_get(store_read(store), last, &x), ERR_OK);
	assert_int_equal(x.state, EXPORT_FAILED);
	assert_int_equal(record_export_due(store_read(store),
				 (struct uuid){ { 0 } }, NOW + 7, due, 4),
		1);
	assert_true(uuid_eq(due[0], id));
	store_end_turn(store);
	assert_int_equal(
		export_state_recover(writing(), NOW + 8, 100, &n), ERR_OK);
	commit();
	assert_int_equal(n, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_success),
		TEST(test_six_attempts_then_failed),
		TEST(test_retry_by_hand_is_a_new_round),
		TEST(test_cancel),
		TEST(test_shutdown),
		TEST(test_recovery),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
