/* GET /v1/mapper/job/order: the jobs in the order in which their entities build
 * on each other, and why (contract 2.5, facts.md 3.6). */
#include "admin_private.h"
#include "import_common.h"
#include "query.h"
#include "sluice/model/import_order.h"
#include "views.h"

/* Of one page: hundreds of jobs of one entity may all have the same. */
#define REASONS_MAX 10000

/* Each job before it that it builds on, with the reason. */
static json_t *runs_after(
	const struct import_job **jobs, size_t index, size_t *room)
{
	json_t *list = json_array();

	for (size_t i = 0; i < index && room[0] > 0; i++) {
		const struct import_job *other = jobs[i];
		const char *reason = import_order_reason(jobs[index], other);
		char id[UUID_TEXT_SIZE];

		if (reason == NULL)
			continue;
		json_array_append_new(list,
			json_pack("{s:s,s:s,s:s,s:s}", "id",
				uuid_format(other->id, id), "name", other->name,
				"entity", entity_kind_name(other->entity),
				"reason", reason));
		room[0]--;
	}
	return list;
}

static void put_job(struct call *c, const struct import_job **jobs,
	size_t index, size_t *room)
{
	json_t *job = import_job_to_json(jobs[index]);

	json_object_set_new(job, "runsAfter", runs_after(jobs, index, room));
	answer_put_json(c, job);
}

static void answer(
	struct call *c, const struct import_job **jobs, struct list_query *q)
{
	size_t room = REASONS_MAX;

	list_begin(c);
	for (uint64_t i = q->page.offset;
		i < q->page.total && c->rows < q->page.size; i++) {
		list_next(c);
		put_job(c, jobs, i, &room);
	}
	list_answer(c, q, ERR_OK);
}

void import_order(struct call *c)
{
	const struct catalog *all = &c->hub->catalog;
	size_t count = all->import_job_count;
	struct faults *f = call_faults(c);
	const struct import_job **jobs;
	struct list_query q;

	query_list(c, "", false, f, &q);
	if (faults_any(f))
		return answer_faults(c, f);
	jobs = arena_alloc(&c->arena, (count + 1) * sizeof *jobs);
	for (size_t i = 0; i < count; i++)
		jobs[i] = all->import_jobs[i];
	import_order_sort(jobs, count);
	q.page.total = count;
	answer(c, jobs, &q);
}
