#include "sluice/jobs/remote_file.h"

#include <stdlib.h>

#include "sluice/base/mem.h"
#include "sluice/jobs/hub.h"
#include "sluice/jobs/target.h"
#include "sluice/loop/local_file.h"
#include "sluice/loop/sftp_file.h"
#include "sluice/loop/sftp_get.h"
#include "sluice/loop/sftp_list.h"

/* Most calls are one operation of the loop floor.  Two take a look first:
 * RENAME, since servers may replace what is there, and GET over FTP, since its
 * answer doesn't tell size and time. */
enum step {
	STEP_NONE,
	STEP_LOOK,
	STEP_ACT,
};

struct protocol;

struct remote_work {
	struct remote_file *f;
	struct hub *hub;
	const struct protocol *protocol;
	enum step step;
	bool canceled;
	union {
		struct op op; /* what they all begin with */
		struct sftp_list list;
		struct sftp_get get;
		struct sftp_file file;
		struct ftp_call ftp;
		struct local_get local;
	};
};

struct protocol {
	/* Starts the operation of w->step; c is NULL for a local file. */
	enum err (*start)(struct remote_work *w, const struct connection *c);
	/* The operation has ended well: what it tells. */
	void (*take)(struct remote_work *w);
	void (*pause)(struct remote_work *w);
	void (*resume)(struct remote_work *w);
	bool looks_before_get;
};

static void on_op(struct op *op);

/* --- what servers tell --------------------------------------------------- */

bool remote_attrs_same(
	const struct remote_attrs *a, const struct remote_attrs *b)
{
	bool size_known = a->size != REMOTE_SIZE_UNKNOWN &&
			  b->size != REMOTE_SIZE_UNKNOWN;
	bool time_known = a->mtime != 0 && b->mtime != 0;

	return (!size_known || a->size == b->size) &&
	       (!time_known || a->mtime == b->mtime);
}

bool remote_is_out_of_reach(enum err e)
{
	static const enum err errors[] = {
		ERR_NET, ERR_TIMEOUT, ERR_RESOLVE, ERR_AUTH, ERR_HOSTKEY,
		ERR_CERTIFICATE, ERR_PROTO, ERR_NOT_FOUND /* the connection */,
		ERR_CONFLICT /* disabled */
	};

	for (size_t i = 0; i < ARRAY_LEN(errors); i++)
		if (errors[i] == e)
			return true;
	return false;
}

static struct remote_attrs attrs_of(const struct sftp_attrs *a)
{
	return (struct remote_attrs){
		.size = a->has_size ? a->size : REMOTE_SIZE_UNKNOWN,
		.mtime = a->has_times ? (int64_t)a->mtime * 1000 : 0,
	};
}

static enum err on_entry(
	void *arg, struct str name, const struct sftp_attrs *attrs)
{
	struct remote_work *w = arg;
	struct remote_attrs a = attrs_of(attrs);
	enum sftp_kind kind = sftp_attrs_kind(attrs);

	if (kind == SFTP_FOLDER || kind == SFTP_OTHER)
		return ERR_OK;
	return w->f->entry(w->f->arg, name, &a);
}

/* --- SFTP ---------------------------------------------------------------- */

static enum err sftp_sink(void *arg, const void *data, size_t len)
{
	struct remote_work *w = arg;

	w->f->attrs = attrs_of(&w->get.attrs);
	w->f->received += len;
	return w->f->sink(w->f->arg, data, len);
}

static enum err sftp_start_list(
	struct remote_work *w, const struct ssh_target *target)
{
	w->list.in = (struct sftp_list_in){
		.pool = w->hub->pool,
		.target = target,
		.path = w->f->path,
		.entry = on_entry,
		.entry_arg = w,
		.who = w->f->who,
	};
	return sftp_list_start(&w->list, on_op);
}

static enum err sftp_start_get(
	struct remote_work *w, const struct ssh_target *target)
{
	w->get.in = (struct sftp_get_in){
		.pool = w->hub->pool,
		.target = target,
		.path = w->f->path,
		.sink = sftp_sink,
		.sink_arg = w,
		.limit = w->f->limit,
		.who = w->f->who,
	};
	return sftp_get_start(&w->get, on_op);
}

static enum err sftp_start_file(
	struct remote_work *w, const struct ssh_target *target)
{
	bool renames = w->f->action == REMOTE_RENAME;
	bool looks = !renames || w->step == STEP_LOOK;

	w->file.in = (struct sftp_file_in){
		.pool = w->hub->pool,
		.target = target,
		.action = looks ? SFTP_FILE_STAT : SFTP_FILE_RENAME,
		.path = renames && looks ? w->f->to : w->f->path,
		.to = w->f->to,
		.who = w->f->who,
	};
	return sftp_file_start(&w->file, on_op);
}

static enum err sftp_start(struct remote_work *w, const struct connection *c)
{
	struct ssh_target target = target_ssh(w->hub, c);

	if (w->f->action == REMOTE_LIST)
		return sftp_start_list(w, &target);
	if (w->f->action == REMOTE_GET)
		return sftp_start_get(w, &target);
	return sftp_start_file(w, &target);
}

static void sftp_take(struct remote_work *w)
{
	if (w->f->action == REMOTE_GET)
		w->f->attrs = attrs_of(&w->get.attrs);
	else if (w->f->action == REMOTE_STAT)
		w->f->attrs = attrs_of(&w->file.attrs);
}

static void sftp_pause(struct remote_work *w)
{
	sftp_get_pause(&w->get);
}

static void sftp_resume(struct remote_work *w)
{
	sftp_get_resume(&w->get);
}

/* --- FTPS ---------------------------------------------------------------- */

static enum err ftp_sink(void *arg, const void *data, size_t len)
{
	struct remote_work *w = arg;

	w->f->received += len;
	return w->f->sink(w->f->arg, data, len);
}

static enum err ftp_start(struct remote_work *w, const struct connection *c)
{
	static const enum ftp_action actions[REMOTE_ACTION_COUNT] = {
		[REMOTE_LIST] = FTP_LIST,
		[REMOTE_GET] = FTP_GET,
		[REMOTE_STAT] = FTP_STAT,
		[REMOTE_RENAME] = FTP_RENAME,
	};
	struct ftp_target target = target_ftp(w->hub, c);
	bool looks = w->step == STEP_LOOK;

	w->ftp.in = (struct ftp_call_in){
		.pool = w->hub->ftp,
		.target = &target,
		.action = looks ? FTP_STAT : actions[w->f->action],
		.path = looks && w->f->action == REMOTE_RENAME ? w->f->to
							       : w->f->path,
		.to = w->f->to,
		.entry = on_entry,
		.sink = ftp_sink,
		.arg = w,
		.limit = w->f->limit,
		.who = w->f->who,
	};
	return ftp_call_start(&w->ftp, on_op);
}

/* Of a GET the look before it has told. */
static void ftp_take(struct remote_work *w)
{
	if (w->f->action == REMOTE_STAT || w->step == STEP_LOOK)
		w->f->attrs = attrs_of(&w->ftp.attrs);
}

static void ftp_pause(struct remote_work *w)
{
	ftp_call_pause(&w->ftp);
}

static void ftp_resume(struct remote_work *w)
{
	ftp_call_resume(&w->ftp);
}

/* --- the spool ----------------------------------------------------------- */

static void local_take(struct remote_work *w)
{
	w->f->attrs = (struct remote_attrs){
		.size = w->local.size,
		.mtime = w->local.mtime_ms,
	};
}

static enum err local_sink(void *arg, const void *data, size_t len)
{
	struct remote_work *w = arg;

	local_take(w);
	w->f->received += len;
	return w->f->sink(w->f->arg, data, len);
}

static enum err local_start(struct remote_work *w, const struct connection *c)
{
	(void)c;
	must(w->f->action == REMOTE_GET);
	w->local.in = (struct local_get_in){
		.loop = w->hub->loop,
		.path = w->f->path,
		.sink = local_sink,
		.sink_arg = w,
		.limit = w->f->limit,
	};
	return local_get_start(&w->local, on_op);
}

static void local_pause(struct remote_work *w)
{
	local_get_pause(&w->local);
}

static void local_resume(struct remote_work *w)
{
	local_get_resume(&w->local);
}

/* --- any ----------------------------------------------------------------- */

static const struct protocol sftp_protocol = { sftp_start, sftp_take,
	sftp_pause, sftp_resume, false };
static const struct protocol ftp_protocol = { ftp_start, ftp_take, ftp_pause,
	ftp_resume, true };
static const struct protocol local_protocol = { local_start, local_take,
	local_pause, local_resume, false };

static const struct protocol *protocol_of(const struct connection *c)
{
	static const struct protocol *const protocols[CONNECTION_TYPE_COUNT] = {
		[CONNECTION_SFTP] = &sftp_protocol,
		[CONNECTION_FTP] = &ftp_protocol,
	};

	return protocols[c->type];
}

/* Looked up before each operation: it may have been changed in between. */
static enum err find_connection(
	struct remote_work *w, const struct connection **out, struct diag *why)
{
	struct connection *c = catalog_connection(w->hub, w->f->client_id);

	*out = c;
	if (c == NULL)
		return diag_set(why, ERR_NOT_FOUND,
			"the job's connection is gone: give the job another "
			"one");
	if (!c->active)
		return diag_set(why, ERR_CONFLICT,
			"connection %s is disabled: activate it first",
			c->name);
	w->protocol = protocol_of(c);
	if (w->protocol == NULL)
		return diag_set(why, ERR_UNSUPPORTED,
			"connection %s is of type %s, which has no files",
			c->name, connection_type_name(c->type));
	return ERR_OK;
}

static enum step next_step(const struct remote_work *w)
{
	bool looks =
		w->f->action == REMOTE_RENAME ||
		(w->f->action == REMOTE_GET && w->protocol->looks_before_get);

	return w->step == STEP_NONE && looks ? STEP_LOOK : STEP_ACT;
}

static enum err start_step(struct remote_work *w, struct diag *why)
{
	const struct connection *c = NULL;
	enum err e = ERR_OK;

	if (uuid_is_nil(w->f->client_id))
		w->protocol = &local_protocol;
	else
		e = find_connection(w, &c, why);
	if (e != ERR_OK)
		return e;
	w->step = next_step(w);
	w->op = (struct op){ 0 };
	e = w->protocol->start(w, c);
	if (e != ERR_OK)
		*why = w->op.why;
	return e;
}

/* One name for a file that isn't there. */
static enum err normal(enum err e)
{
	return e == ERR_NOT_FOUND ? ERR_REMOTE_ABSENT : e;
}

static void finish(struct remote_work *w, enum err e)
{
	struct remote_file *f = w->f;

	f->status = f->why.code = normal(e);
	f->work = NULL;
	free(w);
	f->done(f);
}

/* What the look before the action says about it. */
static enum err judge_look(struct remote_work *w, enum err e)
{
	struct remote_file *f = w->f;

	if (f->action == REMOTE_GET)
		return e;
	if (e == ERR_OK)
		return diag_set(&f->why, ERR_EXISTS,
			"%s is there already and is not replaced", f->to);
	return normal(e) == ERR_REMOTE_ABSENT ? ERR_OK : e;
}

static void on_op(struct op *op)
{
	struct remote_work *w = container_of(op, struct remote_work, op);
	enum err e = op->status;

	w->f->why = op->why;
	if (e == ERR_OK)
		w->protocol->take(w);
	if (w->step == STEP_LOOK) {
		e = judge_look(w, e);
		if (e == ERR_OK && w->canceled)
			e = diag_set(&w->f->why, ERR_CANCELED, "canceled");
		if (e == ERR_OK)
			e = start_step(w, &w->f->why);
		if (e == ERR_OK)
			return;
	}
	finish(w, e);
}

enum err remote_file_start(
	struct remote_file *f, struct hub *hub, remote_done_fn done)
{
	struct remote_work *w = mem_alloc(sizeof *w);
	enum err e;

	f->status = ERR_OK;
	f->why = (struct diag){ 0 };
	f->attrs = (struct remote_attrs){ .size = REMOTE_SIZE_UNKNOWN };
	f->received = 0;
	f->done = done;
	f->work = w;
	w->f = f;
	w->hub = hub;
	e = start_step(w, &f->why);
	if (e == ERR_OK)
		return ERR_OK;
	f->work = NULL;
	free(w);
	return e;
}

void remote_file_cancel(struct remote_file *f)
{
	if (f->work == NULL)
		return;
	f->work->canceled = true;
	op_cancel(&f->work->op);
}

void remote_file_pause(struct remote_file *f)
{
	if (f->work != NULL && f->work->step == STEP_ACT)
		f->work->protocol->pause(f->work);
}

void remote_file_resume(struct remote_file *f)
{
	if (f->work != NULL && f->work->step == STEP_ACT)
		f->work->protocol->resume(f->work);
}
