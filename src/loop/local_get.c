#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "op_private.h"
#include "pool_call.h"
#include "sluice/base/clock.h"
#include "sluice/base/mem.h"
#include "sluice/base/must.h"
#include "sluice/loop/local_file.h"

/* The machine:
 *
 *   OPEN -> READ -> CLOSE -> DONE
 *     |                       ^
 *     +-----------------------+
 *
 * READ has two chunks: while the sink works on one, the pool reads the other.
 * The sink gets a chunk in pieces of about the size that a server sends, and
 * no longer than a slice of work may take; then the next turn goes on.
 *
 * A call in the pool can't be taken back: who leaves READ waits for it. */
enum {
	OPEN,
	READ,
	CLOSE,
	DONE,
	STATE_COUNT
};

#define TO(s) SM_BIT(s)
static const struct sm_state get_states[STATE_COUNT] = {
	[OPEN] = { "open", TO(READ) | TO(DONE) },
	[READ] = { "read", TO(CLOSE) },
	[CLOSE] = { "close", TO(DONE) },
	[DONE] = { "done", 0 },
};
#undef TO

#define CHUNK       ((size_t)256 * 1024)
#define PIECE       ((size_t)32 * 1024)
#define CHUNK_COUNT 2
#define SLICE_NS    UINT64_C(5000000)

struct chunk {
	char *data; /* owned; NULL: not used yet */
	size_t len, given;
};

struct local_get_work {
	struct local_get *get;
	struct pool_call call;
	struct timer next;  /* the next turn */
	struct deferred go; /* the next slice */
	struct chunk chunks[CHUNK_COUNT];
	unsigned first, filled; /* a ring: the oldest one, how many are full */
	uint64_t offset;        /* of the next read */
	bool paused, at_end;

	/* what the call in the pool works with */
	int fd, errnum;
	struct stat stat;
	struct chunk *reading;
};

static struct local_get_work *work_of(struct pool_call *call)
{
	return container_of(call, struct local_get_work, call);
}

/* --- in the pool ---------------------------------------------------------- */

/* A pipe's open would wait for its other end: hence O_NONBLOCK. */
static void run_open(struct pool_call *call)
{
	struct local_get_work *w = work_of(call);

	w->fd = open(w->get->in.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (w->fd >= 0 && fstat(w->fd, &w->stat) == 0)
		return;
	w->errnum = errno;
	if (w->fd >= 0)
		close(w->fd);
	w->fd = -1;
}

static void run_read(struct pool_call *call)
{
	struct local_get_work *w = work_of(call);
	ssize_t n;

	do {
		n = pread(w->fd, w->reading->data, CHUNK, (off_t)w->offset);
	} while (n < 0 && errno == EINTR);
	w->errnum = n < 0 ? errno : 0;
	w->reading->len = n < 0 ? 0 : (size_t)n;
}

static void run_close(struct pool_call *call)
{
	close(work_of(call)->fd); /* only read from: nothing to lose */
}

/* --- the ways out --------------------------------------------------------- */

static void finish(struct local_get *get)
{
	struct local_get_work *w = get->work;

	for (unsigned i = 0; i < CHUNK_COUNT; i++)
		free(w->chunks[i].data);
	free(w);
	get->work = NULL;
	sm_move(&get->op.sm, DONE);
	op_finish(&get->op); /* may free get: nothing may follow */
}

static void on_closed(struct pool_call *call)
{
	finish(work_of(call)->get);
}

static void close_file(struct local_get *get)
{
	struct local_get_work *w = get->work;

	if (get->op.sm.state == READ) {
		timer_stop(get->op.loop, &w->next);
		loop_undefer(&w->go);
		sm_move(&get->op.sm, CLOSE);
	}
	if (!w->call.busy)
		pool_call_start(get->op.loop, &w->call, run_close, on_closed);
}

static void note(struct local_get *get, enum err e, const char *text)
{
	struct diag why;

	diag_set(&why, e, "read %s: %s", get->in.path, text);
	op_fail(&get->op, &why);
}

static void fail(struct local_get *get, enum err e, const char *text)
{
	note(get, e, text);
	close_file(get);
}

/* --- reading and giving --------------------------------------------------- */

static void on_read(struct pool_call *call);

static void read_ahead(struct local_get *get)
{
	struct local_get_work *w = get->work;

	if (w->call.busy || w->at_end || w->filled == CHUNK_COUNT)
		return;
	w->reading = &w->chunks[(w->first + w->filled) % CHUNK_COUNT];
	if (w->reading->data == NULL)
		w->reading->data = mem_resize(NULL, CHUNK);
	w->reading->given = 0;
	pool_call_start(get->op.loop, &w->call, run_read, on_read);
}

static bool is_limited(const struct local_get *get)
{
	return get->in.limit > 0 && get->received >= get->in.limit;
}

/* Pause and cancel count from the very call of the sink that asks for them. */
static bool may_give(const struct local_get *get)
{
	const struct local_get_work *w = get->work;

	return !w->paused && !get->op.canceled && w->filled > 0 &&
	       !is_limited(get);
}

static size_t piece_len(const struct local_get *get, const struct chunk *c)
{
	size_t len = c->len - c->given;

	if (len > PIECE)
		len = PIECE;
	if (get->in.limit > 0 && len > get->in.limit - get->received)
		len = (size_t)(get->in.limit - get->received);
	return len;
}

/* False: the sink failed, and so has the operation. */
static bool give_piece(struct local_get *get)
{
	struct local_get_work *w = get->work;
	struct chunk *c = &w->chunks[w->first];
	const char *data = c->data + c->given;
	size_t len = piece_len(get, c);
	enum err e;

	c->given += len;
	get->received += len;
	e = get->in.sink(get->in.sink_arg, data, len);
	if (e != ERR_OK) {
		fail(get, e, err_text(e));
		return false;
	}
	if (c->given == c->len) {
		w->first = (w->first + 1) % CHUNK_COUNT;
		w->filled--;
		read_ahead(get);
	}
	return true;
}

/* Everything was given: was it everything? */
static void complete(struct local_get *get)
{
	if (is_limited(get) || get->received >= get->size)
		close_file(get);
	else
		fail(get, ERR_IO, "it was cut off while it was read");
}

static void on_next(struct timer *t);

static void deliver(struct local_get *get)
{
	struct local_get_work *w = get->work;
	uint64_t until = clock_monotonic_ns() + SLICE_NS;

	while (may_give(get)) {
		if (!give_piece(get))
			return;
		if (clock_monotonic_ns() < until)
			continue;
		timer_set(get->op.loop, &w->next, 0, on_next);
		return;
	}
	if (w->paused || get->op.canceled)
		return;
	if (is_limited(get) || (w->at_end && w->filled == 0))
		complete(get);
}

static void on_go(struct deferred *d)
{
	deliver(container_of(d, struct local_get_work, go)->get);
}

/* Not from within the timer: what a timer sets anew waits a millisecond.  Nor
 * from where a chunk arrives: a turn would then have two slices. */
static void on_next(struct timer *t)
{
	struct local_get_work *w = container_of(t, struct local_get_work, next);

	loop_defer(w->get->op.loop, &w->go, on_go);
}

static void on_read(struct pool_call *call)
{
	struct local_get_work *w = work_of(call);
	struct local_get *get = w->get;

	if (get->op.sm.state == CLOSE) {
		close_file(get);
		return;
	}
	if (w->errnum != 0) {
		fail(get, err_from_errno(w->errnum), strerror(w->errnum));
		return;
	}
	w->offset += w->reading->len;
	w->at_end = w->reading->len == 0;
	w->filled += !w->at_end;
	read_ahead(get);
	if (!timer_is_set(&w->next))
		loop_defer(get->op.loop, &w->go, on_go);
}

/* --- begin ---------------------------------------------------------------- */

static void on_open(struct pool_call *call)
{
	struct local_get_work *w = work_of(call);
	struct local_get *get = w->get;

	if (w->fd < 0) {
		note(get, err_from_errno(w->errnum), strerror(w->errnum));
		finish(get);
		return;
	}
	sm_move(&get->op.sm, READ);
	get->size = (uint64_t)w->stat.st_size;
	get->mtime_ms = (int64_t)w->stat.st_mtim.tv_sec * 1000 +
			w->stat.st_mtim.tv_nsec / 1000000;
	if (!S_ISREG(w->stat.st_mode))
		note(get, ERR_INVALID, "it is not a regular file");
	if (get->op.status != ERR_OK) /* or canceled meanwhile */
		close_file(get);
	else
		read_ahead(get);
}

static void on_cancel(struct op *op)
{
	struct local_get *get = container_of(op, struct local_get, op);

	if (op->sm.state == CLOSE)
		return; /* all that matters was read */
	note(get, ERR_CANCELED, "canceled");
	if (op->sm.state == READ)
		close_file(get);
}

enum err local_get_start(struct local_get *get, op_done_fn done)
{
	struct local_get_work *w = mem_alloc(sizeof *w);

	*get = (struct local_get){ .in = get->in, .work = w };
	w->get = get;
	op_begin(&get->op, get->in.loop, done, on_cancel);
	sm_init(&get->op.sm, "local_get", get->in.path, get_states);
	pool_call_start(get->op.loop, &w->call, run_open, on_open);
	return ERR_OK;
}

void local_get_pause(struct local_get *get)
{
	if (get->work != NULL)
		get->work->paused = true;
}

void local_get_resume(struct local_get *get)
{
	struct local_get_work *w = get->work;

	if (w == NULL || !w->paused)
		return;
	w->paused = false;
	if (get->op.sm.state == READ)
		loop_defer(get->op.loop, &w->go, on_go);
}
