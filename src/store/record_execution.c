#include "sluice/store/record_execution.h"

#include "codec.h"
#include "internal.h"

/* Every index of an execution but the rows themselves, which are sorted by
 * id. */
#define EXECUTION_INDEXES 3

static void index_entries(
	const struct execution *x, struct index_entry e[EXECUTION_INDEXES])
{
	e[0] = (struct index_entry){ TABLE_EXECUTION_BY_STATE, true,
		key_with_id(key_execution_state(x->state), x->id) };
	e[1] = (struct index_entry){ TABLE_EXECUTION_BY_JOB, true,
		key_with_id(key_uuid(x->job_id), x->id) };
	e[2] = (struct index_entry){ TABLE_EXECUTION_BY_JOB_STATE, true,
		key_with_id(
			key_execution_job_state(x->job_id, x->state), x->id) };
}

/* The index entries of the row as it stands; its texts are not kept. */
static enum err old_entries(struct txn *t, struct uuid id,
	struct index_entry out[EXECUTION_INDEXES], bool *found)
{
	struct execution old;
	enum err e = record_execution_get(t, id, &old);
	struct key key = key_uuid(id);

	*found = e == ERR_OK;
	if (e == ERR_OK)
		index_entries(&old, out);
	if (e == ERR_CORRUPT)
		return row_damaged(t, TABLE_EXECUTION, &key);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err record_execution_put(struct txn *t, const struct execution *x)
{
	struct index_entry before[EXECUTION_INDEXES], after[EXECUTION_INDEXES];
	struct key key = key_uuid(x->id);
	struct str record;
	bool found;
	enum err e = txn_error(t);

	if (e == ERR_OK)
		e = old_entries(t, x->id, before, &found);
	if (e != ERR_OK)
		return e;
	index_entries(x, after);
	/* x may borrow from the record that is about to be replaced. */
	record = execution_encode(&t->store->scratch, x);
	e = record_fits(t);
	if (e == ERR_OK)
		e = found ? table_replace(t, TABLE_EXECUTION, &key, record)
			  : table_insert(t, TABLE_EXECUTION, &key, record);
	if (e != ERR_OK)
		return e;
	return index_change(t, found ? before : NULL, after, EXECUTION_INDEXES);
}

enum err record_execution_get(
	struct txn *t, struct uuid id, struct execution *out)
{
	struct key key = key_uuid(id);
	struct str record;
	enum err e = table_get(t, TABLE_EXECUTION, &key, &record);

	if (e == ERR_OK && !execution_decode(record, id, out))
		return record_damaged(TABLE_EXECUTION, &key);
	return e;
}

enum err record_execution_delete(struct txn *t, struct uuid id)
{
	struct index_entry before[EXECUTION_INDEXES];
	struct key key = key_uuid(id);
	bool found = false;
	enum err e = txn_error(t);

	if (e == ERR_OK)
		e = old_entries(t, id, before, &found);
	if (e == ERR_OK && !found)
		return ERR_NOT_FOUND;
	if (e == ERR_OK)
		e = table_remove(t, TABLE_EXECUTION, &key);
	if (e == ERR_OK)
		e = index_change(t, before, NULL, EXECUTION_INDEXES);
	if (e != ERR_OK)
		return e;
	(void)table_remove_prefix(t, TABLE_IMPORT_HEADER, &key, SIZE_MAX);
	return txn_error(t);
}
