/* A gateway without HTTP: loop, store in a directory of its own, catalog and
 * both queues, as app/serve.c puts them together. */
#ifndef SLUICE_TEST_JOBS_GATEWAY_H
#define SLUICE_TEST_JOBS_GATEWAY_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "sluice/base/clock.h"
#include "sluice/base/log.h"
#include "sluice/base/mem.h"
#include "sluice/jobs/execution_state.h"
#include "sluice/jobs/hub.h"
#include "sluice/model/fault.h"
#include "sluice/store/record_entity.h"
#include "sluice/store/record_import_job.h"

#define UNUSED __attribute__((unused))

struct gateway {
	char dir[64];
	struct hub hub;
	bool done;
};

/* Bytes that the database may grow to. */
static size_t gateway_map = 256u << 20;

static void gateway_mark(void *arg)
{
	((struct gateway *)arg)->done = true;
}

static bool gateway_is_marked(void *arg)
{
	return ((struct gateway *)arg)->done;
}

static void gateway_wait(struct gateway *g)
{
	assert_true(loop_run_until(g->hub.loop, gateway_is_marked, g, 1000000));
	g->done = false;
}

static struct hub_settings gateway_settings(void)
{
	return (struct hub_settings){
		.retry = { 5, 900 },
		.payload_max = 1 << 20,
		.timeouts = ssh_timeouts_default,
		.max_files = 64,
		.import_limits = { .row = 1 << 20,
			.field = 1 << 16,
			.columns = 1000,
			.unpacked = 1 << 30,
			.ratio = 500,
			.depth = 32 },
		.import_file_max = 1 << 30,
		.imports_max_running = 4,
		.stability_seconds = 0,
		.move_retry_seconds = 1,
		.rejects_kept = 1000,
	};
}

/* On g->dir, or on a new one. */
static void gateway_up(struct gateway *g)
{
	struct store_options o = { .map_size = gateway_map,
		.with_secrets = true };
	char dir[64];
	struct diag why;

	strcpy(dir, g->dir[0] == '\0' ? "/tmp/sluice-test-XXXXXX" : g->dir);
	if (g->dir[0] == '\0')
		assert_non_null(mkdtemp(dir));
	*g = (struct gateway){ 0 };
	strcpy(g->dir, dir);
	log_configure(getenv("SLUICE_TEST_LOG") != NULL ? LOG_DEBUG : LOG_ERROR,
		LOG_TEXT);
	o.dir = g->dir;
	g->hub.loop = loop_create();
	g->hub.pool = sftp_pool_create(g->hub.loop);
	g->hub.ftp = ftp_pool_create(g->hub.loop);
	g->hub.data_dir = g->dir;
	g->hub.settings = gateway_settings();
	assert_int_equal(store_open(&g->hub.store, &o, &why), ERR_OK);
	turn_init(&g->hub);
	assert_int_equal(catalog_load(&g->hub, &why), ERR_OK);
	assert_int_equal(export_queue_start(&g->hub, &why), ERR_OK);
	if (import_queue_start(&g->hub, &why) != ERR_OK)
		fail_msg("%s", why.text);
	store_end_turn(g->hub.store);
}

static void gateway_down(struct gateway *g)
{
	g->hub.stopping = true;
	import_queue_stop(&g->hub, gateway_mark, g);
	gateway_wait(g);
	export_queue_stop(&g->hub, 0, gateway_mark, g);
	gateway_wait(g);
	sftp_pool_close(g->hub.pool, gateway_mark, g);
	gateway_wait(g);
	sftp_pool_destroy(g->hub.pool);
	ftp_pool_close(g->hub.ftp, gateway_mark, g);
	gateway_wait(g);
	ftp_pool_destroy(g->hub.ftp);
	catalog_release(&g->hub);
	export_queue_release(&g->hub);
	import_queue_release(&g->hub);
	store_close(g->hub.store);
	loop_destroy(g->hub.loop);
}

static UNUSED void gateway_again(struct gateway *g)
{
	gateway_down(g);
	gateway_up(g);
}

static void gateway_remove(struct gateway *g)
{
	char command[128];

	gateway_down(g);
	snprintf(command, sizeof command, "rm -r %s", g->dir);
	assert_int_equal(system(command), 0);
	g->dir[0] = '\0';
}

static void on_gateway_kept(
	struct turn_waiter *w, enum err e, const struct diag *why)
{
	(void)w;
	if (e != ERR_OK)
		fail_msg("%s", why->text);
}

static bool gateway_is_kept(void *arg)
{
	return !((struct turn_waiter *)arg)->waiting;
}

/* Until what this turn wrote is on disk. */
static UNUSED void gateway_commit(struct gateway *g)
{
	struct turn_waiter w = { .fn = NULL };

	turn_wait(&g->hub, &w, on_gateway_kept);
	assert_true(loop_run_until(g->hub.loop, gateway_is_kept, &w, 1000));
}

/* --- jobs ------------------------------------------------------------------
 */

/* `more`: further members of the body, or "". */
static UNUSED struct import_job *gateway_job(struct gateway *g,
	const char *name, const char *entity, enum connection_type type,
	const char *more)
{
	char *text = mem_printf("{\"name\":\"%s\",\"entity\":\"%s\","
				"\"csv\":{\"delimiter\":\";\"}%s%s}",
		name, entity, more[0] == '\0' ? "" : ",", more);
	json_t *body = json_loads(text, 0, NULL);
	struct arena arena = { 0 };
	struct faults faults;
	struct import_job *job;

	assert_non_null(body);
	faults_init(&faults, &arena);
	job = import_job_from_json(body, type, false, &faults);
	if (job == NULL)
		fail_msg("%s: %s %s", text, faults.list[0].field,
			faults.list[0].message);
	job->id = hub_new_id(&g->hub);
	job->created_at = job->updated_at = clock_now_ms();
	assert_int_equal(catalog_put_import_job(&g->hub, job), ERR_OK);
	gateway_commit(g);
	arena_release(&arena);
	json_decref(body);
	free(text);
	return catalog_import_job(&g->hub, job->id);
}

/* --- executions ------------------------------------------------------------
 */

/* Texts are good until the next turn. */
static UNUSED struct execution gateway_execution(
	struct gateway *g, struct uuid id)
{
	struct execution x;

	assert_int_equal(
		record_execution_get(turn_read(&g->hub), id, &x), ERR_OK);
	return x;
}

struct gateway_until {
	struct gateway *g;
	struct uuid id;
	enum execution_state state;
	bool final;
};

static bool gateway_is_there(void *arg)
{
	struct gateway_until *u = arg;
	enum execution_state s = gateway_execution(u->g, u->id).state;

	return u->final ? execution_state_is_final(s) : s == u->state;
}

static UNUSED struct execution gateway_until_final(
	struct gateway *g, struct uuid id)
{
	struct gateway_until u = { g, id, EXECUTION_PENDING, true };

	assert_true(loop_run_until(g->hub.loop, gateway_is_there, &u, 1000000));
	gateway_commit(g); /* it may be of the turn that is not over yet */
	return gateway_execution(g, id);
}

static UNUSED void gateway_until_state(
	struct gateway *g, struct uuid id, enum execution_state state)
{
	struct gateway_until u = { g, id, state, false };

	assert_true(loop_run_until(g->hub.loop, gateway_is_there, &u, 1000000));
}

/* --- uploads ---------------------------------------------------------------
 */

/* Puts the text into the spool and asks for an execution; not yet committed.
 */
static UNUSED struct uuid gateway_upload(struct gateway *g,
	const struct import_job *job, const char *name, struct str text,
	bool dry_run)
{
	struct execution want = { .trigger = TRIGGER_FILE,
		.dry_run = dry_run,
		.upload_name = str_of(name),
		.upload_bytes = text.len };
	struct uuid id;
	char *path;
	FILE *f;

	want.upload_id = hub_new_id(&g->hub);
	path = import_spool_path(&g->hub, want.upload_id);
	f = fopen(path, "wx");
	assert_non_null(f);
	assert_int_equal(fwrite(text.ptr, 1, text.len, f), text.len);
	fclose(f);
	free(path);
	assert_int_equal(import_queue_add(&g->hub, job, &want, &id), ERR_OK);
	return id;
}

struct gateway_upload {
	struct gateway *gateway;
	struct uuid id;
};

static bool gateway_spool_lacks(void *arg);

/* Uploads are removed behind the loop's back, so wait. */
static UNUSED void gateway_wait_spool_lacks(
	struct gateway *g, struct uuid upload_id)
{
	struct gateway_upload u = { g, upload_id };

	assert_true(
		loop_run_until(g->hub.loop, gateway_spool_lacks, &u, 1000000));
}

static UNUSED bool gateway_spool_has(struct gateway *g, struct uuid upload_id)
{
	char *path = import_spool_path(&g->hub, upload_id);
	bool is = access(path, F_OK) == 0;

	free(path);
	return is;
}

static bool gateway_spool_lacks(void *arg)
{
	struct gateway_upload *u = arg;

	return !gateway_spool_has(u->gateway, u->id);
}

#endif
