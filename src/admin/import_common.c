#include "import_common.h"

#include "admin_private.h"
#include "job_common.h"
#include "sluice/store/record_execution.h"

/* --- finding -------------------------------------------------------------- */

struct import_job *import_find(struct call *c)
{
	struct import_job *found = NULL;
	struct uuid id;

	if (uuid_parse(str_of(c->path[0]), &id))
		found = catalog_import_job(c->hub, id);
	if (found == NULL)
		answer_not_found(c, "import job", c->path[0]);
	return found;
}

/* What keys are limited by: suppliers, and documents of orders. */
static bool belongs_to_stores(enum entity_kind kind)
{
	return kind == ENTITY_SUPPLIER || entity_kind_is_document(kind);
}

bool import_allows(struct call *c, enum entity_kind kind)
{
	if (c->caller.scope.count == 0 || !belongs_to_stores(kind))
		return true;
	answer_error(c, 403, "FORBIDDEN",
		"imports of %s reach all stores, and this key is limited to "
		"some",
		entity_kind_name(kind));
	return false;
}

struct import_job *import_find_to_change(struct call *c)
{
	struct import_job *j = import_find(c);

	return j != NULL && import_allows(c, j->entity) ? j : NULL;
}

/* --- references ----------------------------------------------------------- */

/* The type of the connection that the body names; COUNT: there is none. */
static enum connection_type check_connection(struct call *c, struct faults *f)
{
	const struct connection *k;
	char text[UUID_TEXT_SIZE];
	struct uuid id;

	if (!import_job_client_id(c->json, &id))
		return CONNECTION_TYPE_COUNT;
	k = catalog_connection(c->hub, id);
	if (k != NULL)
		return k->type;
	fault_no_ref(f, "clientId", uuid_format(id, text), "DJUST_ID");
	return CONNECTION_TYPE_COUNT;
}

/* Reads the body itself, so that this fault comes together with those of its
 * shape. */
static void check_after(struct call *c, struct faults *f)
{
	json_t *ids = json_object_get(c->json, "after"), *item;
	const char *unknown = NULL;
	struct uuid id;
	size_t i;

	json_array_foreach (ids, i, item) {
		const char *text = json_string_value(item);

		if (text == NULL || !uuid_parse(str_of(text), &id) ||
			catalog_import_job(c->hub, id) != NULL)
			continue;
		unknown = unknown == NULL ? text
					  : arena_printf(&c->arena, "%s, %s",
						    unknown, text);
	}
	if (unknown != NULL)
		fault_no_ref(f, "after", unknown, "DJUST_ID");
}

static size_t job_index(const struct catalog *k, struct uuid id)
{
	size_t i = 0;

	while (i < k->import_job_count && !uuid_eq(k->import_jobs[i]->id, id))
		i++;
	return i;
}

/* The job that runs after `j` and that `j`, directly or not, waits for; NULL:
 * there is no circle. */
static const struct import_job *find_circle(
	struct call *c, const struct import_job *j)
{
	const struct catalog *k = &c->hub->catalog;
	size_t room = k->import_job_count + 1, count = 0;
	const struct import_job **todo =
		arena_alloc(&c->arena, room * sizeof *todo);
	bool *seen = arena_alloc(&c->arena, room * sizeof *seen);

	todo[count++] = j;
	while (count > 0) {
		const struct import_job *at = todo[--count];

		for (size_t i = 0; i < at->after_count; i++) {
			size_t n = job_index(k, at->after[i]);

			if (uuid_eq(at->after[i], j->id))
				return at;
			if (n == k->import_job_count || seen[n])
				continue;
			seen[n] = true;
			todo[count++] = k->import_jobs[n];
		}
	}
	return NULL;
}

static void check_circle(
	struct call *c, const struct import_job *j, struct faults *f)
{
	const struct import_job *at = find_circle(c, j);

	if (at == j)
		faults_add(f, FAULT_NOT_ALLOWED, "after",
			"after: a job can't run after itself");
	else if (at != NULL)
		faults_add(f, FAULT_NOT_ALLOWED, "after",
			"after makes a circle: '%s' runs after this job "
			"already",
			at->name);
}

/* --- the body ------------------------------------------------------------- */

/* An expression whose years are over can't fire either. */
static void check_cron(
	struct call *c, const struct import_job *j, struct faults *f)
{
	int64_t next;

	if (j->cron_expression != NULL && !cron_next(&j->cron, c->now, &next))
		faults_add(f, FAULT_INVALID, "cronExpression",
			"cronExpression: this can never fire again: its years "
			"are over; choose another year");
}

bool import_name_free(struct call *c, const char *name, struct uuid own)
{
	const struct import_job *other =
		catalog_import_job_by_name(c->hub, str_of(name));

	if (other == NULL || uuid_eq(other->id, own))
		return true;
	answer_error(c, 409, "DUPLICATE_NAME",
		"there is an import job named '%s' already", name);
	return false;
}

static struct import_job *read_body(
	struct call *c, const struct import_job *old, bool preview)
{
	struct faults *f = call_faults(c);
	enum connection_type type = check_connection(c, f);
	struct import_job *j = import_job_from_json(c->json, type, preview, f);

	check_after(c, f);
	if (j != NULL && old != NULL) {
		j->id = old->id;
		j->created_at = old->created_at;
	}
	if (j != NULL)
		check_circle(c, j, f);
	if (j != NULL)
		check_cron(c, j, f);
	if (j != NULL && !faults_any(f))
		return j;
	import_job_destroy(j);
	answer_faults(c, f);
	return NULL;
}

struct import_job *import_read(
	struct call *c, const struct import_job *old, bool preview)
{
	static const struct uuid nobody = { { 0 } };
	struct import_job *j = read_body(c, old, preview);

	if (j == NULL)
		return NULL;
	if (import_allows(c, j->entity) &&
		(preview || import_name_free(c, j->name,
				    old == NULL ? nobody : old->id)))
		return j;
	import_job_destroy(j);
	return NULL;
}

/* --- answering ------------------------------------------------------------ */

void import_put(struct call *c, const void *job)
{
	answer_put_json(c, import_job_to_json(job));
}

void import_store(struct call *c, struct import_job *j, unsigned status)
{
	enum err e;

	j->updated_at = c->now;
	import_put(c, j);
	e = catalog_put_import_job(c->hub, j);
	if (e != ERR_OK)
		return answer_err(c, e, NULL);
	answer_after_commit(c, status);
}

void import_store_new(struct call *c, struct import_job *j)
{
	char id[UUID_TEXT_SIZE];

	j->id = hub_new_id(c->hub);
	j->created_at = c->now;
	answer_header(c, "Location",
		arena_printf(&c->arena, "/v1/mapper/job/%s",
			uuid_format(j->id, id)));
	import_store(c, j, 201);
}

/* --- executions ----------------------------------------------------------- */

bool execution_find(struct call *c, struct execution *out)
{
	enum err e = ERR_NOT_FOUND;
	struct uuid id;

	if (uuid_parse(str_of(c->path[0]), &id))
		e = record_execution_get(turn_read(c->hub), id, out);
	if (e == ERR_OK) {
		import_queue_live(c->hub, out);
		return true;
	}
	if (e == ERR_NOT_FOUND)
		answer_not_found(c, "execution", c->path[0]);
	else
		answer_err(c, e, NULL);
	return false;
}

void answer_execution(struct call *c, struct uuid id, unsigned status)
{
	struct execution x;
	enum err e = record_execution_get(turn_read(c->hub), id, &x);

	if (e != ERR_OK)
		return answer_err(c, e, NULL);
	import_queue_live(c->hub, &x);
	buf_char(&c->body, '{');
	execution_put(&c->body, &x);
	buf_char(&c->body, '}');
	answer_after_commit(c, status);
}
