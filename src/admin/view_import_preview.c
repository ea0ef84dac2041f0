/* POST /v1/mapper/job/preview: the first rows of a job's source, raw and as the
 * hub would read them (contract 2.5). */
#include "admin_private.h"
#include "import_common.h"
#include "query.h"
#include "sluice/jobs/import_preview.h"
#include "views.h"

#define ROWS_DEFAULT 10
#define ROWS_MAX     100

/* The other side could not be reached or would not let us in: 502; else it is
 * the job (or its file) that needs mending: 400. */
static bool is_remote(enum err e)
{
	return err_class(e) == ERR_CLASS_TRANSIENT || e == ERR_HOSTKEY ||
	       e == ERR_AUTH || e == ERR_REMOTE_DENIED;
}

static void answer_failure(struct call *c, enum err e, const struct diag *why)
{
	const char *text = why->text[0] != '\0' ? why->text : err_text(e);

	if (e == ERR_CONFLICT)
		return answer_err(c, e, why); /* disabled */
	answer_error(c, is_remote(e) ? 502 : 400, "SOURCE_FAILED", "%s", text);
}

static void on_done(
	void *arg, enum err status, const struct diag *why, struct str body)
{
	struct call *c = arg;

	if (status != ERR_OK)
		return answer_failure(c, status, why);
	buf_str(&c->body, body);
	answer_now(c, 200);
}

static void on_gone(struct call *c)
{
	import_preview_cancel(c->state);
}

static void start(struct call *c, struct import_job *j, unsigned rows)
{
	struct import_preview *p;
	struct diag why = { .text = "" };
	enum err e =
		import_preview_start(&p, c->hub, j, rows, on_done, c, &why);

	if (e != ERR_OK)
		return answer_failure(c, e, &why);
	c->state = p;
	c->on_gone = on_gone;
}

void import_preview(struct call *c)
{
	struct faults *f = call_faults(c);
	unsigned rows =
		(unsigned)query_number(c, "rows", 1, ROWS_MAX, ROWS_DEFAULT, f);
	struct import_job *j;

	if (faults_any(f))
		return answer_faults(c, f);
	j = import_read(c, NULL, true);
	if (j == NULL)
		return;
	if (import_job_has_source(j))
		return start(c, j, rows);
	import_job_destroy(j);
	faults_add(f, FAULT_REQUIRED, "clientId",
		"clientId is required: a job without a connection has no "
		"source to look at");
	answer_faults(c, f);
}
