#include "auth.h"

#include <stdlib.h>

#include "admin_private.h"
#include "host.h"
#include "sluice/base/mem.h"
#include "sluice/store/record_config.h"

/* Last-used is for people who look for keys that nobody needs any more. */
#define USED_EVERY_MS 60000

static bool unauthorized(struct call *c, const char *message)
{
	answer_header(c, "WWW-Authenticate", "dj-api-key");
	answer_error(c, 401, "UNAUTHORIZED", "%s", message);
	return false;
}

/* --- the caller ----------------------------------------------------------- */

static void set_scope(struct call *c, struct str stores)
{
	struct str rest = stores, one;
	const char **ids;
	size_t count = 0;

	while (store_next(&rest, &one))
		count++;
	if (count == 0)
		return;
	ids = arena_alloc(&c->arena, count * sizeof *ids);
	for (size_t i = 0; store_next(&stores, &one); i++)
		ids[i] = arena_dup(&c->arena, one);
	c->caller.scope = (struct store_scope){ ids, count };
}

static struct key_use *key_use(struct admin *a, const uint8_t hash[SHA256_SIZE])
{
	struct key_use **head = &a->keys[hash[0] % KEY_BUCKETS], *u;

	for (u = *head; u != NULL; u = u->next)
		if (memcmp(u->hash, hash, sizeof u->hash) == 0)
			return u;
	u = mem_alloc(sizeof *u);
	memcpy(u->hash, hash, sizeof u->hash);
	u->tokens = -1; /* full */
	u->next = *head;
	*head = u;
	return u;
}

/* Written along with whatever else the turn writes; read again within the
 * write transaction, since another process may have revoked the key. */
static void mark_used(struct call *c, struct key_use *u)
{
	struct api_key k;
	struct txn *t;

	if (c->now - u->written_at < USED_EVERY_MS || c->admin->stopping)
		return;
	u->written_at = c->now;
	if (turn_write(c->hub, &t) != ERR_OK ||
		record_key_find(t, u->hash, &k) != ERR_OK)
		return;
	k.name =
		str_of(c->caller.name); /* its own would be lost in the write */
	k.stores = str_of(arena_dup(&c->arena, k.stores));
	k.last_used_at = c->now;
	/* A failure is sticky and shows in the turn's end. */
	if (record_key_put(t, &k, true) != ERR_OK)
		u->written_at = 0;
}

static bool rate_allows(struct call *c, struct key_use *u)
{
	double limit = c->admin->options.requests_per_second;

	if (limit <= 0)
		return true;
	if (u->tokens < 0)
		u->tokens = limit;
	u->tokens += (double)(c->now - u->refilled_at) * limit / 1000;
	if (u->tokens > limit || c->now < u->refilled_at)
		u->tokens = limit;
	u->refilled_at = c->now;
	if (u->tokens >= 1) {
		u->tokens -= 1;
		return true;
	}
	answer_header(c, "Retry-After", "1");
	answer_error(c, 429, "TOO_MANY_REQUESTS",
		"more than %u requests per second with this key",
		c->admin->options.requests_per_second);
	return false;
}

static bool identify(struct call *c, const uint8_t hash[SHA256_SIZE])
{
	struct api_key k;
	enum err e = record_key_find(turn_read(c->hub), hash, &k);

	if (e == ERR_NOT_FOUND)
		return unauthorized(c, "unknown API key");
	if (e != ERR_OK) {
		answer_err(c, e, NULL);
		return false;
	}
	c->caller.name = arena_dup(&c->arena, k.name);
	c->caller.role = k.role;
	memcpy(c->caller.hash, k.hash, sizeof c->caller.hash);
	set_scope(c, k.stores);
	return true;
}

static bool by_key(struct call *c)
{
	const char *key = http_request_header(c->request, "dj-api-key");
	uint8_t hash[SHA256_SIZE];

	if (key == NULL || *key == '\0')
		return unauthorized(
			c, "send an API key in the header dj-api-key");
	crypto_sha256(str_of(key), hash);
	return identify(c, hash);
}

/* --- by cookie ------------------------------------------------------------ */

/* See host.h. */
static bool trusted_host(struct call *c)
{
	const struct admin *a = c->admin;
	const char *host = http_request_header(c->request, "Host");

	if (host_is_trusted(host, a->allowed_hosts, a->allowed_host_count))
		return true;
	answer_error(c, 403, "FORBIDDEN",
		"sessions are for localhost, numeric addresses and the names "
		"in http.allowedHosts of the configuration, not for the host "
		"'%s'",
		host != NULL && str_is_utf8(str_of(host)) ? host : "");
	return false;
}

/* A page of another site can make the browser send the cookie, but not with
 * our own origin. */
static bool same_origin(struct call *c)
{
	const char *origin = http_request_header(c->request, "Origin");
	const char *host = http_request_header(c->request, "Host");
	const char *method = http_request_method(c->request), *at;

	if (strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0)
		return true;
	at = origin == NULL ? NULL : strstr(origin, "://");
	if (at != NULL && host != NULL && strcmp(at + 3, host) == 0)
		return true;
	answer_error(c, 403, "FORBIDDEN",
		"changes with a session cookie need an Origin header of this "
		"gateway's own address");
	return false;
}

static bool by_cookie(struct call *c, const char *cookie)
{
	const uint8_t *hash = session_find(c->admin, cookie, c->now);

	if (hash == NULL)
		return unauthorized(c, "the session has ended: log in again");
	c->caller.by_cookie = true;
	return identify(c, hash) && trusted_host(c) && same_origin(c);
}

/* --- what the dispatcher asks --------------------------------------------- */

static bool client_allowed(struct call *c)
{
	const char *client = http_request_header(c->request, "dj-client");

	if (client == NULL || strcmp(client, "OPERATOR") == 0)
		return true;
	answer_error(c, 403, "FORBIDDEN",
		"dj-client must be OPERATOR or be left out");
	return false;
}

/* One who is known. */
static bool admit(struct call *c)
{
	struct key_use *use;

	if (!client_allowed(c))
		return false;
	use = key_use(c->admin, c->caller.hash);
	if (!rate_allows(c, use))
		return false;
	mark_used(c, use);
	return true;
}

bool auth_identify(struct call *c)
{
	const char *cookie = http_request_cookie(c->request, SESSION_COOKIE);
	bool known;

	if (http_request_header(c->request, "dj-api-key") != NULL ||
		cookie == NULL)
		known = by_key(c);
	else
		known = by_cookie(c, cookie);
	return known && admit(c);
}

bool auth_login(struct call *c)
{
	return by_key(c) && trusted_host(c) && admit(c);
}

bool auth_allow(struct call *c, const struct route *route)
{
	if (route->access == FOR_ANYONE ||
		(unsigned)c->caller.role >= (unsigned)route->access)
		return true;
	answer_error(c, 403, "FORBIDDEN", "%s may not do this: it needs %s",
		role_name(c->caller.role), role_name((enum role)route->access));
	return false;
}

bool scope_allows(const struct call *c, struct str store)
{
	return store_scope_allows(&c->caller.scope, store);
}

bool store_next(struct str *stores, struct str *one)
{
	const char *end;

	if (stores->len == 0)
		return false;
	end = memchr(stores->ptr, '\n', stores->len);
	*one = (struct str){ stores->ptr,
		end == NULL ? stores->len : (size_t)(end - stores->ptr) };
	stores->ptr += one->len + (end != NULL);
	stores->len -= one->len + (end != NULL);
	return true;
}

bool scope_allows_any(const struct call *c, struct str stores)
{
	struct str one;

	if (c->caller.scope.count == 0)
		return true;
	while (store_next(&stores, &one))
		if (scope_allows(c, one))
			return true;
	return false;
}

void auth_release(struct admin *a)
{
	for (size_t i = 0; i < KEY_BUCKETS; i++)
		while (a->keys[i] != NULL) {
			struct key_use *u = a->keys[i];

			a->keys[i] = u->next;
			free(u);
		}
}
