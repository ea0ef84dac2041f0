/* What a server says about a file, and the one-request operations on it: stat,
 * remove a file, make a folder, rename.
 *
 * The contract is that of op.h. */
#ifndef SLUICE_LOOP_SFTP_FILE_H
#define SLUICE_LOOP_SFTP_FILE_H

#include <stdint.h>

#include "sluice/loop/op.h"
#include "sluice/loop/sftp_job.h"
#include "sluice/loop/timer.h"

enum sftp_kind {
	SFTP_UNKNOWN, /* the server did not say */
	SFTP_FILE,
	SFTP_FOLDER,
	SFTP_LINK,
	SFTP_OTHER, /* socket, device, pipe */
};

struct sftp_attrs {
	bool has_size, has_mode, has_times;
	uint64_t size;
	uint32_t mode;  /* Unix type and permission bits */
	uint32_t mtime; /* seconds since 1970 */
};

enum sftp_kind sftp_attrs_kind(const struct sftp_attrs *a);

enum sftp_file_action {
	SFTP_FILE_STAT,   /* follows links; answers attrs */
	SFTP_FILE_REMOVE, /* a file or a link */
	SFTP_FILE_MKDIR,  /* one level; ERR_REMOTE when it exists */
	SFTP_FILE_RENAME, /* path -> to, replacing what is there */
};

struct sftp_file_in {
	struct sftp_pool *pool;
	const struct ssh_target *target; /* copied where needed: may go after
					    the start */
	enum sftp_file_action action;
	const char *path;     /* borrowed until the callback */
	const char *to;       /* RENAME: the new name, same; else NULL */
	uint64_t deadline_ms; /* for everything, from the start; 0: 5 min */
	const char *who;      /* for the trace, or NULL; borrowed */
};

struct sftp_publish;

struct sftp_file {
	struct op op;           /* result: op.status, op.why */
	struct sftp_file_in in; /* set by the caller before the start */

	struct sftp_attrs attrs; /* STAT: the answer */

	/* private */
	struct sftp_job job;
	struct timer deadline;
	struct sftp_publish *publish;
};

/* RENAME's request on the wire is a commit point: when the connection is lost
 * after it, the status is ERR_UNKNOWN; so it is for REMOVE and MKDIR. */
enum err sftp_file_start(struct sftp_file *f, op_done_fn done) WARN_UNUSED;

#endif
