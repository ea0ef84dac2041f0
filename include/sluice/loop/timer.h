/* One-shot timers on the loop, in one ordered heap behind one libuv timer: a
 * struct timer is plain memory, needs no closing, and costs nothing while it
 * is not set. */
#ifndef SLUICE_LOOP_TIMER_H
#define SLUICE_LOOP_TIMER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sluice/loop/loop.h"

struct timer {
	void (*fn)(struct timer *t); /* private from here */
	uint64_t at_ms;
	size_t position; /* in the heap, from 1; 0: not set */
};

/* Call `fn` from the loop in `delay_ms` milliseconds (0: next turn), instead
 * of whatever it was set to.  The memory must live until then or until
 * timer_stop().  Zero-initialise before the first use. */
void timer_set(struct loop *loop, struct timer *t, uint64_t delay_ms,
	void (*fn)(struct timer *t));

/* Nothing happens when it is not set. */
void timer_stop(struct loop *loop, struct timer *t);

static inline bool timer_is_set(const struct timer *t)
{
	return t->position != 0;
}

#endif
