/* Asking the counts; ranked_write.c keeps them. */
#include "ranked_internal.h"

struct key counts_key(enum table table, unsigned level, struct str first)
{
	uint8_t head[2] = { tables[table].ranked, (uint8_t)level };
	struct key prefix = key_bytes(head, sizeof head);

	return key_join(&prefix, first.ptr, first.len);
}

struct count count_read(struct str value)
{
	uint64_t keys = 0;
	uint32_t items = 0;

	if (value.len == COUNT_SIZE) {
		memcpy(&keys, value.ptr, sizeof keys);
		memcpy(&items, value.ptr + sizeof keys, sizeof items);
	}
	return (struct count){ be64toh(keys), be32toh(items) };
}

bool counts_is(const struct cursor *c, enum table table, unsigned level)
{
	return c->key.len > 2 &&
	       (uint8_t)c->key.ptr[0] == tables[table].ranked &&
	       (uint8_t)c->key.ptr[1] == level;
}

struct str counts_first(const struct cursor *c)
{
	return (struct str){ c->key.ptr + 2, c->key.len - 2 };
}

bool counts_open(struct txn *t, struct cursor *c)
{
	*c = (struct cursor){ .txn = t };
	c->mdb = table_cursor(t, TABLE_COUNTS, STR(""));
	return c->mdb != NULL;
}

/* Adds up the entries of one level from `from` on, as long as the next one
 * begins at or below `key` (NULL: the end); leaves the last one, where the
 * sum does not count, in `first`. */
static uint64_t sum_below(struct txn *t, enum table table, unsigned level,
	const struct key *key, struct key *first)
{
	struct key from = counts_key(table, level, key_view(first));
	struct cursor c;
	uint64_t sum = 0, last = 0;
	bool more = counts_open(t, &c) && cursor_seek(&c, &from);

	for (; more && counts_is(&c, table, level); more = cursor_next(&c)) {
		struct str at = counts_first(&c);

		if (key != NULL && key_compare(at, key_view(key)) > 0)
			break;
		sum += last;
		last = count_read(c.value).keys;
		*first = key_text(at);
	}
	return key != NULL ? sum : sum + last;
}

/* Walks a chunk's keys up to `key`. */
static uint64_t walk_below(struct txn *t, enum table table,
	const struct key *first, const struct key *key)
{
	struct cursor c;
	uint64_t n = 0;
	bool more = cursor_open(&c, t, table, first);

	for (; more && key_compare(c.key, key_view(key)) < 0;
		more = cursor_next(&c))
		n++;
	cursor_close(&c);
	return n;
}

uint64_t ranked_rank(struct txn *t, enum table table, const struct key *key)
{
	struct key first = key_text(RANKED_BOTTOM);
	uint64_t sum;

	if (t->writing && ranked_flush(t, table) != ERR_OK)
		return 0;
	if (key->len == 0)
		return sum_below(t, table, 2, NULL, &first);
	sum = sum_below(t, table, 2, key, &first);
	sum += sum_below(t, table, 1, key, &first);
	return sum + walk_below(t, table, &first, key);
}

uint64_t ranked_count(
	struct txn *t, enum table table, const struct range *range)
{
	uint64_t lo = ranked_rank(t, table, &range->lo);
	uint64_t hi = ranked_rank(t, table, &range->hi);

	/* An empty lower bound means the start, not the end. */
	if (range->lo.len == 0)
		lo = 0;
	return hi > lo ? hi - lo : 0;
}

/* Finds the entry of one level that holds key number *n of what begins at
 * `first`; *n becomes its number within that entry, *back its number from the
 * table's end, UINT64_MAX unless that is in the same entry. */
static bool find_nth(struct txn *t, enum table table, unsigned level,
	uint64_t *n, uint64_t *back, struct key *first)
{
	struct key from = counts_key(table, level, key_view(first));
	struct cursor c;
	bool more = counts_open(t, &c) && cursor_seek(&c, &from);

	for (; more && counts_is(&c, table, level); more = cursor_next(&c)) {
		uint64_t keys = count_read(c.value).keys;

		if (*n < keys) {
			*first = key_text(counts_first(&c));
			more = cursor_next(&c) && counts_is(&c, table, level);
			*back = more ? UINT64_MAX : keys - 1 - *n;
			return true;
		}
		*n -= keys;
	}
	return false;
}

bool ranked_select(
	struct txn *t, enum table table, uint64_t n, struct cursor *c)
{
	struct key first = key_text(RANKED_BOTTOM);
	uint64_t back;

	if (t->writing && ranked_flush(t, table) != ERR_OK)
		return false;
	if (!find_nth(t, table, 2, &n, &back, &first) ||
		!find_nth(t, table, 1, &n, &back, &first))
		return false;
	if (back < n) { /* the newest rows are asked for most */
		if (!cursor_last(c))
			return false;
		while (back > 0 && cursor_prev(c))
			back--;
		return back == 0;
	}
	if (!cursor_seek(c, &first))
		return false;
	while (n > 0 && cursor_next(c))
		n--;
	return n == 0;
}

/* --- the check ------------------------------------------------------------ */

/* One level against the one below it: `below` is the table itself for chunks,
 * the chunks for groups. */
struct check {
	struct txn *t;
	enum table table;
	unsigned level;
	struct diag *why;
};

static enum err check_entry(const struct check *k, struct cursor *below,
	bool *more, struct str next, struct count want)
{
	uint64_t keys = 0;
	uint32_t items = 0;

	for (; *more; *more = cursor_next(below)) {
		struct str key = below->key;

		if (k->level == 2) {
			if (!counts_is(below, k->table, 1))
				break;
			key = counts_first(below);
		}
		if (next.len > 0 && key_compare(key, next) >= 0)
			break;
		keys += k->level == 2 ? count_read(below->value).keys : 1;
		items++;
	}
	if (keys == want.keys && (k->level == 1 || items == want.items))
		return ERR_OK;
	return diag_set(k->why, ERR_CORRUPT,
		"counts of %s, level %u: %llu keys in %u, not %llu in %u",
		tables[k->table].name, k->level, (unsigned long long)keys,
		items, (unsigned long long)want.keys, want.items);
}

static enum err check_level(const struct check *k)
{
	struct key from = counts_key(k->table, k->level, RANKED_BOTTOM);
	struct key chunks = counts_key(k->table, 1, RANKED_BOTTOM);
	struct cursor c, below;
	enum err e = ERR_OK;
	bool more = cursor_open(&c, k->t, TABLE_COUNTS, &from);
	bool rest = k->level == 2
			    ? cursor_open(&below, k->t, TABLE_COUNTS, &chunks)
			    : cursor_open(&below, k->t, k->table, NULL);

	while (e == ERR_OK && more && counts_is(&c, k->table, k->level)) {
		struct count want = count_read(c.value);
		struct str next = { "", 0 };

		more = cursor_next(&c);
		if (more && counts_is(&c, k->table, k->level))
			next = counts_first(&c);
		e = check_entry(k, &below, &rest, next, want);
	}
	if (e == ERR_OK && k->level == 1 && rest)
		e = diag_set(k->why, ERR_CORRUPT,
			"counts of %s: keys without a chunk",
			tables[k->table].name);
	cursor_close(&c);
	cursor_close(&below);
	return e;
}

enum err ranked_check(struct txn *t, enum table table, struct diag *why)
{
	struct check check = { t, table, 1, why };
	enum err e = t->writing ? ranked_flush(t, table) : ERR_OK;

	if (e == ERR_OK)
		e = check_level(&check);
	check.level = 2;
	return e == ERR_OK ? check_level(&check) : e;
}
