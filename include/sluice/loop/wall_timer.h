/* One timer on the wall clock (UTC): it fires when the clock shows the time,
 * also after the clock was put forward or back or the machine slept; no
 * polling (a timerfd that tells of clock steps). */
#ifndef SLUICE_LOOP_WALL_TIMER_H
#define SLUICE_LOOP_WALL_TIMER_H

#include <stdint.h>

#include "sluice/loop/loop.h"

struct wall_timer;

/* `fn` is called from the loop when the time that was set has come, and also
 * each time the clock was stepped while one was set: look at the clock and set
 * it anew.  Never NULL. */
struct wall_timer *wall_timer_create(
	struct loop *loop, void (*fn)(void *arg), void *arg);

/* Milliseconds since 1970; what is past fires in the next turn.  Instead of
 * whatever was set. */
void wall_timer_set(struct wall_timer *t, int64_t at_ms);
void wall_timer_stop(struct wall_timer *t);
void wall_timer_destroy(struct wall_timer *t); /* from anywhere; NULL is fine */

#endif
