/* Executions of import jobs, their rejected rows, and what must be done with
 * their files (contract 2.6, 4.3, 4.8). */
#ifndef SLUICE_STORE_RECORD_EXECUTION_H
#define SLUICE_STORE_RECORD_EXECUTION_H

#include "sluice/model/execution.h"
#include "sluice/store/page.h"
#include "sluice/store/store.h"

/* Inserts or replaces the row and its indexes (by state; by job; by job and
 * state; all ranked, ending in the id, so that times are ranges). */
enum err record_execution_put(
	struct txn *t, const struct execution *x) WARN_UNUSED;

/* Borrowed texts: valid until the next write or the end of the turn.
 * ERR_NOT_FOUND, ERR_CORRUPT. */
enum err record_execution_get(
	struct txn *t, struct uuid id, struct execution *out) WARN_UNUSED;

/* Removes row, index entries and headers.  Its rejected rows may be many: they
 * go before, by record_reject_delete(), a slice at a time. */
enum err record_execution_delete(struct txn *t, struct uuid id) WARN_UNUSED;

struct execution_filter {
	bool by_job, by_state;
	struct uuid job_id;
	enum execution_state state;
	bool by_time;
	int64_t from_ms, to_ms; /* createdAt, from inclusive, to exclusive */
};

enum err record_execution_list(struct txn *t,
	const struct execution_filter *filter, struct page *page,
	bool (*each)(void *arg, const struct execution *x),
	void *arg) WARN_UNUSED;

/* Ids that match, in rising order after `after` (nil: from the start). */
size_t record_execution_ids(struct txn *t,
	const struct execution_filter *filter, struct uuid after,
	struct uuid *ids, size_t max);

/* Rows of a job in a state, from the counts; nil job: of all jobs. */
uint64_t record_execution_count(
	struct txn *t, struct uuid job_id, enum execution_state state);

/* --- rejected rows: numbered from 0 without gaps -------------------------- */

struct reject {
	uint32_t file;     /* index in the execution's files */
	uint64_t line;     /* physical line in the file, from 1; JSON: of the
			      element's first byte */
	struct str raw;    /* CSV: a JSON list of its cells; JSON, XML: the
			      element as JSON; shortened where it is huge */
	struct str faults; /* JSON list [{"code","field","column","value",
			      "message"}], at least one */
};

enum err record_reject_put(struct txn *t, struct uuid execution_id,
	uint32_t number, const struct reject *r) WARN_UNUSED;

/* From `first` on in order; `each` returns false to stop.  A damaged one is
 * left out and ERR_CORRUPT told at the end. */
enum err record_reject_each(struct txn *t, struct uuid execution_id,
	uint32_t first,
	bool (*each)(void *arg, uint32_t number, const struct reject *r),
	void *arg) WARN_UNUSED;

/* Deletes at most `max`, the first ones; returns how many (fewer than max:
 * none is left). */
size_t record_reject_delete(
	struct txn *t, struct uuid execution_id, size_t max);

/* The columns of a CSV file of an execution, as a JSON list, for rejects.csv.
 * ERR_NOT_FOUND: that file had none. */
enum err record_import_header_put(struct txn *t, struct uuid execution_id,
	uint32_t file, struct str header) WARN_UNUSED;
enum err record_import_header_get(struct txn *t, struct uuid execution_id,
	uint32_t file, struct str *header) WARN_UNUSED;

/* --- file moves that are still to be done (contract 4.8) ------------------ */

struct file_move {
	struct uuid id; /* fresh */
	struct uuid client_id, execution_id;
	struct str from, to; /* whole paths */
	uint64_t size;       /* of the file as it was read */
	int64_t mtime;       /* same, ms; 0: unknown */
	int64_t next_at;     /* ms: when to try (again) */
	uint32_t attempts;
	struct str message; /* of the last failure, "" */
};

enum err record_file_move_put(
	struct txn *t, const struct file_move *m) WARN_UNUSED;
enum err record_file_move_delete(struct txn *t, struct uuid id) WARN_UNUSED;

/* All of them, in rising order of id; there are few.  A damaged one is left
 * out and ERR_CORRUPT told at the end. */
enum err record_file_move_each(struct txn *t,
	bool (*each)(void *arg, const struct file_move *m),
	void *arg) WARN_UNUSED;

#endif
