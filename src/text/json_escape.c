#include "json_escape.h"

#include "sluice/base/must.h"
#include "sluice/text/json_scan.h"

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The code unit of "\uXXXX" at p, or -1. */
static int code_unit(const char *p)
{
	int unit = 0;

	if (p[0] != '\\' || p[1] != 'u')
		return -1;
	for (int i = 2; i < 6; i++) {
		int digit = hex_digit(p[i]);

		if (digit < 0)
			return -1;
		unit = unit << 4 | digit;
	}
	return unit;
}

static bool is_high(int unit)
{
	return unit >= 0xD800 && unit <= 0xDBFF;
}

static bool is_low(int unit)
{
	return unit >= 0xDC00 && unit <= 0xDFFF;
}

int json_escape_length(const char *p, size_t left)
{
	int unit;

	if (left < 2)
		return JSON_ESCAPE_CUT;
	if (p[1] != 'u')
		return p[1] != '\0' && strchr("\"\\/bfnrt", p[1]) != NULL
			       ? 2
			       : JSON_ESCAPE_BAD;
	if (left < 6)
		return JSON_ESCAPE_CUT;
	unit = code_unit(p);
	if (unit < 0 || is_low(unit))
		return JSON_ESCAPE_BAD;
	if (!is_high(unit))
		return 6;
	if (left < 12)
		return JSON_ESCAPE_CUT;
	return is_low(code_unit(p + 6)) ? 12 : JSON_ESCAPE_BAD;
}

static void put_utf8(struct buf *out, unsigned c)
{
	if (c < 0x80) {
		buf_char(out, (char)c);
	} else if (c < 0x800) {
		buf_char(out, (char)(0xC0 | c >> 6));
		buf_char(out, (char)(0x80 | (c & 0x3F)));
	} else if (c < 0x10000) {
		buf_char(out, (char)(0xE0 | c >> 12));
		buf_char(out, (char)(0x80 | (c >> 6 & 0x3F)));
		buf_char(out, (char)(0x80 | (c & 0x3F)));
	} else {
		buf_char(out, (char)(0xF0 | c >> 18));
		buf_char(out, (char)(0x80 | (c >> 12 & 0x3F)));
		buf_char(out, (char)(0x80 | (c >> 6 & 0x3F)));
		buf_char(out, (char)(0x80 | (c & 0x3F)));
	}
}

/* Writes what the escape at p stands for; returns its length. */
static size_t put_escape(struct buf *out, const char *p)
{
	static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
	const char *found = strchr(from, p[1]);
	int unit;

	if (p[1] != 'u') {
		buf_char(out, found == NULL ? p[1] : to[found - from]);
		return 2;
	}
	unit = code_unit(p);
	if (!is_high(unit)) {
		put_utf8(out, (unsigned)unit);
		return 6;
	}
	put_utf8(out, 0x10000u + ((unsigned)(unit - 0xD800) << 10) +
			      (unsigned)(code_unit(p + 6) - 0xDC00));
	return 12;
}

struct str json_token_text(const struct json_token *t, struct buf *scratch)
{
	struct str in = { t->raw.ptr + 1, t->raw.len - 2 };
	size_t from = 0, i = 0;

	must(t->kind == TOKEN_KEY || t->kind == TOKEN_STRING);
	if (!t->escaped)
		return in;
	buf_clear(scratch);
	while (i < in.len) {
		if (in.ptr[i] != '\\') {
			i++;
			continue;
		}
		buf_put(scratch, in.ptr + from, i - from);
		i += put_escape(scratch, in.ptr + i);
		from = i;
	}
	buf_put(scratch, in.ptr + from, in.len - from);
	return buf_view(scratch);
}
