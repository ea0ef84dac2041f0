#include "sluice/loop/sftp_probe.h"

#include <stdio.h>
#include <stdlib.h>

#include "op_private.h"
#include "probe_private.h"
#include "sftp_pool_private.h"
#include "sluice/base/mem.h"
#include "sluice/loop/sftp_list.h"
#include "sluice/loop/sftp_put.h"

/* The machine:
 *
 *   LIST -> WRITE -> REMOVE -> CLOSE -> DONE
 *     |       |                  ^
 *     +-------+------------------+
 *
 * Each of the first three runs one operation on a pool of the probe's own; the
 * pool's only session reports the steps from resolve to authenticate while LIST
 * waits for it.  CLOSE closes the pool. */
enum {
	LIST,
	WRITE,
	REMOVE,
	CLOSE,
	DONE,
	STATE_COUNT
};

#define TO(s) SM_BIT(s)
static const struct sm_state probe_states[STATE_COUNT] = {
	[LIST] = { "list", TO(WRITE) | TO(CLOSE) },
	[WRITE] = { "write", TO(REMOVE) | TO(CLOSE) },
	[REMOVE] = { "remove", TO(CLOSE) },
	[CLOSE] = { "close", TO(DONE) },
	[DONE] = { "done", 0 },
};
#undef TO

struct sftp_probe_work {
	struct sftp_probe *probe;
	struct sftp_pool *pool;
	struct sftp_pool_watcher watcher;
	struct sftp_list list;
	struct sftp_put put;
	struct sftp_file remove;
	struct op *current; /* the operation under way */
	struct ssh_target *target;
	char *temp, *path;
	uint64_t began_ms;
};

/* --- the result ---------------------------------------------------------- */

static const char *const session_steps[] = {
	[SSH_STEP_RESOLVE] = "resolve",
	[SSH_STEP_CONNECT] = "connect",
	[SSH_STEP_HOSTKEY] = "hostKey",
	[SSH_STEP_AUTHENTICATE] = "authenticate",
};

static void keep_fingerprints(
	struct sftp_probe *probe, const struct ssh_session *s)
{
	probe->fingerprint_count = 0;
	for (int kind = 0; kind < SSH_KEY_KINDS; kind++) {
		struct sftp_probe_fingerprint *f =
			&probe->fingerprints[probe->fingerprint_count];

		if (s->seen[kind][0] == '\0')
			continue;
		f->kind = ssh_key_kind_name((enum ssh_key_kind)kind);
		snprintf(f->text, sizeof f->text, "%s", s->seen[kind]);
		probe->fingerprint_count++;
	}
}

static void describe(
	const struct ssh_session *s, enum ssh_step step, char text[DIAG_SIZE])
{
	const struct ssh_target *t = s->target;
	char address[64];

	switch (step) {
	case SSH_STEP_RESOLVE:
		snprintf(text, DIAG_SIZE, "%s: %zu address(es), first %s",
			t->hostname, s->resolve.count,
			address_text(&s->resolve.addresses[0], address));
		break;
	case SSH_STEP_CONNECT:
		snprintf(text, DIAG_SIZE, "connected to %s",
			address_text(
				&s->resolve.addresses[s->address], address));
		break;
	case SSH_STEP_HOSTKEY:
		snprintf(text, DIAG_SIZE, "server shows the pinned key %s",
			s->seen[s->want]);
		break;
	default:
		snprintf(text, DIAG_SIZE, "logged in as %s", t->username);
	}
}

static void on_session_step(struct sftp_pool_watcher *w, struct ssh_session *s,
	enum ssh_step step, uint64_t ms, const struct diag *why)
{
	struct sftp_probe_work *work =
		container_of(w, struct sftp_probe_work, watcher);
	char text[DIAG_SIZE];

	if (step == SSH_STEP_HOSTKEY)
		keep_fingerprints(work->probe, s);
	work->began_ms = loop_now_ms(work->probe->in.loop); /* of the list */
	if (why == NULL)
		describe(s, step, text);
	probe_note(&work->probe->report, session_steps[step], ms,
		why != NULL ? why->code : ERR_OK,
		why != NULL ? why->text : text);
}

static uint64_t since(const struct sftp_probe_work *work)
{
	return loop_now_ms(work->probe->in.loop) - work->began_ms;
}

/* --- the ways out -------------------------------------------------------- */

static void on_pool_closed(void *arg)
{
	struct sftp_probe_work *work = arg;
	struct sftp_probe *probe = work->probe;

	sftp_pool_destroy(work->pool);
	ssh_target_destroy(work->target);
	free(work->temp);
	free(work->path);
	free(work);
	probe->work = NULL;
	timer_stop(probe->in.loop, &probe->deadline);
	sm_move(&probe->op.sm, DONE);
	op_finish(&probe->op); /* may free probe: nothing may follow */
}

static void close_pool(struct sftp_probe_work *work)
{
	sm_move(&work->probe->op.sm, CLOSE);
	work->current = NULL;
	sftp_pool_close(work->pool, on_pool_closed, work);
}

static void stop(struct sftp_probe *probe, enum err e, const char *text)
{
	struct diag why;

	if (probe->op.sm.state >= CLOSE)
		return;
	probe->report.ok = false;
	diag_set(&why, e, "%s", text);
	op_fail(&probe->op, &why);
	op_cancel(probe->work->current); /* its callback goes on */
}

static void on_deadline(struct timer *t)
{
	stop(container_of(t, struct sftp_probe, deadline), ERR_TIMEOUT,
		"the test was not done in time");
}

static void on_cancel(struct op *op)
{
	stop(container_of(op, struct sftp_probe, op), ERR_CANCELED, "canceled");
}

/* --- write, remove ------------------------------------------------------- */

static void on_removed(struct op *op)
{
	struct sftp_probe_work *work =
		container_of(op, struct sftp_probe_work, remove.op);

	probe_note_write(&work->probe->report, since(work), op);
	close_pool(work);
}

static void on_written(struct op *op)
{
	struct sftp_probe_work *work =
		container_of(op, struct sftp_probe_work, put.op);
	struct sftp_probe *probe = work->probe;

	if (op->status != ERR_OK || probe->op.status != ERR_OK) {
		probe_note(&probe->report, "write", since(work), op->status,
			op->why.text);
		close_pool(work);
		return;
	}
	sm_move(&probe->op.sm, REMOVE);
	work->remove.in = (struct sftp_file_in){
		.pool = work->pool,
		.target = work->target,
		.action = SFTP_FILE_REMOVE,
		.path = work->path,
		.who = probe->in.who,
	};
	work->current = &work->remove.op;
	must(sftp_file_start(&work->remove, on_removed) == ERR_OK);
}

static void begin_write(struct sftp_probe_work *work)
{
	struct sftp_probe *probe = work->probe;

	sm_move(&probe->op.sm, WRITE);
	work->path = probe_path(probe->in.folder, probe->in.file_name);
	work->temp = mem_printf("%s.part", work->path);
	work->began_ms = loop_now_ms(probe->in.loop);
	work->put.in = (struct sftp_put_in){
		.pool = work->pool,
		.target = work->target,
		.temp_path = work->temp,
		.path = work->path,
		.data = PROBE_CONTENT,
		.len = sizeof PROBE_CONTENT - 1,
		.who = probe->in.who,
	};
	work->current = &work->put.op;
	must(sftp_put_start(&work->put, on_written) == ERR_OK);
}

/* --- session and list ---------------------------------------------------- */

static bool session_failed(const struct probe_report *r)
{
	for (size_t i = 0; i < r->count; i++)
		if (!r->steps[i].ok)
			return true;
	return false;
}

static void on_listed(struct op *op)
{
	struct sftp_probe_work *work =
		container_of(op, struct sftp_probe_work, list.op);
	struct sftp_probe *probe = work->probe;
	bool ok = op->status == ERR_OK || op->status == ERR_LIMIT;

	if (!session_failed(&probe->report))
		probe_note_list(
			&probe->report, since(work), op, work->list.entries);
	if (!ok || probe->op.status != ERR_OK || probe->in.folder == NULL)
		close_pool(work);
	else
		begin_write(work);
}

enum err sftp_probe_start(struct sftp_probe *probe, op_done_fn done)
{
	struct sftp_probe_work *work;
	struct sftp_probe_in in = probe->in;

	*probe = (struct sftp_probe){ .in = in, .report.ok = true };
	if (in.folder != NULL && strlen(in.folder) > PROBE_FOLDER_MAX)
		return diag_set(&probe->op.why, ERR_INVALID,
			"the folder's path is too long");
	probe->work = work = mem_alloc(sizeof *work);
	work->probe = probe;
	work->target = ssh_target_copy(in.target);
	work->pool = sftp_pool_create(in.loop);
	work->watcher.step = on_session_step;
	sftp_pool_watch(work->pool, &work->watcher);
	work->began_ms = loop_now_ms(in.loop);
	work->list.in = (struct sftp_list_in){
		.pool = work->pool,
		.target = work->target,
		.path = in.folder != NULL ? in.folder : "",
		.entry = probe_entry,
		.max_entries = PROBE_ENTRIES_MAX,
		.who = in.who,
	};
	work->current = &work->list.op;
	must(sftp_list_start(&work->list, on_listed) == ERR_OK);
	op_begin(&probe->op, in.loop, done, on_cancel);
	sm_init(&probe->op.sm, "sftp_probe", in.who, probe_states);
	timer_set(in.loop, &probe->deadline,
		in.deadline_ms > 0 ? in.deadline_ms : PROBE_DEADLINE_MS,
		on_deadline);
	return ERR_OK;
}
