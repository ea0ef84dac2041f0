/* What http_server.c (the daemon on the loop) and http_server_request.c (one
 * request) know of each other. */
#ifndef SLUICE_HTTP_SERVER_PRIVATE_H
#define SLUICE_HTTP_SERVER_PRIVATE_H

#include <microhttpd.h>
#include <uv.h>

#include "loop_private.h"
#include "sluice/base/arena.h"
#include "sluice/base/list.h"
#include "sluice/loop/http_server.h"

struct http_server {
	struct loop *loop;
	struct MHD_Daemon *daemon;
	uv_poll_t poll; /* on the daemon's epoll descriptor */
	struct timer timer;
	uint64_t timer_at_ms; /* when `timer` goes off, while it is set */
	struct deferred run;
	struct link requests; /* all that are open */
	char *certificate, *key;
	void (*on_request)(void *arg, struct http_request *r);
	void *arg;
	uint64_t logged_ms; /* when the daemon last wrote to our log */
	uint16_t port;
	bool running;   /* within MHD_run(): one more call would do harm */
	bool quiescing; /* connections end with their next answer */
};

enum body_mode {
	BODY_DROP,    /* nobody asked for it */
	BODY_COLLECT, /* http_request_read_body() */
	BODY_STREAM,  /* http_request_stream_body() */
};

struct http_request {
	struct http_server *server;
	struct MHD_Connection *connection;
	struct link link;
	struct arena arena;
	const char *method, *path;
	void *data;
	void (*on_gone)(struct http_request *r, void *data);

	enum body_mode mode;
	struct buf body;
	uint64_t expected;          /* Content-Length; UINT64_MAX: chunked */
	uint64_t received, dropped; /* bytes of the body */
	struct timer look;          /* chunked: has the client left? */
	void (*done)(struct http_request *r, struct str body, bool too_large);
	size_t (*piece)(struct http_request *r, struct str data);
	void (*end)(struct http_request *r);

	/* an answer in pieces */
	enum http_step (*next)(void *arg, struct buf *out); /* NULL: ended */
	void *next_arg;
	enum http_step step; /* what `next` said last */
	struct buf out;      /* the piece that the client gets */
	size_t sent;         /* bytes of it */
	struct timer again;  /* an empty piece: the next turn */
	bool resumed;        /* since `next` was called */

	struct MHD_Response *response; /* given, not queued yet */
	unsigned status;
	bool answered;  /* http_respond() was called */
	bool too_large; /* what was collected is past its cap */
	bool complete;  /* the whole body is here, the handler knows */
	bool suspended, paused;
	bool expects_continue;
	char peer[64];
};

/* The access handler and the notify-completed callback of the daemon. */
enum MHD_Result http_request_access(void *cls,
	struct MHD_Connection *connection, const char *url, const char *method,
	const char *version, const char *data, size_t *data_size, void **req);
void http_request_completed(void *cls, struct MHD_Connection *connection,
	void **req, enum MHD_RequestTerminationCode why);

/* Take the connection from the daemon (allowed in its callbacks only), and give
 * it back; nothing happens when it has it. */
void http_request_suspend(struct http_request *r);
void http_request_resume(struct http_request *r);

/* The end of every http_respond*(): `response` is sent as soon as it can be. */
void http_request_answer(struct http_request *r, unsigned status,
	const struct http_header *headers, size_t header_count,
	struct MHD_Response *response);

/* http_server_stream.c: what a streamed answer holds. */
void http_stream_release(struct http_request *r);

/* Let the daemon run soon, once for all that ask in this turn. */
void http_server_run_soon(struct http_server *s);

/* Before the daemon stops: nothing may be suspended then. */
void http_request_release(struct http_request *r);

#endif
