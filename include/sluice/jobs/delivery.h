/* One attempt to bring one export to its destination.  An operation as op.h
 * has it: starts or fails, calls back once, can be cancelled. */
#ifndef SLUICE_JOBS_DELIVERY_H
#define SLUICE_JOBS_DELIVERY_H

#include "sluice/base/diag.h"
#include "sluice/loop/sftp_put.h"
#include "sluice/model/export.h"

struct hub;
struct delivery;
typedef void (*delivery_done_fn)(struct delivery *d);

struct delivery {
	enum err status; /* the result, once called back ... */
	struct diag why; /* ... and its sentence */
	uint64_t bytes;  /* that arrived */

	/* private */
	struct sftp_put put;
	delivery_done_fn done;
	char *path, *temp_path;
	char **leftovers; /* temporary names of earlier attempts */
	size_t leftover_count;
	char *payload;
	char who[UUID_TEXT_SIZE];
};

/* Copies what it needs of `x` and `payload`.  A connection that is gone is an
 * error at once (no callback). */
enum err delivery_start(struct delivery *d, struct hub *hub,
	const struct export *x, struct str payload,
	delivery_done_fn done) WARN_UNUSED;

void delivery_cancel(struct delivery *d);

/* Frees what the attempt held; not the struct. */
void delivery_release(struct delivery *d);

#endif
