/* When jobs with a cron expression run (contract 7, 2.5 `catchUp`, rule 4.2):
 * pure decisions, no clock.
 *
 * The scheduler keeps one time per job on disk: `seen`, up to which every slot
 * was decided.  What lies between `seen` and now is either on time (at most
 * SCHEDULE_LATE_MS old) or was missed (the gateway was down, or the clock was
 * put forward). */
#ifndef SLUICE_MODEL_SCHEDULE_H
#define SLUICE_MODEL_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

#include "sluice/model/import_job.h"

/* A slot that old still counts as on time: a busy turn, a slow disk.  Not at a
 * start: what came before it was missed, however short ago. */
#define SCHEDULE_LATE_MS 10000

/* Skipped slots that are told one by one; older ones together. */
#define SCHEDULE_SKIPS_MAX 20

/* How many of those are counted: with a slot per second and weeks of downtime
 * nobody reads the exact number. */
#define SCHEDULE_COUNT_MAX 10000

struct schedule_decision {
	bool run;     /* one slot runs */
	int64_t slot; /* which */
	/* Slots that don't, rising: the newest SCHEDULE_SKIPS_MAX of them, and
	 * how many were before these (skipped_from: the first of them). */
	int64_t skips[SCHEDULE_SKIPS_MAX];
	unsigned skip_count;
	uint64_t more_skipped; /* SCHEDULE_COUNT_MAX: or more */
	int64_t skipped_from;
	int64_t seen; /* the new one: now, or the old one when that is later */
};

/* Decides on all slots in (seen, now].  On time, that is at most `late_ms` old:
 * the newest runs.  Missed: skipped, but with CATCH_UP_LAST the newest runs.
 * `now` before `seen` (the clock was put back): nothing, and `seen` stays, so
 * that no slot comes twice. Never takes longer than a few milliseconds,
 * whatever the expression and the time since `seen`. */
void schedule_decide(const struct cron *cron, enum catch_up catch_up,
	int64_t seen, int64_t now, int64_t late_ms,
	struct schedule_decision *out);

/* The next slot strictly after `seen` (or after `now` when that is later);
 * false: never again. */
bool schedule_next(
	const struct cron *cron, int64_t seen, int64_t now, int64_t *next);

/* `after` (contract 2.5): true when each of the jobs in `after` has succeeded
 * (JOB_SUCCESS) since this job was last started that way (or was made); a time
 * of success is 0 before the first.  Never true without jobs. */
bool schedule_after_due(
	const int64_t *succeeded_at, size_t count, int64_t last_after_start);

#endif
