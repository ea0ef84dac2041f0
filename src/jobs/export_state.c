#include "sluice/jobs/export_state.h"

#include "sluice/base/log.h"
#include "sluice/base/must.h"

/* The one place where a changed state is written. */
static enum err put(
	struct txn *t, struct export *x, enum export_state from, int64_t now_ms)
{
	must(export_state_may_become(from, x->state));
	x->updated_at = now_ms;
	if (!export_state_is_due(x->state))
		x->next_attempt_at = 0;
	return record_export_put(t, x);
}

static enum err move(
	struct txn *t, struct export *x, enum export_state to, int64_t now_ms)
{
	enum export_state from = x->state;

	x->state = to;
	return put(t, x, from, now_ms);
}

enum err export_state_claim(
	struct txn *t, struct uuid id, int64_t now_ms, struct export *x)
{
	struct export_attempt attempt = { .started_at = now_ms };
	enum err e = record_export_get(t, id, x);

	if (e != ERR_OK)
		return e;
	attempt.number = ++x->attempts;
	attempt.outcome = ATTEMPT_RUNNING;
	e = move(t, x, EXPORT_RUNNING, now_ms);
	if (e == ERR_OK)
		e = record_attempt_put(t, id, &attempt);
	/* The texts that the first get lent are gone with the put. */
	return e == ERR_OK ? record_export_get(t, id, x) : e;
}

static enum err end_attempt(struct txn *t, const struct export *x,
	int64_t now_ms, const struct attempt_result *r)
{
	struct buf path = buf_make(2 * 4096);
	struct export_attempt a;
	enum err e = record_attempt_get(t, x->id, x->attempts, &a);

	if (e != ERR_OK)
		return e;
	a.finished_at = now_ms;
	a.outcome = r->outcome;
	a.code = r->code == ERR_OK ? STR("") : str_of(err_name(r->code));
	a.message = str_of(r->message);
	a.bytes = r->bytes;
	export_remote_path(x, &path);
	a.remote_path = buf_view(&path);
	e = record_attempt_put(t, x->id, &a);
	buf_release(&path);
	return e;
}

/* What the outcome makes of the export (rule 3.4). */
static enum err after_attempt(struct txn *t, struct export *x, int64_t now_ms,
	const struct attempt_result *r)
{
	x->message = str_of(r->message);
	if (r->outcome == ATTEMPT_SUCCESS)
		return move(t, x, EXPORT_SUCCESS, now_ms);
	if (r->outcome == ATTEMPT_CANCELLED && !r->by_shutdown)
		return move(t, x, EXPORT_CANCELLED, now_ms);
	if (r->outcome == ATTEMPT_CANCELLED) {
		x->next_attempt_at = now_ms;
		return move(t, x, EXPORT_RETRYING, now_ms);
	}
	export_after_failure(x, now_ms);
	if (r->by_shutdown && x->state == EXPORT_RETRYING)
		x->next_attempt_at = now_ms;
	return put(t, x, EXPORT_RUNNING, now_ms);
}

enum err export_state_settle(struct txn *t, struct uuid id, int64_t now_ms,
	const struct attempt_result *r, struct export *x)
{
	enum err e = record_export_get(t, id, x);

	if (e == ERR_OK)
		e = end_attempt(t, x, now_ms, r);
	if (e == ERR_OK)
		e = record_export_get(t, id, x);
	if (e == ERR_OK)
		e = after_attempt(t, x, now_ms, r);
	return e == ERR_OK ? record_export_get(t, id, x) : e;
}

enum err export_state_cancel(
	struct txn *t, struct uuid id, int64_t now_ms, const char *message)
{
	struct export x;
	enum err e = record_export_get(t, id, &x);

	if (e != ERR_OK)
		return e;
	if (x.state == EXPORT_RUNNING ||
		!export_state_may_become(x.state, EXPORT_CANCELLED))
		return ERR_CONFLICT;
	x.message = str_of(message);
	return move(t, &x, EXPORT_CANCELLED, now_ms);
}

enum err export_state_requeue(struct txn *t, struct export *x, int64_t now_ms)
{
	if (!export_state_may_become(x->state, EXPORT_PENDING))
		return ERR_CONFLICT;
	x->retries_left = x->retry.max_retries;
	x->next_attempt_at = now_ms;
	x->message = STR("");
	return move(t, x, EXPORT_PENDING, now_ms);
}

enum err export_state_recover(
	struct txn *t, int64_t now_ms, size_t max, size_t *done)
{
	static const struct attempt_result unknown = {
		.outcome = ATTEMPT_UNKNOWN,
		.code = ERR_UNKNOWN,
		.message = "the gateway stopped without warning during this "
			   "attempt; the file may have arrived",
		.by_shutdown = true,
	};
	struct export_filter running = { .by_state = true,
		.state = EXPORT_RUNNING };
	struct uuid ids[256];
	struct export x;
	enum err e = ERR_OK;

	if (max > ARRAY_LEN(ids))
		max = ARRAY_LEN(ids);
	*done = record_export_ids(
		t, &running, (struct uuid){ { 0 } }, ids, max);
	for (size_t i = 0; i < *done && e == ERR_OK; i++)
		e = export_state_settle(t, ids[i], now_ms, &unknown, &x);
	return e;
}
