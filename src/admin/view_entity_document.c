/* ORDER, ORDER_STATUS and INCIDENT among the entities (contract 2.3):
 * documents, read as they are kept, changed by their import's keys and rules.
 */
#include "admin_private.h"
#include "auth.h"
#include "query.h"
#include "sluice/jobs/import_apply.h"
#include "sluice/model/entity_field.h"
#include "sluice/store/record_document.h"
#include "views.h"

/* Where imports of a kind that is a document write to. */
static enum export_entity document_of(enum entity_kind kind)
{
	return kind == ENTITY_INCIDENT ? EXPORT_INCIDENT : EXPORT_ORDER;
}

/* --- reading -------------------------------------------------------------- */

/* By the reference, as imports find them, or else by the external id. */
static enum err find(
	struct call *c, enum entity_kind kind, struct document_row *row)
{
	struct txn *t = turn_read(c->hub);
	struct str id = str_of(c->path[1]);
	enum err e = record_document_get(t, document_of(kind), id, row);

	return e == ERR_NOT_FOUND ? record_document_find_external(
					    t, document_of(kind), id, row)
				  : e;
}

void entity_document_show(struct call *c, enum entity_kind kind)
{
	struct document_row row;
	enum err e = find(c, kind, &row);

	document_answer(c, document_of(kind), c->path[1], e, &row);
}

/* Every document has a reference, not every one an external id: the list goes
 * by the former. */
void entity_document_list(struct call *c, enum entity_kind kind)
{
	struct document_filter filter = { .entity = document_of(kind),
		.sort = SORT_REFERENCE };
	struct faults *f = call_faults(c);
	struct list_query q;

	query_list(c, "externalId", false, f, &q);
	if (faults_any(f))
		return answer_faults(c, f);
	document_answer_list(c, &filter, query_get(c, "externalId"), &q);
}

/* --- changing ------------------------------------------------------------- */

static bool is_given(const struct entity_given *g)
{
	return g->json != NULL || g->text.len > 0;
}

/* The id of the path is the reference of a document that is there, else its
 * external id: the first two fields of all three kinds. */
static void name_document(
	struct call *c, struct entity_input *in, struct faults *f)
{
	struct document_row row;
	bool by_reference =
		record_document_get(turn_read(c->hub), document_of(in->kind),
			str_of(c->path[1]), &row) == ERR_OK;
	size_t field = by_reference ? 0 : 1;
	const char *key = entity_field_at(entity_table(in->kind), field)->key;

	if (!is_given(&in->fields[field]))
		in->fields[field].text = str_of(c->path[1]);
	else if (!json_is_string(in->fields[field].json) ||
		 strcmp(json_string_value(in->fields[field].json),
			 c->path[1]) != 0)
		faults_add(f, FAULT_FORMAT, key,
			"%s must be the id in the path, '%s', or be left out",
			key, c->path[1]);
}

static void answer_stored(
	struct call *c, enum entity_kind kind, enum import_result result)
{
	struct document_row row;
	enum err e = find(c, kind, &row);

	if (e != ERR_OK)
		return answer_err(c, e, NULL);
	buf_str(&c->body, row.text);
	answer_after_commit(c, result == RESULT_CREATED ? 201 : 200);
}

/* As the one row of an import, so that both obey the same rules and trigger
 * the same exports. */
static void apply(struct call *c, struct entity_input *in, struct faults *f)
{
	struct import_job job = { .entity = in->kind };
	struct import_apply_options options = { .job = &job, .now = c->now };
	struct import_row row = { .in = in, .faults = f };
	struct diag why;
	struct import_apply *a = import_apply_create(c->hub, &options, &why);
	enum import_result result;
	enum err e = ERR_OK;

	if (a == NULL)
		return answer_err(c, why.code, &why);
	result = import_apply_row(a, &row, &why);
	if (result != RESULT_FAILED && result != RESULT_REJECTED)
		e = import_apply_flush(a, &why);
	import_apply_destroy(a);
	if (result == RESULT_REJECTED)
		answer_faults(c, f);
	else if (result == RESULT_FAILED || e != ERR_OK)
		answer_err(c, why.code, &why);
	else
		answer_stored(c, in->kind, result);
}

void entity_document_put(struct call *c, enum entity_kind kind)
{
	struct faults *f = call_faults(c);
	struct entity_input in;

	if (c->caller.scope.count > 0)
		return answer_error(c, 403, "FORBIDDEN",
			"the key is limited to stores: use /v1/%s",
			kind == ENTITY_INCIDENT ? "incidents" : "orders");
	if (entity_input_json(&in, kind, c->json, true, f, NULL))
		name_document(c, &in, f);
	if (faults_any(f))
		return answer_faults(c, f);
	apply(c, &in, f);
}
