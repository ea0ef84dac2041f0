/* What the files of the FTP client know of each other.
 *
 *   ftp.c         the operation, on the loop: start, deliver, finish
 *   ftp_pool.c    destinations, lanes, whose turn it is
 *   ftp_lane.c    one libcurl handle and the thread that works with it
 *   ftp_request.c what an action is in libcurl's options; in that thread
 *   ftp_list.c    listing a folder; likewise
 *   ftp_talk.c    what passes on the control connection; likewise
 *   ftp_error.c   how it ended, as an error and a sentence
 *   ftp_mlsd.c    a line of a listing */
#ifndef SLUICE_LOOP_FTP_PRIVATE_H
#define SLUICE_LOOP_FTP_PRIVATE_H

#include <curl/curl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <uv.h>

#include "sluice/base/buf.h"
#include "sluice/base/list.h"
#include "sluice/loop/ftp.h"
#include "sluice/loop/timer.h"

#define FTP_PATH_MAX    4096
#define FTP_WORDS_MAX   200
#define FTP_SOCKETS_MAX 8

/* Bytes that a thread may be ahead of the loop. */
#define FTP_AHEAD_MAX (256u << 10)
#define FTP_AHEAD_CAP (FTP_AHEAD_MAX + (1u << 20)) /* libcurl's piece more */

struct ftp_dest {
	struct link link; /* in its pool */
	struct ftp_pool *pool;
	struct ftp_target *target; /* a copy */
	struct link lanes;
	unsigned lane_count;
	struct link waiting; /* struct ftp_work, oldest first */
	bool retired;        /* forgotten, or there is a newer version */
	atomic_bool no_mlsd; /* the server said that it has none */
	struct deferred wakeup;
};

/* What the thread learns of the control connection, by watching it. */
struct ftp_talk {
	char words[FTP_WORDS_MAX + 1]; /* the last answer's */
	int code;                      /* and its number; 0: none came */
	unsigned answers;              /* to this request */
	bool committing, committed;    /* the command that counts: sent, done */
	bool logging_in;               /* PASS was sent and not answered */
	uint64_t reached[FTP_STAGE_COUNT]; /* uv_hrtime(); 0: no */
	uint64_t moved;                    /* when bytes last came or went */
};

/* One libcurl handle with the connection that it keeps.  While it works, the
 * thread has the handle; the loop has it else. */
struct ftp_lane {
	struct link link; /* in its destination */
	struct ftp_dest *dest;
	CURL *easy;
	CURLM *multi; /* has the connection that is kept */
	bool kept;    /* the last one went well: there is a connection */
	struct timer unused;
	struct ftp_work *work; /* NULL: idle */
	uv_thread_t thread;

	pthread_mutex_t mutex; /* for all below */
	pthread_cond_t room;
	struct buf ahead; /* bytes for the loop */
	bool stop;        /* asked of the thread */
	bool finished;    /* it will not touch anything any more */
	bool attrs_known;
	struct sftp_attrs attrs;
	int sockets[FTP_SOCKETS_MAX]; /* open ones; -1: free */

	/* the thread's */
	const struct ftp_call_in *in;
	struct ftp_talk talk;
	CURLcode refused; /* the first option that libcurl did not take */
	char curl_words[CURL_ERROR_SIZE];
	struct buf names; /* of an NLST */
	bool names_only;  /* collect there */
	size_t sent;      /* PUT */
	uint64_t began;
	struct diag why; /* the result */
};

struct ftp_work {
	struct link link; /* in its destination's waiting */
	struct ftp_call *call;
	struct ftp_dest *dest;
	struct ftp_lane *lane; /* while it has one */
	struct timer deadline;
	struct deferred wakeup;
	struct buf front; /* taken from the lane, not delivered yet ... */
	size_t delivered; /* ... but for so many bytes */
	struct buf line;  /* LIST: an unfinished one */
	bool paused;
	bool ended;         /* the thread; the lane stays until the end */
	bool enough;        /* GET: the limit is reached */
	struct diag reason; /* why it was stopped */
};

/* --- ftp_pool.c ----------------------------------------------------------- */

struct loop *ftp_pool_loop(const struct ftp_pool *pool);
enum err ftp_pool_submit(struct ftp_pool *pool, const struct ftp_target *target,
	struct ftp_work *work, struct diag *why) WARN_UNUSED;

/* It is done, or not wanted any more; its lane, if it had one, is free. */
void ftp_pool_leave(struct ftp_work *work);

/* From a thread: the loop looks at all lanes soon. */
void ftp_pool_nudge(struct ftp_pool *pool);

struct ftp_target *ftp_target_copy(const struct ftp_target *t);
void ftp_target_destroy(struct ftp_target *t);

/* --- ftp_lane.c ----------------------------------------------------------- */

struct ftp_lane *ftp_lane_make(struct ftp_dest *dest);
void ftp_lane_destroy(struct ftp_lane *lane); /* an idle one */
enum err ftp_lane_begin(
	struct ftp_lane *lane, struct ftp_work *work, struct diag *why);

/* The thread is to end soon. */
void ftp_lane_stop(struct ftp_lane *lane);

/* Bytes that came, swapped against the empty `front`.  True: the thread has
 * ended (and was joined), nothing more will come. */
bool ftp_lane_take(struct ftp_lane *lane, struct buf *front);

/* For ftp_request.c, in the thread.  False: stop. */
bool ftp_lane_give(struct ftp_lane *lane, const void *data, size_t len);
bool ftp_lane_stopped(struct ftp_lane *lane);
void ftp_lane_watch(struct ftp_lane *lane); /* the options for that */

/* --- ftp_talk.c: in the thread -------------------------------------------- */

void ftp_talk_watch(struct ftp_lane *lane);
void ftp_talk_reset(struct ftp_talk *talk);

/* --- ftp_request.c -------------------------------------------------------- */

/* In the thread: from start to end; fills lane->why. */
void ftp_request_run(struct ftp_lane *lane);

/* For ftp_list.c: a request is the common options, a URL, options of its own,
 * and ftp_perform(). */
void ftp_set_common(struct ftp_lane *lane);
void ftp_set_url(struct ftp_lane *lane, struct str folder, struct str name);
void ftp_set_no_body(struct ftp_lane *lane);
void ftp_note_option(struct ftp_lane *lane, CURLcode code);
CURLcode ftp_perform(struct ftp_lane *lane);
struct sftp_attrs ftp_attrs_now(struct ftp_lane *lane);

/* All of libcurl's options are checked at once, at the end. */
#define SET(lane, option, value)                                               \
	ftp_note_option(lane, curl_easy_setopt((lane)->easy, option, value))

/* --- ftp_list.c: in the thread -------------------------------------------- */

CURLcode ftp_list_run(struct ftp_lane *lane);

/* --- ftp_error.c ---------------------------------------------------------- */

enum err ftp_error(
	const struct ftp_lane *lane, CURLcode code, struct diag *why);

/* --- ftp.c: called by the pool, from the loop ----------------------------- */

void ftp_work_begin(struct ftp_work *work, struct ftp_lane *lane);
void ftp_work_look(struct ftp_work *work); /* something came; may end it */

#endif
