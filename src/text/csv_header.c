#include <stdlib.h>

#include "sluice/base/buf.h"
#include "sluice/base/mem.h"
#include "sluice/text/csv.h"

#define NAMES_SHOWN_MAX 400 /* bytes; the sentence has to fit a diag */

/* Names in order -----------------------------------------------------------
 */

static int compare_text(struct str a, struct str b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	int order = len == 0 ? 0 : memcmp(a.ptr, b.ptr, len);

	return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

static int compare_names(const void *left, const void *right)
{
	const struct csv_name *a = left, *b = right;
	int order = compare_text(a->text, b->text);

	if (order != 0)
		return order;
	return (a->column > b->column) - (a->column < b->column);
}

static int compare_to_name(const void *text, const void *name)
{
	const struct str *a = text;
	const struct csv_name *b = name;

	return compare_text(*a, b->text);
}

size_t csv_header_find(const struct csv_header *h, struct str name)
{
	const struct csv_name *found;

	if (name.len == 0)
		return CSV_ABSENT;
	found = bsearch(
		&name, h->sorted, h->count, sizeof *h->sorted, compare_to_name);
	return found == NULL ? CSV_ABSENT : found->column;
}

static bool has_all(
	const struct csv_header *h, const struct str *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (csv_header_find(h, names[i]) == CSV_ABSENT)
			return false;
	return true;
}

/* From a row -------------------------------------------------------------- */

static size_t size_of(const struct str *fields, size_t count)
{
	size_t size = 0;

	for (size_t i = 0; i < count; i++)
		size += fields[i].len;
	return size;
}

static void copy_names(struct csv_header *h, const struct csv_row *row)
{
	char *to = h->bytes = mem_alloc(size_of(row->fields, row->count));

	h->count = row->count;
	h->names = mem_alloc(row->count * sizeof *h->names);
	h->sorted = mem_alloc(row->count * sizeof *h->sorted);
	for (size_t i = 0; i < row->count; i++) {
		struct str name = str_trim(row->fields[i]);

		if (name.len > 0)
			memcpy(to, name.ptr, name.len);
		h->names[i] = (struct str){ to, name.len };
		h->sorted[i] = (struct csv_name){ h->names[i], i };
		to += name.len;
	}
	qsort(h->sorted, h->count, sizeof *h->sorted, compare_names);
}

static enum err check_names(const struct csv_header *h, struct diag *why)
{
	const struct csv_name *last = &h->sorted[h->count - 1];

	if (h->count == 0 || last->text.len == 0)
		return diag_set(
			why, ERR_INVALID, "the header row holds no name");
	for (size_t i = 1; i < h->count; i++) {
		const struct csv_name *a = &h->sorted[i - 1], *b = a + 1;

		if (a->text.len > 0 && str_eq(a->text, b->text))
			return diag_set(why, ERR_INVALID,
				"columns %zu and %zu of the header have the "
				"same name \"%.*s\"",
				a->column + 1, b->column + 1, STR_ARG(a->text));
	}
	return ERR_OK;
}

static enum err read_names(struct csv_header *h, char delimiter,
	const struct csv_row *row, struct diag *why)
{
	enum err e;

	*h = (struct csv_header){ .delimiter = delimiter };
	if (row->fault != CSV_FAULT_NONE)
		return csv_row_explain(row, why);
	copy_names(h, row);
	e = check_names(h, why);
	if (e != ERR_OK)
		csv_header_release(h);
	return e;
}

/* With the other delimiter ------------------------------------------------- */

static char other_than(char delimiter)
{
	return delimiter == ';' ? ',' : ';';
}

/* The line that these fields were cut from, nearly: values that needed quotes
 * have lost them.  For a header that is near enough. */
static void join(struct buf *line, const struct str *fields, size_t count,
	char delimiter)
{
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			buf_char(line, delimiter);
		buf_str(line, fields[i]);
	}
}

/* A header out of the same line; true: there is one (to be released). */
static bool read_with_other(struct csv_header *h, const struct str *fields,
	size_t count, char delimiter)
{
	struct buf line = buf_make(CSV_LIMIT_MAX);
	struct csv_limits limits = { CSV_LIMIT_MAX, CSV_LIMIT_MAX,
		CSV_LIMIT_MAX };
	char other = other_than(delimiter);
	struct csv *c = csv_create(other, &limits);
	struct csv_row row;
	bool good;

	join(&line, fields, count, delimiter);
	csv_feed(c, buf_view(&line), true);
	good = csv_next(c, &row) == CSV_ROW &&
	       read_names(h, other, &row, NULL) == ERR_OK;
	csv_destroy(c);
	buf_release(&line);
	return good;
}

bool csv_header_cut_otherwise(
	const struct csv_header *h, struct csv_header *other)
{
	return read_with_other(other, h->names, h->count, h->delimiter);
}

bool csv_header_other_fits(
	const struct csv_header *h, const struct str *names, size_t count)
{
	struct csv_header other;
	bool fits;

	if (!csv_header_cut_otherwise(h, &other))
		return false;
	fits = has_all(&other, names, count);
	csv_header_release(&other);
	return fits;
}

/* For a row that cannot be a header as it is: would the other delimiter make
 * one of it, and cut it into more pieces? */
static bool other_helps(const struct csv_row *row, char delimiter)
{
	struct csv_header other;
	bool helps;

	if (!read_with_other(&other, row->fields, row->count, delimiter))
		return false;
	helps = other.count > row->count;
	csv_header_release(&other);
	return helps;
}

/* The outside ------------------------------------------------------------- */

enum err csv_header_read(struct csv_header *h, char delimiter,
	const struct csv_row *row, struct diag *why)
{
	struct diag inner;
	enum err e = read_names(h, delimiter, row, &inner);

	if (e == ERR_OK)
		return ERR_OK;
	if (other_helps(row, delimiter))
		return diag_set(why, e,
			"the delimiter looks wrong: it is set to '%c', and "
			"the header row can be read with '%c' (%s)",
			delimiter, other_than(delimiter), inner.text);
	return diag_set(why, e, "header: %s", inner.text);
}

static void list_missing(const struct csv_header *h, const struct str *names,
	size_t count, struct buf *list)
{
	size_t missing = 0, shown = 0;

	for (size_t i = 0; i < count; i++) {
		if (csv_header_find(h, names[i]) != CSV_ABSENT)
			continue;
		missing++;
		if (list->len + names[i].len + 4 > NAMES_SHOWN_MAX)
			continue;
		buf_printf(list, "%s\"%.*s\"", shown == 0 ? "" : ", ",
			STR_ARG(names[i]));
		shown++;
	}
	if (missing > shown)
		buf_printf(list, " and %zu more", missing - shown);
}

enum err csv_header_require(const struct csv_header *h, const struct str *names,
	size_t count, struct diag *why)
{
	struct buf list = buf_make(DIAG_SIZE);

	if (has_all(h, names, count))
		return ERR_OK;
	list_missing(h, names, count, &list);
	if (csv_header_other_fits(h, names, count))
		diag_set(why, ERR_INVALID,
			"the delimiter looks wrong: with '%c' the header has "
			"all required columns, with '%c' it lacks %s",
			other_than(h->delimiter), h->delimiter, list.data);
	else
		diag_set(why, ERR_INVALID,
			"the header lacks required columns: %s", list.data);
	buf_release(&list);
	return ERR_INVALID;
}

void csv_header_release(struct csv_header *h)
{
	free(h->names);
	free(h->sorted);
	free(h->bytes);
	*h = (struct csv_header){ 0 };
}
