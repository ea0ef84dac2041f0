/* What ranked.c and ranked_write.c share. */
#ifndef STORE_RANKED_INTERNAL_H
#define STORE_RANKED_INTERNAL_H

#include <endian.h>

#include "internal.h"

#define COUNT_SIZE 12
/* Below every key, and a key itself: LMDB knows no empty ones. */
#define RANKED_BOTTOM STR("\0")

struct count {
	uint64_t keys;
	uint32_t items; /* groups: chunks; chunks: not used */
};

struct key counts_key(enum table table, unsigned level, struct str first);
struct count count_read(struct str value);

/* The transaction's cursor on the counts; not to be closed. */
bool counts_open(struct txn *t, struct cursor *c);
bool counts_is(const struct cursor *c, enum table table, unsigned level);
struct str counts_first(const struct cursor *c);

#endif
