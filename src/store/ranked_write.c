/* Keeping the counts: numbers gathered in memory, written out late; chunks
 * and groups split and joined. */
#include <stdlib.h>

#include "ranked_internal.h"
#include "sluice/base/mem.h"

#define RANKED_NOTES_KEPT 1024 /* bytes */

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

/* --- notes ---------------------------------------------------------------- */

/* A key that came or went. */
struct note {
	struct str key;
	int delta;
};

/* Noted as its length, how many more there are by it, and its bytes. */
struct note_head {
	uint16_t len;
	int16_t delta;
};

_Static_assert(KEY_MAX <= UINT16_MAX, "note_head.len");

static struct ranked_notes *notes_of(struct txn *t, enum table table)
{
	return &t->store->ranked[tables[table].ranked - 1];
}

static void notes_clear(struct ranked_notes *n)
{
	/* What many writes took is given back; a few are kept. */
	if (n->keys.cap > RANKED_NOTES_KEPT)
		buf_release(&n->keys);
	n->keys.max = RANKED_NOTES_MAX + sizeof(struct key) + 64;
	n->keys.len = 0;
	n->count = 0;
	n->unsorted = false;
}

static struct note note_read(const struct ranked_notes *n, size_t *at)
{
	struct note_head head;
	struct note note;

	memcpy(&head, n->keys.data + *at, sizeof head);
	*at += sizeof head;
	note = (struct note){ { n->keys.data + *at, head.len }, head.delta };
	*at += head.len;
	return note;
}

static void notes_add(struct ranked_notes *n, struct str key, int delta)
{
	struct note_head head = { (uint16_t)key.len, (int16_t)delta };
	size_t last = n->last;

	if (n->count > 0 && !n->unsorted)
		n->unsorted = key_compare(note_read(n, &last).key, key) > 0;
	n->last = n->keys.len;
	buf_put(&n->keys, &head, sizeof head);
	buf_put(&n->keys, key.ptr, key.len);
	n->count++;
}

static int note_compare(const void *a, const void *b)
{
	const struct note *x = a, *y = b;

	return key_compare(x->key, y->key);
}

/* All notes in the order of their keys; the caller frees them.  They borrow. */
static struct note *notes_sort(const struct ranked_notes *n)
{
	struct note *list = mem_alloc(n->count * sizeof *list);
	size_t at = 0;

	for (size_t i = 0; i < n->count; i++)
		list[i] = note_read(n, &at);
	if (n->unsorted)
		qsort(list, n->count, sizeof *list, note_compare);
	return list;
}

/* --- counting them -------------------------------------------------------- */

/* An entry of the counts to which notes are being added. */
struct tally {
	bool open;
	struct key first;
	struct key next; /* of the entry behind it; len 0: there is none */
	struct count count;
	int64_t delta;
};

struct merge {
	struct txn *t;
	enum table table;
	struct tally chunk, group;
	struct ranked_notes odd; /* first keys of chunks that need mending */
};

/* A table's very first chunk. */
static enum err counts_found(struct txn *t, enum table table)
{
	struct key bottom = key_text(RANKED_BOTTOM);
	enum err e = counts_put(t, table, 1, &bottom, (struct count){ 0, 0 });

	return e == ERR_OK ? counts_put(t, table, 2, &bottom,
				     (struct count){ 0, 1 })
			   : e;
}

static enum err tally_open(
	struct merge *m, struct tally *y, unsigned level, struct str key)
{
	struct cursor c;

	if (!counts_find(m->t, m->table, level, key, &c))
		return lost_count(m->t, m->table);
	y->open = true;
	y->delta = 0;
	y->count = count_read(c.value);
	y->first = key_text(counts_first(&c));
	y->next.len = 0;
	if (cursor_next(&c) && counts_is(&c, m->table, level))
		y->next = key_text(counts_first(&c));
	return m->t->error;
}

/* Keys come in order: none lies below the entry. */
static bool tally_has(const struct tally *y, struct str key)
{
	return y->open &&
	       (y->next.len == 0 || key_compare(key, key_view(&y->next)) < 0);
}

static enum err tally_write(struct merge *m, struct tally *y, unsigned level)
{
	y->open = false;
	if (y->delta == 0)
		return ERR_OK;
	/* Negative ones, too: unsigned numbers wrap back. */
	y->count.keys += (uint64_t)y->delta;
	if (y->count.keys > INT64_MAX)
		return lost_count(m->t, m->table);
	return counts_put(m->t, m->table, level, &y->first, y->count);
}

/* Writes the chunk and adds its keys to its group. */
static enum err close_chunk(struct merge *m)
{
	struct tally *y = &m->chunk;
	enum err e;

	if (!y->open || y->delta == 0)
		return ERR_OK;
	e = tally_write(m, y, 1);
	if (y->count.keys > RANKED_MAX_ITEMS ||
		(y->count.keys < RANKED_MIN_ITEMS && y->delta < 0))
		notes_add(&m->odd, key_view(&y->first), 0);
	if (e == ERR_OK && !tally_has(&m->group, key_view(&y->first))) {
		e = m->group.open ? tally_write(m, &m->group, 2) : ERR_OK;
		if (e == ERR_OK)
			e = tally_open(m, &m->group, 2, key_view(&y->first));
	}
	m->group.delta += y->delta;
	return e;
}

static enum err add_note(struct merge *m, const struct note *note)
{
	enum err e = ERR_OK;

	if (!tally_has(&m->chunk, note->key)) {
		e = close_chunk(m);
		if (e == ERR_OK)
			e = tally_open(m, &m->chunk, 1, note->key);
	}
	m->chunk.delta += note->delta;
	return e;
}

static enum err merge_notes(struct merge *m, const struct ranked_notes *notes)
{
	struct note *list = notes_sort(notes);
	struct cursor c;
	enum err e = m->t->error;

	if (e == ERR_OK && !counts_find(m->t, m->table, 1, list[0].key, &c))
		e = m->t->error == ERR_OK ? counts_found(m->t, m->table)
					  : m->t->error;
	for (size_t i = 0; e == ERR_OK && i < notes->count; i++)
		e = add_note(m, &list[i]);
	if (e == ERR_OK)
		e = close_chunk(m);
	if (e == ERR_OK && m->group.open)
		e = tally_write(m, &m->group, 2);
	free(list);
	return e;
}

static enum err mend_odd(struct merge *m)
{
	enum err e = ERR_OK;
	size_t at = 0;

	for (size_t i = 0; e == ERR_OK && i < m->odd.count; i++) {
		struct key first = key_text(note_read(&m->odd, &at).key);

		e = mend(m->t, m->table, 1, &first);
	}
	return e;
}

enum err ranked_flush(struct txn *t, enum table table)
{
	struct ranked_notes *notes = notes_of(t, table);
	struct merge m = {
		.t = t, .table = table, .odd = { .keys = buf_make(SIZE_MAX) }
	};
	enum err e;

	if (notes->count == 0)
		return t->error;
	e = merge_notes(&m, notes);
	notes_clear(notes);
	if (e == ERR_OK)
		e = mend_odd(&m);
	buf_release(&m.odd.keys);
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

void ranked_forget(struct store *s)
{
	for (unsigned i = 0; i < RANKED_MAX; i++)
		notes_clear(&s->ranked[i]);
}

/* Splitting a chunk walks its keys: the key that was just written must be among
 * those that are counted. */
enum err ranked_note(
	struct txn *t, enum table table, const struct key *key, int delta)
{
	struct ranked_notes *notes = notes_of(t, table);

	notes_add(notes, key_view(key), delta);
	return notes->keys.len < RANKED_NOTES_MAX ? ERR_OK
						  : ranked_flush(t, table);
}
