/* Moves processed files away, after their rows are durable, and again until it
 * is done (contract 4.8).  A move that is due stands in the store
 * (record_file_move), so a crash forgets none; until it is done the file is
 * not taken again. */
#ifndef SLUICE_JOBS_FILE_MOVER_H
#define SLUICE_JOBS_FILE_MOVER_H

#include <stdbool.h>

#include "sluice/base/diag.h"
#include "sluice/store/record_execution.h"

struct hub;
struct file_mover;

enum err file_mover_start(
	struct file_mover **out, struct hub *hub, struct diag *why) WARN_UNUSED;

/* A new move, in the turn's transaction; tried after the commit, then every
 * imports.moveRetrySeconds until it works or the source is gone or has changed
 * (another file by that name came: it is a new one and stays).  When the
 * target's name is taken, the name gets "-2", "-3" ... before its ending: an
 * older file is never replaced. */
enum err file_mover_add(
	struct file_mover *m, const struct file_move *move) WARN_UNUSED;

/* Is a move of this file still to be done? */
bool file_mover_has(
	struct file_mover *m, struct uuid client_id, struct str path);

/* Cancels what is under way and calls `done` from the loop. */
void file_mover_stop(struct file_mover *m, void (*done)(void *arg), void *arg);
void file_mover_release(struct file_mover *m);

#endif
