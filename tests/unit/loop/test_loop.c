/* The loop's own promises: turns, deferred calls, timers, operations. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../../src/loop/op_private.h"
#include "../../../src/loop/resolve.h"
#include "sluice/base/must.h"
#include "sluice/loop/timer.h"

static struct loop *loop;
static int calls;

static int open_loop(void **arg)
{
	(void)arg;
	loop = loop_create();
	calls = 0;
	return 0;
}

static int close_loop(void **arg)
{
	(void)arg;
	loop_destroy(loop);
	return 0;
}

static bool has_calls(void *arg)
{
	return calls >= *(int *)arg;
}

static void wait_for(int n)
{
	assert_true(loop_run_until(loop, has_calls, &n, 10000));
}

/* --- deferred ------------------------------------------------------------ */

static struct deferred one, two;

static void count(struct deferred *d)
{
	(void)d;
	calls++;
}

static void defer_second(struct deferred *d)
{
	(void)d;
	calls++;
	loop_defer(loop, &two, count);
}

static void test_deferred(void **arg)
{
	(void)arg;
	loop_defer(loop, &one, defer_second);
	loop_defer(loop, &one, count); /* is queued already */
	assert_int_equal(calls, 0);
	wait_for(2);
	loop_defer(loop, &one, count);
	loop_undefer(&one);
	loop_undefer(&one);
	loop_defer(loop, &two, count);
	wait_for(3);
	assert_int_equal(calls, 3);
}

static void forever(struct deferred *d)
{
	calls++;
	loop_defer(loop, d, forever);
}

static void on_timer(struct timer *t)
{
	(void)t;
	calls += 1000000;
}

/* One that never stops keeps neither timers nor sockets from their turn. */
static void test_deferred_forever(void **arg)
{
	struct timer t = { 0 };

	(void)arg;
	timer_set(loop, &t, 5, on_timer);
	loop_defer(loop, &one, forever);
	assert_true(
		loop_run_until(loop, has_calls, &(int){ 1000000 }, 100000000));
	loop_undefer(&one);
}

/* --- the turn's end ------------------------------------------------------ */

static int hooks;

static void on_hook(void *arg)
{
	(void)arg;
	hooks++;
	if (hooks == 1)
		loop_defer(loop, &one, count);
}

/* What the hook defers runs before the loop sleeps, and the hook after it. */
static void test_turn_end(void **arg)
{
	(void)arg;
	hooks = 0;
	loop_on_turn_end(loop, on_hook, NULL);
	wait_for(1);
	assert_int_equal(hooks, 2);
	loop_on_turn_end(loop, NULL, NULL);
}

/* --- timers -------------------------------------------------------------- */

#define TIMERS 500

static struct timer timers[TIMERS];
static uint64_t last_at;

static void on_ordered(struct timer *t)
{
	assert_true(t->at_ms >= last_at);
	assert_false(timer_is_set(t));
	last_at = t->at_ms;
	calls++;
	/* neighbours may be stopped and set from here */
	timer_stop(loop, &timers[0]);
}

static void test_timers(void **arg)
{
	int stopped = 1;

	(void)arg;
	last_at = 0;
	for (int i = 0; i < TIMERS; i++)
		timer_set(loop, &timers[i], (uint64_t)(i * 7919 % 53),
			on_ordered);
	for (int i = 1; i < TIMERS; i += 3, stopped++)
		timer_stop(loop, &timers[i]);
	timer_set(loop, &timers[0], 10000, on_ordered); /* moved away */
	wait_for(TIMERS - stopped);
	assert_int_equal(calls, TIMERS - stopped);
	for (int i = 0; i < TIMERS; i++)
		assert_false(timer_is_set(&timers[i]));
}

static void on_again(struct timer *t)
{
	calls++;
	timer_set(loop, t, 0, on_again);
}

static void test_timer_sets_itself(void **arg)
{
	(void)arg;
	timer_set(loop, &timers[0], 0, on_again);
	wait_for(50);
	timer_stop(loop, &timers[0]);
	timer_stop(loop, &timers[0]);
}

/* --- signals, stop ------------------------------------------------------- */

static void on_usr1(void *arg)
{
	loop_stop(arg);
	calls++;
}

static void test_signal_stops(void **arg)
{
	(void)arg;
	loop_on_signal(loop, SIGUSR1, on_usr1, loop);
	kill(getpid(), SIGUSR1);
	loop_run(loop);
	assert_int_equal(calls, 1);
}

/* --- operations ---------------------------------------------------------- */

static void on_op_cancel(struct op *op)
{
	op_finish(op);
}

static void on_op_done(struct op *op)
{
	assert_false(op_is_active(op));
	calls++;
}

static void test_op_cancel(void **arg)
{
	struct op op = { 0 };

	(void)arg;
	op_cancel(&op); /* not under way */
	op_begin(&op, loop, on_op_done, on_op_cancel);
	op_cancel(&op);
	op_cancel(&op);
	assert_int_equal(calls, 0);
	wait_for(1);
	op_cancel(&op);
	op_begin(&op, loop, on_op_done, on_op_cancel);
	op_cancel(&op);
	op_finish(&op); /* it ended by itself first */
	assert_int_equal(calls, 2);
	loop_defer(loop, &one, count);
	wait_for(3);
	assert_int_equal(calls, 3);
}

/* --- resolve ------------------------------------------------------------- */

static void on_resolved(struct resolve *r)
{
	(void)r;
	calls++;
}

static void test_resolve(void **arg)
{
	struct resolve r;
	char text[64];

	(void)arg;
	resolve_start(&r, loop, "192.0.2.7", 22, on_resolved);
	assert_int_equal(calls, 0);
	wait_for(1);
	assert_int_equal(r.count, 1);
	assert_string_equal(
		address_text(&r.addresses[0], text), "192.0.2.7 port 22");
	resolve_start(&r, loop, "::1", 22, on_resolved);
	wait_for(2);
	assert_string_equal(address_text(&r.addresses[0], text), "::1 port 22");
	resolve_start(&r, loop, "no-such-host.invalid", 22, on_resolved);
	wait_for(3);
	assert_int_equal(r.count, 0);
	assert_int_equal(r.why.code, ERR_RESOLVE);
}

/* A detached lookup dies on its own; loop_destroy() waits for it. */
static void test_resolve_cancel(void **arg)
{
	struct resolve r;

	(void)arg;
	for (int i = 0; i < 8; i++) {
		resolve_start(
			&r, loop, "no-such-host.invalid", 22, on_resolved);
		resolve_cancel(&r);
		resolve_cancel(&r);
	}
	resolve_start(&r, loop, "192.0.2.7", 22, on_resolved);
	resolve_cancel(&r);
	loop_defer(loop, &one, count);
	wait_for(1);
	assert_int_equal(calls, 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_loop, close_loop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_deferred),
		TEST(test_deferred_forever),
		TEST(test_turn_end),
		TEST(test_timers),
		TEST(test_timer_sets_itself),
		TEST(test_signal_stops),
		TEST(test_op_cancel),
		TEST(test_resolve),
		TEST(test_resolve_cancel),
	};

	alarm(60);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
