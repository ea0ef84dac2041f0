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

/* The moves of one connection.  There may be many thousands, and what is begun
 * next is at the head of a list. */
struct move_lane {
	struct link link; /* in the mover's */
	struct uuid client_id;
	struct link fresh; /* NEW */
	struct link due;   /* WAITING: not tried yet since they came in */
	struct link later; /* WAITING: to be tried again, earliest first */
	unsigned under_way;
	int64_t not_before; /* it was out of reach */
};

struct move {
	struct link link;   /* in the lane's lists, or the mover's busy ones */
	struct link bucket; /* by path */
	struct file_mover *m;
	struct move_lane *lane;
	struct sm sm;
	struct uuid id, execution_id;
	char name[UUID_TEXT_SIZE];
	char *from, *to;
	struct remote_attrs attrs; /* of the file as it was read */
	int64_t next_at;
	uint32_t attempts;
	unsigned names;   /* tried so far */
	char *target;     /* the one being tried */
	bool may_be_done; /* an attempt's outcome is unknown */
	bool under_way;   /* in busy */
	enum move_outcome outcome;
	struct diag why;            /* LATER, DROPPED */
	struct remote_file *remote; /* while it is under way */
	struct turn_waiter waiter;
};

struct file_mover {
	struct hub *hub;
	struct link lanes;
	struct link busy;
	struct link buckets[FILE_MOVER_BUCKETS];
	struct timer timer;
	bool stopping;
	void (*on_stopped)(void *arg);
	void *on_stopped_arg;
	struct deferred stopped;
};

/* In memory, from its record; NEW. */
struct move *move_create(struct file_mover *m, const struct file_move *record);
void move_free(struct move *v);
/* The same, of one that was under way. */
void move_end(struct move *v);

/* It waits: `list` is one of its lane's. */
void move_wait(struct move *v, struct link *list);
/* WAITING: tries now. */
void move_begin(struct move *v);
/* RECORD: writes down what came of it (again, when a turn failed). */
void move_record(struct move *v);

/* From the mover: begins what is due and sets the timer. */
void file_mover_wake(struct file_mover *m);
struct move_lane *file_mover_lane(struct file_mover *m, struct uuid client_id);
void file_mover_look_whether_stopped(struct file_mover *m);
struct link *file_mover_bucket(
	struct file_mover *m, struct uuid client_id, struct str path);

#endif
