/* Connections and export jobs: stored as the JSON of the model, connections
 * sealed. */
#include "sluice/store/record_config.h"

#include <stdio.h>

#include "internal.h"
#include "sluice/base/mem.h"

#define CONTEXT_SIZE (UUID_TEXT_SIZE + 16)
#define SEALED_MAX   (1u << 24)

static enum err remove_by_id(struct txn *t, enum table table, struct uuid id)
{
	struct key key = key_uuid(id);

	return record_remove(t, table, &key);
}

/* --- connections ---------------------------------------------------------- */

/* What the seal is bound to: a sealed connection is of no use under another
 * id. */
static struct str context_of(struct uuid id, char out[CONTEXT_SIZE])
{
	char text[UUID_TEXT_SIZE];

	snprintf(out, CONTEXT_SIZE, "connection:%s", uuid_format(id, text));
	return str_of(out);
}

enum err record_connection_put(struct txn *t, const struct connection *c,
	const uint8_t nonce[SEAL_NONCE_SIZE])
{
	struct buf sealed = buf_make(SEALED_MAX);
	char context[CONTEXT_SIZE];
	json_t *json;
	char *text;
	enum err e = txn_error(t);

	if (e != ERR_OK)
		return e;
	must(t->store->has_secret);
	json = connection_to_json(c, CONNECTION_STORED);
	text = json_dumps(json, JSON_COMPACT);
	must(text != NULL);
	crypto_seal(&sealed, t->store->secret, nonce,
		context_of(c->id, context), str_of(text));
	e = sealed.full ? ERR_LIMIT
			: record_blob_put(t, TABLE_CONNECTION, c->id,
				  buf_view(&sealed));
	buf_release(&sealed);
	mem_free_secret(text);
	json_decref(json);
	return e;
}

enum err record_connection_delete(struct txn *t, struct uuid id)
{
	return remove_by_id(t, TABLE_CONNECTION, id);
}

struct connection_taker {
	void (*take)(void *arg, struct connection *c);
	void *arg;
};

static enum err use_connection(
	struct txn *t, struct uuid id, struct str sealed, void *arg)
{
	struct connection_taker *to = arg;
	struct buf plain = buf_make(SEALED_MAX);
	struct connection *c = NULL;
	char context[CONTEXT_SIZE];
	json_t *json;
	enum err e;

	must(t->store->has_secret);
	e = crypto_open(
		&plain, t->store->secret, context_of(id, context), sealed);
	if (e == ERR_OK) {
		json = json_loadb(plain.data, plain.len, 0, NULL);
		c = json != NULL ? connection_from_stored(json) : NULL;
		json_decref(json);
		e = c != NULL ? ERR_OK : ERR_CORRUPT;
	}
	if (plain.data != NULL)
		mem_wipe(plain.data, plain.len);
	buf_release(&plain);
	if (c != NULL)
		to->take(to->arg, c);
	return e;
}

enum err record_connection_each(
	struct txn *t, void (*take)(void *arg, struct connection *c), void *arg)
{
	struct connection_taker to = { take, arg };

	return record_blob_each(t, TABLE_CONNECTION, use_connection, &to);
}

/* --- export jobs ---------------------------------------------------------- */

enum err record_export_job_put(struct txn *t, const struct export_job *j)
{
	return record_json_put(
		t, TABLE_EXPORT_JOB, j->id, export_job_to_json(j));
}

enum err record_export_job_delete(struct txn *t, struct uuid id)
{
	return remove_by_id(t, TABLE_EXPORT_JOB, id);
}

struct job_taker {
	void (*take)(void *arg, struct export_job *j);
	void *arg;
};

static bool use_job(void *arg, const json_t *stored)
{
	const struct job_taker *to = arg;
	struct export_job *j = export_job_from_stored(stored);

	if (j != NULL)
		to->take(to->arg, j);
	return j != NULL;
}

enum err record_export_job_each(
	struct txn *t, void (*take)(void *arg, struct export_job *j), void *arg)
{
	struct job_taker to = { take, arg };

	return record_json_each(t, TABLE_EXPORT_JOB, use_job, &to);
}
