/* Jobs start when their cron expressions say so, once per slot, whatever the
 * gateway and the clock did meanwhile.  What is decided about slots is
 * model/schedule.h's; here it is written down and waited for. */
#include "gateway.h"
#include "sluice/jobs/scheduler.h"
#include "sluice/model/schedule.h"

static struct gateway g;
static const struct uuid none;

static int set_up(void **state)
{
	(void)state;
	gateway_up(&g);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	gateway_remove(&g);
	return 0;
}

/* Its connection is not there: what is started fails at once. */
static struct import_job *job_at(
	const char *name, const char *cron, const char *more)
{
	char *members = mem_printf(
		"\"cronExpression\":\"%s\","
		"\"clientId\":\"01a1fef5-eeff-7000-8a3f-000000000000\","
		"\"source\":{\"path\":\"x.csv\"}%s%s",
		cron, more[0] == '\0' ? "" : ",", more);
	struct import_job *job =
		gateway_job(&g, name, "SUPPLIER", CONNECTION_SFTP, members);

	free(members);
	return job;
}

#define EVERY_SECOND "* * * * * ?"
#define SOME_DAY     "0 0 0 1 1 ? 2099"

/* --- executions -------------------------------------------------------------
 */

#define SEEN_MAX 2000

static struct execution seen[SEEN_MAX];

static size_t executions_of(const struct import_job *job)
{
	static struct uuid ids[SEEN_MAX];
	struct execution_filter f = { .by_job = true, .job_id = job->id };
	size_t n = record_execution_ids(
		turn_read(&g.hub), &f, none, ids, SEEN_MAX);

	for (size_t i = 0; i < n; i++)
		seen[i] = gateway_execution(&g, ids[i]);
	return n;
}

struct want {
	const struct import_job *job;
	size_t count;
};

static bool has_executions(void *arg)
{
	struct want *w = arg;

	return executions_of(w->job) >= w->count;
}

static size_t wait_for(const struct import_job *job, size_t count)
{
	struct want w = { job, count };

	assert_true(loop_run_until(g.hub.loop, has_executions, &w, 100000));
	gateway_commit(&g);
	return executions_of(job);
}

static bool is_over(void *arg)
{
	return clock_now_ms() >= *(int64_t *)arg;
}

static void nothing(struct timer *t)
{
	(void)t;
}

static void let_pass(int64_t ms)
{
	int64_t until = clock_now_ms() + ms;
	struct timer t = { 0 };

	timer_set(g.hub.loop, &t, (uint64_t)ms + 1, nothing);
	assert_true(loop_run_until(g.hub.loop, is_over, &until, 100000));
	timer_stop(g.hub.loop, &t);
	gateway_commit(&g);
}

static void set_seen(const struct import_job *job, int64_t at)
{
	struct import_job_state s;
	struct txn *t;

	assert_int_equal(turn_write(&g.hub, &t), ERR_OK);
	assert_int_equal(record_import_job_state_get(t, job->id, &s), ERR_OK);
	s.seen = at;
	assert_int_equal(record_import_job_state_put(t, job->id, &s), ERR_OK);
	scheduler_wake(g.hub.imports.scheduler);
	gateway_commit(&g);
}

static int64_t seen_of(const struct import_job *job)
{
	struct import_job_state s;

	assert_int_equal(
		record_import_job_state_get(turn_read(&g.hub), job->id, &s),
		ERR_OK);
	return s.seen;
}

/* --- on time
 * -------------------------------------------------------------------- */

static void check_slots(size_t n)
{
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(seen[i].trigger, TRIGGER_SCHEDULED);
		assert_int_equal(seen[i].scheduled_for % 1000, 0);
		/* not before its time */
		assert_true(seen[i].created_at >= seen[i].scheduled_for);
		for (size_t k = 0; k < i; k++)
			assert_true(
				seen[i].scheduled_for != seen[k].scheduled_for);
	}
}

static void test_every_second(void **state)
{
	int64_t start = clock_now_ms();
	struct import_job *job = job_at("a", EVERY_SECOND, "");
	size_t n = wait_for(job, 2);

	(void)state;
	check_slots(n);
	assert_true(seen[0].scheduled_for > start);
	assert_true(seen[0].created_at - seen[0].scheduled_for < 500);
	/* nor again after a start */
	gateway_again(&g);
	job = catalog_import_job(&g.hub, seen[0].job_id);
	check_slots(wait_for(job, n + 1));
}

static void test_inactive(void **state)
{
	struct import_job *job = job_at("a", EVERY_SECOND, "\"active\":false");

	(void)state;
	let_pass(1200);
	assert_int_equal(executions_of(job), 0);
	/* activated: from now on */
	job = import_job_copy(job);
	job->active = true;
	set_seen(job, clock_now_ms() - 3600000);
	assert_int_equal(catalog_put_import_job(&g.hub, job), ERR_OK);
	gateway_commit(&g);
	job = catalog_import_job(&g.hub, job->id);
	check_slots(wait_for(job, 1));
	assert_int_equal(executions_of(job), 1);
}

static void test_changed_and_deleted(void **state)
{
	struct import_job *job = job_at("a", SOME_DAY, "");
	struct import_job *fast = job_at("b", EVERY_SECOND, "");
	struct uuid id = fast->id;
	struct execution_filter f = { .by_job = true, .job_id = id };
	struct uuid ids[8];
	size_t n;

	(void)state;
	assert_int_equal(catalog_delete_import_job(&g.hub, id), ERR_OK);
	gateway_commit(&g);
	n = record_execution_ids(turn_read(&g.hub), &f, none, ids, 8);
	let_pass(1200);
	assert_int_equal(
		record_execution_ids(turn_read(&g.hub), &f, none, ids, 8), n);
	assert_int_equal(executions_of(job), 0);
	gateway_job(&g, "c", "SUPPLIER", CONNECTION_TYPE_COUNT, "");
	assert_int_equal(executions_of(job), 0);
}

/* --- missed
 * ------------------------------------------------------------------------ */

static void test_missed_are_skipped(void **state)
{
	struct import_job *job = job_at("a", "0 * * * * ?", "");
	int64_t now = clock_now_ms();
	size_t n, skipped = 0;

	(void)state;
	set_seen(job, now - 10 * 60000);
	n = wait_for(job, 9);
	for (size_t i = 0; i < n; i++) {
		if (seen[i].state != EXECUTION_SKIPPED)
			continue;
		skipped++;
		assert_non_null(memmem(
			seen[i].message.ptr, seen[i].message.len, "missed", 6));
		assert_true(seen[i].finished_at > 0);
	}
	assert_true(skipped >= 9 && skipped <= 10);
	check_slots(n);
	assert_true(seen_of(job) >= now);
	/* told once */
	let_pass(50);
	assert_true(executions_of(job) <= n + 1);
}

static void test_catch_up(void **state)
{
	struct import_job *job =
		job_at("a", "0 0 0 * * ?", "\"catchUp\":\"LAST\"");
	size_t n, ran = 0, last = 0;

	(void)state;
	set_seen(job, clock_now_ms() - INT64_C(3) * 86400000);
	n = wait_for(job, 3);
	assert_int_equal(n, 3);
	for (size_t i = 0; i < n; i++) {
		if (seen[i].state == EXECUTION_SKIPPED)
			continue;
		ran++;
		last = i;
	}
	assert_int_equal(ran, 1);
	for (size_t i = 0; i < n; i++)
		assert_true(seen[i].scheduled_for <= seen[last].scheduled_for);
}

/* After a year down: a few rows tell of thousands of slots. */
static void test_long_ago(void **state)
{
	struct import_job *job = job_at("a", "0 * * * * ?", "");
	size_t n;

	(void)state;
	set_seen(job, clock_now_ms() - INT64_C(365) * 86400000);
	n = wait_for(job, SCHEDULE_SKIPS_MAX + 1);
	assert_true(n <= SCHEDULE_SKIPS_MAX + 2);
	assert_non_null(memmem(
		seen[0].message.ptr, seen[0].message.len, "slots from", 10));
}

/* The clock was put back: what has run does not run again. */
static void test_clock_put_back(void **state)
{
	struct import_job *job = job_at("a", EVERY_SECOND, "");
	int64_t ahead = clock_now_ms() + 3000;

	(void)state;
	set_seen(job, ahead);
	let_pass(1500);
	for (size_t i = 0, n = executions_of(job); i < n; i++)
		assert_true(seen[i].created_at < ahead - 2000);
	assert_int_equal(seen_of(job), ahead);
}

/* Many jobs at the same instant: each once, in slices. */
static void test_many_jobs(void **state)
{
	static struct import_job *jobs[300];
	char name[32];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(jobs); i++) {
		snprintf(name, sizeof name, "job %zu", i);
		jobs[i] = job_at(name, "0 * * * * ?", "");
	}
	for (size_t i = 0; i < ARRAY_LEN(jobs); i++) {
		struct import_job_state s = { .seen = clock_now_ms() - 130000 };
		struct txn *t;

		assert_int_equal(turn_write(&g.hub, &t), ERR_OK);
		assert_int_equal(
			record_import_job_state_put(t, jobs[i]->id, &s),
			ERR_OK);
	}
	scheduler_wake(g.hub.imports.scheduler);
	for (size_t i = 0; i < ARRAY_LEN(jobs); i++) {
		size_t n = wait_for(jobs[i], 2);

		assert_true(n <= 4);
		check_slots(n);
	}
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_every_second),
		TEST(test_inactive),
		TEST(test_changed_and_deleted),
		TEST(test_missed_are_skipped),
		TEST(test_catch_up),
		TEST(test_long_ago),
		TEST(test_clock_put_back),
		TEST(test_many_jobs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
