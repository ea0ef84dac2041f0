/* What the files of src/store share: the insides of struct store and txn. */
#ifndef STORE_INTERNAL_H
#define STORE_INTERNAL_H

#include <jansson.h>
#include <lmdb.h>

#include "pack.h"
#include "ranked.h"
#include "sluice/base/must.h"
#include "sluice/store/store.h"
#include "table.h"

struct txn {
	struct store *store;
	MDB_txn *mdb; /* NULL: could not be opened, see error */
	bool writing;
	bool open;      /* of this turn */
	enum err error; /* sticky; why says more */
	struct diag why;
	/* One on each table that was used, while the transaction lives: keys
	 * that lie close to each other are found without going down from the
	 * root each time.  Entities have one for each kind, since a row of an
	 * import looks at rows of other kinds, too. */
	MDB_cursor *cursors[TABLE_COUNT + ENTITY_KIND_COUNT];
};

struct store {
	MDB_env *env;
	MDB_dbi dbi[TABLE_COUNT];
	char *dir;
	int lock_fd; /* -1: not exclusive */
	struct txn read, write;
	struct ranked_notes *ranked; /* of the write transaction */
	struct buf scratch;          /* the record being written */
	struct buf old;              /* a copy of the row it replaces */
	struct { /* the store that was hashed last; most rows share it */
		char text[REFERENCE_MAX];
		size_t len;
		struct text_hash hash;
	} hashed;
	uint8_t secret[SEAL_KEY_SIZE];
	bool has_secret;
	bool broken; /* a commit failed in the disk: nothing more is written */
	uint64_t commits, commit_ns_last, commit_ns_total;
	enum err last_error;
};

/* --- errors (error.c) ----------------------------------------------------- */

enum err lmdb_err(int rc);
/* "<what>: <LMDB's or the system's reason>"; MDB_MAP_FULL says what to do. */
enum err lmdb_diag(struct diag *why, int rc, const char *what);

/* The reason behind LMDB's: it reports the short write of a disk that is full
 * as EIO.  Such a write only went to free pages: what is committed stands, and
 * the next turn may try again. */
int lmdb_reason(struct store *s, int rc);

/* Makes the turn fail, with the sentence for the operator. */
enum err txn_fail(struct txn *t, int rc, const char *what);
enum err txn_fail_with(struct txn *t, enum err e, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Logs which record is damaged; ERR_CORRUPT. */
enum err record_damaged(enum table table, const struct key *key);

/* The same for a row that was to be replaced: the turn fails, since its index
 * entries can't be known. */
enum err row_damaged(struct txn *t, enum table table, const struct key *key);

/* --- parts of store_open() ------------------------------------------------ */

enum err lock_directory(struct store *s, struct diag *why) WARN_UNUSED;
enum err make_directory(const char *dir, struct diag *why) WARN_UNUSED;

/* Opens or makes the tables, looks at the schema version, and brings an older
 * database up to date where asked. */
#define SCHEMA_VERSION 2
enum err schema_open(
	struct store *s, bool upgrade, struct diag *why) WARN_UNUSED;

/* Brings a database up to date in place (upgrade.c), of which everything up to
 * version `upgraded` is done. */
enum err schema_upgrade(
	struct store *s, unsigned upgraded, struct diag *why) WARN_UNUSED;
enum err schema_mark(struct store *s, unsigned schema, unsigned upgraded,
	struct diag *why) WARN_UNUSED;

/* Loads or makes the secret key and proves it on the check record. */
enum err secret_open(struct store *s, struct diag *why) WARN_UNUSED;

/* Records of the table meta, by name. */
enum err meta_get(
	struct txn *t, const char *name, struct str *value) WARN_UNUSED;
enum err meta_put(
	struct txn *t, const char *name, struct str value) WARN_UNUSED;

void txn_close_all(struct store *s); /* for store_close() */

/* --- for the records ------------------------------------------------------ */

/* text_hash() with a memory of one. */
struct text_hash store_hash_of(struct store *s, struct str store_id);

/* The record being written, when it did not outgrow its buffer. */
enum err record_fits(const struct txn *t) WARN_UNUSED;

/* Writes the record that was just made in store->scratch, if it fits. */
enum err record_write(struct txn *t, enum table table, const struct key *key,
	struct str record) WARN_UNUSED;

/* ERR_NOT_FOUND when it isn't there. */
enum err record_remove(
	struct txn *t, enum table table, const struct key *key) WARN_UNUSED;

/* Tables whose records are one run of bytes each, by id.  each: hands them to
 * `use` and stops at the first error; ERR_CORRUPT names the record. */
enum err record_blob_put(struct txn *t, enum table table, struct uuid id,
	struct str bytes) WARN_UNUSED;
enum err record_blob_each(struct txn *t, enum table table,
	enum err (*use)(
		struct txn *t, struct uuid id, struct str bytes, void *arg),
	void *arg) WARN_UNUSED;

/* The same for records that are JSON.  put takes `json` over; each lends it to
 * `use`, whose false makes the record a damaged one. */
enum err record_json_put(struct txn *t, enum table table, struct uuid id,
	json_t *json) WARN_UNUSED;
enum err record_json_each(struct txn *t, enum table table,
	bool (*use)(void *arg, const json_t *json), void *arg) WARN_UNUSED;

/* A copy of a borrowed record that outlives the next write. */
struct str record_keep(struct txn *t, struct str record);

#endif
