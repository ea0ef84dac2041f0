#include "sluice/store/record_document.h"

#include "codec.h"
#include "internal.h"

/* Every index of a document but the rows themselves, which are sorted by
 * reference. */
#define DOCUMENT_INDEXES 9

static void store_entries(
	struct store *s, const struct document_row *r, struct index_entry *e)
{
	bool bound = r->store_external_id.len > 0;
	struct text_hash store;

	e[0].table = TABLE_DOCUMENT_STORE_CREATED;
	e[1].table = TABLE_DOCUMENT_STORE_UPDATED;
	e[2].table = TABLE_DOCUMENT_STORE_STATUS_CREATED;
	e[3].table = TABLE_DOCUMENT_STORE_STATUS_UPDATED;
	e[0].present = e[1].present = e[2].present = e[3].present = bound;
	if (!bound)
		return;
	store = store_hash_of(s, r->store_external_id);
	e[0].key = key_document_store(
		store, r->entity, r->created_at, r->reference);
	e[1].key = key_document_store(
		store, r->entity, r->updated_at, r->reference);
	e[2].key = key_document_store_status(
		store, r->entity, r->status, r->created_at, r->reference);
	e[3].key = key_document_store_status(
		store, r->entity, r->status, r->updated_at, r->reference);
}

static void index_entries(struct store *s, const struct document_row *r,
	struct index_entry e[DOCUMENT_INDEXES])
{
	e[0] = (struct index_entry){ TABLE_DOCUMENT_CREATED, true,
		key_document_time(r->entity, r->created_at, r->reference) };
	e[1] = (struct index_entry){ TABLE_DOCUMENT_UPDATED, true,
		key_document_time(r->entity, r->updated_at, r->reference) };
	e[2] = (struct index_entry){ TABLE_DOCUMENT_STATUS_CREATED, true,
		key_document_status(
			r->entity, r->status, r->created_at, r->reference) };
	e[3] = (struct index_entry){ TABLE_DOCUMENT_STATUS_UPDATED, true,
		key_document_status(
			r->entity, r->status, r->updated_at, r->reference) };
	e[4].table = TABLE_DOCUMENT_EXTERNAL;
	e[4].present = r->external_id.len > 0;
	if (e[4].present)
		e[4].key = key_document_external(
			r->entity, r->external_id, r->reference);
	store_entries(s, r, &e[5]);
}

/* The index entries of the row as it stands.  Of the row itself nothing is
 * kept, for its text is large. */
static enum err old_entries(struct txn *t, const struct key *key,
	struct index_entry out[DOCUMENT_INDEXES], bool *found)
{
	struct document_row old;
	struct str record;
	enum err e = table_get(t, TABLE_DOCUMENT, key, &record);

	*found = e == ERR_OK;
	if (e == ERR_NOT_FOUND)
		return ERR_OK;
	if (e != ERR_OK)
		return e;
	if (!document_decode(record, key_view(key), &old))
		return row_damaged(t, TABLE_DOCUMENT, key);
	index_entries(t->store, &old, out);
	return ERR_OK;
}

enum err record_document_put(struct txn *t, const struct document_row *row)
{
	struct index_entry before[DOCUMENT_INDEXES], after[DOCUMENT_INDEXES];
	struct key key;
	struct str record;
	bool found;
	enum err e = txn_error(t);

	if (e != ERR_OK)
		return e;
	if (row->reference.len == 0 || row->reference.len > REFERENCE_MAX)
		return ERR_INVALID;
	key = key_document(row->entity, row->reference);
	e = old_entries(t, &key, before, &found);
	if (e != ERR_OK)
		return e;
	/* The row may borrow from the record that is about to be replaced. */
	index_entries(t->store, row, after);
	record = document_encode(&t->store->scratch, row);
	e = record_fits(t);
	if (e == ERR_OK)
		e = found ? table_replace(t, TABLE_DOCUMENT, &key, record)
			  : table_insert(t, TABLE_DOCUMENT, &key, record);
	if (e != ERR_OK)
		return e;
	return index_change(t, found ? before : NULL, after, DOCUMENT_INDEXES);
}

enum err record_document_get(struct txn *t, enum export_entity entity,
	struct str reference, struct document_row *out)
{
	struct key key = key_document(entity, reference);
	struct str record;
	enum err e;

	if (reference.len == 0 || reference.len > REFERENCE_MAX)
		return ERR_NOT_FOUND;
	e = table_get(t, TABLE_DOCUMENT, &key, &record);
	if (e != ERR_OK)
		return e;
	if (!document_decode(record, key_view(&key), out))
		return record_damaged(TABLE_DOCUMENT, &key);
	/* The key is ours and gone in a moment; the caller's text lives. */
	out->reference = reference;
	return ERR_OK;
}

/* The hash in the key finds the rows; their own external ids decide. */
enum err record_document_find_external(struct txn *t, enum export_entity entity,
	struct str external_id, struct document_row *out)
{
	struct key prefix = key_document_external_prefix(entity, external_id);
	struct document_row row;
	struct cursor c;
	enum err e = ERR_NOT_FOUND;
	bool more = external_id.len > 0 &&
		    cursor_open(&c, t, TABLE_DOCUMENT_EXTERNAL, &prefix);

	for (; more && key_has_prefix(c.key, &prefix); more = cursor_next(&c)) {
		enum err got = record_document_get(t, entity,
			key_document_external_reference(c.key), &row);

		if (got == ERR_OK && !str_eq(row.external_id, external_id))
			continue;
		if (got == ERR_OK && e == ERR_OK)
			got = ERR_CONFLICT;
		*out = row;
		e = got;
		if (e != ERR_OK)
			break;
	}
	if (external_id.len > 0)
		cursor_close(&c);
	return txn_error(t) != ERR_OK ? txn_error(t) : e;
}

uint64_t record_document_count(struct txn *t, enum export_entity entity)
{
	struct key prefix = key_document(entity, STR(""));
	struct range range = range_of_prefix(&prefix);

	return ranked_count(t, TABLE_DOCUMENT, &range);
}
