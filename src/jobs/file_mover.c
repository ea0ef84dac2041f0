#include "sluice/jobs/file_mover.h"

#include <stdlib.h>
#include <string.h>

#include "sluice/base/clock.h"
#include "sluice/base/list.h"
#include "sluice/base/log.h"
#include "sluice/base/mem.h"
#include "sluice/base/sm.h"
#include "sluice/jobs/hub.h"
#include "sluice/jobs/remote_file.h"

/* One move:
 *
 *   NEW -> WAITING -> LOOK -> RENAME -> RECORD -> GONE
 *             ^         |       |         |
 *             |         +-------+-> RECORD+
 *             +---------------------------+  (tried again later)
 *
 * NEW: its record is not on disk yet.  LOOK: is the file still the one that was
 * read?  RENAME: once per name that is free to try.  RECORD: what came of it is
 * being written. */
enum {
	NEW,
	WAITING,
	LOOK,
	RENAME,
	RECORD,
	GONE,
	STATE_COUNT
};

#define TO(s) SM_BIT(s)
static const struct sm_state move_states[STATE_COUNT] = {
	[NEW] = { "new", TO(WAITING) | TO(GONE) },
	[WAITING] = { "waiting", TO(LOOK) | TO(GONE) },
	[LOOK] = { "look", TO(RENAME) | TO(RECORD) | TO(GONE) },
	[RENAME] = { "rename", TO(RENAME) | TO(RECORD) | TO(GONE) },
	[RECORD] = { "record", TO(WAITING) | TO(GONE) },
	[GONE] = { "gone", 0 },
};
#undef TO

/* Under way at the same time, per connection. */
#define UNDER_WAY_MAX 8

/* After a commit that failed. */
#define STORE_RETRY_MS 1000

/* Names that are tried: x.csv, x-2.csv, ... */
#define NAMES_MAX 1000

#define BUCKETS 1024

enum outcome {
	MOVED,
	DROPPED, /* there is nothing to move any more */
	LATER,
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
	enum outcome outcome;
	struct diag why;            /* LATER, DROPPED */
	struct remote_file *remote; /* while it is under way */
	struct turn_waiter waiter;
};

struct file_mover {
	struct hub *hub;
	struct link idle; /* NEW and WAITING, oldest first */
	struct link busy;
	struct link buckets[BUCKETS];
	struct timer timer;
	bool stopping;
	void (*on_stopped)(void *arg);
	void *on_stopped_arg;
	struct deferred stopped;
};

static void wake(struct file_mover *m);

/* --- moves in memory --------------------------------------------------------
 */

static struct link *bucket_of(
	struct file_mover *m, struct uuid client_id, struct str path)
{
	uint32_t hash = 2166136261u ^ client_id.bytes[15];

	for (size_t i = 0; i < path.len; i++)
		hash = (hash ^ (uint8_t)path.ptr[i]) * 16777619u;
	return &m->buckets[hash % BUCKETS];
}

static struct move *move_create(
	struct file_mover *m, const struct file_move *record)
{
	struct move *v = mem_alloc(sizeof *v);

	v->m = m;
	v->id = record->id;
	uuid_format(v->id, v->name);
	v->client_id = record->client_id;
	v->execution_id = record->execution_id;
	v->from = mem_dup(record->from.ptr, record->from.len);
	v->to = mem_dup(record->to.ptr, record->to.len);
	v->attrs = (struct remote_attrs){ record->size, record->mtime };
	v->next_at = record->next_at;
	v->attempts = record->attempts;
	list_append(&m->idle, &v->link);
	list_append(bucket_of(m, v->client_id, str_of(v->from)), &v->bucket);
	sm_init(&v->sm, "file_move", v->name, move_states);
	return v;
}

static void move_free(struct move *v)
{
	list_remove(&v->link);
	list_remove(&v->bucket);
	free(v->from);
	free(v->to);
	free(v->target);
	free(v->remote);
	free(v);
}

static void on_stopped(struct deferred *d)
{
	struct file_mover *m = container_of(d, struct file_mover, stopped);

	m->on_stopped(m->on_stopped_arg);
}

static void look_whether_stopped(struct file_mover *m)
{
	if (m->stopping && list_empty(&m->busy))
		loop_defer(m->hub->loop, &m->stopped, on_stopped);
}

static void move_end(struct move *v)
{
	struct file_mover *m = v->m;

	sm_move(&v->sm, GONE);
	move_free(v);
	look_whether_stopped(m);
}

/* --- what came of it ---------------------------------------------------------
 */

static struct file_move record_of(const struct move *v)
{
	return (struct file_move){
		.id = v->id,
		.client_id = v->client_id,
		.execution_id = v->execution_id,
		.from = str_of(v->from),
		.to = str_of(v->to),
		.size = v->attrs.size,
		.mtime = v->attrs.mtime,
		.next_at = v->next_at,
		.attempts = v->attempts,
		.message = str_of(v->why.text),
	};
}

static void log_outcome(const struct move *v)
{
	if (v->outcome == MOVED)
		log_info("%s: moved to %s", v->from, v->target);
	else if (v->outcome == DROPPED)
		log_warn("%s is not moved: %s", v->from, v->why.text);
	else
		log_warn("%s could not be moved: %s; trying again in %u "
			 "seconds",
			v->from, v->why.text,
			v->m->hub->settings.move_retry_seconds);
}

static void on_recorded(
	struct turn_waiter *w, enum err e, const struct diag *why)
{
	struct move *v = container_of(w, struct move, waiter);
	struct file_mover *m = v->m;

	(void)why;
	if (m->stopping || m->hub->turn.fatal) {
		move_end(v);
		return;
	}
	if (e != ERR_OK) {
		v->next_at = clock_now_ms() + STORE_RETRY_MS;
		wake(m);
		return;
	}
	log_outcome(v);
	import_queue_file_moved(m->hub, v->execution_id, v->from,
		v->outcome == MOVED ? v->target : NULL);
	if (v->outcome == LATER) {
		sm_move(&v->sm, WAITING);
		list_remove(&v->link);
		list_append(&m->idle, &v->link);
	} else {
		move_end(v);
	}
	wake(m);
}

/* In the turn's transaction; written again by wake() when that fails. */
static void record(struct move *v)
{
	struct file_move r = record_of(v);
	struct txn *t;
	enum err e = turn_write(v->m->hub, &t);

	if (e == ERR_OK && v->outcome == LATER)
		e = record_file_move_put(t, &r);
	else if (e == ERR_OK)
		e = record_file_move_delete(t, v->id);
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		log_error("%s: what became of its move could not be written: "
			  "%s",
			v->from, err_text(e));
	turn_wait(v->m->hub, &v->waiter, on_recorded);
}

static void end_attempt(struct move *v, enum outcome outcome)
{
	unsigned seconds = v->m->hub->settings.move_retry_seconds;

	free(v->remote);
	v->remote = NULL;
	v->outcome = outcome;
	v->names = 0;
	v->attempts++;
	v->next_at = clock_now_ms() + (int64_t)seconds * 1000;
	sm_move(&v->sm, RECORD);
	record(v);
}

static void drop(struct move *v, const char *reason)
{
	diag_set(&v->why, ERR_NOT_FOUND, "%s", reason);
	end_attempt(v, DROPPED);
}

/* --- the attempt
 * -------------------------------------------------------------- */

static void on_remote(struct remote_file *f);

/* Before the ending, of packed files before both: "x-2.csv.gz". */
static size_t ending_at(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash == NULL ? path : slash + 1;
	size_t end = strlen(path);
	const char *dot;

	if (end - (size_t)(name - path) > 3 &&
		strcmp(path + end - 3, ".gz") == 0)
		end -= 3;
	dot = memrchr(name, '.', end - (size_t)(name - path));
	return dot == NULL || dot == name ? end : (size_t)(dot - path);
}

static char *name_number(const char *path, unsigned n)
{
	size_t at = ending_at(path);

	if (n == 1)
		return mem_strdup(path);
	return mem_printf("%.*s-%u%s", (int)at, path, n, path + at);
}

static void call(struct move *v, enum remote_action action)
{
	enum err e;

	*v->remote = (struct remote_file){
		.action = action,
		.client_id = v->client_id,
		.path = v->from,
		.to = v->target,
		.arg = v,
		.who = v->name,
	};
	e = remote_file_start(v->remote, v->m->hub, on_remote);
	if (e == ERR_OK)
		return;
	v->why = v->remote->why;
	end_attempt(v, LATER);
}

static void rename_next(struct move *v)
{
	if (++v->names > NAMES_MAX) {
		diag_set(&v->why, ERR_EXISTS,
			"%u files by that name lie there already", NAMES_MAX);
		end_attempt(v, LATER);
		return;
	}
	free(v->target);
	v->target = name_number(v->to, v->names);
	sm_move(&v->sm, RENAME);
	call(v, REMOTE_RENAME);
}

static void on_looked(struct move *v)
{
	enum err e = v->remote->status;

	v->why = v->remote->why;
	if (e == ERR_REMOTE_ABSENT && v->may_be_done)
		end_attempt(v, MOVED);
	else if (e == ERR_REMOTE_ABSENT)
		drop(v, "it is gone from there");
	else if (e != ERR_OK)
		end_attempt(v, LATER);
	else if (!remote_attrs_same(&v->attrs, &v->remote->attrs))
		drop(v, "it has changed since it was read; the next execution "
			"takes it again");
	else
		rename_next(v);
}

static void on_renamed(struct move *v)
{
	enum err e = v->remote->status;

	v->why = v->remote->why;
	v->may_be_done = e == ERR_UNKNOWN;
	if (e == ERR_OK)
		end_attempt(v, MOVED);
	else if (e == ERR_EXISTS)
		rename_next(v);
	else
		end_attempt(v, LATER);
}

static void on_remote(struct remote_file *f)
{
	struct move *v = f->arg;

	/* What was not done is still on record. */
	if (v->m->stopping && (v->sm.state == LOOK || f->status != ERR_OK))
		move_end(v);
	else if (v->sm.state == LOOK)
		on_looked(v);
	else
		on_renamed(v);
}

static void begin(struct move *v)
{
	struct file_mover *m = v->m;

	list_remove(&v->link);
	list_append(&m->busy, &v->link);
	v->remote = mem_alloc(sizeof *v->remote);
	sm_move(&v->sm, LOOK);
	if (catalog_connection(m->hub, v->client_id) == NULL)
		drop(v, "its connection was deleted");
	else
		call(v, REMOTE_STAT);
}

/* --- when
 * ---------------------------------------------------------------------- */

static unsigned under_way(const struct file_mover *m, struct uuid client_id)
{
	unsigned n = 0;

	list_for_each (l, &m->busy)
		n += uuid_eq(container_of(l, struct move, link)->client_id,
			client_id);
	return n;
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t start_due(struct file_mover *m, int64_t now)
{
	int64_t next = INT64_MAX;

	list_for_each (l, &m->idle) {
		struct move *v = container_of(l, struct move, link);

		if (v->sm.state != WAITING)
			continue;
		if (v->next_at > now)
			next = earlier(next, v->next_at);
		else if (under_way(m, v->client_id) < UNDER_WAY_MAX)
			begin(v);
	}
	return next;
}

/* Outcomes whose turn failed. */
static int64_t record_due(struct file_mover *m, int64_t now)
{
	int64_t next = INT64_MAX;

	list_for_each (l, &m->busy) {
		struct move *v = container_of(l, struct move, link);

		if (v->sm.state != RECORD || v->waiter.waiting)
			continue;
		if (v->next_at > now)
			next = earlier(next, v->next_at);
		else
			record(v);
	}
	return next;
}

static void on_timer(struct timer *t)
{
	wake(container_of(t, struct file_mover, timer));
}

/* One timer at the earliest time; those that wait for others to end are begun
 * when these do. */
static void wake(struct file_mover *m)
{
	int64_t now = clock_now_ms(), next;

	if (m->stopping || m->hub->stopping)
		return;
	next = earlier(record_due(m, now), start_due(m, now));
	if (next == INT64_MAX)
		timer_stop(m->hub->loop, &m->timer);
	else
		timer_set(m->hub->loop, &m->timer, (uint64_t)(next - now),
			on_timer);
}

/* --- from outside
 * ---------------------------------------------------------------- */

static bool load(void *arg, const struct file_move *record)
{
	struct move *v = move_create(arg, record);

	sm_move(&v->sm, WAITING);
	return true;
}

enum err file_mover_start(
	struct file_mover **out, struct hub *hub, struct diag *why)
{
	struct file_mover *m = mem_alloc(sizeof *m);
	enum err e;

	m->hub = hub;
	list_init(&m->idle);
	list_init(&m->busy);
	for (size_t i = 0; i < BUCKETS; i++)
		list_init(&m->buckets[i]);
	*out = m;
	e = record_file_move_each(turn_read(hub), load, m);
	if (e != ERR_OK)
		return diag_set(why, e,
			"stored file moves: %s; restore the database from a "
			"backup",
			err_text(e));
	timer_set(hub->loop, &m->timer, 0, on_timer);
	return ERR_OK;
}

static void on_added(struct turn_waiter *w, enum err e, const struct diag *why)
{
	struct move *v = container_of(w, struct move, waiter);
	struct file_mover *m = v->m;

	(void)why;
	if (e != ERR_OK || m->stopping) {
		move_end(v);
		return;
	}
	sm_move(&v->sm, WAITING);
	wake(m);
}

enum err file_mover_add(struct file_mover *m, const struct file_move *move)
{
	struct move *v;
	struct txn *t;
	enum err e = turn_write(m->hub, &t);

	if (e == ERR_OK)
		e = record_file_move_put(t, move);
	if (e != ERR_OK)
		return e;
	v = move_create(m, move);
	turn_wait(m->hub, &v->waiter, on_added);
	return ERR_OK;
}

bool file_mover_has(
	struct file_mover *m, struct uuid client_id, struct str path)
{
	list_for_each (l, bucket_of(m, client_id, path)) {
		const struct move *v = container_of(l, struct move, bucket);

		if (uuid_eq(v->client_id, client_id) &&
			str_eq(str_of(v->from), path))
			return true;
	}
	return false;
}

void file_mover_stop(struct file_mover *m, void (*done)(void *arg), void *arg)
{
	m->stopping = true;
	m->on_stopped = done;
	m->on_stopped_arg = arg;
	timer_stop(m->hub->loop, &m->timer);
	list_for_each (l, &m->busy) {
		struct move *v = container_of(l, struct move, link);

		if (v->sm.state != RECORD)
			remote_file_cancel(v->remote);
		else if (!v->waiter.waiting)
			move_end(v);
	}
	look_whether_stopped(m);
}

static void free_idle(struct file_mover *m)
{
	list_for_each (l, &m->idle) {
		struct move *v = container_of(l, struct move, link);

		turn_unwait(&v->waiter);
		move_free(v);
	}
}

void file_mover_release(struct file_mover *m)
{
	if (m == NULL)
		return;
	must(list_empty(&m->busy));
	timer_stop(m->hub->loop, &m->timer);
	free_idle(m);
	free(m);
}
