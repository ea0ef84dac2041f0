/* Eight bytes looked at as one number, for scanners: most text holds nothing
 * special, and then need not be looked at byte by byte.
 *
 * The answers have 0x80 in each byte that fits, nothing where none does.  (A
 * byte behind one that fits may be marked, too; never one before.) */
#ifndef SLUICE_BASE_WORD_H
#define SLUICE_BASE_WORD_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define WORD_ONES  UINT64_C(0x0101010101010101)
#define WORD_HIGHS UINT64_C(0x8080808080808080)

static inline uint64_t word_load(const char *p)
{
	uint64_t word;

	memcpy(&word, p, sizeof word);
	return word;
}

/* Bytes with this value. */
static inline uint64_t word_has(uint64_t word, unsigned char byte)
{
	uint64_t x = word ^ (WORD_ONES * byte);

	return (x - WORD_ONES) & ~x & WORD_HIGHS;
}

/* Bytes below `n`, at most 0x80. */
static inline uint64_t word_below(uint64_t word, unsigned char n)
{
	return (word - WORD_ONES * n) & ~word & WORD_HIGHS;
}

/* How many bytes stand before the first one that is marked. */
static inline size_t word_before(uint64_t marks)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	return (size_t)__builtin_ctzll(marks) / 8;
#else
	(void)marks;
	return 0; /* one by one, then */
#endif
}

#endif
