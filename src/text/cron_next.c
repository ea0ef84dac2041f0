/* The next time: whole months at once, then bits of a day. */
#include "cron_private.h"

#define SECONDS_PER_DAY 86400
#define END_MS          INT64_C(4102444800000) /* 2100-01-01 */

/* The calendar ------------------------------------------------------------- */

/* From 1970 to 2099 every fourth year is a leap year, 2000 too. */
static bool is_leap(int year)
{
	return year % 4 == 0;
}

static int month_length(int year, int month)
{
	static const int lengths[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31,
		30, 31 };

	return lengths[month - 1] + (month == 2 && is_leap(year));
}

struct month {
	int year, month;
	int start; /* its first day, in days since 1970 */
	int length;
};

static void next_month(struct month *m)
{
	m->start += m->length;
	m->year += m->month == 12;
	m->month = m->month % 12 + 1;
	m->length = month_length(m->year, m->month);
}

static struct month month_of_day(int day)
{
	int years = (4 * day + 2) / 1461; /* the leap days are in 2, 6, ... */
	struct month m = { CRON_YEAR_MIN + years, 1,
		365 * years + (years + 1) / 4, 31 };

	while (m.start + m.length <= day)
		next_month(&m);
	return m;
}

/* Sunday is 0; 1970 began on a Thursday. */
static int weekday_of_day(int day)
{
	return (day + 4) % 7;
}

/* Days --------------------------------------------------------------------- */

static uint32_t bit(int n)
{
	return UINT32_C(1) << n;
}

/* The Monday to Friday nearest to `day`, in the same month. */
static int nearest_weekday(const struct month *m, int day)
{
	int weekday = weekday_of_day(m->start + day - 1);

	if (weekday == 6)
		return day > 1 ? day - 1 : day + 2;
	if (weekday == 0)
		return day < m->length ? day + 1 : day - 2;
	return day;
}

/* Bit n: day n.  A day that the month does not have is none of its days. */
static uint32_t days_of_month(const struct cron *c, const struct month *m)
{
	uint32_t days = (uint32_t)c->sets[CRON_DAY].bits[0];

	for (int day = 1; day <= m->length; day++) {
		int before_last = m->length - day;

		if (c->nearest & bit(day))
			days |= bit(nearest_weekday(m, day));
		if (c->last & bit(before_last))
			days |= bit(day);
		if (c->last_nearest & bit(before_last))
			days |= bit(nearest_weekday(m, day));
	}
	return days & (bit(m->length) | (bit(m->length) - 1));
}

static uint32_t days_of_week(const struct cron *c, const struct month *m)
{
	int weekday = weekday_of_day(m->start);
	uint32_t days = 0;

	for (int day = 1; day <= m->length; day++) {
		unsigned fires = c->weekday_nth[(day + 6) / 7] |
				 (unsigned)c->sets[CRON_WEEKDAY].bits[0];

		if (day + 7 > m->length)
			fires |= c->weekday_last;
		if (fires >> weekday & 1)
			days |= bit(day);
		weekday = (weekday + 1) % 7;
	}
	return days;
}

static uint32_t days_in(const struct cron *c, const struct month *m)
{
	if (!cron_set_has(&c->sets[CRON_YEAR], m->year - CRON_YEAR_MIN) ||
		!cron_set_has(&c->sets[CRON_MONTH], m->month))
		return 0;
	return c->either ? days_of_month(c, m) | days_of_week(c, m)
			 : days_of_month(c, m) & days_of_week(c, m);
}

int cron_next_day(const struct cron *c, int from)
{
	struct month m = month_of_day(from);
	int first = from - m.start + 1;

	for (; m.year <= CRON_YEAR_MAX; next_month(&m), first = 1) {
		uint32_t days = days_in(c, &m) & ~(bit(first) - 1);

		if (days != 0)
			return m.start + __builtin_ctz(days) - 1;
	}
	return -1;
}

/* Times -------------------------------------------------------------------- */

/* The first second of the day at or after `from`; -1: none. */
static int next_second(const struct cron *c, int from)
{
	const struct cron_set *seconds = &c->sets[CRON_SECOND];
	const struct cron_set *minutes = &c->sets[CRON_MINUTE];
	const struct cron_set *hours = &c->sets[CRON_HOUR];
	int hour = from / 3600, minute = from / 60 % 60, second = from % 60;
	int h, m = -1, s = -1;

	h = cron_set_next(hours, hour);
	if (h == hour) {
		m = cron_set_next(minutes, minute);
		if (m == minute)
			s = cron_set_next(seconds, second);
		if (m == minute && s < 0)
			m = cron_set_next(minutes, minute + 1);
		if (m < 0)
			h = cron_set_next(hours, hour + 1);
	}
	if (h < 0)
		return -1;
	if (m < 0)
		m = cron_set_next(minutes, 0);
	if (s < 0)
		s = cron_set_next(seconds, 0);
	return h * 3600 + m * 60 + s;
}

bool cron_next(const struct cron *c, int64_t after_ms, int64_t *next_ms)
{
	int64_t from = after_ms < 0 ? 0 : after_ms / 1000 + 1;
	int first, day, second = -1;

	if (after_ms >= END_MS)
		return false;
	first = (int)(from / SECONDS_PER_DAY);
	day = cron_next_day(c, first);
	if (day == first)
		second = next_second(c, (int)(from % SECONDS_PER_DAY));
	if (day == first && second < 0)
		day = cron_next_day(c, first + 1);
	if (day < 0)
		return false;
	if (second < 0)
		second = next_second(c, 0);
	*next_ms = ((int64_t)day * SECONDS_PER_DAY + second) * 1000;
	return true;
}
