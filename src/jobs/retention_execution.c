/* Executions that have had their time: as exports, oldest first, each after its
 * rejected rows. */
#include "retention_private.h"
#include "sluice/base/clock.h"
#include "sluice/base/log.h"
#include "sluice/jobs/hub.h"
#include "sluice/store/record_execution.h"

#define DAY_MS  INT64_C(86400000)
#define SLICE   200  /* executions */
#define REJECTS 2000 /* rows of theirs */

static const struct uuid nil;

/* What may still go in this slice. */
struct sweep {
	struct txn *t;
	int64_t before;   /* ms: older ones go */
	uint64_t surplus; /* these many, too */
	size_t rejects;   /* rows */
	bool any;
};

static uint64_t surplus(const struct hub *hub, struct txn *t)
{
	uint64_t max = hub->settings.history_count, rows = 0;

	for (int s = 0; s < EXECUTION_STATE_COUNT; s++)
		if (execution_state_is_final((enum execution_state)s))
			rows += record_execution_count(
				t, nil, (enum execution_state)s);
	return max > 0 && rows > max ? rows - max : 0;
}

static int64_t horizon(const struct hub *hub)
{
	unsigned days = hub->settings.history_days;

	return days == 0 ? 0 : clock_now_ms() - (int64_t)days * DAY_MS;
}

/* Its rejected rows, as many as there is room for; then the execution. */
static enum err delete_one(struct sweep *s, struct uuid id)
{
	size_t n = record_reject_delete(s->t, id, s->rejects);

	s->any = true;
	s->rejects -= n;
	if (s->rejects == 0)
		return ERR_OK; /* perhaps not all of them: next time */
	s->surplus -= s->surplus > 0;
	return record_execution_delete(s->t, id);
}

/* False: this one and all younger ones stay. */
static bool visit(struct sweep *s, struct uuid id, enum err *e)
{
	struct execution x;

	*e = record_execution_get(s->t, id, &x);
	if (*e != ERR_OK)
		return false;
	if (s->surplus == 0 && x.created_at >= s->before)
		return false;
	if (execution_state_is_final(x.state))
		*e = delete_one(s, id);
	return *e == ERR_OK && s->rejects > 0;
}

bool retention_executions(struct hub *hub)
{
	static const struct execution_filter all;
	struct sweep s = {
		.t = turn_read(hub), .before = horizon(hub), .rejects = REJECTS
	};
	struct uuid ids[SLICE];
	size_t n = record_execution_ids(s.t, &all, nil, ids, SLICE);
	enum err e = ERR_OK;

	s.surplus = surplus(hub, s.t);
	if (n == 0 || (s.surplus == 0 && uuid_time(ids[0]) >= s.before))
		return false;
	e = turn_write(hub, &s.t);
	for (size_t i = 0; i < n && e == ERR_OK; i++)
		if (!visit(&s, ids[i], &e))
			break;
	if (e == ERR_OK)
		return s.any;
	log_error("retention: %s; trying again in an hour", err_text(e));
	return false;
}
