#include "sluice/jobs/export_repair.h"

#include <stdlib.h>

#include "sluice/base/clock.h"
#include "sluice/base/log.h"
#include "sluice/base/mem.h"
#include "sluice/jobs/export_state.h"
#include "sluice/jobs/hub.h"
#include "sluice/store/record_document.h"

#define SLICE 500

/* --- retry by hand -------------------------------------------------------- */

/* Today's job decides where it goes and how often it is tried. */
static void follow_job(struct export *x, const struct export_job *j)
{
	x->client_id = j->client_id;
	x->job_name = str_of(j->name);
	x->format = j->format;
	x->retry = j->retry;
	x->create_folder = j->create_folder;
	x->folder = str_of(j->output_folder);
}

static enum err load_document(struct hub *hub, const struct export *x,
	struct document **d, struct diag *why)
{
	struct document_row row;
	enum err e = record_document_get(
		turn_read(hub), x->entity, x->reference, &row);

	if (e == ERR_OK)
		e = document_from_text(x->entity, row.text, d);
	if (e == ERR_OK)
		return ERR_OK;
	return diag_set(why, e == ERR_NOT_FOUND ? ERR_CONFLICT : e,
		"%s %.*s: %s; it can't be rendered again",
		export_entity_name(x->entity), STR_ARG(x->reference),
		err_text(e));
}

/* Renders into `payload` and `name`; the texts of `x` point into the latter. */
static enum err render_fresh(struct hub *hub, struct export *x,
	const struct export_job *j, struct buf *payload, struct buf *name,
	struct diag *why)
{
	struct document *d = NULL;
	enum err e = load_document(hub, x, &d, why);

	if (e != ERR_OK)
		return e;
	follow_job(x, j);
	render_document(d, j->format, payload);
	render_file_name(d, j->format, j->file_name_format,
		hub->settings.multi_store, x->created_at, name);
	document_destroy(d);
	x->file_name = buf_view(name);
	x->payload_size = payload->len;
	if (payload->full)
		return diag_set(why, ERR_CONFLICT,
			"the rendered file is larger than limits.payload");
	return ERR_OK;
}

static enum err requeue(struct hub *hub, struct export *x,
	const struct export_job *j, bool fresh, struct diag *why)
{
	struct buf payload = buf_make(hub->settings.payload_max);
	struct buf name = buf_make(4096);
	enum err e = ERR_OK;
	struct txn *t;

	if (fresh)
		e = render_fresh(hub, x, j, &payload, &name, why);
	if (e == ERR_OK) {
		e = turn_write(hub, &t);
		if (e == ERR_OK)
			e = export_state_requeue(t, x, clock_now_ms());
		if (e == ERR_OK && fresh)
			e = record_export_payload_put(
				t, x->id, buf_view(&payload));
		if (e != ERR_OK)
			diag_set(why, e, "export: %s", err_text(e));
	}
	buf_release(&payload);
	buf_release(&name);
	return e;
}

enum err export_retry(
	struct hub *hub, struct uuid id, bool fresh, struct diag *why)
{
	const struct export_job *j;
	struct export x;
	struct uuid client;
	enum err e = record_export_get(turn_read(hub), id, &x);

	if (e != ERR_OK)
		return diag_set(why, e, "export: %s", err_text(e));
	if (!export_state_may_become(x.state, EXPORT_PENDING))
		return diag_set(why, ERR_CONFLICT,
			"this export is %s; only EXPORT_FAILED and "
			"EXPORT_CANCELLED can be retried by hand",
			export_state_name(x.state));
	j = catalog_job(hub, x.job_id);
	if (j == NULL)
		return diag_set(why, ERR_CONFLICT,
			"the export job %.*s was deleted; its exports can't "
			"be retried",
			STR_ARG(x.job_name));
	if (!fresh && catalog_connection(hub, x.client_id) == NULL)
		return diag_set(why, ERR_CONFLICT,
			"the connection that this export was made for is gone; "
			"retry with render=fresh to send it by the job's "
			"connection of today");
	if (x.payload_size == 0)
		fresh = true; /* never rendered: it was too large */
	client = fresh ? j->client_id : x.client_id;
	e = requeue(hub, &x, j, fresh, why);
	if (e == ERR_OK)
		export_queue_wake(hub, client);
	return e;
}

/* --- the sweep after a job was deleted ------------------------------------ */

struct sweep {
	struct link link;
	struct hub *hub;
	struct uuid job_id;
	struct deferred next;
};

static enum err cancel_slice(struct hub *hub, struct uuid job_id, size_t *done)
{
	static const enum export_state undelivered[] = { EXPORT_PENDING,
		EXPORT_RETRYING, EXPORT_FAILED };
	struct uuid ids[SLICE];
	int64_t now = clock_now_ms();
	struct txn *t;
	enum err e = turn_write(hub, &t);

	*done = 0;
	for (size_t s = 0; s < ARRAY_LEN(undelivered) && e == ERR_OK; s++) {
		struct export_filter f = { .by_job = true,
			.job_id = job_id,
			.by_state = true,
			.state = undelivered[s] };
		size_t n = record_export_ids(
			t, &f, (struct uuid){ { 0 } }, ids, SLICE - *done);

		for (size_t i = 0; i < n && e == ERR_OK; i++)
			e = export_state_cancel(
				t, ids[i], now, "the export job was deleted");
		*done += n;
	}
	return e;
}

static void sweep_free(struct sweep *s)
{
	list_remove(&s->link);
	loop_undefer(&s->next);
	free(s);
}

static void on_sweep(struct deferred *d)
{
	struct sweep *s = container_of(d, struct sweep, next);
	size_t done;
	enum err e = cancel_slice(s->hub, s->job_id, &done);

	if (e != ERR_OK)
		log_error("cancelling the exports of a deleted job: %s; the "
			  "rest is cancelled when it comes due",
			err_text(e));
	if (e == ERR_OK && done == SLICE)
		loop_defer(s->hub->loop, &s->next, on_sweep);
	else
		sweep_free(s);
}

enum err export_cancel_job(struct hub *hub, struct uuid job_id)
{
	struct sweep *s;
	size_t done;
	enum err e;

	export_queue_cancel_running(hub, job_id);
	e = cancel_slice(hub, job_id, &done);
	if (e != ERR_OK || done < SLICE)
		return e;
	s = mem_alloc(sizeof *s);
	s->hub = hub;
	s->job_id = job_id;
	list_append(&hub->queue.sweeps, &s->link);
	loop_defer(hub->loop, &s->next, on_sweep);
	return ERR_OK;
}

void export_sweeps_release(struct hub *hub)
{
	list_for_each (l, &hub->queue.sweeps)
		sweep_free(container_of(l, struct sweep, link));
}
