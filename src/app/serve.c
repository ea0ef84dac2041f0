/* `sluice serve`: the process from start to end.
 *
 * Up:   log -> store -> catalog -> first key -> pools -> queues -> HTTP
 * Down: HTTP stops accepting -> queues settle -> HTTP closes -> pools close ->
 *       store closes.  Each step starts the next from its callback. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sluice/admin/admin.h"
#include "sluice/app/commands.h"
#include "sluice/base/clock.h"
#include "sluice/base/log.h"
#include "sluice/base/mem.h"
#include "sluice/jobs/hub.h"
#include "sluice/jobs/retention.h"
#include "sluice/store/record_config.h"

/* Text packs a hundred times at most, but for files made to harm. */
#define UNPACK_RATIO_MAX 500
#define IMPORT_DEPTH_MAX 32 /* of JSON and XML files */

struct serve {
	struct config config; /* as it is now; SIGHUP changes it */
	struct hub hub;
	struct admin *admin;
	struct retention retention;
	bool stopping;
	int exit_code;
};

/* --- settings
 * ------------------------------------------------------------------ */

static struct hub_settings hub_settings(const struct config *c)
{
	struct ssh_timeouts t = ssh_timeouts_default;

	t.resolve = c->sftp.connect_timeout_seconds * UINT64_C(1000);
	t.connect = t.resolve;
	t.authenticate = c->sftp.authenticate_timeout_seconds * UINT64_C(1000);
	t.handshake = t.authenticate;
	t.idle = c->sftp.idle_timeout_seconds * UINT64_C(1000);
	return (struct hub_settings){
		.multi_store = c->multi_store,
		.retry = { .max_retries = c->retry.max_retries,
			.interval_seconds = c->retry.interval_seconds },
		.payload_max = c->limits.payload,
		.history_days = c->retention.history_days,
		.history_count = c->retention.history_count,
		.timeouts = t,
		.max_files = c->sftp.max_files,
		.import_limits = { .row = c->limits.row,
			.field = c->limits.field,
			.columns = c->limits.columns,
			.unpacked = c->limits.file,
			.ratio = UNPACK_RATIO_MAX,
			.depth = IMPORT_DEPTH_MAX },
		.import_file_max = c->limits.file,
		.imports_max_running = c->imports.max_running,
		.stability_seconds = c->imports.stability_seconds,
		.move_retry_seconds = c->imports.move_retry_seconds,
		.rejects_kept = c->imports.rejects_kept,
	};
}

static struct admin_options admin_options(const struct config *c)
{
	return (struct admin_options){
		.listen = c->listen,
		.tls_certificate = c->tls.certificate,
		.tls_key = c->tls.key,
		.connections = c->limits.connections,
		.connections_per_address = c->limits.connections_per_address,
		.header_max = c->limits.header,
		.timeout_seconds = c->limits.request_timeout_seconds,
		.request_body = c->limits.request_body,
		.bulk_body = c->limits.bulk_body,
		.bulk_line = c->limits.row,
		.requests_per_second = c->limits.requests_per_second,
		.allowed_hosts = c->http.allowed_hosts.items,
		.allowed_host_count = c->http.allowed_hosts.count,
		.version = SLUICE_VERSION,
	};
}

/* --- the first key (contract section 1)
 * ------------------------------------------- */

/* Mode 0600 and on disk before the transaction that makes the key valid: a
 * crash between the two leaves a file with a key that never was, which the
 * next first start replaces. */
static enum err write_key_file(
	const char *path, struct str key, struct diag *why)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	bool ok = fd >= 0 && fchmod(fd, 0600) == 0 &&
		  dprintf(fd, "%.*s\n", STR_ARG(key)) > 0 && fsync(fd) == 0;
	int errnum = errno;

	if (fd >= 0)
		close(fd);
	return ok ? ERR_OK
		  : diag_set(why, err_from_errno(errnum), "%s: %s", path,
			    strerror(errnum));
}

static bool note_key(void *arg, const struct api_key *k)
{
	(void)k;
	*(bool *)arg = true;
	return false;
}

/* `sluice key add` before the first start: somebody has keys already. */
static bool has_keys(struct hub *hub)
{
	bool any = false;

	record_key_each(turn_read(hub), note_key, &any);
	return any;
}

static enum err make_first_key(
	struct hub *hub, const char *path, struct diag *why)
{
	struct buf key = buf_make(256);
	struct txn *t;
	enum err e = turn_write(hub, &t);

	if (e == ERR_OK && !has_keys(hub)) {
		e = admin_make_first_key(t, clock_now_ms(), &key);
		if (e == ERR_OK)
			e = write_key_file(path, buf_view(&key), why);
		else
			diag_set(
				why, e, "the first admin key: %s", err_text(e));
	}
	if (e == ERR_OK)
		e = store_mark_started(t);
	if (e == ERR_OK)
		e = store_commit(hub->store, why);
	else
		store_abort(hub->store);
	store_end_turn(hub->store);
	if (e == ERR_OK && key.len > 0)
		log_info("first start: an admin key was made; it is in %s",
			path);
	if (key.len > 0)
		mem_wipe(key.data, key.len);
	buf_release(&key);
	return e;
}

static enum err first_start(struct serve *s, struct diag *why)
{
	char *path;
	enum err e;

	if (!store_is_new(s->hub.store))
		return ERR_OK;
	path = mem_printf("%s/admin.key", s->config.data_dir);
	e = make_first_key(&s->hub, path, why);
	free(path);
	return e;
}

/* --- down
 * -----------------------------------------------------------------------------
 */

static void on_ftp_closed(void *arg)
{
	struct serve *s = arg;

	ftp_pool_destroy(s->hub.ftp);
	loop_stop(s->hub.loop);
}

static void on_pool_closed(void *arg)
{
	struct serve *s = arg;

	sftp_pool_destroy(s->hub.pool);
	ftp_pool_close(s->hub.ftp, on_ftp_closed, s);
}

static void on_admin_stopped(void *arg)
{
	struct serve *s = arg;

	s->admin = NULL;
	sftp_pool_close(s->hub.pool, on_pool_closed, s);
}

static void on_queue_stopped(void *arg)
{
	struct serve *s = arg;

	admin_stop(s->admin, on_admin_stopped, s);
}

static void on_imports_stopped(void *arg)
{
	struct serve *s = arg;

	export_queue_stop(&s->hub,
		s->config.shutdown.grace_seconds * UINT64_C(1000),
		on_queue_stopped, s);
}

static void stop(struct serve *s, int exit_code)
{
	if (s->stopping)
		return;
	s->stopping = s->hub.stopping = true;
	s->exit_code = exit_code;
	retention_stop(&s->retention);
	admin_quiesce(s->admin);
	import_queue_stop(&s->hub, on_imports_stopped, s);
}

static void on_fatal(void *arg)
{
	stop(arg, EXIT_FAILED);
}

static void on_term(void *arg)
{
	struct serve *s = arg;

	log_info("stopping: %u deliveries under way are settled first",
		s->hub.queue.running);
	stop(s, EXIT_OK);
}

/* --- SIGHUP
 * ------------------------------------------------------------------------------
 */

static void log_faults(const struct config_faults *faults)
{
	struct buf line = buf_make(8192);

	for (size_t i = 0; i < faults->count; i++) {
		buf_clear(&line);
		config_fault_format(&faults->items[i], &line);
		log_warn("%s", line.data);
	}
	buf_release(&line);
}

static void take_config(struct serve *s, struct config *fresh)
{
	struct buf names = buf_make(8192);
	struct admin_options options;
	struct diag why;

	if (config_changes_needing_restart(&s->config, fresh, &names) > 0)
		log_warn("configuration: only a restart makes these take "
			 "effect: %s",
			names.data);
	buf_release(&names);
	config_keep_running(fresh, &s->config);
	config_release(&s->config);
	s->config = *fresh;
	log_configure(s->config.log.level, s->config.log.format);
	if (log_open(s->config.log.file, &why) != ERR_OK)
		log_error("%s; the old log goes on", why.text);
	s->hub.settings = hub_settings(&s->config);
	options = admin_options(&s->config);
	admin_reload(s->admin, &options);
	log_info("configuration read again");
}

static void on_hup(void *arg)
{
	struct serve *s = arg;
	struct config_faults faults = { 0 };
	struct config fresh;
	struct diag why;
	bool ok;

	if (s->stopping)
		return;
	ok = config_reload(&fresh, &s->config, &faults);
	log_faults(&faults);
	config_faults_release(&faults);
	if (ok) {
		take_config(s, &fresh);
		return;
	}
	config_release(&fresh);
	if (log_reopen(&why) != ERR_OK)
		log_error("%s; the old log goes on", why.text);
	log_error("configuration: it has faults and was not taken over; "
		  "`sluice check` names them");
}

/* --- up
 * ----------------------------------------------------------------------------------
 */

static enum err open_store(struct serve *s, struct diag *why)
{
	struct store_options options = {
		.dir = s->config.data_dir,
		.map_size = s->config.limits.map_size,
		.exclusive = true,
		.with_secrets = true,
	};
	enum err e = store_open(&s->hub.store, &options, why);

	if (e != ERR_OK)
		return e;
	turn_init(&s->hub);
	s->hub.turn.on_fatal = on_fatal;
	s->hub.turn.on_fatal_arg = s;
	return ERR_OK;
}

static enum err start(struct serve *s, struct diag *why)
{
	struct admin_options options = admin_options(&s->config);
	enum err e = open_store(s, why);

	if (e != ERR_OK)
		return e;
	e = first_start(s, why);
	if (e == ERR_OK)
		e = catalog_load(&s->hub, why);
	if (e == ERR_OK)
		e = export_queue_start(&s->hub, why);
	if (e == ERR_OK)
		e = import_queue_start(&s->hub, why);
	/* The loop's turns begin later: end this one here. */
	store_end_turn(s->hub.store);
	if (e == ERR_OK)
		e = admin_start(&s->admin, &s->hub, &options, why);
	if (e != ERR_OK)
		return e;
	retention_start(&s->retention, &s->hub);
	loop_on_signal(s->hub.loop, SIGTERM, on_term, s);
	loop_on_signal(s->hub.loop, SIGINT, on_term, s);
	loop_on_signal(s->hub.loop, SIGHUP, on_hup, s);
	return ERR_OK;
}

static void release(struct serve *s)
{
	catalog_release(&s->hub);
	export_queue_release(&s->hub);
	import_queue_release(&s->hub);
	store_close(s->hub.store);
	loop_destroy(s->hub.loop);
	config_release(&s->config);
}

/* What had come up goes down again; the sentence stands on stderr even where
 * the log goes to a file. */
static int fail(struct serve *s, const struct diag *why)
{
	fprintf(stderr, "sluice: can't start: %s\n", why->text);
	if (s->config.log.file[0] != '\0')
		log_error("can't start: %s", why->text);
	s->hub.stopping = true;
	loop_on_turn_end(s->hub.loop, NULL, NULL);
	import_queue_release(&s->hub);
	sftp_pool_close(s->hub.pool, on_pool_closed, s);
	loop_run(s->hub.loop);
	release(s);
	return EXIT_FAILED;
}

static int run(struct serve *s)
{
	struct diag why;

	s->hub.loop = loop_create();
	s->hub.pool = sftp_pool_create(s->hub.loop);
	s->hub.ftp = ftp_pool_create(s->hub.loop);
	s->hub.data_dir = s->config.data_dir;
	s->hub.settings = hub_settings(&s->config);
	if (start(s, &why) != ERR_OK)
		return fail(s, &why);
	log_info("sluice %s ready on %s (port %u), data in %s", SLUICE_VERSION,
		s->config.listen, admin_port(s->admin), s->config.data_dir);
	loop_run(s->hub.loop);
	log_info("stopped");
	release(s);
	return s->exit_code;
}

int command_serve(const struct config *config)
{
	struct serve s = { 0 };
	struct config_faults faults = { 0 };
	struct diag why;
	bool ok = config_reload(&s.config, config, &faults);

	config_faults_release(&faults);
	if (!ok)
		return EXIT_USAGE;
	mem_tune();
	signal(SIGPIPE, SIG_IGN);
	log_configure(s.config.log.level, s.config.log.format);
	if (log_open(s.config.log.file, &why) != ERR_OK) {
		fprintf(stderr, "sluice: %s\n", why.text);
		return EXIT_FAILED;
	}
	return run(&s);
}
