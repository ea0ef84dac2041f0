/* Who asks, and may they (contract section 2, "Authentication").  The key is
 * looked up in the store on every request, so that `sluice key add` and
 * `sluice key revoke` beside the running gateway count at once. */
#ifndef SLUICE_ADMIN_AUTH_H
#define SLUICE_ADMIN_AUTH_H

#include "call.h"
#include "route.h"

#define SESSION_COOKIE "sluice-session"

/* Fills c->caller from the key or the session cookie and checks dj-client and
 * the rate limit.  False: answered (401, 403, 429). */
bool auth_identify(struct call *c);

/* 403 unless the caller's role is enough for the route. */
bool auth_allow(struct call *c, const struct route *route);

/* The same for one who wants a session: from the dj-api-key header only, and
 * under a host name that a session is good for. */
bool auth_login(struct call *c);

bool scope_allows(const struct call *c, struct str store);

/* True when one of the stores (joined with '\n') is in the caller's scope. */
bool scope_allows_any(const struct call *c, struct str stores);

/* Takes the next of the stores (joined with '\n') off `stores`. */
bool store_next(struct str *stores, struct str *one);

void auth_release(struct admin *a);

/* --- session.c ------------------------------------------------------------ */

/* Makes a session for the caller's key; its id, in the call's arena. */
const char *session_open(struct call *c);

/* The key's hash behind a session's id, or NULL; marks it as used. */
const uint8_t *session_find(struct admin *a, const char *id, int64_t now);

void session_close(struct admin *a, const char *id);

#endif
