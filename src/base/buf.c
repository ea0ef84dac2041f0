#include "sluice/base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "sluice/base/mem.h"

#define FIRST_SIZE 256

void buf_release(struct buf *b)
{
	free(b->data);
	*b = buf_make(b->max);
}

void buf_clear(struct buf *b)
{
	b->len = 0;
	b->full = false;
	if (b->data != NULL)
		b->data[0] = '\0';
}

char *buf_reserve(struct buf *b, size_t len)
{
	size_t want;

	if (b->full || len > b->max || b->len > b->max - len) {
		b->full = true;
		return NULL;
	}
	if (b->len + len + 1 > b->cap) {
		want = b->cap < FIRST_SIZE ? FIRST_SIZE : b->cap * 2;
		if (want < b->len + len + 1)
			want = b->len + len + 1;
		if (want - 1 > b->max)
			want = b->max + 1; /* buf_char() takes room for leave */
		b->data = mem_resize(b->data, want);
		b->cap = want;
	}
	return b->data + b->len;
}

void buf_put(struct buf *b, const void *data, size_t len)
{
	char *to = buf_reserve(b, len);

	if (to == NULL)
		return;
	if (len > 0)
		memcpy(to, data, len);
	b->len += len;
	b->data[b->len] = '\0';
}

/* Into the room that is there; what doesn't fit is printed again. */
void buf_printf(struct buf *b, const char *fmt, ...)
{
	size_t room = b->full ? 0 : b->cap - b->len;
	va_list args, again;
	char *to;
	int n;

	va_start(args, fmt);
	va_copy(again, args);
	n = vsnprintf(room > 0 ? b->data + b->len : NULL, room, fmt, args);
	va_end(args);
	if (n >= 0 && (size_t)n < room) {
		b->len += (size_t)n;
	} else {
		if (room > 0)
			b->data[b->len] = '\0';
		to = n < 0 ? NULL : buf_reserve(b, (size_t)n);
		if (to != NULL) {
			vsnprintf(to, (size_t)n + 1, fmt, again);
			b->len += (size_t)n;
		}
	}
	va_end(again);
}

void buf_u64(struct buf *b, uint64_t n)
{
	char digits[20], *from = digits + sizeof digits;

	do {
		*--from = (char)('0' + n % 10);
		n /= 10;
	} while (n > 0);
	buf_put(b, from, (size_t)(digits + sizeof digits - from));
}

void buf_drop(struct buf *b, size_t len)
{
	if (len == 0)
		return;
	b->len -= len;
	memmove(b->data, b->data + len, b->len + 1);
}

char *buf_take(struct buf *b)
{
	char *data = b->data == NULL ? mem_dup("", 0) : b->data;

	*b = buf_make(b->max);
	return data;
}

static const char *json_escape(unsigned char c, char unicode[7])
{
	switch (c) {
	case '"':
		return "\\\"";
	case '\\':
		return "\\\\";
	case '\b':
		return "\\b";
	case '\f':
		return "\\f";
	case '\n':
		return "\\n";
	case '\r':
		return "\\r";
	case '\t':
		return "\\t";
	default:
		snprintf(unicode, 7, "\\u%04x", c);
		return unicode;
	}
}

void buf_json_string(struct buf *b, struct str s)
{
	char unicode[7];
	size_t from = 0;

	buf_char(b, '"');
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		buf_put(b, s.ptr + from, i - from);
		buf_text(b, json_escape(c, unicode));
		from = i + 1;
	}
	buf_put(b, s.ptr + from, s.len - from);
	buf_char(b, '"');
}
