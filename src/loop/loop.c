#include "sluice/loop/loop.h"

#include <stdio.h>
#include <stdlib.h>

#include "loop_private.h"
#include "sluice/base/mem.h"
#include "sluice/base/must.h"

/* How a turn lies in libuv's: timers run first, then `turn_end` (a prepare
 * handle, the last thing before the poll), then the poll's callbacks.  So what
 * an I/O callback defers runs at the start of the next turn, before any sleep.
 *
 * A callback that keeps deferring itself would keep the poll from ever being
 * reached; after this many rounds the rest waits, and `busy` keeps the poll
 * from sleeping. */
#define ROUNDS_MAX 8

/* A detached name lookup can outlive everything; loop_destroy() gives it this
 * many milliseconds and then leaves it behind. */
#define LEAVE_BEHIND_MS 3000

static void there(int rc, const char *what)
{
	if (rc == 0)
		return;
	fprintf(stderr, "sluice: %s: %s\n", what, uv_strerror(rc));
	abort();
}

static void run_deferred(struct loop *loop)
{
	struct link batch;

	list_move_all(&batch, &loop->deferred);
	while (!list_empty(&batch)) {
		struct deferred *d = list_first(&batch, struct deferred, link);

		list_remove(&d->link);
		d->queued = false;
		d->fn(d); /* may free d, may undefer others in the batch */
	}
}

static void on_busy(uv_idle_t *busy)
{
	(void)busy; /* its being active is all that is wanted */
}

/* Nothing may ever wake a loop again that has done what it was run for. */
static bool is_done(const struct loop *loop)
{
	return loop->until != NULL && loop->until(loop->until_arg);
}

static void on_turn_end(uv_prepare_t *prepare)
{
	struct loop *loop = loop_of(prepare->loop);
	int rounds = 0;

	do {
		run_deferred(loop);
		if (loop->hook != NULL)
			loop->hook(loop->hook_arg);
	} while (!list_empty(&loop->deferred) && ++rounds < ROUNDS_MAX);
	if (!list_empty(&loop->deferred) || is_done(loop))
		there(uv_idle_start(&loop->busy, on_busy), "idle handle");
	else
		uv_idle_stop(&loop->busy);
}

struct loop *loop_create(void)
{
	struct loop *loop = mem_alloc(sizeof *loop);

	list_init(&loop->deferred);
	there(uv_loop_init(&loop->uv), "event loop");
	there(uv_prepare_init(&loop->uv, &loop->turn_end), "prepare handle");
	there(uv_prepare_start(&loop->turn_end, on_turn_end), "prepare handle");
	there(uv_idle_init(&loop->uv, &loop->busy), "idle handle");
	timers_init(loop);
	return loop;
}

static void on_grace(uv_timer_t *grace)
{
	uv_stop(grace->loop);
	uv_close((uv_handle_t *)grace, NULL);
}

/* Waits for what the thread pool still holds.  False: it is left behind. */
static bool settle(struct loop *loop)
{
	uv_timer_t grace;

	if (loop->detached > 0) {
		there(uv_timer_init(&loop->uv, &grace), "timer handle");
		there(uv_timer_start(&grace, on_grace, LEAVE_BEHIND_MS, 0),
			"timer handle");
		while (loop->detached > 0 && uv_is_active((void *)&grace))
			uv_run(&loop->uv, UV_RUN_ONCE);
		if (!uv_is_closing((void *)&grace))
			uv_close((uv_handle_t *)&grace, NULL);
	}
	while (uv_run(&loop->uv, UV_RUN_NOWAIT) != 0 && loop->detached == 0)
		;
	return loop->detached == 0;
}

void loop_destroy(struct loop *loop)
{
	must(list_empty(&loop->deferred));
	must(loop->timer_count == 0);
	uv_prepare_stop(&loop->turn_end);
	uv_close((uv_handle_t *)&loop->turn_end, NULL);
	uv_close((uv_handle_t *)&loop->busy, NULL);
	for (size_t i = 0; i < loop->signal_count; i++)
		uv_close((uv_handle_t *)&loop->signals[i].uv, NULL);
	timers_release(loop);
	if (!settle(loop))
		return; /* the pool thread still writes to it */
	must(uv_loop_close(&loop->uv) == 0);
	free(loop);
}

void loop_run(struct loop *loop)
{
	uv_run(&loop->uv, UV_RUN_DEFAULT);
}

void loop_stop(struct loop *loop)
{
	uv_stop(&loop->uv);
}

bool loop_run_until(struct loop *loop, bool (*done)(void *arg), void *arg,
	unsigned max_turns)
{
	loop->until = done;
	loop->until_arg = arg;
	while (!done(arg) && max_turns-- > 0)
		uv_run(&loop->uv, UV_RUN_ONCE);
	loop->until = NULL;
	return done(arg);
}

uint64_t loop_now_ms(const struct loop *loop)
{
	return uv_now(&loop->uv);
}

void loop_on_turn_end(struct loop *loop, void (*hook)(void *arg), void *arg)
{
	loop->hook = hook;
	loop->hook_arg = arg;
}

static void on_signal(uv_signal_t *uv, int signum)
{
	struct loop_signal *s = container_of(uv, struct loop_signal, uv);

	(void)signum;
	s->fn(s->arg);
}

void loop_on_signal(
	struct loop *loop, int signum, void (*fn)(void *arg), void *arg)
{
	struct loop_signal *s = &loop->signals[loop->signal_count];

	must(loop->signal_count < LOOP_SIGNALS_MAX);
	loop->signal_count++;
	s->fn = fn;
	s->arg = arg;
	there(uv_signal_init(&loop->uv, &s->uv), "signal handle");
	there(uv_signal_start(&s->uv, on_signal, signum), "signal handle");
	uv_unref((uv_handle_t *)&s->uv);
}

void loop_defer(
	struct loop *loop, struct deferred *d, void (*fn)(struct deferred *d))
{
	if (d->queued)
		return;
	d->fn = fn;
	d->queued = true;
	list_append(&loop->deferred, &d->link);
}

void loop_undefer(struct deferred *d)
{
	if (!d->queued)
		return;
	list_remove(&d->link);
	d->queued = false;
}
