/* API keys: rows by name, and an index from hash to name. */
#include "codec.h"
#include "internal.h"
#include "sluice/store/record_config.h"

#define NAME_MAX_LEN 255

static struct key hash_key(const uint8_t hash[SHA256_SIZE])
{
	return key_bytes(hash, SHA256_SIZE);
}

static enum err old_hash(
	struct txn *t, const struct key *name, struct key *hash, bool *found)
{
	struct api_key old;
	struct str record;
	enum err e = table_get(t, TABLE_API_KEY, name, &record);

	hash->len = 0;
	*found = e == ERR_OK;
	if (e == ERR_NOT_FOUND)
		return ERR_OK;
	if (e == ERR_OK && !api_key_decode(record, key_view(name), &old))
		return row_damaged(t, TABLE_API_KEY, name);
	if (e == ERR_OK)
		*hash = hash_key(old.hash);
	return e;
}

enum err record_key_put(struct txn *t, const struct api_key *k, bool replace)
{
	struct buf *out = &t->store->scratch;
	struct key name, hash, old;
	struct str record;
	bool found;
	enum err e = txn_error(t);

	if (e != ERR_OK)
		return e;
	if (k->name.len == 0 || k->name.len > NAME_MAX_LEN)
		return ERR_INVALID;
	name = key_text(k->name);
	hash = hash_key(k->hash);
	e = old_hash(t, &name, &old, &found);
	if (e == ERR_OK && found && !replace)
		return ERR_EXISTS;
	record = api_key_encode(out, k);
	if (e == ERR_OK)
		e = record_fits(t);
	if (e == ERR_OK && found && !str_eq(key_view(&old), key_view(&hash)))
		e = table_remove(t, TABLE_API_KEY_HASH, &old);
	if (e == ERR_OK)
		e = table_put(t, TABLE_API_KEY, &name, record);
	return e == ERR_OK ? table_put(t, TABLE_API_KEY_HASH, &hash,
				     key_view(&name))
			   : e;
}

enum err record_key_delete(struct txn *t, struct str name)
{
	struct key key = key_text(name), hash;
	bool found = false;
	enum err e = txn_error(t);

	if (e == ERR_OK && name.len > 0 && name.len <= NAME_MAX_LEN)
		e = old_hash(t, &key, &hash, &found);
	if (e == ERR_OK && !found)
		return ERR_NOT_FOUND;
	if (e == ERR_OK)
		e = table_remove(t, TABLE_API_KEY_HASH, &hash);
	return e == ERR_OK ? table_remove(t, TABLE_API_KEY, &key) : e;
}

enum err record_key_find(
	struct txn *t, const uint8_t hash[SHA256_SIZE], struct api_key *out)
{
	struct key key = hash_key(hash);
	struct str name, record;
	enum err e = table_get(t, TABLE_API_KEY_HASH, &key, &name);

	if (e != ERR_OK)
		return e;
	key = key_text(name);
	e = table_get(t, TABLE_API_KEY, &key, &record);
	if (e != ERR_OK)
		return e;
	if (!api_key_decode(record, name, out) ||
		!crypto_equal(out->hash, hash, SHA256_SIZE))
		return record_damaged(TABLE_API_KEY, &key);
	return ERR_OK;
}

void record_key_each(struct txn *t,
	bool (*each)(void *arg, const struct api_key *k), void *arg)
{
	struct cursor c;
	bool more = cursor_open(&c, t, TABLE_API_KEY, NULL);

	/* A damaged one is logged and left out: it opens nothing either. */
	for (; more; more = cursor_next(&c)) {
		struct key key = key_text(c.key);
		struct api_key k;

		if (!api_key_decode(c.value, c.key, &k))
			(void)record_damaged(TABLE_API_KEY, &key);
		else if (!each(arg, &k))
			break;
	}
	cursor_close(&c);
}
