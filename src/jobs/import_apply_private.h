/* The ways of the three sorts of kinds: those that are kept as they are, trees,
 * and documents. */
#ifndef SLUICE_SRC_JOBS_IMPORT_APPLY_PRIVATE_H
#define SLUICE_SRC_JOBS_IMPORT_APPLY_PRIVATE_H

#include "import_world.h"
#include "sluice/jobs/import_apply.h"

struct import_tree;
struct import_group;

struct import_apply {
	struct import_apply_options options;
	const struct import_job *job;
	struct import_world world;
	struct entity_lookup lookup;
	bool salted;     /* the kind has passwords */
	struct buf text; /* the normal form of the row */
	struct buf old;  /* a copy of what is there */
	uint32_t file;
	int64_t now;
	struct import_tree *tree;   /* NAVIGATION_CATEGORY, once it has rows */
	struct import_group *group; /* documents, once they have rows */
};

/* What entity_read() needs beside the row. */
struct entity_reading import_reading(
	struct import_apply *a, struct import_row *row);

/* `why` says which one: RESULT_FAILED. */
enum import_result import_failed(
	struct import_apply *a, struct str id, enum err e, struct diag *why);

/* The record is there but can't be read: a fault of the row. */
enum import_result import_damaged(
	struct import_apply *a, struct import_row *row, struct str id);

enum import_result import_tree_row(
	struct import_apply *a, struct import_row *row, struct diag *why);
enum err import_tree_finish(struct import_apply *a, import_held_fn held,
	void *arg, struct diag *why) WARN_UNUSED;
void import_tree_destroy(struct import_tree *t); /* NULL is fine */

enum import_result import_document_row(
	struct import_apply *a, struct import_row *row, struct diag *why);
enum err import_document_flush(
	struct import_apply *a, struct diag *why) WARN_UNUSED;
void import_group_destroy(struct import_group *g); /* NULL is fine */

#endif
