/* Export jobs (contract 2.2): reading, making, replacing, removing. */
#include <stdlib.h>

#include "admin_private.h"
#include "job_common.h"
#include "sluice/base/mem.h"
#include "sorted.h"
#include "views.h"

/* --- reading -------------------------------------------------------------- */

void job_show(struct call *c)
{
	struct export_job *j = job_find(c);

	if (j == NULL)
		return;
	job_put(c, j);
	answer_now(c, 200);
}

void job_show_v1(struct call *c)
{
	struct export_job *j = job_find(c);
	char id[UUID_TEXT_SIZE];

	if (j == NULL)
		return;
	job_put(c, j);
	answer_header(c, "Deprecation", "true");
	answer_header(c, "Link",
		arena_printf(&c->arena,
			"</v2/mapper/jobout/%s>; rel=\"successor-version\"",
			uuid_format(j->id, id)));
	answer_now(c, 200);
}

struct filter {
	const char *name;
	bool by_entity, by_active, active;
	enum export_entity entity;
};

static void read_filter(
	const struct call *c, struct filter *out, struct faults *f)
{
	const char *entity = query_get(c, "entity");

	*out = (struct filter){ .name = query_get(c, "name") };
	out->by_active = query_bool(c, "active", f, &out->active);
	out->by_entity = entity != NULL;
	if (entity != NULL &&
		!export_entity_parse(str_of(entity), &out->entity))
		faults_add(f, FAULT_ENUM, "entity",
			"entity must be ORDER or INCIDENT, not '%s'", entity);
}

/* In the job's scope, as far as the key sees it. */
static bool has_supplier(
	struct call *c, const struct export_job *j, struct str id)
{
	for (size_t i = 0; i < j->supplier_count; i++)
		if (str_eq(str_of(j->supplier_external_ids[i]), id))
			return c->caller.scope.count == 0 ||
			       job_sees_supplier(
				       c, j->supplier_external_ids[i]);
	return false;
}

/* One of the ids in a comma-separated value. */
static bool lists_supplier(
	struct call *c, const struct export_job *j, const char *value)
{
	while (*value != '\0') {
		size_t len = strcspn(value, ",");

		if (has_supplier(c, j, str_trim((struct str){ value, len })))
			return true;
		value += len + (value[len] == ',');
	}
	return false;
}

/* An external id may hold a comma: each value also counts as a whole. */
static bool of_suppliers(struct call *c, const struct export_job *j)
{
	const struct param *p = query_next(c, NULL, "supplierExternalIds");

	if (p == NULL)
		return true;
	for (; p != NULL; p = query_next(c, p, "supplierExternalIds"))
		if (lists_supplier(c, j, p->value) ||
			has_supplier(c, j, str_of(p->value)))
			return true;
	return false;
}

static bool matches(
	struct call *c, const struct filter *f, const struct export_job *j)
{
	return (f->name == NULL || text_contains(j->name, f->name)) &&
	       (!f->by_entity || j->entity == f->entity) &&
	       (!f->by_active || j->active == f->active) && of_suppliers(c, j);
}

void job_list(struct call *c)
{
	const struct catalog *all = &c->hub->catalog;
	struct sorted rows = sorted_make(c, all->job_count);
	struct faults *f = call_faults(c);
	struct filter filter;
	struct list_query q;

	query_list(c, SORTED_FIELDS, false, f, &q);
	read_filter(c, &filter, f);
	if (faults_any(f))
		return answer_faults(c, f);
	for (size_t i = 0; i < all->job_count; i++) {
		const struct export_job *j = all->jobs[i];

		if (matches(c, &filter, j))
			sorted_add(&rows,
				(struct sorted_row){ j->name, j->id,
					j->created_at, j->updated_at, j });
	}
	sorted_answer(c, &rows, &q, job_put);
}

/* --- making and replacing ------------------------------------------------- */

/* Whatever is wrong is answered at once; a name in use only when nothing else
 * is.  NULL: answered. */
static struct export_job *read_job(struct call *c, struct uuid id)
{
	struct faults *f = call_faults(c);
	struct export_job *j = export_job_from_json(
		c->json, &c->hub->settings.retry, false, f);
	const struct export_job *other;

	job_check_references(c, f);
	if (j == NULL || faults_any(f)) {
		export_job_destroy(j);
		answer_faults(c, f);
		return NULL;
	}
	other = catalog_job_by_name(c->hub, str_of(j->name));
	if (other == NULL || uuid_eq(other->id, id))
		return j;
	answer_error(c, 409, "DUPLICATE_NAME",
		"there is an export job named '%s' already", j->name);
	export_job_destroy(j);
	return NULL;
}

/* 201 with the new job, which is taken over. */
static void create(struct call *c, struct export_job *j)
{
	char id[UUID_TEXT_SIZE];

	j->id = hub_new_id(c->hub);
	j->created_at = j->updated_at = c->now;
	(void)uuid_format(j->id, id);
	job_put(c, j);
	if (!job_store(c, j))
		return;
	answer_header(c, "Location",
		arena_printf(&c->arena, "/v2/mapper/jobout/%s", id));
	answer_after_commit(c, 201);
}

void job_create(struct call *c)
{
	struct export_job *j = read_job(c, (struct uuid){ { 0 } });

	if (j != NULL)
		create(c, j);
}

/* What a key doesn't see of a job, it doesn't change. */
static void keep_hidden(
	struct call *c, struct export_job *j, const struct export_job *old)
{
	const char **hidden = arena_alloc(
		&c->arena, (old->supplier_count + 1) * sizeof *hidden);
	size_t count = 0;

	if (c->caller.scope.count == 0)
		return;
	for (size_t i = 0; i < old->supplier_count; i++)
		if (!job_sees_supplier(c, old->supplier_external_ids[i]))
			hidden[count++] = old->supplier_external_ids[i];
	(void)export_job_suppliers_add(j, hidden, count);
}

void job_replace(struct call *c)
{
	struct export_job *old = job_find(c), *j;

	if (old == NULL)
		return;
	j = read_job(c, old->id);
	if (j == NULL)
		return;
	j->id = old->id;
	keep_hidden(c, j, old);
	j->created_at = old->created_at;
	j->updated_at = c->now;
	job_put(c, j);
	if (job_store(c, j))
		answer_after_commit(c, 200);
}

static bool name_taken(struct hub *hub, struct str name)
{
	return catalog_job_by_name(hub, name) != NULL;
}

void job_duplicate(struct call *c)
{
	struct export_job *old = job_find(c), *j;
	const char *name;

	if (old == NULL)
		return;
	name = job_copy_name(c, old->name, name_taken);
	if (name == NULL)
		return;
	j = export_job_copy(old);
	free(j->name);
	j->name = mem_strdup(name);
	j->active = false;
	create(c, j);
}

void job_delete(struct call *c)
{
	struct export_job *j = job_find(c);
	enum err e;

	if (j == NULL)
		return;
	e = catalog_delete_job(c->hub, j->id);
	if (e != ERR_OK)
		return answer_err(c, e, NULL);
	answer_after_commit(c, 204);
}
