#include "sluice/loop/sftp_get.h"

#include <stdlib.h>
#include <string.h>

#include "op_private.h"
#include "sftp_pool_private.h"
#include "sluice/base/mem.h"
#include "sluice/base/must.h"

/* The machine:
 *
 *   QUEUED -> OPEN -> READ -> CLOSE -> DONE
 *     |        |                        ^
 *     +--------+------------------------+
 *
 * READ keeps a ring of chunks, each a run of bytes that was asked for.  What
 * arrives for the oldest one goes to the sink straight out of the packet; what
 * arrives out of order, or while paused, is kept.  A short answer is asked for
 * again from where it ended; "end of file" for the oldest chunk ends it.
 *
 * A failure in READ closes the handle like success does.  Before that the
 * operation leaves at once; the client closes a handle that arrives late. */
enum {
	QUEUED,
	OPEN,
	READ,
	CLOSE,
	DONE,
	STATE_COUNT
};

#define TO(s) SM_BIT(s)
static const struct sm_state get_states[STATE_COUNT] = {
	[QUEUED] = { "queued", TO(OPEN) | TO(DONE) },
	[OPEN] = { "open", TO(READ) | TO(DONE) },
	[READ] = { "read", TO(CLOSE) | TO(DONE) },
	[CLOSE] = { "close", TO(DONE) },
	[DONE] = { "done", 0 },
};
#undef TO

#define WINDOW        (4 * 1024 * 1024)
#define BIG           (1024 * 1024)
#define ALLOWED_FIRST 2
#define ASK_MIN       4096u
#define TAG_FSTAT     UINT64_MAX

struct sftp_get_chunk {
	uint64_t offset; /* of what is still to be given to the sink */
	uint32_t want;   /* bytes from there to the end of the chunk */
	uint32_t have;   /* kept in data */
	bool at_end;     /* the server has nothing at offset + have */
	bool asked;      /* an answer is to come */
	char *data;      /* owned; NULL: nothing kept */
};

static struct sftp_get *get_of(struct sftp_job *job)
{
	return container_of(job, struct sftp_get, job);
}

static struct str handle(const struct sftp_get *get)
{
	return (struct str){ get->handle, get->handle_len };
}

static struct sftp_get_chunk *oldest(struct sftp_get *get)
{
	return &get->chunks[get->first];
}

/* --- the ways out -------------------------------------------------------- */

static void finish(struct sftp_get *get)
{
	timer_stop(get->op.loop, &get->deadline);
	loop_undefer(&get->resumed);
	sftp_pool_leave(&get->job);
	for (unsigned i = 0; i < get->chunk_count; i++)
		free(get->chunks[i].data);
	free(get->chunks);
	get->chunks = NULL;
	get->chunk_count = 0;
	sm_move(&get->op.sm, DONE);
	op_finish(&get->op); /* may free get: nothing may follow */
}

static void on_deadline(struct timer *t);

/* The answers to come are waited for, but no longer than the close limit. */
static void close_handle(struct sftp_get *get)
{
	sm_move(&get->op.sm, CLOSE);
	get->job.wants_room = false;
	timer_set(get->op.loop, &get->deadline,
		sftp_job_target(&get->job)->timeouts.close, on_deadline);
	sftp_ask_handle(&get->job, SFTP_CLOSE, handle(get), 0);
}

static void fail(struct sftp_get *get, struct diag *why)
{
	diag_wrap(why, "read %s", get->in.path);
	if (get->job.dest != NULL)
		diag_wrap(why, "sftp %s", sftp_job_target(&get->job)->name);
	op_fail(&get->op, why);
	if (get->op.sm.state == READ)
		close_handle(get);
	else
		finish(get);
}

static void fail_with(struct sftp_get *get, enum err e, const char *text)
{
	struct diag why;

	diag_set(&why, e, "%s", text);
	fail(get, &why);
}

static void fail_status(struct sftp_get *get, const struct sftp_reply *reply)
{
	struct diag why;

	sftp_status_error(reply, &why);
	fail(get, &why);
}

/* --- asking -------------------------------------------------------------- */

static void ask_chunk(struct sftp_get *get, struct sftp_get_chunk *c)
{
	c->asked = true;
	sftp_ask_read(&get->job, handle(get), c->offset + c->have,
		c->want - c->have, (uint64_t)(c - get->chunks));
}

/* Past the size that fstat told, one chunk at a time looks for the end. */
static bool may_ask(const struct sftp_get *get)
{
	bool past = get->attrs.has_size && get->asked_to >= get->attrs.size;

	if (get->paused || get->at_end)
		return false;
	if (get->in.limit > 0 && get->asked_to >= get->in.limit)
		return false;
	return get->used < (past ? 1 : get->allowed);
}

static void ask_more(struct sftp_get *get)
{
	while (may_ask(get)) {
		struct sftp_get_chunk *c;

		if (!sftp_client_has_room(get->job.client)) {
			get->job.wants_room = true;
			return;
		}
		c = &get->chunks[(get->first + get->used) % get->chunk_count];
		free(c->data);
		*c = (struct sftp_get_chunk){
			.offset = get->asked_to,
			.want = get->ask,
		};
		get->used++;
		get->asked_to += get->ask;
		ask_chunk(get, c);
	}
}

static void on_room(struct sftp_job *job)
{
	ask_more(get_of(job));
}

/* --- giving to the sink -------------------------------------------------- */

/* Everything was given: was it everything? */
static void complete(struct sftp_get *get)
{
	struct diag why;

	if (!get->attrs.has_size || get->received >= get->attrs.size ||
		get->in.limit > 0) {
		close_handle(get);
		return;
	}
	diag_set(&why, ERR_REMOTE_SIZE,
		"it ended after %llu bytes of %llu (is it being written?)",
		(unsigned long long)get->received,
		(unsigned long long)get->attrs.size);
	fail(get, &why);
}

/* False: the sink failed, and so has the operation. */
static bool give(struct sftp_get *get, const char *data, size_t len)
{
	enum err e;

	if (get->in.limit > 0 && len > get->in.limit - get->received)
		len = (size_t)(get->in.limit - get->received);
	if (len == 0)
		return true;
	get->received += len;
	e = get->in.sink(get->in.sink_arg, data, len);
	if (e == ERR_OK)
		return true;
	fail_with(get, e, err_text(e));
	return false;
}

static bool is_complete(const struct sftp_get *get)
{
	return get->in.limit > 0 && get->received >= get->in.limit;
}

/* The oldest chunk is done with: the next one, and one more may be asked. */
static void retire_oldest(struct sftp_get *get)
{
	struct sftp_get_chunk *c = oldest(get);

	free(c->data);
	*c = (struct sftp_get_chunk){ 0 };
	get->first = (get->first + 1) % get->chunk_count;
	get->used--;
	if (get->allowed < get->chunk_count)
		get->allowed++;
}

/* What the oldest chunks hold, to the sink, as far as there is any. */
static void deliver(struct sftp_get *get)
{
	while (!get->paused && get->used > 0 && !is_complete(get)) {
		struct sftp_get_chunk *c = oldest(get);
		uint32_t n = c->have;

		if (n == 0 && !c->at_end)
			break; /* nothing came for it yet */
		c->have = 0;
		c->offset += n;
		c->want -= n;
		if (n > 0 && !give(get, c->data, n))
			return;
		if (c->at_end) {
			get->at_end = true;
			get->used = 0;
			break;
		}
		if (c->want > 0)
			break; /* the rest was asked for again */
		retire_oldest(get);
	}
	if (is_complete(get) || (get->at_end && !get->paused && get->used == 0))
		complete(get);
	else
		ask_more(get);
}

/* --- answers ------------------------------------------------------------- */

static void keep(struct sftp_get_chunk *c, struct str data)
{
	if (c->data == NULL)
		c->data = mem_resize(NULL, c->want);
	memcpy(c->data + c->have, data.ptr, data.len);
	c->have += (uint32_t)data.len;
}

/* A server that gives less than was asked for will do so again. */
static void learn_size(struct sftp_get *get, size_t got, uint32_t wanted)
{
	bool before_end =
		get->attrs.has_size && get->asked_to <= get->attrs.size;

	if (got < wanted && got >= ASK_MIN && before_end && got < get->ask)
		get->ask = (uint32_t)got;
}

/* A short answer that ends where fstat saw the end needs no question after the
 * end.  (A size of 0 says nothing: files that are made up have it.) */
static bool reached_size(
	const struct sftp_get *get, const struct sftp_get_chunk *c)
{
	return get->attrs.has_size && get->attrs.size > 0 &&
	       c->offset + c->have >= get->attrs.size;
}

static void take_data(
	struct sftp_get *get, struct sftp_get_chunk *c, struct str data)
{
	uint32_t wanted = c->want - c->have;

	if (data.len == 0) { /* some servers say "end" that way */
		c->at_end = true;
		deliver(get);
		return;
	}
	learn_size(get, data.len, wanted);
	if (c == oldest(get) && c->have == 0 && !get->paused) {
		c->offset += data.len;
		c->want -= (uint32_t)data.len;
		if (!give(get, data.ptr, data.len))
			return;
		if (c->want == 0)
			retire_oldest(get);
	} else {
		keep(c, data);
	}
	if (data.len < wanted && c->want > c->have) {
		if (reached_size(get, c))
			c->at_end = true;
		else
			ask_chunk(get, c);
	}
	deliver(get);
}

static void reply_read(
	struct sftp_get *get, uint64_t tag, const struct sftp_reply *reply)
{
	struct sftp_get_chunk *c;

	if (tag == TAG_FSTAT) {
		if (reply->type == SFTP_ATTRS)
			get->attrs = reply->attrs;
		return;
	}
	c = &get->chunks[tag];
	if (!c->asked)
		return; /* behind the end */
	c->asked = false;
	if (reply->type == SFTP_DATA) {
		take_data(get, c, reply->text);
	} else if (reply->code == SFTP_FX_EOF) {
		c->at_end = true;
		deliver(get);
	} else {
		fail_status(get, reply);
	}
}

static void reply_open(struct sftp_get *get, const struct sftp_reply *reply)
{
	size_t window = get->in.window > 0 ? get->in.window : WINDOW;

	if (reply->type != SFTP_HANDLE) {
		fail_status(get, reply);
		return;
	}
	memcpy(get->handle, reply->text.ptr, reply->text.len);
	get->handle_len = reply->text.len;
	get->ask = get->job.client->read_max;
	get->chunk_count = (unsigned)(window / get->ask);
	if (get->chunk_count < ALLOWED_FIRST)
		get->chunk_count = ALLOWED_FIRST;
	get->chunks = mem_alloc(get->chunk_count * sizeof *get->chunks);
	get->allowed = ALLOWED_FIRST;
	sm_move(&get->op.sm, READ);
	sftp_ask_handle(&get->job, SFTP_FSTAT, handle(get), TAG_FSTAT);
	ask_more(get);
}

/* --- callbacks ----------------------------------------------------------- */

static void on_start(struct sftp_job *job)
{
	struct sftp_get *get = get_of(job);

	if (get->op.sm.state == QUEUED)
		sm_move(&get->op.sm, OPEN);
	sftp_ask_open(job, get->in.path, SFTP_FXF_READ, 0, 0);
}

static void on_reply(struct sftp_job *job, enum sftp_type asked, uint64_t tag,
	struct sftp_reply *reply)
{
	struct sftp_get *get = get_of(job);

	if (get->op.sm.state == OPEN)
		reply_open(get, reply);
	else if (get->op.sm.state == READ)
		reply_read(get, tag, reply);
	else if (asked == SFTP_CLOSE)
		finish(get);
}

static void on_lost(struct sftp_job *job, const struct diag *why)
{
	struct sftp_get *get = get_of(job);

	if (get->op.sm.state != CLOSE) /* else all that matters was read */
		op_fail(&get->op, why);
	finish(get);
}

static void on_deadline(struct timer *t)
{
	struct sftp_get *get = container_of(t, struct sftp_get, deadline);

	if (get->op.sm.state == CLOSE)
		finish(get);
	else
		fail_with(get, ERR_TIMEOUT, "not done in time");
}

static void on_cancel(struct op *op)
{
	struct sftp_get *get = container_of(op, struct sftp_get, op);

	if (get->op.sm.state != CLOSE)
		fail_with(get, ERR_CANCELED, "canceled");
}

static const struct sftp_job_calls get_calls = {
	.start = on_start,
	.reply = on_reply,
	.room = on_room,
	.lost = on_lost,
	.restartable = true,
};

enum err sftp_get_start(struct sftp_get *get, op_done_fn done)
{
	struct loop *loop = sftp_pool_loop(get->in.pool);

	*get = (struct sftp_get){ .in = get->in };
	get->job.calls = &get_calls;
	get->job.op = &get->op;
	get->job.big = get->in.size_hint == 0 || get->in.size_hint > BIG;
	if (sftp_check_path(get->in.path, &get->op.why) != ERR_OK ||
		sftp_pool_submit(get->in.pool, get->in.target, &get->job,
			&get->op.why) != ERR_OK)
		return get->op.why.code;
	op_begin(&get->op, loop, done, on_cancel);
	sm_init(&get->op.sm, "sftp_get", get->in.who, get_states);
	if (get->in.deadline_ms > 0)
		timer_set(
			loop, &get->deadline, get->in.deadline_ms, on_deadline);
	return ERR_OK;
}

void sftp_get_pause(struct sftp_get *get)
{
	get->paused = true;
}

static void on_resumed(struct deferred *d)
{
	struct sftp_get *get = container_of(d, struct sftp_get, resumed);

	if (get->op.sm.state == READ && !get->paused)
		deliver(get);
}

void sftp_get_resume(struct sftp_get *get)
{
	if (!get->paused)
		return;
	get->paused = false;
	loop_defer(get->op.loop, &get->resumed, on_resumed);
}
