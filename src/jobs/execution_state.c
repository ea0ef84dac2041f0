#include "sluice/jobs/execution_state.h"

#include "sluice/base/must.h"

/* The one place where a changed row is written. */
static enum err put(struct txn *t, struct execution *x, enum execution_state to)
{
	must(to == x->state || execution_state_may_become(x->state, to));
	x->state = to;
	return record_execution_put(t, x);
}

static enum err get_in_state(struct txn *t, struct uuid id,
	enum execution_state state, struct execution *x)
{
	enum err e = record_execution_get(t, id, x);

	return e == ERR_OK && x->state != state ? ERR_CONFLICT : e;
}

enum err execution_state_make(struct txn *t, const struct execution *x)
{
	must(x->state == EXECUTION_PENDING || x->state == EXECUTION_SKIPPED);
	return record_execution_put(t, x);
}

enum err execution_state_claim(
	struct txn *t, struct uuid id, int64_t now_ms, struct execution *x)
{
	enum err e = get_in_state(t, id, EXECUTION_PENDING, x);

	if (e != ERR_OK)
		return e;
	x->started_at = now_ms;
	e = put(t, x, EXECUTION_RUNNING);
	/* The texts that the first get lent are gone with the put. */
	return e == ERR_OK ? record_execution_get(t, id, x) : e;
}

static void take_progress(
	struct execution *x, const struct execution_progress *p)
{
	x->counts = p->counts;
	x->rejects_kept = p->rejects_kept;
	x->message = p->message;
	if (!p->keep_report)
		x->report = p->report;
}

enum err execution_state_progress(
	struct txn *t, struct uuid id, const struct execution_progress *p)
{
	struct execution x;
	enum err e = get_in_state(t, id, EXECUTION_RUNNING, &x);

	if (e != ERR_OK)
		return e;
	take_progress(&x, p);
	return put(t, &x, EXECUTION_RUNNING);
}

enum err execution_state_finish(struct txn *t, struct uuid id,
	enum execution_state to, int64_t now_ms,
	const struct execution_progress *p)
{
	struct execution x;
	enum err e = get_in_state(t, id, EXECUTION_RUNNING, &x);

	must(execution_state_is_final(to));
	if (e != ERR_OK)
		return e;
	take_progress(&x, p);
	x.finished_at = now_ms;
	return put(t, &x, to);
}

enum err execution_state_drop(struct txn *t, struct uuid id,
	enum execution_state to, int64_t now_ms, struct str message)
{
	struct execution x;
	enum err e = get_in_state(t, id, EXECUTION_PENDING, &x);

	if (e != ERR_OK)
		return e;
	x.finished_at = now_ms;
	x.message = message;
	return put(t, &x, to);
}

/* The same work from the start: what it had brought so far is no part of it. */
static struct execution recovery_of(
	const struct execution *x, struct uuid fresh)
{
	struct execution r = *x;

	r.id = fresh;
	r.recovers = x->id;
	r.trigger = TRIGGER_RECOVERY;
	r.state = EXECUTION_PENDING;
	r.created_at = uuid_time(fresh);
	r.started_at = r.finished_at = 0;
	r.counts = (struct execution_counts){ 0 };
	r.rejects_kept = 0;
	r.round++;
	r.message = r.report = STR("");
	return r;
}

static enum err queue_recovery(struct txn *t, struct uuid id, struct uuid fresh)
{
	struct execution x, r;
	enum err e = record_execution_get(t, id, &x);

	if (e != ERR_OK)
		return e;
	r = recovery_of(&x, fresh);
	return execution_state_make(t, &r);
}

static void say_interrupted(
	struct buf *out, struct uuid fresh, bool queued, const char *why_not)
{
	char name[UUID_TEXT_SIZE];

	buf_text(out, "the gateway ended while it ran; ");
	if (queued)
		buf_printf(out, "execution %s does the work from the start",
			uuid_format(fresh, name));
	else if (why_not != NULL)
		buf_printf(out, "it isn't run again: %s", why_not);
	else
		buf_printf(out,
			"that happened %u times in a row, so it isn't run "
			"again "
			"by itself: look at the log and the file, then run the "
			"job by hand",
			EXECUTION_ROUNDS_MAX + 1);
}

enum err execution_state_interrupt(struct txn *t, struct uuid id,
	int64_t now_ms, struct uuid fresh, const char *why_not, bool *queued)
{
	struct buf message = buf_make(1024);
	struct execution x;
	enum err e = get_in_state(t, id, EXECUTION_RUNNING, &x);

	*queued = false;
	if (e != ERR_OK)
		return e;
	*queued = !uuid_is_nil(fresh) && x.round < EXECUTION_ROUNDS_MAX;
	say_interrupted(&message, fresh, *queued, why_not);
	x.finished_at = now_ms;
	x.message = buf_view(&message);
	e = put(t, &x, EXECUTION_INTERRUPTED);
	if (e == ERR_OK && *queued)
		e = queue_recovery(t, id, fresh);
	buf_release(&message);
	return e;
}

enum err execution_state_amend(struct txn *t, struct uuid id, struct str report)
{
	struct execution x;
	enum err e = record_execution_get(t, id, &x);

	if (e != ERR_OK)
		return e;
	x.report = report;
	return put(t, &x, x.state);
}
