/* Everything that the API serves, in one alphabetical table: it drives the
 * dispatcher, the roles, the query parameters and /openapi.json. */
#ifndef SLUICE_ADMIN_ROUTE_H
#define SLUICE_ADMIN_ROUTE_H

#include "call.h"

enum route_body {
	TAKES_NOTHING, /* a body is ignored */
	TAKES_JSON,    /* an object in c->json, at most limits.requestBody */
	TAKES_LINES,   /* the handler streams newline-delimited JSON */
	TAKES_FILE,    /* the handler streams a file and looks at its type */
};

enum route_access {
	FOR_READER, /* as enum role */
	FOR_USER,
	FOR_ADMIN,
	FOR_ANYONE, /* without a key */
};

struct route {
	const char *path, *method;
	enum route_access access;
	enum route_body body;
	void (*handler)(struct call *c);
	const char *query; /* names that it knows, divided by spaces */

	/* for clients, see openapi.c */
	const char *id; /* operationId */
	unsigned success;
	const char *takes, *gives; /* schemas; "": no body */
	const char *summary;
};

extern const struct route routes[];
extern const size_t route_count;

/* What stands for a request. */
struct route_match {
	const struct route *route;          /* NULL: see path_known */
	bool path_known;                    /* 405, not 404 */
	struct str params[CALL_PARAMS_MAX]; /* as sent, not decoded */
};

/* `path` is as sent; HEAD finds the route of GET. */
void route_find(const char *method, const char *path, struct route_match *out);

/* "DELETE, GET, PUT" for a path that is known. */
const char *route_allow(const char *path, struct arena *arena);

/* Percent-decodes a path parameter into the arena; NULL when it holds NUL, a
 * broken escape or what isn't UTF-8. */
const char *route_decode(struct str raw, struct arena *arena);

#endif
