#include "sluice/store/record_import_job.h"

#include <stdlib.h>

#include "codec.h"
#include "internal.h"

enum err record_import_job_put(struct txn *t, const struct import_job *j)
{
	json_t *json;
	char *text;
	enum err e = txn_error(t);

	if (e != ERR_OK)
		return e;
	json = import_job_to_json(j);
	text = json_dumps(json, JSON_COMPACT);
	must(text != NULL);
	e = record_blob_put(t, TABLE_IMPORT_JOB, j->id, str_of(text));
	free(text);
	json_decref(json);
	return e;
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

static enum err use_job(
	struct txn *t, struct uuid id, struct str text, void *arg)
{
	struct taker *to = arg;
	json_t *json = json_loadb(text.ptr, text.len, 0, NULL);
	struct import_job *j =
		json != NULL ? import_job_from_stored(json) : NULL;

	(void)t;
	(void)id;
	json_decref(json);
	if (j == NULL)
		return ERR_CORRUPT;
	to->take(to->arg, j);
	return ERR_OK;
}

enum err record_import_job_each(
	struct txn *t, void (*take)(void *arg, struct import_job *j), void *arg)
{
	struct taker to = { take, arg };

	return record_blob_each(t, TABLE_IMPORT_JOB, use_job, &to);
}
