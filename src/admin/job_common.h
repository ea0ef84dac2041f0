/* What the views of export jobs share, and some of it with those of import
 * jobs. */
#ifndef SLUICE_ADMIN_JOB_COMMON_H
#define SLUICE_ADMIN_JOB_COMMON_H

#include "call.h"
#include "sluice/model/export_job.h"

#define JOB_NAME_MAX 200 /* bytes; the model's own limit */

/* "x (copy)", "x (copy 2)", ...: the first that isn't taken, shortened where it
 * would be no name any more.  NULL: answered, thousands are. */
const char *job_copy_name(struct call *c, const char *name,
	bool (*taken)(struct hub *hub, struct str name));

/* F-E-002, by the template of facts.md 5.1. */
void fault_no_ref(struct faults *f, const char *field, const char *ids,
	const char *id_type);

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
