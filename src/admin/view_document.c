/* Orders and incidents (contract 2.3): what the hub keeps is answered as it is
 * kept. */
#include <stdlib.h>

#include "admin_private.h"
#include "auth.h"
#include "body.h"
#include "event_answer.h"
#include "query.h"
#include "sluice/jobs/event.h"
#include "sluice/store/record_document.h"
#include "views.h"

/* By export_entity. */
static const char *const what[EXPORT_ENTITY_COUNT] = { "order", "incident" };

/* --- reading -------------------------------------------------------------- */

void document_answer(struct call *c, enum export_entity entity, const char *id,
	enum err e, const struct document_row *row)
{
	if (e == ERR_OK && !scope_allows(c, row->store_external_id))
		e = ERR_NOT_FOUND;
	if (e == ERR_NOT_FOUND)
		return answer_not_found(c, what[entity], id);
	if (e != ERR_OK)
		return answer_err(c, e, NULL);
	buf_str(&c->body, row->text);
	answer_now(c, 200);
}

static void show(struct call *c, enum export_entity entity)
{
	struct document_row row;
	enum err e = record_document_get(
		turn_read(c->hub), entity, str_of(c->path[0]), &row);

	document_answer(c, entity, c->path[0], e, &row);
}

static bool put_row(void *arg, const struct document_row *row)
{
	struct call *c = arg;

	list_next(c);
	buf_str(&c->body, row->text);
	return true;
}

static void read_filter(
	struct call *c, struct document_filter *out, struct faults *f)
{
	const char *status = query_get(c, "status");

	out->by_status = status != NULL;
	if (status != NULL &&
		!status_parse(out->entity, str_of(status), &out->status))
		faults_add(f, FAULT_ENUM, "status",
			"status must be one of %s, not '%s'",
			status_names(out->entity), status);
}

void document_answer_list(struct call *c, struct document_filter *filter,
	const char *prefix, struct list_query *q)
{
	enum err e;

	filter->scope = c->caller.scope;
	filter->reference_prefix = str_of(prefix == NULL ? "" : prefix);
	list_begin(c);
	e = record_document_list(
		turn_read(c->hub), filter, &q->page, put_row, c);
	list_answer(c, q, e);
}

static void list(struct call *c, enum export_entity entity)
{
	static const char *const names[EXPORT_ENTITY_COUNT] = {
		"createdAt updatedAt reference",
		"createdAt updatedAt reference orderIncidentId",
	};
	/* in the order of the names */
	static const enum document_sort sorts[] = { SORT_CREATED_AT,
		SORT_UPDATED_AT, SORT_REFERENCE, SORT_REFERENCE };
	struct document_filter filter = { .entity = entity };
	struct faults *f = call_faults(c);
	struct list_query q;

	query_list(c, names[entity], true, f, &q);
	read_filter(c, &filter, f);
	if (faults_any(f))
		return answer_faults(c, f);
	filter.sort = sorts[q.sort];
	document_answer_list(c, &filter, query_get(c, "reference"), &q);
}

/* --- changing ------------------------------------------------------------- */

static void put(struct call *c, enum export_entity entity)
{
	struct faults *f = call_faults(c);
	struct diag why = { .text = "" };
	enum event_result result = event_put(c->hub, entity, c->json,
		c->path[0], &c->caller.scope, f, &why, &c->body);

	answer_event(c, result, f, &why);
}

/* What the body asks for, as text even when it is none: that is no status
 * then.  NULL with a fault: nothing. */
static const char *wanted_status(struct call *c, struct faults *f)
{
	const json_t *value = json_object_get(c->json, "status");
	const char *text = json_string_value(value);
	char *dumped;

	if (value == NULL || json_is_null(value)) {
		faults_add(f, FAULT_REQUIRED, "status", "status is required");
		return NULL;
	}
	if (text != NULL)
		return shown(&c->arena, text);
	dumped = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
	must(dumped != NULL);
	text = shown(&c->arena, arena_dup(&c->arena, str_of(dumped)));
	free(dumped);
	return text;
}

/* Only beside other faults: else it comes after the search for the document,
 * from event_set_status(). */
static void check_status(
	enum export_entity entity, const char *status, struct faults *f)
{
	status_index found;

	if (status != NULL && !status_parse(entity, str_of(status), &found))
		faults_add(f, FAULT_ENUM, "status",
			"Unexpected value %s for field status, must be one of "
			"%s",
			status, status_names(entity));
}

static void set_status(struct call *c, enum export_entity entity)
{
	struct faults *f = call_faults(c);
	struct diag why = { .text = "" };
	enum event_result result;
	const char *status;

	body_known(c->json, "status", f);
	status = wanted_status(c, f);
	if (faults_any(f)) {
		check_status(entity, status, f);
		return answer_faults(c, f);
	}
	result = event_set_status(c->hub, entity, c->path[0], str_of(status),
		&c->caller.scope, f, &why, &c->body);
	if (result == EVENT_NOT_FOUND)
		return answer_not_found(c, what[entity], c->path[0]);
	answer_event(c, result, f, &why);
}

/* --- the two resources ---------------------------------------------------- */

void order_list(struct call *c)
{
	list(c, EXPORT_ORDER);
}

void order_show(struct call *c)
{
	show(c, EXPORT_ORDER);
}

void order_put(struct call *c)
{
	put(c, EXPORT_ORDER);
}

void order_set_status(struct call *c)
{
	set_status(c, EXPORT_ORDER);
}

void incident_list(struct call *c)
{
	list(c, EXPORT_INCIDENT);
}

void incident_show(struct call *c)
{
	show(c, EXPORT_INCIDENT);
}

void incident_put(struct call *c)
{
	put(c, EXPORT_INCIDENT);
}

void incident_set_status(struct call *c)
{
	set_status(c, EXPORT_INCIDENT);
}
