#include "import_run.h"

#include <stdlib.h>

#include "import_upload.h"
#include "sluice/base/clock.h"
#include "sluice/base/log.h"
#include "sluice/base/mem.h"
#include "sluice/jobs/execution_state.h"
#include "sluice/jobs/hub.h"
#include "sluice/model/transcode.h"

/* The machine (bulk mode takes the upper way, one file the lower one):
 *
 *              +-> LIST -> SETTLE -> RELIST -+
 *   CLAIMED ---+                             +-> OPEN -> READ -> CHECK --+
 *              +-----------------------------+    ^                      |
 *                                                 +------ next file -----+
 *                                                                        |
 *                                         DONE <- SAVE <- MOVE <---------+
 *
 *   WAIT: between two tries to reach the source (LIST, RELIST or OPEN).
 *   CLOSE: something ended it or its file while the source was open; goes on
 *   when that is closed.
 *
 * A slice of work runs in READ only; it and its commit lie in one turn, so that
 * nothing else sees a run between the two. */
#define TO(s) SM_BIT(RUN_##s)
#define ENDS  (TO(SAVE) | TO(DONE))
#define NEXT  (TO(OPEN) | TO(MOVE) | TO(CLOSE) | ENDS)
static const struct sm_state run_states[RUN_STATE_COUNT] = {
	[RUN_CLAIMED] = { "claimed", TO(LIST) | TO(OPEN) | ENDS },
	[RUN_LIST] = { "list", TO(SETTLE) | TO(WAIT) | NEXT },
	[RUN_SETTLE] = { "settle", TO(RELIST) | ENDS },
	[RUN_RELIST] = { "relist", TO(WAIT) | NEXT },
	[RUN_OPEN] = { "open", TO(READ) | TO(WAIT) | NEXT },
	[RUN_READ] = { "read", TO(CHECK) | NEXT },
	[RUN_CHECK] = { "check", NEXT },
	[RUN_WAIT] = { "wait", TO(LIST) | TO(OPEN) | ENDS },
	[RUN_CLOSE] = { "close", NEXT },
	[RUN_MOVE] = { "move", ENDS },
	[RUN_SAVE] = { "save", TO(DONE) },
	[RUN_DONE] = { "done", 0 },
};
#undef NEXT
#undef ENDS
#undef TO

/* After a commit that failed (database full, disk full). */
#define STORE_RETRY_MS 1000

#define MESSAGE_MAX        4096
#define REPORT_MAX         (16u << 20)
#define REPORT_RUNNING_MAX (16u << 10)

/* --- made and freed ------------------------------------------------------ */

static char *upload_name(const struct execution *x)
{
	return x->upload_name.len > 0
		       ? mem_dup(x->upload_name.ptr, x->upload_name.len)
		       : mem_strdup("upload");
}

static void on_claimed(
	struct turn_waiter *w, enum err e, const struct diag *why);

struct import_run *import_run_create(struct hub *hub, const struct execution *x,
	const struct import_job *job)
{
	struct import_run *r = mem_alloc(sizeof *r);

	r->hub = hub;
	r->id = x->id;
	uuid_format(x->id, r->name);
	r->job = import_job_copy(job);
	r->dry_run = x->dry_run;
	r->upload_id = x->upload_id;
	if (!uuid_is_nil(x->upload_id))
		r->upload_name = upload_name(x);
	r->started_at = x->started_at;
	r->retries_left = job->retry.max_retries;
	r->warnings = buf_make(64u << 10);
	r->message = buf_make(MESSAGE_MAX);
	r->report = buf_make(REPORT_MAX);
	r->report_stale = true;
	list_init(&r->ready);
	sm_init(&r->sm, "import_run", r->name, run_states);
	r->committing = true;
	turn_wait(hub, &r->waiter, on_claimed);
	return r;
}

void import_run_free(struct import_run *r)
{
	must(!r->remote_active && !r->committing);
	import_work_close(r);
	import_apply_destroy(r->apply);
	transcode_destroy(r->transcode);
	import_files_release(&r->files);
	import_files_release(&r->again);
	import_job_destroy(r->job);
	free(r->upload_name);
	buf_release(&r->warnings);
	buf_release(&r->message);
	buf_release(&r->report);
	free(r);
}

bool import_run_is_ending(const struct import_run *r)
{
	return r->cancel != NULL || r->stop || r->failed;
}

/* --- on disk ------------------------------------------------------------- */

static struct execution_progress progress(struct import_run *r)
{
	return (struct execution_progress){
		.counts = r->tally.counts,
		.rejects_kept = r->tally.rejects_kept,
		.message = buf_view(&r->message),
		.keep_report = true,
	};
}

static void add_report(struct import_run *r, struct execution_progress *p)
{
	p->report = import_report_json(r);
	p->keep_report = false;
}

/* Each commit writes the stored report anew: while the run goes on, a long one
 * stays what it was when it was short.  Who asks gets the one in memory. */
static void add_report_now_and_then(
	struct import_run *r, struct execution_progress *p)
{
	int64_t now = clock_now_ms();

	if (!r->report_stale || now - r->report_written < IMPORT_REPORT_MS)
		return;
	add_report(r, p);
	p->keep_report = p->report.len > REPORT_RUNNING_MAX;
	r->report_written = now;
	r->report_stale = false;
}

/* In the turn's transaction.  A write that fails makes the turn fail, and who
 * waits for it hears so. */
void import_run_note(struct import_run *r)
{
	struct execution_progress p = progress(r);
	struct txn *t;
	enum err e = turn_write(r->hub, &t);

	add_report_now_and_then(r, &p);
	if (e == ERR_OK)
		e = execution_state_progress(t, r->id, &p);
	if (e != ERR_OK)
		log_error("execution %s: its progress could not be written: %s",
			r->name, err_text(e));
}

/* --- the end ------------------------------------------------------------- */

static void leave(struct import_run *r)
{
	sm_move(&r->sm, RUN_DONE);
	import_queue_ended(r);
}

static void save(struct import_run *r);

static void on_save_again(struct timer *t)
{
	save(container_of(t, struct import_run, timer));
}

static void log_end(const struct import_run *r)
{
	const struct execution_counts *c = &r->tally.counts;

	log_info("execution %s: %s%s ended: %llu rows, %llu created, %llu "
		 "updated, %llu unchanged, %llu rejected%s%s",
		r->name, r->job->name, r->dry_run ? " (dry run)" : "",
		(unsigned long long)c->rows_read,
		(unsigned long long)c->created, (unsigned long long)c->updated,
		(unsigned long long)c->unchanged,
		(unsigned long long)c->rejected, r->message.len > 0 ? "; " : "",
		r->message.len > 0 ? r->message.data : "");
}

/* The turn that should have held the end failed; what it counted is not there.
 * A tree that was to be replaced in it was not, and its rows are gone. */
static void take_back_end(struct import_run *r, const struct diag *why)
{
	r->tally = r->durable;
	if (!r->finished_apply)
		return;
	r->finished_apply = false;
	r->failed = r->store_failed = true;
	r->failure = *why;
}

static void on_saved(struct turn_waiter *w, enum err e, const struct diag *why)
{
	struct import_run *r = container_of(w, struct import_run, waiter);

	r->committing = false;
	if (e == ERR_OK) {
		log_end(r);
		import_upload_remove(r->hub, r->upload_id);
		leave(r);
	} else if (r->hub->turn.fatal || r->stop) {
		leave(r);
	} else {
		take_back_end(r, why);
		timer_set(
			r->hub->loop, &r->timer, STORE_RETRY_MS, on_save_again);
	}
}

/* Of a tree: only now are the rows of its files there. */
static enum err move_tree_files(struct import_run *r)
{
	enum err e = ERR_OK;

	for (size_t i = 0; i < r->files.count && e == ERR_OK; i++)
		e = import_file_ask_move(r, &r->files.items[i]);
	return e;
}

static bool finishes_apply(const struct import_run *r)
{
	return import_run_is_tree(r) && r->apply != NULL &&
	       !import_run_is_ending(r) && r->failed_files == 0 &&
	       r->files.count > 0;
}

static void finish_apply(struct import_run *r)
{
	enum err e;

	if (!finishes_apply(r))
		return;
	r->finished_apply = true;
	e = import_work_finish(r, &r->failure);
	if (e != ERR_OK)
		r->failed = true;
}

/* What was counted is kept, whatever made the run end. */
static void flush(struct import_run *r)
{
	if (r->apply == NULL || r->store_failed || import_run_is_tree(r) ||
		import_apply_flush(r->apply, &r->failure) == ERR_OK)
		return;
	r->failed = r->store_failed = true;
}

static enum err write_end(struct import_run *r, struct txn *t)
{
	int64_t now = clock_now_ms();
	enum execution_state s = import_report_outcome(r);
	struct execution_progress p = progress(r);
	enum err e;

	add_report(r, &p);
	e = execution_state_finish(t, r->id, s, now, &p);
	if (e == ERR_OK && r->finished_apply && s != EXECUTION_FAILED)
		e = move_tree_files(r);
	if (e == ERR_OK && s == EXECUTION_SUCCESS && !r->dry_run)
		e = import_queue_succeeded(r, now);
	return e;
}

/* Tree, final state, report, what starts after it: in one transaction.  A full
 * database is asked again until it has room; when the gateway stops before,
 * the next start finds the execution RUNNING. */
static void save(struct import_run *r)
{
	struct txn *t;
	enum err e = turn_write(r->hub, &t);

	if (e == ERR_OK) {
		finish_apply(r);
		flush(r);
		e = write_end(r, t);
	}
	if (e != ERR_OK)
		log_error("execution %s: its end could not be written: %s; "
			  "trying again",
			r->name, err_text(e));
	r->committing = true;
	turn_wait(r->hub, &r->waiter, on_saved);
}

void import_run_end(struct import_run *r)
{
	if (r->stop && r->cancel == NULL && !r->failed) {
		leave(r);
		return;
	}
	sm_move(&r->sm, RUN_SAVE);
	save(r);
}

/* Ends before its work is done: whatever is open is closed first. */
void import_run_wind_down(struct import_run *r)
{
	if (r->committing)
		return; /* whoever waits for the commit comes back here */
	timer_stop(r->hub->loop, &r->timer);
	list_remove(&r->ready);
	if (!r->remote_active) {
		import_work_close(r);
		import_run_end(r);
		return;
	}
	if (r->sm.state != RUN_CLOSE)
		sm_move(&r->sm, RUN_CLOSE);
	remote_file_cancel(&r->remote);
}

void import_run_fail(struct import_run *r, const struct diag *why)
{
	r->failed = true;
	r->failure = *why;
	import_run_wind_down(r);
}

void import_run_fail_store(struct import_run *r, const struct diag *why)
{
	r->store_failed = true;
	r->tally = r->durable;
	import_run_fail(r, why);
}

/* --- waiting for a commit ------------------------------------------------ */

/* Calls `next` when what this turn wrote is on disk; a run that ends meanwhile
 * winds down instead, and so does one whose turn failed. */
bool import_run_after_commit(
	struct import_run *r, enum err e, const struct diag *why)
{
	r->committing = false;
	if (e != ERR_OK && r->hub->turn.fatal)
		r->stop = true;
	if (e == ERR_OK)
		r->durable = r->tally;
	if (import_run_is_ending(r)) {
		r->tally = r->durable;
		import_run_wind_down(r);
		return false;
	}
	if (e != ERR_OK) {
		import_run_fail_store(r, why);
		return false;
	}
	return true;
}

void import_run_wait(struct import_run *r,
	void (*fn)(struct turn_waiter *w, enum err e, const struct diag *why))
{
	r->committing = true;
	turn_wait(r->hub, &r->waiter, fn);
}

/* --- from outside -------------------------------------------------------- */

static bool prepare(struct import_run *r)
{
	struct import_apply_options o = {
		.job = r->job,
		.execution_id = r->id,
		.dry_run = r->dry_run,
		.now = clock_now_ms(),
	};

	r->transcode = import_job_transcode(r->job);
	r->apply = import_apply_create(r->hub, &o, &r->why);
	return r->apply != NULL;
}

/* Rule of the house: RUNNING is on disk before anything happens. */
static void on_claimed(
	struct turn_waiter *w, enum err e, const struct diag *why)
{
	struct import_run *r = container_of(w, struct import_run, waiter);

	(void)why;
	r->committing = false;
	r->unclaimed = e != ERR_OK;
	if (r->unclaimed)
		leave(r);
	else if (import_run_is_ending(r))
		import_run_wind_down(r);
	else if (prepare(r))
		import_fetch_begin(r);
	else
		import_run_fail(r, &r->why);
}

static bool is_past_work(const struct import_run *r)
{
	return r->sm.state == RUN_SAVE || r->sm.state == RUN_DONE;
}

void import_run_cancel(struct import_run *r, const char *reason)
{
	if (is_past_work(r) || import_run_is_ending(r))
		return;
	r->cancel = reason;
	import_run_wind_down(r);
}

void import_run_stop(struct import_run *r)
{
	r->stop = true;
	if (!is_past_work(r)) {
		import_run_wind_down(r);
	} else if (!r->committing) {
		timer_stop(r->hub->loop, &r->timer);
		leave(r);
	}
}

/* All files of a run lie in one directory: by name is by path. */
static int by_path(const void *key, const void *item)
{
	const struct import_file *f = item;

	return strcmp(key, f->path);
}

void import_run_moved(struct import_run *r, const char *from, const char *to)
{
	struct import_file *f =
		r->files.count == 0
			? NULL
			: bsearch(from, r->files.items, r->files.count,
				  sizeof *r->files.items, by_path);

	if (f == NULL || !f->moving)
		return;
	f->moving = false;
	f->move_to = NULL;
	if (to != NULL)
		f->moved_to = mem_strdup(to);
	r->report_stale = true;
	r->moving--;
	if (r->moving == 0 && r->sm.state == RUN_MOVE &&
		!import_run_is_ending(r))
		import_run_end(r);
}
