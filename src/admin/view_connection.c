/* Connections (contract 2.1). */
#include "admin_private.h"
#include "sorted.h"
#include "views.h"

/* The connection of the path, or NULL: answered 404. */
static struct connection *find(struct call *c)
{
	struct connection *found = NULL;
	struct uuid id;

	if (uuid_parse(str_of(c->path[0]), &id))
		found = catalog_connection(c->hub, id);
	if (found == NULL)
		answer_not_found(c, "connection", c->path[0]);
	return found;
}

static void put_one(struct call *c, const void *object)
{
	answer_put_json(c, connection_to_json(object, CONNECTION_MASKED));
}

/* --- reading -------------------------------------------------------------- */

void connection_show(struct call *c)
{
	struct connection *k = find(c);

	if (k == NULL)
		return;
	put_one(c, k);
	answer_now(c, 200);
}

struct filter {
	const char *name;
	bool by_type, by_active, active;
	enum connection_type type;
};

static bool parse_type(const char *name, enum connection_type *out)
{
	for (int t = 0; t < CONNECTION_TYPE_COUNT; t++) {
		*out = (enum connection_type)t;
		if (strcmp(connection_type_name(*out), name) == 0)
			return true;
	}
	return false;
}

static const char *type_names(struct call *c)
{
	const char *names = "";

	for (int t = 0; t < CONNECTION_TYPE_COUNT; t++)
		names = arena_printf(&c->arena, "%s%s%s", names,
			t == 0 ? "" : ", ",
			connection_type_name((enum connection_type)t));
	return names;
}

static void read_filter(struct call *c, struct filter *out, struct faults *f)
{
	const char *type = query_get(c, "type");

	*out = (struct filter){ .name = query_get(c, "name") };
	out->by_active = query_bool(c, "active", f, &out->active);
	out->by_type = type != NULL;
	if (type != NULL && !parse_type(type, &out->type))
		faults_add(f, FAULT_ENUM, "type",
			"type must be one of %s, not '%s'", type_names(c),
			type);
}

static bool matches(const struct filter *f, const struct connection *k)
{
	return (f->name == NULL || text_contains(k->name, f->name)) &&
	       (!f->by_type || k->type == f->type) &&
	       (!f->by_active || k->active == f->active);
}

void connection_list(struct call *c)
{
	const struct catalog *all = &c->hub->catalog;
	struct sorted rows = sorted_make(c, all->connection_count);
	struct faults *f = call_faults(c);
	struct filter filter;
	struct list_query q;

	query_list(c, SORTED_FIELDS, false, f, &q);
	read_filter(c, &filter, f);
	if (faults_any(f))
		return answer_faults(c, f);
	for (size_t i = 0; i < all->connection_count; i++) {
		const struct connection *k = all->connections[i];

		if (matches(&filter, k))
			sorted_add(&rows,
				(struct sorted_row){ k->name, k->id,
					k->created_at, k->updated_at, k });
	}
	sorted_answer(c, &rows, &q, put_one);
}

/* --- changing ------------------------------------------------------------- */

/* False: answered 409, another connection has the name. */
static bool name_is_free(struct call *c, const struct connection *k)
{
	const struct connection *other =
		catalog_connection_by_name(c->hub, str_of(k->name));

	if (other == NULL || uuid_eq(other->id, k->id))
		return true;
	answer_error(c, 409, "DUPLICATE_NAME",
		"there is a connection named '%s' already", k->name);
	return false;
}

/* Due exports look again where they can go; at the end of this turn, that is
 * with the change. */
static enum err put_and_wake(struct call *c, struct connection *k)
{
	struct uuid id = k->id;
	enum err e = catalog_put_connection(c->hub, k);

	if (e == ERR_OK)
		export_queue_wake(c->hub, id);
	return e;
}

static void store_and_show(
	struct call *c, struct connection *k, unsigned status)
{
	char id[UUID_TEXT_SIZE];
	enum err e;

	if (!name_is_free(c, k))
		return connection_destroy(k);
	put_one(c, k);
	(void)uuid_format(k->id, id);
	e = put_and_wake(c, k);
	if (e != ERR_OK)
		return answer_err(c, e, NULL);
	if (status == 201)
		answer_header(c, "Location",
			arena_printf(&c->arena, "/v1/mapper/client/%s", id));
	answer_after_commit(c, status);
}

void connection_create(struct call *c)
{
	struct faults *f = call_faults(c);
	struct connection *k = connection_from_json(c->json, NULL, f);

	if (k == NULL)
		return answer_faults(c, f);
	k->id = hub_new_id(c->hub);
	k->created_at = k->updated_at = c->now;
	store_and_show(c, k, 201);
}

/* A later change within one millisecond must still be a later version: pooled
 * sessions are told apart by it. */
static int64_t later(const struct call *c, int64_t before)
{
	return c->now > before ? c->now : before + 1;
}

/* An export job goes on with its connection's new settings, but not with
 * another type. */
static void check_type_change(struct call *c, const struct connection *old,
	const struct connection *k, struct faults *f)
{
	const struct catalog *all = &c->hub->catalog;

	for (size_t i = 0; i < all->job_count && k->type != old->type; i++)
		if (uuid_eq(all->jobs[i]->client_id, old->id)) {
			faults_add(f, FAULT_NOT_ALLOWED,
				"clientConfiguration.type",
				"the export job '%s' uses this connection and "
				"needs its type %s",
				all->jobs[i]->name,
				connection_type_name(old->type));
			return;
		}
}

void connection_replace(struct call *c)
{
	struct connection *old = find(c), *k;
	struct faults *f;

	if (old == NULL)
		return;
	f = call_faults(c);
	k = connection_from_json(c->json, old, f);
	if (k == NULL)
		return answer_faults(c, f);
	check_type_change(c, old, k, f);
	if (faults_any(f)) {
		connection_destroy(k);
		return answer_faults(c, f);
	}
	k->id = old->id;
	k->created_at = old->created_at;
	k->updated_at = later(c, old->updated_at);
	store_and_show(c, k, 200);
}

/* A copy by way of the stored form. */
static struct connection *copy(const struct connection *old)
{
	json_t *stored = connection_to_json(old, CONNECTION_STORED);
	struct connection *k = connection_from_stored(stored);

	must(k != NULL);
	json_decref(stored);
	return k;
}

/* What is under way ends by itself; then the sessions do, too. */
static void forget_sessions(struct call *c)
{
	struct uuid id;

	if (!uuid_parse(str_of(c->path[0]), &id))
		return;
	sftp_pool_forget(c->hub->pool, id);
	ftp_pool_forget(c->hub->ftp, id);
}

static void set_active(struct call *c, bool active)
{
	struct connection *old = find(c), *k;
	enum err e = ERR_OK;

	if (old == NULL)
		return;
	if (old->active != active) {
		k = copy(old);
		k->active = active;
		k->updated_at = later(c, old->updated_at);
		e = put_and_wake(c, k);
	}
	if (e != ERR_OK)
		return answer_err(c, e, NULL);
	if (!active)
		c->committed = forget_sessions;
	answer_after_commit(c, 204);
}

void connection_activate(struct call *c)
{
	set_active(c, true);
}

void connection_disable(struct call *c)
{
	set_active(c, false);
}

void connection_delete(struct call *c)
{
	struct connection *k = find(c);
	const char *user;
	enum err e;

	if (k == NULL)
		return;
	user = catalog_connection_user(c->hub, k->id);
	if (user != NULL)
		return answer_error(c, 409, "CONFLICT",
			"the job '%s' uses this connection: remove it or give "
			"it another connection first",
			user);
	e = catalog_delete_connection(c->hub, k->id);
	if (e != ERR_OK)
		return answer_err(c, e, NULL);
	answer_after_commit(c, 204);
}
