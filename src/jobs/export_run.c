#include "export_run.h"

#include <stdlib.h>

#include "sluice/base/clock.h"
#include "sluice/base/log.h"
#include "sluice/base/mem.h"

/* --- its end -------------------------------------------------------------- */

static void run_free(struct export_run *r)
{
	struct hub *hub = r->destination->hub;

	list_remove(&r->link);
	delivery_release(&r->delivery);
	free(r->path);
	free(r);
	export_queue_look_whether_stopped(hub);
}

static void leave_slot(struct export_run *r)
{
	struct destination *d = r->destination;

	r->ended = true;
	d->run_count--;
	d->run_bytes -= r->size;
	d->hub->queue.running--;
}

static void log_result(const struct export_run *r, const struct export *x)
{
	int64_t took = clock_now_ms() - r->claimed_at;

	if (r->result.outcome == ATTEMPT_SUCCESS)
		log_info("export %s: %.*s %.*s delivered as %.*s in %lld ms "
			 "(%llu bytes)",
			r->name, STR_ARG(x->job_name), STR_ARG(x->reference),
			STR_ARG(x->file_name), (long long)took,
			(unsigned long long)r->result.bytes);
	else
		log_warn("export %s: %.*s %.*s attempt %u: %s; now %s, %u "
			 "retries left",
			r->name, STR_ARG(x->job_name), STR_ARG(x->reference),
			x->attempts, r->result.message,
			export_state_name(x->state), export_retries_to_come(x));
}

static void count_result(struct export_queue *q, const struct export *x)
{
	if (x->state == EXPORT_SUCCESS)
		q->succeeded++;
	else if (x->state == EXPORT_FAILED)
		q->failed++;
	else if (x->state == EXPORT_RETRYING)
		q->retried++;
}

static void settle(struct export_run *r);

static void on_settle_again(struct timer *t)
{
	settle(container_of(t, struct export_run, again));
}

static void on_settled(
	struct turn_waiter *w, enum err e, const struct diag *why)
{
	struct export_run *r = container_of(w, struct export_run, waiter);
	struct hub *hub = r->destination->hub;

	(void)why;
	if (e == ERR_OK || hub->turn.fatal || hub->stopping)
		run_free(r);
	else
		timer_set(
			hub->loop, &r->again, STORE_RETRY_MS, on_settle_again);
}

/* How it ended must be on disk before the run is forgotten; a full database
 * is asked again until it has room, or until the gateway stops: the next start
 * then finds the attempt RUNNING and its outcome is unknown. */
static void settle(struct export_run *r)
{
	struct hub *hub = r->destination->hub;
	struct export x;
	struct txn *t;
	enum err e = turn_write(hub, &t);

	if (e == ERR_OK)
		e = export_state_settle(
			t, r->id, clock_now_ms(), &r->result, &x);
	if (e == ERR_OK) {
		log_result(r, &x);
		count_result(&hub->queue, &x);
	} else {
		log_error("export %s: its outcome could not be written: %s",
			r->name, err_text(e));
	}
	turn_wait(hub, &r->waiter, on_settled);
}

static void finish(struct export_run *r, enum attempt_outcome outcome,
	enum err code, const char *message)
{
	r->result.outcome = outcome;
	r->result.code = code;
	r->result.message = message;
	r->result.bytes = outcome == ATTEMPT_SUCCESS ? r->delivery.bytes : 0;
	r->result.by_shutdown = r->destination->hub->stopping && !r->cancel;
	/* The slot is free as soon as the delivery has ended: the next claim
	 * then shares the commit with this one's outcome. */
	leave_slot(r);
	export_queue_wake(r->destination->hub, r->destination->client_id);
	settle(r);
}

/* --- its way -------------------------------------------------------------- */

static void on_delivered(struct delivery *delivery)
{
	struct export_run *r =
		container_of(delivery, struct export_run, delivery);
	enum err e = delivery->status;

	if (e == ERR_OK)
		finish(r, ATTEMPT_SUCCESS, e, "");
	else if (r->cancel)
		finish(r, ATTEMPT_CANCELLED, ERR_CANCELED,
			"cancelled by an operator");
	else if (e == ERR_CANCELED)
		finish(r, ATTEMPT_CANCELLED, e, "the gateway was stopped");
	else
		finish(r,
			err_class(e) == ERR_CLASS_UNKNOWN_OUTCOME
				? ATTEMPT_UNKNOWN
				: ATTEMPT_FAILURE,
			e, delivery->why.text);
}

static void deliver(struct export_run *r)
{
	struct hub *hub = r->destination->hub;
	struct txn *t = turn_read(hub);
	struct export x;
	struct str payload;
	enum err e = record_export_get(t, r->id, &x);

	if (e == ERR_OK)
		e = record_export_payload_get(t, r->id, &payload);
	if (e != ERR_OK)
		diag_set(
			&r->delivery.why, e, "stored payload: %s", err_text(e));
	else
		e = delivery_start(
			&r->delivery, hub, &x, payload, on_delivered);
	if (e != ERR_OK) {
		r->delivery.status = e;
		on_delivered(&r->delivery);
	}
}

/* Rule of the house: RUNNING is on disk before the first byte goes out. */
static void on_claimed(
	struct turn_waiter *w, enum err e, const struct diag *why)
{
	struct export_run *r = container_of(w, struct export_run, waiter);
	struct destination *d = r->destination;

	(void)why;
	if (e != ERR_OK) {
		leave_slot(r);
		run_free(r);
		export_destination_wait(d, clock_now_ms() + STORE_RETRY_MS);
	} else if (r->cancel || d->hub->stopping) {
		r->delivery.status = ERR_CANCELED;
		on_delivered(&r->delivery);
	} else {
		deliver(r);
	}
}

char *export_run_path(const struct export *x)
{
	struct buf path = buf_make(8192);

	export_remote_path(x, &path);
	return buf_take(&path);
}

void export_run_start(struct destination *d, const struct export *x)
{
	struct export_run *r = mem_alloc(sizeof *r);

	r->path = export_run_path(x);
	r->destination = d;
	r->id = x->id;
	r->job_id = x->job_id;
	r->size = x->payload_size;
	r->claimed_at = clock_now_ms();
	uuid_format(x->id, r->name);
	list_append(&d->running, &r->link);
	d->run_count++;
	d->run_bytes += r->size;
	d->hub->queue.running++;
	turn_wait(d->hub, &r->waiter, on_claimed);
}

void export_run_cancel(struct export_run *r)
{
	r->cancel = true;
	delivery_cancel(&r->delivery);
}
