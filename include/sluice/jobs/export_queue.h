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
	struct turn_waiter waiter;
	uint64_t succeeded, failed, retried; /* since start, for metrics */
	unsigned running;
};

/* Recovery, then start: exports that were RUNNING when the gateway died get an
 * attempt with outcome UNKNOWN and go out again at once (or FAILED when no
 * retry is left); what came due meanwhile goes out. */
enum err export_queue_start(struct hub *hub, struct diag *why) WARN_UNUSED;

/* Something may be due for this connection now: called after the commit that
 * made it due, and when a connection was changed or activated. */
void export_queue_wake(struct hub *hub, struct uuid client_id);

/* Cancels deliveries under way that have not passed their commit point and
 * calls `done` from the loop when none runs any more and their states are
 * written.  Interrupted ones are due again at the next start. */
void export_queue_stop(struct hub *hub, void (*done)(void *arg), void *arg);
void export_queue_release(struct hub *hub);

/* Makes one export due now: the row with its payload, in the turn's
 * transaction; wakes the queue after the commit. */
enum err export_queue_add(struct hub *hub, const struct export *x,
	struct str payload) WARN_UNUSED;

/* Retry by hand: from FAILED or CANCELLED a new round of maxRetries.
 * `fresh` renders again with today's job and data.  ERR_NOT_FOUND,
 * ERR_CONFLICT (wrong state, or `fresh` with job or document gone); `why`. */
enum err export_retry(struct hub *hub, struct uuid id, bool fresh,
	struct diag *why) WARN_UNUSED;

/* Cancel: PENDING and RETRYING at once; RUNNING as soon as its delivery stops
 * (past the commit point it may still succeed).  ERR_CONFLICT when final. */
enum err export_cancel(
	struct hub *hub, struct uuid id, struct diag *why) WARN_UNUSED;

#endif
