/* One field of an expression: a list of values, ranges, steps and, for days,
 * what depends on the month. */
#include <stdarg.h>
#include <stdio.h>

#include "cron_private.h"

#define WORD_SHOWN  20
#define NUMBER_MAX  99999
#define LAST_OFFSET 30
#define WEEKS_MAX   5

struct reader {
	const struct cron_field *field;
	const char *all; /* the first byte of the expression */
	const char *at, *end;
	struct cron *cron;
	struct cron_error *why;
};

/* Errors ------------------------------------------------------------------- */

static void set_error(struct cron_error *why, const struct cron_field *f,
	size_t offset, const char *fmt, va_list args)
	__attribute__((format(printf, 4, 0)));

static void set_error(struct cron_error *why, const struct cron_field *f,
	size_t offset, const char *fmt, va_list args)
{
	if (why == NULL)
		return;
	why->field = f == NULL ? "" : f->name;
	why->column = (unsigned)offset + 1;
	vsnprintf(why->text, sizeof why->text, fmt, args);
}

bool cron_fail(struct cron_error *why, const struct cron_field *f,
	size_t offset, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	set_error(why, f, offset, fmt, args);
	va_end(args);
	return false;
}

static bool fail(const struct reader *r, const char *at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static bool fail(const struct reader *r, const char *at, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	set_error(r->why, r->field, (size_t)(at - r->all), fmt, args);
	va_end(args);
	return false;
}

static void fail_range(const struct reader *r, const char *at)
{
	struct str word = { at, (size_t)(r->at - at) };

	if (word.len > WORD_SHOWN)
		fail(r, at, "the number is too long; write %s",
			r->field->values);
	else
		fail(r, at, "%.*s is out of range; write %s", STR_ARG(word),
			r->field->values);
}

/* Signs that are right in another place. */
static const struct {
	char sign;
	const char *text;
} misplaced[] = {
	{ '?', "? stands alone, for any day of month or day of week; write * "
	       "here" },
	{ '*', "* stands alone or begins a step, as in */5" },
	{ 'L', "L (the last) is for the day of month, as in L, L-3 or LW, and "
	       "behind a day of week, as in FRIL" },
	{ 'W', "W (the nearest weekday) is for the day of month, as in 15W or "
	       "LW" },
	{ '#', "# is for the day of week, as in MON#1 for the first Monday" },
	{ '/', "a step follows *, a value or a range, as in */5, 5/10 or "
	       "10-50/5" },
	{ '-', "a range has a value on both sides of the -, as in 10-50" },
};

static char upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static bool fail_unexpected(const struct reader *r)
{
	char c = r->at == r->end ? ',' : upper(*r->at);

	if (c == ',')
		return fail(r, r->at,
			"a value is missing; write %s, without blanks around "
			"commas",
			r->field->values);
	for (size_t i = 0; i < sizeof misplaced / sizeof misplaced[0]; i++)
		if (misplaced[i].sign == c)
			return fail(r, r->at, "%s", misplaced[i].text);
	if (c > ' ' && c <= '~')
		return fail(r, r->at, "'%c' has no place here; write %s",
			*r->at, r->field->values);
	return fail(r, r->at, "the byte 0x%02X has no place here; write %s",
		(unsigned)(unsigned char)*r->at, r->field->values);
}

/* Pieces ------------------------------------------------------------------- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return upper(c) >= 'A' && upper(c) <= 'Z';
}

static bool at_sign(const struct reader *r, char c)
{
	return r->at < r->end && upper(*r->at) == c;
}

static bool take(struct reader *r, char c)
{
	if (!at_sign(r, c))
		return false;
	r->at++;
	return true;
}

/* Digits as a number, held at NUMBER_MAX; false: there are none. */
static bool take_number(struct reader *r, int *n)
{
	if (r->at == r->end || !is_digit(*r->at))
		return false;
	for (*n = 0; r->at < r->end && is_digit(*r->at); r->at++)
		*n = *n > NUMBER_MAX / 10 ? NUMBER_MAX
					  : *n * 10 + (*r->at - '0');
	return true;
}

static int name_index(const struct cron_field *f, struct str word)
{
	for (int i = 0; f->names != NULL && i < cron_field_size(f); i++)
		if (str_eq_nocase(str_of(f->names[i]), word))
			return i;
	return -1;
}

static bool fail_word(const struct reader *r, struct str word)
{
	int index = word.len < 3
			    ? -1
			    : name_index(r->field, (struct str){ word.ptr, 3 });

	if (word.len == 1)
		return fail_unexpected(r);
	if (index >= 0)
		return fail(r, word.ptr,
			"names have three letters; write %s for %.*s",
			r->field->names[index],
			(int)(word.len < WORD_SHOWN ? word.len : WORD_SHOWN),
			word.ptr);
	return fail(r, word.ptr, "%.*s is not known here; write %s",
		(int)(word.len < WORD_SHOWN ? word.len : WORD_SHOWN), word.ptr,
		r->field->values);
}

/* A name; the L of FRIL stays. */
static bool read_name(struct reader *r, int *value)
{
	struct str word = { r->at, 0 };
	int index;

	while (word.ptr + word.len < r->end && is_letter(word.ptr[word.len]))
		word.len++;
	if (word.len == 4 && r->field->id == CRON_WEEKDAY &&
		upper(word.ptr[3]) == 'L')
		word.len = 3;
	index = name_index(r->field, word);
	if (index < 0)
		return fail_word(r, word);
	r->at += word.len;
	*value = r->field->low + index;
	return true;
}

static bool read_value(struct reader *r, int *value)
{
	const char *start = r->at;

	if (r->at < r->end && is_letter(*r->at))
		return read_name(r, value);
	if (!take_number(r, value))
		return fail_unexpected(r);
	if (*value >= r->field->low && *value <= r->field->high)
		return true;
	fail_range(r, start);
	return false;
}

/* A number from `low` to `high` behind a sign. */
static bool read_count(
	struct reader *r, int low, int high, const char *what, int *n)
{
	const char *start = r->at;

	if (take_number(r, n) && *n >= low && *n <= high)
		return true;
	fail(r, start, "%s a number from %d to %d", what, low, high);
	return false;
}

/* Days that depend on the month -------------------------------------------- */

/* L, L-3, LW, L-3W; the L is taken. */
static bool read_last_day(struct reader *r)
{
	int n = 0;

	if (take(r, '-') &&
		!read_count(r, 0, LAST_OFFSET,
			"behind L- (days before the last) stands", &n))
		return false;
	if (take(r, 'W'))
		r->cron->last_nearest |= 1u << n;
	else
		r->cron->last |= 1u << n;
	return true;
}

static unsigned weekday_bit(const struct cron_field *f, int value)
{
	return 1u << (value - f->base) % 7;
}

static bool read_weekday_number(struct reader *r, int weekday)
{
	int n;

	if (!read_count(r, 1, WEEKS_MAX,
		    "behind # (which one of the month) "
		    "stands",
		    &n))
		return false;
	r->cron->weekday_nth[n] |= (uint8_t)weekday_bit(r->field, weekday);
	return true;
}

/* What may stand behind a single value; *done: it did, and is read. */
static bool read_behind_value(struct reader *r, int value, bool *done)
{
	enum cron_field_id id = r->field->id;

	*done = true;
	if (id == CRON_DAY && take(r, 'W'))
		r->cron->nearest |= 1u << value;
	else if (id == CRON_WEEKDAY && take(r, 'L'))
		r->cron->weekday_last |= (uint8_t)weekday_bit(r->field, value);
	else if (id == CRON_WEEKDAY && take(r, '#'))
		return read_weekday_number(r, value);
	else
		*done = false;
	return true;
}

/* Items -------------------------------------------------------------------- */

/* A range may go round its end, as in Quartz: 22-2, FRI-MON. */
static void add_range(const struct reader *r, int from, int to, int step)
{
	const struct cron_field *f = r->field;
	int size = cron_field_size(f);

	if (from > f->end) { /* Sunday as 7 opens the week */
		from -= size;
		to = to > f->end ? to - size : to;
	}
	if (to < from)
		to += size;
	for (int v = from; v <= to; v += step)
		cron_set_add(&r->cron->sets[f->id],
			(v - f->low) % size + f->low - f->base);
}

static bool read_step(struct reader *r, int *step)
{
	return read_count(r, 1, cron_field_size(r->field),
		"a step (behind the /) is", step);
}

/* "*", "5", "5-10", each perhaps with "/2". */
static bool read_range(struct reader *r)
{
	const char *start = r->at;
	int from = r->field->low, to = r->field->end, step = 1;
	bool all = take(r, '*'), done = false, range;

	if (!all &&
		(!read_value(r, &from) || !read_behind_value(r, from, &done)))
		return false;
	if (done)
		return true;
	range = !all && take(r, '-');
	if (range && !read_value(r, &to))
		return false;
	if (range && to < from && r->field->id == CRON_YEAR)
		return fail(r, start,
			"the range runs backwards; write the earlier year "
			"first");
	if (take(r, '/')) {
		if (!read_step(r, &step))
			return false;
	} else if (!all && !range) {
		to = from;
	}
	add_range(r, from, to, step);
	return true;
}

static bool read_item(struct reader *r)
{
	if (r->field->id == CRON_DAY && take(r, 'L'))
		return read_last_day(r);
	if (r->field->id == CRON_WEEKDAY && take(r, 'L')) {
		cron_set_add(&r->cron->sets[CRON_WEEKDAY], 6);
		return true;
	}
	return read_range(r);
}

bool cron_field_read(const struct cron_field *f, struct str all,
	struct str text, struct cron *cron, struct cron_error *why)
{
	struct reader r = { .field = f,
		.all = all.ptr,
		.at = text.ptr,
		.end = text.ptr + text.len,
		.cron = cron,
		.why = why };
	bool days = f->id == CRON_DAY || f->id == CRON_WEEKDAY;

	if (days && str_eq(text, STR("?"))) {
		add_range(&r, f->low, f->end, 1);
		return true;
	}
	do {
		if (!read_item(&r))
			return false;
	} while (take(&r, ','));
	return r.at == r.end || fail_unexpected(&r);
}
