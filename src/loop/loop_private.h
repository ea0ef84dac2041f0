/* What the files of this floor know about the loop and the floors above don't.
 */
#ifndef SLUICE_LOOP_PRIVATE_H
#define SLUICE_LOOP_PRIVATE_H

#include <uv.h>

#include "sluice/loop/loop.h"
#include "sluice/loop/timer.h"

#define LOOP_SIGNALS_MAX 8

struct loop_signal {
	uv_signal_t uv;
	void (*fn)(void *arg);
	void *arg;
};

struct loop {
	uv_loop_t uv;
	uv_prepare_t turn_end; /* runs deferred calls, then the hook */
	uv_idle_t busy;        /* active: there is work, do not sleep */
	struct link deferred;
	void (*hook)(void *arg);
	void *hook_arg;
	bool (*until)(void *arg); /* loop_run_until() is under way */
	void *until_arg;
	struct loop_signal signals[LOOP_SIGNALS_MAX];
	size_t signal_count;

	struct timer **heap; /* by at_ms; heap[0] is the next to expire */
	size_t timer_count, timer_cap;
	uv_timer_t alarm;  /* the one libuv timer, set to heap[0] or earlier */
	uint64_t alarm_ms; /* when it is set to; UINT64_MAX: not set */
	bool in_alarm;
	unsigned detached; /* pool requests that nobody waits for any more */
};

static inline struct loop *loop_of(uv_loop_t *uv)
{
	return container_of(uv, struct loop, uv);
}

/* timer.c: for loop_create() and loop_destroy(). */
void timers_init(struct loop *loop);
void timers_release(struct loop *loop);

#endif
