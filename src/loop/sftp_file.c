#include "sluice/loop/sftp_file.h"

#include "op_private.h"
#include "sftp_pool_private.h"
#include "sftp_publish.h"

/* The machine:
 *
 *   QUEUED -> ASKED -> DONE
 *     |                 ^
 *     +-----------------+
 *
 * For everything but STAT, ASKED is the commit point: the request is on the
 * wire. */
enum {
	QUEUED,
	ASKED,
	DONE,
	STATE_COUNT
};

#define TO(s) SM_BIT(s)
static const struct sm_state file_states[STATE_COUNT] = {
	[QUEUED] = { "queued", TO(ASKED) | TO(DONE) },
	[ASKED] = { "asked", TO(DONE) },
	[DONE] = { "done", 0 },
};
#undef TO

#define DEADLINE_MS (5 * 60 * 1000)

static const struct {
	const char *name;  /* of the machine */
	const char *doing; /* for messages */
	enum sftp_type type;
} actions[] = {
	[SFTP_FILE_STAT] = { "sftp_stat", "look at", SFTP_STAT },
	[SFTP_FILE_REMOVE] = { "sftp_remove", "remove", SFTP_REMOVE },
	[SFTP_FILE_MKDIR] = { "sftp_mkdir", "make folder", SFTP_MKDIR },
	[SFTP_FILE_RENAME] = { "sftp_rename", "rename", SFTP_RENAME },
};

static struct sftp_file *file_of(struct sftp_job *job)
{
	return container_of(job, struct sftp_file, job);
}

static bool changes_something(const struct sftp_file *f)
{
	return f->in.action != SFTP_FILE_STAT;
}

static void wrap(struct sftp_file *f, struct diag *why)
{
	diag_wrap(why, "%s %s", actions[f->in.action].doing, f->in.path);
	if (f->job.dest != NULL)
		diag_wrap(why, "sftp %s", sftp_job_target(&f->job)->name);
}

static void finish(struct sftp_file *f)
{
	timer_stop(f->op.loop, &f->deadline);
	sftp_pool_leave(&f->job);
	sftp_publish_destroy(f->publish);
	f->publish = NULL;
	sm_move(&f->op.sm, DONE);
	op_finish(&f->op); /* may free f: nothing may follow */
}

static void fail_with(struct sftp_file *f, enum err e, const char *text)
{
	struct diag why;

	diag_set(&why, e, "%s", text);
	wrap(f, &why);
	op_fail(&f->op, &why);
	finish(f);
}

/* No answer will come to what was sent. */
static void abandon(struct sftp_file *f, const char *reason)
{
	struct diag why;

	if (f->publish == NULL)
		diag_set(&why, ERR_UNKNOWN,
			"%s after it was asked for: it may or may not have "
			"happened",
			reason);
	else if (sftp_publish_abandoned(f->publish, &why, reason) == ERR_OK) {
		finish(f);
		return;
	}
	wrap(f, &why);
	op_fail(&f->op, &why);
	finish(f);
}

static void on_start(struct sftp_job *job)
{
	struct sftp_file *f = file_of(job);

	if (f->op.sm.state == QUEUED)
		sm_move(&f->op.sm, ASKED);
	if (f->in.action == SFTP_FILE_RENAME)
		f->publish = sftp_publish_start(
			job, f->in.path, f->in.to, f->in.who);
	else
		sftp_ask_path(job, actions[f->in.action].type, f->in.path, 0);
}

static void on_reply(struct sftp_job *job, enum sftp_type asked, uint64_t tag,
	struct sftp_reply *reply)
{
	struct sftp_file *f = file_of(job);
	struct diag why = { .code = ERR_OK };

	(void)asked;
	(void)tag;
	if (f->publish != NULL) {
		if (!sftp_publish_reply(f->publish, reply, &why))
			return;
	} else if (reply->type == SFTP_ATTRS) {
		f->attrs = reply->attrs;
	} else if (reply->code != SFTP_FX_OK) {
		sftp_status_error(reply, &why);
	}
	if (why.code != ERR_OK) {
		wrap(f, &why);
		op_fail(&f->op, &why);
	}
	finish(f);
}

static void on_lost(struct sftp_job *job, const struct diag *why)
{
	struct sftp_file *f = file_of(job);

	if (f->op.sm.state == ASKED && changes_something(f)) {
		abandon(f, why->text);
		return;
	}
	op_fail(&f->op, why);
	finish(f);
}

static void on_deadline(struct timer *t)
{
	struct sftp_file *f = container_of(t, struct sftp_file, deadline);

	if (f->op.sm.state == ASKED && changes_something(f))
		abandon(f, "no answer in time");
	else
		fail_with(f, ERR_TIMEOUT, "not done in time");
}

static void on_cancel(struct op *op)
{
	struct sftp_file *f = container_of(op, struct sftp_file, op);

	if (f->op.sm.state == QUEUED || !changes_something(f))
		fail_with(f, ERR_CANCELED, "canceled");
}

static const struct sftp_job_calls calls = {
	.start = on_start,
	.reply = on_reply,
	.lost = on_lost,
};

static const struct sftp_job_calls harmless_calls = {
	.start = on_start,
	.reply = on_reply,
	.lost = on_lost,
	.restartable = true,
};

enum err sftp_file_start(struct sftp_file *f, op_done_fn done)
{
	struct loop *loop = sftp_pool_loop(f->in.pool);

	*f = (struct sftp_file){ .in = f->in };
	f->job.calls = changes_something(f) ? &calls : &harmless_calls;
	f->job.op = &f->op;
	if (sftp_check_path(f->in.path, &f->op.why) != ERR_OK ||
		(f->in.action == SFTP_FILE_RENAME &&
			sftp_check_path(f->in.to, &f->op.why) != ERR_OK) ||
		sftp_pool_submit(f->in.pool, f->in.target, &f->job,
			&f->op.why) != ERR_OK)
		return f->op.why.code;
	op_begin(&f->op, loop, done, on_cancel);
	sm_init(&f->op.sm, actions[f->in.action].name, f->in.who, file_states);
	timer_set(loop, &f->deadline,
		f->in.deadline_ms > 0 ? f->in.deadline_ms : DEADLINE_MS,
		on_deadline);
	return ERR_OK;
}
