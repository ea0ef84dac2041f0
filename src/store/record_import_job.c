#include "sluice/store/record_import_job.h"

#include "internal.h"

enum err record_import_job_put(struct txn *t, const struct import_job *j)
{
	return record_json_put(
		t, TABLE_IMPORT_JOB, j->id, import_job_to_json(j));
}

enum err record_import_job_delete(struct txn *t, struct uuid id)
{
	struct key key = key_uuid(id);

	return record_remove(t, TABLE_IMPORT_JOB, &key);
}

struct taker {
	void (*take)(void *arg, struct import_job *j);
	void *arg;
};

static bool use_job(void *arg, const json_t *stored)
{
	const struct taker *to = arg;
	struct import_job *j = import_job_from_stored(stored);

	if (j != NULL)
		to->take(to->arg, j);
	return j != NULL;
}

enum err record_import_job_each(
	struct txn *t, void (*take)(void *arg, struct import_job *j), void *arg)
{
	struct taker to = { take, arg };

	return record_json_each(t, TABLE_IMPORT_JOB, use_job, &to);
}
