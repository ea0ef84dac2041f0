#include "sluice/jobs/file_mover.h"

#include <stdlib.h>

#include "file_move.h"
#include "sluice/base/clock.h"
#include "sluice/base/mem.h"

/* Under way at the same time, per connection. */
#define UNDER_WAY_MAX 8

/* --- all of them -------------------------------------------------------- */

struct link *file_mover_bucket(
	struct file_mover *m, struct uuid client_id, struct str path)
{
	uint32_t hash = 2166136261u ^ client_id.bytes[15];

	for (size_t i = 0; i < path.len; i++)
		hash = (hash ^ (uint8_t)path.ptr[i]) * 16777619u;
	return &m->buckets[hash % FILE_MOVER_BUCKETS];
}

static void on_stopped(struct deferred *d)
{
	struct file_mover *m = container_of(d, struct file_mover, stopped);

	m->on_stopped(m->on_stopped_arg);
}

void file_mover_look_whether_stopped(struct file_mover *m)
{
	if (m->stopping && list_empty(&m->busy))
		loop_defer(m->hub->loop, &m->stopped, on_stopped);
}

struct move_lane *file_mover_lane(struct file_mover *m, struct uuid client_id)
{
	struct move_lane *lane;

	list_for_each (l, &m->lanes) {
		lane = container_of(l, struct move_lane, link);
		if (uuid_eq(lane->client_id, client_id))
			return lane;
	}
	lane = mem_alloc(sizeof *lane);
	lane->client_id = client_id;
	list_init(&lane->fresh);
	list_init(&lane->due);
	list_init(&lane->later);
	list_append(&m->lanes, &lane->link);
	return lane;
}

/* --- when ---------------------------------------------------------------- */

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* NULL: none is due; *next may become less then. */
static struct move *next_due(
	const struct move_lane *lane, int64_t now, int64_t *next)
{
	struct move *v;

	if (!list_empty(&lane->due))
		return list_first(&lane->due, struct move, link);
	if (list_empty(&lane->later))
		return NULL;
	v = list_first(&lane->later, struct move, link);
	if (v->next_at <= now)
		return v;
	*next = earlier(*next, v->next_at);
	return NULL;
}

static int64_t start_lane(struct move_lane *lane, int64_t now)
{
	int64_t next = INT64_MAX;
	struct move *v;

	while (lane->under_way < UNDER_WAY_MAX && lane->not_before <= now) {
		v = next_due(lane, now, &next);
		if (v == NULL)
			return next;
		move_begin(v);
	}
	return lane->not_before > now ? lane->not_before : INT64_MAX;
}

static int64_t start_due(struct file_mover *m, int64_t now)
{
	int64_t next = INT64_MAX;

	list_for_each (l, &m->lanes)
		next = earlier(next,
			start_lane(
				container_of(l, struct move_lane, link), now));
	return next;
}

/* Outcomes whose turn failed. */
static int64_t record_due(struct file_mover *m, int64_t now)
{
	int64_t next = INT64_MAX;

	list_for_each (l, &m->busy) {
		struct move *v = container_of(l, struct move, link);

		if (v->sm.state != MOVE_RECORD || v->waiter.waiting)
			continue;
		if (v->next_at > now)
			next = earlier(next, v->next_at);
		else
			move_record(v);
	}
	return next;
}

static void on_timer(struct timer *t)
{
	file_mover_wake(container_of(t, struct file_mover, timer));
}

/* One timer at the earliest time; those that wait for others to end are begun
 * when these do. */
void file_mover_wake(struct file_mover *m)
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

/* --- from outside -------------------------------------------------------- */

static bool load(void *arg, const struct file_move *record)
{
	struct move *v = move_create(arg, record);

	move_wait(v, &v->lane->due);
	return true;
}

enum err file_mover_start(
	struct file_mover **out, struct hub *hub, struct diag *why)
{
	struct file_mover *m = mem_alloc(sizeof *m);
	enum err e;

	m->hub = hub;
	list_init(&m->lanes);
	list_init(&m->busy);
	for (size_t i = 0; i < FILE_MOVER_BUCKETS; i++)
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
	move_wait(v, &v->lane->due);
	v->lane->not_before = 0; /* somebody has just read from there */
	file_mover_wake(m);
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
	list_for_each (l, file_mover_bucket(m, client_id, path)) {
		const struct move *v = container_of(l, struct move, bucket);

		if (uuid_eq(v->lane->client_id, client_id) &&
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

		if (v->sm.state != MOVE_RECORD)
			remote_file_cancel(v->remote);
		else if (!v->waiter.waiting)
			move_end(v);
	}
	file_mover_look_whether_stopped(m);
}

static void free_moves(struct link *list)
{
	list_for_each (l, list) {
		struct move *v = container_of(l, struct move, link);

		turn_unwait(&v->waiter);
		move_free(v);
	}
}

static void free_lanes(struct file_mover *m)
{
	list_for_each (l, &m->lanes) {
		struct move_lane *lane =
			container_of(l, struct move_lane, link);

		free_moves(&lane->fresh);
		free_moves(&lane->due);
		free_moves(&lane->later);
		free(lane);
	}
}

void file_mover_release(struct file_mover *m)
{
	if (m == NULL)
		return;
	must(list_empty(&m->busy));
	timer_stop(m->hub->loop, &m->timer);
	free_lanes(m);
	free(m);
}
