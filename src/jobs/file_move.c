#include "file_move.h"

#include <stdlib.h>
#include <string.h>

#include "sluice/base/clock.h"
#include "sluice/base/log.h"
#include "sluice/base/mem.h"

#define TO(s) SM_BIT(s)
static const struct sm_state move_states[MOVE_STATE_COUNT] = {
	[MOVE_NEW] = { "new", TO(MOVE_WAITING) | TO(MOVE_GONE) },
	[MOVE_WAITING] = { "waiting", TO(MOVE_LOOK) | TO(MOVE_GONE) },
	[MOVE_LOOK] = { "look",
		TO(MOVE_RENAME) | TO(MOVE_RECORD) | TO(MOVE_GONE) },
	[MOVE_RENAME] = { "rename",
		TO(MOVE_RENAME) | TO(MOVE_RECORD) | TO(MOVE_GONE) },
	[MOVE_RECORD] = { "record", TO(MOVE_WAITING) | TO(MOVE_GONE) },
	[MOVE_GONE] = { "gone", 0 },
};
#undef TO

/* After a commit that failed. */
#define STORE_RETRY_MS 1000

/* Names that are tried: x.csv, x-2.csv, ... */
#define NAMES_MAX 1000

/* --- moves in memory ----------------------------------------------------- */

struct move *move_create(struct file_mover *m, const struct file_move *record)
{
	struct move *v = mem_alloc(sizeof *v);

	v->m = m;
	v->id = record->id;
	uuid_format(v->id, v->name);
	v->lane = file_mover_lane(m, record->client_id);
	v->execution_id = record->execution_id;
	v->from = mem_dup(record->from.ptr, record->from.len);
	v->to = mem_dup(record->to.ptr, record->to.len);
	v->attrs = (struct remote_attrs){ record->size, record->mtime };
	v->next_at = record->next_at;
	v->attempts = record->attempts;
	list_append(&v->lane->fresh, &v->link);
	list_append(file_mover_bucket(m, record->client_id, str_of(v->from)),
		&v->bucket);
	sm_init(&v->sm, "file_move", v->name, move_states);
	return v;
}

static void leave(struct move *v)
{
	list_remove(&v->link);
	v->lane->under_way -= v->under_way;
	v->under_way = false;
}

void move_wait(struct move *v, struct link *list)
{
	sm_move(&v->sm, MOVE_WAITING);
	leave(v);
	list_append(list, &v->link);
}

void move_free(struct move *v)
{
	leave(v);
	list_remove(&v->bucket);
	free(v->from);
	free(v->to);
	free(v->target);
	free(v->remote);
	free(v);
}

void move_end(struct move *v)
{
	struct file_mover *m = v->m;

	sm_move(&v->sm, MOVE_GONE);
	move_free(v);
	file_mover_look_whether_stopped(m);
}

/* --- what came of it ----------------------------------------------------- */

static struct file_move record_of(const struct move *v)
{
	return (struct file_move){
		.id = v->id,
		.client_id = v->lane->client_id,
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
	if (v->outcome == MOVE_IS_MOVED)
		log_info("%s: moved to %s", v->from, v->target);
	else if (v->outcome == MOVE_IS_DROPPED)
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
		file_mover_wake(m);
		return;
	}
	log_outcome(v);
	import_queue_file_moved(m->hub, v->execution_id, v->from,
		v->outcome == MOVE_IS_MOVED ? v->target : NULL);
	if (v->outcome == MOVE_IS_LATER)
		move_wait(v, &v->lane->later);
	else
		move_end(v);
	file_mover_wake(m);
}

/* In the turn's transaction; written again by the mover when that fails. */
void move_record(struct move *v)
{
	struct file_move r = record_of(v);
	struct txn *t;
	enum err e = turn_write(v->m->hub, &t);

	if (e == ERR_OK && v->outcome == MOVE_IS_LATER)
		e = record_file_move_put(t, &r);
	else if (e == ERR_OK)
		e = record_file_move_delete(t, v->id);
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		log_error("%s: what became of its move could not be written: "
			  "%s",
			v->from, err_text(e));
	turn_wait(v->m->hub, &v->waiter, on_recorded);
}

static void end_attempt(struct move *v, enum move_outcome outcome)
{
	unsigned seconds = v->m->hub->settings.move_retry_seconds;

	free(v->remote);
	v->remote = NULL;
	v->outcome = outcome;
	v->names = 0;
	v->attempts++;
	v->next_at = clock_now_ms() + (int64_t)seconds * 1000;
	if (outcome == MOVE_IS_LATER && remote_is_out_of_reach(v->why.code))
		v->lane->not_before = v->next_at;
	sm_move(&v->sm, MOVE_RECORD);
	move_record(v);
}

static void drop(struct move *v, const char *reason)
{
	diag_set(&v->why, ERR_NOT_FOUND, "%s", reason);
	end_attempt(v, MOVE_IS_DROPPED);
}

/* --- the attempt --------------------------------------------------------- */

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
		.client_id = v->lane->client_id,
		.path = v->from,
		.to = v->target,
		.arg = v,
		.who = v->name,
	};
	e = remote_file_start(v->remote, v->m->hub, on_remote);
	if (e == ERR_OK)
		return;
	v->why = v->remote->why;
	end_attempt(v, MOVE_IS_LATER);
}

static void rename_next(struct move *v)
{
	if (++v->names > NAMES_MAX) {
		diag_set(&v->why, ERR_EXISTS,
			"%u files by that name lie there already", NAMES_MAX);
		end_attempt(v, MOVE_IS_LATER);
		return;
	}
	free(v->target);
	v->target = name_number(v->to, v->names);
	sm_move(&v->sm, MOVE_RENAME);
	call(v, REMOTE_RENAME);
}

static void on_looked(struct move *v)
{
	enum err e = v->remote->status;

	v->why = v->remote->why;
	if (e == ERR_REMOTE_ABSENT && v->may_be_done)
		end_attempt(v, MOVE_IS_MOVED);
	else if (e == ERR_REMOTE_ABSENT)
		drop(v, "it is gone from there");
	else if (e != ERR_OK)
		end_attempt(v, MOVE_IS_LATER);
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
		end_attempt(v, MOVE_IS_MOVED);
	else if (e == ERR_EXISTS)
		rename_next(v);
	else
		end_attempt(v, MOVE_IS_LATER);
}

static void on_remote(struct remote_file *f)
{
	struct move *v = f->arg;

	/* What was not done is still on record. */
	if (v->m->stopping && (v->sm.state == MOVE_LOOK || f->status != ERR_OK))
		move_end(v);
	else if (v->sm.state == MOVE_LOOK)
		on_looked(v);
	else
		on_renamed(v);
}

void move_begin(struct move *v)
{
	struct file_mover *m = v->m;

	list_remove(&v->link);
	list_append(&m->busy, &v->link);
	v->under_way = true;
	v->lane->under_way++;
	v->remote = mem_alloc(sizeof *v->remote);
	sm_move(&v->sm, MOVE_LOOK);
	if (catalog_connection(m->hub, v->lane->client_id) == NULL)
		drop(v, "its connection was deleted");
	else
		call(v, REMOTE_STAT);
}
