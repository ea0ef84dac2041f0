/* Ranked tables: how many keys lie below a key, and which is the n-th, without
 * walking the table (docs/decisions, "ranked lists").
 *
 * The sorted keys of a table are cut into chunks of some hundred keys, the
 * chunks into groups of some hundred chunks.  The table `counts` holds for
 * each chunk and group where it begins and how many keys it has:
 *
 *   (ranked number, level 1, first key of chunk) -> keys
 *   (ranked number, level 2, first key of group) -> keys, chunks
 *
 * The first chunk and group begin at "\0", below every key.  A write only notes
 * its key in memory (struct ranked_notes).  Before somebody asks, and at the
 * commit, the notes are sorted and the counts brought up to date in one walk,
 * so that a turn of many rows in any order writes each count once; then chunks
 * are split or joined. */
#ifndef STORE_RANKED_H
#define STORE_RANKED_H

#include "sluice/base/buf.h"
#include "table.h"

/* Chunks and groups are split above MAX into pieces of TARGET, and joined with
 * a neighbour below MIN when the two have no more than JOIN. */
#define RANKED_MAX_ITEMS    1024
#define RANKED_TARGET_ITEMS 512
#define RANKED_MIN_ITEMS    128
#define RANKED_JOIN_ITEMS   640

/* So many bytes of notes are counted at once, of each table. */
#define RANKED_NOTES_MAX (128u << 10)

/* Keys that came and went and are not counted yet, one after the other. */
struct ranked_notes {
	struct buf keys;
	size_t count;
	size_t last; /* where the latest one stands */
	bool unsorted;
};

/* A key came (+1) or went (-1); called by table_insert() and table_remove(). */
enum err ranked_note(struct txn *t, enum table table, const struct key *key,
	int delta) WARN_UNUSED;

/* Counts what was noted, of one table or of all. */
enum err ranked_flush(struct txn *t, enum table table) WARN_UNUSED;
enum err ranked_flush_all(struct txn *t) WARN_UNUSED;
void ranked_forget(struct store *s); /* at the end of a write transaction */

/* The number of keys below `key`; of all keys for key->len 0. */
uint64_t ranked_rank(struct txn *t, enum table table, const struct key *key);

/* The number of keys in [lo, hi). */
uint64_t ranked_count(
	struct txn *t, enum table table, const struct range *range);

/* Puts the cursor (of this table, open) on the n-th key, from 0.  False: there
 * is none. */
bool ranked_select(
	struct txn *t, enum table table, uint64_t n, struct cursor *c);

/* Compares all counts of a table with its keys, by walking; for tests and
 * `why` for people. */
enum err ranked_check(
	struct txn *t, enum table table, struct diag *why) WARN_UNUSED;

#endif
