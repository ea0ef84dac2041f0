/* What the views of export jobs share. */
#ifndef SLUICE_ADMIN_JOB_COMMON_H
#define SLUICE_ADMIN_JOB_COMMON_H

#include "call.h"
#include "sluice/model/export_job.h"

/* The job of the path, or NULL: answered 404. */
struct export_job *job_find(struct call *c);

/* The answer's form, with `suppliers` and their ids as far as the key sees
 * them. */
void job_put(struct call *c, const void *job);

/* Whether a supplier exists and the key sees it. */
bool job_sees_supplier(struct call *c, const char *id);

/* Adds F-E-002 for the suppliers of the body that the key doesn't see.  Reads
 * the body itself, so that these faults come together with those of its
 * shape. */
void job_check_suppliers(struct call *c, struct faults *f);

/* The same for suppliers and connection. */
void job_check_references(struct call *c, struct faults *f);

/* Stores it (taken over) as changed now; false: answered. */
bool job_store(struct call *c, struct export_job *j);

#endif
