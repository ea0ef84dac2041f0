/* The timer on the wall clock.  The kernel tells of steps of the clock only
 * when somebody sets it, which a test must not do to a machine unasked: run as
 * root with SLUICE_TEST_SETS_CLOCK=1 for that one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "sluice/base/clock.h"
#include "sluice/loop/timer.h"
#include "sluice/loop/wall_timer.h"

static struct loop *loop;
static struct wall_timer *timer;
static int calls, wanted;
static bool destroys;

static void on_fire(void *arg)
{
	*(int *)arg += 1;
	if (destroys) {
		wall_timer_destroy(timer);
		timer = NULL;
	}
}

static int setup(void **state)
{
	(void)state;
	loop = loop_create();
	timer = wall_timer_create(loop, on_fire, &calls);
	calls = 0;
	destroys = false;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	wall_timer_destroy(timer);
	loop_destroy(loop);
	return 0;
}

static bool is_enough(void *arg)
{
	(void)arg;
	return calls >= wanted;
}

static void wait_for(int n)
{
	wanted = n;
	assert_true(loop_run_until(loop, is_enough, NULL, 10000));
}

static bool quiet_over;

static bool is_quiet_over(void *arg)
{
	(void)arg;
	return quiet_over;
}

static void on_quiet_over(struct timer *t)
{
	(void)t;
	quiet_over = true;
}

/* In ten turns at most. */
static void let_pass(uint64_t ms)
{
	struct timer t = { 0 };

	quiet_over = false;
	timer_set(loop, &t, ms, on_quiet_over);
	assert_true(loop_run_until(loop, is_quiet_over, NULL, 10));
}

static void test_fires_at_the_time(void **state)
{
	int64_t at = clock_now_ms() + 80;

	(void)state;
	wall_timer_set(timer, at);
	wait_for(1);
	assert_true(clock_now_ms() >= at);
	let_pass(50); /* once */
	assert_int_equal(calls, 1);
}

static void test_past_fires_soon(void **state)
{
	static const int64_t past[] = { 1, 0, -5, INT64_MIN };

	(void)state;
	for (int i = 0; i < 4; i++) {
		wall_timer_set(timer, past[i]);
		assert_int_equal(calls, i); /* never from within */
		wait_for(i + 1);
	}
}

static void test_set_anew_and_stopped(void **state)
{
	int64_t at = clock_now_ms();

	(void)state;
	wall_timer_set(timer, at + 20);
	wall_timer_set(timer, at + 60 * 1000);
	let_pass(60);
	assert_int_equal(calls, 0);
	wall_timer_set(timer, at + 90);
	wall_timer_stop(timer);
	wall_timer_stop(timer);
	let_pass(60);
	assert_int_equal(calls, 0);
	wall_timer_set(timer, 1);
	wall_timer_stop(timer); /* it has fired, but not told yet */
	let_pass(20);
	assert_int_equal(calls, 0);
}

/* let_pass() gives it ten turns: a timer that polls would need more. */
static void test_idle_costs_nothing(void **state)
{
	(void)state;
	wall_timer_set(timer, clock_now_ms() + 3600 * 1000);
	let_pass(100);
	assert_int_equal(calls, 0);
}

static void test_destroyed_by_its_own_call(void **state)
{
	(void)state;
	destroys = true;
	wall_timer_set(timer, 1);
	wait_for(1);
	assert_null(timer);
}

static void test_destroyed_while_due(void **state)
{
	(void)state;
	wall_timer_set(timer, 1);
	wall_timer_destroy(timer);
	timer = NULL;
	let_pass(20);
	assert_int_equal(calls, 0);
}

/* Setting the clock to what it shows is a step to the kernel. */
static bool step_clock(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return clock_settime(CLOCK_REALTIME, &now) == 0;
}

static void test_tells_of_steps(void **state)
{
	(void)state;
	if (getenv("SLUICE_TEST_SETS_CLOCK") == NULL)
		skip();
	wall_timer_set(timer, clock_now_ms() + 3600 * 1000);
	assert_true(step_clock());
	wait_for(1);
	let_pass(20);
	assert_int_equal(calls, 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_fires_at_the_time),
		TEST(test_past_fires_soon),
		TEST(test_set_anew_and_stopped),
		TEST(test_idle_costs_nothing),
		TEST(test_destroyed_by_its_own_call),
		TEST(test_destroyed_while_due),
		TEST(test_tells_of_steps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
