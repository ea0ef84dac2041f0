/* The pipeline: chunks are unpacked, the format is found out, and the format's
 * cutter is fed. */
#include "sluice/jobs/import_reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "import_reader_private.h"
#include "sluice/base/mem.h"
#include "sluice/base/must.h"

#define BYTE_ORDER_MARK STR("\xEF\xBB\xBF")

/* Where blanks come first, so many bytes are looked at for the format. */
#define HEAD_MAX 4096

static const struct cutter *const cutters[IMPORT_FORMAT_COUNT] = {
	[IMPORT_CSV] = &import_cutter_csv,
	[IMPORT_JSON] = &import_cutter_json,
	[IMPORT_XML] = &import_cutter_xml,
};

/* --- life ----------------------------------------------------------------- */

struct import_reader *import_reader_create(
	const struct import_reader_options *options, struct diag *why)
{
	struct import_reader *r = mem_alloc(sizeof *r);
	struct inflate_limits limits = { options->limits.unpacked,
		options->limits.ratio };

	r->options = *options;
	r->job = options->job;
	r->transcode = options->transcode;
	if (r->transcode == NULL)
		r->transcode = r->own_transcode = import_job_transcode(r->job);
	r->inflate = inflate_create(&limits);
	r->head = buf_make(HEAD_MAX + 1);
	r->has_format =
		options->file_name != NULL &&
		import_format_of_name(str_of(options->file_name), &r->format);
	faults_init(&r->faults, &r->arena);
	if (!r->has_format || import_format_allowed(r->job->entity, r->format))
		return r;
	diag_set(why, ERR_INVALID, "%s: %s can't be imported from %s files",
		options->file_name, entity_kind_name(r->job->entity),
		import_format_name(r->format));
	import_reader_destroy(r);
	return NULL;
}

void import_reader_destroy(struct import_reader *r)
{
	if (r == NULL)
		return;
	if (r->cutter != NULL)
		r->cutter->close(r);
	mapping_destroy(r->mapping);
	transcode_destroy(r->own_transcode);
	inflate_destroy(r->inflate);
	buf_release(&r->head);
	arena_release(&r->arena);
	free(r);
}

enum import_kind import_reader_fail(
	struct import_reader *r, enum err e, const char *fmt, ...)
{
	char text[DIAG_SIZE];
	va_list args;

	if (r->failed)
		return IMPORT_FAILED;
	r->failed = true;
	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	diag_set(&r->why, e, "%s", text);
	if (r->options.file_name != NULL && r->options.file_name[0] != '\0')
		diag_wrap(&r->why, "%s", r->options.file_name);
	return IMPORT_FAILED;
}

enum err import_reader_error(const struct import_reader *r, struct diag *why)
{
	*why = r->why;
	return r->why.code;
}

enum import_format import_reader_format(const struct import_reader *r)
{
	return r->format;
}

/* --- the format ----------------------------------------------------------- */

static bool has_mark(struct str head)
{
	struct str mark = BYTE_ORDER_MARK;

	return head.len >= mark.len &&
	       memcmp(head.ptr, mark.ptr, mark.len) == 0;
}

/* Without a byte order mark, which isn't part of the text. */
static struct str text_of(struct str head)
{
	struct str mark = BYTE_ORDER_MARK;

	return has_mark(head) ? (struct str){ head.ptr + mark.len,
		head.len - mark.len }
			      : head;
}

/* Is enough there to know how to go on?  A byte order mark is then in it as a
 * whole. */
static bool head_is_enough(const struct import_reader *r)
{
	struct str head = buf_view(&r->head);

	if (head.len < BYTE_ORDER_MARK.len)
		return false;
	return r->has_format || head.len >= HEAD_MAX ||
	       str_trim(text_of(head)).len > 0;
}

static bool open_cutter(struct import_reader *r)
{
	if (!import_format_allowed(r->job->entity, r->format)) {
		import_reader_fail(r, ERR_INVALID,
			"%s can't be imported from %s files",
			entity_kind_name(r->job->entity),
			import_format_name(r->format));
		return false;
	}
	r->mapping = import_job_mapping(r->job, r->format);
	if (r->mapping == NULL) {
		import_reader_fail(r, ERR_INVALID,
			"the job's mapping is not one for %s files",
			import_format_name(r->format));
		return false;
	}
	r->cutter = cutters[r->format];
	return r->cutter->open(r);
}

/* The file's beginning is in `head`: what is it? */
static bool begin(struct import_reader *r)
{
	struct str head = buf_view(&r->head);

	if (!r->has_format)
		r->format = import_format_of_text(text_of(head));
	r->has_format = true;
	if (!open_cutter(r))
		return false;
	/* A JSON parser has no use for the mark; the others know it. */
	r->cutter->feed(
		r, r->format == IMPORT_JSON ? text_of(head) : head, false);
	return true;
}

/* Byte by byte, so that chunks can be cut anywhere. */
static bool gather(struct import_reader *r, struct str piece)
{
	size_t i = 0;

	while (i < piece.len && !head_is_enough(r))
		buf_char(&r->head, piece.ptr[i++]);
	if (!head_is_enough(r))
		return true;
	r->rest = (struct str){ piece.ptr + i, piece.len - i };
	return begin(r);
}

/* --- the flow ------------------------------------------------------------- */

void import_reader_feed(struct import_reader *r, struct str chunk, bool last)
{
	if (r->failed)
		return;
	r->last = last;
	inflate_feed(r->inflate, chunk, last);
}

/* All bytes are unpacked.  IMPORT_ROW: go on cutting. */
static enum import_kind end(struct import_reader *r)
{
	if (r->cutter == NULL)
		return begin(r) ? IMPORT_ROW : IMPORT_FAILED;
	must(!r->ended);
	r->ended = true;
	r->cutter->feed(r, STR(""), true);
	return IMPORT_ROW;
}

/* The cutter wants more.  IMPORT_ROW: it has got it. */
static enum import_kind refill(struct import_reader *r)
{
	struct str piece = r->rest;
	struct diag why;

	r->rest = STR("");
	if (piece.len == 0 && inflate_next(r->inflate, &piece, &why) != ERR_OK)
		return import_reader_fail(r, why.code, "%s", why.text);
	if (piece.len == 0)
		return r->last ? end(r) : IMPORT_MORE;
	if (r->cutter == NULL)
		return gather(r, piece) ? IMPORT_ROW : IMPORT_FAILED;
	r->cutter->feed(r, piece, false);
	return IMPORT_ROW;
}

enum import_kind import_reader_next(
	struct import_reader *r, struct import_row *row)
{
	enum import_kind kind;

	while (!r->failed) {
		kind = r->cutter == NULL ? IMPORT_MORE
					 : r->cutter->next(r, row);
		if (kind != IMPORT_MORE)
			return kind;
		kind = refill(r);
		if (kind == IMPORT_MORE)
			return kind;
	}
	return IMPORT_FAILED;
}
