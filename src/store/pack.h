/* Records: a version byte, the fields, and a checksum (XXH3, 64 bits) over
 * both, seeded with the table, so that a page that went bad or a record that
 * strayed into another table is noticed.  LMDB itself checks nothing.
 *
 * Integers are big-endian, texts are a length (4 bytes) and their bytes. */
#ifndef STORE_PACK_H
#define STORE_PACK_H

#include "sluice/base/buf.h"
#include "sluice/base/uuid.h"
#include "table.h"

#define PACK_OVERHEAD (1 + 8)

/* --- writing: into the store's scratch buffer ----------------------------- */

void pack_begin(struct buf *out, uint8_t version);
void pack_u8(struct buf *out, unsigned n);
void pack_u16(struct buf *out, unsigned n);
void pack_u32(struct buf *out, uint32_t n);
void pack_u64(struct buf *out, uint64_t n);
void pack_time(struct buf *out, int64_t ms);
void pack_uuid(struct buf *out, struct uuid id);
void pack_bytes(struct buf *out, const void *data, size_t len); /* no length */
void pack_str(struct buf *out, struct str s);
struct str pack_end(struct buf *out, enum table table);

/* --- reading: never beyond the record ------------------------------------- */

struct unpack {
	const uint8_t *at, *end;
	bool bad; /* something was missing or out of range; sticky */
};

/* Checks checksum and version (1..newest); returns the version, 0: damaged. */
unsigned unpack_begin(
	struct unpack *u, enum table table, struct str record, unsigned newest);

/* Only bounds, no checksum: for filters that look at the head of many rows.
 * What is handed out to anybody goes through unpack_begin(). */
unsigned unpack_peek(struct unpack *u, struct str record, unsigned newest);

uint8_t unpack_u8(struct unpack *u);
uint8_t unpack_enum(struct unpack *u, unsigned count); /* below count */
uint16_t unpack_u16(struct unpack *u);
uint32_t unpack_u32(struct unpack *u);
uint64_t unpack_u64(struct unpack *u);
int64_t unpack_time(struct unpack *u);
struct uuid unpack_uuid(struct unpack *u);
void unpack_bytes(struct unpack *u, void *out, size_t len);
struct str unpack_str(struct unpack *u);

/* True when all was there and nothing is left over. */
bool unpack_end(const struct unpack *u);

#endif
