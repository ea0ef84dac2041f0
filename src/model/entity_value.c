/* Single values of rows into normal form, by the types of their fields. */
#include <math.h>
#include <stdlib.h>

#include "entity_private.h"
#include "number.h"
#include "sluice/model/document.h"

#define URL_MAX 2048

bool given_is_blank_slow(const struct entity_given *g)
{
	if (g->json == NULL)
		return g->text.len == 0 || str_trim(g->text).len == 0;
	return json_is_null(g->json) ||
	       (json_is_string(g->json) &&
		       str_trim(json_text(g->json)).len == 0) ||
	       (json_is_array(g->json) && json_array_size(g->json) == 0);
}

/* As it is, blanks and all. */
static bool whole_text(const struct entity_at *at, struct str *out)
{
	*out = at->text;
	if (at->json == NULL)
		return true;
	*out = json_text(at->json);
	if (json_is_string(at->json))
		return true;
	fault_format(at->c->faults, at->path, "text");
	return false;
}

bool norm_given_text(const struct entity_at *at, struct str *out)
{
	bool is_text = whole_text(at, out);

	*out = is_text ? str_trim(*out) : *out;
	return is_text;
}

static size_t characters(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++)
		n += ((unsigned char)s.ptr[i] & 0xC0) != 0x80;
	return n;
}

static bool is_too_long(struct str s, size_t limit)
{
	return limit == 0 ? s.len > TEXT_MAX
			  : s.len > limit && characters(s) > limit;
}

static struct norm read_text(const struct entity_at *at)
{
	unsigned limit = at->field == NULL ? 0 : at->field->limit;
	struct norm n = { NORM_NONE, { NULL, 0 } };
	struct str s;

	if (!whole_text(at, &s))
		return n;
	if (is_too_long(s, limit)) {
		fault_length(
			at->c->faults, at->path, limit == 0 ? TEXT_MAX : limit);
		return n;
	}
	n = norm_string(s);
	if (n.form == NORM_PLAIN || text_is_clean(s))
		return n;
	fault_format(
		at->c->faults, at->path, "text without control characters");
	return (struct norm){ NORM_NONE, { NULL, 0 } };
}

/* text_is_line(), fast for nearly all. */
static bool is_line(struct norm n)
{
	return n.form == NORM_PLAIN || text_is_line(n.text);
}

static struct norm id_norm(const struct entity_at *at, struct str id)
{
	struct norm n = norm_string(id);

	if (id.len > REFERENCE_MAX)
		fault_length(at->c->faults, at->path, REFERENCE_MAX);
	else if (!is_line(n))
		fault_format(at->c->faults, at->path,
			"text without control characters");
	else
		return n;
	return (struct norm){ NORM_NONE, { NULL, 0 } };
}

bool norm_id_fits(const struct entity_at *at, struct str id)
{
	return id_norm(at, id).form != NORM_NONE;
}

static struct norm read_id(const struct entity_at *at)
{
	struct str s;

	if (norm_given_text(at, &s))
		return id_norm(at, s);
	return (struct norm){ NORM_NONE, { NULL, 0 } };
}

static struct norm read_bool(const struct entity_at *at)
{
	struct str s = str_trim(at->text);
	bool is_true;

	if (at->json != NULL ? read_boolean(at->json, &is_true)
			     : (is_true = str_eq_nocase(s, STR("true"))) ||
				       str_eq_nocase(s, STR("false")))
		return norm_bool(is_true);
	fault_boolean(at->c->faults, at->path);
	return (struct norm){ NORM_NONE, { NULL, 0 } };
}

/* --- numbers ----------------------------------------------------------------
 */

/* Digits, perhaps with a point between them, perhaps with a sign before. */
static bool is_decimal(struct str s)
{
	size_t i = s.len > 0 && (s.ptr[0] == '-' || s.ptr[0] == '+');
	size_t digits = 0, points = 0;

	if (s.len > 64)
		return false;
	for (; i < s.len; i++) {
		digits += s.ptr[i] >= '0' && s.ptr[i] <= '9';
		points += s.ptr[i] == '.';
	}
	i = s.len > 0 && (s.ptr[0] == '-' || s.ptr[0] == '+');
	return digits > 0 && points <= 1 && digits + points + i == s.len;
}

static bool parse_number(const struct entity_at *at, struct str s, double *x)
{
	char copy[65];

	if (at->json != NULL)
		return read_number(at->json, x);
	if (!is_decimal(s))
		return false;
	memcpy(copy, s.ptr, s.len);
	copy[s.len] = '\0';
	*x = strtod(copy, NULL);
	return true;
}

/* Whole numbers stay whole: 4, not 4.0. */
static struct norm number_text(const struct entity_at *at, double x)
{
	struct buf out = buf_make(64);
	struct norm n;

	if (x == trunc(x))
		put_integer(&out, (int64_t)x);
	else
		put_amount(&out, x);
	n = norm_raw(buf_view(&out));
	n.text.ptr = arena_dup(at->c->arena, n.text);
	buf_release(&out);
	return n;
}

static size_t digits_at(struct str s, size_t from)
{
	size_t i = from;

	while (i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9')
		i++;
	return i - from;
}

/* Most cells are short numbers just as we write them: 7, 0.5, 12.25. */
static bool is_canonical(struct str s, bool whole)
{
	size_t before = digits_at(s, 0), after;

	if (before == 0 || s.len > 15 || (s.ptr[0] == '0' && before > 1))
		return false;
	if (before == s.len)
		return true;
	after = digits_at(s, before + 1);
	return !whole && s.ptr[before] == '.' && after > 0 &&
	       before + 1 + after == s.len && s.ptr[s.len - 1] != '0';
}

static struct norm read_bounded(
	const struct entity_at *at, struct str s, bool whole)
{
	unsigned min = at->field->min;
	double x;

	if (!parse_number(at, s, &x) || (whole && x != trunc(x)))
		fault_format(at->c->faults, at->path,
			whole ? "whole number" : "number");
	else if (x < min)
		fault_bound(at->c->faults, at->path, "greater than or equal",
			arena_printf(at->c->arena, "%u", min));
	else if (x >= AMOUNT_LIMIT)
		fault_bound(at->c->faults, at->path, "lower than", "10^15");
	else
		return number_text(at, x);
	return (struct norm){ NORM_NONE, { NULL, 0 } };
}

struct norm norm_number(const struct entity_at *at, struct str text)
{
	bool whole = at->field->type == ENTITY_COUNT;

	text = str_trim(text);
	if (at->json == NULL && at->field->min == 0 &&
		is_canonical(text, whole))
		return norm_raw(text);
	return read_bounded(at, text, whole);
}

static struct norm read_any_number(const struct entity_at *at)
{
	return norm_number(at, at->text);
}

/* --- texts with a form -------------------------------------------------------
 */

static bool is_url(struct norm n)
{
	static const struct str schemes[] = { { "https://", 8 },
		{ "http://", 7 } };
	struct str s = n.text;

	if (!is_line(n) || memchr(s.ptr, ' ', s.len) != NULL)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(schemes); i++) {
		size_t len = schemes[i].len;

		if (s.len > len && s.ptr[len] != '/' &&
			strncasecmp(s.ptr, schemes[i].ptr, len) == 0)
			return true;
	}
	return false;
}

bool norm_is_url(struct str s)
{
	return is_url(norm_string(s));
}

static struct norm read_url(const struct entity_at *at)
{
	struct norm n;
	struct str s;

	if (!norm_given_text(at, &s))
		return (struct norm){ NORM_NONE, { NULL, 0 } };
	n = norm_string(s);
	if (s.len > URL_MAX)
		fault_length(at->c->faults, at->path, URL_MAX);
	else if (is_url(n))
		return n;
	else
		fault_format(at->c->faults, at->path,
			"URL, expected standard URL format");
	return (struct norm){ NORM_NONE, { NULL, 0 } };
}

/* Something, one @, a domain; no blanks. */
static bool is_email(struct str s)
{
	const char *sign = memchr(s.ptr, '@', s.len);
	size_t before = sign == NULL ? 0 : (size_t)(sign - s.ptr);

	return before > 0 && before + 1 < s.len &&
	       memchr(sign + 1, '@', s.len - before - 1) == NULL &&
	       memchr(s.ptr, ' ', s.len) == NULL;
}

static struct norm read_email(const struct entity_at *at)
{
	struct str s;

	if (!norm_given_text(at, &s) || !norm_id_fits(at, s))
		return (struct norm){ NORM_NONE, { NULL, 0 } };
	if (is_email(s))
		return norm_string(s);
	fault_format(at->c->faults, at->path, "e-mail address");
	return (struct norm){ NORM_NONE, { NULL, 0 } };
}

static bool take_digits(struct str s, size_t at, size_t len, unsigned *out)
{
	uint64_t n;

	if (!str_to_u64((struct str){ s.ptr + at, len }, 9999, &n))
		return false;
	*out = (unsigned)n;
	return true;
}

static bool is_date(unsigned y, unsigned m, unsigned d)
{
	static const unsigned char days[] = { 31, 29, 31, 30, 31, 30, 31, 31,
		30, 31, 30, 31 };
	bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;

	return y > 0 && m >= 1 && m <= 12 && d >= 1 && d <= days[m - 1] &&
	       (m != 2 || leap || d <= 28);
}

static bool parse_date(struct str s, unsigned *y, unsigned *m, unsigned *d)
{
	if (s.len != 10)
		return false;
	if (s.ptr[2] == '/' && s.ptr[5] == '/')
		return take_digits(s, 0, 2, d) && take_digits(s, 3, 2, m) &&
		       take_digits(s, 6, 4, y);
	return s.ptr[4] == '-' && s.ptr[7] == '-' && take_digits(s, 0, 4, y) &&
	       take_digits(s, 5, 2, m) && take_digits(s, 8, 2, d);
}

static struct norm read_date(const struct entity_at *at)
{
	unsigned y, m, d;
	struct str s;

	if (!norm_given_text(at, &s))
		return (struct norm){ NORM_NONE, { NULL, 0 } };
	if (parse_date(s, &y, &m, &d) && is_date(y, m, d))
		return norm_string(str_of(
			arena_printf(at->c->arena, "%04u-%02u-%02u", y, m, d)));
	fault_format(at->c->faults, at->path, "date, expected DD/MM/YYYY");
	return (struct norm){ NORM_NONE, { NULL, 0 } };
}

static struct norm read_currency(const struct entity_at *at)
{
	struct str s;
	size_t capitals = 0;

	if (!norm_given_text(at, &s))
		return (struct norm){ NORM_NONE, { NULL, 0 } };
	for (size_t i = 0; i < s.len; i++)
		capitals += s.ptr[i] >= 'A' && s.ptr[i] <= 'Z';
	if (s.len == 3 && capitals == 3)
		return norm_string(s);
	fault_format(at->c->faults, at->path,
		"currency, expected three capital letters (ISO 4217)");
	return (struct norm){ NORM_NONE, { NULL, 0 } };
}

/* --- closed lists
 * ------------------------------------------------------------- */

bool norm_is_listed(struct str s, const char *values)
{
	for (const char *at = values; *at != '\0';) {
		size_t len = strcspn(at, ",");

		if (str_eq(s, (struct str){ at, len }))
			return true;
		at += len;
		at += strspn(at, ", ");
	}
	return false;
}

static struct norm read_enum(const struct entity_at *at)
{
	struct str s;

	if (!norm_given_text(at, &s))
		return (struct norm){ NORM_NONE, { NULL, 0 } };
	if (norm_is_listed(s, at->field->values))
		return norm_string(s);
	fault_enum(at->c->faults, at->path, s, at->field->values);
	return (struct norm){ NORM_NONE, { NULL, 0 } };
}

static struct norm read_status(const struct entity_at *at)
{
	status_index status;
	struct str s;

	if (!norm_given_text(at, &s))
		return (struct norm){ NORM_NONE, { NULL, 0 } };
	if (status_parse(EXPORT_ORDER, s, &status))
		return norm_string(str_of(status_name(EXPORT_ORDER, status)));
	fault_enum(at->c->faults, at->path, s, status_names(EXPORT_ORDER));
	return (struct norm){ NORM_NONE, { NULL, 0 } };
}

/* The root of a tree is no entity; nor are, yet, the parents of a tree that is
 * read as a whole. */
static bool is_root(const struct entity_at *at, struct str id)
{
	if (at->field->target != at->c->table->kind)
		return false;
	return at->c->r->whole_tree ||
	       (at->field->initial != NULL &&
		       str_eq(id, str_of(at->field->initial)));
}

static struct norm read_ref(const struct entity_at *at)
{
	struct norm n = read_id(at);

	if (n.form != NORM_NONE && !is_root(at, n.text) &&
		!entity_ref_exists(at->c, at->field->target, n.text))
		fault_reference(at, arena_dup(at->c->arena, n.text));
	return n;
}

static struct norm (*const readers[ENTITY_TYPE_COUNT])(
	const struct entity_at *at) = {
	[ENTITY_TEXT] = read_text,
	[ENTITY_ID] = read_id,
	[ENTITY_BOOL] = read_bool,
	[ENTITY_NUMBER] = read_any_number,
	[ENTITY_COUNT] = read_any_number,
	[ENTITY_URL] = read_url,
	[ENTITY_URLS] = norm_read_list,
	[ENTITY_EMAIL] = read_email,
	[ENTITY_DATE] = read_date,
	[ENTITY_CURRENCY] = read_currency,
	[ENTITY_ENUM] = read_enum,
	[ENTITY_ENUMS] = norm_read_list,
	[ENTITY_STATUS] = read_status,
	[ENTITY_REF] = read_ref,
	[ENTITY_REFS] = norm_read_list,
	[ENTITY_IDS] = norm_read_list,
	[ENTITY_TEXTS] = norm_read_list,
	[ENTITY_RANGES] = norm_read_ranges,
	[ENTITY_PASSWORD] = norm_read_password,
};

struct norm norm_read(const struct entity_at *at)
{
	return at->field == NULL ? read_text(at) : readers[at->field->type](at);
}
