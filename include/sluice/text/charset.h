/* Text in the encodings that import files come in, as UTF-8.
 *
 *	s = charset_create(set, CHARSET_MARK, &why);
 *	charset_feed(s, chunk);
 *	while (charset_next(s, &text, &why) == ERR_OK && text.len > 0)
 *		...                     -- a piece of UTF-8
 *
 * UTF-8 passes through as it is, unchecked: the parser behind says which line
 * is not.  The other encodings have one byte per character, so that chunks can
 * be cut anywhere. */
#ifndef SLUICE_TEXT_CHARSET_H
#define SLUICE_TEXT_CHARSET_H

#include <stdbool.h>
#include <stdint.h>

#include "sluice/base/buf.h"
#include "sluice/base/diag.h"
#include "sluice/base/str.h"

enum charset {
	CHARSET_UTF_8,
	CHARSET_ISO_8859_1,
	CHARSET_WINDOWS_1252,
	CHARSET_COUNT
};

/* What to do with a byte that means nothing in the encoding. */
enum charset_bad {
	CHARSET_FAIL, /* an error that says where it stands */
	CHARSET_MARK  /* the byte 0xFF instead, which is not UTF-8: a row reader
		       * then refuses the row, and goes on */
};

struct charset_stream; /* opaque */

/* "WINDOWS-1252", as in the configuration of jobs. */
const char *charset_name(enum charset set);
bool charset_from_name(struct str name, enum charset *set);

/* NULL when the system does not know the encoding; `why` says so. */
struct charset_stream *charset_create(
	enum charset set, enum charset_bad bad, struct diag *why);
void charset_destroy(struct charset_stream *s); /* NULL is fine */

/* Borrows the chunk until charset_next() gives an empty piece. */
void charset_feed(struct charset_stream *s, struct str chunk);

/* The next piece, borrowed until the next call; empty: feed more.  ERR_INVALID
 * is final: a bad byte, or a UTF-8 byte order mark in a text that is said to be
 * something else. */
enum err charset_next(struct charset_stream *s, struct str *piece,
	struct diag *why) WARN_UNUSED;

/* How many bytes were marked so far. */
uint64_t charset_marked(const struct charset_stream *s);

/* The way back: appends `text`, which is UTF-8, in the encoding; '?' stands for
 * a character that it doesn't have. */
void charset_put(enum charset set, struct str text, struct buf *out);

#endif
