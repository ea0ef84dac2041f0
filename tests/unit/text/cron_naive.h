/* An independent reading of cron expressions, for tests: it keeps the text and
 * asks of one moment after the other whether it matches, with the C library's
 * calendar.  Slow, and written without a look at the code that it checks. */
#ifndef SLUICE_TEST_CRON_NAIVE_H
#define SLUICE_TEST_CRON_NAIVE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

struct naive {
	char text[1100];
	char *field[7]; /* second, minute, hour, day, month, weekday, year */
	bool five;
};

static void naive_init(struct naive *n, const char *text)
{
	char *save, *word;
	int count = 0, shift;

	snprintf(n->text, sizeof n->text, "%s", text);
	for (char *c = n->text; *c != '\0'; c++)
		if (*c >= 'a' && *c <= 'z')
			*c = (char)(*c - 32);
	for (const char *c = text; *c != '\0'; c++)
		count += *c != ' ' && (c == text || c[-1] == ' ');
	n->five = count == 5;
	shift = n->five ? 1 : 0;
	memset(n->field, 0, sizeof n->field);
	word = strtok_r(n->text, " ", &save);
	for (int i = shift; word != NULL; i++) {
		n->field[i] = word;
		word = strtok_r(NULL, " ", &save);
	}
}

/* A number or a name; `after` is what follows. */
static int naive_value(const char *text, bool five, int field, char **after)
{
	static const char months[] = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC";
	static const char weekdays[] = "SUNMONTUEWEDTHUFRISAT";
	const char *names = field == 4 ? months : weekdays;

	if (*text >= '0' && *text <= '9')
		return (int)strtol(text, after, 10);
	*after = (char *)(uintptr_t)text + 3;
	for (int i = 0; names[3 * i] != '\0'; i++)
		if (strncmp(names + 3 * i, text, 3) == 0)
			return i + (field == 4 || !five);
	abort();
}

static int naive_month_length(const struct tm *t)
{
	struct tm next = { .tm_year = t->tm_year,
		.tm_mon = t->tm_mon + 1,
		.tm_mday = 0,
		.tm_hour = 12 };
	time_t s = timegm(&next);

	return gmtime_r(&s, &next)->tm_mday;
}

/* The day that "the weekday nearest to `day`" is in the month of `t`; 0: the
 * month has no such day. */
static int naive_nearest(const struct tm *t, int day)
{
	static const int order[] = { 0, -1, 1, -2, 2 };
	int length = naive_month_length(t);

	if (day < 1 || day > length)
		return 0;
	for (int i = 0; i < 5; i++) {
		int other = day + order[i];
		struct tm u = { .tm_year = t->tm_year,
			.tm_mon = t->tm_mon,
			.tm_mday = other };

		if (other < 1 || other > length)
			continue;
		timegm(&u);
		if (u.tm_wday != 0 && u.tm_wday != 6)
			return other;
	}
	abort();
}

/* Does the item, one of a list, hold for the moment?  *special: it is none
 * of the plain ones, and the answer is final. */
static bool naive_day_item(const char *item, const struct tm *t, bool *special)
{
	int length = naive_month_length(t), day = 0;
	char *after = (char *)(uintptr_t)item;

	*special = true;
	if (*item == 'L') {
		day = item[1] == '-'
			      ? length - (int)strtol(item + 2, &after, 10)
			      : length;
		after = item[1] == '-' ? after : after + 1;
		if (*after == 'W')
			day = naive_nearest(t, day);
		return day == t->tm_mday;
	}
	if (*item != '*')
		day = (int)strtol(item, &after, 10);
	if (*item != '*' && *after == 'W')
		return naive_nearest(t, day) == t->tm_mday;
	*special = false;
	return false;
}

static bool naive_weekday_item(
	const char *item, bool five, const struct tm *t, bool *special)
{
	int weekday;
	char *after;

	*special = true;
	if (strcmp(item, "L") == 0)
		return t->tm_wday == 6;
	*special = false;
	if (*item == '*')
		return false;
	weekday = (naive_value(item, five, 5, &after) + (five ? 0 : 6)) % 7;
	*special = *after == 'L' || *after == '#';
	if (t->tm_wday != weekday)
		return false;
	if (*after == 'L')
		return t->tm_mday + 7 > naive_month_length(t);
	return *after == '#' && (t->tm_mday - 1) / 7 + 1 == atoi(after + 1);
}

/* Walks from the first value of a range to its last, round the end if need
 * be. */
static bool naive_range(const char *item, bool five, int field, int have)
{
	static const int lows[] = { 0, 0, 0, 1, 1, 1, 1970 };
	static const int highs[] = { 59, 59, 23, 31, 12, 7, 2099 };
	int low = lows[field], high = highs[field];
	int value, last, step = 1, left = 0;
	const char *slash = strchr(item, '/');
	char *after = (char *)(uintptr_t)item + 1;

	if (field == 5 && five) {
		low = 0;
		high = 6;
	}
	value = low;
	last = high;
	if (slash != NULL)
		step = atoi(slash + 1);
	if (*item != '*') {
		value = naive_value(item, five, field, &after);
		if (*after == '-')
			last = naive_value(after + 1, five, field, &after);
		else if (slash == NULL)
			last = value;
	}
	if (field == 5 && five && value == 7 && last == 7)
		last = 0;
	if (field == 5 && five && value == 7)
		value = 0;
	for (;; left--) {
		int shown = field == 5 && five ? value % 7 : value;

		if (left == 0) {
			if (shown == have)
				return true;
			left = step;
		}
		if (value == last)
			return false;
		value = value >= high && last <= high ? low : value + 1;
	}
}

static bool naive_field(const struct naive *n, int field, const struct tm *t)
{
	const int have[] = { t->tm_sec, t->tm_min, t->tm_hour, t->tm_mday,
		t->tm_mon + 1, t->tm_wday + !n->five, t->tm_year + 1900 };
	char copy[1100], *save;

	if (n->field[field] == NULL)
		return field != 0 || t->tm_sec == 0;
	if (strcmp(n->field[field], "?") == 0)
		return true;
	snprintf(copy, sizeof copy, "%s", n->field[field]);
	for (char *item = strtok_r(copy, ",", &save); item != NULL;
		item = strtok_r(NULL, ",", &save)) {
		bool special = false, hit = false;

		if (field == 3)
			hit = naive_day_item(item, t, &special);
		else if (field == 5)
			hit = naive_weekday_item(item, n->five, t, &special);
		if (!special)
			hit = naive_range(item, n->five, field, have[field]);
		if (hit)
			return true;
	}
	return false;
}

static bool naive_day(const struct naive *n, const struct tm *t)
{
	bool day = naive_field(n, 3, t), weekday = naive_field(n, 5, t);

	if (!naive_field(n, 4, t) || !naive_field(n, 6, t))
		return false;
	if (n->five && strchr("*?", n->field[3][0]) == NULL &&
		strchr("*?", n->field[5][0]) == NULL)
		return day || weekday;
	return day && weekday;
}

/* The first match after `after`, in seconds, up to `days` days later (and not
 * past 2099): a second, a minute, an hour or a day at a time. */
static int64_t naive_next(const struct naive *n, int64_t after, int days)
{
	int64_t end = after + days * INT64_C(86400);
	int64_t s = after + 1;

	while (s <= end && s < INT64_C(4102444800)) {
		time_t now = (time_t)s;
		struct tm t;

		gmtime_r(&now, &t);
		if (!naive_day(n, &t))
			s += 86400 - s % 86400;
		else if (!naive_field(n, 2, &t))
			s += 3600 - s % 3600;
		else if (!naive_field(n, 1, &t))
			s += 60 - s % 60;
		else if (!naive_field(n, 0, &t))
			s++;
		else
			return s;
	}
	return -1;
}

#endif
