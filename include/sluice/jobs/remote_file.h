/* Files where partners put them, whatever the protocol: an operation on a
 * connection, SFTP (loop/sftp_*.h), FTPS (loop/ftp.h) or, without a connection,
 * a file of the spool (loop/local_file.h).  The one place that knows which.
 *
 * The contract is that of op.h: starts or fails, calls back once, can be
 * cancelled. */
#ifndef SLUICE_JOBS_REMOTE_FILE_H
#define SLUICE_JOBS_REMOTE_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "sluice/base/diag.h"
#include "sluice/base/str.h"
#include "sluice/base/uuid.h"

struct hub;
struct remote_work;

enum remote_action {
	REMOTE_LIST, /* plain files of the folder `path` */
	REMOTE_GET,  /* the file `path` to the sink */
	REMOTE_STAT,
	REMOTE_RENAME, /* path -> to; ERR_EXISTS when `to` is there */
	REMOTE_ACTION_COUNT
};

#define REMOTE_SIZE_UNKNOWN UINT64_MAX

struct remote_attrs {
	uint64_t size; /* REMOTE_SIZE_UNKNOWN: the server doesn't say */
	int64_t mtime; /* ms; 0: same */
};

/* As far as the server tells: size and time are the same. */
bool remote_attrs_same(
	const struct remote_attrs *a, const struct remote_attrs *b);

/* Does the error say that the connection, and not only this file, can't be
 * reached?  Whatever is tried next there would fail as well. */
bool remote_is_out_of_reach(enum err e);

struct remote_file;
typedef void (*remote_done_fn)(struct remote_file *f);

struct remote_file {
	/* Set by the caller before the start; borrowed until the callback. */
	enum remote_action action;
	struct uuid client_id; /* nil: a local file (GET only) */
	const char *path, *to;
	/* LIST: a plain file (or a link; never folders). */
	enum err (*entry)(
		void *arg, struct str name, const struct remote_attrs *attrs);
	/* GET: bytes for the call only; an error ends the operation with it. */
	enum err (*sink)(void *arg, const void *data, size_t len);
	void *arg;
	uint64_t limit; /* GET: stop after that many bytes; 0: none */
	const char *who;

	/* The result, once called back (a missing file is ERR_REMOTE_ABSENT
	 * whatever the protocol) ... */
	enum err status;
	struct diag why; /* ... with connection and path in it */
	/* STAT: the answer; GET: of the file as it was opened, known when the
	 * sink is called. */
	struct remote_attrs attrs;
	uint64_t received;

	struct remote_work *work; /* private */
	remote_done_fn done;
};

/* A connection that is gone, disabled or can't carry files is an error at once
 * (no callback), with `why` filled. */
enum err remote_file_start(struct remote_file *f, struct hub *hub,
	remote_done_fn done) WARN_UNUSED;
void remote_file_cancel(struct remote_file *f);

/* GET. */
void remote_file_pause(struct remote_file *f);
void remote_file_resume(struct remote_file *f);

#endif
