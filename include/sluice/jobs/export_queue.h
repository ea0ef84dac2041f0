/* The outbox: takes due exports per connection, in the order in which they were
 * triggered, marks them RUNNING in one transaction, and only after that is on
 * disk starts their deliveries; records how each attempt ended (contract
 * section 3, rules 3, 4, 5 and 10).
 *
 * No polling: one timer stands at the earliest due time of all connections. */
#ifndef SLUICE_JOBS_EXPORT_QUEUE_H
#define SLUICE_JOBS_EXPORT_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "sluice/base/buf.h"
#include "sluice/base/diag.h"
#include "sluice/base/list.h"
#include "sluice/base/uuid.h"
#include "sluice/jobs/turn.h"
#include "sluice/loop/timer.h"
#include "sluice/model/export.h"
#include "sluice/store/record_export.h"

struct hub;

struct export_queue {
	struct link destinations; /* private from here: one per connection */
	struct timer due;
	struct timer grace;
	struct link sweeps; /* export_repair.c's */
	void (*on_stopped)(void *arg);
	void *on_stopped_arg;
	struct deferred stopped;
	uint64_t succeeded, failed, retried; /* attempts since start */
	unsigned running;                    /* deliveries under way */
};

/* Recovery, then start: exports that were RUNNING when the gateway died get an
 * attempt with outcome UNKNOWN and go out again at once (or FAILED when no
 * retry is left); what came due meanwhile goes out. */
enum err export_queue_start(struct hub *hub, struct diag *why) WARN_UNUSED;

/* Something may be due for this connection now: it was changed or activated.
 * Due rows are looked for at the end of the turn. */
void export_queue_wake(struct hub *hub, struct uuid client_id);

/* Takes no more work, lets deliveries under way end for `grace_ms`, then
 * cancels what has not passed its commit point, and calls `done` from the loop
 * when none runs any more and all states are written.  What was interrupted is
 * due again at the next start, without having used up a retry. */
void export_queue_stop(
	struct hub *hub, uint64_t grace_ms, void (*done)(void *arg), void *arg);

/* Frees; the queue must have stopped. */
void export_queue_release(struct hub *hub);

/* A new export: the row with its payload, in the turn's transaction, and out
 * with it.  A payload that did not fit its buffer makes a FAILED export that
 * says so: nothing is hidden. */
enum err export_queue_add(struct hub *hub, struct export *x,
	const struct buf *payload) WARN_UNUSED;

/* Cancel: PENDING, RETRYING and FAILED at once; RUNNING as soon as its delivery
 * stops (past its commit point it may still succeed).  ERR_NOT_FOUND,
 * ERR_CONFLICT when its state is final. */
enum err export_cancel(
	struct hub *hub, struct uuid id, struct diag *why) WARN_UNUSED;

/* Cancels what runs for a job. */
void export_queue_cancel_running(struct hub *hub, struct uuid job_id);

#endif
