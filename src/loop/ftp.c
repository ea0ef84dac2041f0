#include "sluice/loop/ftp.h"

#include <stdlib.h>

#include "ftp_mlsd.h"
#include "ftp_private.h"
#include "op_private.h"
#include "sluice/base/mem.h"

/* The machine:
 *
 *   QUEUED -> RUNNING -> DRAIN -> DONE
 *     |          |                 ^
 *     +----------+-----------------+
 *
 * RUNNING has a lane, whose thread may be ahead of what was delivered; in
 * DRAIN the thread has ended and the rest is delivered. */
enum {
	QUEUED,
	RUNNING,
	DRAIN,
	DONE,
	STATE_COUNT
};

#define TO(s) SM_BIT(s)
static const struct sm_state ftp_states[STATE_COUNT] = {
	[QUEUED] = { "queued", TO(RUNNING) | TO(DONE) },
	[RUNNING] = { "running", TO(DRAIN) | TO(DONE) },
	[DRAIN] = { "drain", TO(DONE) },
	[DONE] = { "done", 0 },
};
#undef TO

#define ENTRIES_DEFAULT 1000000
#define PIECE           (32u << 10)  /* to the sink at once */
#define TURN            (128u << 10) /* then the loop may do other things */

static const struct {
	const char *name;  /* of the machine */
	const char *doing; /* for messages */
	bool changes_something;
} actions[] = {
	[FTP_LIST] = { "ftp_list", "list", false },
	[FTP_GET] = { "ftp_get", "get", false },
	[FTP_STAT] = { "ftp_stat", "look at", false },
	[FTP_RENAME] = { "ftp_rename", "rename", true },
	[FTP_REMOVE] = { "ftp_remove", "remove", true },
	[FTP_MKDIR] = { "ftp_mkdir", "make folder", true },
	[FTP_PUT] = { "ftp_put", "put", true },
};

static const char *path(const struct ftp_call *call)
{
	return call->in.path[0] != '\0' ? call->in.path : ".";
}

static void wrap(struct ftp_work *work, struct diag *why)
{
	const struct ftp_target *target = work->dest->target;

	diag_wrap(why, "%s %s", actions[work->call->in.action].doing,
		path(work->call));
	diag_wrap(why, "%s %s", target->tls == FTP_TLS_NONE ? "ftp" : "ftps",
		target->name);
}

/* --- the ways out --------------------------------------------------------- */

static void finish(struct ftp_work *work)
{
	struct ftp_call *call = work->call;

	timer_stop(call->op.loop, &work->deadline);
	loop_undefer(&work->wakeup);
	if (work->reason.code != ERR_OK)
		op_fail(&call->op, &work->reason);
	ftp_pool_leave(work);
	buf_release(&work->front);
	buf_release(&work->line);
	free(work);
	call->work = NULL;
	sm_move(&call->op.sm, DONE);
	op_finish(&call->op); /* may free call: nothing may follow */
}

/* Once the thread has ended.  What was asked of the server and answered has
 * happened, whatever else went wrong meanwhile. */
static void take_result(struct ftp_work *work)
{
	struct ftp_call *call = work->call;
	struct ftp_lane *lane = work->lane;
	enum err result = lane->why.code;

	for (int i = 0; i < FTP_STAGE_COUNT; i++)
		if (lane->talk.reached[i] != 0)
			call->reached_ms[i] =
				1 +
				(lane->talk.reached[i] - lane->began) / 1000000;
	if (work->enough ||
		(work->reason.code != ERR_OK && result != ERR_UNKNOWN &&
			!(actions[call->in.action].changes_something &&
				result == ERR_OK)))
		return;
	work->reason = lane->why;
	if (result != ERR_OK)
		wrap(work, &work->reason);
}

/* Ends it at once, or asks the thread to end. */
static void stop(struct ftp_work *work, enum err e, const char *text)
{
	if (work->reason.code == ERR_OK) {
		diag_set(&work->reason, e, "%s", text);
		wrap(work, &work->reason);
	}
	if (work->lane != NULL && !work->ended)
		ftp_lane_stop(work->lane);
	else
		finish(work);
}

static void on_deadline(struct timer *t)
{
	stop(container_of(t, struct ftp_work, deadline), ERR_TIMEOUT,
		"not done in time");
}

static void on_cancel(struct op *op)
{
	stop(container_of(op, struct ftp_call, op)->work, ERR_CANCELED,
		"canceled");
}

/* --- delivering ----------------------------------------------------------- */

static enum err tell(struct ftp_work *work, struct str line, struct diag *why)
{
	struct ftp_call *call = work->call;
	struct ftp_entry entry;
	size_t max = call->in.max_entries > 0 ? call->in.max_entries
					      : ENTRIES_DEFAULT;
	enum err e;

	if (line.len > 0 && line.ptr[line.len - 1] == '\r')
		line.len--;
	if (line.len == 0)
		return ERR_OK;
	e = ftp_mlsd_read(line, &entry, why);
	if (e != ERR_OK || entry.skip)
		return e;
	if (call->entries == max)
		return diag_set(why, ERR_LIMIT,
			"the folder has more than %zu entries", max);
	call->entries++;
	e = call->in.entry(call->in.arg, entry.name, &entry.attrs);
	return e == ERR_OK ? e : diag_set(why, e, "%s", err_text(e));
}

static enum err end_line(struct ftp_work *work, struct diag *why)
{
	enum err e;

	if (work->line.full)
		return diag_set(why, ERR_PROTO,
			"a line of the listing is longer than %u bytes",
			FTP_LINE_MAX);
	e = tell(work, buf_view(&work->line), why);
	buf_clear(&work->line);
	return e;
}

static enum err feed_list(
	struct ftp_work *work, struct str data, struct diag *why)
{
	while (data.len > 0) {
		const char *end = memchr(data.ptr, '\n', data.len);
		size_t len = end != NULL ? (size_t)(end - data.ptr) : data.len;

		buf_put(&work->line, data.ptr, len);
		if (end == NULL)
			return work->line.full ? end_line(work, why) : ERR_OK;
		if (end_line(work, why) != ERR_OK)
			return why->code;
		data = (struct str){ end + 1, data.len - len - 1 };
	}
	return ERR_OK;
}

static enum err feed_get(
	struct ftp_work *work, struct str data, struct diag *why)
{
	struct ftp_call *call = work->call;
	enum err e;

	if (call->in.limit > 0 && data.len >= call->in.limit - call->received) {
		data.len = (size_t)(call->in.limit - call->received);
		work->enough = true;
	}
	call->received += data.len;
	e = data.len > 0 ? call->in.sink(call->in.arg, data.ptr, data.len)
			 : ERR_OK;
	return e == ERR_OK ? e : diag_set(why, e, "%s", err_text(e));
}

static bool is_over(const struct ftp_work *work)
{
	return work->reason.code != ERR_OK || work->enough;
}

static void feed(struct ftp_work *work)
{
	struct diag why;
	struct str data = buf_view(&work->front);
	enum err e;

	data.ptr += work->delivered;
	data.len -= work->delivered;
	if (data.len > PIECE)
		data.len = PIECE;
	work->delivered += data.len;
	e = work->call->in.action == FTP_LIST ? feed_list(work, data, &why)
					      : feed_get(work, data, &why);
	if (e != ERR_OK) {
		wrap(work, &why);
		work->reason = why;
	}
	if (is_over(work) && !work->ended)
		ftp_lane_stop(work->lane);
}

static void on_wakeup(struct deferred *d)
{
	ftp_work_look(container_of(d, struct ftp_work, wakeup));
}

/* More bytes from the lane.  False: there are none (for now). */
static bool refill(struct ftp_work *work)
{
	struct ftp_lane *lane = work->lane;
	struct ftp_call *call = work->call;

	buf_clear(&work->front);
	work->delivered = 0;
	if (work->ended)
		return false;
	if (ftp_lane_take(lane, &work->front)) {
		work->ended = true;
		call->attrs = lane->attrs;
		take_result(work);
		sm_move(&call->op.sm, DRAIN);
	} else if (work->front.len > 0 && call->received == 0) {
		call->attrs = lane->attrs; /* set before the first byte */
	}
	return work->front.len > 0;
}

/* A line without an end is one, too. */
static void end_listing(struct ftp_work *work)
{
	struct diag why;

	if (work->line.len == 0 || is_over(work) ||
		end_line(work, &why) == ERR_OK)
		return;
	wrap(work, &why);
	work->reason = why;
}

void ftp_work_look(struct ftp_work *work)
{
	size_t fed = 0;

	for (;;) {
		if (is_over(work)) /* the rest is of no interest */
			work->delivered = work->front.len;
		if (work->delivered == work->front.len) {
			if (!refill(work))
				break;
		} else if (work->paused) {
			return;
		} else if (fed >= TURN) {
			loop_defer(
				work->call->op.loop, &work->wakeup, on_wakeup);
			return;
		} else {
			feed(work);
			fed += PIECE;
		}
	}
	if (!work->ended)
		return; /* until the thread has more */
	end_listing(work);
	finish(work);
}

/* --- start ---------------------------------------------------------------- */

void ftp_work_begin(struct ftp_work *work, struct ftp_lane *lane)
{
	struct diag why;

	if (ftp_lane_begin(lane, work, &why) != ERR_OK) {
		stop(work, why.code, why.text);
		return;
	}
	work->lane = lane;
	sm_move(&work->call->op.sm, RUNNING);
}

/* Control characters would end the command and begin another. */
static enum err check(const char *what, const char *text, struct diag *why)
{
	if (text == NULL)
		return ERR_OK;
	for (const char *p = text; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7F)
			return diag_set(why, ERR_INVALID,
				"%s has a control character", what);
	if (strlen(text) > FTP_PATH_MAX)
		return diag_set(why, ERR_INVALID, "%s has %zu characters", what,
			strlen(text));
	return ERR_OK;
}

static enum err check_all(const struct ftp_call_in *in, struct diag *why)
{
	if (check("the path", in->path, why) != ERR_OK ||
		check("the new path", in->to, why) != ERR_OK ||
		check("the user name", in->target->username, why) != ERR_OK ||
		check("the password", in->target->password, why) != ERR_OK)
		return why->code;
	if (in->path[0] == '\0' && in->action != FTP_LIST)
		return diag_set(why, ERR_INVALID, "the path is empty");
	return ERR_OK;
}

enum err ftp_call_start(struct ftp_call *call, op_done_fn done)
{
	struct ftp_work *work;

	*call = (struct ftp_call){ .in = call->in };
	if (check_all(&call->in, &call->op.why) != ERR_OK)
		return call->op.why.code;
	work = mem_alloc(sizeof *work);
	list_init(&work->link);
	work->call = call;
	work->front = buf_make(FTP_AHEAD_CAP);
	work->line = buf_make(FTP_LINE_MAX);
	if (ftp_pool_submit(call->in.pool, call->in.target, work,
		    &call->op.why) != ERR_OK) {
		free(work);
		return call->op.why.code;
	}
	op_begin(&call->op, ftp_pool_loop(call->in.pool), done, on_cancel);
	call->work = work;
	call->in.target = NULL; /* may be gone from now on */
	sm_init(&call->op.sm, actions[call->in.action].name, call->in.who,
		ftp_states);
	if (call->in.deadline_ms > 0)
		timer_set(call->op.loop, &work->deadline, call->in.deadline_ms,
			on_deadline);
	return ERR_OK;
}

void ftp_call_pause(struct ftp_call *call)
{
	if (call->work != NULL)
		call->work->paused = true;
}

void ftp_call_resume(struct ftp_call *call)
{
	if (call->work == NULL || !call->work->paused)
		return;
	call->work->paused = false;
	if (call->op.sm.state != QUEUED)
		loop_defer(call->op.loop, &call->work->wakeup, on_wakeup);
}
