#include "pack.h"

#include <endian.h>
#include <stdatomic.h>
#include <xxhash.h>

void pack_begin(struct buf *out, uint8_t version)
{
	buf_clear(out);
	pack_u8(out, version);
}

void pack_u8(struct buf *out, unsigned n)
{
	buf_char(out, (char)n);
}

void pack_u16(struct buf *out, unsigned n)
{
	uint16_t be = htobe16((uint16_t)n);

	buf_put(out, &be, sizeof be);
}

void pack_u32(struct buf *out, uint32_t n)
{
	n = htobe32(n);
	buf_put(out, &n, sizeof n);
}

void pack_u64(struct buf *out, uint64_t n)
{
	n = htobe64(n);
	buf_put(out, &n, sizeof n);
}

void pack_time(struct buf *out, int64_t ms)
{
	pack_u64(out, (uint64_t)ms);
}

void pack_uuid(struct buf *out, struct uuid id)
{
	buf_put(out, id.bytes, sizeof id.bytes);
}

void pack_bytes(struct buf *out, const void *data, size_t len)
{
	buf_put(out, data, len);
}

void pack_str(struct buf *out, struct str s)
{
	pack_u32(out, (uint32_t)s.len);
	buf_put(out, s.ptr, s.len);
}

/* The hash of the table's name, for names outlive the numbering of the enum.
 * Kept, since it is asked for with every record; whoever computes it first gets
 * what everybody gets. */
static uint64_t seed_of(enum table table)
{
	static _Atomic uint64_t seeds[TABLE_COUNT];
	uint64_t seed =
		atomic_load_explicit(&seeds[table], memory_order_relaxed);

	if (seed == 0) {
		seed = XXH3_64bits(
			tables[table].name, strlen(tables[table].name));
		atomic_store_explicit(
			&seeds[table], seed, memory_order_relaxed);
	}
	return seed;
}

static uint64_t checksum(enum table table, const void *data, size_t len)
{
	return XXH3_64bits_withSeed(data, len, seed_of(table));
}

struct str pack_end(struct buf *out, enum table table)
{
	pack_u64(out, checksum(table, out->data, out->len));
	return buf_view(out);
}

/* --- reading -------------------------------------------------------------- */

unsigned unpack_peek(struct unpack *u, struct str record, unsigned newest)
{
	unsigned version;

	if (record.len < PACK_OVERHEAD)
		return 0;
	u->at = (const uint8_t *)record.ptr;
	u->end = u->at + record.len - sizeof(uint64_t);
	u->bad = false;
	version = unpack_u8(u);
	return version <= newest ? version : 0;
}

unsigned unpack_begin(
	struct unpack *u, enum table table, struct str record, unsigned newest)
{
	unsigned version = unpack_peek(u, record, newest);
	uint64_t sum;

	if (version == 0)
		return 0;
	memcpy(&sum, u->end, sizeof sum);
	if (be64toh(sum) !=
		checksum(table, record.ptr, record.len - sizeof sum))
		return 0;
	return version;
}

void unpack_bytes(struct unpack *u, void *out, size_t len)
{
	if (u->bad || len > (size_t)(u->end - u->at)) {
		u->bad = true;
		memset(out, 0, len);
		return;
	}
	memcpy(out, u->at, len);
	u->at += len;
}

uint8_t unpack_u8(struct unpack *u)
{
	uint8_t n;

	unpack_bytes(u, &n, sizeof n);
	return n;
}

uint8_t unpack_enum(struct unpack *u, unsigned count)
{
	uint8_t n = unpack_u8(u);

	if (n >= count) {
		u->bad = true;
		n = 0;
	}
	return n;
}

uint16_t unpack_u16(struct unpack *u)
{
	uint16_t n;

	unpack_bytes(u, &n, sizeof n);
	return be16toh(n);
}

uint32_t unpack_u32(struct unpack *u)
{
	uint32_t n;

	unpack_bytes(u, &n, sizeof n);
	return be32toh(n);
}

uint64_t unpack_u64(struct unpack *u)
{
	uint64_t n;

	unpack_bytes(u, &n, sizeof n);
	return be64toh(n);
}

int64_t unpack_time(struct unpack *u)
{
	return (int64_t)unpack_u64(u);
}

struct uuid unpack_uuid(struct unpack *u)
{
	struct uuid id;

	unpack_bytes(u, id.bytes, sizeof id.bytes);
	return id;
}

struct str unpack_str(struct unpack *u)
{
	uint32_t len = unpack_u32(u);
	struct str s = { "", 0 };

	if (u->bad || len > (size_t)(u->end - u->at)) {
		u->bad = true;
		return s;
	}
	s = (struct str){ (const char *)u->at, len };
	u->at += len;
	return s;
}

bool unpack_end(const struct unpack *u)
{
	return !u->bad && u->at == u->end;
}
