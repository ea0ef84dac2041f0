/* Where in a block of 64 bytes something may happen: delimiters, quotes, line
 * breaks and NUL, one bit each.
 *
 * Most bytes of a CSV text are plain, and the scanner never looks at them one
 * by one: it goes from bit to bit.  SSE2 is part of every x86-64; other
 * machines take eight bytes as one number, and those that store the high byte
 * first take them one by one. */
#ifndef SLUICE_SRC_TEXT_CSV_BLOCK_H
#define SLUICE_SRC_TEXT_CSV_BLOCK_H

#include <stdint.h>
#include <string.h>

#if defined(__SSE2__) && !defined(CSV_BLOCK_PORTABLE)
#include <emmintrin.h>
#endif

#define CSV_BLOCK 64

struct csv_marks {
	uint64_t special; /* bit i: byte i is one of those */
	uint64_t high;    /* not 0: some byte is above 0x7F */
};

static inline struct csv_marks csv_marks_loop(const char *p, char delimiter)
{
	struct csv_marks m = { 0, 0 };

	for (unsigned i = 0; i < CSV_BLOCK; i++) {
		unsigned char b = (unsigned char)p[i];
		unsigned special = (p[i] == delimiter) | (p[i] == '"') |
				   (p[i] == '\n') | (p[i] == '\r') |
				   (p[i] == '\0');

		m.special |= (uint64_t)special << i;
		m.high |= b & 0x80u;
	}
	return m;
}

/* 0x80 in each byte that was 0, nothing in the others. */
static inline uint64_t csv_zeros(uint64_t x)
{
	const uint64_t low = UINT64_C(0x7F7F7F7F7F7F7F7F);

	return ~(((x & low) + low) | x | low);
}

static inline uint64_t csv_equal(uint64_t x, char c)
{
	return csv_zeros(x ^ UINT64_C(0x0101010101010101) * (unsigned char)c);
}

/* Only where the first byte of a number is its lowest. */
static inline struct csv_marks csv_marks_words(const char *p, char delimiter)
{
	struct csv_marks m = { 0, 0 };

	for (unsigned i = 0; i < CSV_BLOCK / 8; i++) {
		uint64_t x, found;

		memcpy(&x, p + 8 * (size_t)i, 8);
		found = csv_equal(x, delimiter) | csv_equal(x, '"') |
			csv_equal(x, '\n') | csv_equal(x, '\r') | csv_zeros(x);
		/* Byte k's bit moves to 56 + k, and no other gets there. */
		found = (found >> 7) * UINT64_C(0x0102040810204080) >> 56;
		m.special |= found << (8 * i);
		m.high |= x & UINT64_C(0x8080808080808080);
	}
	return m;
}

#if defined(__SSE2__) && !defined(CSV_BLOCK_PORTABLE)

static inline __m128i csv_either(__m128i a, __m128i b)
{
	return _mm_or_si128(a, b);
}

static inline struct csv_marks csv_marks(const char *p, char delimiter)
{
	const __m128i *from = (const __m128i *)(const void *)p;
	struct csv_marks m = { 0, 0 };

	for (unsigned i = 0; i < 4; i++) {
		__m128i v = _mm_loadu_si128(from + i);
		__m128i ends =
			csv_either(_mm_cmpeq_epi8(v, _mm_set1_epi8('\n')),
				_mm_cmpeq_epi8(v, _mm_set1_epi8('\r')));
		__m128i rest =
			csv_either(_mm_cmpeq_epi8(v, _mm_set1_epi8(delimiter)),
				_mm_cmpeq_epi8(v, _mm_set1_epi8('"')));
		__m128i nul = _mm_cmpeq_epi8(v, _mm_setzero_si128());
		int bits = _mm_movemask_epi8(
			csv_either(csv_either(ends, rest), nul));

		m.special |= (uint64_t)(unsigned)bits << (16 * i);
		m.high |= (unsigned)_mm_movemask_epi8(v);
	}
	return m;
}

#else

static inline struct csv_marks csv_marks(const char *p, char delimiter)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	return csv_marks_words(p, delimiter);
#else
	return csv_marks_loop(p, delimiter);
#endif
}

#endif
#endif
