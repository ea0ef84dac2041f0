#include "sluice/jobs/catalog.h"

#include <stdlib.h>

#include "sluice/base/crypto.h"
#include "sluice/base/log.h"
#include "sluice/base/mem.h"
#include "sluice/jobs/export_repair.h"
#include "sluice/jobs/hub.h"
#include "sluice/jobs/scheduler.h"
#include "sluice/store/record_config.h"
#include "sluice/store/record_import_job.h"

/* --- loading ------------------------------------------------------------- */

static void take_connection(void *arg, struct connection *c)
{
	struct catalog *k = arg;

	k->connections = mem_resize(k->connections,
		(k->connection_count + 1) * sizeof *k->connections);
	k->connections[k->connection_count++] = c;
}

static void take_job(void *arg, struct export_job *j)
{
	struct catalog *k = arg;

	k->jobs = mem_resize(k->jobs, (k->job_count + 1) * sizeof *k->jobs);
	k->jobs[k->job_count++] = j;
}

static void take_import_job(void *arg, struct import_job *j)
{
	struct catalog *k = arg;

	k->import_jobs = mem_resize(k->import_jobs,
		(k->import_job_count + 1) * sizeof *k->import_jobs);
	k->import_jobs[k->import_job_count++] = j;
}

enum err catalog_load(struct hub *hub, struct diag *why)
{
	struct txn *t = turn_read(hub);
	enum err e;

	catalog_release(hub);
	e = record_connection_each(t, take_connection, &hub->catalog);
	if (e != ERR_OK)
		return diag_set(why, e,
			"stored connections: %s; restore the database from a "
			"backup, with its secret key",
			err_text(e));
	e = record_export_job_each(t, take_job, &hub->catalog);
	if (e != ERR_OK)
		return diag_set(why, e,
			"stored export jobs: %s; restore the database from a "
			"backup",
			err_text(e));
	e = record_import_job_each(t, take_import_job, &hub->catalog);
	if (e != ERR_OK)
		return diag_set(why, e,
			"stored import jobs: %s; restore the database from a "
			"backup",
			err_text(e));
	return ERR_OK;
}

void catalog_release(struct hub *hub)
{
	struct catalog *k = &hub->catalog;

	for (size_t i = 0; i < k->connection_count; i++)
		connection_destroy(k->connections[i]);
	for (size_t i = 0; i < k->job_count; i++)
		export_job_destroy(k->jobs[i]);
	for (size_t i = 0; i < k->import_job_count; i++)
		import_job_destroy(k->import_jobs[i]);
	free(k->connections);
	free(k->jobs);
	free(k->import_jobs);
	*k = (struct catalog){ 0 };
}

void catalog_roll_back(struct hub *hub)
{
	struct diag why;

	if (!hub->catalog.changed)
		return;
	if (catalog_load(hub, &why) != ERR_OK)
		log_error("%s", why.text);
	if (hub->imports.scheduler != NULL)
		scheduler_wake(hub->imports.scheduler);
}

/* --- looking up ----------------------------------------------------------- */

static size_t connection_index(const struct catalog *k, struct uuid id)
{
	size_t i = 0;

	while (i < k->connection_count && !uuid_eq(k->connections[i]->id, id))
		i++;
	return i;
}

static size_t job_index(const struct catalog *k, struct uuid id)
{
	size_t i = 0;

	while (i < k->job_count && !uuid_eq(k->jobs[i]->id, id))
		i++;
	return i;
}

static size_t import_job_index(const struct catalog *k, struct uuid id)
{
	size_t i = 0;

	while (i < k->import_job_count && !uuid_eq(k->import_jobs[i]->id, id))
		i++;
	return i;
}

struct connection *catalog_connection(struct hub *hub, struct uuid id)
{
	size_t i = connection_index(&hub->catalog, id);

	return i < hub->catalog.connection_count ? hub->catalog.connections[i]
						 : NULL;
}

struct export_job *catalog_job(struct hub *hub, struct uuid id)
{
	size_t i = job_index(&hub->catalog, id);

	return i < hub->catalog.job_count ? hub->catalog.jobs[i] : NULL;
}

struct import_job *catalog_import_job(struct hub *hub, struct uuid id)
{
	size_t i = import_job_index(&hub->catalog, id);

	return i < hub->catalog.import_job_count ? hub->catalog.import_jobs[i]
						 : NULL;
}

struct connection *catalog_connection_by_name(struct hub *hub, struct str name)
{
	struct catalog *k = &hub->catalog;

	for (size_t i = 0; i < k->connection_count; i++)
		if (str_eq(str_of(k->connections[i]->name), name))
			return k->connections[i];
	return NULL;
}

struct export_job *catalog_job_by_name(struct hub *hub, struct str name)
{
	struct catalog *k = &hub->catalog;

	for (size_t i = 0; i < k->job_count; i++)
		if (str_eq(str_of(k->jobs[i]->name), name))
			return k->jobs[i];
	return NULL;
}

struct import_job *catalog_import_job_by_name(struct hub *hub, struct str name)
{
	struct catalog *k = &hub->catalog;

	for (size_t i = 0; i < k->import_job_count; i++)
		if (str_eq(str_of(k->import_jobs[i]->name), name))
			return k->import_jobs[i];
	return NULL;
}

const char *catalog_connection_user(struct hub *hub, struct uuid id)
{
	struct catalog *k = &hub->catalog;

	for (size_t i = 0; i < k->job_count; i++)
		if (uuid_eq(k->jobs[i]->client_id, id))
			return k->jobs[i]->name;
	for (size_t i = 0; i < k->import_job_count; i++)
		if (k->import_jobs[i]->has_client &&
			uuid_eq(k->import_jobs[i]->client_id, id))
			return k->import_jobs[i]->name;
	return NULL;
}

static bool comes_after(const struct import_job *j, struct uuid id)
{
	for (size_t i = 0; i < j->after_count; i++)
		if (uuid_eq(j->after[i], id))
			return true;
	return false;
}

const char *catalog_import_job_user(struct hub *hub, struct uuid id)
{
	struct catalog *k = &hub->catalog;

	for (size_t i = 0; i < k->import_job_count; i++)
		if (comes_after(k->import_jobs[i], id))
			return k->import_jobs[i]->name;
	return NULL;
}

/* --- changing ------------------------------------------------------------- */

/* Writes through to the turn's transaction; `changed` comes first, so that a
 * write that fails is rolled back from memory, too. */
static enum err begin_change(struct hub *hub, struct txn **t)
{
	hub->catalog.changed = true;
	return turn_write(hub, t);
}

enum err catalog_put_connection(struct hub *hub, struct connection *c)
{
	uint8_t nonce[SEAL_NONCE_SIZE];
	size_t i = connection_index(&hub->catalog, c->id);
	struct txn *t;
	enum err e = begin_change(hub, &t);

	crypto_random(nonce, sizeof nonce);
	if (e == ERR_OK)
		e = record_connection_put(t, c, nonce);
	if (e != ERR_OK) {
		connection_destroy(c);
		return e;
	}
	if (i == hub->catalog.connection_count) {
		take_connection(&hub->catalog, c);
	} else {
		connection_destroy(hub->catalog.connections[i]);
		hub->catalog.connections[i] = c;
	}
	export_queue_wake(hub, c->id);
	return ERR_OK;
}

enum err catalog_put_job(struct hub *hub, struct export_job *j)
{
	size_t i = job_index(&hub->catalog, j->id);
	struct txn *t;
	enum err e = begin_change(hub, &t);

	if (e == ERR_OK)
		e = record_export_job_put(t, j);
	if (e != ERR_OK) {
		export_job_destroy(j);
		return e;
	}
	if (i == hub->catalog.job_count) {
		take_job(&hub->catalog, j);
	} else {
		export_job_destroy(hub->catalog.jobs[i]);
		hub->catalog.jobs[i] = j;
	}
	return ERR_OK;
}

enum err catalog_put_import_job(struct hub *hub, struct import_job *j)
{
	size_t i = import_job_index(&hub->catalog, j->id);
	struct txn *t;
	enum err e = begin_change(hub, &t);

	if (e == ERR_OK)
		e = record_import_job_put(t, j);
	if (e != ERR_OK) {
		import_job_destroy(j);
		return e;
	}
	if (i == hub->catalog.import_job_count) {
		take_import_job(&hub->catalog, j);
	} else {
		import_job_destroy(hub->catalog.import_jobs[i]);
		hub->catalog.import_jobs[i] = j;
	}
	import_queue_job_changed(hub, j->id, j);
	return ERR_OK;
}

/* Takes entry `i` out of an array of pointers. */
static void take_out(void *array, size_t *count, size_t i)
{
	char *at = (char *)array + i * sizeof(void *);

	--*count;
	memmove(at, at + sizeof(void *), (*count - i) * sizeof(void *));
}

enum err catalog_delete_connection(struct hub *hub, struct uuid id)
{
	struct catalog *k = &hub->catalog;
	size_t i = connection_index(k, id);
	struct txn *t;
	enum err e;

	if (i == k->connection_count)
		return ERR_NOT_FOUND;
	if (catalog_connection_user(hub, id) != NULL)
		return ERR_CONFLICT;
	e = begin_change(hub, &t);
	if (e == ERR_OK)
		e = record_connection_delete(t, id);
	if (e != ERR_OK)
		return e;
	connection_destroy(k->connections[i]);
	take_out(k->connections, &k->connection_count, i);
	sftp_pool_forget(hub->pool, id);
	ftp_pool_forget(hub->ftp, id);
	/* What waits for it learns that it's gone. */
	export_queue_wake(hub, id);
	return ERR_OK;
}

enum err catalog_delete_job(struct hub *hub, struct uuid id)
{
	struct catalog *k = &hub->catalog;
	size_t i = job_index(k, id);
	struct txn *t;
	enum err e;

	if (i == k->job_count)
		return ERR_NOT_FOUND;
	e = begin_change(hub, &t);
	if (e == ERR_OK)
		e = record_export_job_delete(t, id);
	if (e != ERR_OK)
		return e;
	export_job_destroy(k->jobs[i]);
	take_out(k->jobs, &k->job_count, i);
	return export_cancel_job(hub, id);
}

enum err catalog_delete_import_job(struct hub *hub, struct uuid id)
{
	struct catalog *k = &hub->catalog;
	size_t i = import_job_index(k, id);
	struct txn *t;
	enum err e;

	if (i == k->import_job_count)
		return ERR_NOT_FOUND;
	e = begin_change(hub, &t);
	if (e == ERR_OK)
		e = record_import_job_delete(t, id);
	if (e == ERR_OK)
		e = record_import_job_state_delete(t, id);
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	import_job_destroy(k->import_jobs[i]);
	take_out(k->import_jobs, &k->import_job_count, i);
	import_queue_job_changed(hub, id, NULL);
	return ERR_OK;
}
