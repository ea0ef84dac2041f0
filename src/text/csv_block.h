/* Where in a block of 64 bytes something may happen: delimiters, quotes, line
 * breaks and NUL, one bit each.
 *
 * Most bytes of a CSV text are plain, and the scanner never looks at them one
 * by one: it goes from bit to bit.  SSE2 is part of every x86-64; elsewhere a
 * loop does the same at about a third of the speed. */
#ifndef SLUICE_SRC_TEXT_CSV_BLOCK_H
#define SLUICE_SRC_TEXT_CSV_BLOCK_H

#include <stdint.h>

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
	return csv_marks_loop(p, delimiter);
}

#endif
#endif
