/* FTPS (and, where a connection says so, plain FTP) through libcurl, with the
 * same grammar as the SFTP operations (op.h): list a folder, read a file as a
 * stream, stat, rename, remove, make a folder, and try a connection.
 *
 * Each operation under way has a thread, since libcurl waits inside some calls
 * (for the answer after a transfer, for the one to QUIT) and the loop must not;
 * callbacks come from the loop all the same (docs/decisions/0007).
 *
 * Control connections are kept and reused per connection for a minute; a
 * server that hangs up on a quiet one is tried once more on a fresh one.  At
 * most max_concurrent operations are under way per connection, the rest wait
 * their turn. */
#ifndef SLUICE_LOOP_FTP_H
#define SLUICE_LOOP_FTP_H

#include <stdbool.h>
#include <stdint.h>

#include "sluice/base/str.h"
#include "sluice/base/uuid.h"
#include "sluice/loop/op.h"
#include "sluice/loop/sftp_file.h"

struct ftp_pool;

enum ftp_tls {
	FTP_TLS_EXPLICIT, /* AUTH TLS on port 21; refused when the server has
			     none.  The default */
	FTP_TLS_IMPLICIT, /* port 990 */
	FTP_TLS_NONE,     /* plain text: only when the connection says so */
};

struct ftp_target {
	struct uuid id;   /* of the connection ... */
	int64_t version;  /* ... with its updatedAt */
	const char *name; /* the connection's name, for messages */
	const char *hostname;
	uint16_t port;
	const char *username, *password; /* NULL: none */
	enum ftp_tls tls;
	const char *ca_certificates; /* PEM text that verifies the server
					instead of the system's; or NULL.
					There is no switch that turns
					verification off. */
	unsigned max_concurrent;     /* 0: 2 (servers allow few); at most 16 */
	uint64_t connect_ms;         /* until logged in; 0: 30 s */
	uint64_t idle_ms;            /* without a byte or an answer; 0: 60 s */
};

/* Never NULL.  SIGPIPE must be ignored. */
struct ftp_pool *ftp_pool_create(struct loop *loop);

/* As sftp_pool_close(), sftp_pool_destroy(), sftp_pool_forget(). */
void ftp_pool_close(
	struct ftp_pool *pool, void (*closed)(void *arg), void *arg);
void ftp_pool_destroy(struct ftp_pool *pool);
void ftp_pool_forget(struct ftp_pool *pool, struct uuid id);

enum ftp_action {
	FTP_LIST,   /* entries of the folder `path`: MLSD, else NLST with SIZE
		       and MDTM of each */
	FTP_GET,    /* the file `path` to the sink */
	FTP_STAT,   /* of a file: size and time */
	FTP_RENAME, /* path -> to.  May replace what is there: look first */
	FTP_REMOVE,
	FTP_MKDIR,
	FTP_PUT, /* `data` becomes the file `path`: small ones, for probes */
};

/* How far an operation came on the wire. */
enum ftp_stage {
	FTP_STAGE_CONNECTED, /* the server has greeted */
	FTP_STAGE_SECURED,   /* TLS is up and the certificate trusted */
	FTP_STAGE_LOGGED_IN,
	FTP_STAGE_COUNT
};

struct ftp_call_in {
	struct ftp_pool *pool;
	const struct ftp_target *target; /* copied by the start */
	enum ftp_action action;
	const char *path; /* borrowed until the callback; a leading '/' is from
			     the server's root, else from the login folder */
	const char *to;   /* RENAME */
	struct str data;  /* PUT; borrowed as well */
	/* LIST: one entry (never "." and ".."; files and folders as attrs'
	 * mode says where the server told). */
	enum err (*entry)(
		void *arg, struct str name, const struct sftp_attrs *attrs);
	/* GET: as sftp_get's. */
	enum err (*sink)(void *arg, const void *data, size_t len);
	void *arg;
	size_t max_entries;   /* LIST: more: ERR_LIMIT; 0: 1,000,000 */
	uint64_t limit;       /* GET: stop after that many bytes; 0: none */
	uint64_t deadline_ms; /* for everything; 0: none, the idle limit only */
	const char *who;      /* for the trace, or NULL */
};

struct ftp_work;

struct ftp_call {
	struct op op; /* ERR_NOT_FOUND, ERR_AUTH, ... in op.status */
	struct ftp_call_in in;

	/* STAT; GET: known before the first byte, as far as the server tells */
	struct sftp_attrs attrs;
	uint64_t received; /* GET */
	size_t entries;    /* LIST: told so far */

	/* At the end: on a connection of its own (not a kept one), when each
	 * stage was reached, in ms since it got its turn; 0: it was not. */
	uint64_t reached_ms[FTP_STAGE_COUNT];

	struct ftp_work *work; /* private */
};

/* RENAME, REMOVE, MKDIR and PUT on the wire are commit points: ERR_UNKNOWN when
 * the connection is lost, or the operation canceled, before their answer.
 *
 * A path with a control character is refused: it would be another command. */
enum err ftp_call_start(struct ftp_call *call, op_done_fn done) WARN_UNUSED;

/* GET: no sink calls until resumed. */
void ftp_call_pause(struct ftp_call *call);
void ftp_call_resume(struct ftp_call *call);

#endif
