/* One page of a list.  The cost of a page does not grow with the table: every
 * listed index keeps counts (src/store/ranked.h), so that page 50,000 is found
 * as fast as page 0, and totals are not counted by scanning. */
#ifndef SLUICE_STORE_PAGE_H
#define SLUICE_STORE_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sluice/base/str.h"

struct page {
	uint64_t offset; /* rows to skip: page number * size */
	size_t size;     /* rows wanted */
	bool descending;
	uint64_t total; /* out: rows that match */
};

/* A key that is limited to stores sees only their rows; count 0: all. */
struct store_scope {
	const char *const *ids;
	size_t count;
};

bool store_scope_allows(const struct store_scope *scope, struct str store_id);

#endif
