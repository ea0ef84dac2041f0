#include "sluice/jobs/export_queue.h"

#include <stdlib.h>

#include "export_run.h"
#include "sluice/base/clock.h"
#include "sluice/base/log.h"
#include "sluice/base/mem.h"
#include "sluice/jobs/export_repair.h"
#include "sluice/jobs/export_state.h"
#include "sluice/jobs/hub.h"

/* Bytes of payloads held in memory per destination; one is always let in. */
#define IN_FLIGHT_BYTES (32u << 20)

#define CLAIM_MAX 1024

static void claim_due(struct turn_step *step);

/* --- destinations and the one timer --------------------------------------- */

static struct destination *destination_get(struct hub *hub, struct uuid id)
{
	struct destination *d;

	list_for_each (l, &hub->queue.destinations) {
		d = container_of(l, struct destination, link);
		if (uuid_eq(d->client_id, id))
			return d;
	}
	d = mem_alloc(sizeof *d);
	d->hub = hub;
	d->client_id = id;
	d->next_due = INT64_MAX;
	list_init(&d->running);
	list_append(&hub->queue.destinations, &d->link);
	return d;
}

static void wake(struct destination *d)
{
	if (!d->hub->stopping)
		turn_before_commit(d->hub, &d->claim, claim_due);
}

void export_queue_wake(struct hub *hub, struct uuid client_id)
{
	wake(destination_get(hub, client_id));
}

static void set_timer(struct hub *hub);

static void on_due(struct timer *t)
{
	struct hub *hub = container_of(t, struct hub, queue.due);
	int64_t now = clock_now_ms();

	list_for_each (l, &hub->queue.destinations) {
		struct destination *d =
			container_of(l, struct destination, link);

		if (d->next_due <= now)
			wake(d);
	}
	/* Set again for the rest, and for a wall clock that was set back. */
	set_timer(hub);
}

static void set_timer(struct hub *hub)
{
	int64_t earliest = INT64_MAX, now = clock_now_ms();

	list_for_each (l, &hub->queue.destinations) {
		struct destination *d =
			container_of(l, struct destination, link);

		if (!d->claim.queued && d->next_due < earliest)
			earliest = d->next_due;
	}
	if (earliest == INT64_MAX || hub->stopping)
		timer_stop(hub->loop, &hub->queue.due);
	else
		timer_set(hub->loop, &hub->queue.due,
			earliest > now ? (uint64_t)(earliest - now) : 0,
			on_due);
}

/* --- a run's end ---------------------------------------------------------- */

static bool idle(struct hub *hub)
{
	list_for_each (l, &hub->queue.destinations) {
		if (!list_empty(&container_of(l, struct destination, link)
					 ->running))
			return false;
	}
	return true;
}

static void on_stopped(struct deferred *d)
{
	struct hub *hub = container_of(d, struct hub, queue.stopped);

	timer_stop(hub->loop, &hub->queue.grace);
	hub->queue.on_stopped(hub->queue.on_stopped_arg);
}

void export_queue_look_whether_stopped(struct hub *hub)
{
	if (hub->queue.on_stopped != NULL && idle(hub))
		loop_defer(hub->loop, &hub->queue.stopped, on_stopped);
}

void export_destination_wait(struct destination *d, int64_t until)
{
	d->next_due = until;
	set_timer(d->hub);
}

/* --- claiming ------------------------------------------------------------- */

static unsigned window(const struct destination *d, const struct connection *c)
{
	unsigned max = c != NULL && c->max_concurrent > 0
			       ? c->max_concurrent
			       : d->hub->settings.max_files;

	return max < CLAIM_MAX ? max : CLAIM_MAX;
}

/* Is an earlier export for the same file still under way?  The large one must
 * not come to its end after the small one and leave the older file. */
static bool is_being_written(
	const struct destination *d, const struct export *x)
{
	char *path = export_run_path(x);
	bool found = false;

	list_for_each (l, &d->running) {
		const struct export_run *r =
			container_of(l, struct export_run, link);

		if (!r->ended && strcmp(r->path, path) == 0)
			found = true;
	}
	free(path);
	return found;
}

/* One due export; ERR_LIMIT when its payload has to wait for room.  One whose
 * file is being written is left for the claim that follows that one's end. */
static enum err claim_one(
	struct destination *d, struct txn *t, struct uuid id, int64_t now)
{
	struct export x;
	enum err e = record_export_get(t, id, &x);

	if (e != ERR_OK)
		return e;
	/* Its job was deleted, and the gateway died before the sweep. */
	if (catalog_job(d->hub, x.job_id) == NULL)
		return export_state_cancel(
			t, id, now, "the export job was deleted");
	if (d->run_count > 0 && d->run_bytes + x.payload_size > IN_FLIGHT_BYTES)
		return ERR_LIMIT;
	if (is_being_written(d, &x))
		return ERR_OK;
	e = export_state_claim(t, id, now, &x);
	if (e == ERR_OK)
		export_run_start(d, &x);
	return e;
}

static void claim_all(struct destination *d, struct txn *t, unsigned room)
{
	struct uuid ids[CLAIM_MAX];
	int64_t now = clock_now_ms();
	size_t n = record_export_due(t, d->client_id, now, ids, room);
	enum err e = ERR_OK;

	for (size_t i = 0; i < n && e == ERR_OK; i++) {
		e = claim_one(d, t, ids[i], now);
		if (e != ERR_OK && e != ERR_LIMIT)
			log_error(
				"export queue: %s; trying again", err_text(e));
	}
}

/* Runs once per turn and destination, right before the commit: everything that
 * became due in the turn is claimed in the same transaction. */
static void claim_due(struct turn_step *step)
{
	struct destination *d = container_of(step, struct destination, claim);
	const struct connection *c = catalog_connection(d->hub, d->client_id);
	int64_t next = INT64_MAX;
	struct txn *t;

	d->next_due = INT64_MAX;
	/* Of a connection that is gone, each attempt fails and says so. */
	if (d->hub->stopping || (c != NULL && !c->active))
		return;
	if (d->run_count >= window(d, c))
		return;
	if (!record_export_due_next(turn_read(d->hub), d->client_id, &next))
		return;
	if (next <= clock_now_ms()) {
		if (turn_write(d->hub, &t) == ERR_OK)
			claim_all(d, t, window(d, c) - d->run_count);
		if (!record_export_due_next(
			    turn_read(d->hub), d->client_id, &next))
			next = INT64_MAX;
		/* Full now: the next delivery that ends claims again. */
		if (d->run_count > 0 && next <= clock_now_ms())
			next = INT64_MAX;
		else if (next <= clock_now_ms())
			next = clock_now_ms() + STORE_RETRY_MS;
	}
	d->next_due = next;
	set_timer(d->hub);
}

/* --- start and stop ------------------------------------------------------- */

static bool wake_client(void *arg, struct uuid client_id)
{
	export_queue_wake(arg, client_id);
	return true;
}

static enum err recover(struct hub *hub, struct diag *why)
{
	size_t n = 1, total = 0;
	struct txn *t;
	enum err e = ERR_OK;

	while (n > 0 && e == ERR_OK) {
		e = turn_write(hub, &t);
		if (e == ERR_OK)
			e = export_state_recover(t, clock_now_ms(), 256, &n);
		if (e == ERR_OK)
			e = store_commit(hub->store, why);
		else
			store_abort(hub->store);
		store_end_turn(hub->store);
		total += n;
	}
	if (e != ERR_OK)
		return diag_set(why, e,
			"exports interrupted by a crash could "
			"not be recovered: %s",
			err_text(e));
	if (total > 0)
		log_warn("%zu exports were under way when the gateway died; "
			 "they go out again",
			total);
	return ERR_OK;
}

enum err export_queue_start(struct hub *hub, struct diag *why)
{
	enum err e;

	hub->queue = (struct export_queue){ 0 };
	list_init(&hub->queue.destinations);
	list_init(&hub->queue.sweeps);
	e = recover(hub, why);
	if (e == ERR_OK)
		record_export_due_clients(turn_read(hub), wake_client, hub);
	return e;
}

static void cancel_runs(struct timer *t)
{
	struct hub *hub = container_of(t, struct hub, queue.grace);

	list_for_each (l, &hub->queue.destinations) {
		struct destination *d =
			container_of(l, struct destination, link);

		list_for_each (m, &d->running) {
			struct export_run *r =
				container_of(m, struct export_run, link);

			delivery_cancel(&r->delivery);
		}
	}
}

void export_queue_stop(
	struct hub *hub, uint64_t grace_ms, void (*done)(void *arg), void *arg)
{
	must(hub->stopping);
	hub->queue.on_stopped = done;
	hub->queue.on_stopped_arg = arg;
	timer_stop(hub->loop, &hub->queue.due);
	if (idle(hub))
		loop_defer(hub->loop, &hub->queue.stopped, on_stopped);
	else
		timer_set(hub->loop, &hub->queue.grace, grace_ms, cancel_runs);
}

void export_queue_release(struct hub *hub)
{
	if (hub->queue.destinations.next == NULL)
		return; /* never started */
	list_for_each (l, &hub->queue.destinations) {
		struct destination *d =
			container_of(l, struct destination, link);

		must(list_empty(&d->running));
		turn_undo_step(&d->claim);
		free(d);
	}
	export_sweeps_release(hub);
}

/* --- what operators and events ask for ------------------------------------ */

enum err export_queue_add(
	struct hub *hub, struct export *x, const struct buf *payload)
{
	struct txn *t;
	enum err e = turn_write(hub, &t);

	if (e != ERR_OK)
		return e;
	x->payload_size = payload->len;
	if (payload->full) {
		x->state = EXPORT_FAILED;
		x->next_attempt_at = 0;
		x->payload_size = 0;
		x->message = STR("the rendered file is larger than "
				 "limits.payload: raise it and retry with "
				 "render=fresh");
	}
	e = record_export_put(t, x);
	if (e == ERR_OK && !payload->full)
		e = record_export_payload_put(t, x->id, buf_view(payload));
	if (e == ERR_OK)
		export_queue_wake(hub, x->client_id);
	return e;
}

static struct export_run *find_run(struct hub *hub, struct uuid id)
{
	list_for_each (l, &hub->queue.destinations) {
		struct destination *d =
			container_of(l, struct destination, link);

		list_for_each (m, &d->running) {
			struct export_run *r =
				container_of(m, struct export_run, link);

			if (uuid_eq(r->id, id))
				return r;
		}
	}
	return NULL;
}

void export_queue_cancel_running(struct hub *hub, struct uuid job_id)
{
	list_for_each (l, &hub->queue.destinations) {
		struct destination *d =
			container_of(l, struct destination, link);

		list_for_each (m, &d->running) {
			struct export_run *r =
				container_of(m, struct export_run, link);

			if (uuid_eq(r->job_id, job_id))
				export_run_cancel(r);
		}
	}
}

enum err export_cancel(struct hub *hub, struct uuid id, struct diag *why)
{
	struct export_run *r = find_run(hub, id);
	struct txn *t;
	enum err e;

	if (r != NULL) {
		export_run_cancel(r);
		return ERR_OK;
	}
	e = turn_write(hub, &t);
	if (e == ERR_OK)
		e = export_state_cancel(
			t, id, clock_now_ms(), "cancelled by an operator");
	if (e == ERR_CONFLICT)
		diag_set(why, e,
			"this export has ended; only one that waits "
			"or runs can be cancelled");
	else if (e != ERR_OK)
		diag_set(why, e, "export: %s", err_text(e));
	return e;
}
