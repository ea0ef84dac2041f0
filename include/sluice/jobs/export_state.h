/* The durable side of an export: every change of its state, each in the turn's
 * transaction, all through one function (architecture.md section 4).  What runs
 * and when is export_queue.h's. */
#ifndef SLUICE_JOBS_EXPORT_STATE_H
#define SLUICE_JOBS_EXPORT_STATE_H

#include "sluice/base/diag.h"
#include "sluice/model/export.h"
#include "sluice/store/record_export.h"

/* How an attempt ended, as the delivery saw it. */
struct attempt_result {
	enum attempt_outcome outcome;
	enum err code;       /* ERR_OK on success */
	const char *message; /* "" on success */
	uint64_t bytes;
	/* Stopped by the gateway's own shutdown: due again at once, and no
	 * retry is used up. */
	bool by_shutdown;
};

/* A due export becomes RUNNING: `x` is filled from the row (texts borrowed as
 * record_export_get() says) and attempt number x->attempts begins. */
enum err export_state_claim(struct txn *t, struct uuid id, int64_t now_ms,
	struct export *x) WARN_UNUSED;

/* A RUNNING export's attempt has ended; `x` is the row as it is now. */
enum err export_state_settle(struct txn *t, struct uuid id, int64_t now_ms,
	const struct attempt_result *r, struct export *x) WARN_UNUSED;

/* PENDING, RETRYING or FAILED becomes CANCELLED; ERR_CONFLICT for others. */
enum err export_state_cancel(struct txn *t, struct uuid id, int64_t now_ms,
	const char *message) WARN_UNUSED;

/* FAILED or CANCELLED becomes PENDING, with a new round of retries.  The
 * caller may have changed what is to be sent in `x`. */
enum err export_state_requeue(
	struct txn *t, struct export *x, int64_t now_ms) WARN_UNUSED;

/* At start: up to `max` exports that are still RUNNING from before the crash
 * get outcome UNKNOWN; `*done` says how many there were. */
enum err export_state_recover(
	struct txn *t, int64_t now_ms, size_t max, size_t *done) WARN_UNUSED;

#endif
