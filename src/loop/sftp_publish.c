#include "sftp_publish.h"

#include <stdlib.h>

#include "sluice/base/mem.h"

enum {
	RENAME,
	LOOK,
	ASIDE,
	REPLACE,
	RESTORE,
	SWEEP,
	DONE,
	STATE_COUNT
};

#define TO(s) SM_BIT(s)
static const struct sm_state publish_states[STATE_COUNT] = {
	[RENAME] = { "rename", TO(LOOK) | TO(DONE) },
	[LOOK] = { "look", TO(ASIDE) | TO(DONE) },
	[ASIDE] = { "aside", TO(REPLACE) | TO(DONE) },
	[REPLACE] = { "replace", TO(SWEEP) | TO(RESTORE) },
	[RESTORE] = { "restore", TO(DONE) },
	[SWEEP] = { "sweep", TO(DONE) },
	[DONE] = { "done", 0 },
};
#undef TO

struct sftp_publish {
	struct sm sm;
	struct sftp_job *job;
	const char *from, *to;
	char *aside; /* hidden, in the target's folder, named after `from` */
	struct diag why; /* the first failure */
};

static const char *base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

static char *aside_name(const char *from, const char *to)
{
	const char *base = base_of(from);

	while (*base == '.')
		base++;
	return mem_printf("%.*s.%s.old", (int)(base_of(to) - to), to, base);
}

struct sftp_publish *sftp_publish_start(
	struct sftp_job *job, const char *from, const char *to, const char *who)
{
	struct sftp_publish *p = mem_alloc(sizeof *p);

	p->job = job;
	p->from = from;
	p->to = to;
	p->aside = aside_name(from, to);
	sm_init(&p->sm, "sftp_publish", who, publish_states);
	sftp_ask_rename(job, from, to, job->client->has_posix_rename, 0);
	return p;
}

void sftp_publish_destroy(struct sftp_publish *p)
{
	if (p == NULL)
		return;
	free(p->aside);
	free(p);
}

/* Ask the next thing. */
static bool ask(
	struct sftp_publish *p, int to, const char *from, const char *name)
{
	sm_move(&p->sm, to);
	sftp_ask_rename(p->job, from, name, false, 0);
	return false;
}

/* Each: true when that was the last answer, p->why being the outcome; `error`
 * is NULL when the answer is a success. */

static bool after_rename(struct sftp_publish *p, const struct sftp_reply *reply,
	const struct diag *error)
{
	(void)reply;
	if (error == NULL)
		return true;
	p->why = *error;
	/* v3 has no "exists": it is one of the unnamed failures */
	if (p->job->client->has_posix_rename || error->code != ERR_REMOTE)
		return true;
	sm_move(&p->sm, LOOK);
	sftp_ask_path(p->job, SFTP_STAT, p->to, 0);
	return false;
}

/* Nothing there, or a folder: then the rename's error stands. */
static bool after_look(struct sftp_publish *p, const struct sftp_reply *reply,
	const struct diag *error)
{
	if (error != NULL || sftp_attrs_kind(&reply->attrs) == SFTP_FOLDER)
		return true;
	return ask(p, ASIDE, p->to, p->aside);
}

static bool after_aside(struct sftp_publish *p, const struct sftp_reply *reply,
	const struct diag *error)
{
	(void)reply;
	if (error != NULL)
		return true; /* the rename's error says why */
	return ask(p, REPLACE, p->from, p->to);
}

static bool after_replace(struct sftp_publish *p,
	const struct sftp_reply *reply, const struct diag *error)
{
	(void)reply;
	if (error != NULL) {
		p->why = *error;
		return ask(p, RESTORE, p->aside, p->to);
	}
	p->why = (struct diag){ .code = ERR_OK };
	sm_move(&p->sm, SWEEP);
	sftp_ask_path(p->job, SFTP_REMOVE, p->aside, 0);
	return false;
}

static bool after_restore(struct sftp_publish *p,
	const struct sftp_reply *reply, const struct diag *error)
{
	(void)reply;
	if (error != NULL)
		diag_wrap(&p->why, "the old file is now %s, move it back",
			p->aside);
	return true;
}

static bool after_sweep(struct sftp_publish *p, const struct sftp_reply *reply,
	const struct diag *error)
{
	(void)reply;
	(void)p;
	(void)error; /* the new file is in place: that counts */
	return true;
}

typedef bool (*after_fn)(struct sftp_publish *p, const struct sftp_reply *reply,
	const struct diag *error);
static const after_fn after[DONE] = {
	[RENAME] = after_rename,
	[LOOK] = after_look,
	[ASIDE] = after_aside,
	[REPLACE] = after_replace,
	[RESTORE] = after_restore,
	[SWEEP] = after_sweep,
};

bool sftp_publish_reply(struct sftp_publish *p, const struct sftp_reply *reply,
	struct diag *why)
{
	bool failed = reply->type == SFTP_STATUS && reply->code != SFTP_FX_OK;
	struct diag error;

	if (failed)
		sftp_status_error(reply, &error);
	if (!after[p->sm.state](p, reply, failed ? &error : NULL))
		return false;
	sm_move(&p->sm, DONE);
	*why = p->why;
	return true;
}

enum err sftp_publish_abandoned(
	const struct sftp_publish *p, struct diag *why, const char *reason)
{
	if (p->sm.state >= SWEEP)
		return ERR_OK;
	if (p->sm.state == LOOK) { /* the rename was refused */
		*why = p->why;
		return why->code;
	}
	if (p->sm.state == RENAME)
		return diag_set(why, ERR_UNKNOWN,
			"%s after the rename to %s was sent: it may or may not "
			"have happened",
			reason, p->to);
	return diag_set(why, ERR_UNKNOWN,
		"%s while %s was being replaced: if it is missing, the old "
		"file is %s",
		reason, p->to, p->aside);
}
