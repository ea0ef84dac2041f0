#include "sluice/jobs/delivery.h"

#include <stdlib.h>

#include "sluice/base/mem.h"
#include "sluice/jobs/hub.h"
#include "sluice/jobs/target.h"
#include "sluice/store/record_export.h"

/* Exports are read by other programs of the partner's group at most. */
#define FILE_MODE 0640

/* Of so many attempts the leftovers are looked for, the latest ones. */
#define LEFTOVERS_MAX 128

static void on_put(struct op *op)
{
	struct delivery *d = container_of(op, struct delivery, put.op);

	d->status = op->status;
	d->why = op->why;
	d->bytes = op->status == ERR_OK ? d->put.in.len : 0;
	d->done(d);
}

/* Hidden, beside the target, and the attempt's own: a server that hangs may
 * still do what an earlier attempt asked it for, and must not rename or write
 * what this one has half written (rule 3.5). */
static char *temp_path(
	const struct delivery *d, struct str target, uint32_t attempt)
{
	const char *slash = memrchr(target.ptr, '/', target.len);
	int folder = slash == NULL ? 0 : (int)(slash + 1 - target.ptr);

	return mem_printf(
		"%.*s.%s.%u.part", folder, target.ptr, d->who, attempt);
}

/* Could the attempt have left its temporary file?  Not when it ended before
 * there was one. */
static bool may_have_left(const struct export_attempt *a)
{
	static const enum err before[] = { ERR_REMOTE_ABSENT, ERR_AUTH,
		ERR_HOSTKEY, ERR_RESOLVE };

	for (size_t i = 0; i < ARRAY_LEN(before); i++)
		if (str_eq(a->code, str_of(err_name(before[i]))))
			return false;
	return a->outcome != ATTEMPT_SUCCESS && a->outcome != ATTEMPT_RUNNING;
}

static bool add_leftover(void *arg, const struct export_attempt *a)
{
	struct delivery *d = arg;

	if (!may_have_left(a))
		return true;
	if (d->leftover_count == LEFTOVERS_MAX) {
		free(d->leftovers[0]);
		memmove(d->leftovers, d->leftovers + 1,
			--d->leftover_count * sizeof *d->leftovers);
	}
	d->leftovers[d->leftover_count++] =
		temp_path(d, a->remote_path, a->number);
	return true;
}

static void name_files(
	struct delivery *d, struct hub *hub, const struct export *x)
{
	struct buf path = buf_make(8192);

	export_remote_path(x, &path);
	d->temp_path = temp_path(d, buf_view(&path), x->attempts);
	d->path = buf_take(&path);
	if (x->attempts <= 1)
		return;
	d->leftovers = mem_alloc(LEFTOVERS_MAX * sizeof *d->leftovers);
	record_attempt_each(turn_read(hub), x->id, add_leftover, d);
}

enum err delivery_start(struct delivery *d, struct hub *hub,
	const struct export *x, struct str payload, delivery_done_fn done)
{
	const struct connection *c = catalog_connection(hub, x->client_id);
	struct ssh_target target;
	enum err e;

	d->done = done;
	uuid_format(x->id, d->who);
	if (c == NULL)
		return diag_set(&d->why, ERR_NOT_FOUND,
			"the connection of job %.*s is gone: give the job "
			"another one and retry with render=fresh",
			STR_ARG(x->job_name));
	name_files(d, hub, x);
	d->payload = mem_dup(payload.ptr, payload.len);
	target = target_ssh(hub, c);
	d->put = (struct sftp_put){ 0 };
	d->put.in = (struct sftp_put_in){
		.pool = hub->pool,
		.target = &target,
		.path = d->path,
		.temp_path = d->temp_path,
		.leftovers = (const char *const *)(void *)d->leftovers,
		.leftover_count = d->leftover_count,
		.data = d->payload,
		.len = payload.len,
		.create_folder = x->create_folder,
		.fsync = c->fsync,
		.mode = FILE_MODE,
		.who = d->who,
	};
	e = sftp_put_start(&d->put, on_put);
	if (e != ERR_OK)
		d->why = d->put.op.why;
	return e;
}

void delivery_cancel(struct delivery *d)
{
	op_cancel(&d->put.op);
}

void delivery_release(struct delivery *d)
{
	free(d->path);
	free(d->temp_path);
	for (size_t i = 0; i < d->leftover_count; i++)
		free(d->leftovers[i]);
	free(d->leftovers);
	free(d->payload);
	d->path = d->temp_path = d->payload = NULL;
	d->leftovers = NULL;
	d->leftover_count = 0;
}
