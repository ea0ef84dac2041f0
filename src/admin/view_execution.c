/* Executions of import jobs (contract 2.6): reading and cancelling. */
#include "admin_private.h"
#include "import_common.h"
#include "query.h"
#include "sluice/store/record_execution.h"
#include "views.h"

/* --- reading -------------------------------------------------------------- */

static void put_execution(struct buf *out, const struct execution *x)
{
	buf_char(out, '{');
	execution_put(out, x);
	buf_char(out, '}');
}

void execution_show(struct call *c)
{
	struct execution x;

	if (!execution_find(c, &x))
		return;
	put_execution(&c->body, &x);
	answer_now(c, 200);
}

/* "JOB_PENDING, JOB_RUNNING, ..." */
static const char *state_names(struct arena *arena)
{
	const char *list = execution_state_name(EXECUTION_PENDING);

	for (int s = EXECUTION_PENDING + 1; s < EXECUTION_STATE_COUNT; s++)
		list = arena_printf(arena, "%s, %s", list,
			execution_state_name((enum execution_state)s));
	return list;
}

static void read_filter(
	struct call *c, struct execution_filter *out, struct faults *f)
{
	const char *status = query_get(c, "status");

	*out = (struct execution_filter){ .by_state = status != NULL };
	out->by_job = query_uuid(c, "jobId", f, &out->job_id);
	if (status != NULL &&
		!execution_state_parse(str_of(status), &out->state))
		faults_add(f, FAULT_ENUM, "status",
			"status must be one of %s, not '%s'",
			state_names(&c->arena), status);
	out->by_time = query_period(c, f, &out->from_ms, &out->to_ms);
}

/* Of an execution in a list: a page of folders with thousands of files each
 * would be as large as the memory.  GET of the one has it all. */
#define LISTED_REPORT_MAX (64u << 10)

static bool put_row(void *arg, const struct execution *x)
{
	struct execution now = *x;
	struct call *c = arg;

	import_queue_live(c->hub, &now);
	if (now.report.len > LISTED_REPORT_MAX)
		now.report = STR("");
	list_next(c);
	put_execution(&c->body, &now);
	return true;
}

void execution_list(struct call *c)
{
	struct faults *f = call_faults(c);
	struct execution_filter filter;
	struct list_query q;
	enum err e;

	query_list(c, "createdAt", true, f, &q);
	read_filter(c, &filter, f);
	if (faults_any(f))
		return answer_faults(c, f);
	list_begin(c);
	e = record_execution_list(
		turn_read(c->hub), &filter, &q.page, put_row, c);
	list_answer(c, &q, e);
}

/* --- cancelling ----------------------------------------------------------- */

void execution_cancel(struct call *c)
{
	struct diag why = { .text = "" };
	struct execution x;
	struct uuid id;
	enum err e;

	if (!execution_find(c, &x) || !import_allows(c, x.entity))
		return;
	id = x.id;
	e = import_queue_cancel(c->hub, id, &why);
	if (e != ERR_OK)
		return answer_err(c, e, &why);
	answer_execution(c, id, 202);
}
