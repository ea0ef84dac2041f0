/* Files that were read and must still be put away. */
#include "codec.h"
#include "internal.h"

enum err record_file_move_put(struct txn *t, const struct file_move *m)
{
	struct key key = key_uuid(m->id);

	return record_write(t, TABLE_FILE_MOVE, &key,
		file_move_encode(&t->store->scratch, m));
}

enum err record_file_move_delete(struct txn *t, struct uuid id)
{
	struct key key = key_uuid(id);

	return record_remove(t, TABLE_FILE_MOVE, &key);
}

/* A damaged one is left out, and told at the end: the other files are still
 * put away. */
enum err record_file_move_each(struct txn *t,
	bool (*each)(void *arg, const struct file_move *m), void *arg)
{
	struct file_move m;
	struct cursor c;
	struct uuid id;
	enum err error = ERR_OK;
	bool more = cursor_open(&c, t, TABLE_FILE_MOVE, NULL);

	for (; more; more = cursor_next(&c)) {
		struct key key = key_text(c.key);

		if (!key_take_id(c.key, &id) ||
			!file_move_decode(c.value, id, &m))
			error = record_damaged(TABLE_FILE_MOVE, &key);
		else if (!each(arg, &m))
			break;
	}
	cursor_close(&c);
	return error != ERR_OK ? error : txn_error(t);
}
