/* What the records have in common. */
#include "internal.h"

struct store_hash store_hash_of(struct store *s, struct str store_id)
{
	struct str last = { s->hashed.text, s->hashed.len };

	if (last.len == 0 || !str_eq(last, store_id)) {
		s->hashed.hash = store_hash(store_id);
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
