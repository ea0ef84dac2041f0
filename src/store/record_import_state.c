/* What the scheduler must remember of each import job. */
#include "codec.h"
#include "internal.h"

enum err record_import_job_state_get(
	struct txn *t, struct uuid job_id, struct import_job_state *out)
{
	struct key key = key_uuid(job_id);
	struct str record;
	enum err e = table_get(t, TABLE_IMPORT_JOB_STATE, &key, &record);

	*out = (struct import_job_state){ 0 };
	if (e == ERR_NOT_FOUND)
		return ERR_OK;
	if (e == ERR_OK && !job_state_decode(record, out))
		return record_damaged(TABLE_IMPORT_JOB_STATE, &key);
	return e;
}

enum err record_import_job_state_put(
	struct txn *t, struct uuid job_id, const struct import_job_state *s)
{
	struct key key = key_uuid(job_id);

	return record_write(t, TABLE_IMPORT_JOB_STATE, &key,
		job_state_encode(&t->store->scratch, s));
}

enum err record_import_job_state_delete(struct txn *t, struct uuid job_id)
{
	struct key key = key_uuid(job_id);

	return record_remove(t, TABLE_IMPORT_JOB_STATE, &key);
}
