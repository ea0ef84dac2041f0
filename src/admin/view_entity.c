/* Business entities (contract 2.3): what was imported, or put here. */
#include <stdlib.h>

#include "admin_private.h"
#include "auth.h"
#include "query.h"
#include "sluice/store/record_entity.h"
#include "views.h"

/* Suppliers belong to stores; a key that is limited to stores sees and writes
 * only those of its own.  Other kinds aren't limited. */
static bool is_scoped(enum entity_kind kind)
{
	return kind == ENTITY_SUPPLIER;
}

static bool sees(const struct call *c, const struct entity_row *row)
{
	return !is_scoped(row->kind) || scope_allows_any(c, row->store_ids);
}

/* The kind of the path; false: answered 404. */
static bool find_kind(struct call *c, enum entity_kind *kind)
{
	if (!entity_kind_parse(str_of(c->path[0]), kind)) {
		answer_not_found(c, "entity", c->path[0]);
		return false;
	}
	if (entity_kind_served(*kind))
		return true;
	answer_error(c, 404, "NOT_FOUND",
		"entities of the kind %s are not served by this version",
		entity_kind_name(*kind));
	return false;
}

/* --- the view ------------------------------------------------------------- */

/* The stored object with times and the execution spliced in at its end. */
static void put_entity(struct buf *out, const struct entity_row *row)
{
	struct str text = row->text;

	buf_put(out, text.ptr, text.len - 1);
	if (text.len > 2)
		buf_char(out, ',');
	buf_text(out, "\"createdAt\":");
	put_time(out, row->created_at);
	buf_text(out, ",\"updatedAt\":");
	put_time(out, row->updated_at);
	buf_text(out, ",\"executionId\":");
	if (uuid_is_nil(row->execution_id))
		buf_text(out, "null");
	else
		put_uuid(out, row->execution_id);
	buf_char(out, '}');
}

void entity_show(struct call *c)
{
	struct entity_row row;
	enum entity_kind kind;
	enum err e;

	if (!find_kind(c, &kind))
		return;
	e = record_entity_get(
		turn_read(c->hub), kind, str_of(c->path[1]), &row);
	if (e == ERR_OK && !sees(c, &row))
		e = ERR_NOT_FOUND;
	if (e == ERR_NOT_FOUND)
		return answer_not_found(c, entity_kind_name(kind), c->path[1]);
	if (e != ERR_OK)
		return answer_err(c, e, NULL);
	put_entity(&c->body, &row);
	answer_now(c, 200);
}

struct rows {
	struct call *c;
	size_t count;
};

static bool put_row(void *arg, const struct entity_row *row)
{
	struct rows *rows = arg;

	list_next(rows->c, rows->count++);
	put_entity(&rows->c->body, row);
	return true;
}

void entity_list(struct call *c)
{
	static const struct store_scope all = { NULL, 0 };
	const char *prefix = query_get(c, "externalId");
	struct faults *f = call_faults(c);
	struct rows rows = { c, 0 };
	struct list_query q;
	enum entity_kind kind;
	enum err e;

	if (!find_kind(c, &kind))
		return;
	query_list(c, "externalId", false, f, &q);
	if (faults_any(f))
		return answer_faults(c, f);
	list_begin(c);
	e = record_entity_list(turn_read(c->hub), kind,
		str_of(prefix == NULL ? "" : prefix),
		is_scoped(kind) ? &c->caller.scope : &all, &q.page, put_row,
		&rows);
	if (e != ERR_OK)
		return answer_err(c, e, NULL);
	list_end(c, &q, rows.count);
	answer_now(c, 200);
}

/* --- changing ------------------------------------------------------------- */

/* A put under way. */
struct put {
	struct call *c;
	enum entity_kind kind;
	const char *external_id;
	bool existed;
	struct entity_row old; /* texts in the call's arena */
	struct entity *before; /* NULL: a new one */
};

static bool exists(void *arg, enum entity_kind kind, const char *external_id)
{
	struct call *c = arg;

	return record_entity_exists(
		turn_read(c->hub), kind, str_of(external_id));
}

/* The one that is there, copied: the write takes away what was borrowed. */
static enum err find_old(struct put *p)
{
	struct arena *arena = &p->c->arena;
	enum err e = record_entity_get(
		turn_read(p->c->hub), p->kind, str_of(p->external_id), &p->old);

	p->existed = e == ERR_OK;
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	p->old.text.ptr = arena_dup(arena, p->old.text);
	p->old.store_ids.ptr = arena_dup(arena, p->old.store_ids);
	return entity_from_text(p->kind, p->old.text, &p->before);
}

static struct str join_stores(struct call *c, const struct entity *e)
{
	const char *joined = "";
	size_t i;
	json_t *id;

	json_array_foreach (e->stores, i, id) {
		joined = arena_printf(&c->arena, "%s%s%s", joined,
			i == 0 ? "" : "\n", json_string_value(id));
	}
	return str_of(joined);
}

static bool belongs_to(struct str stores, struct str store)
{
	struct str one;

	while (store_next(&stores, &one))
		if (str_eq(one, store))
			return true;
	return false;
}

/* Every store that it will belong to must be the key's, but for those that it
 * belongs to already. */
static bool may_write(struct put *p, const struct entity *e)
{
	struct call *c = p->c;
	size_t i;
	json_t *id;

	if (!is_scoped(p->kind) || c->caller.scope.count == 0)
		return true;
	if (p->existed && !sees(c, &p->old))
		return false;
	json_array_foreach (e->stores, i, id) {
		struct str store = str_of(json_string_value(id));

		if (!scope_allows(c, store) &&
			!belongs_to(p->old.store_ids, store))
			return false;
	}
	return json_array_size(e->stores) > 0;
}

static enum err write_entity(
	struct put *p, const struct entity *e, struct buf *text)
{
	struct entity_row row = {
		.kind = p->kind,
		.external_id = str_of(p->external_id),
		.name = str_of(e->name == NULL ? "" : e->name),
		.created_at = p->existed ? p->old.created_at : p->c->now,
		.updated_at = p->c->now,
		.store_ids = join_stores(p->c, e),
	};
	struct txn *t;
	enum err rc = ERR_OK;

	entity_to_text(e, text);
	row.text = buf_view(text);
	if (p->existed && entity_equal(p->before, e)) {
		/* A put that changes nothing writes nothing. */
		row.updated_at = p->old.updated_at;
		row.execution_id = p->old.execution_id;
	} else {
		rc = turn_write(p->c->hub, &t);
		if (rc == ERR_OK)
			rc = record_entity_put(t, &row);
	}
	put_entity(&p->c->body, &row);
	return rc;
}

static void store_entity(struct put *p, const struct entity *e)
{
	struct buf text = buf_make(DOCUMENT_MAX);
	enum err rc;

	if (!may_write(p, e))
		return answer_error(p->c, 403, "FORBIDDEN",
			"the key is limited to other stores");
	rc = write_entity(p, e, &text);
	if (rc != ERR_OK)
		answer_err(p->c, rc, NULL);
	else
		answer_after_commit(p->c, p->existed ? 200 : 201);
	buf_release(&text);
}

void entity_put(struct call *c)
{
	struct put p = { .c = c, .external_id = c->path[1] };
	struct entity_lookup lookup = { exists, c };
	struct faults *f = call_faults(c);
	struct entity *e;
	enum err rc;

	if (!find_kind(c, &p.kind))
		return;
	rc = find_old(&p);
	if (rc != ERR_OK)
		return answer_err(c, rc, NULL);
	e = entity_from_json(p.kind, c->json, p.external_id, p.before,
		c->hub->settings.multi_store, &lookup, f);
	if (e == NULL)
		answer_faults(c, f);
	else
		store_entity(&p, e);
	entity_destroy(e);
	entity_destroy(p.before);
}
