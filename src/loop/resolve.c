#include "resolve.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loop_private.h"
#include "sluice/base/mem.h"

struct resolve_request {
	uv_getaddrinfo_t uv;
	struct resolve *owner; /* NULL: detached */
};

static const struct addrinfo stream_hints = {
	.ai_family = AF_UNSPEC,
	.ai_socktype = SOCK_STREAM,
	.ai_flags = AI_ADDRCONFIG,
};

static void take(struct resolve *r, const struct addrinfo *list)
{
	for (; list != NULL && r->count < RESOLVE_ADDRESSES_MAX;
		list = list->ai_next) {
		struct address *a = &r->addresses[r->count];

		if (list->ai_addrlen > sizeof a->sa)
			continue;
		memcpy(&a->sa, list->ai_addr, list->ai_addrlen);
		a->len = list->ai_addrlen;
		r->count++;
	}
}

static void on_resolved(uv_getaddrinfo_t *uv, int status, struct addrinfo *list)
{
	struct resolve_request *req =
		container_of(uv, struct resolve_request, uv);
	struct resolve *r = req->owner;

	if (r == NULL)
		loop_of(uv->loop)->detached--;
	else
		take(r, list);
	uv_freeaddrinfo(list);
	free(req);
	if (r == NULL)
		return;
	r->request = NULL;
	if (r->count == 0)
		diag_set(&r->why, ERR_RESOLVE, "%s (check the host name)",
			status < 0 ? uv_strerror(status) : "no address");
	r->done(r);
}

static void on_now(struct deferred *d)
{
	struct resolve *r = container_of(d, struct resolve, now);

	r->done(r);
}

/* Digits need no thread. */
static bool take_digits(struct resolve *r, const char *host, const char *port)
{
	struct addrinfo hints = stream_hints, *list = NULL;

	hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
	if (getaddrinfo(host, port, &hints, &list) != 0)
		return false;
	take(r, list);
	freeaddrinfo(list);
	return true;
}

void resolve_start(struct resolve *r, struct loop *loop, const char *host,
	uint16_t port, void (*done)(struct resolve *r))
{
	char service[8];
	int rc;

	snprintf(service, sizeof service, "%u", port);
	*r = (struct resolve){ .done = done };
	if (take_digits(r, host, service)) {
		loop_defer(loop, &r->now, on_now);
		return;
	}
	r->request = mem_alloc(sizeof *r->request);
	r->request->owner = r;
	rc = uv_getaddrinfo(&loop->uv, &r->request->uv, on_resolved, host,
		service, &stream_hints);
	if (rc == 0)
		return;
	free(r->request);
	r->request = NULL;
	diag_set(&r->why, ERR_RESOLVE, "%s", uv_strerror(rc));
	loop_defer(loop, &r->now, on_now);
}

void resolve_cancel(struct resolve *r)
{
	loop_undefer(&r->now);
	if (r->request == NULL)
		return;
	r->request->owner = NULL;
	loop_of(r->request->uv.loop)->detached++;
	uv_cancel((uv_req_t *)&r->request->uv); /* works if not yet begun */
	r->request = NULL;
}

const char *address_text(const struct address *a, char out[64])
{
	char host[INET6_ADDRSTRLEN] = "?", port[8] = "?";

	getnameinfo((const struct sockaddr *)&a->sa, a->len, host, sizeof host,
		port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV);
	snprintf(out, 64, "%s port %s", host, port);
	return out;
}
