#include "sluice/loop/ftp_probe.h"

#include <stdio.h>
#include <stdlib.h>

#include "ftp_private.h"
#include "op_private.h"
#include "probe_private.h"
#include "resolve.h"
#include "sluice/base/mem.h"

/* The machine:
 *
 *   RESOLVE -> LIST -> PUT -> RENAME -> REMOVE -> CLOSE -> DONE
 *      |        |       |        \__________^       ^
 *      +--------+-------+---------------------------+
 *
 * From LIST to REMOVE each runs one operation on a pool of the probe's own.
 * LIST also tells the steps from connect to authenticate.  CLOSE closes the
 * pool. */
enum {
	RESOLVE,
	LIST,
	PUT,
	RENAME,
	REMOVE,
	CLOSE,
	DONE,
	STATE_COUNT
};

#define TO(s) SM_BIT(s)
static const struct sm_state probe_states[STATE_COUNT] = {
	[RESOLVE] = { "resolve", TO(LIST) | TO(CLOSE) },
	[LIST] = { "list", TO(PUT) | TO(CLOSE) },
	[PUT] = { "put", TO(RENAME) | TO(CLOSE) },
	[RENAME] = { "rename", TO(REMOVE) },
	[REMOVE] = { "remove", TO(CLOSE) },
	[CLOSE] = { "close", TO(DONE) },
	[DONE] = { "done", 0 },
};
#undef TO

struct ftp_probe_work {
	struct ftp_probe *probe;
	struct ftp_pool *pool;
	struct ftp_target *target;
	struct resolve resolve;
	struct ftp_call call;
	char *temp, *path;
	uint64_t began_ms;
};

/* --- the result ----------------------------------------------------------- */

static uint64_t since(const struct ftp_probe_work *work)
{
	return loop_now_ms(work->probe->in.loop) - work->began_ms;
}

static const char *const stage_names[FTP_STAGE_COUNT] = {
	[FTP_STAGE_CONNECTED] = "connect",
	[FTP_STAGE_SECURED] = "hostKey",
	[FTP_STAGE_LOGGED_IN] = "authenticate",
};

static void describe(
	const struct ftp_target *t, enum ftp_stage stage, char text[DIAG_SIZE])
{
	switch (stage) {
	case FTP_STAGE_CONNECTED:
		snprintf(text, DIAG_SIZE, "connected to %s port %u",
			t->hostname, t->port);
		break;
	case FTP_STAGE_SECURED:
		snprintf(text, DIAG_SIZE,
			"the server's certificate is trusted, and is for %s",
			t->hostname);
		break;
	default:
		snprintf(text, DIAG_SIZE, "logged in as %s", t->username);
	}
}

/* False: one of them failed. */
static bool note_stages(struct ftp_probe_work *work)
{
	const struct ftp_call *call = &work->call;
	char text[DIAG_SIZE];
	uint64_t before = 0;

	for (int i = 0; i < FTP_STAGE_COUNT; i++) {
		uint64_t at = call->reached_ms[i];

		if (i == FTP_STAGE_SECURED && work->target->tls == FTP_TLS_NONE)
			continue;
		if (at == 0) {
			probe_note(&work->probe->report, stage_names[i],
				since(work) - before,
				call->op.status != ERR_OK ? call->op.status
							  : ERR_PROTO,
				call->op.why.text);
			return false;
		}
		describe(work->target, (enum ftp_stage)i, text);
		probe_note(&work->probe->report, stage_names[i],
			at > before ? at - before : 0, ERR_OK, text);
		before = at;
	}
	work->began_ms += before;
	return true;
}

/* --- the ways out --------------------------------------------------------- */

static void on_pool_closed(void *arg)
{
	struct ftp_probe_work *work = arg;
	struct ftp_probe *probe = work->probe;

	ftp_pool_destroy(work->pool);
	ftp_target_destroy(work->target);
	free(work->temp);
	free(work->path);
	free(work);
	probe->work = NULL;
	timer_stop(probe->in.loop, &probe->deadline);
	sm_move(&probe->op.sm, DONE);
	op_finish(&probe->op); /* may free probe: nothing may follow */
}

static void close_pool(struct ftp_probe_work *work)
{
	sm_move(&work->probe->op.sm, CLOSE);
	ftp_pool_close(work->pool, on_pool_closed, work);
}

static void stop(struct ftp_probe *probe, enum err e, const char *text)
{
	struct diag why;

	if (probe->op.sm.state >= CLOSE)
		return;
	probe->report.ok = false;
	diag_set(&why, e, "%s", text);
	op_fail(&probe->op, &why);
	if (probe->op.sm.state == RESOLVE) {
		resolve_cancel(&probe->work->resolve);
		close_pool(probe->work);
	} else {
		op_cancel(&probe->work->call.op); /* its callback goes on */
	}
}

static void on_deadline(struct timer *t)
{
	stop(container_of(t, struct ftp_probe, deadline), ERR_TIMEOUT,
		"the test was not done in time");
}

static void on_cancel(struct op *op)
{
	stop(container_of(op, struct ftp_probe, op), ERR_CANCELED, "canceled");
}

/* --- the operations ------------------------------------------------------- */

static struct ftp_probe_work *work_of(struct op *op)
{
	return container_of(op, struct ftp_probe_work, call.op);
}

/* Whatever is wrong with the paths or the login texts fails the step. */
static void run(struct ftp_probe_work *work, enum ftp_action action,
	const char *path, op_done_fn done)
{
	work->call.in = (struct ftp_call_in){
		.pool = work->pool,
		.target = work->target,
		.action = action,
		.path = path,
		.to = work->path,
		.data = { PROBE_CONTENT, sizeof PROBE_CONTENT - 1 },
		.entry = probe_entry,
		.max_entries = PROBE_ENTRIES_MAX,
		.who = work->probe->in.who,
	};
	if (ftp_call_start(&work->call, done) == ERR_OK)
		return;
	work->call.op.status = work->call.op.why.code;
	done(&work->call.op);
}

static void on_removed(struct op *op)
{
	struct ftp_probe_work *work = work_of(op);
	struct ftp_probe *probe = work->probe;

	if (probe->report.ok)
		probe_note_write(&probe->report, since(work), op);
	close_pool(work);
}

static void on_renamed(struct op *op)
{
	struct ftp_probe_work *work = work_of(op);
	bool ok = op->status == ERR_OK;

	if (!ok && work->probe->op.status == ERR_OK)
		probe_note_write(&work->probe->report, since(work), op);
	sm_move(&work->probe->op.sm, REMOVE);
	run(work, FTP_REMOVE, ok ? work->path : work->temp, on_removed);
}

static void on_put(struct op *op)
{
	struct ftp_probe_work *work = work_of(op);

	if (op->status != ERR_OK) {
		if (work->probe->op.status == ERR_OK)
			probe_note_write(&work->probe->report, since(work), op);
		close_pool(work);
		return;
	}
	sm_move(&work->probe->op.sm, RENAME);
	run(work, FTP_RENAME, work->temp, on_renamed);
}

static void begin_write(struct ftp_probe_work *work)
{
	const struct ftp_probe_in *in = &work->probe->in;

	work->path = probe_path(in->folder, in->file_name);
	work->temp = mem_printf("%s.part", work->path);
	work->began_ms = loop_now_ms(in->loop);
	sm_move(&work->probe->op.sm, PUT);
	run(work, FTP_PUT, work->temp, on_put);
}

static void on_listed(struct op *op)
{
	struct ftp_probe_work *work = work_of(op);
	struct ftp_probe *probe = work->probe;

	if (probe->op.status == ERR_OK && note_stages(work))
		probe_note_list(
			&probe->report, since(work), op, work->call.entries);
	if (!probe->report.ok || probe->in.folder == NULL)
		close_pool(work);
	else
		begin_write(work);
}

static void on_resolved(struct resolve *r)
{
	struct ftp_probe_work *work =
		container_of(r, struct ftp_probe_work, resolve);
	struct ftp_probe *probe = work->probe;
	char text[DIAG_SIZE], address[64];

	if (r->count == 0) {
		probe_note(&probe->report, "resolve", since(work), ERR_RESOLVE,
			r->why.text);
		close_pool(work);
		return;
	}
	snprintf(text, sizeof text, "%s: %zu address(es), first %s",
		work->target->hostname, r->count,
		address_text(&r->addresses[0], address));
	probe_note(&probe->report, "resolve", since(work), ERR_OK, text);
	work->began_ms = loop_now_ms(probe->in.loop);
	sm_move(&probe->op.sm, LIST);
	run(work, FTP_LIST, probe->in.folder != NULL ? probe->in.folder : "",
		on_listed);
}

enum err ftp_probe_start(struct ftp_probe *probe, op_done_fn done)
{
	struct ftp_probe_work *work;
	struct ftp_probe_in in = probe->in;

	*probe = (struct ftp_probe){ .in = in, .report.ok = true };
	if (in.folder != NULL && strlen(in.folder) > PROBE_FOLDER_MAX)
		return diag_set(&probe->op.why, ERR_INVALID,
			"the folder's path is too long");
	probe->work = work = mem_alloc(sizeof *work);
	work->probe = probe;
	work->target = ftp_target_copy(in.target);
	work->pool = ftp_pool_create(in.loop);
	work->began_ms = loop_now_ms(in.loop);
	op_begin(&probe->op, in.loop, done, on_cancel);
	sm_init(&probe->op.sm, "ftp_probe", in.who, probe_states);
	timer_set(in.loop, &probe->deadline,
		in.deadline_ms > 0 ? in.deadline_ms : PROBE_DEADLINE_MS,
		on_deadline);
	resolve_start(&work->resolve, in.loop, work->target->hostname,
		work->target->port, on_resolved);
	return ERR_OK;
}
