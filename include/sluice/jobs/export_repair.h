/* What operators do to exports that have ended or never will: retry by hand,
 * and the sweep after a job was deleted. */
#ifndef SLUICE_JOBS_EXPORT_REPAIR_H
#define SLUICE_JOBS_EXPORT_REPAIR_H

#include <stdbool.h>

#include "sluice/base/diag.h"
#include "sluice/base/uuid.h"

struct hub;

/* Retry by hand: from FAILED or CANCELLED a new round of maxRetries, in the
 * turn's transaction.  `fresh` renders again with today's job and document.
 * ERR_NOT_FOUND, ERR_CONFLICT (wrong state, or job or document gone); `why`. */
enum err export_retry(struct hub *hub, struct uuid id, bool fresh,
	struct diag *why) WARN_UNUSED;

/* The job is gone: what was not delivered becomes CANCELLED (contract 2.2).
 * The first slice in this turn's transaction, the rest turn by turn; a crash
 * between is made good when the export comes due. */
enum err export_cancel_job(struct hub *hub, struct uuid job_id) WARN_UNUSED;

/* At shutdown: forget sweeps under way. */
void export_sweeps_release(struct hub *hub);

#endif
