#include "sluice/store/record_entity.h"

#include "codec.h"
#include "listing.h"

static bool fits_key(struct str external_id)
{
	return external_id.len > 0 && external_id.len <= REFERENCE_MAX;
}

enum err record_entity_put(struct txn *t, const struct entity_row *row)
{
	struct key key = key_entity(row->kind, row->external_id);
	enum err e = txn_error(t);

	if (e != ERR_OK)
		return e;
	if (!fits_key(row->external_id))
		return ERR_INVALID;
	/* The row may borrow from the record that is about to be replaced. */
	return record_write(
		t, TABLE_ENTITY, &key, entity_encode(&t->store->scratch, row));
}

enum err record_entity_get(struct txn *t, enum entity_kind kind,
	struct str external_id, struct entity_row *out)
{
	struct key key = key_entity(kind, external_id);
	struct str record;
	enum err e;

	if (!fits_key(external_id))
		return ERR_NOT_FOUND;
	e = table_get(t, TABLE_ENTITY, &key, &record);
	if (e != ERR_OK)
		return e;
	if (!entity_decode(record, key_view(&key), out))
		return record_damaged(TABLE_ENTITY, &key);
	/* The key goes with this call; the caller's text lives. */
	out->external_id = external_id;
	return ERR_OK;
}

bool record_entity_exists(
	struct txn *t, enum entity_kind kind, struct str external_id)
{
	struct key key = key_entity(kind, external_id);

	return fits_key(external_id) && table_has(t, TABLE_ENTITY, &key);
}

enum err record_entity_delete(
	struct txn *t, enum entity_kind kind, struct str external_id)
{
	struct key key = key_entity(kind, external_id);

	return fits_key(external_id) ? record_remove(t, TABLE_ENTITY, &key)
				     : ERR_NOT_FOUND;
}

static enum err read_row(const struct cursor *c, struct entity_row *out)
{
	struct key key = key_text(c->key);

	if (entity_decode(c->value, c->key, out))
		return ERR_OK;
	*out = (struct entity_row){
		.kind = (enum entity_kind)c->key.ptr[0],
		.external_id = { c->key.ptr + 1, c->key.len - 1 },
	};
	return record_damaged(TABLE_ENTITY, &key);
}

enum err record_entity_next(struct txn *t, enum entity_kind kind,
	struct str after, struct entity_row *out)
{
	struct key prefix = key_entity(kind, STR(""));
	/* The next possible key: this one and a zero byte. */
	struct key here = key_entity(kind, after);
	struct key from = key_join(&here, "", 1);
	struct cursor c;
	enum err e = ERR_NOT_FOUND;

	if (cursor_open(&c, t, TABLE_ENTITY, after.len > 0 ? &from : &prefix) &&
		key_has_prefix(c.key, &prefix))
		e = read_row(&c, out);
	cursor_close(&c);
	return txn_error(t) != ERR_OK ? txn_error(t) : e;
}

/* --- lists ---------------------------------------------------------------- */

struct query {
	const struct store_scope *scope;
	bool (*each)(void *arg, const struct entity_row *row);
	void *arg;
	enum err error;
};

static void note_damage(struct query *q, const struct cursor *at)
{
	struct key key = key_text(at->key);
	enum err e = record_damaged(TABLE_ENTITY, &key);

	if (q->error == ERR_OK)
		q->error = e;
}

/* One of the entity's stores is enough. */
static bool scope_allows_any(const struct store_scope *scope, struct str stores)
{
	while (stores.len > 0) {
		const char *end = memchr(stores.ptr, '\n', stores.len);
		size_t len =
			end == NULL ? stores.len : (size_t)(end - stores.ptr);

		if (store_scope_allows(scope, (struct str){ stores.ptr, len }))
			return true;
		len += end != NULL;
		stores = (struct str){ stores.ptr + len, stores.len - len };
	}
	return false;
}

static bool matches(void *arg, const struct cursor *at)
{
	struct query *q = arg;
	struct entity_row row;

	if (entity_peek(at->value, at->key, &row))
		return scope_allows_any(q->scope, row.store_ids);
	note_damage(q, at);
	return false;
}

static enum err emit(void *arg, const struct cursor *at, bool *more)
{
	struct query *q = arg;
	struct entity_row row;

	if (entity_decode(at->value, at->key, &row))
		*more = q->each(q->arg, &row);
	else
		note_damage(q, at);
	return ERR_OK;
}

enum err record_entity_list(struct txn *t, enum entity_kind kind,
	struct str prefix, const struct store_scope *scope, struct page *page,
	bool (*each)(void *arg, const struct entity_row *row), void *arg)
{
	struct query q = { .scope = scope, .each = each, .arg = arg };
	struct key first = key_entity(kind, prefix);
	struct range range = range_of_prefix(&first);
	struct listing l = {
		.table = TABLE_ENTITY,
		.prefix_len = 1,
		.ranges = &range,
		.range_count = 1,
		.match = scope != NULL && scope->count > 0 ? matches : NULL,
		.emit = emit,
		.arg = &q,
	};
	enum err e;

	page->total = 0;
	if (prefix.len > REFERENCE_MAX)
		return ERR_OK;
	e = listing_run(t, &l, page);
	return e != ERR_OK ? e : q.error;
}
