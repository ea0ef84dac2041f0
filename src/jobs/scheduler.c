#include "sluice/jobs/scheduler.h"

#include <stdlib.h>

#include "sluice/base/clock.h"
#include "sluice/base/log.h"
#include "sluice/base/mem.h"
#include "sluice/jobs/execution_state.h"
#include "sluice/jobs/hub.h"
#include "sluice/loop/wall_timer.h"
#include "sluice/model/schedule.h"
#include "sluice/store/record_import_job.h"

/* After a commit that failed (database full, disk full). */
#define STORE_RETRY_MS 1000

/* Decisions of one turn; after a long time down there may be many. */
#define SLICE_NS UINT64_C(4000000)

/* A clock that is put right by that much is nothing to speak of. */
#define CLOCK_BACK_MS 60000

struct scheduler {
	struct hub *hub;
	struct wall_timer *wall;
	struct timer soon; /* look again; whatever the clock shows */
	struct turn_waiter waiter;
	size_t job;   /* the next one of the round that is under way */
	bool started; /* the first round is over */
	int64_t next; /* the earliest slot of those before it */
};

static void look_soon(struct scheduler *s, uint64_t delay_ms);

/* --- one job ------------------------------------------------------------- */

static bool has_schedule(const struct import_job *j)
{
	return j->active && j->cron_expression != NULL &&
	       import_job_has_source(j);
}

static struct execution skipped(struct hub *hub, const struct import_job *job,
	int64_t slot, const char *reason)
{
	struct uuid id = hub_new_id(hub);

	return (struct execution){
		.id = id,
		.job_id = job->id,
		.job_name = str_of(job->name),
		.entity = job->entity,
		.trigger = TRIGGER_SCHEDULED,
		.state = EXECUTION_SKIPPED,
		.created_at = uuid_time(id),
		.finished_at = uuid_time(id),
		.scheduled_for = slot,
		.message = str_of(reason),
	};
}

static enum err skip(struct hub *hub, struct txn *t,
	const struct import_job *job, int64_t slot, const char *reason)
{
	struct execution x = skipped(hub, job, slot, reason);

	return execution_state_make(t, &x);
}

static enum err skip_old_ones(struct hub *hub, struct txn *t,
	const struct import_job *job, const struct schedule_decision *d)
{
	char reason[160], from[TIME_TEXT_SIZE];

	if (d->more_skipped == 0)
		return ERR_OK;
	snprintf(reason, sizeof reason,
		"missed, as were %llu slots from %s on: the gateway did not "
		"run then",
		(unsigned long long)d->more_skipped,
		time_format(d->skipped_from, TIME_ISO_S, from));
	return skip(hub, t, job, d->skipped_from, reason);
}

static enum err skip_missed(struct hub *hub, struct txn *t,
	const struct import_job *job, const struct schedule_decision *d)
{
	enum err e = skip_old_ones(hub, t, job, d);

	for (unsigned i = 0; i < d->skip_count && e == ERR_OK; i++)
		e = skip(hub, t, job, d->skips[i],
			"missed: the gateway did not run at that time");
	return e;
}

/* The executions and `seen` in one transaction: no slot runs twice. */
static enum err write_down(struct hub *hub, const struct import_job *job,
	struct import_job_state *state, const struct schedule_decision *d)
{
	struct execution want = { .trigger = TRIGGER_SCHEDULED,
		.scheduled_for = d->slot };
	struct uuid id;
	struct txn *t;
	enum err e = turn_write(hub, &t);

	if (e == ERR_OK)
		e = skip_missed(hub, t, job, d);
	if (e == ERR_OK && d->run)
		e = import_queue_add(hub, job, &want, &id);
	state->seen = d->seen;
	if (e == ERR_OK)
		e = record_import_job_state_put(t, job->id, state);
	return e;
}

static bool decided_something(const struct schedule_decision *d)
{
	return d->run || d->skip_count > 0 || d->more_skipped > 0;
}

/* Slots up to `seen` were decided on; a clock that was put back comes to them
 * once more. */
static void warn_of_clock(
	const struct import_job *job, int64_t seen, int64_t now)
{
	char until[TIME_TEXT_SIZE];

	if (seen - now >= CLOCK_BACK_MS)
		log_warn("import job %s: its slots up to %s have had their "
			 "turn, though the clock shows less: it was put back; "
			 "the schedule goes on after that time",
			job->name, time_format(seen, TIME_ISO_S, until));
}

static enum err look_at_job(
	struct scheduler *s, const struct import_job *job, int64_t now)
{
	struct import_job_state state;
	struct schedule_decision d;
	int64_t slot;
	enum err e =
		record_import_job_state_get(turn_read(s->hub), job->id, &state);

	if (e != ERR_OK)
		return e;
	if (state.seen == 0)
		state.seen = now; /* from a time before schedules */
	warn_of_clock(job, state.seen, now);
	schedule_decide(&job->cron, job->catch_up, state.seen, now,
		s->started ? SCHEDULE_LATE_MS : 0, &d);
	if (decided_something(&d))
		e = write_down(s->hub, job, &state, &d);
	if (schedule_next(&job->cron, d.seen, now, &slot) && slot < s->next)
		s->next = slot;
	return e;
}

/* --- all jobs ------------------------------------------------------------ */

/* A slice of the round. */
static enum err look_at_jobs(struct scheduler *s, int64_t now)
{
	const struct catalog *k = &s->hub->catalog;
	uint64_t until = clock_monotonic_ns() + SLICE_NS;
	enum err e = ERR_OK;

	while (s->job < k->import_job_count && e == ERR_OK) {
		const struct import_job *job = k->import_jobs[s->job];

		if (has_schedule(job))
			e = look_at_job(s, job, now);
		s->job++;
		if (clock_monotonic_ns() >= until)
			break;
	}
	return e;
}

static void start_round(struct scheduler *s)
{
	s->job = 0;
	s->next = INT64_MAX;
}

static void on_written(
	struct turn_waiter *w, enum err e, const struct diag *why)
{
	struct scheduler *s = container_of(w, struct scheduler, waiter);

	(void)why;
	if (e == ERR_OK || s->hub->turn.fatal)
		return;
	start_round(s);
	look_soon(s, STORE_RETRY_MS);
}

static void end_round(struct scheduler *s)
{
	s->started = true;
	if (s->next == INT64_MAX)
		wall_timer_stop(s->wall);
	else
		wall_timer_set(s->wall, s->next);
}

static void look(struct scheduler *s)
{
	enum err e;

	if (s->hub->stopping)
		return;
	e = look_at_jobs(s, clock_now_ms());
	if (!s->waiter.waiting)
		turn_wait(s->hub, &s->waiter, on_written);
	if (e != ERR_OK) {
		log_error("schedule: %s; trying again", err_text(e));
		start_round(s);
		look_soon(s, STORE_RETRY_MS);
	} else if (s->job < s->hub->catalog.import_job_count) {
		look_soon(s, 0);
	} else {
		end_round(s);
	}
}

static void on_soon(struct timer *t)
{
	look(container_of(t, struct scheduler, soon));
}

static void look_soon(struct scheduler *s, uint64_t delay_ms)
{
	timer_set(s->hub->loop, &s->soon, delay_ms, on_soon);
}

/* The time has come, or the clock was stepped. */
static void on_wall(void *arg)
{
	struct scheduler *s = arg;

	start_round(s);
	look(s);
}

/* --- from outside -------------------------------------------------------- */

enum err scheduler_start(
	struct scheduler **out, struct hub *hub, struct diag *why)
{
	struct scheduler *s = mem_alloc(sizeof *s);

	(void)why;
	s->hub = hub;
	s->wall = wall_timer_create(hub->loop, on_wall, s);
	*out = s;
	scheduler_wake(s);
	return ERR_OK;
}

enum err scheduler_job_changed(
	struct scheduler *s, const struct import_job *job)
{
	struct import_job_state state;
	int64_t now = clock_now_ms();
	struct txn *t;
	enum err e = turn_write(s->hub, &t);

	if (e == ERR_OK)
		e = record_import_job_state_get(t, job->id, &state);
	if (e != ERR_OK)
		return e;
	/* The clock may have been put back: what has run stays run. */
	if (state.seen < now)
		state.seen = now;
	if (state.after_start == 0)
		state.after_start = now;
	scheduler_wake(s);
	return record_import_job_state_put(t, job->id, &state);
}

void scheduler_wake(struct scheduler *s)
{
	start_round(s);
	look_soon(s, 0);
}

void scheduler_stop(struct scheduler *s)
{
	if (s == NULL)
		return;
	turn_unwait(&s->waiter);
	timer_stop(s->hub->loop, &s->soon);
	wall_timer_destroy(s->wall);
	free(s);
}
