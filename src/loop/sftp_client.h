/* The client's half of SFTP v3 over a stream of bytes: requests go out with an
 * id, replies come back by id, any number under way at once.
 *
 * Knows neither sockets nor SSH: it is fed what the channel received and keeps
 * what is to be sent, so that tests and the fuzzer can be the server.  A reply
 * to nobody, of a type that was not asked for, or longer than asked for is
 * ERR_PROTO: the session then ends. */
#ifndef SLUICE_LOOP_SFTP_CLIENT_H
#define SLUICE_LOOP_SFTP_CLIENT_H

#include "fifo.h"
#include "sftp_packet.h"
#include "sluice/loop/sftp_job.h"

#define SFTP_READ_SIZE  (256 * 1024)  /* what sftp_client_space() has, always */
#define SFTP_OUT_HIGH   (512 * 1024)  /* unsent bytes: no room above that ... */
#define SFTP_OUT_MAX    (8192 * 1024) /* ... small requests still fit */
#define SFTP_SLOTS_HIGH 8192          /* requests under way: no room above */
#define SFTP_SLOTS_MAX  65536

/* How an operation hears from its session.  Each call may end the operation
 * (sftp_pool_leave(), op_finish()). */
struct sftp_job_calls {
	/* A session is there: ask the first thing.  Called again, on another
	 * session, when the first one died before it answered anything. */
	void (*start)(struct sftp_job *job);
	/* `tag` is what the request was asked with. */
	void (*reply)(struct sftp_job *job, enum sftp_type asked, uint64_t tag,
		struct sftp_reply *reply);
	/* There is room again; only after wants_room. */
	void (*room)(struct sftp_job *job);
	/* The session is gone, or none came about.  No request is outstanding
	 * any more and the job is in no pool. */
	void (*lost)(struct sftp_job *job, const struct diag *why);
	/* May it be started again although its first request was sent? */
	bool restartable;
};

struct sftp_slot {
	struct sftp_job *job; /* NULL: nobody listens any more */
	uint64_t tag;
	uint32_t limit; /* READ: bytes asked for; free: the next free slot */
	uint16_t round; /* how often the slot was used: half of the id */
	uint8_t asked;  /* enum sftp_type; 0: free */
};

struct sftp_client {
	struct fifo out;                     /* to be sent on the channel */
	void (*wake)(struct sftp_client *c); /* something is to be sent */
	struct link jobs;                    /* that have this session */
	unsigned job_count, big_count;
	unsigned outstanding; /* requests without an answer yet */
	bool ready;           /* VERSION (and limits) arrived */
	bool has_posix_rename, has_fsync;
	uint32_t read_max, write_max; /* data per request */
	uint64_t replies;             /* ever; for the idle limit */

	/* private */
	struct sftp_slot *slots;
	uint32_t slot_count, free_slot;
	char *in;
	size_t in_head, in_len;
};

/* Asks for the version; `ready` tells when it came. */
void sftp_client_init(
	struct sftp_client *c, void (*wake)(struct sftp_client *c));
void sftp_client_release(struct sftp_client *c);

/* It has no job for now: gives back what the last ones needed. */
void sftp_client_rest(struct sftp_client *c);

/* Where the next SFTP_READ_SIZE received bytes go; then say how many. */
char *sftp_client_space(struct sftp_client *c);
enum err sftp_client_received(
	struct sftp_client *c, size_t len, struct diag *why) WARN_UNUSED;

/* Room for more data: ask before each READ and WRITE. */
bool sftp_client_has_room(const struct sftp_client *c);

/* Tell the jobs that wait for room, in turn, while there is some. */
void sftp_client_room(struct sftp_client *c);

/* A job gets this session; its start() is the caller's. */
void sftp_client_add(struct sftp_client *c, struct sftp_job *job);

/* The job gets no more calls.  What it asked is answered to nobody; a handle
 * that such an answer brings is closed. */
void sftp_client_remove(struct sftp_job *job);

/* A sign of life, wanted from the server. */
void sftp_client_ping(struct sftp_client *c);

/* --- requests; `tag` comes back with the reply --------------------------- */

void sftp_ask_open(struct sftp_job *job, const char *path, uint32_t flags,
	uint32_t mode, uint64_t tag);
void sftp_ask_read(struct sftp_job *job, struct str handle, uint64_t offset,
	uint32_t len, uint64_t tag);
/* Returns where the caller puts `len` bytes at once, before anything else. */
char *sftp_ask_write(struct sftp_job *job, struct str handle, uint64_t offset,
	uint32_t len, uint64_t tag);
/* CLOSE, FSTAT, READDIR. */
void sftp_ask_handle(struct sftp_job *job, enum sftp_type type,
	struct str handle, uint64_t tag);
/* OPENDIR, REMOVE, MKDIR, REALPATH, STAT. */
void sftp_ask_path(struct sftp_job *job, enum sftp_type type, const char *path,
	uint64_t tag);
/* posix-rename@openssh.com when `replacing`, else RENAME. */
void sftp_ask_rename(struct sftp_job *job, const char *from, const char *to,
	bool replacing, uint64_t tag);
void sftp_ask_fsync(struct sftp_job *job, struct str handle, uint64_t tag);

/* --- status answers ------------------------------------------------------ */

/* The error of a STATUS reply that is not OK, with the server's words (cleaned
 * and cut): "permission denied". */
enum err sftp_status_error(const struct sftp_reply *reply, struct diag *d);

#endif
