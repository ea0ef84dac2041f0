/* Connections, export and import jobs, in memory as in the store: few, read on
 * every event, so they are parsed once.
 *
 * A change goes to the turn's transaction and to memory at once; when the
 * commit fails the catalog is loaded again from the store, so memory never
 * holds what the disk does not. */
#ifndef SLUICE_JOBS_CATALOG_H
#define SLUICE_JOBS_CATALOG_H

#include <stdbool.h>
#include <stddef.h>

#include "sluice/base/diag.h"
#include "sluice/base/str.h"
#include "sluice/model/connection.h"
#include "sluice/model/export_job.h"
#include "sluice/model/import_job.h"

struct hub;

/* In rising order of id, that is of creation. */
struct catalog {
	struct connection **connections; /* read only from outside */
	size_t connection_count;
	struct export_job **jobs;
	size_t job_count;
	struct import_job **import_jobs;
	size_t import_job_count;
	bool changed; /* private: since the last commit */
};

enum err catalog_load(struct hub *hub, struct diag *why) WARN_UNUSED;
void catalog_release(struct hub *hub);

/* The turn's transaction was not kept: memory goes back to what is on disk.
 * Called by jobs/turn. */
void catalog_roll_back(struct hub *hub);

/* NULL: there is none.  The result lives until the next change. */
struct connection *catalog_connection(struct hub *hub, struct uuid id);
struct connection *catalog_connection_by_name(struct hub *hub, struct str name);
struct export_job *catalog_job(struct hub *hub, struct uuid id);
struct export_job *catalog_job_by_name(struct hub *hub, struct str name);

/* The name of a job that uses the connection, or NULL. */
const char *catalog_connection_user(struct hub *hub, struct uuid id);

/* Insert or replace (by id), in the turn's transaction.  Takes the object over
 * in any case.  Names must have been checked. */
enum err catalog_put_connection(
	struct hub *hub, struct connection *c) WARN_UNUSED;
enum err catalog_put_job(struct hub *hub, struct export_job *j) WARN_UNUSED;

/* ERR_CONFLICT when a job uses the connection. */
enum err catalog_delete_connection(struct hub *hub, struct uuid id) WARN_UNUSED;

/* Also cancels what was not delivered (contract 2.2), a slice per turn; the
 * first slice is in the turn's transaction. */
enum err catalog_delete_job(struct hub *hub, struct uuid id) WARN_UNUSED;

/* The same for import jobs.  put and delete tell the import queue
 * (import_queue_job_changed()). */
struct import_job *catalog_import_job(struct hub *hub, struct uuid id);
struct import_job *catalog_import_job_by_name(struct hub *hub, struct str name);
enum err catalog_put_import_job(
	struct hub *hub, struct import_job *j) WARN_UNUSED;
enum err catalog_delete_import_job(struct hub *hub, struct uuid id) WARN_UNUSED;

/* The name of a job whose `after` names this one, or NULL. */
const char *catalog_import_job_user(struct hub *hub, struct uuid id);

#endif
