/* Executions: every edge of the diagram, what overlap and the end of a run
 * make of them, and their JSON form. */
#include "golden.h"

#include "sluice/model/execution.h"

#define PENDING     EXECUTION_PENDING
#define RUNNING     EXECUTION_RUNNING
#define SUCCESS     EXECUTION_SUCCESS
#define PARTIAL     EXECUTION_PARTIAL
#define FAILED      EXECUTION_FAILED
#define CANCELLED   EXECUTION_CANCELLED
#define INTERRUPTED EXECUTION_INTERRUPTED
#define SKIPPED     EXECUTION_SKIPPED

/* The diagram in execution.h once more, as a list of its arrows. */
static const enum execution_state edges[][2] = {
	{ PENDING, RUNNING },
	{ PENDING, CANCELLED },
	{ PENDING, FAILED },
	{ RUNNING, SUCCESS },
	{ RUNNING, PARTIAL },
	{ RUNNING, FAILED },
	{ RUNNING, CANCELLED },
	{ RUNNING, INTERRUPTED },
};

static bool is_edge(enum execution_state from, enum execution_state to)
{
	for (size_t i = 0; i < sizeof edges / sizeof *edges; i++)
		if (edges[i][0] == from && edges[i][1] == to)
			return true;
	return false;
}

static void every_pair(void **state)
{
	unsigned allowed = 0;

	(void)state;
	for (int from = 0; from < EXECUTION_STATE_COUNT; from++) {
		for (int to = 0; to < EXECUTION_STATE_COUNT; to++) {
			bool may = execution_state_may_become(
				(enum execution_state)from,
				(enum execution_state)to);

			allowed += may;
			if (may != is_edge((enum execution_state)from,
					   (enum execution_state)to))
				fail_msg("%s -> %s",
					execution_state_name(
						(enum execution_state)from),
					execution_state_name(
						(enum execution_state)to));
		}
		assert_int_equal(
			execution_state_is_final((enum execution_state)from),
			from != PENDING && from != RUNNING);
	}
	assert_int_equal(allowed, sizeof edges / sizeof *edges);
}

static void names(void **state)
{
	static const char *const want[] = { "JOB_PENDING", "JOB_RUNNING",
		"JOB_SUCCESS", "JOB_PARTIAL", "JOB_FAILED", "JOB_CANCELLED",
		"JOB_INTERRUPTED", "JOB_SKIPPED" };
	static const char *const triggers[] = { "SCHEDULED", "MANUAL", "FILE",
		"AFTER", "RECOVERY" };
	enum execution_state s;

	(void)state;
	for (int i = 0; i < EXECUTION_STATE_COUNT; i++) {
		assert_string_equal(
			execution_state_name((enum execution_state)i), want[i]);
		assert_true(execution_state_parse(str_of(want[i]), &s));
		assert_int_equal(s, i);
	}
	assert_false(execution_state_parse(STR("job_failed"), &s));
	assert_false(execution_state_parse(STR(""), &s));
	for (int i = 0; i < TRIGGER_COUNT; i++)
		assert_string_equal(
			execution_trigger_name((enum execution_trigger)i),
			triggers[i]);
}

static void overlap(void **state)
{
	static const struct {
		enum execution_policy policy;
		bool simultaneous;
		unsigned running, waiting;
		enum execution_state want;
		const char *why;
	} cases[] = {
		{ POLICY_RUN_IMMEDIATELY, false, 0, 0, PENDING, NULL },
		{ POLICY_RUN_IMMEDIATELY, false, 1, 0, PENDING, NULL },
		{ POLICY_RUN_IMMEDIATELY, false, 1, 1, SKIPPED, "waiting" },
		{ POLICY_RUN_IMMEDIATELY, false, 0, 1, SKIPPED, "waiting" },
		{ POLICY_RUN_IMMEDIATELY, true, 3, 4, PENDING, NULL },
		{ POLICY_WAIT_FOR_NEXT, false, 0, 0, PENDING, NULL },
		{ POLICY_WAIT_FOR_NEXT, false, 1, 0, SKIPPED, "WAIT_FOR_NEXT" },
		{ POLICY_WAIT_FOR_NEXT, false, 0, 1, SKIPPED, "WAIT_FOR_NEXT" },
		{ POLICY_WAIT_FOR_NEXT, true, 1, 1, PENDING, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *why = "unset";

		assert_int_equal(
			execution_on_overlap(cases[i].policy,
				cases[i].simultaneous, cases[i].running,
				cases[i].waiting, &why),
			cases[i].want);
		assert_int_equal(why == NULL, cases[i].why == NULL);
		if (why != NULL)
			assert_non_null(strstr(why, cases[i].why));
	}
}

static void outcomes(void **state)
{
	static const struct {
		struct execution_counts counts;
		bool failed;
		enum execution_state want;
	} cases[] = {
		{ { .rows_read = 0 }, false, SUCCESS },
		{ { .rows_read = 1, .created = 1 }, false, SUCCESS },
		{ { .rows_read = 1, .unchanged = 1, .warnings = 9 }, false,
			SUCCESS },
		{ { .rows_read = 2, .created = 1, .rejected = 1 }, false,
			PARTIAL },
		{ { .rows_read = 2, .updated = 1, .rejected = 1 }, false,
			PARTIAL },
		{ { .rows_read = 2, .unchanged = 1, .rejected = 1 }, false,
			PARTIAL },
		{ { .rows_read = 2, .rejected = 2 }, false, FAILED },
		{ { .rows_read = 2, .created = 2 }, true, FAILED },
		{ { .rows_read = 0 }, true, FAILED },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_int_equal(
			execution_outcome(&cases[i].counts, cases[i].failed),
			cases[i].want);
}

static void expect_json(const struct execution *x, const char *want)
{
	struct buf out = buf_make(1 << 16);
	json_t *parsed;

	buf_char(&out, '{');
	execution_put(&out, x);
	buf_char(&out, '}');
	assert_string_equal(buf_view(&out).ptr, want);
	parsed = json_loads(buf_view(&out).ptr, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(parsed);
	json_decref(parsed);
	buf_release(&out);
}

static void json_of_a_new_one(void **state)
{
	struct execution x = {
		.job_name = STR("a \"b\""),
		.entity = ENTITY_OFFER,
		.trigger = TRIGGER_MANUAL,
		.created_at = 1500,
	};

	(void)state;
	x.id.bytes[15] = 1;
	x.job_id.bytes[15] = 2;
	expect_json(&x,
		"{\"id\":\"00000000-0000-0000-0000-000000000001\","
		"\"jobId\":\"00000000-0000-0000-0000-000000000002\","
		"\"jobName\":\"a \\\"b\\\"\",\"entity\":\"OFFER\","
		"\"trigger\":\"MANUAL\",\"scheduledFor\":null,"
		"\"status\":\"JOB_PENDING\",\"startedAt\":null,"
		"\"finishedAt\":null,\"rowsRead\":0,\"created\":0,"
		"\"updated\":0,\"unchanged\":0,\"rejected\":0,\"warnings\":0,"
		"\"bytesRead\":0,\"files\":[],\"message\":\"\","
		"\"createdAt\":\"1970-01-01T00:00:01.500Z\","
		"\"dryRun\":false,\"rejectsKept\":0}");
}

static void json_of_a_full_one(void **state)
{
	struct execution x = {
		.job_name = STR("j"),
		.entity = ENTITY_SUPPLIER,
		.trigger = TRIGGER_RECOVERY,
		.state = EXECUTION_PARTIAL,
		.dry_run = true,
		.created_at = 1,
		.scheduled_for = 1000,
		.started_at = 2000,
		.finished_at = 3001,
		.counts = { 7, 1, 2, 3, 1, 4, UINT64_C(1) << 62 },
		.rejects_kept = 1,
		.upload_name = STR("x.csv"),
		.message = STR("done\n"),
		.report = STR("{\"files\":[{\"name\":\"x.csv\"}],"
			      "\"warningMessages\":[\"w\"],"
			      "\"transcodingMisses\":[{\"field\":\"f\"}]}"),
	};

	(void)state;
	x.recovers.bytes[0] = 0xAB;
	expect_json(&x,
		"{\"id\":\"00000000-0000-0000-0000-000000000000\","
		"\"jobId\":\"00000000-0000-0000-0000-000000000000\","
		"\"jobName\":\"j\",\"entity\":\"SUPPLIER\","
		"\"trigger\":\"RECOVERY\","
		"\"scheduledFor\":\"1970-01-01T00:00:01.000Z\","
		"\"status\":\"JOB_PARTIAL\","
		"\"startedAt\":\"1970-01-01T00:00:02.000Z\","
		"\"finishedAt\":\"1970-01-01T00:00:03.001Z\",\"rowsRead\":7,"
		"\"created\":1,\"updated\":2,\"unchanged\":3,\"rejected\":1,"
		"\"warnings\":4,\"bytesRead\":4611686018427387904,"
		"\"files\":[{\"name\":\"x.csv\"}],\"message\":\"done\\n\","
		"\"createdAt\":\"1970-01-01T00:00:00.001Z\",\"dryRun\":true,"
		"\"recovers\":\"ab000000-0000-0000-0000-000000000000\","
		"\"rejectsKept\":1,\"fileName\":\"x.csv\","
		"\"warningMessages\":[\"w\"],"
		"\"transcodingMisses\":[{\"field\":\"f\"}]}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_pair),
		cmocka_unit_test(names),
		cmocka_unit_test(overlap),
		cmocka_unit_test(outcomes),
		cmocka_unit_test(json_of_a_new_one),
		cmocka_unit_test(json_of_a_full_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
