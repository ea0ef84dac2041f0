/* Days, months and years in words. */
#include "cron_private.h"

/* Items -------------------------------------------------------------------- */

/* What is joined to "on day 5, on the weekday nearest to day 15 and on the
 * last day": the places where items begin, so that the last can get "and". */
struct items {
	struct buf *out;
	int left;
	bool begun;
};

static void begin_item(struct items *items)
{
	items->left--;
	buf_text(items->out, !items->begun     ? ""
			     : items->left > 0 ? ","
					       : " and");
	buf_char(items->out, ' ');
	items->begun = true;
}

static int bits_of(unsigned mask)
{
	return __builtin_popcount(mask);
}

/* Days of the month -------------------------------------------------------- */

static void name_number(int value, struct buf *out)
{
	buf_printf(out, "%d", value);
}

static void put_plain_days(const struct cron_set *set, struct items *items)
{
	struct cron_steps s = cron_steps_of(set);

	if (s.count == 0)
		return;
	begin_item(items);
	if (s.step > 1 && s.count >= 3) {
		buf_printf(items->out, "every %d days from day %d to day %d",
			s.step, s.first, s.last);
		return;
	}
	buf_text(items->out, s.count == 1 ? "on day " : "on days ");
	cron_list(set, name_number, "and", items->out);
}

static void put_last_days(const struct cron *c, struct items *items)
{
	for (int n = 0; n < 31; n++) {
		if (!(c->last >> n & 1))
			continue;
		begin_item(items);
		buf_text(items->out, "on the ");
		if (n > 0)
			buf_printf(items->out, "%d%s day before the ", n,
				n % 10 == 1 && n != 11   ? "st"
				: n % 10 == 2 && n != 12 ? "nd"
				: n % 10 == 3 && n != 13 ? "rd"
							 : "th");
		buf_text(items->out, "last day");
	}
}

static void put_nearest_days(const struct cron *c, struct items *items)
{
	for (int n = 1; n < 32; n++)
		if (c->nearest >> n & 1) {
			begin_item(items);
			buf_printf(items->out,
				"on the weekday nearest to day %d", n);
		}
	for (int n = 0; n < 31; n++)
		if (c->last_nearest >> n & 1) {
			begin_item(items);
			if (n == 0)
				buf_text(items->out, "on the last weekday");
			else
				buf_printf(items->out,
					"on the weekday nearest to %d day%s "
					"before the last day",
					n, n == 1 ? "" : "s");
		}
}

static void put_days(const struct cron *c, struct buf *out)
{
	const struct cron_set *set = &c->sets[CRON_DAY];
	struct items items = { .out = out,
		.left = (cron_set_count(set) > 0) + bits_of(c->last) +
			bits_of(c->nearest) + bits_of(c->last_nearest) };

	put_plain_days(set, &items);
	put_nearest_days(c, &items);
	put_last_days(c, &items);
}

/* Days of the week --------------------------------------------------------- */

/* Lists of weekdays begin with Monday. */
static void name_weekday(int value, struct buf *out)
{
	buf_text(out, cron_weekday_words[(value + 1) % 7]);
}

static struct cron_set from_monday(unsigned weekdays)
{
	struct cron_set set = { { (weekdays >> 1 | weekdays << 6) & 127 } };

	return set;
}

/* "on Monday and Friday"; after `every`, "on every Monday and Friday" */
static void put_plain_weekdays(
	unsigned weekdays, bool every, struct items *items)
{
	struct cron_set set = from_monday(weekdays);
	int first, last;

	if (weekdays == 0)
		return;
	begin_item(items);
	buf_text(items->out, every ? "on every " : "on ");
	if (bits_of(weekdays) >= 3 && cron_row(&set, 0, 6, &first, &last)) {
		name_weekday(first, items->out);
		buf_text(items->out, " to ");
		name_weekday(last, items->out);
	} else {
		cron_list(&set, name_weekday, "and", items->out);
	}
}

static void put_rank(const char *rank, unsigned weekdays, struct items *items)
{
	struct cron_set set = from_monday(weekdays);

	if (weekdays == 0)
		return;
	begin_item(items);
	buf_printf(items->out, "on the %s ", rank);
	cron_list(&set, name_weekday, "and", items->out);
}

static bool has_ranks(const struct cron *c)
{
	unsigned any = c->weekday_last;

	for (int n = 1; n <= 5; n++)
		any |= c->weekday_nth[n];
	return any != 0;
}

static void put_weekdays(const struct cron *c, struct buf *out)
{
	static const char *const ranks[] = { NULL, "first", "second", "third",
		"fourth", "fifth" };
	unsigned plain = (unsigned)c->sets[CRON_WEEKDAY].bits[0];
	struct items items = { .out = out,
		.left = (plain != 0) + (c->weekday_last != 0) };

	for (int n = 1; n <= 5; n++)
		items.left += c->weekday_nth[n] != 0;
	put_plain_weekdays(plain, has_ranks(c) || c->either, &items);
	for (int n = 1; n <= 5; n++)
		put_rank(ranks[n], c->weekday_nth[n], &items);
	put_rank("last", c->weekday_last, &items);
}

/* Months and years --------------------------------------------------------- */

/* A row of months is told by its ends, with `row` ahead; else there is a list
 * behind `list`. */
static void put_months(const struct cron *c, const char *row, const char *list,
	struct buf *out)
{
	const struct cron_set *set = &c->sets[CRON_MONTH];
	int first, last;

	if (cron_set_count(set) >= 3 && cron_row(set, 1, 12, &first, &last)) {
		buf_printf(out, "%s%s to %s", row, cron_month_words[first - 1],
			cron_month_words[last - 1]);
	} else {
		buf_text(out, list);
		cron_month_list(c, "and", out);
	}
}

static void put_in_months(const struct cron *c, struct buf *out)
{
	if (cron_set_count(&c->sets[CRON_MONTH]) < 12)
		put_months(c, ", from ", ", in ", out);
}

static void name_year(int value, struct buf *out)
{
	buf_printf(out, "%d", CRON_YEAR_MIN + value);
}

static void put_years(const struct cron *c, struct buf *out)
{
	const struct cron_set *set = &c->sets[CRON_YEAR];

	if (cron_set_count(set) == CRON_YEAR_MAX - CRON_YEAR_MIN + 1)
		return;
	buf_text(out, ", in ");
	cron_list(set, name_year, "and", out);
}

/* Together ----------------------------------------------------------------- */

static bool every_day(const struct cron *c)
{
	return cron_set_count(&c->sets[CRON_DAY]) == 31;
}

static bool every_weekday(const struct cron *c)
{
	return cron_set_count(&c->sets[CRON_WEEKDAY]) == 7;
}

static void put_only_days(const struct cron *c, struct buf *out)
{
	put_days(c, out);
	if (cron_set_count(&c->sets[CRON_MONTH]) == 12)
		buf_text(out, " of every month");
	else
		put_months(c, " of every month from ", " of ", out);
}

static void put_only_weekdays(const struct cron *c, struct buf *out)
{
	struct cron_set set =
		from_monday((unsigned)c->sets[CRON_WEEKDAY].bits[0]);
	int first, last;

	if (!has_ranks(c) && cron_set_count(&set) >= 3 &&
		cron_row(&set, 0, 6, &first, &last)) {
		buf_text(out, ", ");
		name_weekday(first, out);
		buf_text(out, " to ");
		name_weekday(last, out);
	} else {
		put_weekdays(c, out);
		buf_text(out, has_ranks(c) ? " of the month" : "");
	}
	put_in_months(c, out);
}

/* One of the two, or the two together. */
static void put_both(const struct cron *c, struct buf *out)
{
	put_days(c, out);
	buf_text(out, c->either ? " of the month and also"
				: " of the month, if that falls");
	put_weekdays(c, out);
	put_in_months(c, out);
}

void cron_describe_days(const struct cron *c, bool sayless, struct buf *out)
{
	bool days = !every_day(c), weekdays = !every_weekday(c);

	/* "Either" with one that takes every day is every day. */
	if (days && weekdays) {
		put_both(c, out);
	} else if (days && !c->either) {
		put_only_days(c, out);
	} else if (weekdays && !c->either) {
		put_only_weekdays(c, out);
	} else {
		buf_text(out, sayless ? "" : " every day");
		put_in_months(c, out);
	}
	put_years(c, out);
}
