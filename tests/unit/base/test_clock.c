#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "sluice/base/clock.h"
#include "sluice/base/must.h"

static void check_form(int64_t ms, enum time_form form, const char *expected)
{
	char text[TIME_TEXT_SIZE];

	assert_string_equal(time_format(ms, form, text), expected);
}

static void the_four_forms(void **state)
{
	const int64_t ms = INT64_C(1742826751824);

	(void)state;
	check_form(ms, TIME_ISO_MS, "2025-03-24T14:32:31.824Z");
	check_form(ms, TIME_ISO_OFFSET, "2025-03-24T14:32:31.824+00:00");
	check_form(ms, TIME_ISO_S, "2025-03-24T14:32:31Z");
	check_form(ms, TIME_COMPACT, "20250324T143231");
}

static void borders(void **state)
{
	(void)state;
	check_form(0, TIME_ISO_MS, "1970-01-01T00:00:00.000Z");
	check_form(-1, TIME_ISO_MS, "1969-12-31T23:59:59.999Z");
	check_form(INT64_MIN, TIME_ISO_MS, "0000-01-01T00:00:00.000Z");
	check_form(INT64_MAX, TIME_ISO_MS, "9999-12-31T23:59:59.999Z");
	check_form(INT64_C(951782400000), TIME_ISO_S, "2000-02-29T00:00:00Z");
	check_form(INT64_C(4107542400000), TIME_ISO_S, "2100-03-01T00:00:00Z");
}

static void agrees_with_the_system(void **state)
{
	(void)state;
	for (int64_t s = -5000000000; s < 20000000000;
		s += 86400 * 17 + 12345) {
		char mine[TIME_TEXT_SIZE], theirs[TIME_TEXT_SIZE];
		time_t t = (time_t)s;
		struct tm tm;
		int64_t back;

		gmtime_r(&t, &tm);
		strftime(theirs, sizeof theirs, "%Y-%m-%dT%H:%M:%SZ", &tm);
		time_format(s * 1000, TIME_ISO_S, mine);
		assert_string_equal(mine, theirs);
		assert_true(time_parse(str_of(mine), &back));
		assert_true(back == s * 1000);
	}
}

static void reading(void **state)
{
	static const struct {
		const char *text;
		int64_t ms;
	} cases[] = {
		{ "2025-03-24T14:32:31.824Z", INT64_C(1742826751824) },
		{ "2025-03-24T14:32:31Z", INT64_C(1742826751000) },
		{ "2025-03-24T14:32:31.8Z", INT64_C(1742826751800) },
		{ "2025-03-24T14:32:31.824999999Z", INT64_C(1742826751824) },
		{ "2025-03-24T15:32:31.824+01:00", INT64_C(1742826751824) },
		{ "2025-03-24T09:02:31.824-0530", INT64_C(1742826751824) },
		{ "1970-01-01T00:00:00+00:00", 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int64_t ms;

		assert_true(time_parse(str_of(cases[i].text), &ms));
		assert_true(ms == cases[i].ms);
	}
}

static void refusing(void **state)
{
	static const char *const wrong[] = { "", "2025-03-24",
		"2025-03-24T14:32Z", "2025-03-24T14:32:31",
		"2025-03-24 14:32:31Z", "2025-02-29T00:00:00Z",
		"2025-13-01T00:00:00Z", "2025-00-01T00:00:00Z",
		"2025-01-00T00:00:00Z", "2025-04-31T00:00:00Z",
		"2025-01-01T24:00:00Z", "2025-01-01T00:60:00Z",
		"2025-01-01T00:00:60Z", "2025-01-01T00:00:00.Z",
		"2025-01-01T00:00:00.1234567890Z", "2025-01-01T00:00:00+1",
		"2025-01-01T00:00:00+19:00", "2025-01-01T00:00:00Zx",
		"25-01-01T00:00:00Z", "2025-1-01T00:00:00Z" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		int64_t ms;

		assert_false(time_parse(str_of(wrong[i]), &ms));
	}
}

static void the_clocks_run(void **state)
{
	uint64_t from = clock_monotonic_ns();

	(void)state;
	assert_true(clock_now_ms() > INT64_C(1700000000000));
	assert_true(clock_monotonic_ns() >= from);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_four_forms),
		cmocka_unit_test(borders),
		cmocka_unit_test(agrees_with_the_system),
		cmocka_unit_test(reading),
		cmocka_unit_test(refusing),
		cmocka_unit_test(the_clocks_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
