/* Reading normal forms: our own compact JSON, written by entity_read(). */
#include "entity_private.h"

/* The length of the string (with its quotes) at s, 0 when it has no end. */
static size_t string_length(struct str s)
{
	const char *end = s.ptr + s.len, *at = s.ptr + 1;

	while (at < end) {
		const char *quote = memchr(at, '"', (size_t)(end - at));
		const char *slash = quote;

		if (quote == NULL)
			return 0;
		/* Escaped when an odd number of backslashes stands before. */
		while (slash[-1] == '\\' && slash - 1 >= at)
			slash--;
		if ((quote - slash) % 2 == 0)
			return (size_t)(quote - s.ptr) + 1;
		at = quote + 1;
	}
	return 0;
}

/* The same of an object or a list. */
static size_t nest_length(struct str s)
{
	size_t depth = 0;

	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (c == '"') {
			size_t len = string_length(
				(struct str){ s.ptr + i, s.len - i });

			if (len == 0)
				return 0;
			i += len - 1;
		} else if (c == '{' || c == '[') {
			depth++;
		} else if ((c == '}' || c == ']') && --depth == 0) {
			return i + 1;
		}
	}
	return 0;
}

static size_t value_length(struct str s)
{
	size_t i = 0;

	if (s.len == 0)
		return 0;
	if (s.ptr[0] == '"')
		return string_length(s);
	if (s.ptr[0] == '{' || s.ptr[0] == '[')
		return nest_length(s);
	while (i < s.len && s.ptr[i] != ',' && s.ptr[i] != '}' &&
		s.ptr[i] != ']')
		i++;
	return i;
}

static struct str cut(struct str s, size_t n)
{
	return (struct str){ s.ptr + n, s.len - n };
}

bool stored_element(struct str *rest, struct str *value)
{
	size_t len;

	if (rest->len > 0 && rest->ptr[0] == ',')
		*rest = cut(*rest, 1);
	len = value_length(*rest);
	if (len == 0)
		return false;
	*value = (struct str){ rest->ptr, len };
	*rest = cut(*rest, len);
	return true;
}

bool stored_member(struct str *rest, struct str *key, struct str *value)
{
	if (!stored_element(rest, key) || key->len < 2 || key->ptr[0] != '"' ||
		rest->len == 0 || rest->ptr[0] != ':')
		return false;
	*key = (struct str){ key->ptr + 1, key->len - 2 };
	*rest = cut(*rest, 1);
	return stored_element(rest, value);
}

bool stored_named(struct str *rest, struct str name, struct str *value)
{
	struct str after;

	if (rest->len > 0 && rest->ptr[0] == '"')
		name = cut(name, 1); /* the first one has no comma */
	if (rest->len <= name.len || rest->ptr[2] != name.ptr[2] ||
		memcmp(rest->ptr, name.ptr, name.len) != 0)
		return false;
	after = cut(*rest, name.len);
	if (!stored_element(&after, value))
		return false;
	*rest = after;
	return true;
}

struct str stored_inside(struct str value)
{
	if (value.len < 2 || (value.ptr[0] != '{' && value.ptr[0] != '['))
		return (struct str){ "", 0 };
	return (struct str){ value.ptr + 1, value.len - 2 };
}

struct str entity_value(struct str text, const char *key)
{
	struct str rest = stored_inside(text), name, value;

	while (stored_member(&rest, &name, &value))
		if (str_eq(name, str_of(key)))
			return value;
	return (struct str){ "", 0 };
}

bool entity_is_gone(enum entity_kind kind, struct str text)
{
	const char *key =
		kind < ENTITY_KINDS ? entity_table(kind)->gone_key : NULL;

	return key != NULL && str_eq(entity_value(text, key), STR("true"));
}

static bool has_secrets(const struct entity_table *t)
{
	for (size_t i = 0; i < entity_field_count(t); i++)
		if (entity_field_at(t, i)->type == ENTITY_PASSWORD)
			return true;
	return false;
}

static bool is_secret(const struct entity_table *t, struct str key)
{
	int i = entity_field_find(t, key, false);

	return i >= 0 && entity_field_at(t, (size_t)i)->type == ENTITY_PASSWORD;
}

void entity_masked(enum entity_kind kind, struct str text, struct buf *out)
{
	const struct entity_table *t = entity_table(kind);
	struct str rest = stored_inside(text), key, value;
	bool first = true;

	if (!has_secrets(t)) {
		buf_str(out, text);
		return;
	}
	buf_char(out, '{');
	while (stored_member(&rest, &key, &value)) {
		buf_text(out, first ? "\"" : ",\"");
		first = false;
		buf_str(out, key);
		buf_text(out, "\":");
		if (is_secret(t, key))
			buf_text(out, "\"" SECRET_MASK "\"");
		else
			buf_str(out, value);
	}
	buf_char(out, '}');
}
