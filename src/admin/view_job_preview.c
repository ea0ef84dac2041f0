/* The file that a job would send, without sending it (contract 2.2). */
#include "admin_private.h"
#include "auth.h"
#include "job_common.h"
#include "query.h"
#include "sluice/store/record_document.h"
#include "views.h"

/* The order (incident) of ?reference=, or the sample; NULL: answered. */
static struct document *find_document(struct call *c, enum export_entity entity)
{
	const char *reference = query_get(c, "reference");
	struct document_row row;
	struct document *d;
	enum err e;

	if (reference == NULL)
		return render_sample(entity);
	e = record_document_get(
		turn_read(c->hub), entity, str_of(reference), &row);
	if (e == ERR_OK && !scope_allows(c, row.store_external_id))
		e = ERR_NOT_FOUND;
	if (e == ERR_OK)
		e = document_from_text(entity, row.text, &d);
	if (e == ERR_OK)
		return d;
	if (e == ERR_NOT_FOUND)
		answer_not_found(c,
			entity == EXPORT_ORDER ? "order" : "incident",
			reference);
	else
		answer_err(c, e, NULL);
	return NULL;
}

static void put_preview(struct call *c, const struct export_job *j,
	const struct document *d, struct buf *name, struct buf *payload)
{
	const char *folder = j->output_folder == NULL ? "" : j->output_folder;
	size_t len = strlen(folder);
	struct str file;

	render_file_name(d, j->format, j->file_name_format,
		c->hub->settings.multi_store, c->now, name);
	render_document(d, j->format, payload);
	file = buf_view(name);
	buf_text(&c->body, "{\"fileName\":");
	buf_json_string(&c->body, file);
	buf_text(&c->body, ",\"path\":");
	put_text(&c->body, arena_printf(&c->arena, "%s%s%.*s", folder,
				   len > 0 && folder[len - 1] == '/' ? "" : "/",
				   STR_ARG(file)));
	buf_text(&c->body, ",\"contentType\":");
	put_text(&c->body, export_format_media_type(j->format));
	buf_text(&c->body, ",\"payload\":");
	buf_json_string(&c->body, buf_view(payload));
	buf_char(&c->body, '}');
}

static void preview(struct call *c, const struct export_job *j)
{
	struct buf payload = buf_make(c->hub->settings.payload_max);
	struct buf name = buf_make(4096);
	struct document *d = find_document(c, j->entity);

	if (d == NULL)
		return; /* answered: the call is gone */
	put_preview(c, j, d, &name, &payload);
	if (payload.full)
		answer_error(c, 413, "PAYLOAD_TOO_LARGE",
			"the file would be larger than limits.payload allows");
	else
		answer_now(c, 200);
	buf_release(&name);
	buf_release(&payload);
	document_destroy(d);
}

void job_preview(struct call *c)
{
	struct faults *f = call_faults(c);
	struct export_job *j =
		export_job_from_json(c->json, &c->hub->settings.retry, true, f);

	job_check_references(c, f);
	if (j == NULL || faults_any(f))
		answer_faults(c, f);
	else
		preview(c, j);
	export_job_destroy(j);
}
