#include "sluice/base/clock.h"

#include <time.h>

#define MS_PER_DAY INT64_C(86400000)
#define YEAR_0     INT64_C(-62167219200000)
#define YEAR_9999  INT64_C(253402300799999)

int64_t clock_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

uint64_t clock_monotonic_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Days since 1970-01-01 and back, for the proleptic Gregorian calendar.  The
 * year starts in March here, so that the leap day comes last. */
static int64_t days_of_date(int64_t year, int month, int day)
{
	int64_t era, year_of_era, day_of_year;

	year -= month <= 2;
	era = (year >= 0 ? year : year - 399) / 400;
	year_of_era = year - era * 400;
	day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * 146097 + year_of_era * 365 + year_of_era / 4 -
	       year_of_era / 100 + day_of_year - 719468;
}

static void date_of_days(int64_t days, int *year, int *month, int *day)
{
	int64_t era, doe, yoe, doy, mp;

	days += 719468;
	era = (days >= 0 ? days : days - 146096) / 146097;
	doe = days - era * 146097;
	yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	mp = (5 * doy + 2) / 153;
	*day = (int)(doy - (153 * mp + 2) / 5 + 1);
	*month = (int)(mp + (mp < 10 ? 3 : -9));
	*year = (int)(yoe + era * 400 + (*month <= 2));
}

/* `n` digits and what follows them; a page of a list shows many times, so
 * this is worth more than a printf. */
static char *put(char *to, int value, int n, const char *after)
{
	for (int i = n; i-- > 0; value /= 10)
		to[i] = (char)('0' + value % 10);
	to += n;
	while (*after != '\0')
		*to++ = *after++;
	*to = '\0';
	return to;
}

static char *put_date(char *to, int64_t days, const char *dash)
{
	int y, mo, d;

	date_of_days(days, &y, &mo, &d);
	to = put(to, y, 4, dash);
	to = put(to, mo, 2, dash);
	return put(to, d, 2, "T");
}

static char *put_clock(char *to, int seconds, const char *colon)
{
	to = put(to, seconds / 3600, 2, colon);
	to = put(to, seconds / 60 % 60, 2, colon);
	return put(to, seconds % 60, 2, "");
}

char *time_format(int64_t ms, enum time_form form, char out[TIME_TEXT_SIZE])
{
	bool compact = form == TIME_COMPACT;
	int64_t days, rest;
	char *to;

	if (ms < YEAR_0)
		ms = YEAR_0;
	if (ms > YEAR_9999)
		ms = YEAR_9999;
	days = ms / MS_PER_DAY - (ms % MS_PER_DAY < 0);
	rest = ms - days * MS_PER_DAY;
	to = put_date(out, days, compact ? "" : "-");
	to = put_clock(to, (int)(rest / 1000), compact ? "" : ":");
	if (form == TIME_ISO_S)
		put(to, 0, 0, "Z");
	else if (form == TIME_ISO_MS || form == TIME_ISO_OFFSET)
		put(put(to, 0, 0, "."), (int)(rest % 1000), 3,
			form == TIME_ISO_MS ? "Z" : "+00:00");
	return out;
}

/* Takes `n` digits off the front of *s. */
static bool digits(struct str *s, size_t n, int *out)
{
	uint64_t value;

	if (s->len < n || !str_to_u64((struct str){ s->ptr, n }, 9999, &value))
		return false;
	*out = (int)value;
	*s = (struct str){ s->ptr + n, s->len - n };
	return true;
}

static bool literal(struct str *s, char c)
{
	if (s->len == 0 || s->ptr[0] != c)
		return false;
	*s = (struct str){ s->ptr + 1, s->len - 1 };
	return true;
}

static bool fraction(struct str *s, int *milli)
{
	int scale = 100, n = 0, digit;

	*milli = 0;
	if (!literal(s, '.'))
		return true;
	for (; s->len > 0 && s->ptr[0] >= '0' && s->ptr[0] <= '9'; n++) {
		if (!digits(s, 1, &digit))
			return false;
		*milli += digit * scale;
		scale /= 10;
	}
	return n >= 1 && n <= 9;
}

static bool zone(struct str *s, int *minutes)
{
	int sign = s->len > 0 && s->ptr[0] == '-' ? -1 : 1, h, m;

	*minutes = 0;
	if (literal(s, 'Z'))
		return true;
	if (!literal(s, '+') && !literal(s, '-'))
		return false;
	if (!digits(s, 2, &h))
		return false;
	literal(s, ':');
	if (!digits(s, 2, &m) || h > 18 || m > 59)
		return false;
	*minutes = sign * (h * 60 + m);
	return true;
}

static bool date_exists(int y, int mo, int d)
{
	int y2, mo2, d2;

	date_of_days(days_of_date(y, mo, d), &y2, &mo2, &d2);
	return mo >= 1 && mo <= 12 && y == y2 && mo == mo2 && d == d2;
}

bool time_parse(struct str s, int64_t *ms)
{
	int y, mo, d, h, mi, sec, milli, offset;

	if (!digits(&s, 4, &y) || !literal(&s, '-') || !digits(&s, 2, &mo) ||
		!literal(&s, '-') || !digits(&s, 2, &d) || !literal(&s, 'T') ||
		!digits(&s, 2, &h) || !literal(&s, ':') ||
		!digits(&s, 2, &mi) || !literal(&s, ':') ||
		!digits(&s, 2, &sec) || !fraction(&s, &milli) ||
		!zone(&s, &offset) || s.len > 0)
		return false;
	if (mo < 1 || mo > 12 || !date_exists(y, mo, d) || h > 23 || mi > 59 ||
		sec > 59)
		return false;
	*ms = days_of_date(y, mo, d) * MS_PER_DAY + h * INT64_C(3600000) +
	      (mi - offset) * INT64_C(60000) + sec * INT64_C(1000) + milli;
	return true;
}
