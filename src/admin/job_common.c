#include "job_common.h"

#include "admin_private.h"
#include "auth.h"
#include "sluice/store/record_entity.h"

struct export_job *job_find(struct call *c)
{
	struct export_job *found = NULL;
	struct uuid id;

	if (uuid_parse(str_of(c->path[0]), &id))
		found = catalog_job(c->hub, id);
	if (found == NULL)
		answer_not_found(c, "export job", c->path[0]);
	return found;
}

/* {externalId,name} of one supplier; NULL when the key doesn't see it. */
static json_t *supplier_view(struct call *c, const char *id)
{
	struct entity_row row;

	if (record_entity_get(turn_read(c->hub), ENTITY_SUPPLIER, str_of(id),
		    &row) != ERR_OK ||
		!scope_allows_any(c, row.store_ids))
		return NULL;
	return json_pack("{s:s, s:s%}", "externalId", id, "name", row.name.ptr,
		row.name.len);
}

void job_put(struct call *c, const void *job)
{
	const struct export_job *j = job;
	json_t *view = export_job_to_json(j), *suppliers = json_array();

	for (size_t i = 0; i < j->supplier_count; i++) {
		json_t *s = supplier_view(c, j->supplier_external_ids[i]);

		if (s != NULL)
			must(json_array_append_new(suppliers, s) == 0);
	}
	must(json_object_set_new(view, "suppliers", suppliers) == 0);
	answer_put_json(c, view);
}

void job_check_suppliers(
	struct call *c, const char *const *ids, size_t count, struct faults *f)
{
	struct txn *t = turn_read(c->hub);

	for (size_t i = 0; i < count; i++)
		if (!record_entity_exists(t, ENTITY_SUPPLIER, str_of(ids[i])))
			faults_add(f, FAULT_NO_REF, "supplierExternalIds",
				"there is no supplier with the external id "
				"'%s'",
				ids[i]);
}

/* The connection's type that a method needs. */
static bool fits(enum export_method method, enum connection_type type)
{
	if (method == METHOD_SFTP)
		return type == CONNECTION_SFTP || type == CONNECTION_FTP;
	return type == CONNECTION_API || type == CONNECTION_API_OAUTH2;
}

void job_check_connection(
	struct call *c, const struct export_job *j, struct faults *f)
{
	const struct connection *k;
	char id[UUID_TEXT_SIZE];

	if (uuid_is_nil(j->client_id))
		return; /* previews may leave it out */
	k = catalog_connection(c->hub, j->client_id);
	if (k == NULL)
		faults_add(f, FAULT_NO_REF, "clientId",
			"there is no connection with the id '%s'",
			uuid_format(j->client_id, id));
	else if (!fits(j->method, k->type))
		faults_add(f, FAULT_NOT_ALLOWED, "exportMethod",
			"the connection '%s' is of type %s, which does not fit "
			"the job's exportMethod",
			k->name, connection_type_name(k->type));
}

bool job_store(struct call *c, struct export_job *j)
{
	enum err e;

	j->updated_at = c->now;
	e = catalog_put_job(c->hub, j);
	if (e == ERR_OK)
		return true;
	answer_err(c, e, NULL);
	return false;
}
