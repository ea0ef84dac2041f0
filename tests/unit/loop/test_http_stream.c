/* The HTTP server with bodies and answers of any length: piece by piece, with
 * pauses, and with clients that are slow or leave. */
#include <arpa/inet.h>
#include <netinet/tcp.h>
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

#define HEADER_MAX 32768
#define PIECES     31 /* the last one is not empty */
#define MIB        ((size_t)1024 * 1024)

static struct {
	struct loop *loop;
	struct http_server *server;
	struct http_request *request; /* under way */
	struct timer timer;
	atomic_uint gone;

	/* an answer in pieces */
	size_t pieces, asked; /* how many there are, were asked for */
	size_t pause_at, fail_at, huge_at;
	bool resumes_within, paused;

	/* a body */
	uint64_t taken, sum;
	size_t largest, since_pause;
	uint64_t refuse_at;
} w;

static char filler(size_t i)
{
	return (char)('a' + i * 7 % 26);
}

/* --- answers -------------------------------------------------------------- */

static void on_resume(struct timer *t)
{
	(void)t;
	w.paused = false;
	http_stream_resume(w.request);
}

static enum http_step pause_piece(void)
{
	w.pause_at = 0;
	w.paused = true;
	if (w.resumes_within) {
		w.paused = false;
		http_stream_resume(w.request);
	} else {
		timer_set(w.loop, &w.timer, 30, on_resume);
	}
	return HTTP_PAUSE;
}

/* Every third piece is an empty one. */
static enum http_step on_next(void *arg, struct buf *out)
{
	assert_ptr_equal(arg, &w);
	assert_false(w.paused);
	assert_int_equal(out->len, 0);
	if (++w.asked % 3 == 0)
		return HTTP_MORE;
	while (out->len < (w.asked == w.huge_at ? HTTP_PIECE_MAX + 1
						: HTTP_PIECE) &&
		!out->full)
		buf_char(out, filler(out->len));
	if (w.asked == w.fail_at)
		return HTTP_FAIL;
	if (w.asked == w.pause_at)
		return pause_piece();
	return w.asked >= w.pieces ? HTTP_END : HTTP_MORE;
}

/* Bytes that `pieces` calls make. */
static size_t answer_len(size_t pieces)
{
	return (pieces - pieces / 3) * HTTP_PIECE;
}

/* --- bodies --------------------------------------------------------------- */

static void respond_taken(struct http_request *r, unsigned status)
{
	struct buf body = buf_make(1000);

	buf_printf(&body, "taken %llu sum %llu", (unsigned long long)w.taken,
		(unsigned long long)w.sum);
	http_respond(r, status, "text/plain", NULL, 0, &body);
}

static void on_resume_body(struct timer *t)
{
	(void)t;
	w.since_pause = 0;
	http_request_resume_body(w.request);
}

/* Takes odd amounts; pauses after each 300 kB. */
static size_t on_piece(struct http_request *r, struct str data)
{
	size_t len = data.len > 7000 ? data.len / 2 + 1 : data.len;

	w.largest = data.len > w.largest ? data.len : w.largest;
	if (w.refuse_at > 0 && w.taken >= w.refuse_at) {
		respond_taken(r, 413);
		return data.len;
	}
	if (w.since_pause > 300000) {
		if (!timer_is_set(&w.timer))
			timer_set(w.loop, &w.timer, 1, on_resume_body);
		return 0;
	}
	w.taken += len;
	w.since_pause += len;
	for (size_t i = 0; i < len; i++)
		w.sum += (unsigned char)data.ptr[i];
	return len;
}

static void on_end(struct http_request *r)
{
	respond_taken(r, 200);
}

/* --- the server ----------------------------------------------------------- */

static void on_gone(struct http_request *r, void *data)
{
	assert_ptr_equal(data, &w);
	assert_ptr_equal(r, w.request);
	w.request = NULL;
	timer_stop(w.loop, &w.timer);
	w.gone++;
}

static void on_request(void *arg, struct http_request *r)
{
	struct http_header header = { "X-Test", "yes" };

	(void)arg;
	w.request = r;
	w.asked = 0;
	http_request_set_data(r, &w, on_gone);
	if (strcmp(http_request_path(r), "/upload") == 0)
		http_request_stream_body(r, on_piece, on_end);
	else
		http_respond_stream(
			r, 200, "text/csv", &header, 1, on_next, &w);
}

static int setup_with(unsigned timeout_seconds)
{
	struct http_server_options o = { .listen = "127.0.0.1:0",
		.connections = 64,
		.header_max = HEADER_MAX,
		.timeout_seconds = timeout_seconds,
		.on_request = on_request };
	struct diag why;

	memset(&w, 0, sizeof w);
	w.pieces = PIECES;
	w.loop = loop_create();
	assert_int_equal(
		http_server_start(&w.server, w.loop, &o, &why), ERR_OK);
	return 0;
}

static int setup(void **state)
{
	(void)state;
	return setup_with(30);
}

static int setup_impatient(void **state)
{
	(void)state;
	return setup_with(1);
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

/* --- a client ------------------------------------------------------------- */

/* Sends the head and `body` bytes (in chunks, if so), then reads until the
 * server closes or the text `until` is at the end of what came. */
struct client {
	pthread_t thread;
	const char *head, *tail; /* the tail follows the body */
	const char *until;
	size_t body, chunk; /* chunk > 0: chunked */
	size_t read_max;    /* leaves after that many bytes; 0: none */
	bool deaf;          /* never reads, until the server closes */
	char *answer;
	size_t len;
	atomic_bool done;
};

static int dial(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_port = htons(http_server_port(w.server)) };
	int fd = socket(AF_INET, SOCK_STREAM, 0), small = 65536;
	struct timeval limit = { 10, 0 };

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	must(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small) == 0);
	must(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) ==
		0);
	must(connect(fd, (struct sockaddr *)&a, sizeof a) == 0);
	return fd;
}

/* False: the server has closed. */
static bool say(int fd, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t n = send(fd, data, len, MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		data += n;
		len -= (size_t)n;
	}
	return true;
}

static void say_body(struct client *c, int fd)
{
	size_t part = c->chunk > 0 ? c->chunk : 50000;
	char *text = mem_alloc(part), head[32];

	for (size_t done = 0; done < c->body; done += part) {
		if (part > c->body - done)
			part = c->body - done;
		for (size_t i = 0; i < part; i++)
			text[i] = filler(done + i);
		(void)snprintf(head, sizeof head, "%zx\r\n", part);
		if (c->chunk > 0 && !say(fd, head, strlen(head)))
			break;
		if (!say(fd, text, part) ||
			(c->chunk > 0 && !say(fd, "\r\n", 2)))
			break;
	}
	free(text);
	if (c->tail != NULL)
		(void)say(fd, c->tail, strlen(c->tail));
}

static bool has_all(const struct client *c)
{
	size_t len = c->until == NULL ? 0 : strlen(c->until);

	if (c->read_max > 0)
		return c->len >= c->read_max;
	return len > 0 && c->len >= len &&
	       memcmp(c->answer + c->len - len, c->until, len) == 0;
}

static void *talk(void *arg)
{
	struct client *c = arg;
	int fd = dial();
	ssize_t n = 1;

	(void)say(fd, c->head, strlen(c->head));
	say_body(c, fd);
	while (c->deaf && w.gone == 0)
		usleep(5000);
	while (!has_all(c) && n > 0) {
		c->answer = mem_resize(c->answer, c->len + 65536 + 1);
		n = recv(fd, c->answer + c->len, 65536, 0);
		c->len += n > 0 ? (size_t)n : 0;
		c->answer[c->len] = '\0';
	}
	close(fd);
	c->done = true;
	return NULL;
}

static bool is_done(void *arg)
{
	return ((struct client *)arg)->done;
}

static bool is_gone(void *arg)
{
	(void)arg;
	return w.gone > 0;
}

static bool has_taken(void *arg)
{
	(void)arg;
	return w.taken > 0;
}

static void on_tick(struct timer *t)
{
	timer_set(w.loop, t, 5, on_tick);
}

static void wait_until(bool (*what)(void *arg), void *arg)
{
	struct timer tick = { 0 };

	timer_set(w.loop, &tick, 5, on_tick);
	assert_true(loop_run_until(w.loop, what, arg, 1000000));
	timer_stop(w.loop, &tick);
}

static void begin(struct client *c)
{
	must(pthread_create(&c->thread, NULL, talk, c) == 0);
}

static void finish(struct client *c)
{
	wait_until(is_done, c);
	must(pthread_join(c->thread, NULL) == 0);
}

static void run(struct client *c)
{
	begin(c);
	finish(c);
}

#define HEAD(method, path, more)                                               \
	method " " path " HTTP/1.1\r\nHost: x\r\n" more "\r\n"
#define LAST_CHUNK "\r\n0\r\n\r\n"

/* Bytes of the chunks; SIZE_MAX: they do not end well. */
static size_t dechunk(const struct client *c)
{
	const char *p = strstr(c->answer, "\r\n\r\n") + 4;
	const char *end = c->answer + c->len;
	size_t total = 0, size;

	do {
		size = strtoul(p, (char **)(uintptr_t)&p, 16);
		if (end - p < (ptrdiff_t)size + 4)
			return SIZE_MAX;
		p += 2 + size + 2;
		total += size;
	} while (size > 0);
	return p == end ? total : SIZE_MAX;
}

/* --- answers: tests ------------------------------------------------------- */

static void test_answer(void **state)
{
	struct client c = { .head = HEAD("GET", "/rows", ""),
		.until = LAST_CHUNK };

	(void)state;
	run(&c);
	assert_non_null(strstr(c.answer, "HTTP/1.1 200"));
	assert_non_null(strstr(c.answer, "Transfer-Encoding: chunked"));
	assert_non_null(strstr(c.answer, "Content-Type: text/csv"));
	assert_non_null(strstr(c.answer, "X-Test: yes"));
	assert_int_equal(dechunk(&c), answer_len(PIECES));
	assert_int_equal(w.gone, 0);
	free(c.answer);
}

static void test_two_on_one_connection(void **state)
{
	struct client c = { .head = HEAD("GET", "/rows", "") HEAD(
				    "GET", "/rows", "Connection: close\r\n") };
	size_t ends = 0;

	(void)state;
	w.pieces = 2;
	run(&c);
	for (const char *p = c.answer; (p = strstr(p, LAST_CHUNK)) != NULL; p++)
		ends++;
	assert_int_equal(ends, 2);
	free(c.answer);
}

static void test_answer_pauses(void **state)
{
	struct client c = { .head = HEAD("GET", "/rows", ""),
		.until = LAST_CHUNK };

	(void)state;
	w.pause_at = 4;
	run(&c);
	assert_int_equal(dechunk(&c), answer_len(PIECES));
	free(c.answer);
}

static void test_answer_resumed_within(void **state)
{
	struct client c = { .head = HEAD("GET", "/rows", ""),
		.until = LAST_CHUNK };

	(void)state;
	w.pause_at = 4;
	w.resumes_within = true;
	run(&c);
	assert_int_equal(dechunk(&c), answer_len(PIECES));
	free(c.answer);
}

static void test_answer_fails(void **state)
{
	struct client c = { .head = HEAD("GET", "/rows", "") };

	(void)state;
	w.fail_at = 4;
	run(&c);
	assert_int_equal(dechunk(&c), SIZE_MAX);
	assert_int_equal(w.gone, 0);
	free(c.answer);
}

static void test_piece_too_large(void **state)
{
	struct client c = { .head = HEAD("GET", "/rows", "") };

	(void)state;
	w.huge_at = 4;
	run(&c);
	assert_int_equal(dechunk(&c), SIZE_MAX);
	assert_int_equal(w.gone, 1);
	free(c.answer);
}

/* Without chunks the end of the connection is the end of the answer. */
static void test_answer_to_old_client(void **state)
{
	struct client c = { .head = "GET /rows HTTP/1.0\r\n\r\n" };

	(void)state;
	run(&c);
	assert_null(strstr(c.answer, "chunked"));
	assert_int_equal(c.answer + c.len - strstr(c.answer, "\r\n\r\n") - 4,
		answer_len(PIECES));
	free(c.answer);
}

static void test_head_gets_no_pieces(void **state)
{
	struct client c = { .head = HEAD("HEAD", "/rows", ""),
		.until = "\r\n\r\n" };

	(void)state;
	run(&c);
	wait_until(is_gone, NULL);
	assert_int_equal(w.asked, 0);
	free(c.answer);
}

static void test_client_leaves(void **state)
{
	struct client c = { .head = HEAD("GET", "/rows", ""),
		.read_max = 300000 };

	(void)state;
	w.pieces = SIZE_MAX;
	run(&c);
	wait_until(is_gone, NULL);
	assert_int_equal(w.gone, 1);
	free(c.answer);
}

/* Who doesn't read isn't given any more, and not waited for without end. */
static void test_client_does_not_read(void **state)
{
	struct client c = { .head = HEAD("GET", "/rows", ""), .deaf = true };

	(void)state;
	w.pieces = SIZE_MAX;
	run(&c);
	assert_int_equal(w.gone, 1);
	assert_true(w.asked < 20 * MIB / HTTP_PIECE);
	free(c.answer);
}

static bool is_paused(void *arg)
{
	(void)arg;
	return w.paused;
}

static void test_close_while_paused(void **state)
{
	struct client c = { .head = HEAD("GET", "/rows", "") };

	(void)state;
	w.pause_at = 4;
	begin(&c);
	wait_until(is_paused, NULL);
	http_server_close(w.server);
	w.server = NULL;
	assert_int_equal(w.gone, 1);
	finish(&c);
	assert_int_equal(dechunk(&c), SIZE_MAX);
	free(c.answer);
}

/* --- bodies: tests -------------------------------------------------------- */

static void expect_taken(struct client *c, size_t len)
{
	char text[64];
	uint64_t sum = 0;

	for (size_t i = 0; i < len; i++)
		sum += (unsigned char)filler(i);
	(void)snprintf(text, sizeof text, "taken %zu sum %llu", len,
		(unsigned long long)sum);
	assert_non_null(strstr(c->answer, text));
	assert_true(w.largest <= HEADER_MAX);
	free(c->answer);
}

static void test_upload(void **state)
{
	struct client c = { .head = HEAD("POST", "/upload",
				    "Content-Length: 20000000\r\n"
				    "Connection: close\r\n"),
		.body = 20000000 };

	(void)state;
	run(&c);
	expect_taken(&c, c.body);
}

static void test_upload_in_chunks(void **state)
{
	static const size_t chunks[] = { 100, 5000, 70000, 3000000 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(chunks); i++) {
		struct client c = { .head = HEAD("POST", "/upload",
					    "Transfer-Encoding: chunked\r\n"
					    "Connection: close\r\n"),
			.body = chunks[i] * 30,
			.chunk = chunks[i],
			.tail = "0\r\n\r\n" };

		w.taken = w.sum = 0;
		run(&c);
		expect_taken(&c, c.body);
	}
}

/* The body comes as it was sent, whatever it says it is. */
static void test_upload_after_100(void **state)
{
	struct client c = { .head = HEAD("POST", "/upload",
				    "Content-Length: 1000000\r\n"
				    "Content-Encoding: gzip\r\n"
				    "Expect: 100-continue\r\n"
				    "Connection: close\r\n"),
		.body = 1000000 };

	(void)state;
	run(&c);
	assert_non_null(strstr(c.answer, "HTTP/1.1 100"));
	expect_taken(&c, c.body);
}

static void test_upload_refused_midway(void **state)
{
	struct client c = { .head = HEAD("POST", "/upload",
				    "Content-Length: 20000000\r\n"
				    "Connection: close\r\n"),
		.body = 20000000 };

	(void)state;
	w.refuse_at = 1000000;
	run(&c);
	assert_non_null(strstr(c.answer, "HTTP/1.1 413"));
	assert_true(w.taken < 1400000);
	free(c.answer);
}

static void leave_midway(struct client *c)
{
	uint64_t begun = loop_now_ms(w.loop);

	c->read_max = 1;
	c->answer = mem_alloc(2);
	c->len = 1; /* so it doesn't wait for an answer */
	w.gone = 0;
	run(c);
	wait_until(is_gone, NULL);
	assert_true(loop_now_ms(w.loop) - begun < 5000); /* no timeout */
	assert_int_equal(w.gone, 1);
	free(c->answer);
}

static void test_upload_left(void **state)
{
	static const size_t sizes[] = { 1, 1000, 500000 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct client whole = { .head = HEAD("POST", "/upload",
						"Content-Length: 600000\r\n"),
			.body = sizes[i] };
		struct client chunked = { .head = HEAD("POST", "/upload",
						  "Transfer-Encoding: "
						  "chunked\r\n"),
			.body = sizes[i],
			.chunk = 10000 };

		leave_midway(&whole);
		leave_midway(&chunked);
	}
}

/* The line behind the last chunk and the end in one packet: no data tells of
 * it. */
static void test_upload_left_behind_a_chunk(void **state)
{
	const char head[] = HEAD(
		"POST", "/upload", "Transfer-Encoding: chunked\r\n") "3\r\nabc";
	uint64_t begun = loop_now_ms(w.loop);
	int fd = dial(), on = 1;

	(void)state;
	must(say(fd, head, strlen(head)));
	wait_until(has_taken, NULL);
	must(setsockopt(fd, IPPROTO_TCP, TCP_CORK, &on, sizeof on) == 0);
	must(say(fd, "\r\n", 2));
	close(fd);
	wait_until(is_gone, NULL);
	assert_true(loop_now_ms(w.loop) - begun < 5000); /* no timeout */
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_answer),
		TEST(test_two_on_one_connection),
		TEST(test_answer_pauses),
		TEST(test_answer_resumed_within),
		TEST(test_answer_fails),
		TEST(test_piece_too_large),
		TEST(test_answer_to_old_client),
		TEST(test_head_gets_no_pieces),
		TEST(test_client_leaves),
		cmocka_unit_test_setup_teardown(
			test_client_does_not_read, setup_impatient, teardown),
		TEST(test_close_while_paused),
		TEST(test_upload),
		TEST(test_upload_in_chunks),
		TEST(test_upload_after_100),
		TEST(test_upload_refused_midway),
		TEST(test_upload_left),
		TEST(test_upload_left_behind_a_chunk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
