/* One file on its way out of the inbound directory.  Private to the mover. */
#ifndef SLUICE_JOBS_FILE_MOVE_H
#define SLUICE_JOBS_FILE_MOVE_H

#include "sluice/base/list.h"
#include "sluice/base/sm.h"
#include "sluice/jobs/hub.h"
#include "sluice/jobs/remote_file.h"
#include "sluice/store/record_execution.h"

/* The machine:
 *
 *   NEW -> WAITING -> LOOK -> RENAME -> RECORD -> GONE
 *             ^         |                ^ |
 *             |         +----------------+ |
 *             +----------------------------+  tried again later
 *
 * NEW: its record is not on disk yet.  LOOK: is the file still the one that was
 * read?  RENAME: once per name until one is free.  RECORD: what came of it is
 * being written. */
enum move_state {
	MOVE_NEW,
	MOVE_WAITING,
	MOVE_LOOK,
	MOVE_RENAME,
	MOVE_RECORD,
	MOVE_GONE,
	MOVE_STATE_COUNT
};

#define FILE_MOVER_BUCKETS 1024

enum move_outcome {
	MOVE_IS_MOVED,
	MOVE_IS_DROPPED, /* there is nothing to move any more */
	MOVE_IS_LATER,
};

struct move {
	struct link link;   /* in the mover's idle or busy ones */
	struct link bucket; /* by path */
	struct file_mover *m;
	struct sm sm;
	struct uuid id, client_id, execution_id;
	char name[UUID_TEXT_SIZE];
	char *from, *to;
	struct remote_attrs attrs; /* of the file as it was read */
	int64_t next_at;
	uint32_t attempts;
	unsigned names;   /* tried so far */
	char *target;     /* the one being tried */
	bool may_be_done; /* an attempt's outcome is unknown */
	enum move_outcome outcome;
	struct diag why;            /* LATER, DROPPED */
	struct remote_file *remote; /* while it is under way */
	struct turn_waiter waiter;
};

struct file_mover {
	struct hub *hub;
	struct link idle; /* NEW and WAITING, oldest first */
	struct link busy;
	struct link buckets[FILE_MOVER_BUCKETS];
	struct timer timer;
	bool stopping;
	void (*on_stopped)(void *arg);
	void *on_stopped_arg;
	struct deferred stopped;
};

/* In memory, from its record; in the mover's idle ones. */
struct move *move_create(struct file_mover *m, const struct file_move *record);
void move_free(struct move *v);
/* The same, of one that was under way. */
void move_end(struct move *v);

/* WAITING: tries now. */
void move_begin(struct move *v);
/* RECORD: writes down what came of it (again, when a turn failed). */
void move_record(struct move *v);

/* From the mover: begins what is due and sets the timer. */
void file_mover_wake(struct file_mover *m);
/* The connection is out of reach until `at`: nothing else is tried there. */
void file_mover_postpone(
	struct file_mover *m, struct uuid client_id, int64_t at);
void file_mover_look_whether_stopped(struct file_mover *m);
struct link *file_mover_bucket(
	struct file_mover *m, struct uuid client_id, struct str path);

#endif
