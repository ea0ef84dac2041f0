/* POST /v1/mapper/job/{id}/run: an execution by hand, from the job's own
 * source (contract 2.5). */
#include "admin_private.h"
#include "import_common.h"
#include "views.h"

void import_run(struct call *c)
{
	static const struct execution by_hand = { .trigger = TRIGGER_MANUAL };
	struct import_job *j = import_find_to_change(c);
	struct uuid id;
	enum err e;

	if (j == NULL)
		return;
	if (!import_job_has_source(j))
		return answer_error(c, 409, "CONFLICT",
			"the job '%s' has no connection to read from: upload a "
			"file with POST /v1/mapper/job/%s/file",
			j->name, c->path[0]);
	e = import_queue_add(c->hub, j, &by_hand, &id);
	if (e != ERR_OK)
		return answer_err(c, e, NULL);
	answer_execution(c, id, 202);
}
