/* Import jobs (contract 2.5): reading, making, replacing, removing. */
#include <stdlib.h>

#include "admin_private.h"
#include "body.h"
#include "import_common.h"
#include "job_common.h"
#include "sluice/base/mem.h"
#include "sorted.h"
#include "views.h"

/* --- reading -------------------------------------------------------------- */

void import_show(struct call *c)
{
	struct import_job *j = import_find(c);

	if (j == NULL)
		return;
	import_put(c, j);
	answer_now(c, 200);
}

struct filter {
	const char *name;
	bool by_entity, by_active, by_client, active;
	enum entity_kind entity;
	struct uuid client_id;
};

static void read_filter(
	const struct call *c, struct filter *out, struct faults *f)
{
	const char *entity = query_get(c, "entity");

	*out = (struct filter){ .name = query_get(c, "name") };
	out->by_active = query_bool(c, "active", f, &out->active);
	out->by_client = query_uuid(c, "clientId", f, &out->client_id);
	out->by_entity = entity != NULL;
	if (entity != NULL && !entity_kind_parse(str_of(entity), &out->entity))
		faults_add(f, FAULT_ENUM, "entity",
			"entity: there is no entity '%s'", entity);
}

static bool matches(const struct filter *f, const struct import_job *j)
{
	return (f->name == NULL || text_contains(j->name, f->name)) &&
	       (!f->by_entity || j->entity == f->entity) &&
	       (!f->by_active || j->active == f->active) &&
	       (!f->by_client ||
		       (j->has_client && uuid_eq(j->client_id, f->client_id)));
}

void import_list(struct call *c)
{
	const struct catalog *all = &c->hub->catalog;
	struct sorted rows = sorted_make(c, all->import_job_count);
	struct faults *f = call_faults(c);
	struct filter filter;
	struct list_query q;

	query_list(c, SORTED_FIELDS, false, f, &q);
	read_filter(c, &filter, f);
	if (faults_any(f))
		return answer_faults(c, f);
	for (size_t i = 0; i < all->import_job_count; i++) {
		const struct import_job *j = all->import_jobs[i];

		if (matches(&filter, j))
			sorted_add(&rows,
				(struct sorted_row){ j->name, j->id,
					j->created_at, j->updated_at, j });
	}
	sorted_answer(c, &rows, &q, import_put);
}

/* --- making, replacing, removing ------------------------------------------ */

void import_create(struct call *c)
{
	struct import_job *j = import_read(c, NULL, false);

	if (j != NULL)
		import_store_new(c, j);
}

void import_replace(struct call *c)
{
	struct import_job *old = import_find_to_change(c), *j;

	if (old == NULL)
		return;
	j = import_read(c, old, false);
	if (j != NULL)
		import_store(c, j, 200);
}

void import_delete(struct call *c)
{
	struct import_job *j = import_find_to_change(c);
	const char *user;
	enum err e;

	if (j == NULL)
		return;
	user = catalog_import_job_user(c->hub, j->id);
	if (user != NULL)
		return answer_error(c, 409, "CONFLICT",
			"the import job '%s' runs after this one: take it out "
			"of its `after` first",
			user);
	e = catalog_delete_import_job(c->hub, j->id);
	if (e != ERR_OK)
		return answer_err(c, e, NULL);
	answer_after_commit(c, 204);
}

/* --- changing its name, copying ------------------------------------------- */

/* A name that could not be read back from the store is none. */
static bool is_stored_well(const struct import_job *j)
{
	json_t *stored = import_job_to_json(j);
	struct import_job *back = import_job_from_stored(stored);
	bool well = back != NULL;

	import_job_destroy(back);
	json_decref(stored);
	return well;
}

/* What the model asks of a name. */
static void check_name(
	const struct import_job *j, const char *name, struct faults *f)
{
	if (strlen(name) > JOB_NAME_MAX)
		faults_add(f, FAULT_INVALID, "jobName",
			"jobName must not be longer than %d bytes",
			JOB_NAME_MAX);
	else if (!is_stored_well(j))
		faults_add(f, FAULT_INVALID, "jobName",
			"jobName must not hold control characters");
}

static void rename_to(
	struct call *c, const struct import_job *old, const char *name)
{
	struct import_job *j = import_job_copy(old);
	struct faults *f = call_faults(c);

	free(j->name);
	j->name = mem_strdup(name);
	check_name(j, name, f);
	if (faults_any(f))
		answer_faults(c, f);
	else if (import_name_free(c, name, old->id))
		return import_store(c, j, 200);
	import_job_destroy(j);
}

void import_rename(struct call *c)
{
	struct import_job *old = import_find_to_change(c);
	struct faults *f;
	const char *name;

	if (old == NULL)
		return;
	f = call_faults(c);
	body_known(c->json, "jobName", f);
	name = body_text(c->json, "jobName", f);
	if (faults_any(f))
		return answer_faults(c, f);
	rename_to(c, old, name);
}

static bool name_taken(struct hub *hub, struct str name)
{
	return catalog_import_job_by_name(hub, name) != NULL;
}

void import_duplicate(struct call *c)
{
	struct import_job *old = import_find_to_change(c), *j;
	const char *name;

	if (old == NULL)
		return;
	name = job_copy_name(c, old->name, name_taken);
	if (name == NULL)
		return;
	j = import_job_copy(old);
	free(j->name);
	j->name = mem_strdup(name);
	j->active = false;
	import_store_new(c, j);
}
