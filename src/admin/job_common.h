/* What the views of export jobs share. */
#ifndef SLUICE_ADMIN_JOB_COMMON_H
#define SLUICE_ADMIN_JOB_COMMON_H

#include "call.h"
#include "sluice/model/export_job.h"

/* The job of the path, or NULL: answered 404. */
struct export_job *job_find(struct call *c);

/* The answer's form, with `suppliers` as far as the key sees them. */
void job_put(struct call *c, const void *job);

/* Adds F-E-002 for each supplier that doesn't exist. */
void job_check_suppliers(
	struct call *c, const char *const *ids, size_t count, struct faults *f);

/* Adds what is wrong with the job's connection. */
void job_check_connection(
	struct call *c, const struct export_job *j, struct faults *f);

/* Stores it (taken over) as changed now; false: answered. */
bool job_store(struct call *c, struct export_job *j);

#endif
