/* Refused expressions: field, column and sentence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sluice/base/must.h"
#include "sluice/text/cron.h"

#define STEP_60 "a step (behind the /) is a number from 1 to 60"
#define MINUTES "; write 0 to 59"
#define DAYS    "; write 1 to 31, L, LW or 15W"
#define MISSING                                                                \
	"a value is missing; write 0 to 59, without blanks around commas"
#define QUARTZ    "; write 1 (Sunday) to 7 (Saturday) or SUN to SAT"
#define UNIX_DAYS "; write 0 (Sunday) to 6 (Saturday), 7 (Sunday) or SUN to SAT"
#define COUNT                                                                  \
	"; write 5 (minute, hour, day of month, month, day of week), 6 (a "    \
	"second before them) or 7 (a year behind them)"
#define NAMES                                                                  \
	"; the names are @yearly, @annually, @monthly, @weekly, @daily, "      \
	"@midnight and @hourly"
#define EMPTY                                                                  \
	"column 1: the expression is empty; write 5 fields, as in 0 2 * * *, " \
	"or a name, as in @daily"
#define L_PLACE                                                                \
	"L (the last) is for the day of month, as in L, L-3 or LW, and "       \
	"behind a day of week, as in FRIL"
#define W_PLACE                                                                \
	"W (the nearest weekday) is for the day of month, as in 15W or LW"
#define NTH_PLACE "# is for the day of week, as in MON#1 for the first Monday"
#define STEP_PLACE                                                             \
	"a step follows *, a value or a range, as in */5, 5/10 or 10-50/5"
#define ANY_PLACE                                                              \
	"? stands alone, for any day of month or day of week; write * here"
#define NEVER        "this can never fire: "
#define CHOOSE_MONTH "; choose another day or another month"
#define CHOOSE_YEAR  "; choose another year or another day"
#define TOGETHER                                                               \
	NEVER "day of month and day of week never come together; write * "     \
	      "for one of them"
#define BOTH                                                                   \
	"day of month and day of week are both given; write ? for one of them"

static const struct {
	const char *text, *error;
} refused[] = {
	/* the number of fields */
	{ "", EMPTY },
	{ " \t", EMPTY },
	{ "*", "column 1: there is 1 field" COUNT },
	{ "* * * *", "column 7: there are 4 fields" COUNT },
	{ "* * * * * * * *", "column 1: there are 8 fields" COUNT },
	/* names of whole expressions */
	{ "@reboot", "column 1: there is no @reboot" NAMES },
	{ " @dayly",
		"column 2: there is no @dayly, did you mean @daily" NAMES },
	{ "@daily 5",
		"column 1: there is no @daily 5, did you mean @daily" NAMES },
	{ "@", "column 1: there is no @" NAMES },
	/* ranges of values */
	{ "60 * * * * ?", "second, column 1: 60 is out of range" MINUTES },
	{ "61 * * * *", "minute, column 1: 61 is out of range" MINUTES },
	{ "* 24 * * *", "hour, column 3: 24 is out of range; write 0 to 23" },
	{ "* * 0 * *", "day of month, column 5: 0 is out of range" DAYS },
	{ "* * 32 * *", "day of month, column 5: 32 is out of range" DAYS },
	{ "* * 32W * *", "day of month, column 5: 32 is out of range" DAYS },
	{ "* * * 0 *", "month, column 7: 0 is out of range; write 1 to 12 or "
		       "JAN to DEC" },
	{ "* * * 1-13 *", "month, column 9: 13 is out of range; write 1 to 12 "
			  "or JAN to DEC" },
	{ "* * * * 8", "day of week, column 9: 8 is out of range" UNIX_DAYS },
	{ "* * * ? * 0", "day of week, column 11: 0 is out of range" QUARTZ },
	{ "* * * ? * 8", "day of week, column 11: 8 is out of range" QUARTZ },
	{ "0 0 0 1 1 ? 1969", "year, column 13: 1969 is out of range; write "
			      "1970 to 2099" },
	{ "0 0 0 1 1 ? 2100", "year, column 13: 2100 is out of range; write "
			      "1970 to 2099" },
	{ "5,123456 * * * *",
		"minute, column 3: 123456 is out of range" MINUTES },
	{ "999999999999999999999 * * * *",
		"minute, column 1: the number is too long" MINUTES },
	{ "0 0 0 1 1 ? 2030-2025", "year, column 13: the range runs backwards; "
				   "write the earlier year first" },
	/* steps */
	{ "*/0 * * * *", "minute, column 3: " STEP_60 },
	{ "*/61 * * * *", "minute, column 3: " STEP_60 },
	{ "*/ * * * *", "minute, column 3: " STEP_60 },
	{ "*/x * * * *", "minute, column 3: " STEP_60 },
	{ "1-5/-1 * * * *", "minute, column 5: " STEP_60 },
	{ "* */25 * * *", "hour, column 5: a step (behind the /) is a number "
			  "from 1 to 24" },
	{ "/5 * * * *", "minute, column 1: " STEP_PLACE },
	{ "*/5/5 * * * *", "minute, column 4: " STEP_PLACE },
	{ "* * L/2 * *", "day of month, column 6: " STEP_PLACE },
	/* lists and ranges */
	{ "1,,2 * * * *", "minute, column 3: " MISSING },
	{ ",1 * * * *", "minute, column 1: " MISSING },
	{ "1, * * * *", "minute, column 3: " MISSING },
	{ "1, * * * * *", "second, column 3: " MISSING },
	{ "1- * * * *", "minute, column 3: " MISSING },
	{ "1- * * * * *", "second, column 3: " MISSING },
	{ "-1 * * * *", "minute, column 1: a range has a value on both sides "
			"of the -, as in 10-50" },
	{ "1-2-3 * * * *", "minute, column 4: a range has a value on both "
			   "sides of the -, as in 10-50" },
	{ "5* * * * *", "minute, column 2: * stands alone or begins a step, "
			"as in */5" },
	/* words and signs */
	{ "* * * JANUARY *", "month, column 7: names have three letters; write "
			     "JAN for JANUARY" },
	{ "* * * * mon-friday", "day of week, column 13: names have three "
				"letters; write FRI for friday" },
	{ "* * * FOO *", "month, column 7: FOO is not known here; write 1 to "
			 "12 or JAN to DEC" },
	{ "* * * MON *", "month, column 7: MON is not known here; write 1 to "
			 "12 or JAN to DEC" },
	{ "* * * JA *", "month, column 7: JA is not known here; write 1 to 12 "
			"or JAN to DEC" },
	{ "abc * * * *", "minute, column 1: abc is not known here" MINUTES },
	{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa * * * *",
		"minute, column 1: aaaaaaaaaaaaaaaaaaaa is not known "
		"here" MINUTES },
	{ "1! * * * *", "minute, column 2: '!' has no place here" MINUTES },
	{ "\x01 * * * *", "minute, column 1: the byte 0x01 has no place "
			  "here" MINUTES },
	{ "1\xC3\xA9 * * * *", "minute, column 2: the byte 0xC3 has no place "
			       "here" MINUTES },
	/* ? L W # */
	{ "? * * * *", "minute, column 1: " ANY_PLACE },
	{ "* * ?,5 * *", "day of month, column 5: " ANY_PLACE },
	{ "* * 5,? * *", "day of month, column 7: " ANY_PLACE },
	{ "* * ?/5 * *", "day of month, column 5: " ANY_PLACE },
	{ "0 0 0 1 1 ? ?", "year, column 13: " ANY_PLACE },
	{ "L * * * *", "minute, column 1: " L_PLACE },
	{ "5L * * * *", "minute, column 2: " L_PLACE },
	{ "* * 5L * *", "day of month, column 6: " L_PLACE },
	{ "* * W * *", "day of month, column 5: " W_PLACE },
	{ "* * * * 5W", "day of week, column 10: " W_PLACE },
	{ "* * 1-5W * *", "day of month, column 8: " W_PLACE },
	{ "* * WL * *", "day of month, column 5: WL is not known here" DAYS },
	{ "* * 5#1 * *", "day of month, column 6: " NTH_PLACE },
	{ "* * * * MON-FRI#2", "day of week, column 16: " NTH_PLACE },
	{ "* * * * MON#6", "day of week, column 13: behind # (which one of the "
			   "month) stands a number from 1 to 5" },
	{ "* * * * MON#0", "day of week, column 13: behind # (which one of the "
			   "month) stands a number from 1 to 5" },
	{ "* * * * MON#", "day of week, column 13: behind # (which one of the "
			  "month) stands a number from 1 to 5" },
	{ "* * L-31 * *", "day of month, column 7: behind L- (days before the "
			  "last) stands a number from 0 to 30" },
	{ "* * L- * *", "day of month, column 7: behind L- (days before the "
			"last) stands a number from 0 to 30" },
	/* both days */
	{ "0 0 0 1 * MON", "day of week, column 11: " BOTH },
	{ "0 0 0 */2 * MON", "day of week, column 13: " BOTH },
	{ "0 0 0 L * 2-6 2030", "day of week, column 11: " BOTH },
	{ "0 0 0 1-31 * SUN-SAT", "day of week, column 14: " BOTH },
	/* never */
	{ "0 0 30 2 *", "day of month, column 5: " NEVER
			"in February there is no 30" CHOOSE_MONTH },
	{ "0 0 0 30 2 ?", "day of month, column 7: " NEVER
			  "in February there is no 30" CHOOSE_MONTH },
	{ "0 0 31 2 *", "day of month, column 5: " NEVER
			"in February there is no 31" CHOOSE_MONTH },
	{ "0 0 31 4,JUN,9,11 *",
		"day of month, column 5: " NEVER "in April, June, September or "
		"November there is no 31" CHOOSE_MONTH },
	{ "0 0 31W 2,4 *",
		"day of month, column 5: " NEVER
		"in February or April there is no 31W" CHOOSE_MONTH },
	{ "0 0 L-29 FEB *", "day of month, column 5: " NEVER "in February "
			    "there is no L-29" CHOOSE_MONTH },
	{ "0 0 L-30W 2 *", "day of month, column 5: " NEVER
			   "in February there is no L-30W" CHOOSE_MONTH },
	{ "0 0 31 2 */2", "day of month, column 5: " NEVER
			  "in February there is no 31" CHOOSE_MONTH },
	{ "0 0 0 29 2 ? 2025-2027", "day of month, column 7: " NEVER
				    "in February of 2025-2027 there is no "
				    "29" CHOOSE_YEAR },
	{ "0 0 0 L-28 2 ? 2026", "day of month, column 7: " NEVER
				 "in February of 2026 there is no "
				 "L-28" CHOOSE_YEAR },
	{ "0 0 0 ? 2 MON#5 2026", "day of week, column 11: " NEVER
				  "in February of 2026 there is no "
				  "MON#5" CHOOSE_YEAR },
	{ "0 0 0 ? 4 6#5 2026",
		"day of week, column 11: " NEVER "in April of 2026 there is no "
		"6#5" CHOOSE_YEAR },
	{ "0 0 */31 * MON#5", "day of month, column 5: " TOGETHER },
};

static void errors_name_place_and_remedy(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		struct str text = str_of(refused[i].text);
		struct buf out = buf_make(1024);
		struct cron cron;
		struct cron_error why;

		if (cron_parse(text, &cron, &why))
			fail_msg("\"%s\" is accepted", refused[i].text);
		cron_error_put(&why, &out);
		assert_string_equal(out.data, refused[i].error);
		assert_true(strlen(why.text) + 1 < CRON_ERROR_SIZE);
		assert_false(cron_parse(text, &cron, NULL));
		buf_release(&out);
	}
}

static const char *const accepted[] = { "*/60 * * * *", "0 0 29 2 *",
	"0 0 29W 2 *", "0 0 L-28 2 *", "0 0 L-30 2,3 *", "0 0 31 2,3 *",
	"0 0 * 2 MON#5", "0 0 0 * * *", "0 0 0 ? * ?", "0 0 0 * * ?",
	"0 0 0 ? * * 1970", "0 0 0 29 2 ? 2028", "0 0 0 ? 2 TUE#5 2028",
	"0 0 l-3w * *", "0 0 lw * *", "0 0 15w Jan-mAr ?", "0 0 * * fril",
	"0 0 31 2 MON", "*,5 * * * *", "007 * * * *" };

static void what_can_fire_is_accepted(void **state)
{
	struct cron cron;
	struct cron_error why;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(accepted); i++)
		if (!cron_parse(str_of(accepted[i]), &cron, &why))
			fail_msg("\"%s\": %s", accepted[i], why.text);
}

static void length_is_limited(void **state)
{
	static char text[CRON_TEXT_MAX + 1];
	struct cron cron;
	struct cron_error why;

	(void)state;
	memset(text, ' ', sizeof text);
	memcpy(text, "* * * * *", 9);
	assert_true(
		cron_parse((struct str){ text, CRON_TEXT_MAX }, &cron, &why));
	assert_false(cron_parse(
		(struct str){ text, CRON_TEXT_MAX + 1 }, &cron, &why));
	assert_string_equal(why.text,
		"the expression is longer than 1024 bytes; write ranges and "
		"steps instead of lists");
	assert_false(cron_parse((struct str){ NULL, 0 }, &cron, &why));
}

/* The expression is no C string: what stands behind it is not read. */
static void text_ends_where_it_says(void **state)
{
	struct cron cron;
	char *copy = malloc(9);

	(void)state;
	assert_non_null(copy);
	memcpy(copy, "1 2 3 4 5", 9);
	assert_true(cron_parse((struct str){ copy, 9 }, &cron, NULL));
	for (size_t len = 0; len < 9; len++)
		assert_false(
			cron_parse((struct str){ copy, len }, &cron, NULL));
	free(copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(errors_name_place_and_remedy),
		cmocka_unit_test(what_can_fire_is_accepted),
		cmocka_unit_test(length_is_limited),
		cmocka_unit_test(text_ends_where_it_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
