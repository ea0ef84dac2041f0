/* What arrives, whether it is packed with gzip or not.
 *
 *	z = inflate_create(&limits);
 *	inflate_feed(z, chunk, last);
 *	while ((e = inflate_next(z, &piece, &why)) == ERR_OK && piece.len > 0)
 *		...                     -- unpacked bytes
 *
 * gzip is known by its first two bytes and by nothing else: a name or a
 * Content-Type may be wrong, and 1F 8B begins no text.  Everything else passes
 * through as it is.  Several packed parts behind each other are one stream, as
 * `cat a.gz b.gz` makes it; NUL bytes may pad the end. */
#ifndef SLUICE_TEXT_INFLATE_H
#define SLUICE_TEXT_INFLATE_H

#include <stdbool.h>
#include <stdint.h>

#include "sluice/base/diag.h"
#include "sluice/base/str.h"

/* Below this much output the ratio is not looked at: a few bytes say little. */
#define INFLATE_RATIO_FROM ((uint64_t)1 << 20)

/* Against files that unpack to a thousand times their size.  0: no limit. */
struct inflate_limits {
	uint64_t output; /* bytes in all, packed or not */
	uint64_t ratio;  /* bytes unpacked for one packed; gzip ends at 1032 */
};

struct inflate_stream; /* opaque */

struct inflate_stream *inflate_create(const struct inflate_limits *limits);
void inflate_destroy(struct inflate_stream *z); /* NULL is fine */

/* Borrows the chunk until inflate_next() gives an empty piece.  Nothing may
 * follow the `last` one, which may be empty. */
void inflate_feed(struct inflate_stream *z, struct str chunk, bool last);

/* The next piece, borrowed until the next call; empty: feed more, or, after the
 * last chunk, all is there.  ERR_INVALID (damaged, cut off) and ERR_LIMIT are
 * final. */
enum err inflate_next(struct inflate_stream *z, struct str *piece,
	struct diag *why) WARN_UNUSED;

/* Whether the stream is gzip, known once a piece came out. */
bool inflate_is_packed(const struct inflate_stream *z);

/* zlib's. */
const char *inflate_library_version(void);

#endif
