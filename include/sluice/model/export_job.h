/* An export job: which entity at which statuses goes where, and how (contract
 * 2.2, facts.md section 8).  This issue delivers exportMethod SFTP_CLIENT;
 * API_CLIENT is refused with a clear fault until its issue. */
#ifndef SLUICE_MODEL_EXPORT_JOB_H
#define SLUICE_MODEL_EXPORT_JOB_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "sluice/base/uuid.h"
#include "sluice/model/document.h"
#include "sluice/model/fault.h"
#include "sluice/model/render.h"

enum export_method {
	METHOD_SFTP,
	METHOD_API
};

struct retry_policy {
	unsigned max_retries;      /* 0..100; attempts in all: one more */
	unsigned interval_seconds; /* fixed */
};

struct export_job {
	struct uuid id;
	int64_t created_at, updated_at; /* ms */
	char *name;
	bool active;
	enum export_entity entity;
	enum export_method method;
	struct uuid client_id; /* the connection */
	char *output_folder;
	bool create_folder;
	enum export_format format;
	enum file_name_format file_name_format;
	uint32_t trigger_statuses; /* bit = status_index of the entity */
	bool allow_multiple_per_status;
	char **supplier_external_ids; /* sorted, without duplicates */
	size_t supplier_count;        /* 0: all suppliers */
	struct retry_policy retry;
	uint16_t *permanent_status_codes; /* HTTP; fail at once on these */
	size_t permanent_status_count;
};

/* Reads a POST or PUT body: every fault at once.  Whether connection and
 * suppliers exist and the name is free is the caller's to check.  `defaults`
 * fills what the body's retry leaves out.  Times and id are left alone.  The
 * old key `suppliers` is a fault that names supplierExternalIds.  `preview`
 * lets name and clientId be absent. */
struct export_job *export_job_from_json(const json_t *body,
	const struct retry_policy *defaults, bool preview,
	struct faults *faults);

/* The stored form, and the answer's form but for `suppliers`, which the view
 * adds; a fresh reference. */
json_t *export_job_to_json(const struct export_job *j);
struct export_job *export_job_from_stored(const json_t *stored);
struct export_job *export_job_copy(const struct export_job *j);
void export_job_destroy(struct export_job *j); /* NULL is fine */

/* Reads {"supplierExternalIds":[...]} of PATCH and DELETE .../suppliers: at
 * least one; sorted, without duplicates, in the faults' arena. */
const char **export_job_supplier_ids_from_json(
	const json_t *body, size_t *count, struct faults *faults);

/* Merge and remove; duplicates and absent ones are ignored.  True when the
 * list changed. */
bool export_job_suppliers_add(
	struct export_job *j, const char *const *ids, size_t count);
bool export_job_suppliers_remove(
	struct export_job *j, const char *const *ids, size_t count);
bool export_job_has_supplier(const struct export_job *j, const char *id);

/* Rule 3.1: active, right entity, supplier in scope (an empty scope = all),
 * and `status` among the triggers. */
bool export_job_selects(const struct export_job *j, const struct document *d);

#endif
