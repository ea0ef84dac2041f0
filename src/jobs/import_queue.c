#include "sluice/jobs/import_queue.h"

#include <stdlib.h>

#include "import_recovery.h"
#include "import_run.h"
#include "import_upload.h"
#include "sluice/base/clock.h"
#include "sluice/base/log.h"
#include "sluice/base/mem.h"
#include "sluice/jobs/execution_state.h"
#include "sluice/jobs/file_mover.h"
#include "sluice/jobs/hub.h"
#include "sluice/jobs/scheduler.h"

/* After a commit that failed (database full, disk full). */
#define STORE_RETRY_MS 1000

#define BATCH 64

static const struct uuid nil;

static void claim_waiting(struct turn_step *step);

/* What waits is looked at once, at the end of the turn. */
static void wake(struct hub *hub)
{
	if (!hub->stopping)
		turn_before_commit(hub, &hub->imports.claim, claim_waiting);
}

static void on_again(struct timer *t)
{
	wake(container_of(t, struct hub, imports.again));
}

/* --- slices -------------------------------------------------------------- */

static void on_slice(struct timer *t)
{
	struct hub *hub = container_of(t, struct hub, imports.slice);
	struct import_run *r;

	if (list_empty(&hub->imports.ready))
		return;
	r = list_first(&hub->imports.ready, struct import_run, ready);
	list_remove(&r->ready);
	import_run_slice(r);
	if (!list_empty(&hub->imports.ready))
		timer_set(hub->loop, &hub->imports.slice, 0, on_slice);
}

/* One slice per turn, of whichever run is next: I/O comes between two of them,
 * and so does the commit. */
void import_queue_want_slice(struct import_run *r)
{
	struct hub *hub = r->hub;

	if (list_empty(&r->ready))
		list_append(&hub->imports.ready, &r->ready);
	timer_set(hub->loop, &hub->imports.slice, 0, on_slice);
}

/* --- the end of a run ---------------------------------------------------- */

static void on_stopped(struct deferred *d)
{
	struct hub *hub = container_of(d, struct hub, imports.stopped);

	hub->imports.on_stopped(hub->imports.on_stopped_arg);
}

static void look_whether_stopped(struct hub *hub)
{
	struct import_queue *q = &hub->imports;

	if (q->on_stopped != NULL && q->mover_stopped && list_empty(&q->runs))
		loop_defer(hub->loop, &q->stopped, on_stopped);
}

void import_queue_ended(struct import_run *r)
{
	struct hub *hub = r->hub;
	bool unclaimed = r->unclaimed;

	list_remove(&r->link);
	import_run_free(r);
	hub->imports.running--;
	if (hub->stopping)
		look_whether_stopped(hub);
	else if (unclaimed)
		timer_set(hub->loop, &hub->imports.again, STORE_RETRY_MS,
			on_again);
	else
		wake(hub);
}

/* --- claiming ------------------------------------------------------------ */

static bool job_is_running(struct hub *hub, struct uuid job_id)
{
	list_for_each (l, &hub->imports.runs) {
		struct import_run *r = container_of(l, struct import_run, link);

		if (uuid_eq(r->job->id, job_id))
			return true;
	}
	return false;
}

static void start_run(struct hub *hub, const struct execution *x,
	const struct import_job *job)
{
	struct import_run *r = import_run_create(hub, x, job);

	list_append(&hub->imports.runs, &r->link);
	hub->imports.running++;
}

static enum err claim_one(struct hub *hub, struct txn *t, struct uuid id)
{
	const struct import_job *job;
	struct execution x;
	enum err e = record_execution_get(t, id, &x);

	if (e != ERR_OK)
		return e;
	job = catalog_import_job(hub, x.job_id);
	if (job == NULL) {
		import_upload_end(hub, x.upload_id, true);
		return execution_state_drop(t, id, EXECUTION_FAILED,
			clock_now_ms(), STR("its import job is gone"));
	}
	if (!job->simultaneous && job_is_running(hub, job->id))
		return ERR_OK;
	e = execution_state_claim(t, id, clock_now_ms(), &x);
	if (e == ERR_OK)
		start_run(hub, &x, job);
	return e;
}

static bool has_room(const struct hub *hub)
{
	return hub->imports.running < hub->settings.imports_max_running;
}

/* In the order of their ids, that is, in which they were asked for. */
static void claim_all(struct hub *hub, struct txn *t)
{
	struct execution_filter pending = { .by_state = true,
		.state = EXECUTION_PENDING };
	struct uuid ids[BATCH], last = nil;
	size_t n = BATCH;
	enum err e = ERR_OK;

	while (n == BATCH && has_room(hub)) {
		n = record_execution_ids(t, &pending, last, ids, BATCH);
		for (size_t i = 0; i < n && has_room(hub); i++) {
			e = claim_one(hub, t, ids[i]);
			if (e != ERR_OK)
				log_error("import queue: %s", err_text(e));
			last = ids[i];
		}
	}
}

/* Runs once per turn, right before the commit. */
static void claim_waiting(struct turn_step *step)
{
	struct hub *hub = container_of(step, struct hub, imports.claim);
	struct txn *t = turn_read(hub);

	if (hub->stopping || !has_room(hub) ||
		record_execution_count(t, nil, EXECUTION_PENDING) == 0)
		return;
	if (turn_write(hub, &t) == ERR_OK)
		claim_all(hub, t);
	else
		timer_set(hub->loop, &hub->imports.again, STORE_RETRY_MS,
			on_again);
}

/* --- new executions ------------------------------------------------------ */

static struct execution new_execution(struct hub *hub,
	const struct import_job *job, const struct execution *want)
{
	struct uuid id = hub_new_id(hub);

	return (struct execution){
		.id = id,
		.job_id = job->id,
		.job_name = str_of(job->name),
		.entity = job->entity,
		.trigger = want->trigger,
		.dry_run = want->dry_run,
		.created_at = uuid_time(id),
		.scheduled_for = want->scheduled_for,
		.upload_name = want->upload_name,
		.upload_id = want->upload_id,
		.upload_bytes = want->upload_bytes,
	};
}

static unsigned count(struct txn *t, struct uuid job_id, enum execution_state s)
{
	return (unsigned)record_execution_count(t, job_id, s);
}

static void decide_overlap(
	struct hub *hub, const struct import_job *job, struct execution *x)
{
	struct txn *t = turn_read(hub);
	const char *why;

	x->state = execution_on_overlap(job->policy, job->simultaneous,
		count(t, job->id, EXECUTION_RUNNING),
		count(t, job->id, EXECUTION_PENDING), &why);
	if (x->state == EXECUTION_PENDING)
		return;
	x->finished_at = x->created_at;
	x->message = str_of(why);
}

enum err import_queue_add(struct hub *hub, const struct import_job *job,
	const struct execution *want, struct uuid *id)
{
	struct execution x = new_execution(hub, job, want);
	struct txn *t;
	enum err e = turn_write(hub, &t);

	decide_overlap(hub, job, &x);
	if (e == ERR_OK)
		e = execution_state_make(t, &x);
	import_upload_end(hub, x.upload_id, x.state == EXECUTION_SKIPPED);
	if (e != ERR_OK)
		return e;
	*id = x.id;
	if (x.state == EXECUTION_SKIPPED)
		log_info("import job %s: skipped: %.*s", job->name,
			STR_ARG(x.message));
	wake(hub);
	return ERR_OK;
}

/* --- what operators and others ask for ----------------------------------- */

static struct import_run *find_run(struct hub *hub, struct uuid id)
{
	list_for_each (l, &hub->imports.runs) {
		struct import_run *r = container_of(l, struct import_run, link);

		if (uuid_eq(r->id, id))
			return r;
	}
	return NULL;
}

static enum err cancel_waiting(
	struct hub *hub, struct uuid id, const char *reason)
{
	struct execution x;
	struct txn *t;
	enum err e = turn_write(hub, &t);

	if (e == ERR_OK)
		e = record_execution_get(t, id, &x);
	if (e != ERR_OK)
		return e;
	e = execution_state_drop(
		t, id, EXECUTION_CANCELLED, clock_now_ms(), str_of(reason));
	if (e == ERR_OK)
		import_upload_end(hub, x.upload_id, true);
	return e;
}

enum err import_queue_cancel(struct hub *hub, struct uuid id, struct diag *why)
{
	static const char reason[] = "cancelled by an operator";
	struct import_run *r = find_run(hub, id);
	enum err e;

	if (r != NULL) {
		import_run_cancel(r, reason);
		return ERR_OK;
	}
	e = cancel_waiting(hub, id, reason);
	if (e == ERR_CONFLICT)
		diag_set(why, e,
			"this execution has ended; only one that waits or runs "
			"can be cancelled");
	else if (e != ERR_OK)
		diag_set(why, e, "execution: %s", err_text(e));
	return e;
}

void import_queue_live(struct hub *hub, struct execution *x)
{
	struct import_run *r = find_run(hub, x->id);

	if (r == NULL || x->state != EXECUTION_RUNNING)
		return;
	x->counts = r->tally.counts;
	x->rejects_kept = r->tally.rejects_kept;
	x->message = buf_view(&r->message);
	x->report = import_report_json(r);
}

static const char job_deleted[] = "its import job was deleted";

/* In the turn's transaction. */
static void cancel_waiting_of(struct hub *hub, struct uuid job_id)
{
	struct execution_filter f = { .by_job = true,
		.by_state = true,
		.job_id = job_id,
		.state = EXECUTION_PENDING };
	struct uuid ids[BATCH];
	size_t n = BATCH;

	while (n == BATCH) {
		n = record_execution_ids(turn_read(hub), &f, nil, ids, BATCH);
		for (size_t i = 0; i < n; i++) {
			if (cancel_waiting(hub, ids[i], job_deleted) == ERR_OK)
				continue;
			return; /* the turn fails, and with it the deletion */
		}
	}
}

/* What runs goes on until the job is gone for good. */
struct deletion {
	struct turn_waiter waiter;
	struct hub *hub;
	struct uuid job_id;
};

static void on_deleted(
	struct turn_waiter *w, enum err e, const struct diag *why)
{
	struct deletion *d = container_of(w, struct deletion, waiter);

	(void)why;
	list_for_each (l, &d->hub->imports.runs) {
		struct import_run *r = container_of(l, struct import_run, link);

		if (e == ERR_OK && uuid_eq(r->job->id, d->job_id))
			import_run_cancel(r, job_deleted);
	}
	free(d);
}

static void cancel_all_of(struct hub *hub, struct uuid job_id)
{
	struct deletion *d = mem_alloc(sizeof *d);

	cancel_waiting_of(hub, job_id);
	d->hub = hub;
	d->job_id = job_id;
	turn_wait(hub, &d->waiter, on_deleted);
}

void import_queue_job_changed(
	struct hub *hub, struct uuid id, const struct import_job *job)
{
	struct scheduler *s = hub->imports.scheduler;

	if (job == NULL) {
		cancel_all_of(hub, id);
		if (s != NULL)
			scheduler_wake(s);
		return;
	}
	if (s != NULL && scheduler_job_changed(s, job) != ERR_OK)
		log_error("import job %s: its schedule could not be written",
			job->name);
	wake(hub);
}

void import_queue_file_moved(struct hub *hub, struct uuid execution_id,
	const char *from, const char *to)
{
	struct import_run *r = find_run(hub, execution_id);

	if (r != NULL)
		import_run_moved(r, from, to);
	else if (to != NULL)
		import_report_amend(hub, execution_id, from, to);
}

/* --- start and stop ------------------------------------------------------ */

enum err import_queue_start(struct hub *hub, struct diag *why)
{
	struct import_queue *q = &hub->imports;
	enum err e;

	*q = (struct import_queue){ 0 };
	list_init(&q->runs);
	list_init(&q->ready);
	e = import_recover(hub, why);
	if (e == ERR_OK)
		e = import_sweep_spool(hub, why);
	if (e == ERR_OK)
		e = file_mover_start(&q->mover, hub, why);
	if (e == ERR_OK)
		e = scheduler_start(&q->scheduler, hub, why);
	if (e == ERR_OK)
		wake(hub);
	return e;
}

static void on_mover_stopped(void *arg)
{
	struct hub *hub = arg;

	hub->imports.mover_stopped = true;
	look_whether_stopped(hub);
}

void import_queue_stop(struct hub *hub, void (*done)(void *arg), void *arg)
{
	struct import_queue *q = &hub->imports;

	must(hub->stopping);
	q->on_stopped = done;
	q->on_stopped_arg = arg;
	timer_stop(hub->loop, &q->again);
	scheduler_stop(q->scheduler);
	q->scheduler = NULL;
	list_for_each (l, &q->runs)
		import_run_stop(container_of(l, struct import_run, link));
	file_mover_stop(q->mover, on_mover_stopped, hub);
}

void import_queue_release(struct hub *hub)
{
	struct import_queue *q = &hub->imports;

	if (q->runs.next == NULL)
		return; /* never started */
	must(list_empty(&q->runs));
	timer_stop(hub->loop, &q->again);
	timer_stop(hub->loop, &q->slice);
	turn_undo_step(&q->claim);
	scheduler_stop(q->scheduler);
	q->scheduler = NULL;
	file_mover_release(q->mover);
	*q = (struct import_queue){ 0 };
}
