/* GET /v1/mapper/executions/{id}/errors: the rejected rows, a page of them
 * (contract 2.6).  They are numbered without gaps, so that a page is a range.
 */
#include <stdlib.h>

#include "admin_private.h"
#include "import_common.h"
#include "query.h"
#include "sluice/store/record_execution.h"
#include "sluice/text/json_tree.h"
#include "views.h"

/* What stands before the list of all faults. */
static const char *const first_fault[] = { "column", "field", "value", "code",
	"message" };

/* The range of numbers that makes the page. */
struct range {
	struct call *call;
	json_t *report;
	uint64_t first, count;
	const char **rows; /* as they are found */
	size_t found;
};

/* --- one row -------------------------------------------------------------- */

static void put_value(struct buf *out, json_t *value)
{
	char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);

	buf_text(out, text == NULL ? "null" : text);
	free(text);
}

static json_t *file_name(json_t *report, uint32_t file)
{
	json_t *files = json_object_get(report, "files");

	return json_object_get(json_array_get(files, file), "name");
}

static void put_row(struct buf *out, json_t *report, uint32_t number,
	const struct reject *r)
{
	json_t *faults = json_tree(r->faults, NULL);
	json_t *first = json_array_get(faults, 0);

	buf_printf(out, "{\"number\":%u,\"file\":", number);
	put_value(out, file_name(report, r->file));
	buf_printf(out, ",\"line\":%llu", (unsigned long long)r->line);
	for (size_t i = 0; i < ARRAY_LEN(first_fault); i++) {
		buf_printf(out, ",\"%s\":", first_fault[i]);
		put_value(out, json_object_get(first, first_fault[i]));
	}
	buf_text(out, ",\"errors\":");
	buf_str(out, faults == NULL ? STR("[]") : r->faults);
	buf_char(out, '}');
	json_decref(faults);
}

static bool take_row(void *arg, uint32_t number, const struct reject *r)
{
	struct range *range = arg;
	struct call *c = range->call;
	struct buf *out = &c->body; /* empty so far: scratch */

	if (number >= range->first + range->count)
		return false;
	put_row(out, range->report, number, r);
	range->rows[range->found++] = arena_dup(&c->arena, buf_view(out));
	buf_clear(out);
	return range->found < range->count;
}

/* --- the page ------------------------------------------------------------- */

static struct range range_of(struct call *c, const struct list_query *q)
{
	uint64_t offset = q->page.offset, total = q->page.total;
	uint64_t left = offset < total ? total - offset : 0;
	struct range r = { .call = c,
		.count = left < q->page.size ? left : q->page.size };

	r.first = q->page.descending ? left - r.count : offset;
	r.rows = arena_alloc(&c->arena, (r.count + 1) * sizeof *r.rows);
	return r;
}

/* A damaged row is left out; the log has told. */
static enum err read_range(struct range *r, struct uuid id)
{
	enum err e = ERR_OK;

	if (r->count > 0)
		e = record_reject_each(turn_read(r->call->hub), id,
			(uint32_t)r->first, take_row, r);
	return e == ERR_CORRUPT ? ERR_OK : e;
}

static void answer(const struct range *r, const struct list_query *q)
{
	struct call *c = r->call;

	list_begin(c);
	for (size_t i = 0; i < r->found; i++) {
		list_next(c);
		buf_text(&c->body,
			r->rows[q->page.descending ? r->found - 1 - i : i]);
	}
	list_answer(c, q, ERR_OK);
}

void execution_errors(struct call *c)
{
	struct faults *f = call_faults(c);
	struct list_query q;
	struct execution x;
	struct range range;
	enum err e;

	if (!execution_find(c, &x) || !import_allows(c, x.entity))
		return;
	query_list(c, "number", false, f, &q);
	if (faults_any(f))
		return answer_faults(c, f);
	q.page.total = x.rejects_kept;
	range = range_of(c, &q);
	range.report = json_tree(x.report, NULL);
	e = read_range(&range, x.id);
	json_decref(range.report);
	if (e != ERR_OK)
		return answer_err(c, e, NULL);
	answer(&range, &q);
}
