#include <stdlib.h>

#include "import_run.h"
#include "sluice/base/clock.h"
#include "sluice/base/log.h"
#include "sluice/base/mem.h"
#include "sluice/jobs/hub.h"

/* Bytes that wait for the reader; more, and the source is paused. */
#define QUEUE_MAX (1u << 20)

/* --- reaching the source ------------------------------------------------- */

static void list(struct import_run *r, int state);

static void on_waited(struct timer *t)
{
	struct import_run *r = container_of(t, struct import_run, timer);

	buf_clear(&r->message);
	import_run_note(r);
	if (r->wait_then == RUN_LIST)
		list(r, RUN_LIST);
	else
		import_fetch_next(r);
}

static void wait_and_retry(struct import_run *r, int then)
{
	unsigned seconds = r->job->retry.interval_seconds;

	r->retries_left--;
	r->wait_then = then;
	buf_clear(&r->message);
	buf_printf(&r->message,
		"%s; trying again in %u seconds (%u more tries)", r->why.text,
		seconds, r->retries_left + 1);
	import_report_clean(&r->message, 0);
	log_warn("execution %s: %s", r->name, r->message.data);
	import_run_note(r);
	sm_move(&r->sm, RUN_WAIT);
	timer_set(r->hub->loop, &r->timer, seconds * UINT64_C(1000), on_waited);
}

/* A listed file that is gone is somebody's doing and not a matter of time. */
static bool may_retry(const struct import_run *r)
{
	return r->retries_left > 0 && r->upload_name == NULL &&
	       !(import_run_is_bulk(r) && r->sm.state == RUN_OPEN &&
		       !remote_is_out_of_reach(r->why.code));
}

/* r->why says why; nothing was read yet. */
static void out_of_reach(struct import_run *r)
{
	bool opening = r->sm.state == RUN_OPEN;

	import_work_close(r);
	if (may_retry(r))
		wait_and_retry(r, opening ? RUN_OPEN : RUN_LIST);
	else if (!opening || remote_is_out_of_reach(r->why.code))
		import_run_fail(r, &r->why);
	else
		import_file_failed(r, NULL);
}

/* --- remote calls -------------------------------------------------------- */

static void on_remote(struct remote_file *f);

static struct uuid client_of(const struct import_run *r)
{
	static const struct uuid nil;

	return r->upload_name == NULL ? r->job->client_id : nil;
}

static void call(struct import_run *r)
{
	r->remote.client_id = client_of(r);
	r->remote.arg = r;
	r->remote.who = r->name;
	r->remote_active =
		remote_file_start(&r->remote, r->hub, on_remote) == ERR_OK;
}

/* --- the list ------------------------------------------------------------ */

static enum err on_entry(
	void *arg, struct str name, const struct remote_attrs *attrs)
{
	struct import_run *r = arg;

	import_files_list(r->sm.state == RUN_RELIST ? &r->again : &r->files,
		r->job, name, attrs);
	return ERR_OK;
}

static void list(struct import_run *r, int state)
{
	sm_move(&r->sm, state);
	import_files_release(state == RUN_RELIST ? &r->again : &r->files);
	r->remote = (struct remote_file){
		.action = REMOTE_LIST,
		.path = r->job->source.inbound_directory,
		.entry = on_entry,
	};
	call(r);
	if (r->remote_active)
		return;
	r->why = r->remote.why;
	out_of_reach(r);
}

static void on_settled(struct timer *t)
{
	list(container_of(t, struct import_run, timer), RUN_RELIST);
}

static void on_listed(struct import_run *r)
{
	if (r->remote.status != ERR_OK) {
		r->why = r->remote.why;
		out_of_reach(r);
		return;
	}
	import_files_sort(&r->files);
	if (r->files.count == 0) {
		import_fetch_next(r);
		return;
	}
	sm_move(&r->sm, RUN_SETTLE);
	timer_set(r->hub->loop, &r->timer,
		r->hub->settings.stability_seconds * UINT64_C(1000),
		on_settled);
}

static void on_relisted(struct import_run *r)
{
	if (r->remote.status != ERR_OK) {
		r->why = r->remote.why;
		out_of_reach(r);
		return;
	}
	import_files_sort(&r->again);
	import_files_keep_unchanged(&r->files, &r->again);
	import_files_skip_pending(&r->files, r->hub, r->job->client_id);
	import_fetch_next(r);
}

/* --- one file ------------------------------------------------------------ */

static enum err on_bytes(void *arg, const void *data, size_t len)
{
	struct import_run *r = arg;

	if (r->sm.state == RUN_OPEN) {
		import_run_file(r)->attrs = r->remote.attrs;
		sm_move(&r->sm, RUN_READ);
	}
	if (r->sm.state != RUN_READ)
		return ERR_CANCELED; /* it is being closed */
	import_work_queue(r, data, len);
	r->tally.counts.bytes_read += len;
	import_run_file(r)->bytes += len;
	if (r->queued >= QUEUE_MAX && !r->paused) {
		r->paused = true;
		remote_file_pause(&r->remote);
	}
	if (!r->committing)
		import_queue_want_slice(r);
	return ERR_OK;
}

static bool open_reader(struct import_run *r, struct import_file *f)
{
	struct import_reader_options o = {
		.job = r->job,
		.transcode = r->transcode,
		.file_name = f->name,
		.limits = r->hub->settings.import_limits,
	};

	r->reader = import_reader_create(&o, &r->why);
	return r->reader != NULL;
}

static void open_file(struct import_run *r, struct import_file *f)
{
	f->status = FILE_RUNNING;
	f->bytes = 0;
	r->report_stale = true;
	if (!open_reader(r, f)) {
		import_file_failed(r, r->job->source.error_directory);
		return;
	}
	import_apply_file(r->apply, (uint32_t)r->file);
	r->remote = (struct remote_file){
		.action = REMOTE_GET,
		.path = f->path,
		.sink = on_bytes,
	};
	call(r);
	if (r->remote_active)
		return;
	r->why = r->remote.why;
	out_of_reach(r);
}

static void all_files_done(struct import_run *r)
{
	sm_move(&r->sm, RUN_MOVE);
	if (r->moving == 0)
		import_run_end(r);
}

/* A tree with a hole is not wanted: the first failure is the end. */
static bool goes_on(const struct import_run *r)
{
	return r->file < r->files.count &&
	       !(import_run_is_tree(r) && r->failed_files > 0);
}

void import_fetch_next(struct import_run *r)
{
	if (!goes_on(r)) {
		all_files_done(r);
		return;
	}
	sm_move(&r->sm, RUN_OPEN);
	open_file(r, import_run_file(r));
}

void import_fetch_check(struct import_run *r)
{
	if (r->upload_name != NULL) {
		import_file_done(r);
		return;
	}
	sm_move(&r->sm, RUN_CHECK);
	r->remote = (struct remote_file){
		.action = REMOTE_STAT,
		.path = import_run_file(r)->path,
	};
	call(r);
	if (r->remote_active)
		return;
	r->why = r->remote.why;
	import_file_failed(r, NULL);
}

/* A server that tells no size at the opening has told it by the bytes. */
static bool is_unchanged(const struct import_run *r)
{
	const struct import_file *f = &r->files.items[r->file];
	struct remote_attrs now = r->remote.attrs, then = f->attrs;

	if (then.size == REMOTE_SIZE_UNKNOWN)
		then.size = f->bytes;
	return remote_attrs_same(&then, &now);
}

static void on_checked(struct import_run *r)
{
	bool gone = r->remote.status == ERR_REMOTE_ABSENT;

	if (r->remote.status == ERR_OK && is_unchanged(r)) {
		import_file_done(r);
		return;
	}
	r->why = r->remote.why;
	if (gone || r->remote.status == ERR_OK)
		diag_set(&r->why, ERR_REMOTE_SIZE,
			"%s changed while it was read; the next execution "
			"takes it again",
			import_run_file(r)->path);
	import_file_failed(r, NULL);
}

static void on_got(struct import_run *r)
{
	if (r->remote.status == ERR_OK) {
		if (r->sm.state == RUN_OPEN)
			sm_move(&r->sm, RUN_READ);
		import_run_file(r)->attrs = r->remote.attrs;
		r->retries_left = r->job->retry.max_retries;
		r->ended = true;
		import_queue_want_slice(r);
		return;
	}
	if (r->committing)
		r->source_failed = true;
	else
		import_fetch_failed(r);
}

void import_fetch_failed(struct import_run *r)
{
	r->source_failed = false;
	r->why = r->remote.why;
	list_remove(&r->ready);
	if (r->sm.state == RUN_OPEN)
		out_of_reach(r);
	else
		import_file_failed(r, NULL);
}

static const struct {
	void (*done)(struct import_run *r);
} calls[RUN_STATE_COUNT] = {
	[RUN_LIST] = { on_listed },
	[RUN_RELIST] = { on_relisted },
	[RUN_OPEN] = { on_got },
	[RUN_READ] = { on_got },
	[RUN_CHECK] = { on_checked },
};

/* The file was given up while it came in; now its source is closed. */
static void on_closed(struct import_run *r)
{
	import_file_failed(r, r->job->source.error_directory);
}

static void on_remote(struct remote_file *f)
{
	struct import_run *r = container_of(f, struct import_run, remote);

	r->remote_active = false;
	if (import_run_is_ending(r))
		import_run_wind_down(r);
	else if (r->sm.state == RUN_CLOSE)
		on_closed(r);
	else
		calls[r->sm.state].done(r);
}

/* --- for the slices ------------------------------------------------------ */

void import_fetch_resume(struct import_run *r)
{
	if (r->chunks != NULL || (r->ended && !r->fed_end))
		import_queue_want_slice(r);
	if (r->paused && r->queued < QUEUE_MAX / 2) {
		r->paused = false;
		remote_file_resume(&r->remote);
	}
}

/* r->why says why no more of it is wanted. */
void import_fetch_give_up(struct import_run *r)
{
	if (!r->remote_active) {
		import_file_failed(r, r->job->source.error_directory);
		return;
	}
	sm_move(&r->sm, RUN_CLOSE);
	remote_file_cancel(&r->remote);
}

/* --- the beginning ------------------------------------------------------- */

static const char *last_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

static void add_single(struct import_run *r)
{
	const char *source = r->job->source.path;
	char *path;

	if (r->upload_name == NULL) {
		import_files_add(&r->files, last_of(source), source);
		return;
	}
	path = import_spool_path(r->hub, r->upload_id);
	import_files_add(&r->files, r->upload_name, path);
	free(path);
}

static void fail_without_source(struct import_run *r)
{
	diag_set(&r->why, ERR_INVALID,
		"job %s has no source: it takes files by hand only",
		r->job->name);
	import_run_fail(r, &r->why);
}

void import_fetch_begin(struct import_run *r)
{
	if (r->upload_name == NULL && !import_job_has_source(r->job)) {
		fail_without_source(r);
		return;
	}
	if (import_run_is_bulk(r)) {
		list(r, RUN_LIST);
		return;
	}
	add_single(r);
	import_fetch_next(r);
}
