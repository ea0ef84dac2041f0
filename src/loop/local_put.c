#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "op_private.h"
#include "pool_call.h"
#include "sluice/base/mem.h"
#include "sluice/base/must.h"
#include "sluice/base/str.h"
#include "sluice/loop/local_file.h"

/* The machine:
 *
 *   OPEN -> WRITE -> SEAL -> DONE
 *     |       |        |      ^
 *     |       +-> UNDO <------+
 *     +-----------------------+
 *
 * The buffer has two halves: one is filled while the pool writes the other.
 * SEAL fsyncs the file and its directory; UNDO removes it.  There is no commit
 * point: until the callback a cancel takes everything back.
 *
 * A call in the pool can't be taken back: what fails meanwhile waits for it. */
enum {
	OPEN,
	WRITE,
	SEAL,
	UNDO,
	DONE,
	STATE_COUNT
};

#define TO(s) SM_BIT(s)
static const struct sm_state put_states[STATE_COUNT] = {
	[OPEN] = { "open", TO(WRITE) | TO(DONE) },
	[WRITE] = { "write", TO(SEAL) | TO(UNDO) },
	[SEAL] = { "seal", TO(DONE) | TO(UNDO) },
	[UNDO] = { "undo", TO(DONE) },
	[DONE] = { "done", 0 },
};
#undef TO

#define HALF ((size_t)512 * 1024)

struct half {
	char *data; /* owned; NULL: not used yet */
	size_t len;
};

struct local_put_work {
	struct local_put *put;
	struct pool_call call;
	struct half filling, flowing;
	bool finishing; /* no more bytes come */
	bool waiting;   /* somebody was given less room than they wanted */

	/* what the call in the pool works with */
	int fd, errnum;
};

static struct local_put_work *work_of(struct pool_call *call)
{
	return container_of(call, struct local_put_work, call);
}

/* --- in the pool ---------------------------------------------------------- */

static void run_open(struct pool_call *call)
{
	struct local_put_work *w = work_of(call);

	w->fd = open(
		w->put->in.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	w->errnum = w->fd < 0 ? errno : 0;
}

static void run_write(struct pool_call *call)
{
	struct local_put_work *w = work_of(call);
	const char *at = w->flowing.data;
	size_t left = w->flowing.len;

	while (left > 0) {
		ssize_t n = write(w->fd, at, left);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			w->errnum = errno;
			return;
		}
		at += n;
		left -= (size_t)n;
	}
}

/* The directory that the name stands in: "" stands for the root's. */
static int open_directory(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *name;
	int fd;

	if (slash == NULL)
		return open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	name = mem_dup(path, (size_t)(slash - path) + 1);
	fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(name);
	return fd;
}

static int sync_and_close(int fd)
{
	int errnum = fd < 0 || fsync(fd) != 0 ? errno : 0;

	if (fd >= 0 && close(fd) != 0 && errnum == 0)
		errnum = errno;
	return errnum;
}

static void run_seal(struct pool_call *call)
{
	struct local_put_work *w = work_of(call);

	w->errnum = sync_and_close(w->fd);
	w->fd = -1;
	if (w->errnum == 0)
		w->errnum = sync_and_close(open_directory(w->put->in.path));
}

static void run_undo(struct pool_call *call)
{
	struct local_put_work *w = work_of(call);

	if (w->fd >= 0)
		close(w->fd);
	(void)unlink(w->put->in.path);
}

/* --- the ways out --------------------------------------------------------- */

static void finish(struct local_put *put)
{
	struct local_put_work *w = put->work;

	free(w->filling.data);
	free(w->flowing.data);
	free(w);
	put->work = NULL;
	sm_move(&put->op.sm, DONE);
	op_finish(&put->op); /* may free put: nothing may follow */
}

static void on_undone(struct pool_call *call)
{
	finish(work_of(call)->put);
}

static void note(struct local_put *put, enum err e, const char *text)
{
	struct diag why;

	diag_set(&why, e, "write %s: %s", put->in.path, text);
	op_fail(&put->op, &why);
}

static void note_errnum(struct local_put *put)
{
	int errnum = put->work->errnum;

	if (errnum != 0)
		note(put, err_from_errno(errnum), strerror(errnum));
}

/* What failed is taken back as soon as the pool lets go of it. */
static void undo(struct local_put *put)
{
	struct local_put_work *w = put->work;

	if (w->call.busy)
		return;
	sm_move(&put->op.sm, UNDO);
	pool_call_start(put->op.loop, &w->call, run_undo, on_undone);
}

/* --- writing -------------------------------------------------------------- */

static void on_sealed(struct pool_call *call)
{
	struct local_put *put = work_of(call)->put;

	note_errnum(put);
	if (put->op.status != ERR_OK)
		undo(put);
	else
		finish(put);
}

static void on_written(struct pool_call *call);

/* The next thing for the pool to do, if there is one. */
static void flow(struct local_put *put)
{
	struct local_put_work *w = put->work;
	struct half full = w->filling;

	if (w->call.busy || put->op.sm.state != WRITE)
		return;
	if (full.len > 0) {
		w->filling = (struct half){ .data = w->flowing.data };
		w->flowing = full;
		pool_call_start(put->op.loop, &w->call, run_write, on_written);
	} else if (w->finishing) {
		sm_move(&put->op.sm, SEAL);
		pool_call_start(put->op.loop, &w->call, run_seal, on_sealed);
	}
}

static void on_written(struct pool_call *call)
{
	struct local_put_work *w = work_of(call);
	struct local_put *put = w->put;

	note_errnum(put);
	if (put->op.status != ERR_OK) {
		undo(put);
		return;
	}
	flow(put);
	if (!w->waiting)
		return;
	w->waiting = false;
	if (put->in.drain != NULL)
		put->in.drain(put->in.drain_arg);
}

static bool is_too_much(const struct local_put *put, size_t len)
{
	return put->in.limit > 0 && len > put->in.limit - put->written;
}

size_t local_put_write(struct local_put *put, const void *data, size_t len)
{
	struct local_put_work *w = put->work;
	size_t room;

	if (w == NULL || put->op.status != ERR_OK || put->op.canceled)
		return 0;
	must(!w->finishing);
	if (is_too_much(put, len)) {
		note(put, ERR_LIMIT, "more bytes than the limit allows");
		if (put->op.sm.state == WRITE)
			undo(put);
		return 0;
	}
	room = HALF - w->filling.len;
	w->waiting = len > room;
	if (len > room)
		len = room;
	if (w->filling.data == NULL)
		w->filling.data = mem_resize(NULL, HALF);
	memcpy(w->filling.data + w->filling.len, data, len);
	w->filling.len += len;
	put->written += len;
	flow(put);
	return len;
}

void local_put_finish(struct local_put *put)
{
	if (put->work == NULL || put->op.status != ERR_OK)
		return;
	put->work->finishing = true;
	flow(put);
}

/* --- begin ---------------------------------------------------------------- */

static void on_open(struct pool_call *call)
{
	struct local_put_work *w = work_of(call);
	struct local_put *put = w->put;

	if (w->fd < 0) {
		note_errnum(put); /* what is there is not ours */
		finish(put);
		return;
	}
	sm_move(&put->op.sm, WRITE);
	if (put->op.status != ERR_OK)
		undo(put);
	else
		flow(put);
}

static void on_cancel(struct op *op)
{
	struct local_put *put = container_of(op, struct local_put, op);

	note(put, ERR_CANCELED, "canceled");
	if (op->sm.state == WRITE)
		undo(put);
}

enum err local_put_start(struct local_put *put, op_done_fn done)
{
	struct local_put_work *w = mem_alloc(sizeof *w);

	*put = (struct local_put){ .in = put->in, .work = w };
	w->put = put;
	op_begin(&put->op, put->in.loop, done, on_cancel);
	sm_init(&put->op.sm, "local_put", put->in.path, put_states);
	pool_call_start(put->op.loop, &w->call, run_open, on_open);
	return ERR_OK;
}
