#include "sluice/jobs/delivery.h"

#include <stdlib.h>

#include "sluice/base/mem.h"
#include "sluice/jobs/hub.h"

/* Exports are read by other programs of the partner's group at most. */
#define FILE_MODE 0640

static uint64_t seconds_or(unsigned seconds, uint64_t otherwise_ms)
{
	return seconds > 0 ? (uint64_t)seconds * 1000 : otherwise_ms;
}

static struct ssh_timeouts timeouts_of(const struct connection_timeouts *t,
	const struct ssh_timeouts *otherwise)
{
	return (struct ssh_timeouts){
		.resolve = seconds_or(t->resolve, otherwise->resolve),
		.connect = seconds_or(t->connect, otherwise->connect),
		.handshake = seconds_or(t->handshake, otherwise->handshake),
		.authenticate =
			seconds_or(t->authenticate, otherwise->authenticate),
		.open = seconds_or(t->open, otherwise->open),
		.idle = seconds_or(t->idle, otherwise->idle),
		.close = seconds_or(t->close, otherwise->close),
		.keepalive = seconds_or(t->keepalive, otherwise->keepalive),
		.pool_idle = seconds_or(t->pool_idle, otherwise->pool_idle),
	};
}

struct ssh_target delivery_ssh_target(
	const struct hub *hub, const struct connection *c)
{
	return (struct ssh_target){
		.id = c->id,
		.version = c->updated_at,
		.name = c->name,
		.hostname = c->hostname,
		.port = c->port,
		.username = c->username,
		.password = c->password,
		.private_key = c->private_key,
		.private_key_passphrase = c->private_key_passphrase,
		.host_keys = (const char *const *)c->host_keys,
		.host_key_count = c->host_key_count,
		.max_files = c->max_concurrent > 0 ? c->max_concurrent
						   : hub->settings.max_files,
		.timeouts = timeouts_of(&c->timeouts, &hub->settings.timeouts),
	};
}

static void on_put(struct op *op)
{
	struct delivery *d = container_of(op, struct delivery, put.op);

	d->status = op->status;
	d->why = op->why;
	d->bytes = op->status == ERR_OK ? d->put.in.len : 0;
	d->done(d);
}

/* Hidden, beside the target, and named after the export: whatever an attempt
 * leaves behind when everything dies, the next one overwrites (rule 3.5). */
static void name_files(struct delivery *d, const struct export *x)
{
	struct buf path = buf_make(8192);

	export_remote_path(x, &path);
	d->path = buf_take(&path);
	d->temp_path = mem_printf("%.*s%s.%s.part", STR_ARG(x->folder),
		x->folder.len > 0 && x->folder.ptr[x->folder.len - 1] != '/'
			? "/"
			: "",
		d->who);
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
	name_files(d, x);
	d->payload = mem_dup(payload.ptr, payload.len);
	target = delivery_ssh_target(hub, c);
	d->put = (struct sftp_put){ .in = {
					    .pool = hub->pool,
					    .target = &target,
					    .path = d->path,
					    .temp_path = d->temp_path,
					    .data = d->payload,
					    .len = payload.len,
					    .create_folder = x->create_folder,
					    .fsync = c->fsync,
					    .mode = FILE_MODE,
					    .who = d->who,
				    } };
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
	free(d->payload);
	d->path = d->temp_path = d->payload = NULL;
}
