#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "import_run.h"
#include "sluice/base/log.h"
#include "sluice/jobs/execution_state.h"
#include "sluice/jobs/hub.h"
#include "sluice/model/transcode.h"

#define WARNINGS_MAX      50
#define FAILED_FILES_TOLD 5
#define HEADER_MAX        (4u << 20)

/* --- texts --------------------------------------------------------------- */

void import_report_clean(struct buf *out, size_t from)
{
	if (out->len == from ||
		str_is_utf8((struct str){ out->data + from, out->len - from }))
		return;
	for (size_t i = from; i < out->len; i++)
		if ((unsigned char)out->data[i] >= 0x80)
			out->data[i] = '?';
}

static void put_text(struct buf *out, const char *text)
{
	size_t from = out->len;

	buf_json_string(out, str_of(text));
	import_report_clean(out, from);
}

static void put_member(struct buf *out, const char *key, const char *value)
{
	buf_printf(out, ",\"%s\":", key);
	if (value == NULL)
		buf_text(out, "null");
	else
		put_text(out, value);
}

/* --- rejected rows ------------------------------------------------------- */

enum err import_report_header(struct import_run *r)
{
	struct buf header = buf_make(HEADER_MAX);
	const struct str *names;
	size_t count = 0;
	struct txn *t;
	enum err e = turn_write(r->hub, &t);

	names = import_reader_header(r->reader, &count);
	buf_char(&header, '[');
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			buf_char(&header, ',');
		buf_json_string(&header, names[i]);
	}
	buf_char(&header, ']');
	if (e == ERR_OK && count > 0 && !header.full)
		e = record_import_header_put(
			t, r->id, (uint32_t)r->file, buf_view(&header));
	buf_release(&header);
	return e;
}

static enum err keep_reject(struct import_run *r, uint32_t file, uint64_t line,
	struct str raw, const struct faults *faults)
{
	struct buf text = buf_make(1u << 20);
	struct reject reject = { .file = file, .line = line, .raw = raw };
	struct txn *t;
	enum err e = turn_write(r->hub, &t);

	import_faults_put(&text, faults);
	reject.faults = buf_view(&text);
	if (e == ERR_OK)
		e = record_reject_put(
			t, r->id, (uint32_t)r->tally.rejects_kept, &reject);
	buf_release(&text);
	if (e == ERR_OK)
		r->tally.rejects_kept++;
	return e;
}

enum err import_report_reject(struct import_run *r, uint32_t file,
	uint64_t line, struct str raw, const struct faults *faults)
{
	r->tally.counts.rejected++;
	if (file == r->file)
		r->tally.file_rejected++;
	else if (file < r->files.count)
		r->files.items[file].rejected++;
	if (r->tally.rejects_kept >= r->hub->settings.rejects_kept)
		return ERR_OK;
	return keep_reject(r, file, line, raw, faults);
}

/* --- warnings ------------------------------------------------------------ */

void import_report_warn(void *run, const char *sentence, uint64_t count)
{
	struct import_run *r = run;
	struct buf text = buf_make(4096);

	r->tally.counts.warnings += count;
	if (r->warning_count == WARNINGS_MAX)
		return;
	buf_json_string(&text, str_of(sentence));
	/* The same columns are unknown in every file of a folder. */
	if (!text.full && (r->warnings.len == 0 ||
				  memmem(r->warnings.data, r->warnings.len,
					  text.data, text.len) == NULL)) {
		if (r->warning_count++ > 0)
			buf_char(&r->warnings, ',');
		buf_str(&r->warnings, buf_view(&text));
	}
	buf_release(&text);
}

/* --- the report ---------------------------------------------------------- */

static const char *const file_status_names[FILE_STATUS_COUNT] = {
	[FILE_WAITING] = "WAITING",
	[FILE_RUNNING] = "RUNNING",
	[FILE_DONE] = "DONE",
	[FILE_FAILED] = "FAILED",
};

/* Where an upload lies is nobody's business but ours. */
static void put_file(
	struct buf *out, const struct import_file *f, bool is_upload)
{
	buf_text(out, "{\"name\":");
	put_text(out, f->name);
	put_member(out, "path", is_upload ? NULL : f->path);
	buf_printf(out,
		",\"bytes\":%" PRIu64 ",\"rowsRead\":%" PRIu64
		",\"rejected\":%" PRIu64 ",\"status\":\"%s\"",
		f->bytes, f->rows, f->rejected, file_status_names[f->status]);
	put_member(out, "message", f->message);
	put_member(out, "movedTo", f->moved_to);
	buf_char(out, '}');
}

/* Those that were begun. */
static void put_files(struct buf *out, const struct import_run *r)
{
	const struct import_files *files = &r->files;
	bool any = false;

	for (size_t i = 0; i < files->count; i++) {
		if (files->items[i].status == FILE_WAITING)
			continue;
		if (any)
			buf_char(out, ',');
		any = true;
		put_file(out, &files->items[i], r->upload_name != NULL);
	}
}

static void put_miss(void *arg, const struct transcode_miss *miss)
{
	struct buf *out = arg;

	if (out->data[out->len - 1] == '}')
		buf_char(out, ',');
	buf_text(out, "{\"field\":");
	buf_json_string(out, str_of(miss->field));
	buf_text(out, ",\"value\":");
	buf_json_string(out, miss->value);
	buf_printf(out, ",\"count\":%" PRIu64 "}", miss->count);
}

struct str import_report_json(struct import_run *r)
{
	struct buf *out = &r->report;

	buf_clear(out);
	buf_text(out, "{\"files\":[");
	put_files(out, r);
	buf_text(out, "],\"warningMessages\":[");
	buf_str(out, buf_view(&r->warnings));
	buf_text(out, "],\"transcodingMisses\":[");
	if (r->transcode != NULL)
		transcode_misses(r->transcode, put_miss, out);
	buf_text(out, "]}");
	if (!out->full)
		return buf_view(out);
	log_warn("execution %s: its report does not fit and is left out",
		r->name);
	return STR("");
}

/* --- the end ------------------------------------------------------------- */

static void say_failed_files(struct import_run *r)
{
	unsigned told = 0;

	if (r->files.count > 1)
		buf_printf(&r->message,
			"%" PRIu64 " of %zu files failed: ", r->failed_files,
			r->files.count);
	for (size_t i = 0; i < r->files.count && told < FAILED_FILES_TOLD;
		i++) {
		const struct import_file *f = &r->files.items[i];

		if (f->status != FILE_FAILED)
			continue;
		/* The messages name their files. */
		buf_printf(&r->message, "%s%s", told++ > 0 ? "; " : "",
			f->message);
	}
	if (r->failed_files > told)
		buf_text(&r->message, "; ...");
}

static void add_note(
	struct import_run *r, uint64_t n, const char *noun, const char *what)
{
	if (n == 0)
		return;
	buf_printf(&r->message, "%s%" PRIu64 " %s%s %s",
		r->message.len > 0 ? "; " : "", n, noun, n == 1 ? "" : "s",
		what);
}

static uint64_t came_through(const struct execution_counts *c)
{
	return c->created + c->updated + c->unchanged;
}

static void say_notes(struct import_run *r)
{
	const struct import_files *f = &r->files;

	if (f->count == 0 && r->message.len == 0)
		buf_printf(&r->message, "there was no file to import in %s",
			r->job->source.inbound_directory);
	else if (r->tally.counts.rows_read == 0 && r->message.len == 0)
		buf_text(&r->message, "the source holds no rows");
	add_note(r, f->unstable, "file",
		"still being written, left for the next execution");
	add_note(r, f->left, "file",
		"beyond the first ones by name, left for the next execution");
	add_note(r, f->pending, "file",
		"imported before and still to be moved away, not taken again");
	add_note(r, r->tally.counts.rejected - r->tally.rejects_kept,
		"rejected row",
		"beyond imports.rejectsKept, counted but not kept");
}

/* A tree is whole or it isn't there: rows that were read don't help. */
static bool tree_is_missing(const struct import_run *r)
{
	return import_run_is_tree(r) && r->files.count > 0 &&
	       (r->failed || r->failed_files > 0 ||
		       came_through(&r->tally.counts) == 0);
}

/* Could it not be read (contract 2.6)?  When some files of a folder were read
 * to their end and others were not, it could in part. */
static bool source_failed(const struct import_run *r)
{
	return r->failed || r->failed_files == r->files.count ||
	       came_through(&r->tally.counts) == 0;
}

enum execution_state import_report_outcome(struct import_run *r)
{
	const struct execution_counts *c = &r->tally.counts;
	bool trouble = r->failed || r->failed_files > 0;
	enum execution_state s;

	buf_clear(&r->message);
	if (r->cancel != NULL) {
		buf_text(&r->message, r->cancel);
		return EXECUTION_CANCELLED;
	}
	if (r->failed)
		buf_text(&r->message, r->failure.text);
	if (r->failed_files > 0 && r->failed)
		buf_text(&r->message, "; ");
	if (r->failed_files > 0)
		say_failed_files(r);
	say_notes(r);
	import_report_clean(&r->message, 0);
	if (!trouble && c->rejected > 0 && came_through(c) == 0 &&
		!import_run_is_tree(r))
		add_note(r, c->rejected, "row", "read, none came through");
	s = execution_outcome(c, trouble && source_failed(r));
	if (tree_is_missing(r)) {
		buf_text(&r->message,
			r->message.len > 0
				? "; the old tree stays"
				: "no row came through; the old tree stays");
		return EXECUTION_FAILED;
	}
	return trouble && s == EXECUTION_SUCCESS ? EXECUTION_PARTIAL : s;
}

/* --- afterwards ---------------------------------------------------------- */

/* A report of ten thousand files is not read and written for each of them. */
#define AMEND_MAX (256u << 10)

static bool set_moved(json_t *report, const char *from, const char *to)
{
	json_t *files = json_object_get(report, "files"), *f;
	size_t i;

	json_array_foreach (files, i, f) {
		const char *path =
			json_string_value(json_object_get(f, "path"));

		if (path != NULL && strcmp(path, from) == 0)
			return json_object_set_new(
				       f, "movedTo", json_string(to)) == 0;
	}
	return false;
}

void import_report_amend(struct hub *hub, struct uuid execution_id,
	const char *from, const char *to)
{
	struct execution x;
	struct txn *t = turn_read(hub);
	json_t *report = NULL;
	char *text = NULL;
	enum err e = record_execution_get(t, execution_id, &x);

	if (e == ERR_OK && x.report.len > 0 && x.report.len <= AMEND_MAX)
		report = json_loadb(x.report.ptr, x.report.len, 0, NULL);
	if (set_moved(report, from, to))
		text = json_dumps(report, JSON_COMPACT);
	if (text != NULL)
		e = turn_write(hub, &t);
	if (text != NULL && e == ERR_OK)
		e = execution_state_amend(t, execution_id, str_of(text));
	/* The history may have let the execution go. */
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		log_error("where %s went could not be written: %s", from,
			err_text(e));
	free(text);
	json_decref(report);
}
