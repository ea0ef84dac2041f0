/* What operators configure: connections, export jobs, API keys.  There are few
 * of them; connections and jobs are read once at start and kept in memory by
 * jobs/catalog.h, keys are looked up by hash on every request. */
#ifndef SLUICE_STORE_RECORD_CONFIG_H
#define SLUICE_STORE_RECORD_CONFIG_H

#include "sluice/model/api_key.h"
#include "sluice/model/connection.h"
#include "sluice/model/export_job.h"
#include "sluice/store/store.h"

/* The whole connection is sealed with the store's secret key; `nonce` must be
 * SEAL_NONCE_SIZE fresh random bytes. */
enum err record_connection_put(struct txn *t, const struct connection *c,
	const uint8_t nonce[SEAL_NONCE_SIZE]) WARN_UNUSED;
enum err record_connection_delete(struct txn *t, struct uuid id) WARN_UNUSED;

/* Hands each connection over to `take` (connection_destroy).  Stops at the
 * first damaged record with ERR_CORRUPT or ERR_SECRET. */
enum err record_connection_each(struct txn *t,
	void (*take)(void *arg, struct connection *c), void *arg) WARN_UNUSED;

enum err record_export_job_put(
	struct txn *t, const struct export_job *j) WARN_UNUSED;
enum err record_export_job_delete(struct txn *t, struct uuid id) WARN_UNUSED;
enum err record_export_job_each(struct txn *t,
	void (*take)(void *arg, struct export_job *j), void *arg) WARN_UNUSED;

/* Keys: by name, found by hash.  put: ERR_EXISTS when the name is taken and
 * `replace` is false. */
enum err record_key_put(
	struct txn *t, const struct api_key *k, bool replace) WARN_UNUSED;
enum err record_key_delete(struct txn *t, struct str name) WARN_UNUSED;
enum err record_key_find(struct txn *t, const uint8_t hash[SHA256_SIZE],
	struct api_key *out) WARN_UNUSED;
void record_key_each(struct txn *t,
	bool (*each)(void *arg, const struct api_key *k), void *arg);

#endif
