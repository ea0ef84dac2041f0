/* Business entities (contract 2.3): what was imported, or put here. */
#include "admin_private.h"
#include "auth.h"
#include "query.h"
#include "sluice/jobs/entity_write.h"
#include "sluice/model/document.h"
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
	if (entity_kind_parse(str_of(c->path[0]), kind))
		return true;
	answer_not_found(c, "entity", c->path[0]);
	return false;
}

/* --- the view ------------------------------------------------------------- */

/* The stored object, secrets masked, with times and the execution spliced in at
 * its end. */
static void put_entity(struct buf *out, const struct entity_row *row)
{
	entity_masked(row->kind, row->text, out);
	if (out->len > 0)
		out->len--; /* its brace */
	buf_text(out, ",\"createdAt\":");
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
	if (entity_kind_is_document(kind))
		return entity_document_show(c, kind);
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

static bool put_row(void *arg, const struct entity_row *row)
{
	struct call *c = arg;

	list_next(c);
	put_entity(&c->body, row);
	return true;
}

void entity_list(struct call *c)
{
	static const struct store_scope all = { NULL, 0 };
	const char *prefix = query_get(c, "externalId");
	struct faults *f = call_faults(c);
	struct list_query q;
	enum entity_kind kind;
	enum err e;

	if (!find_kind(c, &kind))
		return;
	if (entity_kind_is_document(kind))
		return entity_document_list(c, kind);
	query_list(c, "externalId", false, f, &q);
	if (faults_any(f))
		return answer_faults(c, f);
	list_begin(c);
	e = record_entity_list(turn_read(c->hub), kind,
		str_of(prefix == NULL ? "" : prefix),
		is_scoped(kind) ? &c->caller.scope : &all, &q.page, put_row, c);
	list_answer(c, &q, e);
}

/* --- changing ------------------------------------------------------------- */

/* A put under way. */
struct put {
	struct call *c;
	enum entity_kind kind;
	const char *external_id;
	bool existed;
	struct entity_row old; /* texts in the call's arena */
};

static struct str get(void *arg, enum entity_kind kind, struct str external_id)
{
	struct call *c = arg;
	struct entity_row row;

	if (record_entity_get(turn_read(c->hub), kind, external_id, &row) !=
		ERR_OK)
		return STR("");
	return row.text;
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
	return ERR_OK;
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
	struct str stores = e->store_ids, store;

	if (!is_scoped(p->kind) || c->caller.scope.count == 0)
		return true;
	if (p->existed && !sees(c, &p->old))
		return false;
	while (store_next(&stores, &store))
		if (!scope_allows(c, store) &&
			!belongs_to(p->old.store_ids, store))
			return false;
	return e->store_ids.len > 0;
}

static enum err write_entity(struct put *p, const struct entity *e)
{
	struct entity_row row = entity_row_of(e, p->existed ? &p->old : NULL,
		p->c->now, (struct uuid){ { 0 } });
	struct txn *t;
	enum err rc = ERR_OK;

	if (p->existed && str_eq(p->old.text, e->text)) {
		/* A put that changes nothing writes nothing. */
		row.updated_at = p->old.updated_at;
		row.execution_id = p->old.execution_id;
	} else {
		rc = turn_write(p->c->hub, &t);
		if (rc == ERR_OK)
			rc = entity_write(t, &row, e);
	}
	put_entity(&p->c->body, &row);
	return rc;
}

static void store_entity(struct put *p, const struct entity *e)
{
	enum err rc;

	if (!may_write(p, e))
		return answer_error(p->c, 403, "FORBIDDEN",
			"the key is limited to other stores");
	rc = write_entity(p, e);
	if (rc != ERR_OK)
		answer_err(p->c, rc, NULL);
	else
		answer_after_commit(p->c, p->existed ? 200 : 201);
}

static void read_entity(struct put *p)
{
	struct call *c = p->c;
	struct entity_lookup lookup = { get, c };
	struct faults *f = call_faults(c);
	struct buf text = buf_make(DOCUMENT_MAX);
	struct entity_input in;
	struct entity e;
	struct entity_reading reading = {
		.external_id = str_of(p->external_id),
		.old = p->existed ? p->old.text : STR(""),
		.multi_store = c->hub->settings.multi_store,
		.lookup = &lookup,
		.faults = f,
	};

	crypto_random(reading.salt, sizeof reading.salt);
	if (entity_input_json(&in, p->kind, c->json, true, f, NULL) &&
		entity_read(&in, &reading, &text, &e))
		store_entity(p, &e);
	else
		answer_faults(c, f);
	buf_release(&text);
}

void entity_put(struct call *c)
{
	struct put p = { .c = c, .external_id = c->path[1] };
	enum err rc;

	if (!find_kind(c, &p.kind))
		return;
	if (entity_kind_is_document(p.kind))
		return entity_document_put(c, p.kind);
	rc = find_old(&p);
	if (rc != ERR_OK)
		return answer_err(c, rc, NULL);
	read_entity(&p);
}
