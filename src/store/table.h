/* The tables of the database, and reading and writing them.  Private to
 * src/store.
 *
 * A ranked table also keeps counts (ranked.h), so that its n-th key and the
 * number of keys in a range are found without walking.  table_insert() and
 * table_remove() look after the counts by themselves. */
#ifndef STORE_TABLE_H
#define STORE_TABLE_H

#include "key.h"
#include "sluice/store/store.h"

/* clang-format off */
/*    symbol                    name                 ranked: number in the
 *                                                   counts, stored, append
 *                                                   only; 0: not ranked */
#define TABLES(X)                                                              \
	X(META,                     "meta",                     0)             \
	X(CONNECTION,               "connection",               0)             \
	X(EXPORT_JOB,               "export_job",               0)             \
	X(API_KEY,                  "api_key",                  0)             \
	X(API_KEY_HASH,             "api_key_hash",             0)             \
	X(ENTITY,                   "entity",                   1)             \
	X(DOCUMENT,                 "document",                 2)             \
	X(DOCUMENT_CREATED,         "document_created",         3)             \
	X(DOCUMENT_UPDATED,         "document_updated",         4)             \
	X(DOCUMENT_STATUS_CREATED,  "document_status_created",  5)             \
	X(DOCUMENT_STATUS_UPDATED,  "document_status_updated",  6)             \
	X(DOCUMENT_STORE_CREATED,   "document_store_created",   7)             \
	X(DOCUMENT_STORE_UPDATED,   "document_store_updated",   8)             \
	X(EXPORT,                   "export",                   9)             \
	X(EXPORT_BY_STATE,          "export_by_state",         10)             \
	X(EXPORT_BY_JOB,            "export_by_job",           11)             \
	X(EXPORT_BY_JOB_STATE,      "export_by_job_state",     12)             \
	X(EXPORT_BY_REFERENCE,      "export_by_reference",     13)             \
	X(EXPORT_BY_STORE,          "export_by_store",         14)             \
	X(EXPORT_BY_STORE_STATE,    "export_by_store_state",   15)             \
	X(DOCUMENT_STORE_STATUS_CREATED, "document_store_status_created", 16)  \
	X(DOCUMENT_STORE_STATUS_UPDATED, "document_store_status_updated", 17)  \
	X(DOCUMENT_EXTERNAL,        "document_external",        0)             \
	X(EXPORT_DUE,               "export_due",               0)             \
	X(EXPORT_PAYLOAD,           "export_payload",           0)             \
	X(EXPORT_ATTEMPT,           "export_attempt",           0)             \
	X(EXPORT_ONCE,              "export_once",              0)             \
	X(IMPORT_JOB,               "import_job",               0)             \
	X(IMPORT_JOB_STATE,         "import_job_state",         0)             \
	X(EXECUTION,                "execution",               18)             \
	X(EXECUTION_BY_STATE,       "execution_by_state",      19)             \
	X(EXECUTION_BY_JOB,         "execution_by_job",        20)             \
	X(EXECUTION_BY_JOB_STATE,   "execution_by_job_state",  21)             \
	X(REJECT,                   "reject",                   0)             \
	X(IMPORT_HEADER,            "import_header",            0)             \
	X(FILE_MOVE,                "file_move",                0)             \
	X(COUNTS,                   "counts",                   0)
/* clang-format on */

#define RANKED_MAX 21 /* the highest number above */

enum table {
#define X(symbol, name, ranked) TABLE_##symbol,
	TABLES(X)
#undef X
	TABLE_COUNT
};

struct table_info {
	const char *name;
	uint8_t ranked;
};
extern const struct table_info tables[TABLE_COUNT];

/* Reading: ERR_NOT_FOUND, or what LMDB said.  The value is borrowed until the
 * next write or the end of the turn. */
enum err table_get(struct txn *t, enum table table, const struct key *key,
	struct str *value) WARN_UNUSED;
bool table_has(struct txn *t, enum table table, const struct key *key);

/* Writing: errors are sticky (store.h).  insert: the key must be new;
 * replace: it must be there; remove: likewise.  A key that is not as promised
 * is ERR_CORRUPT: an index is out of step with its rows. */
enum err table_insert(struct txn *t, enum table table, const struct key *key,
	struct str value) WARN_UNUSED;
enum err table_replace(struct txn *t, enum table table, const struct key *key,
	struct str value) WARN_UNUSED;
enum err table_remove(
	struct txn *t, enum table table, const struct key *key) WARN_UNUSED;

/* Insert or replace, whichever it takes. */
enum err table_put(struct txn *t, enum table table, const struct key *key,
	struct str value) WARN_UNUSED;

/* The transaction's own cursor for this key, not to be closed; NULL: there is
 * none, see the transaction's error. */
struct MDB_cursor *table_cursor(
	struct txn *t, enum table table, struct str key);

/* Removes the first `max` keys that begin with `prefix` and tells how many
 * these were; fewer than `max`: none is left, or the turn has failed.  Not for
 * ranked tables. */
size_t table_remove_prefix(
	struct txn *t, enum table table, const struct key *prefix, size_t max);

/* --- the entries that one row has in its indexes -------------------------- */

struct index_entry {
	enum table table;
	bool present;
	struct key key;
};

/* Brings the indexes from `old` to `new` (same tables, `count` of each), and
 * touches only what differs.  NULL: no row. */
enum err index_change(struct txn *t, const struct index_entry *old,
	const struct index_entry *new, size_t count) WARN_UNUSED;

/* --- walking -------------------------------------------------------------- */

struct cursor {
	struct MDB_cursor *mdb; /* NULL: nothing to walk */
	struct txn *txn;
	struct str key, value; /* of where it stands; borrowed */
};

/* On the first key at or above `from` (NULL: the first of all). */
bool cursor_open(struct cursor *c, struct txn *t, enum table table,
	const struct key *from);
bool cursor_seek(struct cursor *c, const struct key *from);
bool cursor_last(struct cursor *c); /* on the last key of all */
bool cursor_next(struct cursor *c);
bool cursor_prev(struct cursor *c);
void cursor_close(struct cursor *c);

/* Does the key begin with `prefix`? */
bool key_has_prefix(struct str key, const struct key *prefix);

#endif
