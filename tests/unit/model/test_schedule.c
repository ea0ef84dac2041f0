/* What becomes of slots: on time, missed, with the clock put forward and back;
 * and against a brute-force reading of the rule. */
#include "golden.h"

#include "sluice/base/clock.h"
#include "sluice/model/schedule.h"

static int64_t at(const char *text)
{
	int64_t ms;

	if (!time_parse(str_of(text), &ms))
		fail_msg("no time: %s", text);
	return ms;
}

static struct cron cron_of(const char *text)
{
	struct cron cron;
	struct cron_error why;

	if (!cron_parse(str_of(text), &cron, &why))
		fail_msg("%s: %s", text, why.text);
	return cron;
}

static struct schedule_decision decide(const char *expression,
	enum catch_up catch_up, const char *seen, const char *now)
{
	struct cron cron = cron_of(expression);
	struct schedule_decision d;

	schedule_decide(
		&cron, catch_up, at(seen), at(now), SCHEDULE_LATE_MS, &d);
	return d;
}

static void expect_run(const struct schedule_decision *d, const char *slot)
{
	assert_int_equal(d->run, slot != NULL);
	assert_int_equal(d->slot, slot == NULL ? 0 : at(slot));
}

static void on_time(void **state)
{
	struct schedule_decision d;

	(void)state;
	d = decide("0 2 * * *", CATCH_UP_NONE, "2025-03-01T02:00:00Z",
		"2025-03-02T01:59:59.999Z");
	expect_run(&d, NULL);
	assert_int_equal(d.skip_count, 0);
	assert_int_equal(d.seen, at("2025-03-02T01:59:59.999Z"));
	/* The very instant, and the last one that counts as on time. */
	d = decide("0 2 * * *", CATCH_UP_NONE, "2025-03-01T02:00:00Z",
		"2025-03-02T02:00:00Z");
	expect_run(&d, "2025-03-02T02:00:00Z");
	d = decide("0 2 * * *", CATCH_UP_NONE, "2025-03-01T02:00:00Z",
		"2025-03-02T02:00:10Z");
	expect_run(&d, "2025-03-02T02:00:00Z");
	assert_int_equal(d.skip_count, 0);
	d = decide("0 2 * * *", CATCH_UP_NONE, "2025-03-01T02:00:00Z",
		"2025-03-02T02:00:10.001Z");
	expect_run(&d, NULL);
	assert_int_equal(d.skip_count, 1);
	assert_int_equal(d.skips[0], at("2025-03-02T02:00:00Z"));
	/* Several are on time: one runs. */
	d = decide("* * * * * ?", CATCH_UP_NONE, "2025-03-01T00:00:00Z",
		"2025-03-01T00:00:03.500Z");
	expect_run(&d, "2025-03-01T00:00:03Z");
	assert_int_equal(d.skip_count, 2);
	assert_int_equal(d.skips[0], at("2025-03-01T00:00:01Z"));
	assert_int_equal(d.skips[1], at("2025-03-01T00:00:02Z"));
}

/* A turn decides up to now; the next one starts there. */
static void never_twice(void **state)
{
	struct schedule_decision d;

	(void)state;
	d = decide("0 2 * * *", CATCH_UP_LAST, "2025-03-02T02:00:00Z",
		"2025-03-02T02:00:00Z");
	expect_run(&d, NULL);
	d = decide("0 2 * * *", CATCH_UP_LAST, "2025-03-02T02:00:00Z",
		"2025-03-02T02:00:05Z");
	expect_run(&d, NULL);
	assert_int_equal(d.skip_count, 0);
}

static void downtime(void **state)
{
	struct schedule_decision d;

	(void)state;
	d = decide("0 2 * * *", CATCH_UP_NONE, "2025-03-01T12:00:00Z",
		"2025-03-04T12:00:00Z");
	expect_run(&d, NULL);
	assert_int_equal(d.skip_count, 3);
	assert_int_equal(d.skips[0], at("2025-03-02T02:00:00Z"));
	assert_int_equal(d.skips[2], at("2025-03-04T02:00:00Z"));
	assert_int_equal(d.more_skipped, 0);
	d = decide("0 2 * * *", CATCH_UP_LAST, "2025-03-01T12:00:00Z",
		"2025-03-04T12:00:00Z");
	expect_run(&d, "2025-03-04T02:00:00Z");
	assert_int_equal(d.skip_count, 2);
	assert_int_equal(d.skips[1], at("2025-03-03T02:00:00Z"));
	/* Down, and up again just in time for a slot. */
	d = decide("0 2 * * *", CATCH_UP_NONE, "2025-03-01T12:00:00Z",
		"2025-03-04T02:00:01Z");
	expect_run(&d, "2025-03-04T02:00:00Z");
	assert_int_equal(d.skip_count, 2);
}

static void clock_steps(void **state)
{
	struct schedule_decision d;

	(void)state;
	/* Back: what was decided stays decided. */
	d = decide("*/5 * * * *", CATCH_UP_LAST, "2025-03-01T12:00:00Z",
		"2025-03-01T11:00:00Z");
	expect_run(&d, NULL);
	assert_int_equal(d.skip_count, 0);
	assert_int_equal(d.seen, at("2025-03-01T12:00:00Z"));
	d = decide("*/5 * * * *", CATCH_UP_LAST, "2025-03-01T12:00:00Z",
		"2025-03-01T12:00:00Z");
	expect_run(&d, NULL);
	d = decide("*/5 * * * *", CATCH_UP_NONE, "2025-03-01T12:00:00Z",
		"2025-03-01T12:05:00.250Z");
	expect_run(&d, "2025-03-01T12:05:00Z");
	/* Forward: as downtime. */
	d = decide("*/5 * * * *", CATCH_UP_NONE, "2025-03-01T12:00:00Z",
		"2025-03-01T13:01:00Z");
	expect_run(&d, NULL);
	assert_int_equal(d.skip_count, 12);
}

static void many_skips(void **state)
{
	struct schedule_decision d;

	(void)state;
	d = decide("*/5 * * * *", CATCH_UP_LAST, "2025-03-01T12:00:00Z",
		"2025-03-02T12:01:00Z");
	expect_run(&d, "2025-03-02T12:00:00Z");
	assert_int_equal(d.skip_count, SCHEDULE_SKIPS_MAX);
	assert_int_equal(d.more_skipped, 287 - SCHEDULE_SKIPS_MAX);
	assert_int_equal(d.skipped_from, at("2025-03-01T12:05:00Z"));
	assert_int_equal(
		d.skips[SCHEDULE_SKIPS_MAX - 1], at("2025-03-02T11:55:00Z"));
	assert_int_equal(d.skips[0], at("2025-03-02T10:20:00Z"));
}

/* A slot per second, weeks and years of downtime; a burst far back.  Slow code
 * would take minutes here. */
static void bounded_time(void **state)
{
	static const char *const expressions[] = { "* * * * * ?", "* * * 1 1 ?",
		"0 0 0 29 2 ?", "* * * 29 2 ?", "0 0 0 LW 12 ? 2024/4",
		"59 59 23 31 12 ?" };
	uint64_t start = clock_monotonic_ns();

	(void)state;
	for (size_t i = 0; i < sizeof expressions / sizeof *expressions; i++) {
		struct schedule_decision d =
			decide(expressions[i], CATCH_UP_NONE,
				"1971-01-01T00:00:00Z", "2098-12-31T23:59:00Z");

		assert_false(d.run && d.skip_count == 0);
		assert_true(d.skip_count > 0);
		for (unsigned s = 1; s < d.skip_count; s++)
			assert_true(d.skips[s - 1] < d.skips[s]);
		assert_true(d.more_skipped <= SCHEDULE_COUNT_MAX);
	}
	assert_true(clock_monotonic_ns() - start < UINT64_C(2000000000));
}

static void no_more_slots(void **state)
{
	struct cron cron = cron_of("0 0 0 1 1 ? 2020");
	struct schedule_decision d;
	int64_t next = 7;

	(void)state;
	schedule_decide(&cron, CATCH_UP_LAST, at("2020-06-01T00:00:00Z"),
		at("2025-01-01T00:00:00Z"), SCHEDULE_LATE_MS, &d);
	expect_run(&d, NULL);
	assert_int_equal(d.skip_count, 0);
	assert_int_equal(d.seen, at("2025-01-01T00:00:00Z"));
	assert_false(
		schedule_next(&cron, 0, at("2020-01-01T00:00:00Z"), &next));
	assert_int_equal(next, 7);
	/* Its last slot was missed. */
	schedule_decide(&cron, CATCH_UP_LAST, at("2019-06-01T00:00:00Z"),
		at("2025-01-01T00:00:00Z"), SCHEDULE_LATE_MS, &d);
	expect_run(&d, "2020-01-01T00:00:00Z");
	assert_int_equal(d.skip_count, 0);
}

/* A slot of a moment ago was missed all the same when the gateway was down. */
static void no_grace_at_a_start(void **state)
{
	struct cron cron = cron_of("*/5 * * * * ?");
	struct schedule_decision d;

	(void)state;
	schedule_decide(&cron, CATCH_UP_NONE, at("2025-01-01T00:00:00Z"),
		at("2025-01-01T00:00:06Z"), 0, &d);
	expect_run(&d, NULL);
	assert_int_equal(d.skip_count, 1);
	schedule_decide(&cron, CATCH_UP_LAST, at("2025-01-01T00:00:00Z"),
		at("2025-01-01T00:00:06Z"), 0, &d);
	expect_run(&d, "2025-01-01T00:00:05Z");
}

static void next_slot(void **state)
{
	struct cron cron = cron_of("0 * * * *");
	int64_t next;

	(void)state;
	assert_true(schedule_next(&cron, at("2025-01-01T10:00:00Z"),
		at("2025-01-01T10:30:00Z"), &next));
	assert_int_equal(next, at("2025-01-01T11:00:00Z"));
	/* The clock was put back: not before `seen` again. */
	assert_true(schedule_next(&cron, at("2025-01-01T10:00:00Z"),
		at("2025-01-01T08:30:00Z"), &next));
	assert_int_equal(next, at("2025-01-01T11:00:00Z"));
}

/* Every slot by itself, as the header tells the rule. */
static void against_brute_force(void **state)
{
	static const char *const expressions[] = { "*/7 * * * * ?",
		"0 */3 * * * ?", "0 13,14 * * * ?", "30 0/20 10-14 * * ?",
		"0 0 0 ? * MON", "0 0 12 L * ?" };
	static const int64_t spans[] = { 1, 999, 1000, 9999, 10000, 10001,
		60000, 3600000, 86400000, 86400000LL * 9, 86400000LL * 70 };
	int64_t base = at("2024-02-26T23:59:55.321Z");

	(void)state;
	for (size_t e = 0; e < sizeof expressions / sizeof *expressions; e++) {
		struct cron cron = cron_of(expressions[e]);

		for (size_t i = 0; i < 2 * sizeof spans / sizeof *spans; i++) {
			enum catch_up up = (enum catch_up)(i % 2);
			int64_t seen = base + (int64_t)i * 7777;
			int64_t now = seen + spans[i / 2], slot = seen;
			static int64_t all[1000000];
			size_t count = 0, kept;
			struct schedule_decision d;

			while (cron_next(&cron, slot, &slot) && slot <= now)
				all[count++] = slot;
			schedule_decide(
				&cron, up, seen, now, SCHEDULE_LATE_MS, &d);
			if (count > 0 &&
				(up == CATCH_UP_LAST ||
					now - all[count - 1] <= 10000)) {
				assert_true(d.run);
				assert_int_equal(d.slot, all[--count]);
			} else {
				assert_false(d.run);
			}
			kept = count < SCHEDULE_SKIPS_MAX ? count
							  : SCHEDULE_SKIPS_MAX;
			assert_int_equal(d.skip_count, kept);
			for (size_t s = 0; s < kept; s++)
				assert_int_equal(
					d.skips[s], all[count - kept + s]);
			count -= kept;
			assert_int_equal(
				d.more_skipped, count < SCHEDULE_COUNT_MAX
							? count
							: SCHEDULE_COUNT_MAX);
			if (count > 0)
				assert_int_equal(d.skipped_from, all[0]);
			assert_int_equal(d.seen, now);
		}
	}
}

static void after(void **state)
{
	int64_t times[] = { 10, 20, 30 };

	(void)state;
	assert_true(schedule_after_due(times, 3, 9));
	assert_false(schedule_after_due(times, 3, 10)); /* used already */
	assert_false(schedule_after_due(times, 3, 15));
	assert_true(schedule_after_due(times + 1, 2, 15));
	assert_false(schedule_after_due(times, 0, 0));
	times[1] = 0;
	assert_false(schedule_after_due(times, 3, 0));
	assert_false(schedule_after_due(times, 3, -1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(on_time),
		cmocka_unit_test(never_twice),
		cmocka_unit_test(downtime),
		cmocka_unit_test(clock_steps),
		cmocka_unit_test(many_skips),
		cmocka_unit_test(bounded_time),
		cmocka_unit_test(no_more_slots),
		cmocka_unit_test(no_grace_at_a_start),
		cmocka_unit_test(next_slot),
		cmocka_unit_test(against_brute_force),
		cmocka_unit_test(after),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
