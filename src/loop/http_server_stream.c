/* Answers in pieces.
 *
 * The daemon asks for bytes when the client has room for them; it gets them
 * out of one piece, and `next` is asked for another when that is used up.
 * While there is none the connection is suspended, as it is between a request
 * and a late answer. */
#include <string.h>

#include "http_server_private.h"
#include "sluice/base/log.h"
#include "sluice/base/must.h"

/* What the daemon allocates for each answer; it only uses it for clients of
 * HTTP/1.0, others get their chunks out of the connection's own memory. */
#define BLOCK_SIZE 4096

static void on_again(struct timer *t)
{
	http_request_resume(container_of(t, struct http_request, again));
}

static bool has_ended(const struct http_request *r)
{
	return r->step == HTTP_END || r->step == HTTP_FAIL;
}

/* A buffer that one large piece made goes when it was sent. */
static void drop_piece(struct http_request *r)
{
	if (r->out.cap > 2 * HTTP_PIECE)
		buf_release(&r->out);
	r->out.max = HTTP_PIECE_MAX;
	buf_clear(&r->out);
	r->sent = 0;
}

/* The handler learns of it like of a client that went away. */
static void refuse_piece(struct http_request *r)
{
	log_error("http: a piece of an answer is larger than %zu bytes: the "
		  "connection is cut",
		HTTP_PIECE_MAX);
	if (!has_ended(r) && r->on_gone != NULL)
		r->on_gone(r, r->data);
	r->step = HTTP_FAIL;
}

static void ask(struct http_request *r)
{
	drop_piece(r);
	r->resumed = false;
	r->step = r->next(r->next_arg, &r->out);
	if (r->step == HTTP_PAUSE && r->resumed)
		r->step = HTTP_MORE;
	if (r->out.full)
		refuse_piece(r);
	if (r->step == HTTP_FAIL)
		drop_piece(r);
	if (has_ended(r))
		r->next = NULL;
}

/* Nothing is there to be sent: how it goes on. */
static ssize_t no_bytes(struct http_request *r)
{
	if (r->step == HTTP_END)
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (r->step == HTTP_FAIL)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (r->step == HTTP_MORE)
		timer_set(r->server->loop, &r->again, 0, on_again);
	http_request_suspend(r);
	return 0;
}

static ssize_t on_room(void *cls, uint64_t pos, char *to, size_t max)
{
	struct http_request *r = cls;
	size_t len;

	(void)pos;
	if (r->sent == r->out.len && r->step == HTTP_MORE)
		ask(r);
	len = r->out.len - r->sent;
	if (len == 0)
		return no_bytes(r);
	if (len > max)
		len = max;
	memcpy(to, r->out.data + r->sent, len);
	r->sent += len;
	return (ssize_t)len;
}

void http_respond_stream(struct http_request *r, unsigned status,
	const char *content_type, const struct http_header *headers,
	size_t header_count, enum http_step (*next)(void *arg, struct buf *out),
	void *arg)
{
	struct MHD_Response *response = MHD_create_response_from_callback(
		MHD_SIZE_UNKNOWN, BLOCK_SIZE, on_room, r, NULL);

	if (content_type != NULL)
		(void)MHD_add_response_header(
			response, "Content-Type", content_type);
	r->next = next;
	r->next_arg = arg;
	r->step = HTTP_MORE;
	http_request_answer(r, status, headers, header_count, response);
}

void http_stream_resume(struct http_request *r)
{
	must(r->next != NULL);
	r->resumed = true;
	if (r->step != HTTP_PAUSE)
		return;
	r->step = HTTP_MORE;
	http_request_resume(r);
}

void http_stream_release(struct http_request *r)
{
	timer_stop(r->server->loop, &r->again);
	r->next = NULL;
	buf_release(&r->out);
}
