/* The suppliers of an export job, merged and removed (contract 2.2). */
#include "job_common.h"
#include "views.h"

#define NOBODY_LEFT                                                            \
	"299 - \"the list of suppliers is empty now: the job exports for all " \
	"suppliers\""

/* To a key that is limited to stores, a supplier that it doesn't see is one
 * that isn't in the list. */
static size_t keep_seen(struct call *c, const char **ids, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		if (c->caller.scope.count == 0 || job_sees_supplier(c, ids[i]))
			ids[kept++] = ids[i];
	return kept;
}

static void change(struct call *c, bool add)
{
	struct export_job *old = job_find(c), *j;
	struct faults *f;
	const char **ids;
	size_t count = 0;
	bool changed, empty;

	if (old == NULL)
		return;
	f = call_faults(c);
	ids = export_job_supplier_ids_from_json(c->json, &count, f);
	if (add)
		job_check_suppliers(c, f);
	if (faults_any(f))
		return answer_faults(c, f);
	count = keep_seen(c, ids, count);
	j = export_job_copy(old);
	changed = add ? export_job_suppliers_add(j, ids, count)
		      : export_job_suppliers_remove(j, ids, count);
	empty = j->supplier_count == 0;
	if (!changed)
		export_job_destroy(j);
	else if (!job_store(c, j))
		return;
	if (empty)
		answer_header(c, "Warning", NOBODY_LEFT);
	answer_after_commit(c, 204);
}

void job_suppliers_add(struct call *c)
{
	change(c, true);
}

void job_suppliers_remove(struct call *c)
{
	change(c, false);
}
