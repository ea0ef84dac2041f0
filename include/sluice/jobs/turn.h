/* Group commit: everything written in one turn of the loop shares one
 * transaction, and whoever depends on it waits here until it is on disk
 * (architecture.md section 3; "durable before acknowledged"). */
#ifndef SLUICE_JOBS_TURN_H
#define SLUICE_JOBS_TURN_H

#include <stdbool.h>

#include "sluice/base/diag.h"
#include "sluice/base/list.h"
#include "sluice/store/store.h"

struct hub;

/* Zero-initialise; the memory must live until the call. */
struct turn_waiter {
	struct link link; /* private */
	void (*fn)(struct turn_waiter *w, enum err e, const struct diag *why);
	bool waiting;
};

/* A call right before the commit of this turn, once per turn however often it
 * is asked for: for work that is best done for all of a turn's changes at once
 * (claiming due exports).  Zero-initialise. */
struct turn_step {
	struct link link; /* private */
	void (*fn)(struct turn_step *step);
	bool queued;
};

struct turn {
	struct link waiters;
	struct link steps;
	struct diag why; /* of the first error of this turn */
	bool broken;     /* the store takes no more writes: give up soon */
	bool fatal;      /* a commit failed for good: the process must end */
	void (*on_fatal)(void *arg);
	void *on_fatal_arg;
};

/* Hooks into the loop's turn end. */
void turn_init(struct hub *hub);

/* The turn's write transaction; errors as store_write(). */
enum err turn_write(struct hub *hub, struct txn **out) WARN_UNUSED;

/* For reading in this turn; never NULL. */
struct txn *turn_read(struct hub *hub);

/* Call `fn` at the end of this turn, after the commit: ERR_OK when all that
 * the turn wrote is durable (or nothing was), else the error, with which
 * everything written in this turn is gone.  `fn` may write: that is then the
 * next transaction, committed before the loop sleeps. */
void turn_wait(struct hub *hub, struct turn_waiter *w,
	void (*fn)(struct turn_waiter *w, enum err e, const struct diag *why));

/* Call `fn` before this turn's commit; it may write. */
void turn_before_commit(struct hub *hub, struct turn_step *step,
	void (*fn)(struct turn_step *step));
void turn_undo_step(struct turn_step *step);

/* Takes a waiter back; nothing happens when it doesn't wait. */
void turn_unwait(struct turn_waiter *w);

#endif
