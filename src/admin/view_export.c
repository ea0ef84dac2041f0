/* Exports (contract 2.4): reading. */
#include "admin_private.h"
#include "auth.h"
#include "export_view.h"
#include "query.h"
#include "views.h"

/* --- one export ----------------------------------------------------------- */

static void put_ids(struct buf *out, const struct export *x)
{
	buf_text(out, "{\"id\":");
	put_uuid(out, x->id);
	buf_text(out, ",\"jobOutId\":");
	put_uuid(out, x->job_id);
	buf_text(out, ",\"jobName\":");
	buf_json_string(out, x->job_name);
	buf_text(out, ",\"clientId\":");
	put_uuid(out, x->client_id);
	buf_text(out, ",\"entity\":\"");
	buf_text(out, export_entity_name(x->entity));
	buf_text(out, "\",\"reference\":");
	buf_json_string(out, x->reference);
	buf_text(out, ",\"triggerStatus\":\"");
	buf_text(out, status_name(x->entity, x->trigger_status));
	buf_text(out, "\",\"supplierExternalId\":");
	buf_json_string(out, x->supplier_external_id);
	buf_text(out, ",\"storeExternalId\":");
	buf_json_string(out, x->store_external_id);
}

static void put_times(struct buf *out, const struct export *x)
{
	buf_text(out, ",\"createdAt\":");
	put_time(out, x->created_at);
	buf_text(out, ",\"updatedAt\":");
	put_time(out, x->updated_at);
	buf_text(out, ",\"nextAttemptAt\":");
	put_time(out, export_state_is_due(x->state) ? x->next_attempt_at : 0);
}

void export_put(struct buf *out, const struct export *x)
{
	struct buf path = buf_make(8192);

	export_remote_path(x, &path);
	put_ids(out, x);
	buf_text(out, ",\"status\":\"");
	buf_text(out, export_state_name(x->state));
	buf_text(out, "\",\"format\":\"");
	buf_text(out, export_format_name(x->format));
	buf_text(out, "\",\"fileName\":");
	buf_json_string(out, x->file_name);
	buf_text(out, ",\"remotePath\":");
	buf_json_string(out, buf_view(&path));
	put_times(out, x);
	buf_text(out, ",\"retriesLeft\":");
	buf_u64(out, export_retries_to_come(x));
	buf_text(out, ",\"attemptCount\":");
	buf_u64(out, x->attempts);
	buf_text(out, ",\"payloadSize\":");
	buf_u64(out, x->payload_size);
	buf_text(out, ",\"message\":");
	buf_json_string(out, x->message);
	buf_release(&path);
}

bool export_find(struct call *c, struct export *out)
{
	enum err e = ERR_NOT_FOUND;
	struct uuid id;

	if (uuid_parse(str_of(c->path[0]), &id))
		e = record_export_get(turn_read(c->hub), id, out);
	if (e == ERR_OK && !scope_allows(c, out->store_external_id))
		e = ERR_NOT_FOUND;
	if (e == ERR_OK)
		return true;
	if (e == ERR_NOT_FOUND)
		answer_not_found(c, "export", c->path[0]);
	else
		answer_err(c, e, NULL);
	return false;
}

/* --- attempts ------------------------------------------------------------- */

struct attempts {
	struct buf *out;
	size_t count;
};

static bool put_attempt(void *arg, const struct export_attempt *a)
{
	struct attempts *list = arg;
	struct buf *out = list->out;

	buf_printf(out,
		"%s{\"number\":%u,\"startedAt\":", list->count++ > 0 ? "," : "",
		a->number);
	put_time(out, a->started_at);
	buf_text(out, ",\"finishedAt\":");
	put_time(out, a->finished_at);
	buf_printf(out, ",\"outcome\":\"%s\",\"code\":",
		attempt_outcome_name(a->outcome));
	buf_json_string(out, a->code);
	buf_text(out, ",\"message\":");
	buf_json_string(out, a->message);
	buf_text(out, ",\"httpStatus\":");
	if (a->http_status == 0)
		buf_text(out, "null");
	else
		buf_printf(out, "%u", a->http_status);
	buf_text(out, ",\"remotePath\":");
	buf_json_string(out, a->remote_path);
	buf_printf(out, ",\"bytes\":%llu}", (unsigned long long)a->bytes);
	return true;
}

void export_show(struct call *c)
{
	struct attempts list = { &c->body, 0 };
	struct export x;

	if (!export_find(c, &x))
		return;
	export_put(&c->body, &x);
	buf_text(&c->body, ",\"attempts\":[");
	record_attempt_each(turn_read(c->hub), x.id, put_attempt, &list);
	buf_text(&c->body, "]}");
	answer_now(c, 200);
}

void export_payload(struct call *c)
{
	struct export x;
	struct str payload;
	enum err e;

	if (!export_find(c, &x))
		return;
	e = record_export_payload_get(turn_read(c->hub), x.id, &payload);
	if (e == ERR_NOT_FOUND)
		return answer_not_found(
			c, "payload (any more) of export", c->path[0]);
	if (e != ERR_OK)
		return answer_err(c, e, NULL);
	c->content_type = export_format_media_type(x.format);
	buf_str(&c->body, payload);
	answer_now(c, 200);
}

/* --- lists ---------------------------------------------------------------- */

void export_filter_read(
	const struct call *c, struct export_filter *out, struct faults *f)
{
	const char *status = query_get(c, "status");
	const char *reference = query_get(c, "reference");

	*out = (struct export_filter){ .scope = c->caller.scope };
	out->by_job = query_uuid(c, "jobOutId", f, &out->job_id);
	out->by_state = status != NULL;
	if (status != NULL && !export_state_parse(str_of(status), &out->state))
		faults_add(f, FAULT_ENUM, "status",
			"status must be EXPORT_PENDING, EXPORT_RUNNING, "
			"EXPORT_RETRYING, EXPORT_SUCCESS, EXPORT_FAILED or "
			"EXPORT_CANCELLED, not '%s'",
			status);
	out->by_reference = reference != NULL;
	out->reference = str_of(reference == NULL ? "" : reference);
	out->by_time = query_period(c, f, &out->from_ms, &out->to_ms);
}

static bool put_row(void *arg, const struct export *x)
{
	struct call *c = arg;

	list_next(c);
	export_put(&c->body, x);
	buf_char(&c->body, '}');
	return true;
}

void export_list(struct call *c)
{
	struct faults *f = call_faults(c);
	struct export_filter filter;
	struct list_query q;
	enum err e;

	query_list(c, "createdAt", true, f, &q);
	export_filter_read(c, &filter, f);
	if (faults_any(f))
		return answer_faults(c, f);
	list_begin(c);
	e = record_export_list(turn_read(c->hub), &filter, &q.page, put_row, c);
	list_answer(c, &q, e);
}
