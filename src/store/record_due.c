/* Due work: an index in order of time, so that the next timer is its first
 * key. */
#include "codec.h"
#include "internal.h"
#include "sluice/store/record_export.h"

size_t record_export_due(struct txn *t, struct uuid client_id, int64_t now_ms,
	struct uuid *ids, size_t max)
{
	struct key prefix = key_uuid(client_id);
	struct cursor c;
	struct uuid client;
	int64_t due;
	size_t n = 0;
	bool more = cursor_open(&c, t, TABLE_EXPORT_DUE, &prefix);

	for (; more && n < max && key_has_prefix(c.key, &prefix);
		more = cursor_next(&c)) {
		if (!key_read_due(c.key, &client, &due, &ids[n]))
			continue;
		if (due > now_ms)
			break;
		n++;
	}
	cursor_close(&c);
	return n;
}

bool record_export_due_next(
	struct txn *t, struct uuid client_id, int64_t *due_ms)
{
	struct key prefix = key_uuid(client_id);
	struct uuid client, id;
	struct cursor c;
	bool found = cursor_open(&c, t, TABLE_EXPORT_DUE, &prefix) &&
		     key_has_prefix(c.key, &prefix) &&
		     key_read_due(c.key, &client, due_ms, &id);

	cursor_close(&c);
	return found;
}

/* From client to client, whatever lies between. */
void record_export_due_clients(struct txn *t,
	bool (*each)(void *arg, struct uuid client_id), void *arg)
{
	struct uuid client, id;
	struct cursor c;
	int64_t due;
	bool more = cursor_open(&c, t, TABLE_EXPORT_DUE, NULL);

	while (more && key_read_due(c.key, &client, &due, &id)) {
		struct key here = key_uuid(client);
		struct key next = key_after_prefix(&here);

		if (!each(arg, client))
			break;
		more = next.len > 0 && cursor_seek(&c, &next);
	}
	cursor_close(&c);
}
