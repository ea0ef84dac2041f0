/* Import jobs and what the scheduler must remember of each. */
#ifndef SLUICE_STORE_RECORD_IMPORT_JOB_H
#define SLUICE_STORE_RECORD_IMPORT_JOB_H

#include "sluice/model/import_job.h"
#include "sluice/store/store.h"

enum err record_import_job_put(
	struct txn *t, const struct import_job *j) WARN_UNUSED;
enum err record_import_job_delete(struct txn *t, struct uuid id) WARN_UNUSED;

/* Hands each job over to `take` (import_job_destroy).  Stops at the first
 * damaged record with ERR_CORRUPT. */
enum err record_import_job_each(struct txn *t,
	void (*take)(void *arg, struct import_job *j), void *arg) WARN_UNUSED;

struct import_job_state {
	int64_t seen;          /* model/schedule.h; 0: no schedule yet */
	int64_t succeeded_at;  /* end of the last JOB_SUCCESS */
	int64_t success_start; /* start of the same: sinceUpdateDateTime */
	int64_t after_start;   /* last started by `after`, or made */
};

/* All zero when there is none yet. */
enum err record_import_job_state_get(struct txn *t, struct uuid job_id,
	struct import_job_state *out) WARN_UNUSED;
enum err record_import_job_state_put(struct txn *t, struct uuid job_id,
	const struct import_job_state *s) WARN_UNUSED;

/* ERR_NOT_FOUND when there is none. */
enum err record_import_job_state_delete(
	struct txn *t, struct uuid job_id) WARN_UNUSED;

#endif
