#include <stdlib.h>

#include "import_run.h"
#include "sluice/base/mem.h"
#include "sluice/jobs/hub.h"
#include "sluice/model/schedule.h"
#include "sluice/store/record_import_job.h"

static enum err succeeded_at(
	struct txn *t, const struct import_job *job, int64_t *times)
{
	struct import_job_state s;
	enum err e = ERR_OK;

	for (size_t i = 0; i < job->after_count && e == ERR_OK; i++) {
		e = record_import_job_state_get(t, job->after[i], &s);
		times[i] = s.succeeded_at;
	}
	return e;
}

static enum err start_after(struct hub *hub, struct txn *t,
	const struct import_job *job, int64_t now)
{
	struct execution want = { .trigger = TRIGGER_AFTER };
	int64_t *times = mem_alloc(job->after_count * sizeof *times);
	struct import_job_state s;
	struct uuid id;
	enum err e = succeeded_at(t, job, times);
	bool due;

	if (e == ERR_OK)
		e = record_import_job_state_get(t, job->id, &s);
	due = e == ERR_OK &&
	      schedule_after_due(times, job->after_count, s.after_start);
	free(times);
	if (!due)
		return e;
	s.after_start = now;
	e = record_import_job_state_put(t, job->id, &s);
	return e == ERR_OK ? import_queue_add(hub, job, &want, &id) : e;
}

static bool waits_for(const struct import_job *job, struct uuid id)
{
	for (size_t i = 0; job->active && i < job->after_count; i++)
		if (uuid_eq(job->after[i], id))
			return true;
	return false;
}

static enum err start_all_after(
	struct hub *hub, struct txn *t, struct uuid job_id, int64_t now)
{
	const struct catalog *k = &hub->catalog;
	enum err e = ERR_OK;

	for (size_t i = 0; i < k->import_job_count && e == ERR_OK; i++)
		if (waits_for(k->import_jobs[i], job_id))
			e = start_after(hub, t, k->import_jobs[i], now);
	return e;
}

enum err import_queue_succeeded(struct import_run *r, int64_t now)
{
	struct import_job_state s;
	struct txn *t;
	enum err e = turn_write(r->hub, &t);

	if (e != ERR_OK || catalog_import_job(r->hub, r->job->id) == NULL)
		return e;
	e = record_import_job_state_get(t, r->job->id, &s);
	s.succeeded_at = now;
	s.success_start = r->started_at;
	if (e == ERR_OK)
		e = record_import_job_state_put(t, r->job->id, &s);
	if (e == ERR_OK)
		e = start_all_after(r->hub, t, r->job->id, now);
	return e;
}
