/* A strict RFC 8259 pull tokenizer that says where everything stands.
 *
 * It works over a window: the bytes of the document that the caller has at
 * hand.  A token that the window cuts off is not consumed; the scanner answers
 * TOKEN_MORE, the caller drops what it no longer needs, adds bytes and feeds
 *the new window.  A complete buffer is a window that is fed once, as the last
 *one.
 *
 *	json_scan_init(&scan, 64);
 *	json_scan_feed(&scan, text, 0, true);
 *	while (json_scan_next(&scan, &token) < TOKEN_END)
 *		...
 *
 * So one token must fit in the window, and the cap of the caller's buffer is
 * the cap of a token.  To cut a list into its elements, keep the bytes from an
 * element's first token on and hand out what lies between the offsets of its
 * first and last one.
 *
 * The scanner keeps no names: two equal keys in an object both come out, and
 * the caller decides. */
#ifndef SLUICE_TEXT_JSON_SCAN_H
#define SLUICE_TEXT_JSON_SCAN_H

#include <stdbool.h>
#include <stdint.h>

#include "sluice/base/buf.h"
#include "sluice/base/str.h"

#define JSON_SCAN_DEPTH_MAX  256
#define JSON_SCAN_ERROR_SIZE 160

/* (Not JSON_...: those are jansson's.) */
enum json_kind {
	TOKEN_OBJECT_BEGIN,
	TOKEN_OBJECT_END,
	TOKEN_ARRAY_BEGIN,
	TOKEN_ARRAY_END,
	TOKEN_KEY,
	TOKEN_STRING,
	TOKEN_NUMBER,
	TOKEN_TRUE,
	TOKEN_FALSE,
	TOKEN_NULL,
	/* From here on there is no token. */
	TOKEN_END,  /* the document is complete */
	TOKEN_MORE, /* the window ends: feed more and call again */
	TOKEN_ERROR /* see json_scan.error; final */
};

struct json_place {
	uint64_t offset;       /* in bytes, from the start of the document */
	unsigned line, column; /* from 1; a column is one character */
};

/* A place in a part of a document, in the document; the part begins at `of`. */
static inline struct json_place json_place_in(
	struct json_place of, struct json_place at)
{
	return (struct json_place){ of.offset + at.offset,
		of.line + at.line - 1,
		at.line == 1 ? of.column + at.column - 1 : at.column };
}

struct json_token {
	enum json_kind kind;
	bool escaped;            /* a key or string that holds backslashes */
	unsigned depth;          /* of the containers around it */
	struct json_place place; /* of its first byte, or of the error */
	struct str raw;          /* in the window; strings with their quotes */
};

struct json_scan {
	char error[JSON_SCAN_ERROR_SIZE]; /* after TOKEN_ERROR: a sentence */

	/* private */
	struct str window;
	size_t at;
	bool last;
	int expect;
	unsigned depth, max_depth;
	struct json_place place; /* of window.ptr[at] */
	uint64_t objects[JSON_SCAN_DEPTH_MAX / 64];
};

/* Values may lie in up to `max_depth` containers (at most
 * JSON_SCAN_DEPTH_MAX). */
void json_scan_init(struct json_scan *s, unsigned max_depth);

/* The window is borrowed until the next feed.  Its first `used` bytes have been
 * consumed before and are only kept by the caller for its own use; `last` says
 * that nothing follows. */
void json_scan_feed(
	struct json_scan *s, struct str window, size_t used, bool last);

/* How many bytes of the window are consumed; what is behind them has to be in
 * the next one. */
static inline size_t json_scan_used(const struct json_scan *s)
{
	return s->at;
}

/* The next token; returns its kind.  For TOKEN_END, TOKEN_MORE and TOKEN_ERROR
 * only kind and place are set. */
enum json_kind json_scan_next(struct json_scan *s, struct json_token *t);

/* Reads on to the end of the container whose begin had the depth `depth`;
 * returns the kind of its end, or TOKEN_ERROR, or TOKEN_MORE (feed, then call
 * it again). */
enum json_kind json_scan_skip(
	struct json_scan *s, unsigned depth, struct json_token *t);

/* The value of a key or string: borrowed from the window when it has no
 * escapes, else written to `scratch` (cleared first; check `full`).  It may
 * hold NUL (\u0000). */
struct str json_token_text(const struct json_token *t, struct buf *scratch);

#endif
