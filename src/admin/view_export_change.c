/* Exports (contract 2.4): retrying and cancelling by hand. */
#include "admin_private.h"
#include "auth.h"
#include "export_view.h"
#include "query.h"
#include "sluice/base/clock.h"
#include "sluice/jobs/export_repair.h"
#include "views.h"

#define SLICE_NS  UINT64_C(5000000)
#define SLICE_IDS 64

/* ?render=fresh; false: answered. */
static bool read_render(struct call *c, bool *fresh)
{
	const char *render = query_get(c, "render");

	*fresh = render != NULL && strcmp(render, "fresh") == 0;
	if (render == NULL || *fresh)
		return true;
	answer_error(c, 400, FAULT_INVALID,
		"render can only be 'fresh', not '%s'", render);
	return false;
}

/* 202 with the export as it is after the change. */
static void answer_changed(
	struct call *c, struct uuid id, enum err e, const struct diag *why)
{
	struct export x;

	if (e != ERR_OK)
		return answer_err(c, e, why);
	e = record_export_get(turn_read(c->hub), id, &x);
	if (e != ERR_OK)
		return answer_err(c, e, NULL);
	export_put(&c->body, &x);
	buf_char(&c->body, '}');
	answer_after_commit(c, 202);
}

void export_retry_one(struct call *c)
{
	struct diag why = { .text = "" };
	struct export x;
	struct uuid id;
	bool fresh;

	if (!read_render(c, &fresh) || !export_find(c, &x))
		return;
	id = x.id;
	answer_changed(c, id, export_retry(c->hub, id, fresh, &why), &why);
}

void export_cancel_one(struct call *c)
{
	struct diag why = { .text = "" };
	struct export x;
	struct uuid id;

	if (!export_find(c, &x))
		return;
	id = x.id;
	answer_changed(c, id, export_cancel(c->hub, id, &why), &why);
}

/* --- many: a slice per turn ----------------------------------------------- */

struct retry_many {
	struct call *call;
	struct export_filter filter;
	bool fresh;
	bool both; /* FAILED first, then CANCELLED */
	struct uuid after;
	bool done;
	uint64_t retried;     /* on disk */
	uint64_t retried_now; /* in this turn */
	struct turn_waiter waiter;
};

static void slice(struct retry_many *m);

static void on_next_turn(struct timer *t)
{
	struct call *c = container_of(t, struct call, timer);

	slice(c->state);
}

static void on_commit(struct turn_waiter *w, enum err e, const struct diag *why)
{
	struct retry_many *m = container_of(w, struct retry_many, waiter);
	struct call *c = m->call;

	if (e != ERR_OK) {
		struct diag text = *why;

		diag_wrap(&text, "%llu exports were retried, then",
			(unsigned long long)m->retried);
		return answer_err(c, e, &text);
	}
	m->retried += m->retried_now;
	m->retried_now = 0;
	if (!m->done && !c->admin->stopping)
		return timer_set(c->hub->loop, &c->timer, 0, on_next_turn);
	buf_printf(
		&c->body, "{\"retried\":%llu}", (unsigned long long)m->retried);
	answer_now(c, 202);
}

/* One that can't be retried (its job is gone and `fresh` needs it) is left
 * alone; a store that fails ends the turn and shows in its commit. */
static void retry_some(struct retry_many *m, const struct uuid *ids, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (export_retry(m->call->hub, ids[i], m->fresh, NULL) ==
			ERR_OK)
			m->retried_now++;
}

/* The next state, when there is one. */
static void next_state(struct retry_many *m)
{
	m->done = !m->both || m->filter.state == EXPORT_CANCELLED;
	m->filter.state = EXPORT_CANCELLED;
	m->after = (struct uuid){ { 0 } };
}

static void slice(struct retry_many *m)
{
	uint64_t until = clock_monotonic_ns() + SLICE_NS;
	struct hub *hub = m->call->hub;
	struct uuid ids[SLICE_IDS];

	while (!m->done && clock_monotonic_ns() < until) {
		size_t n = record_export_ids(
			turn_read(hub), &m->filter, m->after, ids, SLICE_IDS);

		retry_some(m, ids, n);
		if (n > 0)
			m->after = ids[n - 1];
		if (n < SLICE_IDS)
			next_state(m);
	}
	turn_wait(hub, &m->waiter, on_commit);
}

static bool can_retry(enum export_state s)
{
	return s == EXPORT_FAILED || s == EXPORT_CANCELLED;
}

void export_retry_many(struct call *c)
{
	struct retry_many *m = arena_alloc(&c->arena, sizeof *m);
	struct faults *f = call_faults(c);

	if (!read_render(c, &m->fresh))
		return;
	m->call = c;
	export_filter_read(c, &m->filter, f);
	if (faults_any(f))
		return answer_faults(c, f);
	m->both = !m->filter.by_state;
	if (m->both)
		m->filter.state = EXPORT_FAILED;
	else
		m->done = !can_retry(m->filter.state);
	m->filter.by_state = true;
	c->state = m;
	slice(m);
}
