/* Bodies of documents under change. */
#include "import_group.h"

#include "sluice/model/entity_field.h"

bool import_set(json_t *object, const char *key, json_t *value)
{
	const json_t *old = json_object_get(object, key);

	if (json_equal(old, value) || (old == NULL && json_is_null(value))) {
		json_decref(value);
		return false;
	}
	if (json_is_null(value))
		json_object_del(object, key);
	else
		json_object_set(object, key, value);
	json_decref(value);
	return true;
}

json_t *import_object(json_t *object, const char *key)
{
	json_t *inner = json_object_get(object, key);

	if (inner == NULL) {
		inner = json_object();
		json_object_set_new(object, key, inner);
	}
	return inner;
}

/* --- lines ---------------------------------------------------------------- */

json_t *import_lines(struct import_group *g)
{
	const struct import_document_kind *k = g->kind;
	json_t *holder = g->body, *lines;
	const char *key = k->lines_key;

	if (k->lines_item != NULL) {
		holder = import_object(holder, key);
		key = k->lines_item;
	}
	lines = json_object_get(holder, key);
	if (lines == NULL) {
		lines = json_array();
		json_object_set_new(holder, key, lines);
	}
	return lines;
}

static void index_line(
	struct import_group *g, json_t *index, json_t *line, const char *key)
{
	const char *id = json_string_value(json_object_get(line, key));
	const json_t *other = json_object_get(index, id);

	if (id == NULL || other == line)
		return;
	g->doubled = g->doubled || other != NULL;
	json_object_set(index, id, line);
}

void import_line_added(struct import_group *g, json_t *line)
{
	index_line(g, g->by_id, line, g->kind->line_id_key);
	index_line(g, g->by_external_id, line, g->kind->line_external_key);
}

void import_index_lines(struct import_group *g)
{
	const struct import_document_kind *k = g->kind;
	json_t *lines = json_object_get(g->body, k->lines_key);

	if (k->lines_item != NULL)
		lines = json_object_get(lines, k->lines_item);
	json_object_clear(g->by_id);
	json_object_clear(g->by_external_id);
	g->doubled = false;
	for (size_t i = 0; i < json_array_size(lines); i++)
		import_line_added(g, json_array_get(lines, i));
}

static void drop_id(json_t *index, const json_t *line, const char *key)
{
	const char *id = json_string_value(json_object_get(line, key));

	if (id != NULL)
		json_object_del(index, id);
}

/* Not the whole index anew for each: a file may remove thousands. */
void import_line_removed(struct import_group *g, json_t *line)
{
	json_t *lines = import_lines(g);
	size_t i = 0;

	while (json_array_get(lines, i) != line)
		i++;
	json_incref(line);
	json_array_remove(lines, i);
	drop_id(g->by_id, line, g->kind->line_id_key);
	drop_id(g->by_external_id, line, g->kind->line_external_key);
	if (g->doubled)
		import_index_lines(g);
	json_decref(line);
}

/* A line that came in by the API has one id only: the others know it by that.
 */
json_t *import_line(
	struct import_group *g, const json_t *id, const json_t *external_id)
{
	const char *external = json_string_value(external_id);
	json_t *line;

	if (id != NULL)
		return json_object_get(g->by_id, json_string_value(id));
	if (external == NULL)
		return NULL;
	line = json_object_get(g->by_external_id, external);
	return line != NULL ? line : json_object_get(g->by_id, external);
}

/* --- faults --------------------------------------------------------------- */

void import_row_fault(struct import_row *row, enum entity_kind kind,
	const char *key, const char *code, const char *message)
{
	int field = entity_field_find(entity_table(kind), str_of(key), false);
	const struct entity_given *g = &row->in->fields[field < 0 ? 0 : field];
	struct str column = { NULL, 0 };
	size_t first = row->faults->count;

	faults_add(row->faults, code, key, "%s", message);
	if (field < 0)
		return;
	if (g->column > 0 && g->column <= row->in->header_count)
		column = row->in->header[g->column - 1];
	faults_locate(row->faults, first, column,
		json_is_string(g->json)
			? (struct str){ json_string_value(g->json),
				  json_string_length(g->json) }
			: g->text);
}
