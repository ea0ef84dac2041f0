#include "sluice/loop/timer.h"

#include <stdlib.h>

#include "loop_private.h"
#include "sluice/base/mem.h"
#include "sluice/base/must.h"

#define NOT_SET UINT64_MAX

static void place(struct loop *loop, size_t i, struct timer *t)
{
	loop->heap[i] = t;
	t->position = i + 1;
}

static void sift_up(struct loop *loop, size_t i)
{
	struct timer *t = loop->heap[i];

	while (i > 0 && loop->heap[(i - 1) / 2]->at_ms > t->at_ms) {
		place(loop, i, loop->heap[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
	place(loop, i, t);
}

static void sift_down(struct loop *loop, size_t i)
{
	struct timer *t = loop->heap[i];
	size_t n = loop->timer_count, child;

	while ((child = 2 * i + 1) < n) {
		if (child + 1 < n &&
			loop->heap[child + 1]->at_ms < loop->heap[child]->at_ms)
			child++;
		if (loop->heap[child]->at_ms >= t->at_ms)
			break;
		place(loop, i, loop->heap[child]);
		i = child;
	}
	place(loop, i, t);
}

static void take_out(struct loop *loop, struct timer *t)
{
	size_t i = t->position - 1;
	struct timer *last = loop->heap[--loop->timer_count];

	t->position = 0;
	if (last == t)
		return;
	place(loop, i, last);
	sift_down(loop, i);
	sift_up(loop, last->position - 1);
}

static void on_alarm(uv_timer_t *alarm);

/* The alarm may be early (its timer was stopped): it then finds nothing due
 * and is set again.  That is cheaper than moving it with every timer. */
static void set_alarm(struct loop *loop, uint64_t at_least_ms)
{
	uint64_t now = uv_now(&loop->uv), at;

	if (loop->in_alarm)
		return; /* on_alarm() does it at its end */
	if (loop->timer_count == 0) {
		uv_timer_stop(&loop->alarm);
		loop->alarm_ms = NOT_SET;
		return;
	}
	at = loop->heap[0]->at_ms;
	if (at < now + at_least_ms)
		at = now + at_least_ms;
	if (at >= loop->alarm_ms)
		return;
	loop->alarm_ms = at;
	must(uv_timer_start(&loop->alarm, on_alarm, at - now, 0) == 0);
}

static void on_alarm(uv_timer_t *alarm)
{
	struct loop *loop = loop_of(alarm->loop);
	uint64_t now = uv_now(&loop->uv);
	size_t budget = loop->timer_count;

	loop->alarm_ms = NOT_SET;
	loop->in_alarm = true;
	while (loop->timer_count > 0 && budget-- > 0 &&
		loop->heap[0]->at_ms <= now) {
		struct timer *t = loop->heap[0];

		take_out(loop, t);
		t->fn(t); /* may free t */
	}
	loop->in_alarm = false;
	/* libuv runs what is due at once, in this turn: not what was set by
	 * the callbacks just now */
	set_alarm(loop, 1);
}

void timers_init(struct loop *loop)
{
	must(uv_timer_init(&loop->uv, &loop->alarm) == 0);
	loop->alarm_ms = NOT_SET;
}

void timers_release(struct loop *loop)
{
	uv_close((uv_handle_t *)&loop->alarm, NULL);
	free(loop->heap);
}

void timer_set(struct loop *loop, struct timer *t, uint64_t delay_ms,
	void (*fn)(struct timer *t))
{
	uint64_t now = uv_now(&loop->uv);

	if (timer_is_set(t))
		take_out(loop, t);
	t->fn = fn;
	t->at_ms = delay_ms < NOT_SET - 1 - now ? now + delay_ms : NOT_SET - 1;
	if (loop->timer_count == loop->timer_cap) {
		loop->timer_cap =
			loop->timer_cap > 0 ? loop->timer_cap * 2 : 64;
		loop->heap = mem_resize(
			loop->heap, loop->timer_cap * sizeof(struct timer *));
	}
	place(loop, loop->timer_count++, t);
	sift_up(loop, loop->timer_count - 1);
	set_alarm(loop, 0);
}

void timer_stop(struct loop *loop, struct timer *t)
{
	if (!timer_is_set(t))
		return;
	take_out(loop, t);
	set_alarm(loop, 0);
}
