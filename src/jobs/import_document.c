/* ORDER, ORDER_STATUS and INCIDENT: rows move documents, by the same events as
 * the API (contract 4.11). */
#include <stdlib.h>

#include "import_group.h"
#include "sluice/base/mem.h"
#include "sluice/jobs/event.h"
#include "sluice/model/entity_field.h"
#include "sluice/text/json_tree.h"

/* A row's values stand below longer keys in the document. */
#define ROW_GROWTH 4

/* --- the group ------------------------------------------------------------ */

static void clear(struct import_group *g)
{
	json_decref(g->body);
	g->body = NULL;
	buf_clear(&g->rows);
	json_object_clear(g->by_id);
	json_object_clear(g->by_external_id);
	g->reference[0] = g->external_id[0] = '\0';
	g->existed = false;
	g->size = 0;
}

void import_group_destroy(struct import_group *g)
{
	if (g == NULL)
		return;
	json_decref(g->body);
	buf_release(&g->rows);
	json_decref(g->by_id);
	json_decref(g->by_external_id);
	free(g);
}

static struct import_group *group_of(struct import_apply *a)
{
	struct import_group *g = a->group;

	if (g != NULL)
		return g;
	g = a->group = mem_alloc(sizeof *g);
	g->kind = a->job->entity == ENTITY_ORDER ? &import_kind_order
		  : a->job->entity == ENTITY_ORDER_STATUS
			  ? &import_kind_order_status
			  : &import_kind_incident;
	g->entity = a->job->entity == ENTITY_INCIDENT ? EXPORT_INCIDENT
						      : EXPORT_ORDER;
	g->rows = buf_make(UINT32_MAX);
	g->by_id = json_object();
	g->by_external_id = json_object();
	return g;
}

static void copy_id(char out[REFERENCE_MAX + 1], struct str id)
{
	must(id.len <= REFERENCE_MAX);
	memcpy(out, id.ptr, id.len);
	out[id.len] = '\0';
}

static void note_stored(struct import_group *g, const struct document_row *row)
{
	g->existed = true;
	g->stored_at = row->updated_at;
	g->stored_status = g->status = row->status;
}

static bool load(struct import_group *g, const struct document_row *row)
{
	g->body = json_tree(row->text, NULL);
	if (g->body == NULL)
		return false;
	copy_id(g->reference, row->reference);
	copy_id(g->external_id, row->external_id);
	note_stored(g, row);
	g->size = row->text.len;
	/* It gets the time of the event. */
	json_object_del(g->body, "updatedAt");
	import_index_lines(g);
	return true;
}

/* --- which document ------------------------------------------------------- */

struct ids {
	struct str reference, external;
};

static struct str text_of(const struct entity_given *g)
{
	struct str s = g->text;

	if (json_is_string(g->json))
		s = (struct str){ json_string_value(g->json),
			json_string_length(g->json) };
	return s.ptr == NULL ? STR("") : str_trim(s);
}

/* The first two fields of all three kinds. */
static struct ids ids_of(const struct entity_input *in)
{
	return (struct ids){ text_of(&in->fields[0]), text_of(&in->fields[1]) };
}

static bool is_open(const struct import_group *g, const struct ids *ids)
{
	if (g->reference[0] == '\0')
		return false;
	return ids->reference.len > 0
		       ? str_eq(ids->reference, str_of(g->reference))
		       : ids->external.len > 0 &&
				 str_eq(ids->external, str_of(g->external_id));
}

/* ERR_NOT_FOUND leaves no document open. */
static enum err open_document(struct import_apply *a, const struct ids *ids)
{
	struct import_group *g = a->group;
	struct document_row row;
	enum err e = ERR_NOT_FOUND;

	clear(g);
	if (ids->reference.len > 0)
		e = world_document(&a->world, g->entity, ids->reference, &row);
	else if (ids->external.len > 0)
		e = world_document_by_external_id(
			&a->world, g->entity, ids->external, &row);
	return e == ERR_OK && !load(g, &row) ? ERR_CORRUPT : e;
}

/* --- events --------------------------------------------------------------- */

static bool is_stale(struct import_apply *a)
{
	struct import_group *g = a->group;
	struct document_row row;
	enum err e = world_document(
		&a->world, g->entity, str_of(g->reference), &row);

	return (e == ERR_OK) != g->existed ||
	       (e == ERR_OK && (row.updated_at != g->stored_at ||
				       row.status != g->stored_status));
}

static status_index status_in(
	const struct import_group *g, const json_t *normal)
{
	const char *name =
		json_string_value(json_object_get(normal, g->kind->status_key));
	status_index status;

	return name != NULL && status_parse(g->entity, str_of(name), &status)
		       ? status
		       : STATUS_NONE;
}

/* The flush comes before the buffer is full. */
static void keep_row(struct import_group *g, const json_t *normal)
{
	char *text = json_dumps(normal, JSON_COMPACT);

	must(text != NULL);
	buf_put(&g->rows, text, strlen(text) + 1);
	free(text);
}

/* True: something changed. */
static bool apply(struct import_apply *a, json_t *normal)
{
	struct import_group *g = a->group;
	status_index to = status_in(g, normal);
	bool changed = g->body == NULL;

	if (g->body == NULL) {
		g->body = g->kind->create(a, normal);
		copy_id(g->reference, str_of(g->external_id));
		g->status = status_default(g->entity);
	}
	if (to != STATUS_NONE) {
		changed |= import_set(g->body, g->kind->body_status_key,
			json_string(status_name(g->entity, to)));
		g->status = to;
	}
	changed |= g->kind->apply(a, normal);
	if (changed)
		keep_row(g, normal);
	return changed;
}

static void replay_row(struct import_apply *a, const char *text)
{
	struct import_group *g = a->group;
	json_t *normal = json_tree(str_of(text), NULL);
	status_index to = status_in(g, normal);

	must(normal != NULL);
	if (to != STATUS_NONE && status_is_regression(g->entity, g->status, to))
		json_object_del(normal, g->kind->status_key);
	(void)apply(a, normal);
	json_decref(normal);
}

/* Between two turns somebody else changed the document: the rows are applied to
 * what it is now, but for statuses that it has left behind. */
static enum err replay(struct import_apply *a)
{
	struct import_group *g = a->group;
	char reference[REFERENCE_MAX + 1];
	struct ids ids = { .external = STR("") };
	struct buf rows = g->rows;
	enum err e;

	g->rows = buf_make(rows.max);
	memcpy(reference, g->reference, sizeof reference);
	ids.reference = str_of(reference);
	e = open_document(a, &ids);
	for (size_t at = 0; e == ERR_OK && at < rows.len;
		at += strlen(rows.data + at) + 1)
		replay_row(a, rows.data + at);
	buf_release(&rows);
	return e;
}

static enum event_result send_event(
	struct import_apply *a, struct faults *faults, struct diag *why)
{
	struct import_group *g = a->group;
	struct hub *hub = a->world.hub;
	struct txn *t;
	enum err e;

	if (!world_is_dry(&a->world))
		return event_put(hub, g->entity, g->body, g->reference, NULL,
			faults, why, NULL);
	e = world_write(&a->world, &t);
	if (e == ERR_OK)
		return event_try(
			hub, t, g->entity, g->body, g->reference, faults, why);
	diag_set(why, e, "%s", err_text(e));
	return EVENT_FAILED;
}

/* The checks of the rows leave nothing for the event to refuse. */
static enum err put_document(struct import_apply *a, struct diag *why)
{
	struct import_group *g = a->group;
	struct arena arena = { 0 };
	struct faults faults;
	struct document_row row;
	enum event_result result;
	enum err e;

	faults_init(&faults, &arena);
	result = send_event(a, &faults, why);
	if (result == EVENT_INVALID)
		diag_set(why, ERR_INVALID, "%s %s: %s",
			export_entity_name(g->entity), g->reference,
			faults.list[0].message);
	arena_release(&arena);
	buf_clear(&g->rows);
	if (result != EVENT_CREATED && result != EVENT_UPDATED)
		return why->code;
	e = world_document(&a->world, g->entity, str_of(g->reference), &row);
	if (e == ERR_OK)
		note_stored(g, &row);
	return e;
}

enum err import_document_flush(struct import_apply *a, struct diag *why)
{
	struct import_group *g = a->group;
	enum err e = ERR_OK;

	if (g->rows.len == 0)
		return ERR_OK;
	if (is_stale(a))
		e = replay(a);
	if (e != ERR_OK)
		return diag_set(why, e, "%s %s: %s",
			export_entity_name(g->entity), g->reference,
			err_text(e));
	return g->rows.len == 0 ? ERR_OK : put_document(a, why);
}

/* --- rows ----------------------------------------------------------------- */

/* Blank free keys aren't in the normal form, but they delete. */
static void add_nulls(json_t *normal, const struct entity_input *in)
{
	for (size_t i = 0; i < in->extra_count; i++) {
		const struct entity_extra *x = &in->extras[i];

		if (!x->in_item && json_object_getn(normal, x->key.ptr,
					   x->key.len) == NULL)
			json_object_setn_new(
				normal, x->key.ptr, x->key.len, json_null());
	}
}

static enum import_result fault_absent(
	struct import_apply *a, struct import_row *row, const struct ids *ids)
{
	bool by_reference = ids->reference.len > 0;
	const struct entity_field *f = entity_field_at(
		entity_table(a->job->entity), by_reference ? 0 : 1);
	struct str id = by_reference ? ids->reference : ids->external;

	import_row_fault(row, a->job->entity, f->key, FAULT_NO_REF,
		arena_printf(row->faults->arena,
			"At least one %s does not exist in Djust system : %.*s "
			"with type %s",
			f->key, STR_ARG(id),
			by_reference ? "REFERENCE" : "EXTERNAL_ID"));
	return RESULT_REJECTED;
}

static void check_status(
	struct import_apply *a, struct import_row *row, const json_t *normal)
{
	struct import_group *g = a->group;
	status_index to = status_in(g, normal);

	if (g->body == NULL || to == STATUS_NONE ||
		!status_is_regression(g->entity, g->status, to))
		return;
	import_row_fault(row, a->job->entity, g->kind->status_key, FAULT_ENUM,
		arena_printf(row->faults->arena,
			"%s %s is %s and can't go back to %s",
			export_entity_name(g->entity), g->reference,
			status_name(g->entity, g->status),
			status_name(g->entity, to)));
}

/* Guessed, and counted where the guess says too much. */
static void check_size(struct import_apply *a, struct import_row *row)
{
	struct import_group *g = a->group;
	size_t more = ROW_GROWTH * a->text.len;

	if (g->size + more > DOCUMENT_MAX)
		g->size = json_dumpb(g->body, NULL, 0, JSON_COMPACT);
	if (g->size + more > DOCUMENT_MAX)
		faults_add(row->faults, FAULT_LENGTH, "",
			"%s %s would be larger than %u bytes",
			export_entity_name(g->entity), g->reference,
			DOCUMENT_MAX);
	else
		g->size += more;
}

static bool check(struct import_apply *a, struct import_row *row,
	const struct ids *ids, const json_t *normal)
{
	const struct import_document_kind *k = a->group->kind;

	if (a->group->body == NULL && k->create == NULL) {
		(void)fault_absent(a, row, ids);
		return false;
	}
	check_status(a, row, normal);
	if (k->check != NULL)
		k->check(a, row, normal);
	if (!faults_any(row->faults))
		check_size(a, row);
	return !faults_any(row->faults);
}

/* Each status that is reached is an event of its own; and rows that change the
 * same again and again must not fill the memory. */
static bool needs_flush(struct import_group *g, const json_t *normal)
{
	status_index to = status_in(g, normal);

	if (g->rows.len > DOCUMENT_MAX)
		return true;
	return g->body != NULL && to != STATUS_NONE && to != g->status;
}

static enum import_result apply_normal(struct import_apply *a,
	struct import_row *row, const struct ids *ids, json_t *normal,
	struct diag *why)
{
	bool is_new;

	add_nulls(normal, row->in);
	if (!check(a, row, ids, normal))
		return RESULT_REJECTED;
	if (needs_flush(a->group, normal) &&
		import_document_flush(a, why) != ERR_OK)
		return RESULT_FAILED;
	is_new = a->group->body == NULL;
	if (is_new)
		copy_id(a->group->external_id, ids->external);
	if (!apply(a, normal))
		return RESULT_UNCHANGED;
	return is_new ? RESULT_CREATED : RESULT_UPDATED;
}

static enum import_result read_row(struct import_apply *a,
	struct import_row *row, const struct ids *ids, struct diag *why)
{
	struct entity_reading reading = import_reading(a, row);
	enum import_result result;
	struct entity e;
	json_t *normal;

	reading.document_exists = a->group->body != NULL;
	if (!entity_read(row->in, &reading, &a->text, &e))
		return RESULT_REJECTED;
	normal = json_tree(e.text, NULL);
	must(normal != NULL);
	result = apply_normal(a, row, ids, normal, why);
	json_decref(normal);
	return result;
}

static enum import_result not_opened(struct import_apply *a,
	struct import_row *row, const struct ids *ids, enum err e,
	struct diag *why)
{
	struct str id = ids->reference.len > 0 ? ids->reference : ids->external;

	if (e == ERR_CORRUPT)
		return import_damaged(a, row, id);
	if (e == ERR_NOT_FOUND)
		return fault_absent(a, row, ids);
	if (e != ERR_CONFLICT)
		return import_failed(a, id, e, why);
	faults_add(row->faults, FAULT_DUPLICATE, "",
		"several documents have the external id %.*s: name the one "
		"that is meant by its reference",
		STR_ARG(id));
	return RESULT_REJECTED;
}

enum import_result import_document_row(
	struct import_apply *a, struct import_row *row, struct diag *why)
{
	struct import_group *g = group_of(a);
	struct ids ids = ids_of(row->in);
	enum err e = ERR_OK;

	if (!is_open(g, &ids)) {
		if (import_document_flush(a, why) != ERR_OK)
			return RESULT_FAILED;
		e = open_document(a, &ids);
	}
	if (e != ERR_OK && (e != ERR_NOT_FOUND || ids.reference.len > 0))
		return not_opened(a, row, &ids, e, why);
	return read_row(a, row, &ids, why);
}
