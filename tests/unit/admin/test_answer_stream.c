/* answer_stream(): a call whose answer comes in pieces, over a real server. */
#include <arpa/inet.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../../src/admin/admin_private.h"
#include "sluice/base/must.h"

#define PIECES 40

static struct hub hub;
static struct admin admin;
static unsigned asked, freed, fail_at;
static bool gone_first;

static void on_free(struct call *c)
{
	assert_ptr_equal(c->state, &asked);
	freed++;
}

static enum http_step on_next(struct call *c, struct buf *out)
{
	assert_ptr_equal(c->state, &asked);
	if (++asked == fail_at)
		return HTTP_FAIL;
	while (out->len < HTTP_PIECE)
		buf_text(out, "0123456789abcde\n");
	return asked >= PIECES ? HTTP_END : HTTP_MORE;
}

static void on_request(void *arg, struct http_request *r)
{
	struct call *c = call_make(arg, r);

	c->started = true;
	c->state = &asked;
	c->on_free = on_free;
	c->content_type = "text/csv";
	answer_header(c, "X-Test", "yes");
	if (gone_first) /* as after on_gone, while a commit was waited for */
		c->request = NULL;
	answer_stream(c, 200, on_next);
	if (gone_first)
		http_request_set_data(r, NULL, NULL);
}

static int setup(void **state)
{
	struct http_server_options o = { .listen = "127.0.0.1:0",
		.connections = 8,
		.header_max = 32768,
		.timeout_seconds = 30,
		.on_request = on_request,
		.arg = &admin };
	struct diag why;

	(void)state;
	memset(&hub, 0, sizeof hub);
	memset(&admin, 0, sizeof admin);
	asked = freed = fail_at = 0;
	gone_first = false;
	hub.loop = loop_create();
	admin.hub = &hub;
	list_init(&admin.calls);
	assert_int_equal(
		http_server_start(&admin.server, hub.loop, &o, &why), ERR_OK);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	http_server_close(admin.server);
	loop_destroy(hub.loop);
	assert_int_equal(admin.call_count, 0);
	assert_true(list_empty(&admin.calls));
	return 0;
}

/* --- a client ------------------------------------------------------------- */

static char answer[(PIECES + 1) * 65536 + 1];
static size_t answer_len, answer_max;
static atomic_bool done;

static void *talk(void *arg)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_port = htons(http_server_port(admin.server)) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct timeval limit = { 10, 0 };
	ssize_t n = 1;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	must(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) ==
		0);
	must(connect(fd, (struct sockaddr *)&a, sizeof a) == 0);
	must(send(fd, arg, strlen(arg), MSG_NOSIGNAL) > 0);
	while (n > 0 && answer_len < answer_max) {
		n = recv(fd, answer + answer_len, answer_max - answer_len, 0);
		answer_len += n > 0 ? (size_t)n : 0;
	}
	answer[answer_len] = '\0';
	close(fd);
	done = true;
	return NULL;
}

static bool is_over(void *arg)
{
	(void)arg;
	return done && freed > 0;
}

static void on_tick(struct timer *t)
{
	timer_set(hub.loop, t, 5, on_tick);
}

static void ask(size_t max)
{
	char request[] = "GET / HTTP/1.0\r\n\r\n";
	struct timer tick = { 0 };
	pthread_t thread;

	answer_len = 0;
	answer_max = max;
	done = false;
	must(pthread_create(&thread, NULL, talk, request) == 0);
	timer_set(hub.loop, &tick, 5, on_tick);
	assert_true(loop_run_until(hub.loop, is_over, NULL, 100000));
	timer_stop(hub.loop, &tick);
	must(pthread_join(thread, NULL) == 0);
	assert_int_equal(freed, 1);
}

static size_t body_len(void)
{
	const char *end = strstr(answer, "\r\n\r\n");

	return end == NULL ? 0 : answer_len - (size_t)(end + 4 - answer);
}

/* --- tests ---------------------------------------------------------------- */

static void test_to_its_end(void **state)
{
	(void)state;
	ask(sizeof answer - 1);
	assert_int_equal(asked, PIECES);
	assert_int_equal(body_len(), PIECES * HTTP_PIECE);
	assert_non_null(strstr(answer, "Content-Type: text/csv"));
	assert_non_null(strstr(answer, "X-Test: yes"));
	assert_non_null(strstr(answer, "Cache-Control: no-store"));
	assert_int_equal(admin.answers[2], 1);
}

static void test_fails(void **state)
{
	(void)state;
	fail_at = 3;
	ask(sizeof answer - 1);
	assert_int_equal(asked, 3);
	assert_true(body_len() <= 2 * HTTP_PIECE);
}

static void test_client_leaves(void **state)
{
	(void)state;
	ask(1000);
	assert_true(asked <= PIECES);
}

static void test_client_was_gone(void **state)
{
	(void)state;
	gone_first = true;
	answer_len = 0;
	fail_at = 1;
	ask(0);
	assert_int_equal(asked, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_to_its_end),
		TEST(test_fails),
		TEST(test_client_leaves),
		TEST(test_client_was_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
