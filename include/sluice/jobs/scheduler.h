/* Starts executions when their cron expressions say so (contract 7): one wall
 * clock timer for all jobs, at the earliest slot of all.  Decisions are
 * model/schedule.h's; here they are written down: the execution (PENDING or
 * SKIPPED, with its reason) and the job's new `seen` in one transaction, so
 * that no slot runs twice. */
#ifndef SLUICE_JOBS_SCHEDULER_H
#define SLUICE_JOBS_SCHEDULER_H

#include "sluice/base/diag.h"
#include "sluice/model/import_job.h"

struct hub;
struct scheduler;

/* Decides on what was missed while the gateway was down, then sets the timer.
 */
enum err scheduler_start(
	struct scheduler **out, struct hub *hub, struct diag *why) WARN_UNUSED;

/* Made, changed or activated: slots count from now on.  In the turn's
 * transaction. */
enum err scheduler_job_changed(
	struct scheduler *s, const struct import_job *job) WARN_UNUSED;

/* The job is gone, or the catalog was rolled back: look again. */
void scheduler_wake(struct scheduler *s);

void scheduler_stop(struct scheduler *s); /* frees; NULL is fine */

#endif
