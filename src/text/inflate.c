#include "sluice/text/inflate.h"

#include <stdlib.h>
#include <zlib.h>

#include "sluice/base/mem.h"
#include "sluice/base/must.h"

#define PIECE_SIZE  ((size_t)64 << 10)
#define GZIP_WINDOW (15 + 16) /* zlib: 32 KiB, and a gzip header only */

static const unsigned char magic[] = { 0x1F, 0x8B };

enum state {
	START,  /* the first bytes are not all there */
	PLAIN,  /* not packed */
	PACKED, /* in a packed part */
	BETWEEN /* behind one */
};

struct inflate_stream {
	struct inflate_limits limits;
	enum state state;
	struct str input;
	bool last;
	size_t seen; /* START: bytes of the magic */
	uint64_t in, out;
	z_stream zlib;
	char *piece; /* PIECE_SIZE bytes, once it is packed */
};

struct inflate_stream *inflate_create(const struct inflate_limits *limits)
{
	struct inflate_stream *z = mem_alloc(sizeof *z);

	z->limits = *limits;
	return z;
}

void inflate_destroy(struct inflate_stream *z)
{
	if (z == NULL)
		return;
	if (z->piece != NULL)
		inflateEnd(&z->zlib);
	free(z->piece);
	free(z);
}

void inflate_feed(struct inflate_stream *z, struct str chunk, bool last)
{
	must(z->input.len == 0 && !z->last);
	z->input = chunk;
	z->last = last;
}

static void pass(struct inflate_stream *z, size_t len)
{
	if (len == 0)
		return; /* an empty chunk may have no address */
	z->in += len;
	z->input.ptr += len;
	z->input.len -= len;
}

/* Only zlib's own memory can fail here, and that is small. */
static void begin_packed(struct inflate_stream *z)
{
	z->piece = mem_alloc(PIECE_SIZE);
	must(inflateInit2(&z->zlib, GZIP_WINDOW) == Z_OK);
	/* The magic may have come in other chunks: it is always the same. */
	z->zlib.next_in = (unsigned char *)(uintptr_t)magic;
	z->zlib.avail_in = sizeof magic;
	z->zlib.next_out = (unsigned char *)z->piece;
	z->zlib.avail_out = (unsigned)PIECE_SIZE;
	must(inflate(&z->zlib, Z_NO_FLUSH) == Z_OK);
	z->state = PACKED;
}

/* Looks at the first bytes; what turned out to be no magic goes out again. */
static void start(struct inflate_stream *z, struct str *piece)
{
	while (z->input.len > 0 && z->seen < sizeof magic &&
		(unsigned char)z->input.ptr[0] == magic[z->seen]) {
		z->seen++;
		pass(z, 1);
	}
	if (z->seen == sizeof magic) {
		begin_packed(z);
	} else if (z->input.len > 0 || z->last) {
		z->state = PLAIN;
		*piece = (struct str){ (const char *)magic, z->seen };
	}
}

static enum err damaged(struct inflate_stream *z, struct diag *why)
{
	return diag_set(why, ERR_INVALID, "gzip: %s (near byte %llu)",
		z->zlib.msg == NULL ? "damaged data" : z->zlib.msg,
		(unsigned long long)z->in);
}

/* One piece of a packed part, perhaps empty. */
static enum err unpack(
	struct inflate_stream *z, struct str *piece, struct diag *why)
{
	size_t n = z->input.len < UINT32_MAX ? z->input.len : UINT32_MAX;
	int answer;

	z->zlib.next_in = (unsigned char *)(uintptr_t)z->input.ptr;
	z->zlib.avail_in = (unsigned)n;
	z->zlib.next_out = (unsigned char *)z->piece;
	z->zlib.avail_out = (unsigned)PIECE_SIZE;
	answer = inflate(&z->zlib, Z_NO_FLUSH);
	pass(z, n - z->zlib.avail_in);
	*piece = (struct str){ z->piece, PIECE_SIZE - z->zlib.avail_out };
	if (answer == Z_STREAM_END)
		z->state = BETWEEN;
	else if (answer != Z_OK && answer != Z_BUF_ERROR)
		return damaged(z, why);
	return ERR_OK;
}

/* Another part, or padding. */
static enum err between(struct inflate_stream *z, struct diag *why)
{
	while (z->input.len > 0 && z->input.ptr[0] == '\0')
		pass(z, 1);
	if (z->input.len == 0)
		return ERR_OK;
	if ((unsigned char)z->input.ptr[0] != magic[0])
		return diag_set(why, ERR_INVALID,
			"gzip: something else follows the packed data (byte "
			"%llu)",
			(unsigned long long)z->in);
	must(inflateReset(&z->zlib) == Z_OK);
	z->state = PACKED;
	return ERR_OK;
}

static enum err step(
	struct inflate_stream *z, struct str *piece, struct diag *why)
{
	switch (z->state) {
	case START:
		start(z, piece);
		return ERR_OK;
	case PLAIN:
		*piece = z->input;
		pass(z, z->input.len);
		return ERR_OK;
	case PACKED:
		return unpack(z, piece, why);
	default:
		return between(z, why);
	}
}

static enum err check_limits(const struct inflate_stream *z, struct diag *why)
{
	const struct inflate_limits *limits = &z->limits;

	if (limits->output != 0 && z->out > limits->output)
		return diag_set(why, ERR_LIMIT, "more than %llu bytes%s",
			(unsigned long long)limits->output,
			z->state == PLAIN ? "" : " when unpacked");
	if (limits->ratio != 0 && z->state != PLAIN &&
		z->out > INFLATE_RATIO_FROM && z->out / limits->ratio > z->in)
		return diag_set(why, ERR_LIMIT,
			"unpacks to more than %llu times its size",
			(unsigned long long)limits->ratio);
	return ERR_OK;
}

enum err inflate_next(
	struct inflate_stream *z, struct str *piece, struct diag *why)
{
	size_t before;
	enum state state;
	enum err e;

	*piece = STR("");
	do {
		before = z->input.len;
		state = z->state;
		e = step(z, piece, why);
		if (e != ERR_OK)
			return e;
		z->out += piece->len;
		e = check_limits(z, why);
		if (e != ERR_OK)
			return e;
	} while (piece->len == 0 &&
		 (z->input.len < before || z->state != state));
	if (piece->len == 0 && z->last && z->state == PACKED)
		return diag_set(why, ERR_INVALID,
			"gzip: cut off after %llu bytes",
			(unsigned long long)z->in);
	return ERR_OK;
}

bool inflate_is_packed(const struct inflate_stream *z)
{
	return z->piece != NULL;
}

const char *inflate_library_version(void)
{
	return zlibVersion();
}
