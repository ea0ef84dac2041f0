#include "job_common.h"

#include "admin_private.h"
#include "auth.h"
#include "sluice/store/record_entity.h"

/* Bytes of unknown ids in one message. */
#define UNKNOWN_MAX 1500

#define COPY_MAX 10000 /* " (copy 9999)": then something else is wrong */

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

/* --- suppliers ------------------------------------------------------------ */

static bool find_supplier(
	struct call *c, const char *id, struct entity_row *row)
{
	return record_entity_get(turn_read(c->hub), ENTITY_SUPPLIER, str_of(id),
		       row) == ERR_OK &&
	       scope_allows_any(c, row->store_ids);
}

bool job_sees_supplier(struct call *c, const char *id)
{
	struct entity_row row;

	return find_supplier(c, id, &row);
}

/* {externalId,name} of one supplier; NULL when the key doesn't see it. */
static json_t *supplier_view(struct call *c, const char *id)
{
	struct entity_row row;

	if (!find_supplier(c, id, &row))
		return NULL;
	return json_pack("{s:s, s:s%}", "externalId", id, "name", row.name.ptr,
		row.name.len);
}

void job_put(struct call *c, const void *job)
{
	const struct export_job *j = job;
	bool all = c->caller.scope.count == 0;
	json_t *view = export_job_to_json(j), *suppliers = json_array();
	json_t *ids = json_array();

	for (size_t i = 0; i < j->supplier_count; i++) {
		const char *id = j->supplier_external_ids[i];
		json_t *s = supplier_view(c, id);

		if (s != NULL || all)
			must(json_array_append_new(ids, json_string(id)) == 0);
		if (s != NULL)
			must(json_array_append_new(suppliers, s) == 0);
	}
	must(json_object_set_new(view, "supplierExternalIds", ids) == 0);
	must(json_object_set_new(view, "suppliers", suppliers) == 0);
	answer_put_json(c, view);
}

/* --- references ----------------------------------------------------------- */

struct unknown {
	struct buf ids;
	bool cut; /* of very many only the first are named */
};

static void add_unknown(struct unknown *u, const char *id)
{
	if (u->cut)
		return;
	u->cut = u->ids.len >= UNKNOWN_MAX;
	if (u->ids.len > 0)
		buf_text(&u->ids, ", ");
	buf_text(&u->ids, u->cut ? "..." : id);
}

void fault_no_ref(struct faults *f, const char *field, const char *ids,
	const char *id_type)
{
	faults_add(f, FAULT_NO_REF, field,
		"At least one %s does not exist in Djust system : %s with "
		"type %s",
		field, ids, id_type);
}

/* What could be an id; the rest has its fault from the model. */
static const char *id_text(const json_t *value)
{
	const char *id = json_string_value(value);
	size_t len = json_string_length(value);

	return id != NULL && len <= REFERENCE_MAX && strlen(id) == len &&
			       str_trim(str_of(id)).len > 0
		       ? id
		       : NULL;
}

void job_check_suppliers(struct call *c, struct faults *f)
{
	json_t *ids = json_object_get(c->json, "supplierExternalIds"), *item;
	struct unknown u = { .ids = buf_make(UNKNOWN_MAX * 2) };
	size_t i;

	json_array_foreach (ids, i, item) {
		const char *id = id_text(item);

		if (id != NULL && !job_sees_supplier(c, id))
			add_unknown(&u, id);
	}
	if (u.ids.len > 0)
		fault_no_ref(f, "supplierExternalIds",
			arena_dup(&c->arena, buf_view(&u.ids)), "EXTERNAL_ID");
	buf_release(&u.ids);
}

/* The connection's type that a method needs. */
static bool fits(const char *method, enum connection_type type)
{
	if (strcmp(method, "SFTP_CLIENT") == 0)
		return type == CONNECTION_SFTP;
	return type == CONNECTION_API || type == CONNECTION_API_OAUTH2;
}

static bool has_fault(const struct faults *f, const char *field)
{
	for (size_t i = 0; i < f->count; i++)
		if (strcmp(f->list[i].field, field) == 0)
			return true;
	return false;
}

/* Without a clientId: the model's matter, since previews need none. */
static void check_connection(struct call *c, struct faults *f)
{
	const char *method =
		json_string_value(json_object_get(c->json, "exportMethod"));
	const json_t *client = json_object_get(c->json, "clientId");
	const struct connection *k;
	char text[UUID_TEXT_SIZE];
	struct uuid id;

	if (!json_is_string(client) ||
		!uuid_parse(str_of(json_string_value(client)), &id))
		return;
	k = catalog_connection(c->hub, id);
	if (k == NULL)
		fault_no_ref(f, "clientId", uuid_format(id, text), "DJUST_ID");
	else if (method != NULL && !has_fault(f, "exportMethod") &&
		 !fits(method, k->type))
		faults_add(f, FAULT_NOT_ALLOWED, "exportMethod",
			"the connection '%s' is of type %s, which does not fit "
			"the job's exportMethod",
			k->name, connection_type_name(k->type));
}

void job_check_references(struct call *c, struct faults *f)
{
	check_connection(c, f);
	job_check_suppliers(c, f);
}

/* --- names ---------------------------------------------------------------- */

/* Bytes of `name` before a suffix of `len` bytes, so that both are a name. */
static size_t room_before(const char *name, size_t len)
{
	size_t room = strlen(name);

	if (room + len <= JOB_NAME_MAX)
		return room;
	room = JOB_NAME_MAX - len;
	while (room > 0 && ((unsigned char)name[room] & 0xC0) == 0x80)
		room--;
	return room;
}

const char *job_copy_name(struct call *c, const char *name,
	bool (*taken)(struct hub *hub, struct str name))
{
	const char *suffix = " (copy)", *copy;

	for (int i = 2; i <= COPY_MAX; i++) {
		copy = arena_printf(&c->arena, "%.*s%s",
			(int)room_before(name, strlen(suffix)), name, suffix);
		if (!taken(c->hub, str_of(copy)))
			return copy;
		suffix = arena_printf(&c->arena, " (copy %d)", i);
	}
	answer_error(c, 409, "DUPLICATE_NAME",
		"there are too many copies of '%s' already", name);
	return NULL;
}

/* --- storing -------------------------------------------------------------- */

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
