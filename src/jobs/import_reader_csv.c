/* CSV: decoded, cut into cells, mapped by the header. */
#include <stdlib.h>

#include "import_reader_private.h"
#include "sluice/base/mem.h"
#include "sluice/model/transcode.h"
#include "sluice/text/csv.h"
#include "sluice/text/json_tree.h"

struct csv_cutter {
	struct charset_stream *charset; /* NULL: UTF-8, checked by the rows */
	bool last;                      /* no piece follows this one */
	bool told;                      /* and the scanner knows */
	struct csv *csv;
	struct arena arena; /* of the header */
	struct csv_header header;
	struct mapping_header found;
	struct mapping_csv *mapping; /* NULL: no header yet, or elements */

	/* Rejected rows of JSON and XML files that come in again. */
	struct mapping_json *elements; /* or NULL */
	size_t element;                /* their column */
	json_t *object;                /* of the row that is out */
};

/* --- life ----------------------------------------------------------------- */

static bool open_charset(struct import_reader *r, struct csv_cutter *c)
{
	struct diag why;

	if (r->job->encoding == CHARSET_UTF_8)
		return true;
	c->charset = charset_create(r->job->encoding, CHARSET_MARK, &why);
	if (c->charset != NULL)
		return true;
	import_reader_fail(r, why.code, "%s", why.text);
	return false;
}

static bool csv_open(struct import_reader *r)
{
	const struct import_limits *l = &r->options.limits;
	struct csv_limits limits = { l->row, l->field, l->columns };

	r->csv = mem_alloc(sizeof *r->csv);
	if (r->job->delimiter == '\0') {
		import_reader_fail(r, ERR_INVALID,
			"the job has no csv.delimiter: set it to ',' or ';'");
		return false;
	}
	r->csv->csv = csv_create(r->job->delimiter, &limits);
	return open_charset(r, r->csv);
}

static void csv_close(struct import_reader *r)
{
	struct csv_cutter *c = r->csv;

	mapping_csv_close(c->mapping);
	mapping_json_close(c->elements);
	json_decref(c->object);
	csv_header_release(&c->header);
	csv_destroy(c->csv);
	charset_destroy(c->charset);
	arena_release(&c->arena);
	free(c);
}

/* --- bytes ---------------------------------------------------------------- */

static void csv_take(struct import_reader *r, struct str piece, bool last)
{
	struct csv_cutter *c = r->csv;

	c->last = last;
	if (c->charset != NULL) {
		charset_feed(c->charset, piece);
	} else {
		c->told = last;
		csv_feed(c->csv, piece, last);
	}
}

/* The next piece of what was decoded.  IMPORT_ROW: there was one. */
static enum import_kind decode(struct import_reader *r)
{
	struct csv_cutter *c = r->csv;
	struct str piece;
	struct diag why;

	if (c->charset == NULL || c->told)
		return IMPORT_MORE;
	if (charset_next(c->charset, &piece, &why) != ERR_OK)
		return import_reader_fail(r, why.code, "%s", why.text);
	if (piece.len == 0 && !c->last)
		return IMPORT_MORE;
	c->told = piece.len == 0;
	csv_feed(c->csv, piece, c->told);
	return IMPORT_ROW;
}

/* --- the header ----------------------------------------------------------- */

static bool fits_otherwise(struct import_reader *r)
{
	struct csv_header other;
	bool fits;

	if (!csv_header_cut_otherwise(&r->csv->header, &other))
		return false;
	fits = mapping_csv_fits(r->mapping, other.names, other.count);
	csv_header_release(&other);
	return fits;
}

static enum import_kind fail_header(struct import_reader *r, uint64_t line)
{
	const struct mapping_header *found = &r->csv->found;
	char delimiter = r->job->delimiter;

	if (found->doubled[0] != '\0')
		return import_reader_fail(r, ERR_INVALID,
			"line %llu: the header has two columns for one field: "
			"%s",
			(unsigned long long)line, found->doubled);
	if (fits_otherwise(r))
		return import_reader_fail(r, ERR_INVALID,
			"the delimiter looks wrong: with '%c' the header has "
			"all required columns, with '%c' it lacks %s; set the "
			"job's csv.delimiter",
			delimiter == ';' ? ',' : ';', delimiter,
			found->missing);
	return import_reader_fail(r, ERR_INVALID,
		"line %llu: the header lacks required columns: %s",
		(unsigned long long)line, found->missing);
}

/* A rejects.csv of a file that was no CSV: its rows are mapped as JSON. */
static bool holds_elements(struct import_reader *r)
{
	struct csv_cutter *c = r->csv;
	struct mapping *mapping;

	c->element = csv_header_find(&c->header, STR(REJECT_ELEMENT));
	if (c->element == CSV_ABSENT)
		return false;
	mapping = import_job_mapping(r->job, IMPORT_JSON);
	if (mapping == NULL)
		return false;
	mapping_destroy(r->mapping);
	r->mapping = mapping;
	c->elements = mapping_json_open(mapping);
	return true;
}

/* IMPORT_ROW: go on. */
static enum import_kind read_header(
	struct import_reader *r, const struct csv_row *row)
{
	struct csv_cutter *c = r->csv;
	struct diag why;

	if (csv_header_read(&c->header, r->job->delimiter, row, &why) != ERR_OK)
		return import_reader_fail(r, why.code, "%s", why.text);
	c->mapping = mapping_csv_open(r->mapping, c->header.names,
		c->header.count, &c->arena, &c->found);
	return c->mapping != NULL || holds_elements(r)
		       ? IMPORT_ROW
		       : fail_header(r, row->line);
}

/* --- rows ----------------------------------------------------------------- */

static bool is_too_long(enum csv_fault fault)
{
	return fault == CSV_FAULT_FIELD_LONG || fault == CSV_FAULT_ROW_LONG;
}

static enum import_kind give_bad(struct import_reader *r,
	struct import_row *row, const struct csv_row *c)
{
	const struct csv_header *h = &r->csv->header;
	size_t i = c->fault_column - 1;
	struct str column = { NULL, 0 };

	if (i < h->count && !is_too_long(c->fault))
		column = h->names[i];
	faults_add(&r->faults,
		is_too_long(c->fault) ? FAULT_LENGTH : FAULT_FORMAT, "",
		"line %llu, column %zu: %s", (unsigned long long)c->fault_line,
		c->fault_column, csv_fault_text(c->fault));
	faults_locate(&r->faults, 0, column, (struct str){ NULL, 0 });
	row->column = c->fault_column;
	return IMPORT_BAD;
}

/* Blank cells behind the header's last column are nobody's loss. */
static bool has_more_than_header(
	const struct csv_header *h, const struct csv_row *c, size_t *last)
{
	*last = 0;
	for (size_t i = h->count; i < c->count; i++)
		if (str_trim(c->fields[i]).len > 0)
			*last = i + 1;
	return *last > 0;
}

static enum import_kind give_wide(
	struct import_reader *r, const struct csv_row *c, size_t cells)
{
	size_t columns = r->csv->header.count;

	faults_add(&r->faults, FAULT_FORMAT, "",
		"the row has %zu cells, the header only %zu columns: is a "
		"value with the delimiter in it not quoted?",
		cells, columns);
	faults_locate(
		&r->faults, 0, (struct str){ NULL, 0 }, c->fields[columns]);
	return IMPORT_BAD;
}

static enum import_kind give_element(struct import_reader *r,
	struct import_row *row, const struct csv_row *cells)
{
	struct csv_cutter *c = r->csv;
	struct json_problem problem;
	struct str text =
		c->element < cells->count ? cells->fields[c->element] : STR("");

	json_decref(c->object);
	c->object = json_tree(text, &problem);
	if (c->object != NULL)
		return import_row_give_object(r, row, c->elements, c->object);
	faults_add(&r->faults, FAULT_FORMAT, "", "line %u, column %u of it: %s",
		problem.place.line, problem.place.column, problem.text);
	faults_locate(&r->faults, 0, STR(REJECT_ELEMENT), text);
	return IMPORT_BAD;
}

static enum import_kind give_row(struct import_reader *r,
	struct import_row *row, const struct csv_row *c)
{
	size_t cells;

	import_row_begin(r, row, c->line, 1);
	row->cells = c->fields;
	row->cell_count = c->count;
	if (c->fault != CSV_FAULT_NONE)
		return give_bad(r, row, c);
	if (c->count > r->csv->header.count &&
		has_more_than_header(&r->csv->header, c, &cells))
		return give_wide(r, c, cells);
	if (r->csv->elements != NULL)
		return give_element(r, row, c);
	return import_row_give(r, row,
		mapping_csv_row(
			r->csv->mapping, c->fields, c->count, &r->arena));
}

static bool has_header(const struct csv_cutter *c)
{
	return c->mapping != NULL || c->elements != NULL;
}

static enum import_kind end(struct import_reader *r)
{
	if (has_header(r->csv))
		return IMPORT_END;
	return import_reader_fail(
		r, ERR_INVALID, "the file is empty; a header row is required");
}

static enum import_kind csv_cut(struct import_reader *r, struct import_row *row)
{
	enum import_kind kind = IMPORT_ROW;
	struct csv_row c;

	while (kind == IMPORT_ROW) {
		switch (csv_next(r->csv->csv, &c)) {
		case CSV_ROW:
		case CSV_BAD:
			if (has_header(r->csv))
				return give_row(r, row, &c);
			kind = read_header(r, &c);
			break;
		case CSV_MORE:
			kind = decode(r);
			break;
		case CSV_END:
			return end(r);
		}
	}
	return kind;
}

const struct cutter import_cutter_csv = {
	.form = MAPPING_CSV,
	.open = csv_open,
	.feed = csv_take,
	.next = csv_cut,
	.close = csv_close,
};

/* --- about the file ------------------------------------------------------- */

const struct str *import_reader_header(
	const struct import_reader *r, size_t *count)
{
	bool there = r->cutter == &import_cutter_csv && has_header(r->csv);

	*count = there ? r->csv->header.count : 0;
	return there ? r->csv->header.names : NULL;
}

void import_reader_warnings(const struct import_reader *r,
	void (*each)(void *arg, const char *sentence, uint64_t count),
	void *arg)
{
	struct arena arena = { 0 };
	const struct mapping_header *found;

	if (r->cutter != &import_cutter_csv || r->csv->mapping == NULL)
		return;
	found = &r->csv->found;
	if (found->unknown_count > 0)
		each(arg,
			arena_printf(&arena, "unknown columns are not read: %s",
				found->unknown),
			found->unknown_count);
	if (found->unmapped_count > 0)
		each(arg,
			arena_printf(&arena,
				"columns of the mapping are not there: %s",
				found->unmapped),
			found->unmapped_count);
	arena_release(&arena);
}
