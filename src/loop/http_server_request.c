#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "http_server_private.h"
#include "sluice/base/mem.h"
#include "sluice/base/must.h"

/* How libmicrohttpd calls for one request:
 *
 *   first call (head)  ->  body calls ...  ->  last call (no data)
 *
 * An answer that is queued in the first call costs the connection, body or
 * not.  So an early answer waits for the last call, which follows at once when
 * there is no body; else the rest of the body is dropped, up to DRAIN_MAX.  A
 * client that asked with `Expect: 100-continue`, or that would send more than
 * that, gets it in the first call.  Closing on a client that still sends would
 * reset the connection and often lose the answer.
 *
 * Without an answer in the last call the connection is suspended, and the last
 * call is made again after http_respond() has resumed it.  A suspended
 * connection isn't watched: that its client went away shows when it is
 * resumed, and every wait of the handlers has an end. */
#define DRAIN_MAX (UINT64_C(64) << 20)

#define CHUNKED UINT64_MAX
#define LOOK_MS 1000

static const char *lookup(
	const struct http_request *r, enum MHD_ValueKind kind, const char *name)
{
	return MHD_lookup_connection_value(r->connection, kind, name);
}

/* --- the head ------------------------------------------------------------- */

static uint64_t expected_body(const struct http_request *r)
{
	const char *text = lookup(r, MHD_HEADER_KIND, "Content-Length");
	uint64_t length = 0;

	if (lookup(r, MHD_HEADER_KIND, "Transfer-Encoding") != NULL)
		return CHUNKED;
	if (text == NULL)
		return 0;
	/* What isn't a number has been refused by the daemon. */
	return str_to_u64(str_of(text), CHUNKED - 1, &length) ? length : 0;
}

/* --- the end of what the client sends ------------------------------------- */

/* The daemon learns of the end of a stream by an edge of epoll; when it came
 * together with the last data, that edge is spent and the connection would
 * stand until its timeout.  So we look, where that can have happened. */
static int socket_of(const struct http_request *r)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
		r->connection, MHD_CONNECTION_INFO_CONNECTION_FD);

	return info == NULL ? -1 : info->connect_fd;
}

static bool peer_has_closed(const struct http_request *r)
{
	char byte;

	return recv(socket_of(r), &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

/* Shutting what is shut already takes nothing from the daemon, but it makes
 * another edge: it then sees the end when it has used up what it has. */
static void show_end_again(const struct http_request *r)
{
	if (peer_has_closed(r))
		(void)shutdown(socket_of(r), SHUT_RD);
}

/* What comes last of a chunked body may be no data but the line behind it, of
 * which we aren't told. */
static void on_look(struct timer *t)
{
	struct http_request *r = container_of(t, struct http_request, look);

	show_end_again(r);
	timer_set(r->server->loop, t, LOOK_MS, on_look);
}

static struct http_request *request_make(struct http_server *s,
	struct MHD_Connection *connection, const char *url, const char *method)
{
	struct http_request *r = mem_alloc(sizeof *r);
	const char *expect;

	r->server = s;
	r->connection = connection;
	r->method = method;
	r->path = url;
	r->expected = expected_body(r);
	if (r->expected > 0) {
		expect = lookup(r, MHD_HEADER_KIND, "Expect");
		r->expects_continue =
			expect != NULL &&
			str_eq_nocase(str_of(expect), STR("100-continue"));
	}
	if (r->expected == CHUNKED)
		timer_set(s->loop, &r->look, LOOK_MS, on_look);
	list_append(&s->requests, &r->link);
	return r;
}

/* --- the answer ----------------------------------------------------------- */

static enum MHD_Result queue_answer(struct http_request *r)
{
	struct MHD_Response *response = r->response;
	enum MHD_Result ok;

	r->response = NULL;
	if (r->server->quiescing || peer_has_closed(r))
		(void)MHD_add_response_header(response, "Connection", "close");
	ok = MHD_queue_response(r->connection, r->status, response);
	MHD_destroy_response(response); /* the queue holds its own reference */
	return ok;
}

/* In the first call: an answer that must not wait for the last one. */
static bool answer_early(const struct http_request *r)
{
	if (r->response == NULL || r->expected == 0)
		return false;
	return r->expects_continue ||
	       (r->expected != CHUNKED && r->expected > DRAIN_MAX);
}

void http_request_suspend(struct http_request *r)
{
	must(!r->suspended);
	r->suspended = true;
	MHD_suspend_connection(r->connection);
}

void http_request_resume(struct http_request *r)
{
	if (!r->suspended)
		return;
	r->suspended = false;
	MHD_resume_connection(r->connection);
	http_server_run_soon(r->server);
}

void http_request_answer(struct http_request *r, unsigned status,
	const struct http_header *headers, size_t header_count,
	struct MHD_Response *response)
{
	must(!r->answered);
	must(response != NULL);
	r->answered = true;
	r->status = status;
	for (size_t i = 0; i < header_count; i++)
		(void)MHD_add_response_header(
			response, headers[i].name, headers[i].value);
	r->response = response;
	http_request_resume(r);
}

void http_respond(struct http_request *r, unsigned status,
	const char *content_type, const struct http_header *headers,
	size_t header_count, struct buf *body)
{
	size_t len = body == NULL ? 0 : body->len;
	struct MHD_Response *response;

	if (len > 0)
		response = MHD_create_response_from_buffer(
			len, buf_take(body), MHD_RESPMEM_MUST_FREE);
	else
		response = MHD_create_response_from_buffer(
			0, NULL, MHD_RESPMEM_PERSISTENT);
	if (content_type != NULL && len > 0)
		(void)MHD_add_response_header(
			response, "Content-Type", content_type);
	if (body != NULL)
		buf_release(body);
	http_request_answer(r, status, headers, header_count, response);
}

/* --- the body ------------------------------------------------------------- */

static void collect(struct http_request *r, struct str data)
{
	if (!r->too_large)
		buf_str(&r->body, data);
	if (r->body.full) {
		r->too_large = true;
		buf_release(&r->body);
	}
}

/* Returns how much of `data` is left when the handler pauses. */
static size_t stream(struct http_request *r, struct str data)
{
	while (data.len > 0 && !r->answered) {
		size_t took = r->piece(r, data);

		must(took <= data.len);
		if (took == 0) {
			r->paused = true;
			http_request_suspend(r);
			return data.len;
		}
		data.ptr += took;
		data.len -= took;
	}
	return 0;
}

/* Hands the data on; returns how much of it is left. */
static size_t pass_on(struct http_request *r, struct str data)
{
	if (r->mode == BODY_STREAM && !r->answered)
		return stream(r, data);
	if (r->mode == BODY_COLLECT && !r->too_large && !r->answered)
		collect(r, data);
	else
		r->dropped += data.len;
	return 0;
}

static enum MHD_Result on_data(
	struct http_request *r, const char *data, size_t *size)
{
	struct str piece = { data, *size };

	*size = pass_on(r, piece);
	r->received += piece.len - *size;
	if (*size == 0 && r->received < r->expected)
		show_end_again(r);
	/* There is no way to answer in the middle of a body: cut it. */
	return r->dropped > DRAIN_MAX ? MHD_NO : MHD_YES;
}

static void tell_complete(struct http_request *r)
{
	enum body_mode mode = r->mode;

	r->complete = true;
	r->mode = BODY_DROP;
	timer_stop(r->server->loop, &r->look);
	if (r->answered)
		return;
	if (mode == BODY_COLLECT)
		r->done(r, r->too_large ? STR("") : buf_view(&r->body),
			r->too_large);
	else if (mode == BODY_STREAM)
		r->end(r);
}

static enum MHD_Result on_last(struct http_request *r)
{
	if (!r->complete)
		tell_complete(r);
	if (r->response != NULL)
		return queue_answer(r);
	if (!r->suspended)
		http_request_suspend(r);
	return MHD_YES;
}

static enum MHD_Result on_head(struct http_request *r)
{
	r->server->on_request(r->server->arg, r);
	if (r->mode == BODY_COLLECT && r->expected != CHUNKED &&
		r->expected > r->body.max && !r->answered) {
		/* Known before a byte of it came. */
		r->too_large = true;
		r->mode = BODY_DROP;
		r->done(r, STR(""), true);
	}
	return answer_early(r) ? queue_answer(r) : MHD_YES;
}

enum MHD_Result http_request_access(void *cls,
	struct MHD_Connection *connection, const char *url, const char *method,
	const char *version, const char *data, size_t *data_size, void **req)
{
	struct http_request *r = *req;

	(void)version;
	if (r == NULL) {
		*req = r = request_make(cls, connection, url, method);
		return on_head(r);
	}
	if (*data_size > 0)
		return on_data(r, data, data_size);
	return on_last(r);
}

void http_request_read_body(struct http_request *r, size_t max,
	void (*done)(struct http_request *r, struct str body, bool too_large))
{
	must(r->mode == BODY_DROP && !r->complete);
	r->mode = BODY_COLLECT;
	r->body = buf_make(max);
	r->done = done;
}

void http_request_stream_body(struct http_request *r,
	size_t (*piece)(struct http_request *r, struct str data),
	void (*end)(struct http_request *r))
{
	must(r->mode == BODY_DROP && !r->complete);
	r->mode = BODY_STREAM;
	r->piece = piece;
	r->end = end;
}

void http_request_resume_body(struct http_request *r)
{
	if (!r->paused)
		return;
	r->paused = false;
	http_request_resume(r);
}

/* --- the end -------------------------------------------------------------- */

void http_request_completed(void *cls, struct MHD_Connection *connection,
	void **req, enum MHD_RequestTerminationCode why)
{
	struct http_request *r = *req;

	(void)cls;
	(void)connection;
	(void)why;
	if (r == NULL)
		return;
	*req = NULL;
	list_remove(&r->link);
	if ((!r->answered || r->next != NULL) && r->on_gone != NULL)
		r->on_gone(r, r->data);
	http_stream_release(r);
	timer_stop(r->server->loop, &r->look);
	if (r->response != NULL)
		MHD_destroy_response(r->response);
	buf_release(&r->body);
	arena_release(&r->arena);
	free(r);
}

void http_request_release(struct http_request *r)
{
	if (r->suspended)
		MHD_resume_connection(r->connection);
	r->suspended = false;
}

/* --- what the handler asks ------------------------------------------------ */

const char *http_request_method(const struct http_request *r)
{
	return r->method;
}

const char *http_request_path(const struct http_request *r)
{
	return r->path;
}

const char *http_request_header(const struct http_request *r, const char *name)
{
	return lookup(r, MHD_HEADER_KIND, name);
}

const char *http_request_cookie(const struct http_request *r, const char *name)
{
	return lookup(r, MHD_COOKIE_KIND, name);
}

const char *http_request_peer(const struct http_request *r)
{
	/* Written once, on first use: the one field that a reader fills. */
	struct http_request *own = (struct http_request *)(uintptr_t)r;
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
		r->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const void *address;

	if (r->peer[0] != '\0' || info == NULL || info->client_addr == NULL)
		return r->peer;
	if (info->client_addr->sa_family == AF_INET6)
		address = &((const struct sockaddr_in6 *)(const void *)
				    info->client_addr)
				   ->sin6_addr;
	else
		address = &((const struct sockaddr_in *)(const void *)
				    info->client_addr)
				   ->sin_addr;
	(void)inet_ntop(info->client_addr->sa_family, address, own->peer,
		sizeof own->peer);
	return r->peer;
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A `%` that no two hex digits follow stays as it is.  The daemon has made
 * spaces of plus signs. */
static const char *decode(struct arena *arena, const char *text)
{
	char *out = arena_dup(arena, str_of(text)), *to = out;

	for (const char *p = out; *p != '\0'; p++) {
		int high = p[0] == '%' ? hex(p[1]) : -1;
		int low = high >= 0 ? hex(p[2]) : -1;

		if (low >= 0 && (high | low) != 0) {
			*to++ = (char)(high << 4 | low);
			p += 2;
		} else {
			*to++ = *p;
		}
	}
	*to = '\0';
	return out;
}

struct each_query {
	struct http_request *r;
	void (*each)(void *arg, const char *name, const char *value);
	void *arg;
};

static enum MHD_Result on_query(
	void *cls, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct each_query *q = cls;

	(void)kind;
	q->each(q->arg, decode(&q->r->arena, name),
		value == NULL ? "" : decode(&q->r->arena, value));
	return MHD_YES;
}

void http_request_query_each(const struct http_request *r,
	void (*each)(void *arg, const char *name, const char *value), void *arg)
{
	struct each_query q = { (struct http_request *)(uintptr_t)r, each,
		arg };

	(void)MHD_get_connection_values(
		r->connection, MHD_GET_ARGUMENT_KIND, on_query, &q);
}

void http_request_set_data(struct http_request *r, void *data,
	void (*on_gone)(struct http_request *r, void *data))
{
	r->data = data;
	r->on_gone = on_gone;
}

void *http_request_data(const struct http_request *r)
{
	return r->data;
}
