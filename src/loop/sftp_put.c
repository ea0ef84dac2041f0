#include "sluice/loop/sftp_put.h"

#include <stdlib.h>
#include <string.h>

#include "op_private.h"
#include "sftp_pool_private.h"
#include "sftp_publish.h"
#include "sluice/base/mem.h"

/* The machine:
 *
 *   QUEUED -> OPEN -> WRITE -> CHECK -> PUBLISH -> DONE
 *     |       |  ^      |  |     |        | ^ |      ^
 *     |       v  |      |  +-----|--------|-+ |      |
 *     |     FOLDER      |        |        |   |      |
 *     |       |         v        v        v   |      |
 *     +-------+-------------> CLEANUP --------+------+
 *
 * WRITE sends everything at once: the writes as far as there is room, behind
 * them fsync, fstat and close; it ends when all of that is answered.  CHECK,
 * only when fstat showed another size, looks again by name after the close.
 *
 * PUBLISH (sftp_publish.h) is the commit point: a cancel is no longer honoured
 * there, since it would report a lie.
 *
 * CLEANUP waits for what is outstanding, closes and removes the temporary
 * file, as far as the session lives, within the target's close limit. */
enum {
	QUEUED,
	OPEN,
	FOLDER,
	WRITE,
	CHECK,
	PUBLISH,
	CLEANUP,
	DONE,
	STATE_COUNT,
	COMMIT = PUBLISH
};

#define TO(s) SM_BIT(s)
static const struct sm_state put_states[STATE_COUNT] = {
	[QUEUED] = { "queued", TO(OPEN) | TO(CLEANUP) },
	[OPEN] = { "open", TO(WRITE) | TO(FOLDER) | TO(CLEANUP) },
	[FOLDER] = { "folder", TO(OPEN) | TO(CLEANUP) },
	[WRITE] = { "write", TO(CHECK) | TO(PUBLISH) | TO(CLEANUP) },
	[CHECK] = { "check", TO(PUBLISH) | TO(CLEANUP) },
	[PUBLISH] = { "publish", TO(CLEANUP) | TO(DONE) },
	[CLEANUP] = { "cleanup", TO(DONE) },
	[DONE] = { "done", 0 },
};
#undef TO

#define LEFTOVER    1 /* the tag of its removal */
#define BIG         (1024 * 1024)
#define DEADLINE_MS (15 * 60 * 1000)
#define PERMISSIONS 07777u

static struct sftp_put *put_of(struct sftp_job *job)
{
	return container_of(job, struct sftp_put, job);
}

static int state(const struct sftp_put *put)
{
	return put->op.sm.state;
}

static struct str handle(const struct sftp_put *put)
{
	return (struct str){ put->handle, put->handle_len };
}

static const struct ssh_timeouts *timeouts(const struct sftp_put *put)
{
	return &sftp_job_target(&put->job)->timeouts;
}

/* --- the ways out -------------------------------------------------------- */

static void finish(struct sftp_put *put)
{
	timer_stop(put->op.loop, &put->deadline);
	sftp_pool_leave(&put->job);
	sftp_publish_destroy(put->publish);
	free(put->folder);
	put->publish = NULL;
	put->folder = NULL;
	sm_move(&put->op.sm, DONE);
	op_finish(&put->op); /* may free put: nothing may follow */
}

static void on_deadline(struct timer *t);

/* One thing after the other, each waiting for what is outstanding. */
static void clean(struct sftp_put *put)
{
	if (put->job.outstanding > 0)
		return;
	if (put->handle_open) {
		put->handle_open = false;
		sftp_ask_handle(&put->job, SFTP_CLOSE, handle(put), 0);
	} else if (put->temp_made && !put->removing) {
		put->removing = true;
		sftp_ask_path(&put->job, SFTP_REMOVE, put->in.temp_path, 0);
	} else {
		finish(put);
	}
}

static void fail(struct sftp_put *put, const struct diag *why)
{
	op_fail(&put->op, why);
	if (state(put) == CLEANUP)
		return;
	sm_move(&put->op.sm, CLEANUP);
	put->job.wants_room = false;
	if (put->job.client == NULL) {
		finish(put);
		return;
	}
	timer_set(put->op.loop, &put->deadline, timeouts(put)->close,
		on_deadline);
	clean(put);
}

static void wrap(struct sftp_put *put, struct diag *why)
{
	static const char *const doing[STATE_COUNT] = {
		[QUEUED] = "wait for a session to write",
		[OPEN] = "create",
		[FOLDER] = "make the folder of",
		[WRITE] = "write",
		[CHECK] = "check",
		[PUBLISH] = "rename to",
	};

	diag_wrap(why, "%s %s", doing[state(put)],
		state(put) == PUBLISH ? put->in.path : put->in.temp_path);
	if (put->job.dest != NULL)
		diag_wrap(why, "sftp %s", sftp_job_target(&put->job)->name);
}

static void fail_status(struct sftp_put *put, const struct sftp_reply *reply)
{
	struct diag why;

	sftp_status_error(reply, &why);
	wrap(put, &why);
	fail(put, &why);
}

static void fail_with(struct sftp_put *put, enum err e, const char *text)
{
	struct diag why;

	diag_set(&why, e, "%s", text);
	wrap(put, &why);
	fail(put, &why);
}

/* No answer will come to what was sent. */
static void abandon(struct sftp_put *put, const char *reason)
{
	struct diag why;

	if (sftp_publish_abandoned(put->publish, &why, reason) != ERR_OK) {
		wrap(put, &why);
		op_fail(&put->op, &why);
	}
	finish(put);
}

/* --- open, make folders -------------------------------------------------- */

static void ask_open(struct sftp_put *put)
{
	sftp_ask_open(&put->job, put->in.temp_path,
		SFTP_FXF_WRITE | SFTP_FXF_CREAT | SFTP_FXF_TRUNC,
		put->in.mode & PERMISSIONS, 0);
}

static void on_start(struct sftp_job *job)
{
	struct sftp_put *put = put_of(job);

	if (state(put) == QUEUED)
		sm_move(&put->op.sm, OPEN);
	for (size_t i = 0; i < put->in.leftover_count; i++)
		sftp_ask_path(job, SFTP_REMOVE, put->in.leftovers[i], LEFTOVER);
	ask_open(put);
}

/* The next level of the folder, from the top; false: there is none. */
static bool ask_mkdir(struct sftp_put *put)
{
	char *end;

	while (put->folder[put->folder_at] == '/')
		put->folder_at++;
	if (put->folder[put->folder_at] == '\0')
		return false;
	end = strchrnul(put->folder + put->folder_at, '/');
	put->folder_at = (size_t)(end - put->folder);
	if (*end == '\0') {
		sftp_ask_path(&put->job, SFTP_MKDIR, put->folder, 0);
		return true;
	}
	*end = '\0';
	sftp_ask_path(&put->job, SFTP_MKDIR, put->folder, 0);
	*end = '/';
	return true;
}

/* Whether a level could not be made since it exists or for another reason does
 * not matter: the second open tells. */
static void reply_folder(struct sftp_put *put)
{
	if (ask_mkdir(put))
		return;
	put->folders_made = true;
	sm_move(&put->op.sm, OPEN);
	ask_open(put);
}

static void folder_missing(struct sftp_put *put)
{
	const char *path = put->in.temp_path, *slash = strrchr(path, '/');
	struct diag why;

	if (slash != NULL && slash != path && put->in.create_folder &&
		!put->folders_made) {
		put->folder = mem_printf("%.*s", (int)(slash - path), path);
		put->folder_at = 0;
		sm_move(&put->op.sm, FOLDER);
		reply_folder(put);
		return;
	}
	diag_set(&why, ERR_REMOTE_ABSENT, "the folder %.*s does not exist%s",
		slash == NULL ? 1 : (int)(slash - path + (slash == path)),
		slash == NULL ? "." : path,
		put->folders_made ? " and can't be made"
				  : " (make it, or allow to create folders)");
	wrap(put, &why);
	fail(put, &why);
}

/* --- write, check, publish ----------------------------------------------- */

/* `len` bytes into `to`.  When the source fails there are zeros, and the file
 * will not be published. */
static bool copy_source(struct sftp_put *put, char *to, size_t len)
{
	enum err e = ERR_OK;
	size_t at = 0, got = 0;

	if (put->in.read == NULL) {
		memcpy(to, (const char *)put->in.data + put->sent, len);
		return true;
	}
	while (at < len && e == ERR_OK) {
		got = 0;
		e = put->in.read(put->in.read_arg, put->sent + at, to + at,
			len - at, &got);
		if (got == 0 || got > len - at)
			break;
		at += got;
	}
	if (at == len && e == ERR_OK)
		return true;
	memset(to + at, 0, len - at);
	fail_with(put, e != ERR_OK ? e : ERR_IO,
		e != ERR_OK ? err_text(e) : "the source ended too early");
	return false;
}

static void ask_finish(struct sftp_put *put)
{
	put->finishing = true;
	put->handle_open = false;
	if (put->in.fsync && put->job.client->has_fsync)
		sftp_ask_fsync(&put->job, handle(put), 0);
	sftp_ask_handle(&put->job, SFTP_FSTAT, handle(put), 0);
	sftp_ask_handle(&put->job, SFTP_CLOSE, handle(put), 0);
}

static void write_more(struct sftp_put *put)
{
	uint64_t left;

	while ((left = put->in.len - put->sent) > 0) {
		uint32_t max = put->job.client->write_max;
		uint32_t n = left < max ? (uint32_t)left : max;

		if (!sftp_client_has_room(put->job.client)) {
			put->job.wants_room = true;
			return;
		}
		if (!copy_source(put,
			    sftp_ask_write(
				    &put->job, handle(put), put->sent, n, 0),
			    n))
			return;
		put->sent += n;
	}
	ask_finish(put);
}

static void on_room(struct sftp_job *job)
{
	write_more(put_of(job));
}

static void take_handle(struct sftp_put *put, const struct sftp_reply *reply)
{
	memcpy(put->handle, reply->text.ptr, reply->text.len);
	put->handle_len = reply->text.len;
	put->handle_open = put->temp_made = true;
}

static void reply_open(struct sftp_put *put, const struct sftp_reply *reply)
{
	if (reply->type == SFTP_HANDLE) {
		take_handle(put, reply);
		sm_move(&put->op.sm, WRITE);
		write_more(put);
	} else if (reply->code == SFTP_FX_NO_SUCH_FILE) {
		folder_missing(put);
	} else {
		fail_status(put, reply);
	}
}

static void publish(struct sftp_put *put)
{
	sm_move(&put->op.sm, PUBLISH);
	put->publish = sftp_publish_start(
		&put->job, put->in.temp_path, put->in.path, put->in.who);
}

static void end_write(struct sftp_put *put)
{
	if (!put->finishing || put->job.outstanding > 0)
		return;
	if (!put->size_differs) {
		publish(put);
		return;
	}
	sm_move(&put->op.sm, CHECK);
	sftp_ask_path(&put->job, SFTP_STAT, put->in.temp_path, 0);
}

static void reply_write(struct sftp_put *put, enum sftp_type asked,
	const struct sftp_reply *reply)
{
	/* fstat is only a hint: some servers can't, some look too early */
	if (asked == SFTP_FSTAT)
		put->size_differs = reply->type != SFTP_ATTRS ||
				    !reply->attrs.has_size ||
				    reply->attrs.size != put->in.len;
	else if (reply->code != SFTP_FX_OK) {
		fail_status(put, reply);
		return;
	}
	end_write(put);
}

static void reply_leftover(struct sftp_put *put)
{
	/* it is gone, or was never there, or does no harm */
	if (state(put) == WRITE)
		end_write(put);
	else if (state(put) == CLEANUP)
		clean(put);
}

static void reply_check(struct sftp_put *put, const struct sftp_reply *reply)
{
	const struct sftp_attrs *a = &reply->attrs;
	struct diag why;

	if (reply->type != SFTP_ATTRS) {
		fail_status(put, reply);
	} else if (a->has_size && a->size != put->in.len) {
		diag_set(&why, ERR_REMOTE_SIZE,
			"the server has %llu bytes of %llu",
			(unsigned long long)a->size,
			(unsigned long long)put->in.len);
		wrap(put, &why);
		fail(put, &why);
	} else {
		publish(put);
	}
}

static void reply_publish(struct sftp_put *put, const struct sftp_reply *reply)
{
	struct diag why;

	if (!sftp_publish_reply(put->publish, reply, &why))
		return;
	if (why.code == ERR_OK) {
		finish(put);
		return;
	}
	wrap(put, &why);
	fail(put, &why);
}

/* --- callbacks ----------------------------------------------------------- */

static void on_reply(struct sftp_job *job, enum sftp_type asked, uint64_t tag,
	struct sftp_reply *reply)
{
	struct sftp_put *put = put_of(job);

	if (tag == LEFTOVER) {
		reply_leftover(put);
		return;
	}
	switch (state(put)) {
	case OPEN:
		reply_open(put, reply);
		break;
	case FOLDER:
		reply_folder(put);
		break;
	case WRITE:
		reply_write(put, asked, reply);
		break;
	case CHECK:
		reply_check(put, reply);
		break;
	case PUBLISH:
		reply_publish(put, reply);
		break;
	default: /* CLEANUP */
		if (asked == SFTP_OPEN && reply->type == SFTP_HANDLE)
			take_handle(put, reply);
		clean(put);
	}
}

static void on_lost(struct sftp_job *job, const struct diag *why)
{
	struct sftp_put *put = put_of(job);

	if (state(put) == PUBLISH) {
		abandon(put, why->text);
		return;
	}
	op_fail(&put->op, why);
	if (state(put) != CLEANUP)
		sm_move(&put->op.sm, CLEANUP);
	finish(put);
}

static void on_deadline(struct timer *t)
{
	struct sftp_put *put = container_of(t, struct sftp_put, deadline);

	if (state(put) == CLEANUP)
		finish(put);
	else if (state(put) >= COMMIT)
		abandon(put, "no answer in time");
	else
		fail_with(put, ERR_TIMEOUT, "not done in time");
}

static void on_cancel(struct op *op)
{
	struct sftp_put *put = container_of(op, struct sftp_put, op);

	if (state(put) < COMMIT)
		fail_with(put, ERR_CANCELED, "canceled");
}

static const struct sftp_job_calls put_calls = {
	.start = on_start,
	.reply = on_reply,
	.room = on_room,
	.lost = on_lost,
	.restartable = true, /* only the open (and removals) were sent */
};

enum err sftp_put_start(struct sftp_put *put, op_done_fn done)
{
	struct loop *loop = sftp_pool_loop(put->in.pool);

	*put = (struct sftp_put){ .in = put->in };
	put->job.calls = &put_calls;
	put->job.op = &put->op;
	put->job.big = put->in.len > BIG;
	if (sftp_check_path(put->in.temp_path, &put->op.why) != ERR_OK ||
		sftp_check_path(put->in.path, &put->op.why) != ERR_OK ||
		sftp_pool_submit(put->in.pool, put->in.target, &put->job,
			&put->op.why) != ERR_OK)
		return put->op.why.code;
	op_begin(&put->op, loop, done, on_cancel);
	sm_init(&put->op.sm, "sftp_put", put->in.who, put_states);
	timer_set(loop, &put->deadline,
		put->in.deadline_ms > 0 ? put->in.deadline_ms : DEADLINE_MS,
		on_deadline);
	return ERR_OK;
}
