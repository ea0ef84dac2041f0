/* The row that comes out of import_reader.h: its common end, and its raw form.
 */
#include "import_reader_private.h"
#include "sluice/model/transcode.h"

/* Of a rejected row that is kept, cells and all. */
#define RAW_MAX (256u << 10)

void import_row_begin(struct import_reader *r, struct import_row *row,
	uint64_t line, uint64_t column)
{
	arena_reset(&r->arena);
	r->faults.count = 0;
	r->faults.left_out = 0;
	*row = (struct import_row){
		.line = line, .column = column, .faults = &r->faults
	};
}

enum import_kind import_row_give(struct import_reader *r,
	struct import_row *row, struct entity_input *in)
{
	row->in = in;
	return in != NULL && transcode_apply(r->transcode, in, &r->faults)
		       ? IMPORT_ROW
		       : IMPORT_BAD;
}

enum import_kind import_row_give_object(struct import_reader *r,
	struct import_row *row, struct mapping_json *m, const json_t *object)
{
	size_t unknown = 0;
	struct entity_input *in =
		mapping_json_row(m, object, &r->faults, &unknown);

	row->warnings = unknown;
	return import_row_give(r, row, in);
}

/* --- raw ------------------------------------------------------------------ */

/* How many bytes of one character stand there; 0: none that may stay. */
static size_t clean_length(struct str s)
{
	size_t len = 1;

	while (len < s.len && len < 4 &&
		((unsigned char)s.ptr[len] & 0xC0) == 0x80)
		len++;
	return str_is_utf8((struct str){ s.ptr, len }) ? len : 0;
}

/* Cells of bad rows hold what they hold. */
static void put_unclean(struct buf *out, struct str cell)
{
	struct buf clean = buf_make(RAW_MAX);

	while (cell.len > 0) {
		size_t len = clean_length(cell);

		if (len > 0)
			buf_put(&clean, cell.ptr, len);
		else
			buf_text(&clean, "\xEF\xBF\xBD");
		len += len == 0;
		cell = (struct str){ cell.ptr + len, cell.len - len };
	}
	buf_json_string(out, buf_view(&clean));
	buf_release(&clean);
}

static struct str shortened(struct str s, size_t max)
{
	if (s.len <= max)
		return s;
	while (max > 0 && ((unsigned char)s.ptr[max] & 0xC0) == 0x80)
		max--;
	return (struct str){ s.ptr, max };
}

static void put_text(struct buf *out, struct str s)
{
	if (str_is_utf8(s))
		buf_json_string(out, s);
	else
		put_unclean(out, s);
}

static void put_cells(const struct import_row *row, struct buf *out)
{
	size_t left = RAW_MAX;

	buf_char(out, '[');
	for (size_t i = 0; i < row->cell_count; i++) {
		struct str cell = shortened(row->cells[i], left);

		left -= cell.len;
		if (i > 0)
			buf_char(out, ',');
		put_text(out, cell);
	}
	buf_char(out, ']');
}

void import_row_raw(const struct import_row *row, struct buf *out)
{
	if (row->element.len == 0)
		put_cells(row, out);
	else if (row->element.len <= RAW_MAX && !row->unreadable)
		buf_str(out, row->element);
	else
		put_text(out, shortened(row->element, RAW_MAX));
}

/* --- faults --------------------------------------------------------------- */

static void put_text_or_null(struct buf *out, const char *text)
{
	if (text == NULL)
		buf_text(out, "null");
	else
		buf_json_string(out, str_of(text));
}

static void put_fault(struct buf *out, const struct fault *f)
{
	buf_text(out, "{\"code\":");
	put_text_or_null(out, f->code);
	buf_text(out, ",\"field\":");
	put_text_or_null(out, f->field);
	buf_text(out, ",\"column\":");
	put_text_or_null(out, f->column);
	buf_text(out, ",\"value\":");
	put_text_or_null(out, f->value);
	buf_text(out, ",\"message\":");
	put_text_or_null(out, f->message);
	buf_char(out, '}');
}

void import_faults_put(struct buf *out, const struct faults *faults)
{
	buf_char(out, '[');
	for (size_t i = 0; i < faults->count; i++) {
		if (i > 0)
			buf_char(out, ',');
		put_fault(out, &faults->list[i]);
	}
	buf_char(out, ']');
}
