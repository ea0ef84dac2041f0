/* The first rows of a job's source, raw and mapped, with what would be wrong
 * with them; nothing is written (contract 2.5, preview).  An operation as op.h
 * has it. */
#ifndef SLUICE_JOBS_IMPORT_PREVIEW_H
#define SLUICE_JOBS_IMPORT_PREVIEW_H

#include "sluice/base/buf.h"
#include "sluice/base/diag.h"
#include "sluice/model/import_job.h"

struct hub;
struct import_preview;
typedef void (*import_preview_done_fn)(
	void *arg, enum err status, const struct diag *why, struct str body);

/* Reads the first file (bulk mode: the first by name that the job takes,
 * without the stability check) until `rows` rows came out.  `done` gets
 * {"file","rows":[{"line","raw":{},"mapped":{},"errors":[]}],"warnings":[]},
 * borrowed for the call.  Takes the job over in any case.  Fails at once, with
 * `why`, when the job has no source. */
enum err import_preview_start(struct import_preview **out, struct hub *hub,
	struct import_job *job, unsigned rows, import_preview_done_fn done,
	void *arg, struct diag *why) WARN_UNUSED;

/* `done` still comes. */
void import_preview_cancel(struct import_preview *p);

#endif
