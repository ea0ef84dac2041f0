#include "import_preview_row.h"

#include <stdio.h>
#include <stdlib.h>

#include "sluice/model/entity_field.h"

static void put_key(struct buf *out, struct str key)
{
	if (out->data[out->len - 1] != '{')
		buf_char(out, ',');
	buf_json_string(out, key);
	buf_char(out, ':');
}

/* --- raw ------------------------------------------------------------------ */

/* The cells under their headers; columns without a name have a number. */
static void put_cells(struct buf *out, const struct import_row *row,
	const struct str *header, size_t count)
{
	struct buf text = buf_make(UINT32_MAX);
	json_t *cells, *cell;
	char number[32];
	size_t i;

	import_row_raw(row, &text);
	cells = json_loadb(text.data, text.len, 0, NULL);
	buf_char(out, '{');
	json_array_foreach (cells, i, cell) {
		struct str name = i < count ? header[i] : STR("");

		snprintf(number, sizeof number, "column %zu", i + 1);
		put_key(out, name.len > 0 ? name : str_of(number));
		buf_json_string(out, (struct str){ json_string_value(cell),
					     json_string_length(cell) });
	}
	buf_char(out, '}');
	json_decref(cells);
	buf_release(&text);
}

/* --- mapped --------------------------------------------------------------- */

static void put_json(struct buf *out, const json_t *value)
{
	char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);

	must(text != NULL);
	buf_text(out, text);
	free(text);
}

static void put_given(
	struct buf *out, struct str key, const struct entity_given *g)
{
	if (g->json != NULL) {
		put_key(out, key);
		put_json(out, g->json);
	} else if (g->text.ptr != NULL && str_trim(g->text).len > 0) {
		put_key(out, key);
		buf_json_string(out, g->text);
	}
}

static void put_mapped(struct buf *out, const struct entity_input *in)
{
	const struct entity_table *t = entity_table(in->kind);

	buf_char(out, '{');
	for (size_t i = 0; i < entity_field_count(t); i++)
		put_given(out, str_of(entity_field_at(t, i)->key),
			&in->fields[i]);
	if (in->items != NULL) {
		put_key(out, str_of(t->list_key));
		put_json(out, in->items);
	}
	for (size_t i = 0; i < in->extra_count; i++)
		put_given(out, in->extras[i].key, &in->extras[i].given);
	buf_char(out, '}');
}

/* --- the row -------------------------------------------------------------- */

void import_preview_row(struct buf *out, const struct import_row *row,
	const struct str *header, size_t header_count)
{
	buf_printf(
		out, "{\"line\":%llu,\"raw\":", (unsigned long long)row->line);
	if (row->element.len > 0)
		import_row_raw(row, out);
	else
		put_cells(out, row, header, header_count);
	buf_text(out, ",\"mapped\":");
	if (row->in != NULL)
		put_mapped(out, row->in);
	else
		buf_text(out, "{}");
	buf_text(out, ",\"errors\":");
	import_faults_put(out, row->faults);
	buf_char(out, '}');
}
