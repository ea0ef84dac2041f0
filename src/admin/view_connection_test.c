/* POST /v1/mapper/client/{id}/test (contract 2.1): tries a connection step by
 * step, on a session of its own.  A disabled one can be tried, too. */
#include "admin_private.h"
#include "query.h"
#include "sluice/jobs/target.h"
#include "sluice/loop/ftp_probe.h"
#include "sluice/loop/sftp_probe.h"
#include "views.h"

#define FOLDER_MAX 1024

struct test {
	struct call *call;
	union {
		struct sftp_probe sftp;
		struct ftp_probe ftp;
	};
	struct op *op; /* of the one that runs */
};

static void put_report(struct buf *out, const struct probe_report *r)
{
	buf_printf(out, "{\"ok\":%s,\"steps\":[", r->ok ? "true" : "false");
	for (size_t i = 0; i < r->count; i++) {
		const struct probe_step *s = &r->steps[i];

		buf_printf(out,
			"%s{\"step\":\"%s\",\"ok\":%s,\"milliseconds\":%llu,"
			"\"message\":",
			i == 0 ? "" : ",", s->name, s->ok ? "true" : "false",
			(unsigned long long)s->milliseconds);
		put_text(out, s->message);
		buf_char(out, '}');
	}
	buf_char(out, ']');
}

static void put_host_keys(struct buf *out, const struct sftp_probe *p)
{
	buf_text(out, ",\"hostKeys\":[");
	for (size_t i = 0; i < p->fingerprint_count; i++) {
		if (i > 0)
			buf_char(out, ',');
		put_text(out, p->fingerprints[i].text);
	}
	buf_text(out, "]}");
}

static void on_sftp_probed(struct op *op)
{
	struct test *t = container_of(op, struct test, sftp.op);
	struct call *c = t->call;

	if (op->status != ERR_OK)
		return answer_err(c, op->status, &op->why);
	put_report(&c->body, &t->sftp.report);
	put_host_keys(&c->body, &t->sftp);
	answer_now(c, 200);
}

static void on_ftp_probed(struct op *op)
{
	struct test *t = container_of(op, struct test, ftp.op);
	struct call *c = t->call;

	if (op->status != ERR_OK)
		return answer_err(c, op->status, &op->why);
	put_report(&c->body, &t->ftp.report);
	buf_char(&c->body, '}');
	answer_now(c, 200);
}

static void on_gone(struct call *c)
{
	struct test *t = c->state;

	op_cancel(t->op);
}

static const char *probe_name(struct call *c)
{
	char id[UUID_TEXT_SIZE];

	return arena_printf(&c->arena, ".sluice-probe-%s",
		uuid_format(hub_new_id(c->hub), id));
}

static enum err start_sftp(struct test *t, const struct connection *k)
{
	struct call *c = t->call;
	struct ssh_target target = target_ssh(c->hub, k);

	t->op = &t->sftp.op;
	t->sftp.in = (struct sftp_probe_in){ .loop = c->hub->loop,
		.target = &target,
		.folder = query_get(c, "folder"),
		.file_name = probe_name(c),
		.who = "test" };
	return sftp_probe_start(&t->sftp, on_sftp_probed);
}

static enum err start_ftp(struct test *t, const struct connection *k)
{
	struct call *c = t->call;
	struct ftp_target target = target_ftp(c->hub, k);

	t->op = &t->ftp.op;
	t->ftp.in = (struct ftp_probe_in){ .loop = c->hub->loop,
		.target = &target,
		.folder = query_get(c, "folder"),
		.file_name = probe_name(c),
		.who = "test" };
	return ftp_probe_start(&t->ftp, on_ftp_probed);
}

static enum err (*const starts[CONNECTION_TYPE_COUNT])(
	struct test *t, const struct connection *k) = {
	[CONNECTION_SFTP] = start_sftp,
	[CONNECTION_FTP] = start_ftp,
};

static void start(struct call *c, const struct connection *k)
{
	struct test *t = arena_alloc(&c->arena, sizeof *t);
	enum err e;

	t->call = c;
	c->state = t;
	c->on_gone = on_gone;
	e = starts[k->type](t, k);
	if (e != ERR_OK)
		answer_err(c, e, &t->op->why);
}

/* As the outputFolder of a job. */
static bool is_folder(const char *folder)
{
	size_t len = strlen(folder);

	if (len == 0 || len > FOLDER_MAX)
		return false;
	for (const char *p = folder; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7F)
			return false;
	for (const char *p = folder; *p != '\0'; p += *p == '/') {
		size_t segment = strcspn(p, "/");

		if (segment == 2 && strncmp(p, "..", 2) == 0)
			return false;
		p += segment;
	}
	return true;
}

/* False: answered. */
static bool check_folder(struct call *c)
{
	const char *folder = query_get(c, "folder");
	struct faults *f;

	if (folder == NULL || is_folder(folder))
		return true;
	f = call_faults(c);
	faults_add(f, FAULT_INVALID, "folder",
		"folder must be of 1 to %d bytes without a segment .. and "
		"without control characters",
		FOLDER_MAX);
	answer_faults(c, f);
	return false;
}

void connection_test(struct call *c)
{
	const struct connection *k = NULL;
	struct uuid id;

	if (uuid_parse(str_of(c->path[0]), &id))
		k = catalog_connection(c->hub, id);
	if (k == NULL)
		return answer_not_found(c, "connection", c->path[0]);
	if (starts[k->type] == NULL)
		return answer_error(c, 409, "CONFLICT",
			"this version can't test connections of type %s",
			connection_type_name(k->type));
	if (check_folder(c))
		start(c, k);
}
