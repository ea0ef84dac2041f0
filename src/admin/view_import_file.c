/* POST /v1/mapper/job/{id}/file: an import by hand (contract 2.5).
 *
 * The body goes to the spool as it comes, no faster than the disk takes it;
 * when it is there for good, the execution is made in a turn, and the answer
 * follows the commit.  Until then the file is ours: whatever ends the request
 * before removes it. */
#include <stdlib.h>

#include "admin_private.h"
#include "import_common.h"
#include "query.h"
#include "sluice/base/clock.h"
#include "sluice/base/log.h"
#include "sluice/loop/local_file.h"
#include "views.h"

#define NAME_MAX_BYTES 255

struct upload {
	struct call *call;
	struct uuid job_id, id;
	const char *name;
	bool dry_run;
	char *path; /* owned */
	struct local_put put;
	bool whole; /* all of the body has come */
	bool kept;  /* the execution is on disk: the file is the queue's */
};

/* --- what it is ----------------------------------------------------------- */

struct media {
	const char *type;
	const char *name; /* of a file that was given none */
};

/* Types that tell nothing leave it to the content. */
static const struct media medias[] = {
	{ "text/csv", "upload.csv" },
	{ "application/csv", "upload.csv" },
	{ "application/json", "upload.json" },
	{ "application/xml", "upload.xml" },
	{ "text/xml", "upload.xml" },
	{ "application/gzip", "upload" },
	{ "application/octet-stream", "upload" },
	{ "application/x-www-form-urlencoded", "upload" },
	{ "text/plain", "upload" },
};

static bool type_is(struct str type, const char *name)
{
	return str_eq_nocase(type, str_of(name));
}

static const char *name_by_type(struct str type)
{
	for (size_t i = 0; i < ARRAY_LEN(medias); i++)
		if (type_is(type, medias[i].type))
			return medias[i].name;
	return NULL;
}

static const char *refuse_type(struct call *c, const char *type)
{
	answer_error(c, 415, "UNSUPPORTED_MEDIA_TYPE",
		"send the file itself as the body, as text/csv, "
		"application/json or application/xml, not as '%s'",
		str_is_utf8(str_of(type)) ? shown(&c->arena, type) : "?");
	return NULL;
}

static bool is_plain_name(const char *name)
{
	size_t len = strlen(name);

	if (len == 0 || len > NAME_MAX_BYTES || strcmp(name, ".") == 0 ||
		strcmp(name, "..") == 0)
		return false;
	for (; *name != '\0'; name++)
		if ((unsigned char)*name < 0x20 || *name == 0x7F ||
			*name == '/' || *name == '\\')
			return false;
	return true;
}

/* The file's name, as given or by the body's type; NULL: answered.  A name
 * wins: browsers call CSV files all sorts of things. */
static const char *read_name(struct call *c, struct faults *f)
{
	const char *header = http_request_header(c->request, "Content-Type");
	const char *name = query_get(c, "name");
	struct str type;

	if (header == NULL)
		header = "application/octet-stream";
	type = str_trim((struct str){ header, strcspn(header, ";") });
	if (type_is(type, "multipart/form-data"))
		return refuse_type(c, header);
	if (name == NULL)
		name = name_by_type(type);
	if (name == NULL)
		return refuse_type(c, header);
	if (!is_plain_name(name))
		faults_add(f, FAULT_INVALID, "name",
			"name must be that of a file, of 1 to %d bytes, "
			"without slashes and control characters",
			NAME_MAX_BYTES);
	return name;
}

/* By its name only: what the name doesn't tell shows when it is read. */
static bool check_format(
	struct call *c, const struct import_job *j, const char *name)
{
	enum import_format format;

	if (!import_format_of_name(str_of(name), &format))
		return true;
	if (!import_format_allowed(j->entity, format)) {
		answer_error(c, 415, "UNSUPPORTED_MEDIA_TYPE",
			"%s can't be imported from %s files",
			entity_kind_name(j->entity),
			import_format_name(format));
		return false;
	}
	if (format != IMPORT_CSV || j->delimiter != 0)
		return true;
	answer_error(c, 409, "CONFLICT",
		"the job '%s' has no csv.delimiter, which CSV files need: set "
		"it with PUT /v1/mapper/job/%s",
		j->name, c->path[0]);
	return false;
}

/* --- the end -------------------------------------------------------------- */

static void on_committed(struct call *c)
{
	struct upload *u = c->state;

	u->kept = true;
}

static void upload_free(struct call *c)
{
	struct upload *u = c->state;
	struct diag why;

	if (!u->kept && local_remove(u->path, &why) != ERR_OK)
		log_error("%s", why.text);
	free(u->path);
}

static void make_execution(struct upload *u)
{
	struct call *c = u->call;
	struct import_job *j = catalog_import_job(c->hub, u->job_id);
	struct execution want = {
		.trigger = TRIGGER_FILE,
		.dry_run = u->dry_run,
		.upload_name = str_of(u->name),
		.upload_id = u->id,
		.upload_bytes = u->put.written,
	};
	struct uuid id;
	enum err e;

	if (j == NULL)
		return answer_not_found(c, "import job", c->path[0]);
	c->now = clock_now_ms();
	e = import_queue_add(c->hub, j, &want, &id);
	if (e != ERR_OK)
		return answer_err(c, e, NULL);
	c->committed = on_committed;
	answer_execution(c, id, 202);
}

static void on_spooled(struct op *op)
{
	struct upload *u = container_of(op, struct upload, put.op);
	struct call *c = u->call;

	if (c->admin->stopping || c->hub->stopping)
		answer_error(c, 503, "STOPPING",
			"the gateway is stopping: send the file again later");
	else if (op->status == ERR_LIMIT)
		answer_error(c, 413, "PAYLOAD_TOO_LARGE",
			"the file is larger than %llu bytes (limits.file)",
			(unsigned long long)u->put.in.limit);
	else if (op->status == ERR_CANCELED)
		answer_error(c, 400, "CANCELLED", "the upload broke off");
	else if (op->status != ERR_OK)
		answer_err(c,
			op->status == ERR_NO_SPACE ? ERR_NO_SPACE : ERR_IO,
			&op->why);
	else
		make_execution(u);
}

/* --- the body, as it comes ------------------------------------------------ */

static size_t on_piece(struct http_request *r, struct str data)
{
	struct call *c = http_request_data(r);
	struct upload *u = c->state;

	return local_put_write(&u->put, data.ptr, data.len);
}

static void on_drain(void *arg)
{
	struct upload *u = arg;

	if (u->call->request != NULL)
		http_request_resume_body(u->call->request);
}

static void on_end(struct http_request *r)
{
	struct call *c = http_request_data(r);
	struct upload *u = c->state;

	u->whole = true;
	local_put_finish(&u->put);
}

/* What came whole is imported, whoever still listens. */
static void on_gone(struct call *c)
{
	struct upload *u = c->state;

	if (!u->whole)
		op_cancel(&u->put.op);
}

static void start(struct call *c, struct upload *u)
{
	enum err e;

	u->call = c;
	u->id = hub_new_id(c->hub);
	u->path = import_spool_path(c->hub, u->id);
	u->put.in = (struct local_put_in){ .loop = c->hub->loop,
		.path = u->path,
		.limit = c->hub->settings.import_file_max,
		.drain = on_drain,
		.drain_arg = u };
	c->state = u;
	c->on_free = upload_free;
	e = local_put_start(&u->put, on_spooled);
	if (e != ERR_OK)
		return answer_err(c, e, &u->put.op.why);
	c->on_gone = on_gone;
	http_request_stream_body(c->request, on_piece, on_end);
}

/* False: answered. */
static bool check_length(struct call *c)
{
	const char *length = http_request_header(c->request, "Content-Length");
	uint64_t max = c->hub->settings.import_file_max, n;

	if (length == NULL || str_to_u64(str_of(length), max, &n))
		return true;
	answer_error(c, 413, "PAYLOAD_TOO_LARGE",
		"the file is larger than %llu bytes (limits.file)",
		(unsigned long long)max);
	return false;
}

void import_file(struct call *c)
{
	const struct import_job *j = import_find_to_change(c);
	const char *name;
	struct upload *u;
	struct faults *f;

	if (j == NULL)
		return;
	f = call_faults(c);
	name = read_name(c, f);
	if (name == NULL)
		return; /* answered: the call is gone */
	u = arena_alloc(&c->arena, sizeof *u);
	u->job_id = j->id;
	u->name = name;
	(void)query_bool(c, "dryRun", f, &u->dry_run);
	if (faults_any(f))
		return answer_faults(c, f);
	if (check_format(c, j, name) && check_length(c))
		start(c, u);
}
