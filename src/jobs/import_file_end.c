#include <stdlib.h>
#include <string.h>

#include "import_run.h"
#include "sluice/base/clock.h"
#include "sluice/base/log.h"
#include "sluice/base/mem.h"
#include "sluice/jobs/file_mover.h"
#include "sluice/jobs/hub.h"

bool import_run_is_bulk(const struct import_run *r)
{
	return r->upload_name == NULL && import_job_is_bulk(r->job);
}

enum err import_file_ask_move(struct import_run *r, struct import_file *f)
{
	struct file_move move = {
		.id = hub_new_id(r->hub),
		.client_id = r->job->client_id,
		.execution_id = r->id,
		.from = str_of(f->path),
		.size = f->attrs.size,
		.mtime = f->attrs.mtime,
		.next_at = clock_now_ms(),
	};
	char *to;
	enum err e;

	if (f->move_to == NULL || f->moving)
		return ERR_OK;
	to = import_files_join(f->move_to, f->name);
	move.to = str_of(to);
	e = file_mover_add(r->hub->imports.mover, &move);
	free(to);
	if (e == ERR_OK) {
		f->moving = true;
		r->moving++;
	}
	return e;
}

static void on_file_saved(
	struct turn_waiter *w, enum err e, const struct diag *why)
{
	struct import_run *r = container_of(w, struct import_run, waiter);

	if (!import_run_after_commit(r, e, why))
		return;
	r->file++;
	import_fetch_next(r);
}

static void on_flush_failed(
	struct turn_waiter *w, enum err e, const struct diag *why)
{
	struct import_run *r = container_of(w, struct import_run, waiter);

	(void)why;
	if (import_run_after_commit(r, e, &r->why))
		import_run_fail_store(r, &r->why);
}

/* The file is done with: its rows are durable, and now so is that it must be
 * moved (those of a tree are when the tree is). */
static void end_file(struct import_run *r, enum import_file_status status,
	const char *move_to)
{
	struct import_file *f = import_run_file(r);
	enum err e = import_apply_flush(r->apply, &r->why);

	if (e != ERR_OK) {
		import_run_wait(r, on_flush_failed);
		return;
	}
	f->status = status;
	f->rows = r->tally.file_rows;
	f->rejected = r->tally.file_rejected;
	f->move_to = import_run_is_bulk(r) ? move_to : NULL;
	r->tally.file_rows = r->tally.file_rejected = 0;
	r->report_stale = true;
	import_work_close(r);
	if (!import_run_is_tree(r))
		e = import_file_ask_move(r, f);
	if (e != ERR_OK)
		log_error("execution %s: %s can't be moved: %s", r->name,
			f->path, err_text(e));
	import_run_note(r);
	import_run_wait(r, on_file_saved);
}

void import_file_done(struct import_run *r)
{
	end_file(r, FILE_DONE, r->job->source.outbound_directory);
}

/* r->why says why.  What can't be read is put aside where there is a place for
 * it; what was lost on the way is taken again by the next execution. */
void import_file_failed(struct import_run *r, const char *move_to)
{
	struct import_file *f = import_run_file(r);

	/* A session that broke knows nothing of files. */
	if (strstr(r->why.text, f->name) == NULL)
		diag_wrap(&r->why, "%s",
			r->upload_name != NULL ? f->name : f->path);
	free(f->message);
	f->message = mem_strdup(r->why.text);
	r->failed_files++;
	log_warn("execution %s: %s", r->name, f->message);
	end_file(r, FILE_FAILED, move_to);
}
