/* Upload one file so that a reader of the folder never sees a part of it: the
 * bytes go to a temporary name, and only after the server has acknowledged
 * every write and the close, and its size is right, to the final one.
 *
 * The contract is that of op.h.  The rename is the commit point: past it only
 * the server's answer, the deadline or a lost connection ends the operation;
 * the latter two with ERR_UNKNOWN.  Before it, a failure or a cancel removes
 * the temporary file where the session still lives.
 *
 * A file of up to ~200 KB takes three round trips on a warm session. */
#ifndef SLUICE_LOOP_SFTP_PUT_H
#define SLUICE_LOOP_SFTP_PUT_H

#include <stdint.h>

#include "sluice/loop/op.h"
#include "sluice/loop/sftp_job.h"
#include "sluice/loop/sftp_pool.h"
#include "sluice/loop/timer.h"

/* Up to `want` bytes of the source from `offset` into `buf`; *got of them, 0
 * only at its end.  Called from the loop, in order of offsets (from 0 again
 * when the upload starts over).  An error ends the upload with it. */
typedef enum err (*sftp_put_read_fn)(
	void *arg, uint64_t offset, void *buf, size_t want, size_t *got);

struct sftp_put_in {
	struct sftp_pool *pool;
	const struct ssh_target *target; /* copied by the start */
	const char *temp_path; /* hidden, beside `path`; overwritten */
	const char *path;      /* replaced in one step where the server
				  has posix-rename; borrowed, as all */
	/* Temporary names of earlier tries that may still be there: removed
	 * first, so that nothing stays, and so that a rename of theirs which a
	 * hanging server has yet to do finds nothing to publish. */
	const char *const *leftovers;
	size_t leftover_count;
	const void *data;      /* the bytes, or NULL ... */
	sftp_put_read_fn read; /* ... and who has them */
	void *read_arg;
	uint64_t len;         /* bytes in all */
	uint32_t mode;        /* permission bits; 0: the server's */
	bool create_folder;   /* make the missing ones of `path` */
	bool fsync;           /* where the server can */
	uint64_t deadline_ms; /* for everything, from the start; 0: 15 min */
	const char *who;      /* for the trace, or NULL */
};

struct sftp_publish;

struct sftp_put {
	struct op op;          /* result: op.status, op.why */
	struct sftp_put_in in; /* set by the caller before the start */

	uint64_t sent; /* bytes handed to the session so far; all at the end */

	/* private */
	struct sftp_job job;
	struct timer deadline;
	struct sftp_publish *publish;
	char *folder;
	size_t folder_at, handle_len;
	char handle[256];
	bool handle_open, temp_made, folders_made;
	bool finishing, size_differs, removing;
};

enum err sftp_put_start(struct sftp_put *put, op_done_fn done) WARN_UNUSED;

#endif
