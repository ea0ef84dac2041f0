/* Many clients that put orders: each line of FILE is one order as JSON that
 * begins with {"reference":"...", and goes out as PUT /v1/orders/<reference>
 * over one of so many connections, which stay open; each connection sends its
 * next order when it has the answer to the one before.
 *
 *     bench_load PORT KEY CONNECTIONS FILE
 *
 * prints the monotonic clock (ns) at the first byte sent and at the last
 * answer, and how many answers were not 201. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sluice/base/buf.h"
#include "sluice/base/clock.h"
#include "sluice/base/mem.h"
#include "sluice/base/must.h"
#include "sluice/base/str.h"

#define REQUEST_MAX (16u << 20)
#define ANSWER_MAX  (1u << 20)

struct client {
	int fd;
	struct buf out, in;
	size_t sent;
};

static int epoll_fd;
static const char *key, *next_order;
static unsigned open_requests, refused;
static uint64_t first_ns, last_ns;

_Noreturn static void die(const char *what)
{
	fprintf(stderr, "bench_load: %s: %s\n", what, strerror(errno));
	exit(1);
}

static char *read_file(const char *path)
{
	FILE *file = fopen(path, "re");
	char *text;
	long size = -1;

	if (file == NULL || fseek(file, 0, SEEK_END) != 0 ||
		(size = ftell(file)) < 0 || fseek(file, 0, SEEK_SET) != 0)
		die(path);
	text = mem_alloc((size_t)size + 1);
	if (fread(text, 1, (size_t)size, file) != (size_t)size)
		die(path);
	(void)fclose(file);
	return text;
}

/* --- one order ------------------------------------------------------------ */

static void fill_request(struct client *c, struct str order)
{
	static const char start[] = "{\"reference\":\"";
	const char *reference = order.ptr + sizeof start - 1;
	size_t len;

	if (strncmp(order.ptr, start, sizeof start - 1) != 0)
		die("a line does not begin with its reference");
	len = strcspn(reference, "\"");
	buf_clear(&c->out);
	buf_printf(&c->out,
		"PUT /v1/orders/%.*s HTTP/1.1\r\n"
		"Host: 127.0.0.1\r\n"
		"dj-api-key: %s\r\n"
		"Content-Type: application/json\r\n"
		"Content-Length: %zu\r\n\r\n",
		(int)len, reference, key, order.len);
	buf_str(&c->out, order);
	c->sent = 0;
}

static void send_rest(struct client *c)
{
	while (c->sent < c->out.len) {
		ssize_t n = send(c->fd, c->out.data + c->sent,
			c->out.len - c->sent, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n < 0 && errno == EAGAIN)
			return;
		if (n < 0)
			die("send");
		c->sent += (size_t)n;
	}
}

static void start_next(struct client *c)
{
	struct str order = { next_order, strcspn(next_order, "\n") };

	if (order.len == 0)
		return;
	next_order += order.len + (next_order[order.len] == '\n');
	fill_request(c, order);
	open_requests++;
	send_rest(c);
}

/* The length of the answer in `in`, head and body; 0: not all there. */
static size_t answer_len(const struct buf *in)
{
	const char *end = strstr(in->data, "\r\n\r\n"), *length;
	size_t len;

	if (end == NULL)
		return 0;
	length = strcasestr(in->data, "\r\nContent-Length:");
	if (length == NULL || length > end)
		die("an answer without Content-Length");
	len = (size_t)(end - in->data) + 4 + strtoul(length + 17, NULL, 10);
	return len <= in->len ? len : 0;
}

static void receive(struct client *c)
{
	char piece[65536];
	ssize_t n;

	while ((n = recv(c->fd, piece, sizeof piece, MSG_DONTWAIT)) > 0)
		buf_put(&c->in, piece, (size_t)n);
	if (n == 0 || errno != EAGAIN)
		die("the gateway hung up");
	if (c->in.len == 0 || answer_len(&c->in) == 0)
		return;
	last_ns = clock_monotonic_ns();
	if (strncmp(c->in.data, "HTTP/1.1 201", 12) != 0 && refused++ == 0)
		fprintf(stderr, "bench_load: %s\n", c->in.data);
	buf_clear(&c->in);
	open_requests--;
	start_next(c);
}

/* --- all of them ---------------------------------------------------------- */

static void client_open(struct client *c, uint16_t port)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLET,
		.data.ptr = c };
	int on = 1;

	c->out = buf_make(REQUEST_MAX);
	c->in = buf_make(ANSWER_MAX);
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connect(c->fd, (struct sockaddr *)&to, sizeof to) != 0)
		die("connect");
	(void)setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	must(epoll_ctl(epoll_fd, EPOLL_CTL_ADD, c->fd, &event) == 0);
}

static void run(void)
{
	struct epoll_event events[64];

	while (open_requests > 0) {
		int n = epoll_wait(epoll_fd, events, 64, -1);

		for (int i = 0; i < n; i++) {
			struct client *c = events[i].data.ptr;

			send_rest(c);
			if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))
				receive(c);
		}
	}
}

int main(int argc, char **argv)
{
	struct client *clients;
	size_t count;

	if (argc != 5) {
		fprintf(stderr,
			"usage: bench_load PORT KEY CONNECTIONS FILE\n");
		return 2;
	}
	key = argv[2];
	count = strtoul(argv[3], NULL, 10);
	next_order = read_file(argv[4]);
	epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	clients = mem_alloc(count * sizeof *clients);
	for (size_t i = 0; i < count; i++)
		client_open(&clients[i], (uint16_t)atoi(argv[1]));
	first_ns = clock_monotonic_ns();
	for (size_t i = 0; i < count; i++)
		start_next(&clients[i]);
	run();
	printf("%llu %llu %u\n", (unsigned long long)first_ns,
		(unsigned long long)last_ns, refused);
	return refused == 0 ? 0 : 1;
}
