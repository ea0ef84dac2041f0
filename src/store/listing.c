#include "listing.h"

#include <stdlib.h>

#include "sluice/base/mem.h"

/* --- the merge ------------------------------------------------------------ */

static struct str suffix(const struct listing *l, struct str key)
{
	size_t cut = key.len < l->prefix_len ? key.len : l->prefix_len;

	return (struct str){ key.ptr + cut, key.len - cut };
}

static bool in_range(const struct cursor *c, const struct range *r)
{
	return key_compare(c->key, key_view(&r->lo)) >= 0 &&
	       (r->hi.len == 0 || key_compare(c->key, key_view(&r->hi)) < 0);
}

/* Which range's row is next? */
static void choose(struct walk *w)
{
	const struct listing *l = w->listing;
	size_t best = l->range_count;

	for (size_t i = 0; i < l->range_count; i++) {
		int c;

		if (!w->live[i])
			continue;
		if (best == l->range_count) {
			best = i;
			continue;
		}
		c = key_compare(suffix(l, w->cursors[i].key),
			suffix(l, w->cursors[best].key));
		if (w->descending ? c > 0 : c < 0)
			best = i;
	}
	w->at = best;
}

static bool move_to_start(
	struct cursor *c, const struct range *r, bool descending)
{
	if (!descending)
		return cursor_seek(c, &r->lo) && in_range(c, r);
	if (r->hi.len == 0)
		return cursor_last(c) && in_range(c, r);
	return (cursor_seek(c, &r->hi) ? cursor_prev(c) : cursor_last(c)) &&
	       in_range(c, r);
}

static void walk_prepare(
	struct walk *w, struct txn *t, const struct listing *l, bool descending)
{
	*w = (struct walk){ .listing = l, .descending = descending };
	w->cursors = mem_alloc(l->range_count * sizeof *w->cursors);
	w->live = mem_alloc(l->range_count * sizeof *w->live);
	for (size_t i = 0; i < l->range_count; i++)
		(void)cursor_open(&w->cursors[i], t, l->table, NULL);
}

void walk_open(
	struct walk *w, struct txn *t, const struct listing *l, bool descending)
{
	walk_prepare(w, t, l, descending);
	for (size_t i = 0; i < l->range_count; i++)
		w->live[i] = move_to_start(
			&w->cursors[i], &l->ranges[i], descending);
	choose(w);
}

void walk_next(struct walk *w)
{
	struct cursor *c = &w->cursors[w->at];

	w->live[w->at] = (w->descending ? cursor_prev(c) : cursor_next(c)) &&
			 in_range(c, &w->listing->ranges[w->at]);
	choose(w);
}

void walk_close(struct walk *w)
{
	for (size_t i = 0; i < w->listing->range_count; i++)
		cursor_close(&w->cursors[i]);
	free(w->cursors);
	free(w->live);
}

/* --- by rank -------------------------------------------------------------- */

/* Where the ranges lie, as ranks in the table, and where the page begins in
 * each. */
struct span {
	uint64_t start, end; /* ranks */
	uint64_t lo, hi;     /* the page's beginning lies in [lo, hi] */
};

static struct span *spans_make(
	struct txn *t, const struct listing *l, uint64_t *total)
{
	struct span *spans = mem_alloc(l->range_count * sizeof *spans);

	*total = 0;
	for (size_t i = 0; i < l->range_count; i++) {
		uint64_t count = ranked_count(t, l->table, &l->ranges[i]);
		uint64_t start =
			l->ranges[i].lo.len == 0
				? 0
				: ranked_rank(t, l->table, &l->ranges[i].lo);

		spans[i] = (struct span){ start, start + count, start,
			start + count };
		*total += count;
	}
	return spans;
}

static size_t widest(const struct span *spans, size_t count)
{
	size_t best = 0;

	for (size_t i = 1; i < count; i++) {
		if (spans[i].hi - spans[i].lo > spans[best].hi - spans[best].lo)
			best = i;
	}
	return best;
}

static uint64_t clamp(uint64_t n, uint64_t lo, uint64_t hi)
{
	return n < lo ? lo : n > hi ? hi : n;
}

/* Halves the widest span: is its middle row among the first `n` of all? */
static bool narrow(struct txn *t, const struct listing *l, struct span *spans,
	uint64_t *cut, uint64_t n, struct cursor *c)
{
	size_t w = widest(spans, l->range_count);
	uint64_t middle = spans[w].lo + (spans[w].hi - spans[w].lo) / 2;
	uint64_t below = 0;
	struct key pivot;
	bool among;

	if (!ranked_select(t, l->table, middle, c))
		return false;
	pivot = key_text(suffix(l, c->key));
	for (size_t i = 0; i < l->range_count; i++) {
		struct key at = key_bytes(l->ranges[i].lo.bytes, l->prefix_len);

		at = key_join(&at, pivot.bytes, pivot.len);
		cut[i] = clamp(ranked_rank(t, l->table, &at), spans[i].start,
			spans[i].end);
		below += cut[i] - spans[i].start;
	}
	among = below < n;
	for (size_t i = 0; i < l->range_count; i++) {
		if (among)
			spans[i].lo = clamp(cut[i], spans[i].lo, spans[i].hi);
		else
			spans[i].hi = clamp(cut[i], spans[i].lo, spans[i].hi);
	}
	if (among)
		spans[w].lo = middle + 1;
	return true;
}

/* Sets every span's lo to the number of its rows among the first `n`. */
static bool find_split(
	struct txn *t, const struct listing *l, struct span *spans, uint64_t n)
{
	uint64_t *cut;
	struct cursor c;
	bool found = true;

	if (l->range_count == 1) {
		spans[0].lo = spans[0].start + n;
		return true;
	}
	cut = mem_alloc(l->range_count * sizeof *cut);
	(void)cursor_open(&c, t, l->table, NULL);
	while (found) {
		size_t w = widest(spans, l->range_count);

		if (spans[w].lo >= spans[w].hi)
			break;
		found = narrow(t, l, spans, cut, n, &c);
	}
	cursor_close(&c);
	free(cut);
	return found;
}

static void walk_from_split(struct walk *w, struct txn *t,
	const struct listing *l, const struct span *spans, bool descending)
{
	walk_prepare(w, t, l, descending);
	for (size_t i = 0; i < l->range_count; i++) {
		uint64_t at = spans[i].lo;
		bool any = descending ? at > spans[i].start : at < spans[i].end;

		w->live[i] =
			any &&
			ranked_select(t, l->table, descending ? at - 1 : at,
				&w->cursors[i]) &&
			in_range(&w->cursors[i], &l->ranges[i]);
	}
	choose(w);
}

static enum err emit_rows(
	const struct listing *l, struct walk *w, size_t size, enum err e)
{
	const struct cursor *row = walk_row(w);
	bool more = true;

	for (; e == ERR_OK && more && size > 0 && row != NULL; size--) {
		e = l->emit(l->arg, row, &more);
		walk_next(w);
		row = walk_row(w);
	}
	return e;
}

static enum err run_ranked(
	struct txn *t, const struct listing *l, struct page *page)
{
	struct span *spans = spans_make(t, l, &page->total);
	uint64_t n =
		page->descending ? page->total - page->offset : page->offset;
	struct walk w;
	enum err e = t->error;

	if (e == ERR_OK && page->offset < page->total) {
		if (!find_split(t, l, spans, n))
			e = ERR_CORRUPT;
		walk_from_split(&w, t, l, spans, page->descending);
		e = emit_rows(l, &w, page->size, e);
		walk_close(&w);
	}
	free(spans);
	return e != ERR_OK ? e : t->error;
}

/* --- by walking ----------------------------------------------------------- */

static enum err run_walk(
	struct txn *t, const struct listing *l, struct page *page)
{
	const struct cursor *row;
	struct walk w;
	enum err e = ERR_OK;
	bool more = true;

	page->total = 0;
	walk_open(&w, t, l, page->descending);
	for (; e == ERR_OK && (row = walk_row(&w)) != NULL; walk_next(&w)) {
		uint64_t n = page->total;

		if (!l->match(l->arg, row))
			continue;
		page->total++;
		if (more && n >= page->offset && n - page->offset < page->size)
			e = l->emit(l->arg, row, &more);
	}
	walk_close(&w);
	return e != ERR_OK ? e : t->error;
}

enum err listing_run(struct txn *t, const struct listing *l, struct page *page)
{
	if (t->mdb == NULL)
		return t->error;
	return l->match == NULL ? run_ranked(t, l, page) : run_walk(t, l, page);
}

uint64_t listing_count(struct txn *t, const struct listing *l)
{
	uint64_t n = 0;

	for (size_t i = 0; i < l->range_count; i++)
		n += ranked_count(t, l->table, &l->ranges[i]);
	return n;
}

/* --- ids ------------------------------------------------------------------ */

static void skip_to(struct listing *l, struct uuid after)
{
	for (size_t i = 0; i < l->range_count; i++) {
		struct key prefix =
			key_bytes(l->ranges[i].lo.bytes, l->prefix_len);
		struct key at = key_with_id(prefix, after);

		/* The next possible key: this one and a zero byte. */
		at = key_join(&at, "", 1);
		if (key_compare(key_view(&at), key_view(&l->ranges[i].lo)) > 0)
			l->ranges[i].lo = at;
	}
}

size_t listing_ids(struct txn *t, struct listing *l, struct uuid after,
	struct uuid *ids, size_t max)
{
	const struct cursor *row;
	struct walk w;
	size_t n = 0;

	if (!uuid_is_nil(after))
		skip_to(l, after);
	walk_open(&w, t, l, false);
	for (; n < max && (row = walk_row(&w)) != NULL; walk_next(&w)) {
		if (l->match != NULL && !l->match(l->arg, row))
			continue;
		if (key_take_id(row->key, &ids[n]))
			n++;
	}
	walk_close(&w);
	return n;
}
