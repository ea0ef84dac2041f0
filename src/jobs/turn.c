#include "sluice/jobs/turn.h"

#include "sluice/base/log.h"
#include "sluice/jobs/hub.h"

static void run_steps(struct hub *hub)
{
	struct turn_step *step;

	while (!list_empty(&hub->turn.steps)) {
		step = list_first(&hub->turn.steps, struct turn_step, link);
		turn_undo_step(step);
		step->fn(step);
	}
}

/* Nothing may be accepted any more that might be lost: the page cache is not
 * to be trusted after a failed fsync (architecture.md section 3). */
static void give_up(struct hub *hub)
{
	if (hub->turn.fatal)
		return;
	hub->turn.fatal = true;
	log_error("database: %s; stopping, since nothing more can be made "
		  "durable: check the disk, then start again",
		hub->turn.why.text);
	if (hub->turn.on_fatal != NULL)
		hub->turn.on_fatal(hub->turn.on_fatal_arg);
}

static enum err commit(struct hub *hub)
{
	enum err e = ERR_OK;

	hub->turn.why.text[0] = '\0';
	if (store_is_writing(hub->store))
		e = store_commit(hub->store, &hub->turn.why);
	store_end_turn(hub->store);
	if (e == ERR_OK) {
		hub->catalog.changed = false;
		return ERR_OK;
	}
	log_error("database: %s; nothing of this turn was kept",
		hub->turn.why.text);
	if (e == ERR_IO)
		give_up(hub);
	else
		catalog_roll_back(hub);
	return e;
}

static void tell(struct hub *hub, enum err e)
{
	struct diag why = hub->turn.why;
	struct turn_waiter *w;
	struct link batch;

	list_move_all(&batch, &hub->turn.waiters);
	while (!list_empty(&batch)) {
		w = list_first(&batch, struct turn_waiter, link);
		turn_unwait(w);
		w->fn(w, e, &why);
	}
}

static bool work_left(struct hub *hub)
{
	return store_is_writing(hub->store) ||
	       !list_empty(&hub->turn.waiters) || !list_empty(&hub->turn.steps);
}

static void on_turn_end(void *arg)
{
	struct hub *hub = arg;

	while (work_left(hub)) {
		run_steps(hub);
		tell(hub, commit(hub));
	}
	store_end_turn(hub->store);
	if (hub->turn.broken)
		give_up(hub);
}

void turn_init(struct hub *hub)
{
	list_init(&hub->turn.waiters);
	list_init(&hub->turn.steps);
	loop_on_turn_end(hub->loop, on_turn_end, hub);
}

enum err turn_write(struct hub *hub, struct txn **out)
{
	enum err e;

	if (hub->turn.fatal)
		return ERR_IO;
	e = store_write(hub->store, out);
	if (e == ERR_IO && !store_is_writing(hub->store)) {
		diag_set(&hub->turn.why, e, "it can't be written any more");
		hub->turn.broken = true;
	}
	return e;
}

struct txn *turn_read(struct hub *hub)
{
	return store_read(hub->store);
}

void turn_wait(struct hub *hub, struct turn_waiter *w,
	void (*fn)(struct turn_waiter *w, enum err e, const struct diag *why))
{
	must(!w->waiting);
	w->fn = fn;
	w->waiting = true;
	list_append(&hub->turn.waiters, &w->link);
}

void turn_unwait(struct turn_waiter *w)
{
	if (!w->waiting)
		return;
	w->waiting = false;
	list_remove(&w->link);
}

void turn_before_commit(struct hub *hub, struct turn_step *step,
	void (*fn)(struct turn_step *step))
{
	if (step->queued)
		return;
	step->fn = fn;
	step->queued = true;
	list_append(&hub->turn.steps, &step->link);
}

void turn_undo_step(struct turn_step *step)
{
	if (!step->queued)
		return;
	step->queued = false;
	list_remove(&step->link);
}
