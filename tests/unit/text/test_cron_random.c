/* Random expressions: the naive reading agrees, and the words tell apart what
 * fires at different times. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cron_naive.h"
#include "sluice/base/must.h"
#include "sluice/text/cron.h"

#define SAMPLES 4000
#define HORIZON 800 /* days */

/* Fixed, so that a failure comes again. */
static uint64_t seed = 20261120;

static int pick(int n)
{
	seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (int)((seed >> 33) % (uint64_t)n);
}

/* Making expressions ------------------------------------------------------- */

static const int lows[] = { 0, 0, 0, 1, 1, 1, 2024 };
static const int highs[] = { 59, 59, 23, 31, 12, 7, 2030 };
static const char *const months[] = { "JAN", "feb", "Mar", "APR", "may", "Jun",
	"JUL", "aug", "Sep", "OCT", "nov", "Dec" };
static const char *const weekdays[] = { "SUN", "mon", "Tue", "WED", "thu",
	"Fri", "SAT" };

static void put_value(struct buf *out, int field, bool five)
{
	int low = field == 5 && five ? 0 : lows[field];
	int value = low + pick(highs[field] - low + 1);

	if (field == 4 && pick(3) == 0)
		buf_text(out, months[value - 1]);
	else if (field == 5 && pick(3) == 0)
		buf_text(out, weekdays[value % 7]);
	else
		buf_printf(out, "%d", value);
}

static void put_plain(struct buf *out, int field, bool five)
{
	int shape = pick(10);

	if (field == 6 && shape < 4)
		shape = 9; /* years don't go round */
	if (shape == 0)
		buf_char(out, '*');
	else
		put_value(out, field, five);
	if (shape >= 1 && shape <= 3) {
		buf_char(out, '-');
		put_value(out, field, five);
	}
	if (pick(4) == 0)
		buf_printf(out, "/%d", 1 + pick(field < 2 ? 30 : 7));
}

static void put_special(struct buf *out, int field, bool five)
{
	int shape = pick(5);

	if (field == 3 && shape == 0)
		buf_text(out, "L");
	else if (field == 3 && shape == 1)
		buf_printf(out, "L-%d", pick(31));
	else if (field == 3 && shape == 2)
		buf_text(out, "lW");
	else if (field == 3 && shape == 3)
		buf_printf(out, "L-%dW", pick(31));
	else if (field == 3)
		buf_printf(out, "%dW", 1 + pick(31));
	else if (shape == 0)
		buf_text(out, "L");
	else {
		put_value(out, field, five);
		if (shape < 3)
			buf_char(out, 'L');
		else
			buf_printf(out, "#%d", 1 + pick(5));
	}
}

static void put_field(struct buf *out, int field, bool five)
{
	bool days = field == 3 || field == 5;
	int items = 1 + (pick(3) == 0) * pick(4);

	buf_text(out, out->len == 0 ? "" : " ");
	if (pick(5) < (field == 4 ? 3 : 2)) {
		buf_char(out, days && pick(2) == 0 ? '?' : '*');
		return;
	}
	for (int i = 0; i < items; i++) {
		buf_text(out, i == 0 ? "" : ",");
		if (days && pick(3) == 0)
			put_special(out, field, five);
		else
			put_plain(out, field, five);
	}
}

static void make_expression(struct buf *out)
{
	int count = 5 + pick(3), shift = count == 5;
	int any = count == 5 ? -1 : 3 + 2 * pick(2);

	buf_clear(out);
	for (int field = shift; field < count + shift; field++) {
		if (field == any)
			buf_text(out, pick(2) == 0 ? " ?" : " *");
		else
			put_field(out, field, count == 5);
	}
}

/* Checks ------------------------------------------------------------------- */

static int64_t random_time(void)
{
	return INT64_C(1704067200) + pick(86400 * 1000) * INT64_C(2);
}

/* Fire times of an expression and of the naive reading; how many pairs of
 * expression and time were compared. */
static int compare(const char *text, const struct cron *cron)
{
	int64_t from = random_time();
	struct naive naive;

	naive_init(&naive, text);
	for (int i = 0; i < 4; i++) {
		int64_t expected = naive_next(&naive, from, HORIZON);
		int64_t end = (from + HORIZON * INT64_C(86400)) * 1000, got;
		bool more = cron_next(cron, from * 1000, &got);

		if (expected < 0 && (!more || got > end))
			return i + 1;
		if (!more || got != expected * 1000)
			fail_msg("\"%s\" after %lld: %lld, not %lld", text,
				(long long)from, more ? (long long)got : -1,
				(long long)expected * 1000);
		from = expected;
	}
	return 4;
}

/* What is refused as impossible must not come in 28 years. */
static void check_refused(const char *text, const struct cron_error *why)
{
	struct naive naive;

	if (strncmp(why->text, "this can never fire", 19) != 0)
		fail_msg("\"%s\": %s", text, why->text);
	naive_init(&naive, text);
	assert_true(naive_next(&naive, 1704067200, 28 * 366) < 0);
}

static void naive_reading_agrees(void **state)
{
	struct buf text = buf_make(1024);
	int refused = 0, pairs = 0;

	(void)state;
	for (int i = 0; i < SAMPLES; i++) {
		struct cron cron;
		struct cron_error why;

		make_expression(&text);
		if (cron_parse(buf_view(&text), &cron, &why)) {
			pairs += compare(text.data, &cron);
		} else {
			check_refused(text.data, &why);
			refused++;
		}
	}
	print_message("%d expressions, %d refused, %d pairs with a time\n",
		SAMPLES, refused, pairs);
	assert_true(pairs > 10000);
	assert_true(refused < SAMPLES / 10);
	buf_release(&text);
}

/* Words -------------------------------------------------------------------- */

struct sample {
	char *text, *words;
	struct cron cron;
};

static int by_words(const void *a, const void *b)
{
	return strcmp(((const struct sample *)a)->words,
		((const struct sample *)b)->words);
}

static void check_same_times(const struct sample *a, const struct sample *b)
{
	int64_t at = 0, other = 0;

	for (int i = 0; i < 200; i++) {
		bool more = cron_next(&a->cron, at, &at);

		if (cron_next(&b->cron, other, &other) != more || at != other)
			fail_msg("\"%s\" and \"%s\" both are \"%s\"", a->text,
				b->text, a->words);
		if (!more)
			return;
		at += i * INT64_C(7654321); /* see all of the year */
		other = at;
	}
}

static void make_sample(struct sample *s)
{
	struct buf text = buf_make(1024), words = buf_make(CRON_WORDS_MAX);

	do {
		make_expression(&text);
	} while (!cron_parse(buf_view(&text), &s->cron, NULL));
	cron_describe(&s->cron, &words);
	assert_false(words.full);
	s->text = buf_take(&text);
	s->words = buf_take(&words);
}

static void same_words_same_times(void **state)
{
	static struct sample samples[4 * SAMPLES];
	size_t same = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(samples); i++)
		make_sample(&samples[i]);
	qsort(samples, ARRAY_LEN(samples), sizeof samples[0], by_words);
	for (size_t i = 1; i < ARRAY_LEN(samples); i++)
		if (strcmp(samples[i - 1].words, samples[i].words) == 0) {
			check_same_times(&samples[i - 1], &samples[i]);
			same++;
		}
	print_message("%zu pairs with the same words\n", same);
	assert_true(same > 100);
	for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
		free(samples[i].text);
		free(samples[i].words);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(naive_reading_agrees),
		cmocka_unit_test(same_words_same_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
