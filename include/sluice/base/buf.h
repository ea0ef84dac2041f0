/* A growing buffer with a cap.  Writing past the cap (or after it) does
 * nothing and sets `full`, so that a renderer writes straight through and asks
 * once, at the end. */
#ifndef SLUICE_BASE_BUF_H
#define SLUICE_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sluice/base/str.h"

struct buf {
	char *data; /* owned; a NUL stands behind the last byte */
	size_t len, cap, max;
	bool full; /* something did not fit; sticky until buf_clear() */
};

/* An empty buffer that may grow to `max` bytes. */
static inline struct buf buf_make(size_t max)
{
	return (struct buf){ .max = max };
}

void buf_release(struct buf *b); /* frees; the struct is empty afterwards */
void buf_clear(struct buf *b);   /* keeps the memory */

void buf_put(struct buf *b, const void *data, size_t len);
void buf_printf(struct buf *b, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void buf_u64(struct buf *b, uint64_t n); /* decimal */

static inline void buf_char(struct buf *b, char c)
{
	if (b->len + 1 < b->cap && !b->full) {
		b->data[b->len++] = c;
		b->data[b->len] = '\0';
	} else {
		buf_put(b, &c, 1);
	}
}

static inline void buf_str(struct buf *b, struct str s)
{
	buf_put(b, s.ptr, s.len);
}

static inline void buf_text(struct buf *b, const char *s)
{
	buf_put(b, s, strlen(s));
}

/* Space for `len` more bytes; NULL when that is past the cap (sets `full`).
 * The caller then adds what it used to len. */
char *buf_reserve(struct buf *b, size_t len);

/* Drop the first `len` bytes. */
void buf_drop(struct buf *b, size_t len);

static inline struct str buf_view(const struct buf *b)
{
	return (struct str){ b->data == NULL ? "" : b->data, b->len };
}

/* Hand the memory (NUL terminated, never NULL) to the caller, who frees it. */
char *buf_take(struct buf *b);

/* A quoted JSON string, escaped as RFC 8259 asks; `s` must be UTF-8. */
void buf_json_string(struct buf *b, struct str s);

#endif
