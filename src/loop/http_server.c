#include "sluice/loop/http_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http_server_private.h"
#include "sluice/base/clock.h"
#include "sluice/base/log.h"
#include "sluice/base/mem.h"
#include "sluice/base/must.h"

#define BACKLOG 1024

/* One visit to the daemon goes on while it has something to do, so that a
 * large body comes in more than one buffer per transaction, but not longer
 * than a slice of work may take. */
#define VISIT_NS INT64_C(5000000)

#define PEM_MAX (1u << 20)

/* --- the daemon on the loop ----------------------------------------------- */

static void on_timer(struct timer *t);

/* Early is harmless (it is asked again), so the timer moves only when it
 * would come too late; no connection, no timer. */
static void set_timer(struct http_server *s, uint64_t wait_ms)
{
	uint64_t at = loop_now_ms(s->loop) + wait_ms;

	if (timer_is_set(&s->timer) && s->timer_at_ms <= at)
		return;
	s->timer_at_ms = at;
	timer_set(s->loop, &s->timer, wait_ms, on_timer);
}

static void run(struct http_server *s)
{
	MHD_UNSIGNED_LONG_LONG wait_ms = 0;
	enum MHD_Result waits;
	uint64_t until;

	if (s->running)
		return http_server_run_soon(s);
	s->running = true;
	until = clock_monotonic_ns() + (uint64_t)VISIT_NS;
	do {
		(void)MHD_run(s->daemon);
		waits = MHD_get_timeout(s->daemon, &wait_ms);
	} while (waits == MHD_YES && wait_ms == 0 &&
		 clock_monotonic_ns() < until);
	s->running = false;
	if (waits != MHD_YES)
		timer_stop(s->loop, &s->timer);
	else
		set_timer(s, wait_ms);
}

static void on_timer(struct timer *t)
{
	run(container_of(t, struct http_server, timer));
}

static void on_run_soon(struct deferred *d)
{
	run(container_of(d, struct http_server, run));
}

void http_server_run_soon(struct http_server *s)
{
	/* Within MHD_run() what was resumed has its turn in the same visit:
	 * the resume makes the daemon's timeout 0. */
	if (!s->running)
		loop_defer(s->loop, &s->run, on_run_soon);
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
	(void)status;
	(void)events;
	run(container_of(poll, struct http_server, poll));
}

/* The daemon speaks of what clients do wrong as loudly as of what is wrong
 * here: one line per second is enough of it. */
static void __attribute__((format(printf, 2, 0)))
on_log(void *cls, const char *fmt, va_list args)
{
	struct http_server *s = cls;
	uint64_t now = loop_now_ms(s->loop);
	bool quiet = now - s->logged_ms < 1000;
	char text[256];
	int len = vsnprintf(text, sizeof text, fmt, args);

	if (len > 0 && (size_t)len >= sizeof text)
		len = sizeof text - 1;
	while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == '.'))
		text[--len] = '\0';
	log_at(quiet ? LOG_DEBUG : LOG_WARN, "http: %s", text);
	if (!quiet)
		s->logged_ms = now;
}

/* Path and parameters reach the handler as sent: an encoded slash in an id is
 * not a slash. */
static size_t keep_escaped(
	void *cls, struct MHD_Connection *connection, char *text)
{
	(void)cls;
	(void)connection;
	return strlen(text);
}

/* --- the listening socket ------------------------------------------------- */

struct address {
	struct sockaddr_storage storage;
	socklen_t len;
};

static bool address_parse(const char *text, struct address *out)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)&out->storage;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&out->storage;
	const char *colon = strrchr(text, ':');
	char host[INET6_ADDRSTRLEN + 2];
	uint64_t port;

	memset(out, 0, sizeof *out);
	if (colon == NULL || (size_t)(colon - text) >= sizeof host ||
		!str_to_u64(str_of(colon + 1), UINT16_MAX, &port))
		return false;
	(void)snprintf(host, sizeof host, "%.*s", (int)(colon - text), text);
	v4->sin_family = AF_INET;
	v4->sin_port = htons((uint16_t)port);
	out->len = sizeof *v4;
	if (inet_pton(AF_INET, host, &v4->sin_addr) == 1)
		return true;
	if (host[0] != '[' || host[strlen(host) - 1] != ']')
		return false;
	host[strlen(host) - 1] = '\0';
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons((uint16_t)port);
	out->len = sizeof *v6;
	return inet_pton(AF_INET6, host + 1, &v6->sin6_addr) == 1;
}

static enum err listen_failed(const char *listen, struct diag *why)
{
	int errnum = errno;

	if (errnum == EADDRINUSE)
		return diag_set(why, ERR_EXISTS,
			"%s is in use by another program: stop it or choose "
			"another address with --listen",
			listen);
	if (errnum == EADDRNOTAVAIL)
		return diag_set(why, ERR_INVALID,
			"%s is not an address of this machine", listen);
	return diag_set(why, err_from_errno(errnum), "cannot listen on %s: %s",
		listen, strerror(errnum));
}

static enum err listen_open(
	struct http_server *s, const char *listen_on, int *fd, struct diag *why)
{
	struct address a;
	int on = 1;

	if (!address_parse(listen_on, &a))
		return diag_set(why, ERR_INVALID,
			"'%s' is not an address and port like 127.0.0.1:8480 "
			"or [::1]:8480",
			listen_on);
	*fd = socket(a.storage.ss_family,
		SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (*fd < 0)
		return listen_failed(listen_on, why);
	(void)setsockopt(*fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(*fd, (struct sockaddr *)&a.storage, a.len) != 0 ||
		listen(*fd, BACKLOG) != 0 ||
		getsockname(*fd, (struct sockaddr *)&a.storage, &a.len) != 0) {
		enum err e = listen_failed(listen_on, why);

		close(*fd);
		return e;
	}
	/* The port stands at the same place for both families. */
	s->port = ntohs(((struct sockaddr_in *)&a.storage)->sin_port);
	return ERR_OK;
}

/* --- start ---------------------------------------------------------------- */

static enum err pem_read(const char *path, char **out, struct diag *why)
{
	FILE *file = fopen(path, "re");
	char *text;
	size_t len;

	if (file == NULL)
		return diag_set(why, ERR_NOT_FOUND, "cannot read %s: %s", path,
			strerror(errno));
	text = mem_alloc(PEM_MAX);
	len = fread(text, 1, PEM_MAX - 1, file);
	(void)fclose(file);
	*out = mem_dup(text, len);
	mem_free_secret(text);
	return ERR_OK;
}

static enum err tls_load(struct http_server *s,
	const struct http_server_options *o, struct diag *why)
{
	enum err e;

	if (o->tls_certificate == NULL)
		return ERR_OK;
	e = pem_read(o->tls_certificate, &s->certificate, why);
	if (e == ERR_OK)
		e = pem_read(o->tls_key, &s->key, why);
	return e;
}

#define OPTIONS_MAX 16

/* `list` gets what a table of constants can't say. */
static void fill_options(struct MHD_OptionItem list[OPTIONS_MAX],
	struct http_server *s, const struct http_server_options *o, int fd)
{
	const struct MHD_OptionItem all[] = {
		{ MHD_OPTION_LISTEN_SOCKET, fd, NULL },
		{ MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)http_request_completed,
			s },
		{ MHD_OPTION_UNESCAPE_CALLBACK, (intptr_t)keep_escaped, s },
		{ MHD_OPTION_CONNECTION_LIMIT, (intptr_t)o->connections, NULL },
		{ MHD_OPTION_PER_IP_CONNECTION_LIMIT,
			(intptr_t)o->connections_per_address, NULL },
		{ MHD_OPTION_CONNECTION_TIMEOUT, (intptr_t)o->timeout_seconds,
			NULL },
		{ MHD_OPTION_CONNECTION_MEMORY_LIMIT, (intptr_t)o->header_max,
			NULL },
		/* Set by app/serve.c for the whole process. */
		{ MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, NULL },
		{ MHD_OPTION_HTTPS_MEM_CERT, 0, s->certificate },
		{ MHD_OPTION_HTTPS_MEM_KEY, 0, s->key },
	};
	size_t count = ARRAY_LEN(all) - (s->certificate == NULL ? 2 : 0);

	memcpy(list, all, count * sizeof all[0]);
	list[count] = (struct MHD_OptionItem){ MHD_OPTION_END, 0, NULL };
}

static enum err daemon_start(struct http_server *s,
	const struct http_server_options *o, int fd, struct diag *why)
{
	unsigned flags =
		MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
	struct MHD_OptionItem options[OPTIONS_MAX];

	fill_options(options, s, o, fd);
	if (s->certificate != NULL)
		flags |= MHD_USE_TLS;
	s->daemon = MHD_start_daemon(flags, 0, NULL, NULL, http_request_access,
		s, MHD_OPTION_EXTERNAL_LOGGER, on_log, (void *)s,
		MHD_OPTION_ARRAY, options, MHD_OPTION_END);
	if (s->daemon != NULL)
		return ERR_OK;
	close(fd);
	if (s->certificate != NULL)
		return diag_set(why, ERR_INVALID,
			"the HTTP server does not start: see whether %s and %s "
			"are a certificate and its key, in PEM form",
			o->tls_certificate, o->tls_key);
	return diag_set(why, ERR_IO, "the HTTP server does not start");
}

static void watch(struct http_server *s)
{
	const union MHD_DaemonInfo *info =
		MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_EPOLL_FD);

	must(info != NULL);
	must(uv_poll_init(&s->loop->uv, &s->poll, info->epoll_fd) == 0);
	must(uv_poll_start(&s->poll, UV_READABLE, on_readable) == 0);
}

static void free_server(struct http_server *s)
{
	mem_free_secret(s->key);
	free(s->certificate);
	free(s);
}

enum err http_server_start(struct http_server **out, struct loop *loop,
	const struct http_server_options *o, struct diag *why)
{
	struct http_server *s = mem_alloc(sizeof *s);
	int fd = -1;
	enum err e;

	s->loop = loop;
	s->on_request = o->on_request;
	s->arg = o->arg;
	list_init(&s->requests);
	e = tls_load(s, o, why);
	if (e == ERR_OK)
		e = listen_open(s, o->listen, &fd, why);
	if (e == ERR_OK)
		e = daemon_start(s, o, fd, why);
	if (e != ERR_OK) {
		free_server(s);
		return e;
	}
	watch(s);
	*out = s;
	return ERR_OK;
}

/* --- while it runs, and the end ------------------------------------------- */

uint16_t http_server_port(const struct http_server *s)
{
	return s->port;
}

unsigned http_server_connections(const struct http_server *s)
{
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(
		s->daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS);

	return info == NULL ? 0 : info->num_connections;
}

void http_server_quiesce(struct http_server *s)
{
	int fd;

	if (s->quiescing)
		return;
	s->quiescing = true;
	fd = MHD_quiesce_daemon(s->daemon);
	if (fd >= 0)
		close(fd);
}

static void on_closed(uv_handle_t *handle)
{
	free_server(
		container_of((uv_poll_t *)handle, struct http_server, poll));
}

void http_server_close(struct http_server *s)
{
	http_server_quiesce(s);
	uv_poll_stop(&s->poll);
	list_for_each (at, &s->requests)
		http_request_release(
			container_of(at, struct http_request, link));
	MHD_stop_daemon(s->daemon);
	timer_stop(s->loop, &s->timer);
	loop_undefer(&s->run);
	uv_close((uv_handle_t *)&s->poll, on_closed);
}
