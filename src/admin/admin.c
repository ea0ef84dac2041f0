#include "sluice/admin/admin.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "admin_private.h"
#include "auth.h"
#include "query.h"
#include "route.h"
#include "sluice/base/clock.h"
#include "sluice/base/mem.h"
#include "sluice/store/record_config.h"
#include "sluice/text/json_tree.h"

/* --- the body ------------------------------------------------------------- */

static bool media_type_is(const char *header, const char *type)
{
	struct str s = { header, strcspn(header, ";") };

	return str_eq_nocase(str_trim(s), str_of(type));
}

/* Which types a body may have; without a header it is taken on trust. */
static bool content_type_allowed(struct call *c, enum route_body takes)
{
	static const char *const lines[] = { "application/x-ndjson",
		"application/ndjson", "text/plain" };
	const char *type = http_request_header(c->request, "Content-Type");

	if (type == NULL || takes == TAKES_FILE ||
		media_type_is(type, "application/json"))
		return true;
	for (size_t i = 0; takes == TAKES_LINES && i < ARRAY_LEN(lines); i++)
		if (media_type_is(type, lines[i]))
			return true;
	answer_error(c, 415, "UNSUPPORTED_MEDIA_TYPE",
		"send the body as %s, not as '%s'",
		takes == TAKES_LINES ? "application/x-ndjson"
				     : "application/json",
		str_is_utf8(str_of(type)) ? type : "?");
	return false;
}

static void malformed(struct call *c, const struct json_problem *p)
{
	answer_error(c, 400, "MALFORMED_JSON",
		"the body is not JSON: line %u, column %u: %s", p->place.line,
		p->place.column, p->text);
}

static void start_handler(struct call *c)
{
	c->started = true;
	c->route->handler(c);
}

static void on_body(struct http_request *r, struct str body, bool too_large)
{
	struct call *c = http_request_data(r);
	struct json_problem problem;

	if (too_large)
		return answer_error(c, 413, "PAYLOAD_TOO_LARGE",
			"the body is larger than %llu bytes "
			"(limits.requestBody)",
			(unsigned long long)c->admin->options.request_body);
	if (str_trim(body).len == 0)
		return answer_error(c, 400, "MALFORMED_JSON",
			"this call needs a JSON object as its body");
	c->json = json_tree(body, &problem);
	if (c->json == NULL)
		return malformed(c, &problem);
	if (!json_is_object(c->json))
		return answer_error(c, 400, "VALIDATION_FAILED",
			"the body must be a JSON object");
	c->now = clock_now_ms(); /* it may have taken its time to come */
	start_handler(c);
}

/* --- a request comes in --------------------------------------------------- */

static bool decode_path(struct call *c, const struct route_match *match)
{
	for (size_t i = 0; i < CALL_PARAMS_MAX; i++) {
		if (match->params[i].ptr == NULL)
			break;
		c->path[i] = route_decode(match->params[i], &c->arena);
		if (c->path[i] != NULL)
			continue;
		answer_error(c, 400, "MALFORMED_PATH",
			"the path must be percent-encoded UTF-8 without NUL");
		return false;
	}
	return true;
}

static void run_route(struct call *c, const struct route_match *match)
{
	c->route = match->route;
	if (!auth_allow(c, c->route) || !decode_path(c, match) ||
		!query_read(c))
		return;
	if (c->route->body != TAKES_NOTHING &&
		!content_type_allowed(c, c->route->body))
		return;
	if (c->route->body == TAKES_JSON)
		http_request_read_body(c->request,
			(size_t)c->admin->options.request_body, on_body);
	else
		start_handler(c);
}

static void refuse_path(struct call *c, bool known)
{
	const char *path = http_request_path(c->request);

	if (!known)
		return answer_error(c, 404, "NOT_FOUND", "no such path: %s",
			str_is_utf8(str_of(path)) ? shown(&c->arena, path)
						  : "?");
	answer_header(c, "Allow", route_allow(path, &c->arena));
	answer_error(c, 405, "METHOD_NOT_ALLOWED",
		"this path does not know this method: see the header Allow");
}

/* What isn't there is told to those with a key only, but for /health/, which
 * is for everybody. */
static bool needs_key(const struct route_match *match, const char *path)
{
	if (match->route != NULL)
		return match->route->access != FOR_ANYONE;
	return strncmp(path, "/health/", strlen("/health/")) != 0;
}

/* The order of refusals is the contract's: key, dj-client, path, method,
 * role. */
static void on_request(void *arg, struct http_request *r)
{
	struct call *c = call_make(arg, r);
	const char *path = http_request_path(r);
	struct route_match match;

	c->hub->asked_at = loop_now_ms(c->hub->loop);
	route_find(http_request_method(r), path, &match);
	if (needs_key(&match, path) && !auth_identify(c))
		return;
	if (match.route == NULL)
		return refuse_path(c, match.path_known);
	run_route(c, &match);
}

/* --- start and end -------------------------------------------------------- */

static const char *or_null(const char *text)
{
	return text == NULL || *text == '\0' ? NULL : text;
}

static void free_hosts(struct admin *a)
{
	for (size_t i = 0; i < a->allowed_host_count; i++)
		free(a->allowed_hosts[i]);
	free(a->allowed_hosts);
}

static void copy_hosts(struct admin *a, const struct admin_options *o)
{
	size_t n = o->allowed_host_count;

	a->allowed_hosts = mem_alloc((n + 1) * sizeof *a->allowed_hosts);
	a->allowed_host_count = n;
	for (size_t i = 0; i < n; i++)
		a->allowed_hosts[i] = mem_strdup(o->allowed_hosts[i]);
}

/* What is left of it without its server. */
static void release(struct admin *a)
{
	free_hosts(a);
	free(a->openapi);
	free(a->version);
	free(a);
}

enum err admin_start(struct admin **out, struct hub *hub,
	const struct admin_options *o, struct diag *why)
{
	struct admin *a = mem_alloc(sizeof *a);
	struct http_server_options server = {
		.listen = o->listen,
		.tls_certificate = or_null(o->tls_certificate),
		.tls_key = or_null(o->tls_key),
		.connections = o->connections,
		.connections_per_address = o->connections_per_address,
		.header_max = o->header_max,
		.timeout_seconds = o->timeout_seconds,
		.on_request = on_request,
		.arg = a,
	};
	enum err e;

	a->hub = hub;
	a->options = *o;
	a->version = mem_strdup(o->version);
	copy_hosts(a, o);
	a->tls = server.tls_certificate != NULL;
	a->started_at = clock_now_ms();
	list_init(&a->calls);
	e = http_server_start(&a->server, hub->loop, &server, why);
	if (e == ERR_OK) {
		*out = a;
		return ERR_OK;
	}
	release(a);
	return e;
}

uint16_t admin_port(const struct admin *a)
{
	return http_server_port(a->server);
}

void admin_reload(struct admin *a, const struct admin_options *o)
{
	a->options.request_body = o->request_body;
	a->options.bulk_body = o->bulk_body;
	a->options.bulk_line = o->bulk_line;
	a->options.requests_per_second = o->requests_per_second;
	free_hosts(a);
	copy_hosts(a, o);
}

void admin_quiesce(struct admin *a)
{
	http_server_quiesce(a->server);
}

static void on_stopped(struct deferred *d)
{
	struct admin *a = container_of(d, struct admin, stopped);
	void (*done)(void *arg) = a->on_stopped;
	void *arg = a->on_stopped_arg;

	auth_release(a);
	release(a);
	done(arg);
}

void admin_call_ended(struct admin *a)
{
	if (a->stopping && a->call_count == 0)
		loop_defer(a->hub->loop, &a->stopped, on_stopped);
}

/* Closing tells every call that its client is gone; each goes on to its end,
 * which is near: a commit or a cancelled operation. */
void admin_stop(struct admin *a, void (*done)(void *arg), void *arg)
{
	a->stopping = true;
	a->on_stopped = done;
	a->on_stopped_arg = arg;
	http_server_close(a->server);
	a->server = NULL;
	admin_call_ended(a);
}

/* --- small things --------------------------------------------------------- */

void admin_reason(struct admin_reasons *r, const char *fmt, ...)
{
	char text[DIAG_SIZE];
	va_list args;

	if (r->count == ADMIN_REASONS_MAX)
		return;
	va_start(args, fmt);
	(void)vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	r->list[r->count++] = arena_dup(r->arena, str_of(text));
}

enum err admin_make_first_key(struct txn *t, int64_t now_ms, struct buf *text)
{
	struct api_key k = { .name = STR("admin"),
		.role = ROLE_ADMIN,
		.created_at = now_ms,
		.stores = STR("") };
	uint8_t random[32];
	size_t start = text->len;

	crypto_random(random, sizeof random);
	api_key_text(random, text);
	mem_wipe(random, sizeof random);
	crypto_sha256(
		(struct str){ text->data + start, text->len - start }, k.hash);
	return record_key_put(t, &k, false);
}
