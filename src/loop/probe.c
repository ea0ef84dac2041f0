#include "probe_private.h"

#include <stdio.h>
#include <string.h>

#include "sluice/base/mem.h"
#include "sluice/base/must.h"

static struct probe_step *step_named(struct probe_report *r, const char *name)
{
	for (size_t i = 0; i < r->count; i++)
		if (strcmp(r->steps[i].name, name) == 0)
			return &r->steps[i];
	return NULL;
}

void probe_note(struct probe_report *r, const char *name, uint64_t ms,
	enum err e, const char *message)
{
	struct probe_step *step = step_named(r, name);

	if (step != NULL && e == ERR_OK)
		return;
	if (step == NULL) {
		must(r->count < PROBE_STEPS);
		step = &r->steps[r->count++];
		step->name = name;
		step->milliseconds = ms;
	}
	step->ok = e == ERR_OK;
	snprintf(step->message, sizeof step->message, "%s", message);
	r->ok &= step->ok;
}

void probe_note_list(struct probe_report *r, uint64_t ms, const struct op *op,
	size_t entries)
{
	bool more = op->status == ERR_LIMIT;
	bool ok = op->status == ERR_OK || more;
	char text[64];

	snprintf(text, sizeof text, "%zu%s entries", entries,
		more ? " or more" : "");
	probe_note(r, "list", ms, ok ? ERR_OK : op->status,
		ok ? text : op->why.text);
}

void probe_note_write(struct probe_report *r, uint64_t ms, const struct op *op)
{
	probe_note(r, "write", ms, op->status,
		op->status == ERR_OK ? "wrote, renamed and removed a file"
				     : op->why.text);
}

enum err probe_entry(void *arg, struct str name, const struct sftp_attrs *attrs)
{
	(void)arg;
	(void)name;
	(void)attrs;
	return ERR_OK;
}

char *probe_path(const char *folder, const char *file_name)
{
	size_t len = strlen(folder);
	const char *slash = len == 0 || folder[len - 1] == '/' ? "" : "/";

	return mem_printf("%s%s%s", folder, slash, file_name);
}
