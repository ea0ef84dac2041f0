/* GET /v1/mapper/job/order: the jobs in the order in which their entities build
 * on each other (contract 2.5, facts.md 3.6). */
#include <stdlib.h>

#include "admin_private.h"
#include "import_common.h"
#include "query.h"
#include "views.h"

static size_t rank(enum entity_kind kind)
{
	const enum entity_kind *order = entity_recommended_order();
	size_t i = 0;

	while (i < ENTITY_KINDS && order[i] != kind)
		i++;
	return i;
}

static int by_rank(const void *a, const void *b)
{
	const struct import_job *const *x = a, *const *y = b;
	size_t rx = rank((*x)->entity), ry = rank((*y)->entity);

	if (rx != ry)
		return rx < ry ? -1 : 1;
	return strcmp((*x)->name, (*y)->name);
}

static void answer(
	struct call *c, const struct import_job **jobs, struct list_query *q)
{
	size_t shown = 0;

	list_begin(c);
	for (uint64_t i = q->page.offset;
		i < q->page.total && shown < q->page.size; i++) {
		list_next(c, shown++);
		import_put(c, jobs[i]);
	}
	list_end(c, q, shown);
	answer_now(c, 200);
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
	qsort(jobs, count, sizeof *jobs, by_rank);
	q.page.total = count;
	answer(c, jobs, &q);
}
