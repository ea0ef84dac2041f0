/* The time of day in words. */
#include "cron_private.h"

#define TIMES_SHOWN 6 /* more are told as a rule */

struct times {
	const struct cron_set *hours;
	struct cron_steps second, minute, hour;
};

/* Without the second if that is negative. */
static void put_time(int hour, int minute, int second, struct buf *out)
{
	buf_printf(out, "%02d:%02d", hour, minute);
	if (second >= 0)
		buf_printf(out, ":%02d", second);
}

static bool is_zero(const struct cron_steps *second)
{
	return second->count == 1 && second->first == 0;
}

/* From the first member and without a gap at the end: "every 15 minutes" is
 * true from hour to hour, too. */
static bool is_even(const struct cron_steps *s, int size)
{
	return s->first == 0 && s->step * s->count == size;
}

/* Are there enough to be told as "every 7 minutes from ... to ..."? */
static bool is_rule(const struct cron_steps *s)
{
	return s->step > 0 && s->count >= 3;
}

/* "Every second", "Every 15 minutes" */
static void put_every(int step, const char *unit, struct buf *out)
{
	if (step == 1)
		buf_printf(out, "Every %s", unit);
	else
		buf_printf(out, "Every %d %ss", step, unit);
}

static void name_number(int value, struct buf *out)
{
	buf_printf(out, "%d", value);
}

/* "minute 5", "minutes 5 and 7" */
static void put_numbers(
	const struct cron_set *set, const char *unit, struct buf *out)
{
	buf_printf(out, "%s%s ", unit, cron_set_count(set) == 1 ? "" : "s");
	cron_list(set, name_number, "and", out);
}

/* Times that can be listed: "At 02:00 and 14:00" --------------------------- */

static void put_times(const struct cron *c, bool seconds, struct buf *out)
{
	const struct cron_set *s = &c->sets[CRON_SECOND];
	const struct cron_set *m = &c->sets[CRON_MINUTE];
	const struct cron_set *h = &c->sets[CRON_HOUR];
	int left = cron_set_count(s) * cron_set_count(m) * cron_set_count(h);
	const char *before = "At ";

	for (int i = cron_set_next(h, 0); i >= 0; i = cron_set_next(h, i + 1))
		for (int j = cron_set_next(m, 0); j >= 0;
			j = cron_set_next(m, j + 1))
			for (int k = cron_set_next(s, 0); k >= 0;
				k = cron_set_next(s, k + 1)) {
				buf_text(out, before);
				put_time(i, j, seconds ? k : -1, out);
				before = --left == 1 ? " and " : ", ";
			}
}

static bool is_listed(const struct times *t)
{
	if (t->second.count * t->minute.count * t->hour.count > TIMES_SHOWN)
		return false;
	return t->hour.count == 1 ||
	       (t->minute.count == 1 && t->second.count == 1) ||
	       (!is_rule(&t->minute) && !is_even(&t->minute, 60) &&
		       !is_even(&t->second, 60));
}

/* One time in an hour: "Every 3 hours from 00:05" -------------------------- */

static void put_every_hour(const struct times *t, struct buf *out)
{
	buf_text(out, "Every hour");
	if (t->minute.first > 0 || t->second.first > 0)
		buf_printf(out, " at minute %d", t->minute.first);
	if (t->second.first > 0)
		buf_printf(out, " and second %d", t->second.first);
}

/* False: the hours follow no rule. */
static bool put_hours(const struct times *t, struct buf *out)
{
	bool even = is_even(&t->hour, 24);
	int second = is_zero(&t->second) ? -1 : t->second.first;

	if (t->minute.count != 1 || t->second.count != 1)
		return false;
	if (t->hour.count == 24) {
		put_every_hour(t, out);
		return true;
	}
	if (!even && !is_rule(&t->hour))
		return false;
	put_every(t->hour.step, "hour", out);
	buf_text(out, " from ");
	put_time(t->hour.first, t->minute.first, second, out);
	if (!even) {
		buf_text(out, " to ");
		put_time(t->hour.last, t->minute.first, second, out);
	}
	return true;
}

/* All others --------------------------------------------------------------- */

static void name_hour(int value, struct buf *out)
{
	buf_printf(out, "%02d", value);
}

/* ", from 09:00 to 17:59" */
static void put_within_hours(const struct times *t, struct buf *out)
{
	int first, last;

	if (t->hour.count == 24)
		return;
	if (cron_row(t->hours, 0, 23, &first, &last)) {
		buf_printf(out, ", from %02d:00 to %02d:59", first, last);
	} else {
		buf_text(out, ", in the hours ");
		cron_list(t->hours, name_hour, "and", out);
	}
}

/* "Every 15 minutes"; "Every 7 minutes from minute 0 to 56"; "At minutes 5
 * and 17".  True: it is the first of the three, which needs no more words. */
static bool put_units(const struct cron_set *set, const struct cron_steps *s,
	const char *unit, struct buf *out)
{
	if (is_even(s, 60)) {
		put_every(s->step, unit, out);
		return true;
	}
	if (is_rule(s)) {
		put_every(s->step, unit, out);
		buf_printf(out, " from %s %d to %d", unit, s->first, s->last);
	} else {
		buf_text(out, "At ");
		put_numbers(set, unit, out);
	}
	return false;
}

/* The minutes of a second field that is more than one zero. */
static void put_within_minutes(const struct cron *c, const struct times *t,
	bool complete, struct buf *out)
{
	if (t->minute.count == 60) {
		buf_text(out, complete ? "" : " of every minute");
		return;
	}
	buf_text(out, complete ? ", in " : " of ");
	put_numbers(&c->sets[CRON_MINUTE], "minute", out);
	if (t->hour.count == 24)
		buf_text(out, " of every hour");
}

static void put_general(
	const struct cron *c, const struct times *t, struct buf *out)
{
	bool complete;

	if (is_zero(&t->second)) {
		complete = put_units(
			&c->sets[CRON_MINUTE], &t->minute, "minute", out);
		if (!complete && t->hour.count == 24)
			buf_text(out, " of every hour");
	} else {
		complete = put_units(
			&c->sets[CRON_SECOND], &t->second, "second", out);
		put_within_minutes(c, t, complete, out);
	}
	put_within_hours(t, out);
}

bool cron_describe_time(const struct cron *c, struct buf *out)
{
	struct times t = { .hours = &c->sets[CRON_HOUR],
		.second = cron_steps_of(&c->sets[CRON_SECOND]),
		.minute = cron_steps_of(&c->sets[CRON_MINUTE]),
		.hour = cron_steps_of(&c->sets[CRON_HOUR]) };

	if (put_hours(&t, out))
		return true;
	if (!is_listed(&t)) {
		put_general(c, &t, out);
		return true;
	}
	put_times(c, !is_zero(&t.second), out);
	return false;
}

void cron_describe(const struct cron *c, struct buf *out)
{
	bool sayless = cron_describe_time(c, out);

	cron_describe_days(c, sayless, out);
}
