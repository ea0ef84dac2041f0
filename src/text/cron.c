/* An expression as a whole: its fields, what they may say together. */
#include "sluice/text/cron.h"

#include "cron_private.h"
#include "sluice/base/must.h"

#define FIELDS_MAX CRON_FIELDS

/* For "%.*s": as much of the user's text as a sentence bears. */
#define SHOWN(part) ((part).len > 20 ? 20 : (int)(part).len)

static const char *const month_names[12] = { "JAN", "FEB", "MAR", "APR", "MAY",
	"JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC" };
static const char *const weekday_names[7] = { "SUN", "MON", "TUE", "WED", "THU",
	"FRI", "SAT" };

/* clang-format off */
static const struct cron_field fields[CRON_FIELDS] = {
	{ CRON_SECOND,  "second",       0, 59, 59, 0, NULL, "0 to 59" },
	{ CRON_MINUTE,  "minute",       0, 59, 59, 0, NULL, "0 to 59" },
	{ CRON_HOUR,    "hour",         0, 23, 23, 0, NULL, "0 to 23" },
	{ CRON_DAY,     "day of month", 1, 31, 31, 0, NULL,
		"1 to 31, L, LW or 15W" },
	{ CRON_MONTH,   "month",        1, 12, 12, 0, month_names,
		"1 to 12 or JAN to DEC" },
	{ CRON_WEEKDAY, "day of week",  1,  7,  7, 1, weekday_names,
		"1 (Sunday) to 7 (Saturday) or SUN to SAT" },
	{ CRON_YEAR,    "year", CRON_YEAR_MIN, CRON_YEAR_MAX, CRON_YEAR_MAX,
		CRON_YEAR_MIN, NULL, "1970 to 2099" },
};
static const struct cron_field unix_weekday =
	{ CRON_WEEKDAY, "day of week",  0,  7,  6, 0, weekday_names,
		"0 (Sunday) to 6 (Saturday), 7 (Sunday) or SUN to SAT" };

static const struct {
	const char *name, *text;
} shorthands[] = {
	{ "@yearly",   "0 0 1 1 *" },
	{ "@annually", "0 0 1 1 *" },
	{ "@monthly",  "0 0 1 * *" },
	{ "@weekly",   "0 0 * * 0" },
	{ "@daily",    "0 0 * * *" },
	{ "@midnight", "0 0 * * *" },
	{ "@hourly",   "0 * * * *" },
};
/* clang-format on */

struct parser {
	struct str text;
	struct str parts[FIELDS_MAX]; /* by enum cron_field_id; or empty */
	bool unix_style;
	struct cron *cron;
	struct cron_error *why;
};

/* Dividing ----------------------------------------------------------------- */

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Returns how many there are; those past FIELDS_MAX are only counted. */
static size_t divide(struct str text, struct str parts[FIELDS_MAX])
{
	size_t count = 0, i = 0;

	for (;;) {
		size_t start;

		while (i < text.len && is_blank(text.ptr[i]))
			i++;
		if (i == text.len)
			return count;
		start = i;
		while (i < text.len && !is_blank(text.ptr[i]))
			i++;
		if (count < FIELDS_MAX)
			parts[count] =
				(struct str){ text.ptr + start, i - start };
		count++;
	}
}

static size_t offset_of(const struct parser *p, struct str part)
{
	return (size_t)(part.ptr - p->text.ptr);
}

static bool fail_count(
	const struct parser *p, const struct str *found, size_t count)
{
	if (count == 0)
		return cron_fail(p->why, NULL, 0,
			"the expression is empty; write 5 fields, as in 0 2 * "
			"* *, or a name, as in @daily");
	return cron_fail(p->why, NULL,
		count > FIELDS_MAX ? 0 : offset_of(p, found[count - 1]),
		"there %s %zu field%s; write 5 (minute, hour, day of month, "
		"month, day of week), 6 (a second before them) or 7 (a year "
		"behind them)",
		count == 1 ? "is" : "are", count, count == 1 ? "" : "s");
}

/* Puts each part where it belongs. */
static bool take_parts(struct parser *p)
{
	struct str found[FIELDS_MAX];
	size_t count = divide(p->text, found);

	if (count < 5 || count > FIELDS_MAX)
		return fail_count(p, found, count);
	p->unix_style = count == 5;
	for (size_t i = 0; i < count; i++)
		p->parts[p->unix_style + i] = found[i];
	return true;
}

/* What the two days say together ------------------------------------------- */

static bool is_any(struct str part)
{
	return str_eq(part, STR("*")) || str_eq(part, STR("?"));
}

/* As in Unix cron, a field that begins with a star doesn't count as given. */
static bool is_given(struct str part)
{
	return part.ptr[0] != '*' && part.ptr[0] != '?';
}

static bool join_days(struct parser *p)
{
	struct str day = p->parts[CRON_DAY], weekday = p->parts[CRON_WEEKDAY];

	if (p->unix_style)
		p->cron->either = is_given(day) && is_given(weekday);
	else if (!is_any(day) && !is_any(weekday))
		return cron_fail(p->why, &fields[CRON_WEEKDAY],
			offset_of(p, weekday),
			"day of month and day of week are both given; write ? "
			"for one of them");
	return true;
}

/* What never comes --------------------------------------------------------- */

static bool fires(const struct cron *cron)
{
	return cron_next_day(cron, 0) >= 0;
}

static void set_all(struct cron *cron, const struct cron_field *f)
{
	for (int i = 0; i < cron_field_size(f); i++)
		cron_set_add(&cron->sets[f->id], f->low - f->base + i);
}

/* Would it fire, were it not for that field? */
static bool fires_without(const struct cron *cron, enum cron_field_id id)
{
	struct cron other = *cron;

	set_all(&other, &fields[id]);
	return fires(&other);
}

static bool fail_never(const struct parser *p)
{
	bool day = fires_without(p->cron, CRON_DAY);
	enum cron_field_id id = day ? CRON_DAY : CRON_WEEKDAY;
	struct str part = p->parts[id], year = p->parts[CRON_YEAR];
	struct buf months = buf_make(256);

	cron_month_list(p->cron, "or", &months);
	if (day && fires_without(p->cron, CRON_WEEKDAY))
		cron_fail(p->why, &fields[id], offset_of(p, part),
			"this can never fire: day of month and day of week "
			"never come together; write * for one of them");
	else if (fires_without(p->cron, CRON_YEAR))
		cron_fail(p->why, &fields[id], offset_of(p, part),
			"this can never fire: in %.80s of %.*s there is no "
			"%.*s; choose another year or another day",
			months.data, SHOWN(year), year.ptr, SHOWN(part),
			part.ptr);
	else
		cron_fail(p->why, &fields[id], offset_of(p, part),
			"this can never fire: in %.80s there is no %.*s; "
			"choose another day or another month",
			months.data, SHOWN(part), part.ptr);
	buf_release(&months);
	return false;
}

/* All of it ---------------------------------------------------------------- */

static const struct cron_field *field_of(const struct parser *p, size_t id)
{
	return id == CRON_WEEKDAY && p->unix_style ? &unix_weekday
						   : &fields[id];
}

static bool read_fields(struct parser *p)
{
	*p->cron = (struct cron){ 0 };
	if (!take_parts(p))
		return false;
	for (size_t id = 0; id < CRON_FIELDS; id++) {
		const struct cron_field *f = field_of(p, id);

		if (id == CRON_SECOND && p->unix_style)
			cron_set_add(&p->cron->sets[CRON_SECOND], 0);
		else if (id == CRON_YEAR && p->parts[id].len == 0)
			set_all(p->cron, f);
		else if (!cron_field_read(
				 f, p->text, p->parts[id], p->cron, p->why))
			return false;
	}
	return join_days(p) && (fires(p->cron) || fail_never(p));
}

static const char *shorthand_name(const void *ctx, size_t i)
{
	(void)ctx;
	return shorthands[i].name;
}

static bool fail_shorthand(struct parser *p, struct str name)
{
	const char *nearest =
		str_nearest(name, ARRAY_LEN(shorthands), shorthand_name, NULL);

	return cron_fail(p->why, NULL, offset_of(p, name),
		"there is no %.*s%s%s; the names are @yearly, @annually, "
		"@monthly, @weekly, @daily, @midnight and @hourly",
		SHOWN(name), name.ptr, nearest == NULL ? "" : ", did you mean ",
		nearest == NULL ? "" : nearest);
}

static bool read_shorthand(struct parser *p, struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(shorthands); i++)
		if (str_eq_nocase(name, str_of(shorthands[i].name))) {
			p->text = str_of(shorthands[i].text);
			return read_fields(p);
		}
	return fail_shorthand(p, name);
}

bool cron_parse(struct str text, struct cron *cron, struct cron_error *why)
{
	struct parser p = { .text = text, .cron = cron, .why = why };
	struct str trimmed = str_trim(text);

	if (text.len > CRON_TEXT_MAX)
		return cron_fail(why, NULL, CRON_TEXT_MAX,
			"the expression is longer than %d bytes; write ranges "
			"and steps instead of lists",
			CRON_TEXT_MAX);
	if (trimmed.len > 0 && trimmed.ptr[0] == '@')
		return read_shorthand(&p, trimmed);
	return read_fields(&p);
}

void cron_error_put(const struct cron_error *why, struct buf *out)
{
	buf_printf(out, "%s%scolumn %u: %s", why->field,
		why->field[0] == '\0' ? "" : ", ", why->column, why->text);
}
