/* Files of the gateway's own disk (the spool), read and written as streams
 * without blocking the loop: the calls run in libuv's thread pool.
 *
 * The contract is that of op.h. */
#ifndef SLUICE_LOOP_LOCAL_FILE_H
#define SLUICE_LOOP_LOCAL_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "sluice/loop/op.h"

/* --- reading -------------------------------------------------------------- */

struct local_get_in {
	struct loop *loop;
	const char *path; /* borrowed until the callback */
	/* As sftp_get's: the next bytes (at most 32 KiB), from the loop, for
	 * the call only; an error ends the operation with it.  A turn gives no
	 * longer than a slice of work may take. */
	enum err (*sink)(void *arg, const void *data, size_t len);
	void *sink_arg;
	uint64_t limit; /* stop after that many bytes; 0: none */
};

struct local_get_work;

struct local_get {
	struct op op;
	struct local_get_in in;

	uint64_t size; /* of the open file, known before the end */
	int64_t mtime_ms;
	uint64_t received; /* bytes given to the sink */

	struct local_get_work *work; /* private */
};

/* ERR_NOT_FOUND, ERR_INVALID (not a regular file), ERR_IO, ... in op.status;
 * the start itself does not fail. */
enum err local_get_start(struct local_get *get, op_done_fn done) WARN_UNUSED;

/* No sink calls until local_get_resume(), from anywhere, the sink too; the rest
 * of one chunk (256 KiB) and one that was read ahead are kept meanwhile. Before
 * the start and after the callback they do nothing. */
void local_get_pause(struct local_get *get);
void local_get_resume(struct local_get *get);

/* --- writing -------------------------------------------------------------- */

struct local_put_in {
	struct loop *loop;
	const char *path; /* created, mode 0600; must not exist; borrowed */
	uint64_t limit;   /* more bytes: ERR_LIMIT; 0: none */
	/* Called when the buffer has room again after local_put_write() took
	 * less than it was given. */
	void (*drain)(void *arg);
	void *drain_arg;
};

struct local_put_work;

struct local_put {
	struct op op;
	struct local_put_in in;

	uint64_t written; /* bytes taken */

	struct local_put_work *work; /* private */
};

/* ERR_EXISTS, ERR_NO_SPACE, ERR_IO, ... in op.status; the start itself does not
 * fail. */
enum err local_put_start(struct local_put *put, op_done_fn done) WARN_UNUSED;

/* Copies as much as its buffer (1 MiB) has room for; returns how many bytes it
 * took.  0 after a failure, too (the callback then comes).  Allowed right after
 * the start. */
size_t local_put_write(struct local_put *put, const void *data, size_t len);

/* No more bytes come: what is left is written, the file and its directory are
 * fsynced, and the callback comes.  Unless it ends with ERR_OK the file is
 * removed; there is no commit point, a cancel takes it back until the callback.
 */
void local_put_finish(struct local_put *put);

/* --- removing -------------------------------------------------------------
 * Missing is fine. */

/* At once; a file of many megabytes takes milliseconds for each hundred. */
enum err local_remove(const char *path, struct diag *why) WARN_UNUSED;

/* In the thread pool; what goes wrong is logged. */
void local_remove_later(struct loop *loop, const char *path);

#endif
