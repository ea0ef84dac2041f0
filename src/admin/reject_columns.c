#include "reject_columns.h"

#include <stdlib.h>

#include "sluice/base/mem.h"
#include "sluice/base/must.h"
#include "sluice/model/mapping.h"
#include "sluice/text/json_tree.h"

#define HEADER_MAX                                                             \
	((size_t)256 << 20) /* the last resort; limits.row is less             \
			     */

void reject_columns_init(struct reject_columns *k, struct arena *arena)
{
	*k = (struct reject_columns){ .arena = arena,
		.index = json_object(),
		.header = buf_make(HEADER_MAX) };
}

void reject_columns_release(struct reject_columns *k)
{
	json_decref(k->index);
	free(k->names);
	free(k->places);
	buf_release(&k->header);
	*k = (struct reject_columns){ 0 };
}

size_t reject_column(struct reject_columns *k, const char *name)
{
	json_t *known = json_object_get(k->index, name);

	if (known != NULL)
		return (size_t)json_integer_value(known);
	if (k->frozen || k->count == COLUMNS_MAX)
		return COLUMN_EXTRA;
	k->names = mem_resize(k->names, (k->count + 1) * sizeof *k->names);
	k->names[k->count] = arena_dup(k->arena, str_of(name));
	must(json_object_set_new(
		     k->index, name, json_integer((json_int_t)k->count)) == 0);
	return k->count++;
}

/* A cell under a heading without a name has no column, either. */
static size_t place_of(struct reject_columns *k, const char *name)
{
	if (name == NULL || *name == '\0')
		return COLUMN_EXTRA;
	return is_reject_column(str_of(name)) ? COLUMN_DROPPED
					      : reject_column(k, name);
}

void reject_columns_file(struct reject_columns *k, struct str header)
{
	json_t *names, *name;
	size_t i;

	/* Most executions have one header only, in however many files. */
	if (k->places != NULL && str_eq(buf_view(&k->header), header))
		return;
	buf_clear(&k->header);
	buf_str(&k->header, header);
	names = json_tree(header, NULL);
	k->place_count = json_array_size(names);
	k->places =
		mem_resize(k->places, (k->place_count + 1) * sizeof *k->places);
	json_array_foreach (names, i, name) {
		k->places[i] = place_of(k, json_string_value(name));
	}
	json_decref(names);
}

static bool needs_quotes(struct str cell, char delimiter)
{
	for (size_t i = 0; i < cell.len; i++) {
		char c = cell.ptr[i];

		if (c == delimiter || c == '"' || c == '\n' || c == '\r')
			return true;
	}
	return false;
}

void reject_put_cell(struct buf *out, struct str cell, char delimiter)
{
	if (!needs_quotes(cell, delimiter))
		return buf_str(out, cell);
	buf_char(out, '"');
	for (size_t i = 0; i < cell.len; i++) {
		if (cell.ptr[i] == '"')
			buf_char(out, '"');
		buf_char(out, cell.ptr[i]);
	}
	buf_char(out, '"');
}
