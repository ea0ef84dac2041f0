/* A row becomes what the hub keeps: created, updated, unchanged or rejected
 * (contract 4.3 to 4.7, 4.9 to 4.11).
 *
 * Works in the turn's write transaction; durable when the turn is.  With
 * `dry_run` nothing is written but a throw-away overlay in the spool, so that
 * rows that build on each other get the same report as in earnest. */
#ifndef SLUICE_JOBS_IMPORT_APPLY_H
#define SLUICE_JOBS_IMPORT_APPLY_H

#include "sluice/base/diag.h"
#include "sluice/base/uuid.h"
#include "sluice/jobs/import_reader.h"

struct hub;
struct import_apply;

struct import_apply_options {
	const struct import_job *job; /* borrowed until the end */
	struct uuid execution_id;
	bool dry_run;
	int64_t now; /* ms: createdAt, updatedAt of what it writes; kept up to
			date by import_apply_at() */
};

struct import_apply *import_apply_create(struct hub *hub,
	const struct import_apply_options *options, struct diag *why);
void import_apply_destroy(struct import_apply *a); /* NULL is fine */

void import_apply_at(struct import_apply *a, int64_t now);

enum import_result {
	RESULT_CREATED,
	RESULT_UPDATED,
	RESULT_UNCHANGED,
	RESULT_REJECTED, /* row->faults say why */
	RESULT_HELD,     /* of a tree: decided at import_apply_finish() */
	RESULT_FAILED,   /* the store: `why`; the turn fails */
};

/* One row that import_reader gave as IMPORT_ROW. */
enum import_result import_apply_row(
	struct import_apply *a, struct import_row *row, struct diag *why);

/* Writes what was gathered of rows that belong together (the lines of one
 * order).  Before the run ends in another way than import_apply_finish(), which
 * does it, too: rows that were counted must not be lost. */
enum err import_apply_flush(
	struct import_apply *a, struct diag *why) WARN_UNUSED;

/* What is decided about rows only when all are there (NAVIGATION_CATEGORY):
 * called once per held row; `faults` NULL: it came through. */
typedef void (*import_held_fn)(void *arg, uint32_t file, uint64_t line,
	struct str raw, enum import_result result, const struct faults *faults);

/* All files were read to their end without an error: replaces the tree, in
 * this turn's transaction.  Does nothing for other kinds.  The old tree stays
 * when no row came through.  `file` of later rows: see import_apply_file(). */
enum err import_apply_finish(struct import_apply *a, import_held_fn held,
	void *arg, struct diag *why) WARN_UNUSED;

/* The rows that follow are those of file number `file` (from 0). */
void import_apply_file(struct import_apply *a, uint32_t file);

#endif
