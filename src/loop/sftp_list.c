#include "sluice/loop/sftp_list.h"

#include <string.h>

#include "op_private.h"
#include "sftp_pool_private.h"

/* The machine:
 *
 *   QUEUED -> OPEN -> READ -> CLOSE -> DONE
 *     |        |                        ^
 *     +--------+------------------------+
 *
 * One READDIR at a time.  A cancel, failure or deadline leaves at once; what
 * is outstanding is then answered to nobody, and the client closes a handle
 * that arrives late. */
enum {
	QUEUED,
	OPEN,
	READ,
	CLOSE,
	DONE,
	STATE_COUNT
};

#define TO(s) SM_BIT(s)
static const struct sm_state list_states[STATE_COUNT] = {
	[QUEUED] = { "queued", TO(OPEN) | TO(DONE) },
	[OPEN] = { "open", TO(READ) | TO(DONE) },
	[READ] = { "read", TO(CLOSE) | TO(DONE) },
	[CLOSE] = { "close", TO(DONE) },
	[DONE] = { "done", 0 },
};
#undef TO

#define DEADLINE_MS     (15 * 60 * 1000)
#define ENTRIES_DEFAULT 1000000

static struct sftp_list *list_of(struct sftp_job *job)
{
	return container_of(job, struct sftp_list, job);
}

static struct str handle(const struct sftp_list *list)
{
	return (struct str){ list->handle, list->handle_len };
}

static const char *path(const struct sftp_list *list)
{
	return list->in.path[0] != '\0' ? list->in.path : ".";
}

static void finish(struct sftp_list *list)
{
	timer_stop(list->op.loop, &list->deadline);
	sftp_pool_leave(&list->job);
	sm_move(&list->op.sm, DONE);
	op_finish(&list->op); /* may free list: nothing may follow */
}

/* Close and wait for that; the answer is of no interest. */
static void close_handle(struct sftp_list *list)
{
	sm_move(&list->op.sm, CLOSE);
	timer_set(list->op.loop, &list->deadline,
		sftp_job_target(&list->job)->timeouts.close, list->deadline.fn);
	sftp_ask_handle(&list->job, SFTP_CLOSE, handle(list), 0);
}

static void fail(struct sftp_list *list, struct diag *why)
{
	diag_wrap(why, "list %s", path(list));
	if (list->job.dest != NULL)
		diag_wrap(why, "sftp %s", sftp_job_target(&list->job)->name);
	op_fail(&list->op, why);
	if (list->op.sm.state == READ)
		close_handle(list);
	else
		finish(list);
}

static void fail_with(struct sftp_list *list, enum err e, const char *text)
{
	struct diag why;

	diag_set(&why, e, "%s", text);
	fail(list, &why);
}

static void fail_status(struct sftp_list *list, const struct sftp_reply *reply)
{
	struct diag why;

	sftp_status_error(reply, &why);
	fail(list, &why);
}

static bool leads_away(struct str name)
{
	return name.len == 0 || memchr(name.ptr, '/', name.len) != NULL ||
	       memchr(name.ptr, '\0', name.len) != NULL;
}

static enum err tell(struct sftp_list *list, const struct sftp_entry *e)
{
	size_t max = list->in.max_entries > 0 ? list->in.max_entries
					      : ENTRIES_DEFAULT;

	if (str_eq(e->name, STR(".")) || str_eq(e->name, STR("..")))
		return ERR_OK;
	if (leads_away(e->name))
		return ERR_PROTO;
	if (list->entries == max)
		return ERR_LIMIT;
	list->entries++;
	return list->in.entry(list->in.entry_arg, e->name, &e->attrs);
}

static void ask_more(struct sftp_list *list)
{
	sftp_ask_handle(&list->job, SFTP_READDIR, handle(list), 0);
}

static void reply_read(struct sftp_list *list, struct sftp_reply *reply)
{
	struct sftp_entry e;
	enum err err = ERR_OK;

	if (reply->type == SFTP_STATUS && reply->code == SFTP_FX_EOF) {
		close_handle(list);
		return;
	}
	if (reply->type != SFTP_NAME) {
		fail_status(list, reply);
		return;
	}
	while (err == ERR_OK && sftp_next_entry(reply, &e))
		err = tell(list, &e);
	if (err == ERR_OK)
		ask_more(list);
	else
		fail_with(list, err,
			err == ERR_PROTO   ? "a name with a slash in it"
			: err == ERR_LIMIT ? "too many entries"
					   : err_text(err));
}

static void reply_open(struct sftp_list *list, const struct sftp_reply *reply)
{
	if (reply->type != SFTP_HANDLE) {
		fail_status(list, reply);
		return;
	}
	memcpy(list->handle, reply->text.ptr, reply->text.len);
	list->handle_len = reply->text.len;
	sm_move(&list->op.sm, READ);
	ask_more(list);
}

static void on_start(struct sftp_job *job)
{
	struct sftp_list *list = list_of(job);

	if (list->op.sm.state == QUEUED)
		sm_move(&list->op.sm, OPEN);
	sftp_ask_path(job, SFTP_OPENDIR, path(list), 0);
}

static void on_reply(struct sftp_job *job, enum sftp_type asked, uint64_t tag,
	struct sftp_reply *reply)
{
	struct sftp_list *list = list_of(job);

	(void)tag;
	if (list->op.sm.state == OPEN)
		reply_open(list, reply);
	else if (list->op.sm.state == READ)
		reply_read(list, reply);
	else if (asked == SFTP_CLOSE)
		finish(list);
}

static void on_lost(struct sftp_job *job, const struct diag *why)
{
	struct sftp_list *list = list_of(job);

	if (list->op.sm.state != CLOSE) /* else all that matters was read */
		op_fail(&list->op, why);
	finish(list);
}

static void on_deadline(struct timer *t)
{
	struct sftp_list *list = container_of(t, struct sftp_list, deadline);

	if (list->op.sm.state == CLOSE)
		finish(list);
	else
		fail_with(list, ERR_TIMEOUT, "not done in time");
}

static void on_cancel(struct op *op)
{
	struct sftp_list *list = container_of(op, struct sftp_list, op);

	if (list->op.sm.state != CLOSE)
		fail_with(list, ERR_CANCELED, "canceled");
}

static const struct sftp_job_calls list_calls = {
	.start = on_start,
	.reply = on_reply,
	.lost = on_lost,
	.restartable = true,
};

enum err sftp_list_start(struct sftp_list *list, op_done_fn done)
{
	struct loop *loop = sftp_pool_loop(list->in.pool);

	*list = (struct sftp_list){ .in = list->in };
	list->job.calls = &list_calls;
	list->job.op = &list->op;
	if (sftp_check_path(path(list), &list->op.why) != ERR_OK ||
		sftp_pool_submit(list->in.pool, list->in.target, &list->job,
			&list->op.why) != ERR_OK)
		return list->op.why.code;
	op_begin(&list->op, loop, done, on_cancel);
	sm_init(&list->op.sm, "sftp_list", list->in.who, list_states);
	timer_set(loop, &list->deadline,
		list->in.deadline_ms > 0 ? list->in.deadline_ms : DEADLINE_MS,
		on_deadline);
	return ERR_OK;
}
