#include "sluice/text/json_scan.h"

#include <stdarg.h>
#include <stdio.h>

#include "json_escape.h"
#include "sluice/base/must.h"
#include "sluice/base/word.h"

enum expect {
	EXPECT_VALUE,
	EXPECT_VALUE_OR_END,
	EXPECT_KEY,
	EXPECT_KEY_OR_END,
	EXPECT_COLON,
	EXPECT_COMMA_IN_ARRAY,
	EXPECT_COMMA_IN_OBJECT,
	EXPECT_NOTHING,
	EXPECT_FAILED
};

static const char *const expect_texts[] = {
	[EXPECT_VALUE] = "a value",
	[EXPECT_VALUE_OR_END] = "a value or ']'",
	[EXPECT_KEY] = "a key in double quotes",
	[EXPECT_KEY_OR_END] = "a key in double quotes or '}'",
	[EXPECT_COLON] = "':' after the key",
	[EXPECT_COMMA_IN_ARRAY] = "',' or ']'",
	[EXPECT_COMMA_IN_OBJECT] = "',' or '}'",
	[EXPECT_NOTHING] = "nothing more after the value",
};

void json_scan_init(struct json_scan *s, unsigned max_depth)
{
	must(max_depth <= JSON_SCAN_DEPTH_MAX);
	*s = (struct json_scan){ .max_depth = max_depth,
		.window = STR(""),
		.place = { .line = 1, .column = 1 } };
}

void json_scan_feed(
	struct json_scan *s, struct str window, size_t used, bool last)
{
	must(used <= window.len && !s->last);
	s->window = window;
	s->at = used;
	s->last = last;
}

/* Errors ------------------------------------------------------------------ */

static enum json_kind fail(struct json_scan *s, struct json_token *t,
	const char *fmt, ...) __attribute__((format(printf, 3, 4)));

static enum json_kind fail(
	struct json_scan *s, struct json_token *t, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(s->error, sizeof s->error, fmt, args);
	va_end(args);
	s->expect = EXPECT_FAILED;
	s->place = t->place;
	return t->kind = TOKEN_ERROR;
}

static enum json_kind fail_unexpected(struct json_scan *s, struct json_token *t)
{
	unsigned char c = (unsigned char)s->window.ptr[s->at];
	const char *wanted = expect_texts[s->expect];

	if (c == 0xEF && t->place.offset == 0)
		return fail(s, t,
			"expected %s, found a byte order mark; save the text "
			"as UTF-8 without one",
			wanted);
	if (c == '/' || c == '#')
		return fail(s, t,
			"expected %s, found '%c' (JSON has no comments)",
			wanted, c);
	if (c > 0x20 && c < 0x7F)
		return fail(s, t, "expected %s, found '%c'", wanted, c);
	return fail(s, t, "expected %s, found the byte 0x%02X", wanted, c);
}

/* The window ends where something has to follow. */
static enum json_kind cut_off(
	struct json_scan *s, struct json_token *t, const char *what)
{
	if (!s->last)
		return t->kind = TOKEN_MORE;
	return fail(s, t, "%s", what);
}

static enum json_kind end_of_window(struct json_scan *s, struct json_token *t)
{
	if (!s->last)
		return t->kind = TOKEN_MORE;
	if (s->expect == EXPECT_NOTHING)
		return t->kind = TOKEN_END;
	return fail(s, t, "expected %s, found the end of the text",
		expect_texts[s->expect]);
}

/* Moving on --------------------------------------------------------------- */

static size_t count_characters(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++)
		n += ((unsigned char)s.ptr[i] & 0xC0) != 0x80;
	return n;
}

static void advance(struct json_scan *s, size_t len, size_t characters)
{
	s->at += len;
	s->place.offset += len;
	s->place.column += (unsigned)characters;
}

static void skip_space(struct json_scan *s)
{
	for (; s->at < s->window.len; s->at++, s->place.offset++) {
		char c = s->window.ptr[s->at];

		if (c == '\n') {
			s->place.line++;
			s->place.column = 1;
		} else if (c == ' ' || c == '\t' || c == '\r') {
			s->place.column++;
		} else {
			return;
		}
	}
}

static enum json_kind take(struct json_scan *s, struct json_token *t,
	enum json_kind kind, size_t len, size_t characters)
{
	t->kind = kind;
	t->raw = (struct str){ s->window.ptr + s->at, len };
	advance(s, len, characters);
	return kind;
}

static bool in_object(const struct json_scan *s)
{
	unsigned i = s->depth - 1;

	return (s->objects[i / 64] >> (i % 64) & 1) != 0;
}

static void expect_after_value(struct json_scan *s)
{
	if (s->depth == 0)
		s->expect = EXPECT_NOTHING;
	else
		s->expect = in_object(s) ? EXPECT_COMMA_IN_OBJECT
					 : EXPECT_COMMA_IN_ARRAY;
}

static enum json_kind begin(
	struct json_scan *s, struct json_token *t, bool object)
{
	unsigned i = s->depth;
	uint64_t bit = UINT64_C(1) << (i % 64);

	if (s->depth == s->max_depth)
		return fail(
			s, t, "nested more than %u levels deep", s->max_depth);
	s->depth++;
	if (object)
		s->objects[i / 64] |= bit;
	else
		s->objects[i / 64] &= ~bit;
	s->expect = object ? EXPECT_KEY_OR_END : EXPECT_VALUE_OR_END;
	return take(
		s, t, object ? TOKEN_OBJECT_BEGIN : TOKEN_ARRAY_BEGIN, 1, 1);
}

static enum json_kind end(struct json_scan *s, struct json_token *t)
{
	enum json_kind kind = in_object(s) ? TOKEN_OBJECT_END : TOKEN_ARRAY_END;

	t->depth = --s->depth;
	expect_after_value(s);
	return take(s, t, kind, 1, 1);
}

/* Strings ----------------------------------------------------------------- */

/* Points an error at `p`, inside the string that begins at s->at. */
static void place_inside(
	const struct json_scan *s, struct json_token *t, const char *p)
{
	const char *from = s->window.ptr + s->at;
	struct str before = { from, (size_t)(p - from) };

	t->place.offset += before.len;
	t->place.column += (unsigned)count_characters(before);
}

/* Passes what is nothing but text; `*bits` gets 0x80 when some of it isn't
 * ASCII. */
static const char *skip_text(
	const char *p, const char *end_of, unsigned char *bits)
{
	uint64_t all = 0, word, marks;
	size_t n = 8;

	while (n == 8 && end_of - p >= 8) {
		word = word_load(p);
		marks = word_has(word, '"') | word_has(word, '\\') |
			word_below(word, 0x20);
		if (marks != 0)
			n = word_before(marks);
		all |= n == 0 ? 0 : word << 8 * (8 - n);
		p += n;
	}
	*bits |= (all & WORD_HIGHS) != 0 ? 0x80 : 0;
	return p;
}

/* Finds the closing quote; NULL: *answer says why there is none.  `*ascii`:
 * nothing before it needs a second look. */
static const char *closing_quote(struct json_scan *s, struct json_token *t,
	bool *ascii, enum json_kind *answer)
{
	const char *end_of = s->window.ptr + s->window.len;
	const char *p = s->window.ptr + s->at + 1;
	unsigned char bits = 0;
	int n;

	for (p = skip_text(p, end_of, &bits); p < end_of && *p != '"'; p += n) {
		n = 1;
		bits |= (unsigned char)*p;
		if (*p == '\\') {
			t->escaped = true;
			n = json_escape_length(p, (size_t)(end_of - p));
		}
		if (n == JSON_ESCAPE_CUT)
			break;
		if (n == JSON_ESCAPE_BAD) {
			place_inside(s, t, p);
			*answer = fail(s, t,
				"expected an escape such as \\n "
				"or \\u00e9 after the backslash");
			return NULL;
		}
		if ((unsigned char)*p < 0x20) {
			place_inside(s, t, p);
			*answer = fail(s, t,
				"expected '\"' to close the "
				"string, found the byte 0x%02X",
				(unsigned char)*p);
			return NULL;
		}
	}
	*ascii = bits < 0x80;
	if (p < end_of && *p == '"')
		return p;
	*answer = cut_off(s, t,
		"expected '\"' to close the string, found the end of the text");
	return NULL;
}

static enum json_kind string(
	struct json_scan *s, struct json_token *t, enum json_kind kind)
{
	const char *from = s->window.ptr + s->at;
	enum json_kind answer;
	bool ascii;
	const char *quote = closing_quote(s, t, &ascii, &answer);
	struct str raw;

	if (quote == NULL)
		return answer;
	raw = (struct str){ from, (size_t)(quote - from) + 1 };
	if (!ascii && !str_is_utf8(raw))
		return fail(s, t, "expected UTF-8 in the string");
	if (kind == TOKEN_KEY)
		s->expect = EXPECT_COLON;
	else
		expect_after_value(s);
	return take(
		s, t, kind, raw.len, ascii ? raw.len : count_characters(raw));
}

/* Numbers and names ------------------------------------------------------- */

static bool digits(struct str s, size_t *i)
{
	size_t from = *i;

	while (*i < s.len && s.ptr[*i] >= '0' && s.ptr[*i] <= '9')
		(*i)++;
	return *i > from;
}

static bool at(struct str s, size_t i, const char *any)
{
	return i < s.len && s.ptr[i] != '\0' && strchr(any, s.ptr[i]) != NULL;
}

static bool is_number(struct str s)
{
	size_t i = at(s, 0, "-"), first = i;

	if (!digits(s, &i) || (s.ptr[first] == '0' && i > first + 1))
		return false;
	if (at(s, i, ".") && (i++, !digits(s, &i)))
		return false;
	if (at(s, i, "eE")) {
		i++;
		i += at(s, i, "+-");
		if (!digits(s, &i))
			return false;
	}
	return i == s.len;
}

static bool is_word_byte(char c)
{
	return (c >= '0' && c <= '9') ||
	       ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '-' ||
	       c == '+' || c == '.' || c == '_';
}

/* A number, true, false or null: all that stands without quotes. */
static enum json_kind word(struct json_scan *s, struct json_token *t)
{
	static const struct {
		struct str text;
		enum json_kind kind;
	} names[] = { { { "true", 4 }, TOKEN_TRUE },
		{ { "false", 5 }, TOKEN_FALSE },
		{ { "null", 4 }, TOKEN_NULL } };
	struct str w = { s->window.ptr + s->at, 0 };

	while (s->at + w.len < s->window.len && is_word_byte(w.ptr[w.len]))
		w.len++;
	if (w.len == 0)
		return fail_unexpected(s, t);
	if (s->at + w.len == s->window.len && !s->last)
		return t->kind = TOKEN_MORE;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_eq(w, names[i].text)) {
			expect_after_value(s);
			return take(s, t, names[i].kind, w.len, w.len);
		}
	if (is_number(w)) {
		expect_after_value(s);
		return take(s, t, TOKEN_NUMBER, w.len, w.len);
	}
	/* Not quoted: it may be a secret whose quotes were forgotten. */
	return fail(s, t,
		"expected %s, found a bare word (texts need double "
		"quotes)",
		expect_texts[s->expect]);
}

static enum json_kind value(struct json_scan *s, struct json_token *t)
{
	switch (s->window.ptr[s->at]) {
	case '{':
		return begin(s, t, true);
	case '[':
		return begin(s, t, false);
	case '"':
		return string(s, t, TOKEN_STRING);
	default:
		return word(s, t);
	}
}

/* The driver -------------------------------------------------------------- */

static void pass(struct json_scan *s, enum expect next)
{
	advance(s, 1, 1);
	s->expect = (int)next;
}

/* Passes the ':' or ',' that is due. */
static void punctuation(struct json_scan *s)
{
	char c = s->window.ptr[s->at];

	if (s->expect == EXPECT_COLON && c == ':')
		pass(s, EXPECT_VALUE);
	else if (s->expect == EXPECT_COMMA_IN_ARRAY && c == ',')
		pass(s, EXPECT_VALUE);
	else if (s->expect == EXPECT_COMMA_IN_OBJECT && c == ',')
		pass(s, EXPECT_KEY);
	else
		return;
	skip_space(s);
}

static enum json_kind token(struct json_scan *s, struct json_token *t)
{
	char c = s->window.ptr[s->at];
	bool close_array = s->expect == EXPECT_VALUE_OR_END ||
			   s->expect == EXPECT_COMMA_IN_ARRAY;
	bool close_object = s->expect == EXPECT_KEY_OR_END ||
			    s->expect == EXPECT_COMMA_IN_OBJECT;

	if ((close_array && c == ']') || (close_object && c == '}'))
		return end(s, t);
	if (s->expect == EXPECT_VALUE || s->expect == EXPECT_VALUE_OR_END)
		return value(s, t);
	if (c == '"' &&
		(s->expect == EXPECT_KEY || s->expect == EXPECT_KEY_OR_END))
		return string(s, t, TOKEN_KEY);
	return fail_unexpected(s, t);
}

enum json_kind json_scan_next(struct json_scan *s, struct json_token *t)
{
	*t = (struct json_token){ .kind = TOKEN_ERROR, .raw = STR("") };
	if (s->expect == EXPECT_FAILED) {
		t->place = s->place;
		return TOKEN_ERROR;
	}
	skip_space(s);
	if (s->at < s->window.len)
		punctuation(s);
	t->place = s->place;
	t->depth = s->depth;
	if (s->at == s->window.len)
		return end_of_window(s, t);
	return token(s, t);
}

enum json_kind json_scan_skip(
	struct json_scan *s, unsigned depth, struct json_token *t)
{
	enum json_kind kind;

	do {
		kind = json_scan_next(s, t);
	} while (kind < TOKEN_END &&
		 !((kind == TOKEN_OBJECT_END || kind == TOKEN_ARRAY_END) &&
			 t->depth == depth));
	return kind;
}
