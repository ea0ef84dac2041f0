/* Keeping the counts: numbers gathered in memory, written out late; chunks
 * and groups split and joined. */
#include <stdlib.h>

#include "ranked_internal.h"
#include "sluice/base/mem.h"

/* The entry of one level in which `key` lies. */
static bool counts_find(struct txn *t, enum table table, unsigned level,
	struct str key, struct cursor *c)
{
	struct key at = counts_key(table, level, key);

	if (!counts_open(t, c))
		return false;
	if (!cursor_seek(c, &at))
		return cursor_last(c) && counts_is(c, table, level);
	if (str_eq(c->key, key_view(&at)))
		return true;
	return cursor_prev(c) && counts_is(c, table, level);
}

static enum err counts_put(struct txn *t, enum table table, unsigned level,
	const struct key *first, struct count count)
{
	struct key key = counts_key(table, level, key_view(first));
	uint64_t keys = htobe64(count.keys);
	uint32_t items = htobe32(count.items);
	char value[COUNT_SIZE];

	memcpy(value, &keys, sizeof keys);
	memcpy(value + sizeof keys, &items, sizeof items);
	return table_put(
		t, TABLE_COUNTS, &key, (struct str){ value, sizeof value });
}

static enum err counts_del(struct txn *t, enum table table, unsigned level,
	const struct key *first)
{
	struct key key = counts_key(table, level, key_view(first));

	return table_remove(t, TABLE_COUNTS, &key);
}

static enum err lost_count(struct txn *t, enum table table)
{
	return txn_fail_with(t, ERR_CORRUPT,
		"the counts of table %s are out of step", tables[table].name);
}

/* Adds to the entry in which `key` lies; tells where it begins and what it
 * holds now. */
static enum err counts_add(struct txn *t, enum table table, unsigned level,
	struct str key, struct count delta, struct key *first,
	struct count *now)
{
	struct cursor c;

	if (!counts_find(t, table, level, key, &c))
		return lost_count(t, table);
	*now = count_read(c.value);
	*first = key_text(counts_first(&c));
	/* Deltas may be negative: unsigned numbers wrap back. */
	now->keys += delta.keys;
	now->items += delta.items;
	if (now->keys > INT64_MAX || now->items > INT32_MAX)
		return lost_count(t, table);
	return counts_put(t, table, level, first, *now);
}

static enum err mend(struct txn *t, enum table table, unsigned level,
	const struct key *first);

/* --- split ---------------------------------------------------------------- */

struct piece {
	struct key first;
	struct count count;
};

/* Walks what lies below one entry and cuts it into `n` pieces. */
static enum err cut_pieces(struct txn *t, enum table table, unsigned level,
	struct piece *pieces, uint64_t n, uint64_t total)
{
	struct key from =
		level == 2 ? counts_key(table, 1, key_view(&pieces[0].first))
			   : pieces[0].first;
	struct cursor c;
	bool more =
		cursor_open(&c, t, level == 2 ? TABLE_COUNTS : table, &from);
	uint64_t i = 0;

	for (; more && i < total; i++, more = cursor_next(&c)) {
		uint64_t at = i / RANKED_TARGET_ITEMS;
		struct piece *p = &pieces[at < n ? at : n - 1];

		if (i > 0 && i % RANKED_TARGET_ITEMS == 0 && at < n)
			p->first = level == 2 ? key_text(counts_first(&c))
					      : key_text(c.key);
		p->count.keys += level == 2 ? count_read(c.value).keys : 1;
		p->count.items += level == 2;
	}
	cursor_close(&c);
	return i == total ? t->error : lost_count(t, table);
}

static enum err split(struct txn *t, enum table table, unsigned level,
	const struct key *first, uint64_t total)
{
	uint64_t n = total / RANKED_TARGET_ITEMS;
	struct piece *pieces = mem_alloc((size_t)n * sizeof *pieces);
	struct count more = { 0, (uint32_t)(n - 1) }, now;
	struct key group;
	enum err e;

	pieces[0].first = *first;
	e = cut_pieces(t, table, level, pieces, n, total);
	for (uint64_t i = 0; e == ERR_OK && i < n; i++)
		e = counts_put(
			t, table, level, &pieces[i].first, pieces[i].count);
	free(pieces);
	if (e != ERR_OK || level == 2)
		return e;
	e = counts_add(t, table, 2, key_view(first), more, &group, &now);
	return e == ERR_OK ? mend(t, table, 2, &group) : e;
}

/* --- join ----------------------------------------------------------------- */

struct pair {
	struct key left, right;
	struct count sum;
};

/* Two neighbours, when they are small enough together.  Chunks are joined only
 * within their group: `group` is where it begins (NULL for groups). */
static bool pair_fits(struct txn *t, enum table table, unsigned level,
	const struct key *right, const struct key *group, struct pair *out)
{
	struct key at = counts_key(table, level, key_view(right));
	struct cursor c;
	struct count count;

	if (group != NULL && str_eq(key_view(right), key_view(group)))
		return false;
	if (!counts_open(t, &c) || !cursor_seek(&c, &at))
		return false;
	out->right = *right;
	out->sum = count_read(c.value);
	if (!cursor_prev(&c) || !counts_is(&c, table, level))
		return false;
	count = count_read(c.value);
	out->left = key_text(counts_first(&c));
	out->sum.keys += count.keys;
	out->sum.items += count.items;
	return (level == 1 ? out->sum.keys : out->sum.items) <=
	       RANKED_JOIN_ITEMS;
}

/* The entry behind `first`, when it is in the same group. */
static bool next_of(struct txn *t, enum table table, unsigned level,
	const struct key *first, const struct key *group, struct key *next)
{
	struct key at = counts_key(table, level, key_view(first));
	struct cursor c;

	if (!counts_open(t, &c) || !cursor_seek(&c, &at) || !cursor_next(&c) ||
		!counts_is(&c, table, level))
		return false;
	*next = key_text(counts_first(&c));
	if (group == NULL)
		return true;
	return counts_find(t, table, 2, key_view(next), &c) &&
	       str_eq(counts_first(&c), key_view(group));
}

/* The only chunk of a group, and empty: both go. */
static enum err drop_empty(struct txn *t, enum table table,
	const struct key *first, struct count group)
{
	enum err e;

	if (group.keys > 0 || group.items > 1 ||
		str_eq(key_view(first), RANKED_BOTTOM))
		return ERR_OK;
	e = counts_del(t, table, 1, first);
	return e == ERR_OK ? counts_del(t, table, 2, first) : e;
}

static enum err join(struct txn *t, enum table table, unsigned level,
	const struct key *first)
{
	struct key group, next;
	struct count in_group = { 0, 0 };
	const struct key *within = level == 1 ? &group : NULL;
	struct pair pair;
	struct cursor c;
	enum err e;

	if (level == 1) {
		if (!counts_find(t, table, 2, key_view(first), &c))
			return lost_count(t, table);
		group = key_text(counts_first(&c));
		in_group = count_read(c.value);
	}
	if (!pair_fits(t, table, level, first, within, &pair) &&
		!(next_of(t, table, level, first, within, &next) &&
			pair_fits(t, table, level, &next, within, &pair)))
		return level == 1 ? drop_empty(t, table, first, in_group)
				  : ERR_OK;
	e = counts_put(t, table, level, &pair.left, pair.sum);
	if (e == ERR_OK)
		e = counts_del(t, table, level, &pair.right);
	if (e != ERR_OK || level == 2)
		return e;
	in_group.items--;
	e = counts_put(t, table, 2, &group, in_group);
	return e == ERR_OK ? mend(t, table, 2, &group) : e;
}

/* Splits or joins an entry that grew or shrank out of bounds. */
static enum err mend(struct txn *t, enum table table, unsigned level,
	const struct key *first)
{
	struct key at = counts_key(table, level, key_view(first));
	struct str value;
	struct count count;
	uint64_t size;

	/* It may have been joined to another meanwhile. */
	if (table_get(t, TABLE_COUNTS, &at, &value) != ERR_OK)
		return t->error;
	count = count_read(value);
	size = level == 1 ? count.keys : count.items;
	if (size > RANKED_MAX_ITEMS)
		return split(t, table, level, first, size);
	return size < RANKED_MIN_ITEMS ? join(t, table, level, first) : ERR_OK;
}

/* --- the cache ------------------------------------------------------------ */

static struct ranked_cache *cache_of(struct txn *t, enum table table)
{
	return &t->store->ranked[tables[table].ranked - 1];
}

static bool slot_has(const struct ranked_slot *slot, struct str key)
{
	return key_compare(key, key_view(&slot->first)) >= 0 &&
	       (slot->next.len == 0 ||
		       key_compare(key, key_view(&slot->next)) < 0);
}

static struct ranked_slot *cache_find(
	struct ranked_cache *cache, struct str key)
{
	if (cache->newest < cache->used &&
		slot_has(&cache->slots[cache->newest], key))
		return &cache->slots[cache->newest];
	for (unsigned i = 0; i < cache->used; i++) {
		if (slot_has(&cache->slots[i], key)) {
			cache->newest = i;
			return &cache->slots[i];
		}
	}
	return NULL;
}

/* Writes one slot's number; `*odd` when its chunk needs mending. */
static enum err slot_write(
	struct txn *t, enum table table, struct ranked_slot *slot, bool *odd)
{
	struct count delta = { (uint64_t)slot->delta, 0 }, now = { 0, 0 };
	struct key first;
	enum err e;

	*odd = false;
	if (slot->delta == 0)
		return ERR_OK;
	e = counts_add(
		t, table, 1, key_view(&slot->first), delta, &first, &now);
	*odd = e == ERR_OK &&
	       (now.keys > RANKED_MAX_ITEMS ||
		       (now.keys < RANKED_MIN_ITEMS && slot->delta < 0));
	slot->delta = 0;
	if (e == ERR_OK)
		e = counts_add(t, table, 2, key_view(&slot->first), delta,
			&first, &now);
	return e;
}

enum err ranked_flush(struct txn *t, enum table table)
{
	struct ranked_cache *cache = cache_of(t, table);
	struct key odd[RANKED_SLOTS];
	unsigned odd_count = 0;
	enum err e = t->error;

	for (unsigned i = 0; e == ERR_OK && i < cache->used; i++) {
		bool is_odd;

		e = slot_write(t, table, &cache->slots[i], &is_odd);
		if (is_odd)
			odd[odd_count++] = cache->slots[i].first;
	}
	/* Mending moves the bounds that the slots remember. */
	if (odd_count > 0 || e != ERR_OK)
		cache->used = 0;
	for (unsigned i = 0; e == ERR_OK && i < odd_count; i++)
		e = mend(t, table, 1, &odd[i]);
	return e;
}

enum err ranked_flush_all(struct txn *t)
{
	enum err e = t->error;

	for (enum table i = 0; e == ERR_OK && i < TABLE_COUNT; i++) {
		if (tables[i].ranked != 0)
			e = ranked_flush(t, i);
	}
	return e;
}

void ranked_forget(struct txn *t)
{
	for (unsigned i = 0; i < RANKED_MAX; i++)
		t->store->ranked[i].used = 0;
}

/* A table's very first chunk. */
static enum err counts_found(struct txn *t, enum table table)
{
	struct key bottom = key_text(RANKED_BOTTOM);
	enum err e = counts_put(t, table, 1, &bottom, (struct count){ 0, 0 });

	return e == ERR_OK ? counts_put(t, table, 2, &bottom,
				     (struct count){ 0, 1 })
			   : e;
}

/* A free slot; the oldest has to go when there is none. */
static enum err slot_free(
	struct txn *t, enum table table, struct ranked_slot **out)
{
	struct ranked_cache *cache = cache_of(t, table);
	bool odd;
	enum err e;

	if (cache->used == RANKED_SLOTS) {
		cache->evict = (cache->evict + 1) % RANKED_SLOTS;
		*out = &cache->slots[cache->evict];
		e = slot_write(t, table, *out, &odd);
		if (e == ERR_OK && !odd) {
			cache->newest = cache->evict;
			return ERR_OK;
		}
		if (e == ERR_OK)
			e = ranked_flush(t, table);
		cache->used = 0;
		if (e == ERR_OK)
			e = mend(t, table, 1, &(*out)->first);
		if (e != ERR_OK)
			return e;
	}
	cache->newest = cache->used;
	*out = &cache->slots[cache->used++];
	return ERR_OK;
}

static enum err slot_load(struct txn *t, enum table table,
	const struct key *key, struct ranked_slot **out)
{
	struct cursor c;
	enum err e = slot_free(t, table, out);

	if (e == ERR_OK && !counts_find(t, table, 1, key_view(key), &c)) {
		e = t->error == ERR_OK ? counts_found(t, table) : t->error;
		if (e == ERR_OK && !counts_find(t, table, 1, key_view(key), &c))
			e = lost_count(t, table);
	}
	if (e != ERR_OK)
		return e;
	(*out)->delta = 0;
	(*out)->first = key_text(counts_first(&c));
	(*out)->next.len = 0;
	if (cursor_next(&c) && counts_is(&c, table, 1))
		(*out)->next = key_text(counts_first(&c));
	return ERR_OK;
}

enum err ranked_note(
	struct txn *t, enum table table, const struct key *key, int delta)
{
	struct ranked_slot *slot =
		cache_find(cache_of(t, table), key_view(key));
	enum err e = ERR_OK;

	if (slot == NULL)
		e = slot_load(t, table, key, &slot);
	if (e == ERR_OK)
		slot->delta += delta;
	return e;
}
