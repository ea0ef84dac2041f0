#include "sluice/jobs/import_preview.h"

#include <stdlib.h>

#include "import_preview_row.h"
#include "import_run.h"
#include "sluice/base/clock.h"
#include "sluice/base/mem.h"
#include "sluice/jobs/hub.h"

/* A beginning of a file in which the first rows are. */
#define BYTES_MAX (4u << 20)
#define BODY_MAX  (64u << 20)

struct import_preview {
	struct hub *hub;
	struct import_job *job;
	unsigned rows; /* still wanted */
	struct remote_file remote;
	char *name, *path; /* of the file; NULL: not found yet */
	struct import_reader *reader;
	struct import_apply *apply;
	bool over; /* the rows are there, or the file can't be read */
	struct buf body;
	struct diag why; /* why it can't be read */
	import_preview_done_fn done;
	void *arg;
};

static void preview_free(struct import_preview *p)
{
	import_apply_destroy(p->apply);
	import_reader_destroy(p->reader);
	import_job_destroy(p->job);
	buf_release(&p->body);
	free(p->name);
	free(p->path);
	free(p);
}

/* --- rows ----------------------------------------------------------------- */

static bool put_row(
	struct import_preview *p, enum import_kind kind, struct import_row *row)
{
	const struct str *header;
	struct diag why;
	size_t count;

	if (kind == IMPORT_ROW &&
		import_apply_row(p->apply, row, &why) == RESULT_FAILED) {
		p->why = why;
		return false;
	}
	header = import_reader_header(p->reader, &count);
	if (p->body.data[p->body.len - 1] != '[')
		buf_char(&p->body, ',');
	import_preview_row(&p->body, row, header, count);
	return --p->rows > 0;
}

/* Takes a chunk; p->over when no more are needed. */
static void take(struct import_preview *p, struct str chunk, bool last)
{
	enum import_kind kind;
	struct import_row row;

	import_reader_feed(p->reader, chunk, last);
	while ((kind = import_reader_next(p->reader, &row)) <= IMPORT_BAD) {
		if (!put_row(p, kind, &row)) {
			p->over = true;
			return;
		}
	}
	p->over = kind != IMPORT_MORE;
	if (kind == IMPORT_FAILED)
		(void)import_reader_error(p->reader, &p->why);
}

/* --- the end -------------------------------------------------------------- */

struct warnings {
	struct buf *out;
	bool any;
};

static void put_warning(void *arg, const char *sentence, uint64_t count)
{
	struct warnings *w = arg;

	(void)count;
	if (w->any)
		buf_char(w->out, ',');
	w->any = true;
	buf_json_string(w->out, str_of(sentence));
}

static void put_end(struct import_preview *p)
{
	struct warnings w = { &p->body, false };

	buf_text(&p->body, "],\"warnings\":[");
	import_reader_warnings(p->reader, put_warning, &w);
	buf_text(&p->body, "]}");
}

static void end(struct import_preview *p, enum err status)
{
	struct str body = STR("");

	if (status == ERR_OK && p->why.code != ERR_OK)
		status = p->why.code;
	if (status == ERR_OK) {
		put_end(p);
		body = buf_view(&p->body);
	}
	if (p->body.full)
		status = diag_set(&p->why, ERR_LIMIT,
			"the rows are larger than %u bytes: ask for fewer",
			BODY_MAX);
	p->done(p->arg, status, &p->why, body);
	preview_free(p);
}

/* --- the file ------------------------------------------------------------- */

static enum err on_bytes(void *arg, const void *data, size_t len)
{
	struct import_preview *p = arg;

	if (!p->over)
		take(p, (struct str){ data, len }, false);
	/* An error ends the reading; what counts is p->over. */
	return p->over ? ERR_LIMIT : ERR_OK;
}

static void on_read(struct remote_file *f)
{
	struct import_preview *p =
		container_of(f, struct import_preview, remote);
	bool whole = f->status == ERR_OK && f->received < BYTES_MAX;

	if (!p->over && f->status != ERR_OK) {
		p->why = f->why;
		return end(p, f->status);
	}
	if (!p->over && whole)
		take(p, STR(""), true);
	end(p, ERR_OK);
}

static enum err open_reader(struct import_preview *p)
{
	struct import_reader_options ro = {
		.job = p->job,
		.file_name = p->name,
		.limits = p->hub->settings.import_limits,
	};
	struct import_apply_options ao = {
		.job = p->job,
		.dry_run = true,
		.now = clock_now_ms(),
	};

	p->reader = import_reader_create(&ro, &p->why);
	if (p->reader == NULL)
		return p->why.code;
	p->apply = import_apply_create(p->hub, &ao, &p->why);
	if (p->apply == NULL)
		return p->why.code;
	buf_text(&p->body, "{\"file\":");
	buf_json_string(&p->body, str_of(p->name));
	buf_text(&p->body, ",\"rows\":[");
	return ERR_OK;
}

static enum err start_reading(struct import_preview *p)
{
	enum err e = open_reader(p);

	if (e != ERR_OK)
		return e;
	p->remote = (struct remote_file){
		.action = REMOTE_GET,
		.client_id = p->job->client_id,
		.path = p->path,
		.sink = on_bytes,
		.arg = p,
		.limit = BYTES_MAX,
		.who = "preview",
	};
	e = remote_file_start(&p->remote, p->hub, on_read);
	if (e != ERR_OK)
		p->why = p->remote.why;
	return e;
}

/* --- the folder ----------------------------------------------------------- */

static enum err on_entry(
	void *arg, struct str name, const struct remote_attrs *attrs)
{
	struct import_preview *p = arg;
	char *copy;

	(void)attrs;
	if (!import_job_takes(p->job, name))
		return ERR_OK;
	copy = mem_dup(name.ptr, name.len);
	if (p->name != NULL && strcmp(p->name, copy) <= 0) {
		free(copy);
		return ERR_OK;
	}
	free(p->name);
	p->name = copy;
	return ERR_OK;
}

static void on_listed(struct remote_file *f)
{
	struct import_preview *p =
		container_of(f, struct import_preview, remote);
	enum err e = f->status;

	if (e != ERR_OK) {
		p->why = f->why;
		return end(p, e);
	}
	if (p->name == NULL) {
		e = diag_set(&p->why, ERR_NOT_FOUND,
			"%s holds no file that the job takes",
			p->job->source.inbound_directory);
		return end(p, e);
	}
	p->path = import_files_join(p->job->source.inbound_directory, p->name);
	e = start_reading(p);
	if (e != ERR_OK)
		end(p, e);
}

static enum err start_listing(struct import_preview *p)
{
	enum err e;

	p->remote = (struct remote_file){
		.action = REMOTE_LIST,
		.client_id = p->job->client_id,
		.path = p->job->source.inbound_directory,
		.entry = on_entry,
		.arg = p,
		.who = "preview",
	};
	e = remote_file_start(&p->remote, p->hub, on_listed);
	if (e != ERR_OK)
		p->why = p->remote.why;
	return e;
}

/* --- the outside ---------------------------------------------------------- */

static enum err start_source(struct import_preview *p)
{
	const char *path = p->job->source.path, *slash;

	if (!import_job_has_source(p->job))
		return diag_set(&p->why, ERR_INVALID,
			"the job has no source to look at");
	if (import_job_is_bulk(p->job))
		return start_listing(p);
	slash = strrchr(path, '/');
	p->path = mem_strdup(path);
	p->name = mem_strdup(slash == NULL ? path : slash + 1);
	return start_reading(p);
}

enum err import_preview_start(struct import_preview **out, struct hub *hub,
	struct import_job *job, unsigned rows, import_preview_done_fn done,
	void *arg, struct diag *why)
{
	struct import_preview *p = mem_alloc(sizeof *p);
	enum err e;

	must(rows > 0);
	*p = (struct import_preview){
		.hub = hub,
		.job = job,
		.rows = rows,
		.body = buf_make(BODY_MAX),
		.done = done,
		.arg = arg,
	};
	*out = p;
	e = start_source(p);
	if (e == ERR_OK)
		return ERR_OK;
	*why = p->why;
	*out = NULL;
	preview_free(p);
	return e;
}

void import_preview_cancel(struct import_preview *p)
{
	remote_file_cancel(&p->remote);
}
