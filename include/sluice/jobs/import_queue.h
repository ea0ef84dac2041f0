/* Executions of import jobs, from the wish to the end (contract 2.6, 4.1, 4.2):
 * overlap, waiting, running, cancelling, recovery, `after`.
 *
 * What may run is decided in one place, import_queue.c; each run is a struct
 * import_run of its own (import_run.c), which pulls the files, cuts its work in
 * slices of about 5 ms per turn and records the end. */
#ifndef SLUICE_JOBS_IMPORT_QUEUE_H
#define SLUICE_JOBS_IMPORT_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "sluice/base/diag.h"
#include "sluice/base/list.h"
#include "sluice/base/uuid.h"
#include "sluice/jobs/turn.h"
#include "sluice/loop/loop.h"
#include "sluice/loop/timer.h"
#include "sluice/model/execution.h"

struct hub;
struct scheduler;
struct file_mover;

struct import_queue {
	struct link runs;  /* private from here: under way */
	struct link ready; /* of these: want a slice of work */
	struct timer slice;
	struct turn_step claim;      /* of what waits */
	struct timer again;          /* the same, after a turn that failed */
	struct scheduler *scheduler; /* scheduler.h */
	struct file_mover *mover;    /* file_mover.h */
	void (*on_stopped)(void *arg);
	void *on_stopped_arg;
	struct deferred stopped;
	bool mover_stopped;
	unsigned running;        /* read only from outside */
	uint64_t rows, rejected; /* since start, for metrics */
};

/* Recovery, then start: executions that were RUNNING when the gateway died
 * become INTERRUPTED, each with a RECOVERY execution that waits; the waiting
 * ones start; the scheduler and the mover go on; spool files that nothing
 * refers to are removed. */
enum err import_queue_start(struct hub *hub, struct diag *why) WARN_UNUSED;

/* A new execution, in the turn's transaction: PENDING (it starts after the
 * commit, when it may) or SKIPPED (rule 4.1).  An upload's spool file is the
 * queue's from then on: it is removed when nothing needs it any more.  `want`:
 * trigger, scheduled_for, dry_run and the upload's fields; the rest is filled
 * in.  `id` is the answer.
 */
enum err import_queue_add(struct hub *hub, const struct import_job *job,
	const struct execution *want, struct uuid *id) WARN_UNUSED;

/* Cancel: PENDING at once; RUNNING when its slice has ended and the source is
 * closed (what is durable stays).  ERR_NOT_FOUND, ERR_CONFLICT when final. */
enum err import_queue_cancel(
	struct hub *hub, struct uuid id, struct diag *why) WARN_UNUSED;

/* A move of one of its files was tried: it is at `to` now, or (NULL) where it
 * was; recorded in the report.  Told by the mover, after the commit. */
void import_queue_file_moved(struct hub *hub, struct uuid execution_id,
	const char *from, const char *to);

/* Counters move while it runs: overwrites those of `x` (a row that was read
 * from the store) with the live ones when the execution is running. */
void import_queue_live(struct hub *hub, struct execution *x);

/* The job was made, changed, (de)activated or deleted: cancels what runs and
 * waits of a deleted one, sets the schedule anew.  `job` NULL: deleted. */
void import_queue_job_changed(
	struct hub *hub, struct uuid id, const struct import_job *job);

/* Takes no more work, ends the slices under way and calls `done` from the loop
 * when no run is left.  What was RUNNING stays so on disk: the next start
 * recovers it. */
void import_queue_stop(struct hub *hub, void (*done)(void *arg), void *arg);
/* Frees; nothing may be under way.  Safe to call twice, and when it was never
 * started. */
void import_queue_release(struct hub *hub);

/* dataDir/spool/<id>: where an upload lies.  Owned by the caller. */
char *import_spool_path(struct hub *hub, struct uuid upload_id);

#endif
