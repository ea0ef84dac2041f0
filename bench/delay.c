/* A line with a round trip: a TCP proxy on loopback that holds every byte back
 * for half of it, each way, and holds up none of those that follow, so that
 * its bandwidth is that of this machine.  (tests/fixture/proxy.py does the
 * same and much more, but at the speed of Python.)
 *
 *     bench_delay PORT MILLISECONDS
 *
 * forwards to 127.0.0.1:PORT, prints the port that it listens on, and runs
 * until it is killed. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "sluice/base/clock.h"
#include "sluice/base/list.h"
#include "sluice/base/mem.h"
#include "sluice/base/must.h"

#define CHUNK  (128u * 1024)
#define QUEUED (64u << 20) /* of one direction, before reading pauses */

/* What came in one read; len 0 is the end. */
struct chunk {
	struct link link;
	int64_t due;
	size_t len, sent;
	char data[];
};

/* One way of one connection. */
struct way {
	int from, to;
	size_t queued;
	bool from_ended, ended;
	struct link chunks;
};

struct line {
	struct link link;
	int client, server; /* server: -1 until the line is up */
	int64_t up_at;
	struct way up, down;
};

static struct link lines;
static int epoll_fd, listen_fd;
static int64_t half_ns;
static uint16_t target_port;

static struct sockaddr_in loopback(uint16_t port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

static void watch(int fd)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLET };
	int on = 1;

	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	must(epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0);
}

/* --- one way -------------------------------------------------------------- */

static void way_init(struct way *w, int from, int to)
{
	*w = (struct way){ .from = from, .to = to };
	list_init(&w->chunks);
}

static void receive(struct way *w, int64_t now)
{
	static char buffer[CHUNK];
	struct chunk *c;
	int on = 1;
	ssize_t n;

	while (!w->from_ended && w->queued < QUEUED) {
		n = recv(w->from, buffer, sizeof buffer, MSG_DONTWAIT);
		if (n < 0 && errno == EAGAIN)
			return;
		if (n < 0)
			n = 0;
		/* or the kernel adds 40 ms to the line now and then */
		(void)setsockopt(
			w->from, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
		c = mem_alloc(sizeof *c + (size_t)n);
		c->due = now + half_ns;
		c->len = (size_t)n;
		memcpy(c->data, buffer, c->len);
		list_append(&w->chunks, &c->link);
		w->queued += c->len;
		w->from_ended = n == 0;
	}
}

/* False: the other end takes no more for now. */
static bool send_chunk(struct way *w, struct chunk *c)
{
	ssize_t n;

	if (c->len == 0) {
		shutdown(w->to, SHUT_WR);
		w->ended = true;
	}
	while (c->sent < c->len) {
		n = send(w->to, c->data + c->sent, c->len - c->sent,
			MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n < 0 && errno == EAGAIN)
			return false;
		if (n < 0) {
			w->ended = true;
			return true;
		}
		c->sent += (size_t)n;
	}
	return true;
}

/* Answers when there is something to do next: INT64_MAX unless it is known. */
static int64_t forward(struct way *w, int64_t now)
{
	receive(w, now);
	while (!list_empty(&w->chunks) && !w->ended) {
		struct chunk *c = list_first(&w->chunks, struct chunk, link);

		if (c->due > now)
			return c->due;
		if (!send_chunk(w, c))
			return INT64_MAX; /* epoll tells */
		list_remove(&c->link);
		w->queued -= c->len;
		free(c);
		receive(w, now);
	}
	return INT64_MAX;
}

static void way_release(struct way *w)
{
	while (!list_empty(&w->chunks)) {
		struct chunk *c = list_first(&w->chunks, struct chunk, link);

		list_remove(&c->link);
		free(c);
	}
}

/* --- one connection ------------------------------------------------------- */

static void line_accept(int64_t now)
{
	int fd = accept4(listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct line *l;

	if (fd < 0)
		return;
	l = mem_alloc(sizeof *l);
	l->client = fd;
	l->server = -1;
	/* The client believes itself connected one round trip too early, and
	 * the server would hear of it half a one after that. */
	l->up_at = now + 3 * half_ns;
	way_init(&l->up, fd, -1);
	way_init(&l->down, -1, fd);
	list_append(&lines, &l->link);
	watch(fd);
}

static bool line_connect(struct line *l)
{
	struct sockaddr_in to = loopback(target_port);

	l->server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	must(l->server >= 0);
	if (connect(l->server, (struct sockaddr *)&to, sizeof to) != 0)
		return false;
	way_init(&l->up, l->client, l->server);
	way_init(&l->down, l->server, l->client);
	watch(l->server);
	return true;
}

static void line_close(struct line *l)
{
	way_release(&l->up);
	way_release(&l->down);
	close(l->client);
	if (l->server >= 0)
		close(l->server);
	list_remove(&l->link);
	free(l);
}

static int64_t line_turn(struct line *l, int64_t now)
{
	int64_t up, down;

	if (l->server < 0 && now < l->up_at)
		return l->up_at;
	if (l->server < 0 && !line_connect(l)) {
		line_close(l);
		return INT64_MAX;
	}
	up = forward(&l->up, now);
	down = forward(&l->down, now);
	if (l->up.ended && l->down.ended)
		line_close(l);
	return up < down ? up : down;
}

/* --- all of them ---------------------------------------------------------- */

/* Times are of nanoseconds: libuv's and epoll's milliseconds would be a tenth
 * of the round trip. */
static void sleep_until(int64_t due)
{
	struct epoll_event events[64];
	int64_t wait = due - (int64_t)clock_monotonic_ns();
	struct timespec t = { 0, 0 };

	if (wait > 0)
		t = (struct timespec){ wait / 1000000000, wait % 1000000000 };
	(void)epoll_pwait2(
		epoll_fd, events, 64, due == INT64_MAX ? NULL : &t, NULL);
}

static void run(void)
{
	for (;;) {
		int64_t now = (int64_t)clock_monotonic_ns();
		int64_t due = INT64_MAX;

		line_accept(now);
		list_for_each (at, &lines) {
			int64_t next = line_turn(
				container_of(at, struct line, link), now);

			due = next < due ? next : due;
		}
		sleep_until(due);
	}
}

static uint16_t listen_anywhere(void)
{
	struct sockaddr_in a = loopback(0);
	struct epoll_event event = { .events = EPOLLIN };
	socklen_t len = sizeof a;

	listen_fd =
		socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	must(bind(listen_fd, (struct sockaddr *)&a, len) == 0);
	must(listen(listen_fd, 1024) == 0);
	must(getsockname(listen_fd, (struct sockaddr *)&a, &len) == 0);
	must(epoll_ctl(epoll_fd, EPOLL_CTL_ADD, listen_fd, &event) == 0);
	return ntohs(a.sin_port);
}

int main(int argc, char **argv)
{
	if (argc != 3) {
		fprintf(stderr, "usage: bench_delay PORT MILLISECONDS\n");
		return 2;
	}
	target_port = (uint16_t)atoi(argv[1]);
	half_ns = (int64_t)(atof(argv[2]) * 1e6 / 2);
	list_init(&lines);
	epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	printf("%u\n", listen_anywhere());
	(void)fflush(stdout);
	run();
}
