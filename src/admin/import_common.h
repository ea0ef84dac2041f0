/* What the views of import jobs and executions share. */
#ifndef SLUICE_ADMIN_IMPORT_COMMON_H
#define SLUICE_ADMIN_IMPORT_COMMON_H

#include "call.h"
#include "sluice/model/execution.h"
#include "sluice/model/import_job.h"

/* The job of the path, or NULL: answered 404. */
struct import_job *import_find(struct call *c);

/* The same for those who want to change, run or feed it: NULL also when the
 * key may not (403). */
struct import_job *import_find_to_change(struct call *c);

/* An import brings rows of all stores: a key that is limited to some makes no
 * job for entities that belong to stores, and doesn't see rows of such files.
 * False: answered 403. */
bool import_allows(struct call *c, enum entity_kind kind);

/* The job in the request's body, checked, references and all; `old` is the one
 * that it replaces or NULL.  NULL: answered. */
struct import_job *import_read(
	struct call *c, const struct import_job *old, bool preview);

/* 409 when another import job has this name; `own` may.  False: answered. */
bool import_name_free(struct call *c, const char *name, struct uuid own);

/* The answer's form. */
void import_put(struct call *c, const void *job);

/* Stores it (taken over) as changed now and answers with it after the commit.
 */
void import_store(struct call *c, struct import_job *j, unsigned status);

/* 201 with a new job, which is taken over. */
void import_store_new(struct call *c, struct import_job *j);

/* Answers with the execution as it is now, after the commit. */
void answer_execution(struct call *c, struct uuid id, unsigned status);

/* The execution of the path, counters as of now; false: answered. */
bool execution_find(struct call *c, struct execution *out);

#endif
