#include <stdlib.h>
#include <string.h>

#include "import_run.h"
#include "sluice/base/clock.h"
#include "sluice/base/mem.h"
#include "sluice/jobs/hub.h"

/* With the commit that follows a slice holds the loop for about 5 ms. */
#define SLICE_NS UINT64_C(4000000)

/* While somebody asks the API for something, answers come first: each waits for
 * a turn or two. */
#define SHORT_SLICE_NS UINT64_C(1500000)
#define ASKED_MS       50

#define SLICE_ROWS 10000

/* Fed at once: packed bytes may unpack to much, with no row in it. */
#define PIECE_MAX (32u << 10)

#define RAW_MAX (4u << 20) /* import_row_raw() shortens below that */

/* --- bytes --------------------------------------------------------------- */

void import_work_queue(struct import_run *r, const void *data, size_t len)
{
	struct import_chunk *c = mem_alloc(sizeof *c + len);

	c->len = len;
	memcpy(c->data, data, len);
	if (r->chunks == NULL)
		r->chunks = c;
	else
		r->last_chunk->next = c;
	r->last_chunk = c;
	r->queued += len;
}

/* The first one stays in the queue until the reader has used it up. */
static void drop_chunk(struct import_run *r)
{
	struct import_chunk *c = r->chunks;

	r->chunks = c->next;
	r->queued -= c->len;
	r->fed = 0;
	free(c);
}

void import_work_close(struct import_run *r)
{
	import_reader_destroy(r->reader);
	r->reader = NULL;
	while (r->chunks != NULL)
		drop_chunk(r);
	r->ended = r->fed_end = r->paused = r->source_failed = false;
	r->first_row_seen = false;
}

static void feed_piece(struct import_run *r)
{
	const struct import_chunk *c = r->chunks;
	size_t left = c->len - r->fed;
	struct str piece = { c->data + r->fed,
		left < PIECE_MAX ? left : PIECE_MAX };

	r->fed += piece.len;
	import_reader_feed(r->reader, piece, false);
}

/* False: there is nothing to feed now. */
static bool feed(struct import_run *r)
{
	if (r->chunks != NULL && r->fed == r->chunks->len)
		drop_chunk(r);
	if (r->chunks != NULL) {
		feed_piece(r);
		return true;
	}
	if (!r->ended || r->fed_end)
		return false;
	r->fed_end = true;
	import_reader_feed(r->reader, STR(""), true);
	return true;
}

/* --- rows ---------------------------------------------------------------- */

static enum err reject(struct import_run *r, const struct import_row *row)
{
	struct buf raw = buf_make(RAW_MAX);
	enum err e;

	import_row_raw(row, &raw);
	e = import_report_reject(
		r, (uint32_t)r->file, row->line, buf_view(&raw), row->faults);
	buf_release(&raw);
	return e;
}

/* False: it is none that counts by itself. */
static bool count_result(struct execution_counts *c, enum import_result result)
{
	switch (result) {
	case RESULT_CREATED:
		c->created++;
		return true;
	case RESULT_UPDATED:
		c->updated++;
		return true;
	case RESULT_UNCHANGED:
		c->unchanged++;
		return true;
	case RESULT_HELD:
		return true;
	case RESULT_REJECTED:
	case RESULT_FAILED:
		break;
	}
	return false;
}

/* What is odd about the file as a whole is known with its first row; so are
 * the columns. */
static enum err look_at_file(struct import_run *r)
{
	if (r->first_row_seen)
		return ERR_OK;
	r->first_row_seen = true;
	import_reader_warnings(r->reader, import_report_warn, r);
	return import_report_header(r);
}

static enum err take_row(
	struct import_run *r, struct import_row *row, enum import_kind kind)
{
	enum import_result result = RESULT_REJECTED;
	enum err e = look_at_file(r);

	if (e != ERR_OK)
		return e;
	r->tally.counts.rows_read++;
	r->tally.counts.warnings += row->warnings;
	r->tally.file_rows++;
	if (kind == IMPORT_ROW)
		result = import_apply_row(r->apply, row, &r->why);
	if (result == RESULT_FAILED)
		return r->why.code;
	if (count_result(&r->tally.counts, result))
		return ERR_OK;
	return reject(r, row);
}

/* --- a slice ------------------------------------------------------------- */

static enum slice_result store_failed(struct import_run *r, enum err e)
{
	if (r->why.code != e)
		diag_set(&r->why, e, "%s", err_text(e));
	return SLICE_STORE_FAILED;
}

static uint64_t slice_ns(const struct hub *hub)
{
	return loop_now_ms(hub->loop) - hub->asked_at < ASKED_MS
		       ? SHORT_SLICE_NS
		       : SLICE_NS;
}

static bool time_is_over(unsigned rows, uint64_t until)
{
	return rows >= SLICE_ROWS || clock_monotonic_ns() >= until;
}

static enum slice_result work(struct import_run *r)
{
	uint64_t until = clock_monotonic_ns() + slice_ns(r->hub);
	struct import_row row;
	unsigned rows = 0;
	enum err e;

	r->why.code = ERR_OK;
	import_apply_at(r->apply, clock_now_ms());
	for (;;) {
		enum import_kind kind = import_reader_next(r->reader, &row);

		switch (kind) {
		case IMPORT_ROW:
		case IMPORT_BAD:
			e = take_row(r, &row, kind);
			if (e != ERR_OK)
				return store_failed(r, e);
			if (time_is_over(++rows, until))
				return SLICE_MORE;
			break;
		case IMPORT_MORE:
			if (!feed(r))
				return SLICE_HUNGRY;
			if (clock_monotonic_ns() >= until)
				return SLICE_MORE;
			break;
		case IMPORT_END:
			e = look_at_file(r);
			return e == ERR_OK ? SLICE_FILE_END
					   : store_failed(r, e);
		case IMPORT_FAILED:
			(void)import_reader_error(r->reader, &r->why);
			return SLICE_FILE_FAILED;
		}
	}
}

/* --- its turn ------------------------------------------------------------ */

static void on_slice_saved(
	struct turn_waiter *w, enum err e, const struct diag *why)
{
	struct import_run *r = container_of(w, struct import_run, waiter);

	if (r->slice == SLICE_STORE_FAILED && e != ERR_OK)
		why = &r->why;
	if (!import_run_after_commit(r, e, why))
		return;
	switch (r->slice) {
	case SLICE_MORE:
		import_queue_want_slice(r);
		import_fetch_resume(r);
		break;
	case SLICE_HUNGRY:
		import_fetch_resume(r);
		break;
	case SLICE_FILE_END:
		import_fetch_check(r);
		break;
	case SLICE_FILE_FAILED:
		import_fetch_give_up(r);
		break;
	case SLICE_STORE_FAILED:
		import_run_fail_store(r, &r->why);
		break;
	}
}

/* Rows that change nothing write nothing, and then the turn costs no fsync:
 * what was counted waits for the next report, or for a row that writes. */
static bool is_worth_noting(
	const struct import_run *r, const struct execution_counts *before)
{
	const struct execution_counts *c = &r->tally.counts;

	return c->unchanged - before->unchanged !=
		       c->rows_read - before->rows_read ||
	       (r->slice != SLICE_MORE && r->slice != SLICE_HUNGRY) ||
	       clock_now_ms() - r->report_written >= IMPORT_REPORT_MS;
}

void import_run_slice(struct import_run *r)
{
	struct execution_counts before = r->tally.counts;
	struct txn *t;
	enum err e;

	must(r->sm.state == RUN_READ && !r->committing);
	e = turn_write(r->hub, &t);
	if (e == ERR_OK) {
		r->slice = work(r);
		import_run_file(r)->rows = r->tally.file_rows;
		import_run_file(r)->rejected = r->tally.file_rejected;
		r->report_stale = true;
		if (is_worth_noting(r, &before))
			import_run_note(r);
		r->hub->imports.rows +=
			r->tally.counts.rows_read - before.rows_read;
		r->hub->imports.rejected +=
			r->tally.counts.rejected - before.rejected;
	} else {
		r->slice = SLICE_STORE_FAILED;
		diag_set(&r->why, e, "database: %s", err_text(e));
	}
	import_run_wait(r, on_slice_saved);
}

/* --- the end ------------------------------------------------------------- */

struct held {
	struct import_run *r;
	enum err e;
};

static void on_held(void *arg, uint32_t file, uint64_t line, struct str raw,
	enum import_result result, const struct faults *faults)
{
	struct held *h = arg;

	if (h->e == ERR_OK && !count_result(&h->r->tally.counts, result))
		h->e = import_report_reject(h->r, file, line, raw, faults);
}

enum err import_work_finish(struct import_run *r, struct diag *why)
{
	struct held h = { r, ERR_OK };
	enum err e;

	import_apply_at(r->apply, clock_now_ms());
	e = import_apply_finish(r->apply, on_held, &h, why);
	if (e == ERR_OK && h.e != ERR_OK)
		e = diag_set(why, h.e, "%s", err_text(h.e));
	return e;
}
