#include "sluice/jobs/event.h"

#include "sluice/base/clock.h"
#include "sluice/base/log.h"
#include "sluice/jobs/hub.h"
#include "sluice/store/record_document.h"

/* What belongs to no store belongs to this one (facts.md 6.16). */
#define DEFAULT_STORE "default_store"

/* One event under way: what came in and what was there before. */
struct event {
	struct hub *hub;
	enum export_entity entity;
	const struct store_scope *scope;
	struct diag *why;
	struct buf *stored;  /* for the answer; may be NULL */
	struct txn *overlay; /* of a rehearsal, else NULL */
	int64_t now;
	bool existed;
	struct document_row old;       /* borrowed until the first write */
	char store[REFERENCE_MAX + 1]; /* that it belongs to now */
};

/* --- who may see and change it -------------------------------------------- */

/* An incident without a store of its own has that of its order. */
static struct str store_of(struct event *ev, const struct document *d)
{
	struct document_row order;

	if (d->store_external_id[0] != '\0')
		return str_of(d->store_external_id);
	if (d->entity == EXPORT_INCIDENT && d->order_reference[0] != '\0' &&
		record_document_get(turn_read(ev->hub), EXPORT_ORDER,
			str_of(d->order_reference), &order) == ERR_OK)
		return order.store_external_id;
	/* A key of one store writes into that store. */
	if (ev->scope != NULL && ev->scope->count == 1)
		return str_of(ev->scope->ids[0]);
	return STR(DEFAULT_STORE);
}

/* Kept, since the first write takes away what was borrowed from the store. */
static void keep_store(struct event *ev, const struct document *d)
{
	struct str store = store_of(ev, d);

	must(store.len <= REFERENCE_MAX);
	memcpy(ev->store, store.ptr, store.len);
	ev->store[store.len] = '\0';
}

static enum event_result find_old(struct event *ev, struct str reference)
{
	enum err e = ERR_NOT_FOUND;

	if (ev->overlay != NULL)
		e = record_document_get(
			ev->overlay, ev->entity, reference, &ev->old);
	if (e == ERR_NOT_FOUND)
		e = record_document_get(
			turn_read(ev->hub), ev->entity, reference, &ev->old);
	ev->existed = e == ERR_OK;
	if (e == ERR_OK || e == ERR_NOT_FOUND)
		return EVENT_UPDATED;
	diag_set(ev->why, e, "%s %.*s: %s", export_entity_name(ev->entity),
		STR_ARG(reference), err_text(e));
	return EVENT_FAILED;
}

/* --- exports -------------------------------------------------------------- */

static struct export make_export(
	struct event *ev, const struct export_job *j, const struct document *d)
{
	struct uuid id = hub_new_id(ev->hub);

	return (struct export){
		.id = id,
		.job_id = j->id,
		.client_id = j->client_id,
		.job_name = str_of(j->name),
		.entity = d->entity,
		.reference = str_of(d->reference),
		.trigger_status = d->status,
		.supplier_external_id = str_of(d->supplier_external_id),
		.store_external_id = str_of(ev->store),
		.state = EXPORT_PENDING,
		.format = j->format,
		/* Lists find times by the ids: the two must agree. */
		.created_at = uuid_time(id),
		.updated_at = uuid_time(id),
		.next_attempt_at = ev->now,
		.retries_left = j->retry.max_retries,
		.retry = j->retry,
		.create_folder = j->create_folder,
		.folder = str_of(j->output_folder),
	};
}

/* Rule 3.2: the key and the export stand or fall together.  `again` is the one
 * case in which a second export for the same status is wanted (contract 2.2,
 * allowMultiplePerStatus). */
static enum err trigger(struct event *ev, struct txn *t,
	const struct export_job *j, const struct document *d, bool again)
{
	struct buf payload = buf_make(ev->hub->settings.payload_max);
	struct buf name = buf_make(4096);
	struct export x = make_export(ev, j, d);
	enum err e = ERR_OK;

	if (!again)
		e = record_once_put(
			t, j->id, d->entity, x.reference, d->status, x.id);
	if (e == ERR_EXISTS)
		return ERR_OK;
	if (e == ERR_OK) {
		render_document(d, j->format, &payload);
		render_file_name(d, j->format, j->file_name_format,
			ev->hub->settings.multi_store, x.created_at, &name);
		x.file_name = buf_view(&name);
		e = export_queue_add(ev->hub, &x, &payload);
	}
	buf_release(&payload);
	buf_release(&name);
	return e;
}

/* Whether any job wants to hear of changes without a change of status. */
static bool wants_changes(const struct event *ev, const struct document *d)
{
	const struct catalog *k = &ev->hub->catalog;

	if (d->entity != EXPORT_ORDER ||
		d->status != status_default(EXPORT_ORDER))
		return false;
	for (size_t i = 0; i < k->job_count; i++)
		if (k->jobs[i]->allow_multiple_per_status)
			return true;
	return false;
}

/* Rule 3.1: a status reached, by being created in it or by a change; or, for
 * the jobs that want it, a change while the order stays on hold. */
static enum err trigger_jobs(struct event *ev, struct txn *t,
	const struct document *d, bool reached, bool changed)
{
	struct catalog *k = &ev->hub->catalog;
	enum err e = ERR_OK;

	for (size_t i = 0; i < k->job_count && e == ERR_OK; i++) {
		const struct export_job *j = k->jobs[i];
		bool again = changed && j->allow_multiple_per_status;

		if ((reached || again) && export_job_selects(j, d))
			e = trigger(ev, t, j, d, again);
	}
	return e;
}

/* Whether anything but updatedAt differs from what is stored. */
static bool differs_from_old(struct event *ev, const struct document *d)
{
	struct document *old;
	json_t *a, *b;
	bool differs = true;

	if (document_from_text(ev->entity, ev->old.text, &old) != ERR_OK)
		return true;
	a = json_copy(old->body);
	b = json_copy(d->body);
	if (a != NULL && b != NULL) {
		json_object_del(a, "updatedAt");
		json_object_del(b, "updatedAt");
		differs = !json_equal(a, b);
	}
	json_decref(a);
	json_decref(b);
	document_destroy(old);
	return differs;
}

/* --- writing -------------------------------------------------------------- */

static enum err write_row(
	struct event *ev, struct txn *t, const struct document *d)
{
	struct buf text = buf_make(DOCUMENT_MAX);
	struct document_row row = {
		.entity = d->entity,
		.reference = str_of(d->reference),
		.external_id = str_of(d->external_id),
		.status = d->status,
		.supplier_external_id = str_of(d->supplier_external_id),
		.store_external_id = str_of(ev->store),
		.order_reference = str_of(d->order_reference),
		.created_at = d->created_at,
		.updated_at = d->updated_at,
	};
	enum err e = ERR_LIMIT;

	document_to_text(d, &text);
	row.text = buf_view(&text);
	if (!text.full)
		e = record_document_put(t, &row);
	if (e == ERR_OK && ev->stored != NULL)
		buf_str(ev->stored, row.text);
	buf_release(&text);
	return e;
}

/* Document and exports, or what stands for them in a rehearsal. */
static enum err write_all(
	struct event *ev, const struct document *d, bool reached, bool changed)
{
	struct txn *t;
	enum err e;

	if (ev->overlay != NULL)
		return write_row(ev, ev->overlay, d);
	e = turn_write(ev->hub, &t);
	if (e == ERR_OK)
		e = write_row(ev, t, d);
	return e == ERR_OK ? trigger_jobs(ev, t, d, reached, changed) : e;
}

static enum event_result settle(struct event *ev, const struct document *d)
{
	bool reached = !ev->existed || ev->old.status != d->status;
	bool changed =
		!reached && wants_changes(ev, d) && differs_from_old(ev, d);
	bool existed = ev->existed;
	enum err e = write_all(ev, d, reached, changed);

	if (e == ERR_OK)
		return existed ? EVENT_UPDATED : EVENT_CREATED;
	diag_set(ev->why, e, "%s %s: %s", export_entity_name(d->entity),
		d->reference, err_text(e));
	return EVENT_FAILED;
}

/* Regression and scope, then the write. */
static enum event_result admit(struct event *ev, const struct document *d)
{
	keep_store(ev, d);
	if (!store_scope_allows(ev->scope, str_of(ev->store))) {
		diag_set(ev->why, ERR_CONFLICT,
			"store %s is not one of this key's stores", ev->store);
		return EVENT_FORBIDDEN;
	}
	if (ev->existed &&
		status_is_regression(ev->entity, ev->old.status, d->status)) {
		diag_set(ev->why, ERR_CONFLICT,
			"%s %s is %s and can't go back to %s",
			export_entity_name(ev->entity), d->reference,
			status_name(ev->entity, ev->old.status),
			status_name(ev->entity, d->status));
		return EVENT_REGRESSION;
	}
	return settle(ev, d);
}

/* --- public --------------------------------------------------------------- */

/* The id in the path, else the body's own; empty when it has none. */
static struct str reference_of(
	enum export_entity entity, const json_t *body, const char *reference)
{
	static const char *const keys[] = {
		[EXPORT_ORDER] = "reference",
		[EXPORT_INCIDENT] = "orderIncidentId",
	};
	const json_t *value = json_object_get(body, keys[entity]);

	if (reference != NULL)
		return str_of(reference);
	return (struct str){ json_string_value(value),
		json_string_length(value) };
}

static enum event_result put(struct event *ev, const json_t *body,
	const char *reference, struct faults *faults)
{
	struct document before = { .entity = ev->entity };
	struct document *d;
	struct str id = reference_of(ev->entity, body, reference);
	enum event_result result;

	if (id.len > 0 && id.len <= REFERENCE_MAX &&
		find_old(ev, id) == EVENT_FAILED)
		return EVENT_FAILED;
	if (ev->existed &&
		!store_scope_allows(ev->scope, ev->old.store_external_id)) {
		diag_set(ev->why, ERR_CONFLICT,
			"%s %.*s belongs to another store",
			export_entity_name(ev->entity), STR_ARG(id));
		return EVENT_FORBIDDEN;
	}
	before.status = ev->old.status;
	before.created_at = ev->old.created_at;
	d = document_from_json(ev->entity, body, reference,
		ev->existed ? &before : NULL, ev->now, faults);
	if (d == NULL)
		return EVENT_INVALID;
	result = admit(ev, d);
	document_destroy(d);
	return result;
}

static const struct store_scope all_stores = { NULL, 0 };

enum event_result event_put(struct hub *hub, enum export_entity entity,
	const json_t *body, const char *reference,
	const struct store_scope *scope, struct faults *faults,
	struct diag *why, struct buf *stored)
{
	struct event ev = { .hub = hub,
		.entity = entity,
		.scope = scope != NULL ? scope : &all_stores,
		.why = why,
		.stored = stored,
		.now = clock_now_ms() };

	return put(&ev, body, reference, faults);
}

enum event_result event_try(struct hub *hub, struct txn *overlay,
	enum export_entity entity, const json_t *body, const char *reference,
	struct faults *faults, struct diag *why)
{
	struct event ev = { .hub = hub,
		.entity = entity,
		.scope = &all_stores,
		.overlay = overlay,
		.why = why,
		.now = clock_now_ms() };

	return put(&ev, body, reference, faults);
}

enum event_result event_set_status(struct hub *hub, enum export_entity entity,
	const char *reference, struct str status,
	const struct store_scope *scope, struct faults *faults,
	struct diag *why, struct buf *stored)
{
	struct event ev = { .hub = hub,
		.entity = entity,
		.scope = scope,
		.why = why,
		.stored = stored,
		.now = clock_now_ms() };
	enum event_result result;
	struct document *d;
	status_index to;

	if (find_old(&ev, str_of(reference)) == EVENT_FAILED)
		return EVENT_FAILED;
	if (!ev.existed || !store_scope_allows(scope, ev.old.store_external_id))
		return EVENT_NOT_FOUND;
	if (!status_parse(entity, status, &to)) {
		faults_add(faults, FAULT_ENUM, "status",
			"Unexpected value %.*s for field status, must be one "
			"of %s",
			STR_ARG(status), status_names(entity));
		return EVENT_INVALID;
	}
	if (document_from_text(entity, ev.old.text, &d) != ERR_OK) {
		diag_set(why, ERR_CORRUPT, "%s %s: stored document is damaged",
			export_entity_name(entity), reference);
		return EVENT_FAILED;
	}
	/* Asking again for the status that it has is no change. */
	if (to != d->status)
		document_set_status(d, to, ev.now);
	result = admit(&ev, d);
	document_destroy(d);
	return result;
}
