/* The HTTP server: libmicrohttpd in external epoll mode, its epoll descriptor
 * on the loop (architecture.md section 6).
 *
 * A request comes to `on_request` when its head is there.  The handler either
 * asks for the body (http_request_read_body() with a cap, or
 * http_request_stream_body() in pieces), or answers at once.  It may answer in
 * the same call or any time later from the loop (the connection is suspended
 * meanwhile): exactly one http_respond*() per request.  When the client goes
 * away first, `on_gone` is called instead, and the request must not be touched
 * after that; so it is when it goes away in the middle of a streamed answer. */
#ifndef SLUICE_LOOP_HTTP_SERVER_H
#define SLUICE_LOOP_HTTP_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sluice/base/buf.h"
#include "sluice/base/diag.h"
#include "sluice/loop/loop.h"

struct http_server;
struct http_request;

struct http_server_options {
	const char *listen;          /* "127.0.0.1:8480", "[::1]:8480" */
	const char *tls_certificate; /* paths, both or neither (NULL) */
	const char *tls_key;
	unsigned connections;             /* at most, in all */
	unsigned connections_per_address; /* 0: no limit */
	size_t header_max;        /* bytes of memory for a request's head */
	unsigned timeout_seconds; /* of a quiet connection */
	void (*on_request)(void *arg, struct http_request *r);
	void *arg;
};

/* Starts listening; ERR_EXISTS when the address is in use, ERR_INVALID,
 * ERR_NOT_FOUND (certificate).  `*why` is a sentence. */
enum err http_server_start(struct http_server **out, struct loop *loop,
	const struct http_server_options *o, struct diag *why) WARN_UNUSED;

/* The port that it really listens on (options may say port 0). */
uint16_t http_server_port(const struct http_server *s);
unsigned http_server_connections(const struct http_server *s);

/* Stops accepting; answers under way are finished or cut when `close` comes. */
void http_server_quiesce(struct http_server *s);
void http_server_close(struct http_server *s); /* frees */

/* --- a request; texts are borrowed and live as long as the request -------- */

const char *http_request_method(const struct http_request *r);
const char *http_request_path(
	const struct http_request *r); /* as sent, no query */
/* NULL: not there.  Names without regard to case. */
const char *http_request_header(const struct http_request *r, const char *name);
const char *http_request_cookie(const struct http_request *r, const char *name);
const char *http_request_peer(const struct http_request *r); /* "127.0.0.1" */

/* Every query parameter in order, percent-decoded; `value` is "" without "=".
 */
void http_request_query_each(const struct http_request *r,
	void (*each)(void *arg, const char *name, const char *value),
	void *arg);

/* The handler's own data, and what is called when the client went away. */
void http_request_set_data(struct http_request *r, void *data,
	void (*on_gone)(struct http_request *r, void *data));
void *http_request_data(const struct http_request *r);

/* Collect the body, at most `max` bytes, then call `done`; a longer one calls
 * `done` with too_large true (and the rest is dropped). */
void http_request_read_body(struct http_request *r, size_t max,
	void (*done)(struct http_request *r, struct str body, bool too_large));

/* The body in pieces as they come, of any length (no cap but the handler's), in
 * memory no larger than options.header_max; what Content-Encoding says is the
 * handler's business.  `piece` returns how many bytes it took: 0 pauses until
 * http_request_resume_body(); `end` follows the last one.
 *
 * A handler that answers before the end gets no more pieces: up to 64 MiB of
 * the rest is dropped so that the client sees the answer, then it is cut. */
void http_request_stream_body(struct http_request *r,
	size_t (*piece)(struct http_request *r, struct str data),
	void (*end)(struct http_request *r));
void http_request_resume_body(struct http_request *r);

struct http_header {
	const char *name, *value;
};

/* Sends the answer.  `body` is taken over (buf_release by the server); an
 * empty one sends none.  Safe to call from within on_request and the body
 * callbacks, or later. */
void http_respond(struct http_request *r, unsigned status,
	const char *content_type, const struct http_header *headers,
	size_t header_count, struct buf *body);

/* --- an answer in pieces ---------------------------------------------------
 */

#define HTTP_PIECE ((size_t)64 * 1024)
#define HTTP_PIECE_MAX                                                         \
	((size_t)64 * 1024 * 1024) /* one row of the largest kind */

enum http_step {
	HTTP_MORE,  /* ask again when the client has room */
	HTTP_PAUSE, /* ask again after http_stream_resume() */
	HTTP_END,   /* that was all */
	HTTP_FAIL,  /* it can't go on: cut the connection, so that the client
		       does not take what it has for the whole */
};

/* Sends an answer of unknown length.  `next` is called from the loop, never
 * from within this call, each time the client has taken what it was given; it
 * appends a piece to `out` (empty then) and should stop at HTTP_PIECE bytes:
 * more is kept for the client, but past HTTP_PIECE_MAX the connection is cut.
 * A piece may be empty: HTTP_MORE then asks again in the next turn.
 *
 * After HTTP_END and HTTP_FAIL neither `next` nor `on_gone` comes, and the
 * request must not be touched any more; before, `on_gone` tells when the
 * client went away (or asked with HEAD).  While paused a client isn't watched:
 * that it is gone shows with the piece after. */
void http_respond_stream(struct http_request *r, unsigned status,
	const char *content_type, const struct http_header *headers,
	size_t header_count, enum http_step (*next)(void *arg, struct buf *out),
	void *arg);

/* After HTTP_PAUSE; at any time before the end, also within `next`. */
void http_stream_resume(struct http_request *r);

#endif
