/* Rejected rows, and the headers that make a CSV file of them again.
 *
 * A file of a million bad rows writes a million of these: one record each,
 * without an index, in the order of their keys. */
#include "codec.h"
#include "internal.h"

enum err record_reject_put(struct txn *t, struct uuid execution_id,
	uint32_t number, const struct reject *r)
{
	struct key key = key_numbered(execution_id, number);

	return record_write(
		t, TABLE_REJECT, &key, reject_encode(&t->store->scratch, r));
}

static enum err read_reject(
	const struct cursor *c, uint32_t *number, struct reject *r)
{
	struct key key = key_text(c->key);

	return key_read_number(c->key, number) && reject_decode(c->value, r)
		       ? ERR_OK
		       : record_damaged(TABLE_REJECT, &key);
}

/* A damaged one is left out, and told at the end. */
enum err record_reject_each(struct txn *t, struct uuid execution_id,
	uint32_t first,
	bool (*each)(void *arg, uint32_t number, const struct reject *r),
	void *arg)
{
	struct key prefix = key_uuid(execution_id);
	struct key from = key_numbered(execution_id, first);
	struct reject r;
	struct cursor c;
	uint32_t number;
	enum err error = ERR_OK;
	bool more = cursor_open(&c, t, TABLE_REJECT, &from);

	for (; more && key_has_prefix(c.key, &prefix); more = cursor_next(&c)) {
		enum err e = read_reject(&c, &number, &r);

		if (e != ERR_OK)
			error = e;
		else if (!each(arg, number, &r))
			break;
	}
	cursor_close(&c);
	return error != ERR_OK ? error : txn_error(t);
}

size_t record_reject_delete(struct txn *t, struct uuid execution_id, size_t max)
{
	struct key prefix = key_uuid(execution_id);

	return table_remove_prefix(t, TABLE_REJECT, &prefix, max);
}

/* --- headers -------------------------------------------------------------- */

enum err record_import_header_put(struct txn *t, struct uuid execution_id,
	uint32_t file, struct str header)
{
	struct key key = key_numbered(execution_id, file);

	return record_write(t, TABLE_IMPORT_HEADER, &key,
		blob_encode(&t->store->scratch, TABLE_IMPORT_HEADER, header));
}

enum err record_import_header_get(struct txn *t, struct uuid execution_id,
	uint32_t file, struct str *header)
{
	struct key key = key_numbered(execution_id, file);
	struct str record;
	enum err e = table_get(t, TABLE_IMPORT_HEADER, &key, &record);

	if (e == ERR_OK && !blob_decode(record, TABLE_IMPORT_HEADER, header))
		return record_damaged(TABLE_IMPORT_HEADER, &key);
	return e;
}
