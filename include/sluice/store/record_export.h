/* Exports: row, payload, attempts, the once-per-status keys, and the index of
 * due work (contract 2.4 and 3).  docs/storage.md lists keys and layouts. */
#ifndef SLUICE_STORE_RECORD_EXPORT_H
#define SLUICE_STORE_RECORD_EXPORT_H

#include "sluice/model/export.h"
#include "sluice/store/page.h"
#include "sluice/store/store.h"

/* Inserts or replaces the row and its indexes.  Texts are copied. */
enum err record_export_put(struct txn *t, const struct export *x) WARN_UNUSED;

/* Borrowed texts: valid until the next write or the end of the turn.
 * ERR_NOT_FOUND; ERR_CORRUPT when the checksum does not fit. */
enum err record_export_get(
	struct txn *t, struct uuid id, struct export *out) WARN_UNUSED;

/* Removes row, payload, attempts and index entries; the once-key stays. */
enum err record_export_delete(struct txn *t, struct uuid id) WARN_UNUSED;

/* The bytes to send; kept apart so that a change of state does not rewrite
 * them. */
enum err record_export_payload_put(
	struct txn *t, struct uuid id, struct str payload) WARN_UNUSED;
enum err record_export_payload_get(
	struct txn *t, struct uuid id, struct str *payload) WARN_UNUSED;

enum err record_attempt_put(struct txn *t, struct uuid export_id,
	const struct export_attempt *a) WARN_UNUSED;
enum err record_attempt_get(struct txn *t, struct uuid export_id,
	uint32_t number, struct export_attempt *out) WARN_UNUSED;

/* In order of number; `each` returns false to stop. */
void record_attempt_each(struct txn *t, struct uuid export_id,
	bool (*each)(void *arg, const struct export_attempt *a), void *arg);

/* Rule 3.2: one export per (job, entity, status) for ever.  ERR_EXISTS when
 * the key is there. */
enum err record_once_put(struct txn *t, struct uuid job_id,
	enum export_entity entity, struct str reference, status_index status,
	struct uuid export_id) WARN_UNUSED;

/* --- due work -------------------------------------------------------------
 * Index (client, due time, export id): all exports in a due state. */

/* Ids due at or before `now_ms` to one connection, in order of due time then
 * triggering, at most `max`; returns how many. */
size_t record_export_due(struct txn *t, struct uuid client_id, int64_t now_ms,
	struct uuid *ids, size_t max);

/* The earliest due time of one connection; false when nothing waits. */
bool record_export_due_next(
	struct txn *t, struct uuid client_id, int64_t *due_ms);

/* Each connection that something waits for; `each` returns false to stop. */
void record_export_due_clients(struct txn *t,
	bool (*each)(void *arg, struct uuid client_id), void *arg);

/* --- lists ---------------------------------------------------------------- */

struct export_filter {
	bool by_job, by_state, by_reference;
	struct uuid job_id;
	enum export_state state;
	struct str reference;
	bool by_time;
	int64_t from_ms, to_ms; /* createdAt, from inclusive, to exclusive */
	struct store_scope scope;
};

/* Rows of one page, newest first when page->descending; sets page->total.
 * `each` returns false to stop early. */
enum err record_export_list(struct txn *t, const struct export_filter *filter,
	struct page *page, bool (*each)(void *arg, const struct export *x),
	void *arg) WARN_UNUSED;

/* Ids that match, in rising order after `after` (nil: from the start), at most
 * `max`: for bulk retry, sweeps and retention, a slice at a time. */
size_t record_export_ids(struct txn *t, const struct export_filter *filter,
	struct uuid after, struct uuid *ids, size_t max);

/* Rows in a state; from the counts, not by scanning. */
uint64_t record_export_count(struct txn *t, enum export_state state);

#endif
