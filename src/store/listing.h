/* One page out of one or several ranges of a ranked table.
 *
 * Several ranges (a key that is limited to several stores) have prefixes of
 * one length and are merged by what follows the prefix. */
#ifndef STORE_LISTING_H
#define STORE_LISTING_H

#include "internal.h"
#include "sluice/store/page.h"

struct listing {
	enum table table;
	size_t prefix_len; /* of every range's keys */
	struct range *ranges;
	size_t range_count;
	/* Does the row belong?  NULL: all do, and the page is found by rank,
	 * at a cost that doesn't grow with the table; else all of the ranges
	 * is walked. */
	bool (*match)(void *arg, const struct cursor *at);
	/* A row of the page.  An error or false in `*more` ends it. */
	enum err (*emit)(void *arg, const struct cursor *at, bool *more);
	void *arg;
};

enum err listing_run(
	struct txn *t, const struct listing *l, struct page *page) WARN_UNUSED;

/* For indexes that end in an id: the ids of matching rows behind `after` (nil:
 * from the start), rising, at most `max`; returns how many.  Moves the ranges'
 * beginnings. */
size_t listing_ids(struct txn *t, struct listing *l, struct uuid after,
	struct uuid *ids, size_t max);

/* All rows of the ranges. */
uint64_t listing_count(struct txn *t, const struct listing *l);

/* --- the merge, for those who walk by themselves -------------------------- */

struct walk {
	struct cursor *cursors; /* one per range */
	bool *live;
	const struct listing *listing;
	bool descending;
	size_t at; /* of the current row; range_count: at the end */
};

/* On the first (last) row of all ranges. */
void walk_open(struct walk *w, struct txn *t, const struct listing *l,
	bool descending);
void walk_next(struct walk *w);
void walk_close(struct walk *w);

static inline const struct cursor *walk_row(const struct walk *w)
{
	return w->at < w->listing->range_count ? &w->cursors[w->at] : NULL;
}

#endif
