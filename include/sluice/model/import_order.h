/* The order in which import jobs should run: what an entity refers to comes
 * before it (seed 000, facts.md 3.6), and a job comes after those that its
 * `after` names. */
#ifndef SLUICE_MODEL_IMPORT_ORDER_H
#define SLUICE_MODEL_IMPORT_ORDER_H

#include "sluice/model/import_job.h"

/* Sorts in place: by the recommended order of their entities, then by name,
 * but for jobs that `after` moves back.  A circle in `after` (there should be
 * none) is cut somewhere. */
void import_order_sort(const struct import_job **jobs, size_t count);

/* Why `job` runs after `other`: a sentence, or NULL when it needn't. */
const char *import_order_reason(
	const struct import_job *job, const struct import_job *other);

#endif
