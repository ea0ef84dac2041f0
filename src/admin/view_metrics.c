/* Figures for Prometheus (text exposition format 0.0.4). */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "admin_private.h"
#include "sluice/loop/sftp_pool.h"
#include "sluice/store/record_document.h"
#include "sluice/store/record_execution.h"
#include "sluice/store/record_export.h"
#include "views.h"

/* HELP and TYPE of a family of figures. */
static void family(
	struct buf *out, const char *name, const char *type, const char *help)
{
	buf_printf(out, "# HELP sluice_%s %s\n# TYPE sluice_%s %s\n", name,
		help, name, type);
}

static void figure(struct buf *out, const char *name, const char *type,
	const char *help, double value)
{
	family(out, name, type, help);
	buf_printf(out, "sluice_%s %.15g\n", name, value);
}

static void put_exports(struct buf *out, struct hub *hub)
{
	const struct export_queue *q = &hub->queue;
	struct txn *t = turn_read(hub);

	family(out, "exports", "gauge", "Exports in the history, by state.");
	for (int s = 0; s < EXPORT_STATE_COUNT; s++) {
		enum export_state state = (enum export_state)s;

		buf_printf(out, "sluice_exports{state=\"%s\"} %llu\n",
			export_state_name(state),
			(unsigned long long)record_export_count(t, state));
	}
	family(out, "export_attempts_total", "counter",
		"Attempts since the start, by what followed.");
	buf_printf(out,
		"sluice_export_attempts_total{outcome=\"success\"} %llu\n"
		"sluice_export_attempts_total{outcome=\"failed\"} %llu\n"
		"sluice_export_attempts_total{outcome=\"retrying\"} %llu\n",
		(unsigned long long)q->succeeded, (unsigned long long)q->failed,
		(unsigned long long)q->retried);
	figure(out, "exports_running", "gauge", "Deliveries under way.",
		q->running);
}

static void put_imports(struct buf *out, struct hub *hub)
{
	const struct import_queue *q = &hub->imports;
	static const struct uuid any = { { 0 } };
	struct txn *t = turn_read(hub);

	family(out, "executions", "gauge",
		"Executions of import jobs in the history, by state.");
	for (int s = 0; s < EXECUTION_STATE_COUNT; s++) {
		enum execution_state state = (enum execution_state)s;

		buf_printf(out, "sluice_executions{state=\"%s\"} %llu\n",
			execution_state_name(state),
			(unsigned long long)record_execution_count(
				t, any, state));
	}
	family(out, "import_rows_total", "counter",
		"Rows of import files since the start, by what became of "
		"them.");
	buf_printf(out,
		"sluice_import_rows_total{result=\"accepted\"} %llu\n"
		"sluice_import_rows_total{result=\"rejected\"} %llu\n",
		(unsigned long long)(q->rows - q->rejected),
		(unsigned long long)q->rejected);
	figure(out, "imports_running", "gauge", "Import jobs that run now.",
		q->running);
}

static void put_configured(struct buf *out, struct hub *hub)
{
	struct txn *t = turn_read(hub);

	figure(out, "connections", "gauge", "Configured connections.",
		(double)hub->catalog.connection_count);
	figure(out, "export_jobs", "gauge", "Configured export jobs.",
		(double)hub->catalog.job_count);
	figure(out, "import_jobs", "gauge", "Configured import jobs.",
		(double)hub->catalog.import_job_count);
	family(out, "documents", "gauge", "Orders and incidents kept.");
	for (int e = 0; e < EXPORT_ENTITY_COUNT; e++)
		buf_printf(out, "sluice_documents{entity=\"%s\"} %llu\n",
			export_entity_name((enum export_entity)e),
			(unsigned long long)record_document_count(
				t, (enum export_entity)e));
}

static void put_http(struct buf *out, struct admin *a)
{
	family(out, "http_requests_total", "counter",
		"Answered requests, by class of status.");
	for (int class = 2; class < STATUS_CLASSES; class ++)
		buf_printf(out,
			"sluice_http_requests_total{class=\"%dxx\"} %llu\n",
			class, (unsigned long long)a->answers[class]);
	figure(out, "http_requests_waiting", "gauge",
		"Requests without an answer yet.", a->call_count);
	figure(out, "http_connections", "gauge", "Open HTTP connections.",
		http_server_connections(a->server));
}

static void put_store(struct buf *out, struct store *store)
{
	struct store_usage u;

	store_usage(store, &u);
	figure(out, "store_map_bytes", "gauge",
		"The most that the database may grow to.", (double)u.map_size);
	figure(out, "store_used_bytes", "gauge", "In use of it.",
		(double)u.used_bytes);
	figure(out, "store_file_bytes", "gauge", "Size of the file.",
		(double)u.file_bytes);
	figure(out, "store_commits_total", "counter",
		"Transactions made durable.", (double)u.commits);
	figure(out, "store_commit_seconds_total", "counter",
		"Time spent in that.", (double)u.commit_ns_total / 1e9);
	figure(out, "store_commit_seconds_last", "gauge",
		"Time of the last one.", (double)u.commit_ns_last / 1e9);
	figure(out, "store_failing", "gauge",
		"1 when the last turn could not be written.",
		u.last_error != ERR_OK);
}

static void put_sftp(struct buf *out, const struct sftp_pool *pool)
{
	struct sftp_pool_numbers n = sftp_pool_numbers(pool);

	figure(out, "sftp_destinations", "gauge",
		"Destinations with a session or work.", n.destinations);
	figure(out, "sftp_sessions", "gauge", "Open SFTP sessions.",
		n.sessions);
	figure(out, "sftp_operations_waiting", "gauge",
		"Operations without a session yet.", n.waiting);
	figure(out, "sftp_operations_running", "gauge", "Operations under way.",
		n.under_way);
	figure(out, "sftp_sessions_made_total", "counter",
		"Sessions opened since the start.", (double)n.sessions_made);
	figure(out, "sftp_sessions_failed_total", "counter",
		"Sessions that failed.", (double)n.sessions_failed);
	figure(out, "sftp_sent_bytes_total", "counter", "Bytes sent.",
		(double)n.bytes_sent);
	figure(out, "sftp_received_bytes_total", "counter", "Bytes received.",
		(double)n.bytes_received);
}

/* Resident memory, from the second number of /proc/self/statm. */
static double resident_bytes(void)
{
	FILE *file = fopen("/proc/self/statm", "re");
	char line[128] = "", *rest;
	bool read;

	if (file == NULL)
		return 0;
	read = fgets(line, sizeof line, file) != NULL;
	(void)fclose(file);
	if (!read)
		return 0;
	(void)strtoul(line, &rest, 10);
	return (double)strtoul(rest, NULL, 10) * (double)sysconf(_SC_PAGESIZE);
}

void metrics_show(struct call *c)
{
	struct admin *a = c->admin;

	family(&c->body, "build_info", "gauge", "The version in a label.");
	buf_printf(
		&c->body, "sluice_build_info{version=\"%s\"} 1\n", a->version);
	figure(&c->body, "start_time_seconds", "gauge", "When it started.",
		(double)a->started_at / 1000);
	figure(&c->body, "resident_memory_bytes", "gauge",
		"Memory of the process.", resident_bytes());
	put_exports(&c->body, c->hub);
	put_imports(&c->body, c->hub);
	put_configured(&c->body, c->hub);
	put_http(&c->body, a);
	put_store(&c->body, c->hub->store);
	if (c->hub->pool != NULL)
		put_sftp(&c->body, c->hub->pool);
	c->content_type = "text/plain; version=0.0.4; charset=utf-8";
	answer_now(c, 200);
}
