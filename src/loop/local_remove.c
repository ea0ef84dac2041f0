/* Files that go: at once, or in the thread pool where they may be large. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pool_call.h"
#include "sluice/base/log.h"
#include "sluice/base/mem.h"
#include "sluice/loop/local_file.h"

enum err local_remove(const char *path, struct diag *why)
{
	if (unlink(path) == 0 || errno == ENOENT)
		return ERR_OK;
	return diag_set(why, err_from_errno(errno), "remove %s: %s", path,
		strerror(errno));
}

struct removal {
	struct pool_call call;
	char *path;
	enum err status;
	struct diag why;
};

static void run(struct pool_call *call)
{
	struct removal *r = container_of(call, struct removal, call);

	r->status = local_remove(r->path, &r->why);
}

static void on_removed(struct pool_call *call)
{
	struct removal *r = container_of(call, struct removal, call);

	if (r->status != ERR_OK)
		log_warn("%s", r->why.text);
	free(r->path);
	free(r);
}

void local_remove_later(struct loop *loop, const char *path)
{
	struct removal *r = mem_alloc(sizeof *r);

	r->path = mem_strdup(path);
	pool_call_start(loop, &r->call, run, on_removed);
}
