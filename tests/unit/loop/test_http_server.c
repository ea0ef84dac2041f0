/* The HTTP server against clients on plain sockets, each on a thread of its
 * own: answers at once and later, bodies of all kinds, clients that leave. */
#include <arpa/inet.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "sluice/base/mem.h"
#include "sluice/base/must.h"
#include "sluice/loop/http_server.h"
#include "sluice/loop/timer.h"

#define BODY_CAP 1000

/* --- the server under test ------------------------------------------------ */

struct world {
	struct loop *loop;
	struct http_server *server;
	unsigned gone, pieces;
	struct http_request *waiting[16];
	size_t waiting_count;
	struct timer timer;
	char text[256];
};

static struct world w;

static void respond(struct http_request *r, unsigned status, const char *text)
{
	struct http_header header = { "X-Test", "yes" };
	struct buf body = buf_make(1 << 20);

	buf_text(&body, text);
	http_respond(r, status, "text/plain", &header, 1, &body);
}

static void on_body(struct http_request *r, struct str body, bool too_large)
{
	char text[64];

	(void)snprintf(text, sizeof text, "%zu bytes", body.len);
	respond(r, too_large ? 413 : 200, text);
}

static size_t on_piece(struct http_request *r, struct str data);

static void on_resume(struct timer *t)
{
	(void)t;
	http_request_resume_body(w.waiting[0]);
}

/* Takes one byte, pauses, takes the rest. */
static size_t on_piece(struct http_request *r, struct str data)
{
	size_t *taken = http_request_data(r);

	w.pieces++;
	if (*taken == 0) {
		*taken = 1;
		return 1;
	}
	if (!timer_is_set(&w.timer) && w.waiting_count == 0) {
		w.waiting[w.waiting_count++] = r;
		timer_set(w.loop, &w.timer, 10, on_resume);
		return 0;
	}
	*taken += data.len;
	return data.len;
}

static void on_end(struct http_request *r)
{
	size_t *taken = http_request_data(r);
	char text[64];

	(void)snprintf(text, sizeof text, "streamed %zu", *taken);
	respond(r, 200, text);
	free(taken);
}

static void on_late(struct timer *t)
{
	(void)t;
	for (size_t i = 0; i < w.waiting_count; i++)
		respond(w.waiting[i], 200, "late");
	w.waiting_count = 0;
}

static void on_gone(struct http_request *r, void *data)
{
	(void)r;
	(void)data;
	w.gone++;
}

static void on_query(void *arg, const char *name, const char *value)
{
	(void)arg;
	(void)snprintf(w.text + strlen(w.text), sizeof w.text - strlen(w.text),
		"%s=%s;", name, value);
}

static void answer_echo(struct http_request *r)
{
	const char *cookie = http_request_cookie(r, "b");

	(void)snprintf(w.text, sizeof w.text, "%s %s %s %s ",
		http_request_method(r), http_request_path(r),
		http_request_peer(r), cookie == NULL ? "-" : cookie);
	http_request_query_each(r, on_query, NULL);
	respond(r, 200, w.text);
}

static void on_request(void *arg, struct http_request *r)
{
	const char *path = http_request_path(r);

	(void)arg;
	http_request_set_data(r, NULL, on_gone);
	if (strncmp(path, "/echo", 5) == 0) {
		answer_echo(r);
	} else if (strcmp(path, "/body") == 0) {
		http_request_read_body(r, BODY_CAP, on_body);
	} else if (strcmp(path, "/stream") == 0) {
		http_request_set_data(r, mem_alloc(sizeof(size_t)), on_gone);
		http_request_stream_body(r, on_piece, on_end);
	} else if (strcmp(path, "/late") == 0) {
		w.waiting[w.waiting_count++] = r;
		timer_set(w.loop, &w.timer, 20, on_late);
	} else if (strcmp(path, "/never") == 0) {
		w.waiting[w.waiting_count++] = r;
	} else {
		respond(r, 401, "no");
	}
}

static enum err start(const char *listen, struct diag *why)
{
	struct http_server_options o = { .listen = listen,
		.connections = 64,
		.header_max = 32768,
		.timeout_seconds = 30,
		.on_request = on_request };

	return http_server_start(&w.server, w.loop, &o, why);
}

static int setup(void **state)
{
	struct diag why;

	(void)state;
	memset(&w, 0, sizeof w);
	w.loop = loop_create();
	assert_int_equal(start("127.0.0.1:0", &why), ERR_OK);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	timer_stop(w.loop, &w.timer);
	if (w.server != NULL)
		http_server_close(w.server);
	loop_destroy(w.loop);
	return 0;
}

/* --- clients -------------------------------------------------------------- */

/* One exchange: sends `request` (and `more` after a 100), reads until the
 * server closes or `until` was seen `times` times. */
struct client {
	pthread_t thread;
	const char *request, *more;
	const char *until;
	unsigned times;
	bool leave; /* close without reading */
	char answer[8192];
	size_t len;
	atomic_bool done;
};

static int dial(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_port = htons(http_server_port(w.server)) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct timeval limit = { 10, 0 };

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	must(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) ==
		0);
	must(connect(fd, (struct sockaddr *)&a, sizeof a) == 0);
	return fd;
}

static bool complete(const struct client *c)
{
	unsigned seen = 0;

	for (const char *p = c->answer; (p = strstr(p, c->until)) != NULL; p++)
		seen++;
	return seen >= c->times;
}

static void say(int fd, const char *text)
{
	must(send(fd, text, strlen(text), MSG_NOSIGNAL) ==
		(ssize_t)strlen(text));
}

static void *talk(void *arg)
{
	struct client *c = arg;
	int fd = dial();
	ssize_t n = 1;

	say(fd, c->request);
	while (!c->leave && !complete(c) && n > 0) {
		n = recv(fd, c->answer + c->len, sizeof c->answer - 1 - c->len,
			0);
		c->len += n > 0 ? (size_t)n : 0;
		c->answer[c->len] = '\0';
		if (c->more != NULL && strstr(c->answer, " 100 ") != NULL) {
			say(fd, c->more);
			c->more = NULL;
		}
	}
	close(fd);
	c->done = true;
	return NULL;
}

static bool is_done(void *arg)
{
	return ((struct client *)arg)->done;
}

static void on_tick(struct timer *t)
{
	timer_set(w.loop, t, 5, on_tick);
}

/* The tick lets the loop see that the thread has ended. */
static void finish(struct client *c)
{
	struct timer tick = { 0 };

	timer_set(w.loop, &tick, 5, on_tick);
	assert_true(loop_run_until(w.loop, is_done, c, 100000));
	timer_stop(w.loop, &tick);
	must(pthread_join(c->thread, NULL) == 0);
}

static void begin(struct client *c)
{
	if (c->until == NULL)
		c->until = "\r\n\r\n";
	if (c->times == 0)
		c->times = 1;
	must(pthread_create(&c->thread, NULL, talk, c) == 0);
}

static void run(struct client *c)
{
	begin(c);
	finish(c);
}

#define HEAD(method, path, more)                                               \
	method " " path " HTTP/1.1\r\nHost: x\r\n" more "\r\n"

/* --- tests ---------------------------------------------------------------- */

static void test_answers_at_once_and_keeps_alive(void **state)
{
	struct client c = {
		.request = HEAD("GET", "/echo/a%2Fb?x=1&y&z=a%20b+c",
			"Cookie: a=1; b=2\r\n") HEAD("GET", "/echo2", ""),
		.until = "X-Test: yes",
		.times = 2
	};

	(void)state;
	run(&c);
	assert_non_null(strstr(c.answer, "HTTP/1.1 200"));
	assert_string_equal(w.text, "GET /echo2 127.0.0.1 - ");
}

static void test_path_and_query(void **state)
{
	struct client c = { .request =
				    HEAD("GET", "/echo/a%2Fb?x=1&y&z=a%20b+c",
					    "Cookie: a=1; b=2\r\n"),
		.until = ";z=" };

	(void)state;
	run(&c);
	assert_non_null(strstr(
		c.answer, "GET /echo/a%2Fb 127.0.0.1 2 x=1;y=;z=a b c;"));
}

static void test_body(void **state)
{
	struct client c = {
		.request = HEAD("POST", "/body",
			"Content-Length: 5\r\n") "12345" HEAD("POST", "/body",
			"Transfer-Encoding: chunked\r\n") "3\r\nabc\r\n4\r\ndef"
							  "g\r\n0\r\n\r\n",
		.until = " bytes",
		.times = 2
	};

	(void)state;
	run(&c);
	assert_non_null(strstr(c.answer, "5 bytes"));
	assert_non_null(strstr(c.answer, "7 bytes"));
}

static void test_body_after_100_continue(void **state)
{
	struct client c = {
		.request = HEAD("POST", "/body",
			"Expect: 100-continue\r\nContent-Length: 4\r\n"),
		.more = "abcd",
		.until = " bytes"
	};

	(void)state;
	run(&c);
	assert_non_null(strstr(c.answer, "4 bytes"));
}

static void test_too_large_is_answered(void **state)
{
	char request[4096];
	struct client c = { .request = request, .until = " bytes" };
	struct client early = {
		.request = HEAD("POST", "/body",
			"Expect: 100-continue\r\nContent-Length: 5000000\r\n"),
		.until = " bytes"
	};

	(void)state;
	(void)snprintf(request, sizeof request, "%s%02000d",
		HEAD("POST", "/body", "Content-Length: 2000\r\n"), 1);
	run(&c);
	assert_non_null(strstr(c.answer, "HTTP/1.1 413"));
	run(&early);
	assert_non_null(strstr(early.answer, "HTTP/1.1 413"));
	assert_null(strstr(early.answer, " 100 "));
}

/* The body is dropped, the connection goes on. */
static void test_refused_with_a_body_keeps_alive(void **state)
{
	struct client c = { .request = HEAD("POST", "/other",
				    "Content-Length: 5\r\n") "12345" HEAD("GET",
				    "/other", ""),
		.until = "HTTP/1.1 401",
		.times = 2 };

	(void)state;
	run(&c);
	assert_true(complete(&c));
}

static void test_stream_pauses(void **state)
{
	struct client c = { .request = HEAD("POST", "/stream",
				    "Content-Length: 10\r\n") "0123456789",
		.until = "streamed" };

	(void)state;
	run(&c);
	assert_non_null(strstr(c.answer, "streamed 10"));
	assert_true(w.pieces >= 3);
}

static void test_late_answers_share_a_turn(void **state)
{
	struct client c[8];

	(void)state;
	memset(c, 0, sizeof c);
	for (size_t i = 0; i < ARRAY_LEN(c); i++) {
		c[i].request = HEAD("POST", "/late", "Content-Length: 0\r\n");
		c[i].until = "late";
		begin(&c[i]);
	}
	for (size_t i = 0; i < ARRAY_LEN(c); i++) {
		finish(&c[i]);
		assert_non_null(strstr(c[i].answer, "HTTP/1.1 200"));
	}
	assert_int_equal(w.gone, 0);
}

static bool is_gone(void *arg)
{
	(void)arg;
	return w.gone > 0;
}

static void test_client_leaves_within_its_body(void **state)
{
	struct client c = { .request = HEAD("POST", "/body",
				    "Content-Length: 50\r\n") "123",
		.leave = true };

	(void)state;
	run(&c);
	assert_true(loop_run_until(w.loop, is_gone, NULL, 1000));
}

static bool is_idle(void *arg)
{
	(void)arg;
	return http_server_connections(w.server) == 0;
}

/* Request and end of the stream in one piece: nothing stays open. */
static void test_client_leaves_before_its_answer(void **state)
{
	struct client c = { .request = HEAD("GET", "/late", ""),
		.leave = true };

	(void)state;
	run(&c);
	assert_true(loop_run_until(w.loop, is_idle, NULL, 1000));
	assert_int_equal(w.gone, 0);
}

static bool is_waiting(void *arg)
{
	(void)arg;
	return w.waiting_count > 0;
}

static void test_close_cuts_what_waits(void **state)
{
	struct client c = { .request = HEAD("GET", "/never", "") };

	(void)state;
	begin(&c);
	assert_true(loop_run_until(w.loop, is_waiting, NULL, 1000));
	assert_int_equal(http_server_connections(w.server), 1);
	http_server_quiesce(w.server);
	http_server_close(w.server);
	w.server = NULL;
	assert_int_equal(w.gone, 1);
	finish(&c);
	assert_int_equal(c.len, 0);
}

static void test_address_faults(void **state)
{
	struct http_server *first = w.server;
	char listen[64];
	struct diag why;

	(void)state;
	(void)snprintf(
		listen, sizeof listen, "127.0.0.1:%u", http_server_port(first));
	assert_int_equal(start(listen, &why), ERR_EXISTS);
	assert_non_null(strstr(why.text, "in use"));
	assert_int_equal(start("nonsense", &why), ERR_INVALID);
	assert_int_equal(start("127.0.0.1:70000", &why), ERR_INVALID);
	assert_int_equal(start("[::1:80", &why), ERR_INVALID);
	w.server = first;
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_answers_at_once_and_keeps_alive),
		TEST(test_path_and_query),
		TEST(test_body),
		TEST(test_body_after_100_continue),
		TEST(test_too_large_is_answered),
		TEST(test_refused_with_a_body_keeps_alive),
		TEST(test_stream_pauses),
		TEST(test_late_answers_share_a_turn),
		TEST(test_client_leaves_within_its_body),
		TEST(test_client_leaves_before_its_answer),
		TEST(test_close_cuts_what_waits),
		TEST(test_address_faults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
