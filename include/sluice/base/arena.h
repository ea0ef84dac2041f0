/* Memory for one short job, given back all at once.
 *
 * One arena per request, page or export: what it hands out lives until
 * arena_reset() or arena_release().  Allocation never fails (see mem.h); the
 * inputs that decide how much is asked for carry their own caps. */
#ifndef SLUICE_BASE_ARENA_H
#define SLUICE_BASE_ARENA_H

#include <stddef.h>

#include "sluice/base/str.h"

struct arena_block;

struct arena {
	struct arena_block *blocks; /* private; zero-initialise the struct */
};

void *arena_alloc(struct arena *a, size_t size); /* zeroed, aligned to 16 */
char *arena_dup(struct arena *a, struct str s);  /* with a NUL behind it */
char *arena_printf(struct arena *a, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

void arena_reset(struct arena *a);   /* keeps one block for the next round */
void arena_release(struct arena *a); /* frees everything */

#endif
