/* What the records have in common. */
#include <jansson.h>
#include <stdlib.h>

#include "codec.h"
#include "internal.h"

struct text_hash store_hash_of(struct store *s, struct str store_id)
{
	struct str last = { s->hashed.text, s->hashed.len };

	if (last.len == 0 || !str_eq(last, store_id)) {
		s->hashed.hash = text_hash(store_id);
		s->hashed.len = 0;
		if (store_id.len <= sizeof s->hashed.text) {
			memcpy(s->hashed.text, store_id.ptr, store_id.len);
			s->hashed.len = store_id.len;
		}
	}
	return s->hashed.hash;
}

enum err record_fits(const struct txn *t)
{
	return t->store->scratch.full ? ERR_LIMIT : ERR_OK;
}

struct str record_keep(struct txn *t, struct str record)
{
	struct buf *old = &t->store->old;

	buf_clear(old);
	buf_put(old, record.ptr, record.len);
	return buf_view(old);
}

enum err record_write(struct txn *t, enum table table, const struct key *key,
	struct str record)
{
	enum err e = record_fits(t);

	return e == ERR_OK ? table_put(t, table, key, record) : e;
}

enum err record_remove(struct txn *t, enum table table, const struct key *key)
{
	if (txn_error(t) != ERR_OK)
		return txn_error(t);
	return table_has(t, table, key) ? table_remove(t, table, key)
					: ERR_NOT_FOUND;
}

enum err record_blob_put(
	struct txn *t, enum table table, struct uuid id, struct str bytes)
{
	struct key key = key_uuid(id);

	return record_write(
		t, table, &key, blob_encode(&t->store->scratch, table, bytes));
}

enum err record_blob_each(struct txn *t, enum table table,
	enum err (*use)(
		struct txn *t, struct uuid id, struct str bytes, void *arg),
	void *arg)
{
	enum err e = ERR_OK;
	struct cursor c;
	bool more = cursor_open(&c, t, table, NULL);

	for (; e == ERR_OK && more; more = cursor_next(&c)) {
		struct key key = key_text(c.key);
		struct str bytes;
		struct uuid id;

		if (key_take_id(c.key, &id) &&
			blob_decode(c.value, table, &bytes))
			e = use(t, id, bytes, arg);
		else
			e = ERR_CORRUPT;
		if (e == ERR_CORRUPT)
			(void)record_damaged(table, &key);
	}
	cursor_close(&c);
	return e != ERR_OK ? e : txn_error(t);
}

/* --- JSON ----------------------------------------------------------------- */

enum err record_json_put(
	struct txn *t, enum table table, struct uuid id, json_t *json)
{
	char *text = json_dumps(json, JSON_COMPACT);
	enum err e;

	must(text != NULL);
	e = record_blob_put(t, table, id, str_of(text));
	free(text);
	json_decref(json);
	return e;
}

struct json_user {
	bool (*use)(void *arg, const json_t *json);
	void *arg;
};

static enum err use_json(
	struct txn *t, struct uuid id, struct str text, void *arg)
{
	const struct json_user *to = arg;
	json_t *json = json_loadb(text.ptr, text.len, 0, NULL);
	bool used = json != NULL && to->use(to->arg, json);

	(void)t;
	(void)id;
	json_decref(json);
	return used ? ERR_OK : ERR_CORRUPT;
}

enum err record_json_each(struct txn *t, enum table table,
	bool (*use)(void *arg, const json_t *json), void *arg)
{
	struct json_user to = { use, arg };

	return record_blob_each(t, table, use_json, &to);
}
