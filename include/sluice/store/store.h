/* The database: one LMDB environment in the data directory (`data.mdb`), one
 * write transaction per loop turn (architecture.md section 3).
 *
 * The floors above never see LMDB.  They ask for the turn's transaction, call
 * record_<kind>_*() with it, and hear at the end of the turn whether it is on
 * disk.  Nothing here is asynchronous; nothing here asks for the time. */
#ifndef SLUICE_STORE_STORE_H
#define SLUICE_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sluice/base/crypto.h"
#include "sluice/base/diag.h"

struct store;
struct txn;

struct store_options {
	const char *dir;   /* created (mode 0700) when absent */
	size_t map_size;   /* bytes; the most that the database may grow to */
	bool exclusive;    /* the gateway: own flock on dir/lock; a second one
			      gets ERR_LOCKED.  Commands beside a running
			      gateway leave it false. */
	bool must_exist;   /* ERR_NOT_FOUND instead of making a new one */
	bool with_secrets; /* load (or, on the very first start, make) the
			      secret key and see that it fits, ERR_SECRET */
};

/* Opens, creates the tables, checks the schema version and, where asked, the
 * secret key: `SLUICE_SECRET_KEY` (base64 or 64 hex digits) or dir/secret.key
 * (mode 0600, made on first use).  `*why` is a sentence for the operator. */
enum err store_open(struct store **out, const struct store_options *options,
	struct diag *why) WARN_UNUSED;

/* A throw-away store for dry runs: the same tables, empty, in a file in `dir`
 * (there already) that has no name any more, so that it is gone with the store
 * or the process, however that ends.  Never synced, not shared, no secrets.  It
 * has its own transactions, beside those of the real store; who reads from it
 * ends the turn (store_end_turn()) after each commit. */
enum err store_open_scratch(struct store **out, const char *dir,
	size_t map_size, struct diag *why) WARN_UNUSED;

/* No transaction may be open. */
void store_close(struct store *s); /* NULL is fine */

/* True until the first commit that marked the store as started: the very
 * first start with an empty data directory (contract section 1). */
bool store_is_new(struct store *s);
enum err store_mark_started(struct txn *t) WARN_UNUSED;

/* --- the transaction of this turn -----------------------------------------
 *
 * Errors of writes are sticky: after one, every further write of the turn
 * answers the same error and store_commit() aborts, so that all that waited
 * for this turn fail together. */

/* The write transaction, opened on the first call of a turn.  ERR_STORE_FULL,
 * ERR_NO_SPACE, ERR_IO.  The handle is valid until commit or abort. */
enum err store_write(struct store *s, struct txn **out) WARN_UNUSED;

/* For reading: the write transaction when one is open (a reader sees the
 * turn's own writes), else a read transaction that ends with the turn.  Never
 * NULL.  Values read live until the next write, commit or store_end_turn(). */
struct txn *store_read(struct store *s);

bool store_is_writing(const struct store *s);

/* Makes the turn's writes durable.  ERR_IO after a failed fsync is final: the
 * caller stops accepting and exits non-zero; it is never retried. */
enum err store_commit(struct store *s, struct diag *why) WARN_UNUSED;
void store_abort(struct store *s);

/* Ends the read transaction, if any.  A write transaction must not be open. */
void store_end_turn(struct store *s);

/* The error that made the turn fail, or ERR_OK. */
enum err txn_error(const struct txn *t);

/* --- whole-store services ------------------------------------------------- */

/* A consistent, compacted copy to the new file `path`, by way of a temporary
 * name beside it; fsynced.  Works beside a running gateway. */
enum err store_backup(
	struct store *s, const char *path, struct diag *why) WARN_UNUSED;

struct store_usage {
	uint64_t map_size, used_bytes; /* used: pages in use * page size */
	uint64_t file_bytes;
	uint64_t commits; /* since open */
	uint64_t commit_ns_last, commit_ns_total;
	enum err last_error; /* of the last failed turn; ERR_OK after a good one
			      */
};
void store_usage(struct store *s, struct store_usage *out);

#endif
