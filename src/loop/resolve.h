/* A host name into addresses, in libuv's thread pool.  Addresses written in
 * digits do not go there.
 *
 * A lookup cannot be interrupted.  resolve_cancel() therefore detaches it: the
 * caller is free at once, and the pool's request dies on its own later. */
#ifndef SLUICE_LOOP_RESOLVE_H
#define SLUICE_LOOP_RESOLVE_H

#include <netinet/in.h>
#include <sys/socket.h>

#include "sluice/base/diag.h"
#include "sluice/loop/loop.h"

#define RESOLVE_ADDRESSES_MAX 16

struct address {
	struct sockaddr_storage sa;
	socklen_t len;
};

struct resolve_request;

struct resolve {
	/* the answer */
	struct address addresses[RESOLVE_ADDRESSES_MAX];
	size_t count; /* 0: see why */
	struct diag why;

	/* private */
	void (*done)(struct resolve *r);
	struct resolve_request *request;
	struct deferred now;
};

/* Calls `done` once, from the loop, unless canceled.  Zero-initialise. */
void resolve_start(struct resolve *r, struct loop *loop, const char *host,
	uint16_t port, void (*done)(struct resolve *r));

/* `done` will not be called.  Nothing happens when nothing is under way. */
void resolve_cancel(struct resolve *r);

/* "192.0.2.1 port 22"; for messages. */
const char *address_text(const struct address *a, char out[64]);

#endif
