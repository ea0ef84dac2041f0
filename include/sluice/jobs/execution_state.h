/* The durable side of an execution: every change of its row, each in the turn's
 * transaction, all through one function (architecture.md, "Two kinds of
 * state").  What runs and when is import_queue.h's. */
#ifndef SLUICE_JOBS_EXECUTION_STATE_H
#define SLUICE_JOBS_EXECUTION_STATE_H

#include "sluice/base/diag.h"
#include "sluice/model/execution.h"
#include "sluice/store/record_execution.h"

/* An import that interrupted the gateway (or was interrupted by it) that often
 * in a row is not queued again.  Many: restarts in a row are no fault of the
 * import, and an upload is read from nowhere else. */
#define EXECUTION_ROUNDS_MAX 100

/* A new row: PENDING, or SKIPPED, which has ended when it is made. */
enum err execution_state_make(
	struct txn *t, const struct execution *x) WARN_UNUSED;

/* PENDING becomes RUNNING: `x` is filled from the row (texts borrowed as
 * record_execution_get() says). */
enum err execution_state_claim(struct txn *t, struct uuid id, int64_t now_ms,
	struct execution *x) WARN_UNUSED;

/* What a run knows about itself. */
struct execution_progress {
	struct execution_counts counts;
	uint64_t rejects_kept;
	struct str message;
	struct str report;
	bool keep_report; /* the stored one stays as it is */
};

/* RUNNING goes on. */
enum err execution_state_progress(struct txn *t, struct uuid id,
	const struct execution_progress *p) WARN_UNUSED;

/* RUNNING becomes `to`, a final state. */
enum err execution_state_finish(struct txn *t, struct uuid id,
	enum execution_state to, int64_t now_ms,
	const struct execution_progress *p) WARN_UNUSED;

/* PENDING becomes CANCELLED or FAILED without having run; ERR_CONFLICT for
 * other states. */
enum err execution_state_drop(struct txn *t, struct uuid id,
	enum execution_state to, int64_t now_ms,
	struct str message) WARN_UNUSED;

/* At start: RUNNING, from before the gateway ended, becomes INTERRUPTED.
 * `fresh` is the id of a RECOVERY execution that takes its place; nil: there
 * shall be none, for the reason `why_not`; nor is there one after
 * EXECUTION_ROUNDS_MAX rounds.  `*queued`: it was made. */
enum err execution_state_interrupt(struct txn *t, struct uuid id,
	int64_t now_ms, struct uuid fresh, const char *why_not,
	bool *queued) WARN_UNUSED;

/* A final execution's report is told something late (where a file went). */
enum err execution_state_amend(
	struct txn *t, struct uuid id, struct str report) WARN_UNUSED;

#endif
