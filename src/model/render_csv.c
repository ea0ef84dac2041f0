/* CSV: RFC 4180 with CRLF, one row per line of the document, a header of
 * dotted paths.  The columns of the document come first, then those of its
 * line; custom fields are columns named by their external id, after the plain
 * columns of each side.  Several values in one cell are joined with "||". */
#include <stdlib.h>

#include "field.h"
#include "number.h"
#include "render_forms.h"
#include "sluice/base/mem.h"

#define JOINT     "||"
#define CELL_MAX  DOCUMENT_MAX
#define CUSTOM    "customFieldValues"
#define CUSTOM_ID "externalId"

struct sheet {
	struct buf *out;
	const struct document_kind *kind;
	const struct field *rows; /* the list that makes the rows */
	struct buf cell;          /* scratch */
	bool first;               /* the next cell begins the row */
	/* external id of a custom field -> its column, from 0 */
	json_t *columns, *line_columns;
};

/* Custom fields and the rows have their own place. */
static bool is_cell(const struct sheet *sheet, const struct field *field)
{
	return field != sheet->rows && field->presence != NOT_EXPORTED &&
	       strcmp(field->key, CUSTOM) != 0;
}

static bool needs_quotes(struct str s)
{
	if (s.len > 0 && (s.ptr[0] == ' ' || s.ptr[s.len - 1] == ' '))
		return true;
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] == ',' || s.ptr[i] == '"' || s.ptr[i] == '\n' ||
			s.ptr[i] == '\r')
			return true;
	return false;
}

static void put_cell(struct sheet *sheet, struct str s)
{
	struct buf *out = sheet->out;

	if (!sheet->first)
		buf_char(out, ',');
	sheet->first = false;
	if (!needs_quotes(s)) {
		buf_str(out, s);
		return;
	}
	buf_char(out, '"');
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '"')
			buf_char(out, '"');
		buf_char(out, s.ptr[i]);
	}
	buf_char(out, '"');
}

static void end_row(struct sheet *sheet)
{
	buf_str(sheet->out, STR("\r\n"));
	sheet->first = true;
}

/* The text of one value; an absent one has none. */
static void put_plain(
	struct buf *out, const struct field *field, const json_t *value)
{
	if (value == NULL)
		return;
	switch (json_typeof(value)) {
	case JSON_STRING:
		if (field->type == FIELD_TIME_S)
			put_seconds(out, json_text(value));
		else
			buf_str(out, json_text(value));
		break;
	case JSON_INTEGER:
		put_integer(out, json_integer_value(value));
		break;
	case JSON_REAL:
		put_amount(out, json_real_value(value));
		break;
	case JSON_TRUE:
	case JSON_FALSE:
		buf_text(out, json_is_true(value) ? "true" : "false");
		break;
	default:
		break;
	}
}

static void put_value(
	struct sheet *sheet, const struct field *field, const json_t *value)
{
	buf_clear(&sheet->cell);
	put_plain(&sheet->cell, field, value);
	put_cell(sheet, buf_view(&sheet->cell));
}

/* One cell for a member of all items of a list (payments). */
static void put_joined(
	struct sheet *sheet, const struct field *member, const json_t *items)
{
	buf_clear(&sheet->cell);
	for (size_t i = 0; i < json_array_size(items); i++) {
		if (i > 0)
			buf_str(&sheet->cell, STR(JOINT));
		put_plain(&sheet->cell, member,
			json_object_getn(json_array_get(items, i), member->key,
				member->key_len));
	}
	put_cell(sheet, buf_view(&sheet->cell));
}

static void put_cells(struct sheet *sheet, const struct field *fields,
	size_t count, const json_t *object)
{
	for (const struct field *f = fields; f < fields + count; f++) {
		const json_t *value =
			json_object_getn(object, f->key, f->key_len);

		if (!is_cell(sheet, f))
			continue;
		if (f->type == FIELD_OBJECT)
			put_cells(sheet, f->fields, f->count, value);
		else if (f->type == FIELD_LIST)
			for (size_t i = 0; i < f->count; i++)
				put_joined(sheet, &f->fields[i],
					list_items(f, value));
		else
			put_value(sheet, f, value);
	}
}

static void put_names(struct sheet *sheet, const struct field *fields,
	size_t count, const char *prefix)
{
	for (const struct field *f = fields; f < fields + count; f++) {
		char path[256];

		if (!is_cell(sheet, f))
			continue;
		snprintf(path, sizeof path, "%s%s%s", prefix,
			*prefix == '\0' ? "" : ".", f->key);
		if (f->type == FIELD_OBJECT || f->type == FIELD_LIST)
			put_names(sheet, f->fields, f->count, path);
		else
			put_cell(sheet, str_of(path));
	}
}

static const json_t *custom_fields(const json_t *object)
{
	return json_object_get(json_object_get(object, CUSTOM), "customField");
}

static void add_columns(json_t *columns, const json_t *object)
{
	const json_t *fields = custom_fields(object);

	for (size_t i = 0; i < json_array_size(fields); i++) {
		const char *id = json_string_value(
			json_object_get(json_array_get(fields, i), CUSTOM_ID));

		if (json_object_get(columns, id) == NULL)
			json_object_set_new(columns, id,
				json_integer(
					(json_int_t)json_object_size(columns)));
	}
}

static void put_custom_names(
	struct sheet *sheet, json_t *columns, const char *prefix)
{
	const char *id;
	json_t *index;

	json_object_foreach (columns, id, index) {
		buf_clear(&sheet->cell);
		buf_printf(&sheet->cell, "%s" CUSTOM ".%s", prefix, id);
		put_cell(sheet, buf_view(&sheet->cell));
	}
}

static void put_custom_value(struct sheet *sheet, const json_t *field)
{
	const json_t *values =
		json_object_get(json_object_get(field, "listValue"), "value");

	buf_clear(&sheet->cell);
	put_plain(&sheet->cell, sheet->rows,
		json_object_get(field, "simpleValue"));
	for (size_t i = 0; i < json_array_size(values); i++) {
		if (sheet->cell.len > 0)
			buf_str(&sheet->cell, STR(JOINT));
		buf_str(&sheet->cell, json_text(json_array_get(values, i)));
	}
	put_cell(sheet, buf_view(&sheet->cell));
}

static void put_custom_cells(
	struct sheet *sheet, const json_t *columns, const json_t *object)
{
	const json_t *fields = custom_fields(object);
	size_t count = json_object_size(columns);
	const json_t **cells = mem_alloc((count + 1) * sizeof(void *));

	for (size_t i = 0; i < json_array_size(fields); i++) {
		const json_t *field = json_array_get(fields, i);
		const char *id =
			json_string_value(json_object_get(field, CUSTOM_ID));

		cells[json_integer_value(json_object_get(columns, id))] = field;
	}
	for (size_t i = 0; i < count; i++)
		put_custom_value(sheet, cells[i]);
	free(cells);
}

static void put_header(struct sheet *sheet, const json_t *items)
{
	const struct document_kind *kind = sheet->kind;
	char prefix[64];

	for (size_t i = 0; i < json_array_size(items); i++)
		add_columns(sheet->line_columns, json_array_get(items, i));
	snprintf(prefix, sizeof prefix, "%s.", kind->rows_prefix);
	put_names(sheet, kind->fields, kind->count, "");
	put_custom_names(sheet, sheet->columns, "");
	put_names(sheet, sheet->rows->fields, sheet->rows->count,
		kind->rows_prefix);
	put_custom_names(sheet, sheet->line_columns, prefix);
	end_row(sheet);
}

static const struct field *rows_of(const struct document_kind *kind)
{
	const struct field *f = kind->fields;

	while (strcmp(f->key, kind->rows_key) != 0)
		must(++f < kind->fields + kind->count);
	return f;
}

/* The document's own cells are the same in every row: written once. */
static void put_rows(
	struct sheet *sheet, const json_t *body, const json_t *items)
{
	const struct document_kind *kind = sheet->kind;
	size_t rows = json_array_size(items), from = sheet->out->len, len;
	char *head;

	put_cells(sheet, kind->fields, kind->count, body);
	put_custom_cells(sheet, sheet->columns, body);
	len = sheet->out->len - from;
	head = mem_dup(buf_view(sheet->out).ptr + from, len);
	for (size_t i = 0; (i < rows || i == 0) && !sheet->out->full; i++) {
		const json_t *item = json_array_get(items, i);

		if (i > 0)
			buf_put(sheet->out, head, len);
		sheet->first = false;
		put_cells(sheet, sheet->rows->fields, sheet->rows->count, item);
		put_custom_cells(sheet, sheet->line_columns, item);
		end_row(sheet);
	}
	free(head);
}

void render_csv(const struct document *d, struct buf *out)
{
	const struct document_kind *kind = document_kind(d->entity);
	struct sheet sheet = { .out = out, .kind = kind, .first = true };
	const json_t *items;

	sheet.rows = rows_of(kind);
	sheet.cell = buf_make(CELL_MAX);
	sheet.columns = json_object();
	sheet.line_columns = json_object();
	items = list_items(
		sheet.rows, json_object_get(d->body, kind->rows_key));
	add_columns(sheet.columns, d->body);
	put_header(&sheet, items);
	put_rows(&sheet, d->body, items);
	json_decref(sheet.columns);
	json_decref(sheet.line_columns);
	buf_release(&sheet.cell);
}
