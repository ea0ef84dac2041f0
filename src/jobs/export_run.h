/* One export under way, and the destination that it goes to: what
 * export_queue.c (which exports, when) and export_run.c (one of them, from its
 * claim to its outcome) share. */
#ifndef SLUICE_JOBS_EXPORT_RUN_H
#define SLUICE_JOBS_EXPORT_RUN_H

#include "sluice/jobs/delivery.h"
#include "sluice/jobs/export_queue.h"
#include "sluice/jobs/export_state.h"
#include "sluice/jobs/hub.h"

/* After a commit that failed (database full, disk full), and for an outcome
 * that could not be written. */
#define STORE_RETRY_MS 1000

/* One connection that exports wait for. */
struct destination {
	struct link link;
	struct hub *hub;
	struct uuid client_id;
	struct link running; /* struct export_run */
	unsigned run_count;
	uint64_t run_bytes;
	struct turn_step claim;
	int64_t next_due; /* ms; INT64_MAX: nothing waits for a time */
};

/* One export under way: claimed, delivered, settled. */
struct export_run {
	struct link link;
	struct destination *destination;
	struct uuid id, job_id;
	char name[UUID_TEXT_SIZE];
	char *path; /* the remote one */
	uint64_t size;
	int64_t claimed_at;
	bool cancel; /* asked for by an operator */
	bool ended;  /* delivered or not; its outcome is being written */
	struct delivery delivery;
	struct turn_waiter waiter;
	struct attempt_result result;
	struct timer again;
};

/* Claimed in this turn's transaction: delivered after the commit. */
void export_run_start(struct destination *d, const struct export *x);

/* Where it goes, whole; owned by the caller. */
char *export_run_path(const struct export *x);

/* By an operator: past its commit point it may still succeed. */
void export_run_cancel(struct export_run *r);

/* --- what a run tells the queue ------------------------------------------- */

/* The claim could not be committed: try again at `until` (ms). */
void export_destination_wait(struct destination *d, int64_t until);

/* A run is over; it may have been the last one. */
void export_queue_look_whether_stopped(struct hub *hub);

#endif
