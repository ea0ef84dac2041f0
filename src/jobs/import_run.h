/* One execution under way: pulls its files, cuts the work into slices of one
 * turn each, and records how it ended.  Private to the import queue.
 *
 *	import_run.c     the machine: what follows what
 *	import_fetch.c  where the bytes come from: listing, reading, checking
 *	import_file_end.c  what becomes of a file
 *	import_work.c    a slice: bytes become rows become entities
 *	import_files.c   which files, in which order, and where they go
 *	import_report.c  what people are told: rejects, files, messages */
#ifndef SLUICE_JOBS_IMPORT_RUN_H
#define SLUICE_JOBS_IMPORT_RUN_H

#include "sluice/base/buf.h"
#include "sluice/base/list.h"
#include "sluice/base/sm.h"
#include "sluice/jobs/import_apply.h"
#include "sluice/jobs/import_reader.h"
#include "sluice/jobs/remote_file.h"
#include "sluice/jobs/turn.h"
#include "sluice/loop/timer.h"
#include "sluice/model/execution.h"
#include "sluice/model/import_job.h"
#include "sluice/store/record_execution.h"

struct hub;

/* --- files --------------------------------------------------------------- */

/* One execution takes that many, the first ones by name; the next one goes on
 * from there. */
#define IMPORT_FILES_MAX 10000

enum import_file_status {
	FILE_WAITING,
	FILE_RUNNING,
	FILE_DONE,
	FILE_FAILED,
	FILE_STATUS_COUNT
};

struct import_file {
	char *name, *path;
	struct remote_attrs attrs; /* as listed, then as opened */
	enum import_file_status status;
	uint64_t bytes, rows, rejected;
	char *message;       /* why it failed, or NULL */
	const char *move_to; /* the directory (the job's); NULL: it stays */
	bool moving;         /* asked for, and the mover has not told yet */
	char *moved_to;      /* the path, once it is there */
};

struct import_files {
	struct import_file *items;
	size_t count, cap;
	uint64_t left;     /* beyond IMPORT_FILES_MAX */
	uint64_t unstable; /* still being written */
	uint64_t pending;  /* imported before, to be moved away */
};

/* Bulk mode: takes a listed name when the job does. */
void import_files_list(struct import_files *f, const struct import_job *job,
	struct str name, const struct remote_attrs *attrs);
/* A single file. */
void import_files_add(
	struct import_files *f, const char *name, const char *path);
/* After a listing: by name, and no more than there may be. */
void import_files_sort(struct import_files *f);
/* Keeps of `first` what looks the same in `second`; releases `second`. */
void import_files_keep_unchanged(
	struct import_files *first, struct import_files *second);
/* Leaves out what an earlier execution has imported and not yet moved. */
void import_files_skip_pending(
	struct import_files *f, struct hub *hub, struct uuid client_id);
void import_files_release(struct import_files *f);

/* "dir/name"; owned by the caller. */
char *import_files_join(const char *dir, const char *name);

/* The report is written that often while the run goes on. */
#define IMPORT_REPORT_MS 1000

/* --- the run ------------------------------------------------------------- */

struct import_chunk {
	struct import_chunk *next;
	size_t len;
	char data[];
};

enum import_run_state {
	RUN_CLAIMED,
	RUN_LIST,
	RUN_SETTLE,
	RUN_RELIST,
	RUN_OPEN,
	RUN_READ,
	RUN_CHECK,
	RUN_WAIT,
	RUN_CLOSE,
	RUN_MOVE,
	RUN_SAVE,
	RUN_DONE,
	RUN_STATE_COUNT
};

/* What a slice came to. */
enum slice_result {
	SLICE_MORE,        /* its time is over, there is more to do */
	SLICE_HUNGRY,      /* no bytes are left */
	SLICE_FILE_END,    /* all rows came out */
	SLICE_FILE_FAILED, /* the file can't be read any further: r->why */
	SLICE_STORE_FAILED /* r->why */
};

/* What a failed turn takes back. */
struct import_tally {
	struct execution_counts counts;
	uint64_t rejects_kept;
	uint64_t file_rows, file_rejected; /* of the current file */
};

struct import_run {
	struct link link;  /* in the queue's runs */
	struct link ready; /* in the queue's ready ones: wants a slice */
	struct hub *hub;
	struct sm sm;
	struct uuid id;
	char name[UUID_TEXT_SIZE];

	/* what it does: copies, the originals may change or go */
	struct import_job *job;
	bool dry_run;
	struct uuid upload_id;
	char *upload_name; /* NULL: no upload */
	int64_t started_at;

	/* where it stands */
	struct import_files files, again; /* again: the second look */
	size_t file;                      /* index of the current one */
	struct import_reader *reader;
	struct import_apply *apply;
	struct transcode *transcode;
	struct remote_file remote;
	bool remote_active;
	struct import_chunk *chunks, *last_chunk; /* of the current file */
	size_t queued;                            /* bytes in chunks */
	size_t fed;          /* bytes of the first one that the reader has */
	bool ended, fed_end; /* the source has; the reader knows */
	bool paused;
	bool source_failed; /* told between a slice and its commit */
	bool first_row_seen;
	unsigned moving; /* files */
	unsigned retries_left;
	int wait_then; /* the state after WAIT */
	struct timer timer;
	struct turn_waiter waiter;
	bool committing; /* the waiter waits */
	enum slice_result slice;

	/* what it counts */
	struct import_tally tally, durable;
	uint64_t failed_files;
	struct buf warnings; /* JSON strings, separated by commas */
	unsigned warning_count;
	struct buf message;
	struct buf report;
	bool report_stale;
	int64_t report_written; /* ms */

	/* why it ends before its work is done */
	const char *cancel; /* the reason, or NULL */
	bool stop;          /* the gateway stops */
	bool failed;        /* as a whole: r->failure */
	bool store_failed;
	bool finished_apply; /* in the turn that saves the end */
	bool unclaimed;      /* the claim was not kept: it is PENDING still */
	struct diag failure;
	struct diag why; /* of the current file or slice */
};

static inline struct import_file *import_run_file(struct import_run *r)
{
	return &r->files.items[r->file];
}

/* Replaces the whole when all is there (contract 4.9)? */
static inline bool import_run_is_tree(const struct import_run *r)
{
	return r->job->entity == ENTITY_NAVIGATION_CATEGORY;
}

/* For an execution that was just claimed, in the turn's transaction; starts
 * after the commit.  Copies `x` and `job`. */
struct import_run *import_run_create(struct hub *hub, const struct execution *x,
	const struct import_job *job);

/* `reason` is a literal. */
void import_run_cancel(struct import_run *r, const char *reason);
/* The gateway stops: ends without a word on disk. */
void import_run_stop(struct import_run *r);
/* The mover has tried a move of its: to the path `to`, or (NULL) not yet. */
void import_run_moved(struct import_run *r, const char *from, const char *to);
void import_run_free(struct import_run *r);

bool import_run_is_ending(const struct import_run *r);
/* Counters, message and now and then the report, in the turn's transaction. */
void import_run_note(struct import_run *r);
/* Calls `fn` at the end of the turn ... */
void import_run_wait(struct import_run *r,
	void (*fn)(struct turn_waiter *w, enum err e, const struct diag *why));
/* ... which begins with this: true when all that was written is on disk and
 * the run goes on; else it winds down. */
bool import_run_after_commit(
	struct import_run *r, enum err e, const struct diag *why);
/* Ends before its work is done: whatever is open is closed first. */
void import_run_wind_down(struct import_run *r);
void import_run_fail(struct import_run *r, const struct diag *why);
void import_run_fail_store(struct import_run *r, const struct diag *why);
/* Nothing is left to do: the end is written. */
void import_run_end(struct import_run *r);

/* --- where the bytes come from (import_fetch.c) -------------------------- */

void import_fetch_begin(struct import_run *r);
void import_fetch_next(struct import_run *r);
/* A slice has ended: there is room for more bytes ... */
void import_fetch_resume(struct import_run *r);

/* The source ended with an error (that of r->remote). */
void import_fetch_failed(struct import_run *r);
/* ... or all rows of the file came out: is it still what it was? ... */
void import_fetch_check(struct import_run *r);
/* ... or no more of it is wanted, r->why says why. */
void import_fetch_give_up(struct import_run *r);

/* --- the end of a file (import_file_end.c) ------------------------------- */

bool import_run_is_bulk(const struct import_run *r);
/* The current one: all of it was imported; or r->why says what was in the way,
 * and `move_to` where to put it (NULL: it stays). */
void import_file_done(struct import_run *r);
void import_file_failed(struct import_run *r, const char *move_to);
/* In the turn's transaction; nothing happens to a file that stays. */
enum err import_file_ask_move(
	struct import_run *r, struct import_file *f) WARN_UNUSED;

/* --- a slice (import_work.c) --------------------------------------------- */

/* Bytes of the source, copied: they wait for their slice. */
void import_work_queue(struct import_run *r, const void *data, size_t len);

/* Its turn to work for about 5 ms. */
void import_run_slice(struct import_run *r);
/* Drops what the current file holds in memory. */
void import_work_close(struct import_run *r);
/* All files are done: decides on held rows. */
enum err import_work_finish(struct import_run *r, struct diag *why) WARN_UNUSED;

/* --- what people are told (import_report.c) ------------------------------ */

enum err import_report_reject(struct import_run *r, uint32_t file,
	uint64_t line, struct str raw, const struct faults *faults) WARN_UNUSED;
/* The columns of the current file, for its rejects.csv. */
enum err import_report_header(struct import_run *r) WARN_UNUSED;
/* Counts the warnings and keeps the sentence. */
void import_report_warn(void *run, const char *sentence, uint64_t count);
/* The report's JSON, fresh. */
struct str import_report_json(struct import_run *r);
/* Names of files and words of servers may be in any encoding: what stands from
 * `from` on in the buffer is UTF-8 afterwards. */
void import_report_clean(struct buf *out, size_t from);
/* How it ended, and the sentence for it (in r->message). */
enum execution_state import_report_outcome(struct import_run *r);

/* A file of an execution that has ended is at `to` now. */
void import_report_amend(struct hub *hub, struct uuid execution_id,
	const char *from, const char *to);

/* --- from the queue ------------------------------------------------------ */

void import_queue_want_slice(struct import_run *r);
/* JOB_SUCCESS, in the turn's transaction: remembered, and what waits for it
 * starts (contract 2.5, `after`). */
enum err import_queue_succeeded(struct import_run *r, int64_t now) WARN_UNUSED;
/* The run is over: frees it. */
void import_queue_ended(struct import_run *r);

#endif
