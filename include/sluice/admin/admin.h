/* The HTTP API of the gateway (contract section 2), on the HTTP server of the
 * loop floor: who may do what, one view per resource, answers to changes only
 * after the commit.
 *
 * src/admin in reading order: route.c (the table of all there is), admin.c (a
 * request comes in), call.c (its life and its answer), auth.c, then one
 * view_<resource>.c per resource, openapi.c (the same table, for clients). */
#ifndef SLUICE_ADMIN_ADMIN_H
#define SLUICE_ADMIN_ADMIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sluice/base/arena.h"
#include "sluice/base/diag.h"
#include "sluice/base/str.h"
#include "sluice/store/store.h"

struct admin;
struct hub;

/* Why the gateway is not ready, one sentence each. */
#define ADMIN_REASONS_MAX 16

struct admin_reasons {
	struct arena *arena; /* for the sentences */
	const char *list[ADMIN_REASONS_MAX];
	size_t count;
};

void admin_reason(struct admin_reasons *r, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Texts are copied where they are needed after the start. */
struct admin_options {
	const char *listen;          /* see http_server_options */
	const char *tls_certificate; /* NULL or "": no TLS */
	const char *tls_key;
	unsigned connections;
	unsigned connections_per_address; /* 0: no limit */
	size_t header_max;
	unsigned timeout_seconds;
	uint64_t request_body;        /* bytes of a JSON body */
	uint64_t bulk_body;           /* bytes of a bulk body */
	uint64_t bulk_line;           /* bytes of one of its lines */
	unsigned requests_per_second; /* of one key; 0: no limit */

	/* Names that browsers with a session may call the gateway by, beside
	 * localhost and numeric addresses. */
	char *const *allowed_hosts;
	size_t allowed_host_count;
	const char *version; /* of the program */

	/* Adds what keeps the gateway from being ready beside what the API
	 * sees itself (store errors, a fatal turn, stopping).  May be NULL. */
	void (*ready)(void *arg, struct admin_reasons *reasons);
	void *ready_arg;
};

/* Starts listening; errors as http_server_start().  `hub` must be whole (its
 * store, turn, catalog and queue started) and outlive the admin. */
enum err admin_start(struct admin **out, struct hub *hub,
	const struct admin_options *options, struct diag *why) WARN_UNUSED;

/* The port that it really listens on. */
uint16_t admin_port(const struct admin *a);

/* SIGHUP: the limits (request_body, bulk_body, bulk_line,
 * requests_per_second) and allowed_hosts of new options; the rest needs a
 * restart. */
void admin_reload(struct admin *a, const struct admin_options *options);

/* The first half of the end: accepts no more connections; the requests under
 * way go on being answered while the loop turns. */
void admin_quiesce(struct admin *a);

/* Quiesces, cancels what runs for a request (a connection test), closes, and
 * calls `done` from the loop when all is freed.  Nothing may be in the turn's
 * list of waiters for long: the loop must go on turning until then. */
void admin_stop(struct admin *a, void (*done)(void *arg), void *arg);

/* Makes a key with a role that may do everything, named "admin", in the
 * caller's transaction, and appends its text to `text`: the only time that it
 * is known.  ERR_EXISTS when there is one of that name. */
enum err admin_make_first_key(
	struct txn *t, int64_t now_ms, struct buf *text) WARN_UNUSED;

#endif
