#include "json_read.h"

#include <math.h>

#include "number.h"
#include "sluice/base/clock.h"

#define SHOWN_MAX 200 /* bytes of a wrong value that a message repeats */

/* A long key is named, too, by its beginning. */
static void put_key(const char *key, struct buf *out)
{
	struct str s = str_of(key);

	if (s.len <= SHOWN_MAX) {
		buf_str(out, s);
		return;
	}
	s.len = SHOWN_MAX;
	while (s.len > 0 && !str_is_utf8(s))
		s.len--;
	buf_str(out, s);
	buf_text(out, "...");
}

static void put_path(const struct path *p, struct buf *out)
{
	if (p == NULL)
		return;
	put_path(p->up, out);
	if (p->key == NULL) {
		buf_printf(out, "[%zu]", p->index);
		return;
	}
	if (out->len > 0)
		buf_char(out, '.');
	put_key(p->key, out);
}

const char *path_text(const struct path *p, struct arena *arena)
{
	struct buf text = buf_make(4096);
	const char *copy;

	put_path(p, &text);
	copy = arena_dup(arena, buf_view(&text));
	buf_release(&text);
	return copy;
}

static const char *name_of(const struct faults *f, const struct path *p)
{
	return p == NULL ? "body" : path_text(p, f->arena);
}

void fault_missing(struct faults *f, const struct path *p)
{
	fault_at(f, p, FAULT_MISSING,
		"Required field(s) %s is/are missing or blank", name_of(f, p));
}

void fault_enum(struct faults *f, const struct path *p, struct str value,
	const char *names)
{
	if (value.len > SHOWN_MAX)
		value.len = SHOWN_MAX;
	while (value.len > 0 && !str_is_utf8(value))
		value.len--;
	fault_at(f, p, FAULT_ENUM,
		"Unexpected value %.*s for field %s, must be one of %s",
		STR_ARG(value), name_of(f, p), names);
}

void fault_boolean(struct faults *f, const struct path *p)
{
	fault_at(f, p, FAULT_BOOLEAN,
		"Wrong format for field %s, expected a boolean", name_of(f, p));
}

void fault_length(struct faults *f, const struct path *p, size_t limit)
{
	fault_at(f, p, FAULT_LENGTH,
		"Size limit exceeded for field %s, must be lower than %zu "
		"characters",
		name_of(f, p), limit);
}

void fault_format(struct faults *f, const struct path *p, const char *type)
{
	fault_at(f, p, FAULT_FORMAT,
		"Field %s does not respect expected format %s", name_of(f, p),
		type);
}

void fault_bound(struct faults *f, const struct path *p, const char *condition,
	const char *value)
{
	fault_at(f, p, FAULT_BOUND, "Field %s has to be %s to %s",
		name_of(f, p), condition, value);
}

void fault_unknown_key(struct faults *f, const struct path *p, const char *key,
	size_t count, const char *(*name)(const void *ctx, size_t i),
	const void *ctx)
{
	struct path at = { .up = p, .key = key };
	const char *near;

	if (f->count == FAULTS_MAX) {
		f->left_out++; /* the guess below is not cheap */
		return;
	}
	near = str_nearest(str_of(key), count, name, ctx);
	if (near != NULL)
		fault_at(f, &at, FAULT_UNKNOWN_FIELD,
			"Unknown field %s, did you mean %s?", name_of(f, &at),
			near);
	else
		fault_at(f, &at, FAULT_UNKNOWN_FIELD, "Unknown field %s",
			name_of(f, &at));
}

static bool is_listed(const char *key, size_t count,
	const char *(*name)(const void *ctx, size_t i), const void *ctx)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(key, name(ctx, i)) == 0)
			return true;
	return false;
}

void fault_unknown_keys(struct faults *f, const struct path *p,
	const json_t *object, size_t count,
	const char *(*name)(const void *ctx, size_t i), const void *ctx)
{
	const char *key;
	json_t *value;

	json_object_foreach ((json_t *)(uintptr_t)object, key, value) {
		if (!is_listed(key, count, name, ctx))
			fault_unknown_key(f, p, key, count, name, ctx);
	}
}

bool text_is_clean(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];

		if (c < 0x20 && c != '\t' && c != '\n' && c != '\r')
			return false;
		/* U+FFFE, U+FFFF: EF BF BE, EF BF BF */
		if (c == 0xEF && i + 2 < s.len &&
			(unsigned char)s.ptr[i + 1] == 0xBF &&
			(unsigned char)s.ptr[i + 2] >= 0xBE)
			return false;
	}
	return true;
}

bool text_is_line(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] < 0x20 || s.ptr[i] == 0x7F)
			return false;
	return text_is_clean(s);
}

bool read_boolean(const json_t *value, bool *out)
{
	if (json_is_boolean(value)) {
		*out = json_is_true(value);
		return true;
	}
	if (!json_is_string(value))
		return false;
	*out = str_eq_nocase(json_text(value), STR("true"));
	return *out || str_eq_nocase(json_text(value), STR("false"));
}

bool read_number(const json_t *value, double *out)
{
	if (!json_is_number(value))
		return false;
	*out = json_number_value(value);
	return isfinite(*out);
}

bool read_integer(const json_t *value, int64_t *out)
{
	double x;

	if (!read_number(value, &x) || fabs(x) >= AMOUNT_LIMIT || x != trunc(x))
		return false;
	*out = (int64_t)x;
	return true;
}

int64_t stored_time(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);
	int64_t ms;

	if (json_is_string(value) && time_parse(json_text(value), &ms))
		return ms;
	return 0;
}

json_t *time_to_json(int64_t ms)
{
	char text[TIME_TEXT_SIZE];

	return json_string(time_format(ms, TIME_ISO_MS, text));
}
