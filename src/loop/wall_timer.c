#include "sluice/loop/wall_timer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "loop_private.h"
#include "sluice/base/mem.h"
#include "sluice/base/must.h"

struct wall_timer {
	struct loop *loop;
	uv_poll_t poll; /* on fd, from the beginning to the end */
	int fd;
	struct deferred stepped; /* a step that the setting itself has seen */
	void (*fn)(void *arg);
	void *arg;
};

/* A count of 8 bytes: the time has come.  ECANCELED: the clock was stepped.
 * EAGAIN: it was set anew or stopped in this turn, before we came here. */
static void on_readable(uv_poll_t *poll, int status, int events)
{
	struct wall_timer *t = container_of(poll, struct wall_timer, poll);
	uint64_t count;
	ssize_t n = read(t->fd, &count, sizeof count);

	(void)status;
	(void)events;
	if (n == (ssize_t)sizeof count || (n < 0 && errno == ECANCELED))
		t->fn(t->arg); /* may destroy t: nothing may follow */
}

static void on_stepped(struct deferred *d)
{
	struct wall_timer *t = container_of(d, struct wall_timer, stepped);

	t->fn(t->arg);
}

struct wall_timer *wall_timer_create(
	struct loop *loop, void (*fn)(void *arg), void *arg)
{
	struct wall_timer *t = mem_alloc(sizeof *t);

	t->loop = loop;
	t->fn = fn;
	t->arg = arg;
	t->fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
	if (t->fd < 0) {
		fprintf(stderr, "sluice: wall timer: %s\n", strerror(errno));
		abort();
	}
	must(uv_poll_init(&loop->uv, &t->poll, t->fd) == 0);
	must(uv_poll_start(&t->poll, UV_READABLE, on_readable) == 0);
	return t;
}

static int settime(struct wall_timer *t, int64_t at_ms)
{
	const struct itimerspec at = {
		.it_value = { .tv_sec = at_ms / 1000,
			.tv_nsec = at_ms % 1000 * 1000000 },
	};

	return timerfd_settime(
		t->fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &at, NULL);
}

/* The kernel takes 0 for "stop".  When it answers ECANCELED the timer is set
 * all the same, but it won't tell of that step of the clock again. */
void wall_timer_set(struct wall_timer *t, int64_t at_ms)
{
	loop_undefer(&t->stepped);
	if (settime(t, at_ms > 0 ? at_ms : 1) == 0)
		return;
	must(errno == ECANCELED);
	loop_defer(t->loop, &t->stepped, on_stepped);
}

void wall_timer_stop(struct wall_timer *t)
{
	loop_undefer(&t->stepped);
	must(settime(t, 0) == 0 || errno == ECANCELED);
}

static void on_closed(uv_handle_t *handle)
{
	struct wall_timer *t =
		container_of((uv_poll_t *)handle, struct wall_timer, poll);

	close(t->fd);
	free(t);
}

/* The handle is closed by the loop, later; nothing is called any more. */
void wall_timer_destroy(struct wall_timer *t)
{
	if (t == NULL)
		return;
	loop_undefer(&t->stepped);
	uv_close((uv_handle_t *)&t->poll, on_closed);
}
