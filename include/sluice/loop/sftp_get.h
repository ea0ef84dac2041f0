/* Read one file as a stream, with many requests under way.
 *
 * The contract is that of op.h.  The bytes come to a sink, in order; memory is
 * bounded by `window` however large the file and however slow the sink. */
#ifndef SLUICE_LOOP_SFTP_GET_H
#define SLUICE_LOOP_SFTP_GET_H

#include "sluice/loop/sftp_file.h"
#include "sluice/loop/sftp_pool.h"

struct sftp_get;

struct sftp_get_in {
	struct sftp_pool *pool;
	const struct ssh_target *target; /* copied by the start */
	const char *path;                /* borrowed until the callback */
	/* The next bytes, from the loop; they live for the call only.  An
	 * error ends the operation with it.  sftp_get_pause() and op_cancel()
	 * are allowed in it. */
	enum err (*sink)(void *arg, const void *data, size_t len);
	void *sink_arg;
	uint64_t size_hint;   /* expected bytes, 0: unknown (taken as big) */
	uint64_t limit;       /* stop after that many bytes; 0: none */
	size_t window;        /* bytes under way; 0: 4 MiB */
	uint64_t deadline_ms; /* for everything, from the start; 0: none, the
				 session's idle limit only */
	const char *who;      /* for the trace, or NULL */
};

struct sftp_get_chunk;

struct sftp_get {
	struct op op;          /* result: op.status, op.why */
	struct sftp_get_in in; /* set by the caller before the start */

	struct sftp_attrs attrs; /* of the open file, known before the end */
	uint64_t received;       /* bytes given to the sink */
	/* ERR_REMOTE_SIZE at the end: the file is shorter than attrs.size; it
	 * was cut while it was read. */

	/* private */
	struct sftp_job job;
	struct timer deadline;
	struct deferred resumed;
	size_t handle_len;
	char handle[256];
	struct sftp_get_chunk *chunks; /* a ring, in order of offsets */
	unsigned chunk_count;
	unsigned first, used; /* the oldest one; how many are in use */
	unsigned allowed;     /* grows from 2 to chunk_count */
	uint32_t ask;         /* bytes per chunk */
	uint64_t asked_to;    /* offset of the next chunk */
	bool at_end, paused;
};

enum err sftp_get_start(struct sftp_get *get, op_done_fn done) WARN_UNUSED;

/* No sink calls until sftp_get_resume(); asked-for chunks are kept, no new
 * ones asked for.  The deadline goes on.  Both: any time while active. */
void sftp_get_pause(struct sftp_get *get);
void sftp_get_resume(struct sftp_get *get);

#endif
