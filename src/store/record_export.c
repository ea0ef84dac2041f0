#include "sluice/store/record_export.h"

#include "codec.h"
#include "internal.h"

/* Every index of an export but the rows themselves, which are sorted by id. */
#define EXPORT_INDEXES 7

static void store_entries(
	struct store *s, const struct export *x, struct index_entry e[2])
{
	struct text_hash store;

	e[0].table = TABLE_EXPORT_BY_STORE;
	e[1].table = TABLE_EXPORT_BY_STORE_STATE;
	e[0].present = e[1].present = x->store_external_id.len > 0;
	if (!e[0].present)
		return;
	store = store_hash_of(s, x->store_external_id);
	e[0].key = key_with_id(key_export_store(store), x->id);
	e[1].key = key_with_id(key_export_store_state(store, x->state), x->id);
}

static void index_entries(struct store *s, const struct export *x,
	struct index_entry out[EXPORT_INDEXES])
{
	struct index_entry *e = out;
	struct uuid id = x->id;

	*e++ = (struct index_entry){ TABLE_EXPORT_BY_STATE, true,
		key_with_id(key_export_state(x->state), id) };
	*e++ = (struct index_entry){ TABLE_EXPORT_BY_JOB, true,
		key_with_id(key_uuid(x->job_id), id) };
	*e++ = (struct index_entry){ TABLE_EXPORT_BY_JOB_STATE, true,
		key_with_id(key_export_job_state(x->job_id, x->state), id) };
	*e++ = (struct index_entry){ TABLE_EXPORT_BY_REFERENCE, true,
		key_with_id(key_export_reference(x->reference), id) };
	store_entries(s, x, e);
	e += 2;
	e->table = TABLE_EXPORT_DUE;
	e->present = export_state_is_due(x->state);
	if (e->present)
		e->key = key_export_due(x->client_id, x->next_attempt_at, id);
}

/* The row as it stands, copied; out of `*found` when there is none. */
static enum err old_row(
	struct txn *t, struct uuid id, struct export *old, bool *found)
{
	struct key key = key_uuid(id);
	struct str record;
	enum err e = table_get(t, TABLE_EXPORT, &key, &record);

	*found = e == ERR_OK;
	if (e == ERR_NOT_FOUND)
		return ERR_OK;
	if (e == ERR_OK && !export_decode(record_keep(t, record), id, old))
		return row_damaged(t, TABLE_EXPORT, &key);
	return e;
}

static enum err write_row(struct txn *t, struct key *key, struct str record,
	const struct export *old, const struct export *new)
{
	struct index_entry before[EXPORT_INDEXES], after[EXPORT_INDEXES];
	enum err e = old != NULL ? table_replace(t, TABLE_EXPORT, key, record)
				 : table_insert(t, TABLE_EXPORT, key, record);

	if (e != ERR_OK)
		return e;
	if (old != NULL)
		index_entries(t->store, old, before);
	index_entries(t->store, new, after);
	return index_change(
		t, old != NULL ? before : NULL, after, EXPORT_INDEXES);
}

enum err record_export_put(struct txn *t, const struct export *x)
{
	struct export old, new;
	struct key key = key_uuid(x->id);
	struct str record;
	bool found;
	enum err e = txn_error(t);

	if (e != ERR_OK)
		return e;
	if (x->reference.len > REFERENCE_MAX ||
		x->store_external_id.len > REFERENCE_MAX)
		return ERR_INVALID;
	e = old_row(t, x->id, &old, &found);
	if (e != ERR_OK)
		return e;
	/* x may borrow from the very record that is about to be replaced:
	 * from here on only the encoded copy is looked at. */
	record = export_encode(&t->store->scratch, x);
	e = record_fits(t);
	if (e != ERR_OK)
		return e;
	must(export_decode(record, x->id, &new));
	return write_row(t, &key, record, found ? &old : NULL, &new);
}

enum err record_export_get(struct txn *t, struct uuid id, struct export *out)
{
	struct key key = key_uuid(id);
	struct str record;
	enum err e = table_get(t, TABLE_EXPORT, &key, &record);

	if (e == ERR_OK && !export_decode(record, id, out))
		return record_damaged(TABLE_EXPORT, &key);
	return e;
}

static enum err remove_if_there(
	struct txn *t, enum table table, const struct key *key)
{
	return table_has(t, table, key) ? table_remove(t, table, key)
					: txn_error(t);
}

enum err record_export_delete(struct txn *t, struct uuid id)
{
	struct index_entry before[EXPORT_INDEXES];
	struct key key = key_uuid(id);
	struct export old;
	bool found;
	enum err e = old_row(t, id, &old, &found);

	if (e == ERR_OK && !found)
		return ERR_NOT_FOUND;
	if (e == ERR_OK)
		e = table_remove(t, TABLE_EXPORT, &key);
	if (e == ERR_OK) {
		index_entries(t->store, &old, before);
		e = index_change(t, before, NULL, EXPORT_INDEXES);
	}
	if (e == ERR_OK)
		e = remove_if_there(t, TABLE_EXPORT_PAYLOAD, &key);
	if (e == ERR_OK)
		(void)table_remove_prefix(
			t, TABLE_EXPORT_ATTEMPT, &key, SIZE_MAX);
	return txn_error(t);
}

/* --- payload, attempts, once ---------------------------------------------- */

enum err record_export_payload_put(
	struct txn *t, struct uuid id, struct str payload)
{
	struct key key = key_uuid(id);

	return record_write(t, TABLE_EXPORT_PAYLOAD, &key,
		blob_encode(&t->store->scratch, TABLE_EXPORT_PAYLOAD, payload));
}

enum err record_export_payload_get(
	struct txn *t, struct uuid id, struct str *payload)
{
	struct key key = key_uuid(id);
	struct str record;
	enum err e = table_get(t, TABLE_EXPORT_PAYLOAD, &key, &record);

	if (e == ERR_OK && !blob_decode(record, TABLE_EXPORT_PAYLOAD, payload))
		return record_damaged(TABLE_EXPORT_PAYLOAD, &key);
	return e;
}

enum err record_attempt_put(
	struct txn *t, struct uuid export_id, const struct export_attempt *a)
{
	struct key key = key_numbered(export_id, a->number);

	return record_write(t, TABLE_EXPORT_ATTEMPT, &key,
		attempt_encode(&t->store->scratch, a));
}

enum err record_attempt_get(struct txn *t, struct uuid export_id,
	uint32_t number, struct export_attempt *out)
{
	struct key key = key_numbered(export_id, number);
	struct str record;
	enum err e = table_get(t, TABLE_EXPORT_ATTEMPT, &key, &record);

	if (e == ERR_OK && !attempt_decode(record, number, out))
		return record_damaged(TABLE_EXPORT_ATTEMPT, &key);
	return e;
}

static bool read_attempt(const struct cursor *c, struct export_attempt *a)
{
	struct key key = key_text(c->key);
	uint32_t number;

	if (key_read_number(c->key, &number) &&
		attempt_decode(c->value, number, a))
		return true;
	(void)record_damaged(TABLE_EXPORT_ATTEMPT, &key);
	return false;
}

void record_attempt_each(struct txn *t, struct uuid export_id,
	bool (*each)(void *arg, const struct export_attempt *a), void *arg)
{
	struct key prefix = key_uuid(export_id);
	struct export_attempt a;
	struct cursor c;
	bool more = cursor_open(&c, t, TABLE_EXPORT_ATTEMPT, &prefix);

	/* A damaged one is logged and left out: the others still tell. */
	for (; more && key_has_prefix(c.key, &prefix); more = cursor_next(&c)) {
		if (read_attempt(&c, &a) && !each(arg, &a))
			break;
	}
	cursor_close(&c);
}

enum err record_once_put(struct txn *t, struct uuid job_id,
	enum export_entity entity, struct str reference, status_index status,
	struct uuid export_id)
{
	struct key key = key_once(job_id, entity, status, reference);
	struct str id = { (const char *)export_id.bytes, 16 };
	enum err e = txn_error(t);

	if (e != ERR_OK)
		return e;
	if (reference.len > REFERENCE_MAX)
		return ERR_INVALID;
	if (table_has(t, TABLE_EXPORT_ONCE, &key))
		return ERR_EXISTS;
	return record_write(t, TABLE_EXPORT_ONCE, &key,
		blob_encode(&t->store->scratch, TABLE_EXPORT_ONCE, id));
}
