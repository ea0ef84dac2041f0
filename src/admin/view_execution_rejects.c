/* GET /v1/mapper/executions/{id}/rejects.csv: the rejected rows with their own
 * columns and what is wrong with them, ready to be mended and imported again
 * (contract 4.3).
 *
 * Streamed, a slice per turn: first the headers of the files, then the rows.
 * Delimiter and encoding are the job's, so that the same job reads the file.
 * Rows of CSV files come in the columns that they had; cells without a column
 * stand behind the last one, so that nothing is lost.  Elements of JSON and XML
 * files are JSON in one column. */
#include <stdio.h>
#include <stdlib.h>

#include "admin_private.h"
#include "import_common.h"
#include "reject_columns.h"
#include "sluice/base/clock.h"
#include "sluice/base/log.h"
#include "sluice/base/mem.h"
#include "sluice/model/mapping.h"
#include "sluice/store/record_execution.h"
#include "sluice/text/json_tree.h"
#include "views.h"

#define SLICE_NS UINT64_C(5000000)
#define NO_FILE  UINT32_MAX
#define ROW_MAX  HTTP_PIECE_MAX

struct rejects {
	struct call *call;
	struct uuid id;
	char delimiter;
	enum charset encoding;
	uint32_t next, end;             /* numbers of rows */
	uint32_t next_header, file_end; /* numbers of files */
	uint32_t file;                  /* that `columns` looks at */
	bool is_csv;                    /* that file has a header */
	size_t element;                 /* column of rows that aren't CSV */
	bool headed;                    /* the first line is out */
	bool damaged;                   /* a row was left out */
	struct reject_columns columns;
	json_t *report;    /* owned */
	struct str *cells; /* of a row, by column; owned */
	struct buf row;    /* in UTF-8 */
	bool row_begun;

	/* this slice */
	struct buf *out;
	uint64_t until_ns;
	bool full;
};

/* --- files ---------------------------------------------------------------- */

/* Turns to a file; files that are no CSV have no header. */
static enum err look_at_file(struct rejects *r, uint32_t file)
{
	struct str header;
	enum err e;

	if (r->file == file)
		return ERR_OK;
	e = record_import_header_get(
		turn_read(r->call->hub), r->id, file, &header);
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	r->is_csv = e == ERR_OK;
	r->file = file;
	if (r->is_csv)
		reject_columns_file(&r->columns, header);
	return ERR_OK;
}

static bool slice_is_over(const struct rejects *r)
{
	return clock_monotonic_ns() >= r->until_ns;
}

/* What the report doesn't tell may be. */
static bool may_have_rejects(const struct rejects *r, uint32_t file)
{
	const json_t *files = json_object_get(r->report, "files");
	const json_t *count =
		json_object_get(json_array_get(files, file), "rejected");

	return !json_is_integer(count) || json_integer_value(count) > 0;
}

/* All columns are known before the first row goes out. */
static enum err gather_columns(struct rejects *r)
{
	while (r->next_header < r->file_end && !slice_is_over(r)) {
		uint32_t file = r->next_header++;
		enum err e = look_at_file(r, file);

		if (e != ERR_OK)
			return e;
		if (!r->is_csv && may_have_rejects(r, file))
			r->element = reject_column(&r->columns, REJECT_ELEMENT);
	}
	return ERR_OK;
}

/* --- rows ----------------------------------------------------------------- */

static void put_cell(struct rejects *r, struct str cell)
{
	if (r->row_begun)
		buf_char(&r->row, r->delimiter);
	r->row_begun = true;
	reject_put_cell(&r->row, cell, r->delimiter);
}

static void end_row(struct rejects *r)
{
	buf_text(&r->row, "\r\n");
	charset_put(r->encoding, buf_view(&r->row), r->out);
	buf_clear(&r->row);
	r->row_begun = false;
}

static void put_header(struct rejects *r)
{
	size_t count = r->columns.count;

	for (size_t i = 0; i < count; i++)
		put_cell(r, str_of(r->columns.names[i]));
	for (size_t i = 0; i < REJECT_COLUMNS; i++)
		put_cell(r, str_of(reject_columns[i]));
	end_row(r);
	r->columns.frozen = true;
	r->cells = mem_alloc((count + 1) * sizeof *r->cells);
	r->headed = true;
}

static struct str text_of(const json_t *value)
{
	return json_is_string(value) ? (struct str){ json_string_value(value),
		json_string_length(value) }
				     : STR("");
}

/* The first fault's code; all messages. */
static void put_faults(struct rejects *r, const struct reject *row)
{
	json_t *faults = json_tree(row->faults, NULL), *fault;
	struct buf all = buf_make(ROW_MAX);
	char line[24];
	size_t i;

	(void)snprintf(
		line, sizeof line, "%llu", (unsigned long long)row->line);
	put_cell(r, str_of(line));
	put_cell(
		r, text_of(json_object_get(json_array_get(faults, 0), "code")));
	json_array_foreach (faults, i, fault) {
		if (i > 0)
			buf_text(&all, "; ");
		buf_str(&all, text_of(json_object_get(fault, "message")));
	}
	put_cell(r, buf_view(&all));
	buf_release(&all);
	json_decref(faults);
}

/* By column; returns how many have none. */
static size_t place_cells(struct rejects *r, const json_t *cells)
{
	size_t extra = 0, i;
	json_t *cell;

	memset(r->cells, 0, r->columns.count * sizeof *r->cells);
	json_array_foreach (cells, i, cell) {
		size_t place = reject_place(&r->columns, i);

		if (place < r->columns.count)
			r->cells[place] = text_of(cell);
		extra += place == COLUMN_EXTRA;
	}
	return extra;
}

static void put_extra(struct rejects *r, const json_t *cells)
{
	json_t *cell;
	size_t i;

	json_array_foreach (cells, i, cell) {
		if (reject_place(&r->columns, i) == COLUMN_EXTRA)
			put_cell(r, text_of(cell));
	}
}

static void put_placed(struct rejects *r)
{
	for (size_t i = 0; i < r->columns.count; i++)
		put_cell(r, r->cells[i]);
}

static void put_csv_row(struct rejects *r, const struct reject *row)
{
	json_t *cells = json_tree(row->raw, NULL);
	size_t extra = place_cells(r, cells);

	put_placed(r);
	put_faults(r, row);
	if (extra > 0)
		put_extra(r, cells);
	json_decref(cells);
}

static void put_element(struct rejects *r, const struct reject *row)
{
	bool placed = r->element < r->columns.count;

	memset(r->cells, 0, r->columns.count * sizeof *r->cells);
	if (placed)
		r->cells[r->element] = row->raw;
	put_placed(r);
	put_faults(r, row);
	if (!placed)
		put_cell(r, row->raw);
}

static bool take_row(void *arg, uint32_t number, const struct reject *row)
{
	struct rejects *r = arg;

	if (number >= r->end || look_at_file(r, row->file) != ERR_OK)
		return false;
	if (r->is_csv)
		put_csv_row(r, row);
	else
		put_element(r, row);
	r->damaged = r->damaged || r->row.full;
	end_row(r);
	r->next = number + 1;
	r->full = r->out->len >= HTTP_PIECE || slice_is_over(r);
	return !r->full;
}

/* --- pieces --------------------------------------------------------------- */

static enum http_step fail(struct rejects *r, enum err e)
{
	char id[UUID_TEXT_SIZE];

	log_error("rejected rows of execution %s: %s", uuid_format(r->id, id),
		err_text(e));
	return HTTP_FAIL;
}

/* A damaged row is left out, and the end cut off, so that nobody takes the file
 * for whole. */
static enum http_step put_rows(struct rejects *r)
{
	enum err e = ERR_OK;

	r->full = false;
	if (r->next < r->end)
		e = record_reject_each(
			turn_read(r->call->hub), r->id, r->next, take_row, r);
	if (e != ERR_OK && e != ERR_CORRUPT)
		return fail(r, e);
	r->damaged = r->damaged || e == ERR_CORRUPT;
	if (r->full)
		return HTTP_MORE;
	return r->damaged ? fail(r, ERR_CORRUPT) : HTTP_END;
}

static enum http_step next_piece(struct call *c, struct buf *out)
{
	struct rejects *r = c->state;
	enum err e;

	r->out = out;
	r->until_ns = clock_monotonic_ns() + SLICE_NS;
	if (r->headed)
		return put_rows(r);
	e = gather_columns(r);
	if (e != ERR_OK)
		return fail(r, e);
	if (r->next_header == r->file_end)
		put_header(r);
	return HTTP_MORE;
}

/* --- begin ---------------------------------------------------------------- */

static void rejects_free(struct call *c)
{
	struct rejects *r = c->state;

	reject_columns_release(&r->columns);
	json_decref(r->report);
	buf_release(&r->row);
	free(r->cells);
}

static bool note_file(void *arg, uint32_t number, const struct reject *row)
{
	(void)number;
	*(uint32_t *)arg = row->file + 1;
	return false;
}

/* The report tells of all files that were begun; where there is none yet, the
 * last row does. */
static uint32_t count_files(
	struct call *c, const struct execution *x, const json_t *report)
{
	size_t told = json_array_size(json_object_get(report, "files"));
	uint32_t last = 1;

	if (x->rejects_kept > 0 && record_reject_each(turn_read(c->hub), x->id,
					   (uint32_t)(x->rejects_kept - 1),
					   note_file, &last) != ERR_OK)
		log_error("the last rejected row can't be read");
	return told > last ? (uint32_t)told : last;
}

static void take_format(struct rejects *r, const struct import_job *j)
{
	r->delimiter = j != NULL && j->delimiter != 0 ? j->delimiter : ';';
	r->encoding = j != NULL ? j->encoding : CHARSET_UTF_8;
}

static struct rejects *rejects_make(struct call *c, const struct execution *x)
{
	struct rejects *r = arena_alloc(&c->arena, sizeof *r);

	r->call = c;
	r->id = x->id;
	r->end = (uint32_t)x->rejects_kept;
	r->file = NO_FILE;
	r->element = COLUMN_EXTRA;
	r->report = json_tree(x->report, NULL);
	r->file_end = count_files(c, x, r->report);
	r->row = buf_make(ROW_MAX);
	take_format(r, catalog_import_job(c->hub, x->job_id));
	reject_columns_init(&r->columns, &c->arena);
	c->state = r;
	c->on_free = rejects_free;
	return r;
}

void execution_rejects(struct call *c)
{
	const struct rejects *r;
	char id[UUID_TEXT_SIZE];
	struct execution x;

	if (!execution_find(c, &x) || !import_allows(c, x.entity))
		return;
	r = rejects_make(c, &x);
	c->content_type = arena_printf(
		&c->arena, "text/csv; charset=%s", charset_name(r->encoding));
	answer_header(c, "Content-Disposition",
		arena_printf(&c->arena,
			"attachment; filename=\"rejects-%s.csv\"",
			uuid_format(r->id, id)));
	answer_stream(c, 200, next_piece);
}
