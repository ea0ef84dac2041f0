/* Expressions in words: the shapes that jobs use, and the odd ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sluice/base/must.h"
#include "sluice/text/cron.h"

static const struct {
	const char *text, *words;
} described[] = {
	/* every X minutes */
	{ "*/15 * * * *", "Every 15 minutes" },
	{ "0 0/20 * * * ?", "Every 20 minutes" },
	{ "* * * * *", "Every minute" },
	{ "*/15 * * * MON-FRI", "Every 15 minutes, Monday to Friday" },
	{ "0 */15 9-17 ? * 2-6",
		"Every 15 minutes, from 09:00 to 17:59, Monday to Friday" },
	{ "*/7 * * * *", "Every 7 minutes from minute 0 to 56 of every hour" },
	{ "3/15 * * * *",
		"Every 15 minutes from minute 3 to 48 of every hour" },
	{ "*/30 22-2 * * *", "Every 30 minutes, from 22:00 to 02:59" },
	{ "0,30 1,5,9,20 * * *",
		"Every 30 minutes, in the hours 01, 05, 09 and 20" },
	{ "5,17 * * * *", "At minutes 5 and 17 of every hour" },
	{ "5,17 8-18 * * *", "At minutes 5 and 17, from 08:00 to 18:59" },
	{ "1-3,9 0-5 * * *", "At minutes 1 to 3 and 9, from 00:00 to 05:59" },
	/* every X hours and X minutes */
	{ "@hourly", "Every hour" },
	{ "0 5 * * * ?", "Every hour at minute 5" },
	{ "30 5 * * * ?", "Every hour at minute 5 and second 30" },
	{ "0 0 */6 * * ?", "Every 6 hours from 00:00" },
	{ "0 5 */3 * * ?", "Every 3 hours from 00:05" },
	{ "0 0 */5 * * ?", "Every 5 hours from 00:00 to 20:00" },
	{ "0 9-17 * * *", "Every hour from 09:00 to 17:00" },
	{ "0 2/6 * * *", "Every 6 hours from 02:00 to 20:00" },
	/* daily */
	{ "0 2 * * *", "At 02:00 every day" },
	{ "0 0 14 * * ?", "At 14:00 every day" },
	{ "30 0 12 * * ?", "At 12:00:30 every day" },
	{ "0,30 9 * * *", "At 09:00 and 09:30 every day" },
	{ "15 6,12,19 * * *", "At 06:15, 12:15 and 19:15 every day" },
	{ "0 0 2 */2 * ?",
		"At 02:00 every 2 days from day 1 to day 31 of every month" },
	{ "0 0 2 1/3 * ?",
		"At 02:00 every 3 days from day 1 to day 31 of every month" },
	{ "0 0 2 ? * MON-FRI", "At 02:00, Monday to Friday" },
	/* weekly */
	{ "0 30 6 ? * MON,WED,FRI",
		"At 06:30 on Monday, Wednesday and Friday" },
	{ "0 9 * * 6,0", "At 09:00 on Saturday and Sunday" },
	{ "0 9 * * FRI-MON", "At 09:00, Friday to Monday" },
	{ "@weekly", "At 00:00 on Sunday" },
	{ "0 0 2 ? * L", "At 02:00 on Saturday" },
	{ "0 0 * * 1-3,6", "At 00:00 on Monday to Wednesday and Saturday" },
	/* monthly */
	{ "0 0 2 15 * ?", "At 02:00 on day 15 of every month" },
	{ "0 0 2 L * ?", "At 02:00 on the last day of every month" },
	{ "0 0 2 LW * ?", "At 02:00 on the last weekday of every month" },
	{ "0 0 2 1,15 * ?", "At 02:00 on days 1 and 15 of every month" },
	{ "0 0 2 1-5,9 * ?", "At 02:00 on days 1 to 5 and 9 of every month" },
	{ "0 0 2 15W * ?",
		"At 02:00 on the weekday nearest to day 15 of every month" },
	{ "0 0 2 L-1 * ?",
		"At 02:00 on the 1st day before the last day of every month" },
	{ "0 0 2 L-12,L-22 * ?",
		"At 02:00 on the 12th day before the last day and on the 22nd "
		"day before the last day of every month" },
	{ "0 0 2 L-1W * ?", "At 02:00 on the weekday nearest to 1 day before "
			    "the last day of every month" },
	{ "0 0 2 1,15,LW,L * ?",
		"At 02:00 on days 1 and 15, on the last weekday and on the "
		"last day of every month" },
	{ "0 0 2 ? * 6#3", "At 02:00 on the third Friday of the month" },
	{ "0 0 2 ? * FRIL", "At 02:00 on the last Friday of the month" },
	{ "0 2 * * MON,FRIL", "At 02:00 on every Monday and on the last Friday "
			      "of the month" },
	/* months and years */
	{ "@yearly", "At 00:00 on day 1 of January" },
	{ "0 0 1 */3 *",
		"At 00:00 on day 1 of January, April, July and October" },
	{ "0 0 1 NOV-FEB *",
		"At 00:00 on day 1 of every month from November to February" },
	{ "0 0 * 1,2 *", "At 00:00 every day, in January and February" },
	{ "*/5 * * 6-8 *", "Every 5 minutes, from June to August" },
	{ "0 0 * 1 1", "At 00:00 on Monday, in January" },
	{ "0 0 * 1 1#1", "At 00:00 on the first Monday of the month, in "
			 "January" },
	{ "0 0 0 1 1 ? 2030", "At 00:00 on day 1 of January, in 2030" },
	{ "0 0 0 * * ? 2025-2030,2040",
		"At 00:00 every day, in 2025 to 2030 and 2040" },
	/* both days */
	{ "0 0 13 * FRI",
		"At 00:00 on day 13 of the month and also on every Friday" },
	{ "0 0 1,15 1-3 1",
		"At 00:00 on days 1 and 15 of the month and also on every "
		"Monday, from January to March" },
	{ "0 0 */2 * 1", "At 00:00 every 2 days from day 1 to day 31 of the "
			 "month, if that falls on Monday" },
	{ "0 0 1 * 0-6", "At 00:00 every day" },
	{ "0 0 ? * ?", "At 00:00 every day" },
	/* seconds */
	{ "* * * * * *", "Every second" },
	{ "*/10 * * * * ?", "Every 10 seconds" },
	{ "5 * * * * ?", "At second 5 of every minute" },
	{ "*/7 * * * * ?",
		"Every 7 seconds from second 0 to 56 of every minute" },
	{ "* 0 * * * ?", "Every second, in minute 0 of every hour" },
	{ "* 0,30 4 * * ?",
		"Every second, in minutes 0 and 30, from 04:00 to 04:59" },
	{ "5,7 1-3 * * * ?",
		"At seconds 5 and 7 of minutes 1 to 3 of every hour" },
	{ "0,30 5 9 * * ?", "At 09:05:00 and 09:05:30 every day" },
};

static void words(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(described); i++) {
		struct buf out = buf_make(CRON_WORDS_MAX);
		struct cron cron;

		assert_true(cron_parse(str_of(described[i].text), &cron, NULL));
		cron_describe(&cron, &out);
		if (strcmp(out.data, described[i].words) != 0)
			fail_msg("\"%s\": \"%s\", not \"%s\"",
				described[i].text, out.data,
				described[i].words);
		buf_release(&out);
	}
}

/* The longest words that there can be fit the promised size. */
static void longest(void **state)
{
	static const char text[] =
		"0,2,4,6,9,11,13,15,17,19,21,23,25,27,29,31,33,35,37,39,41,43 "
		"1,3,5,7,10,12,14,16,18,20,22,24,26,28,30,32,34,36,38,40,42,44 "
		"0,2,4,6,8,11,13,15,17,19,21,23 "
		"2,4,6,9,11,1W,2W,3W,4W,5W,6W,7W,8W,9W,10W,11W,12W,13W,14W,15W,"
		"16W,17W,18W,19W,20W,21W,22W,23W,24W,25W,26W,27W,28W,29W,30W,"
		"31W,L,L-1,L-2,L-3,L-4,L-5,L-6,L-7,L-8,L-9,L-10,L-11,L-12,L-13,"
		"L-14,L-15,L-16,L-17,L-18,L-19,L-20,L-21,L-22,L-23,L-24,L-25,"
		"L-26,L-27,L-28,L-29,L-30,LW,L-1W,L-2W,L-3W,L-4W,L-5W,L-6W,"
		"L-7W,L-8W,L-9W,L-10W,L-11W,L-12W,L-13W,L-14W,L-15W,L-16W,"
		"L-17W,L-18W,L-19W,L-20W,L-21W,L-22W,L-23W,L-24W,L-25W,L-26W,"
		"L-27W,L-28W,L-29W,L-30W 1,3,5,7,8,10,12 ? "
		"1970,1972,1974,1976,1979,1981";
	struct buf out = buf_make(CRON_WORDS_MAX);
	struct cron cron;

	(void)state;
	assert_true(cron_parse(STR(text), &cron, NULL));
	cron_describe(&cron, &out);
	assert_false(out.full);
	assert_true(out.len > CRON_WORDS_MAX / 2);
	buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words),
		cmocka_unit_test(longest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
