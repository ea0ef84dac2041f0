/* The one event loop, on one thread, on which everything asynchronous turns.
 *
 * A turn is: expired timers, deferred calls, I/O callbacks, then the turn-end
 * hook, which runs right before the loop would sleep.  The store commits in
 * that hook (architecture.md section 3), so nothing below may sleep in a
 * callback or start the transport of something that is not committed yet.
 *
 * No libuv type shows in the headers of this floor: what embeds one of these
 * structs needs no uv.h. */
#ifndef SLUICE_LOOP_LOOP_H
#define SLUICE_LOOP_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "sluice/base/err.h"
#include "sluice/base/list.h"

struct loop;

/* Never NULL; ends the process when the system has no file descriptors. */
struct loop *loop_create(void);

/* All handles must be closed (every operation called back, every timer
 * stopped, every server closed). */
void loop_destroy(struct loop *loop);

/* Turns until loop_stop(). */
void loop_run(struct loop *loop);

/* From a callback: loop_run() returns after this turn. */
void loop_stop(struct loop *loop);

/* Turn (at most `max_turns`) until `done(arg)` is true; for tests and for
 * shutdown.  Returns done(arg). */
bool loop_run_until(struct loop *loop, bool (*done)(void *arg), void *arg,
	unsigned max_turns);

/* Milliseconds of a monotonic clock, as of the start of this turn. */
uint64_t loop_now_ms(const struct loop *loop);

/* Called at the end of every turn, before the loop sleeps.  One hook; NULL
 * takes it away.  What the hook defers runs before the loop sleeps, and the
 * hook is called again after it. */
void loop_on_turn_end(struct loop *loop, void (*hook)(void *arg), void *arg);

/* `fn(arg)` on each signal `signum`, from the loop.  At most 8 signals; they
 * do not keep loop_run_until() from ending. */
void loop_on_signal(
	struct loop *loop, int signum, void (*fn)(void *arg), void *arg);

/* A call that is to happen soon, from the loop, never from within the caller:
 * zero-initialise, loop_defer(), and the caller's memory holds it until it has
 * run.  Deferring what is deferred already does nothing. */
struct deferred {
	struct link link; /* private */
	void (*fn)(struct deferred *d);
	bool queued;
};

void loop_defer(
	struct loop *loop, struct deferred *d, void (*fn)(struct deferred *d));

/* Takes it back; nothing happens when it is not queued. */
void loop_undefer(struct deferred *d);

#endif
