#include "import_upload.h"

#include <stdlib.h>

#include "sluice/base/mem.h"
#include "sluice/jobs/hub.h"
#include "sluice/loop/local_file.h"

char *import_spool_path(struct hub *hub, struct uuid upload_id)
{
	char name[UUID_TEXT_SIZE];

	return mem_printf(
		"%s/spool/%s", hub->data_dir, uuid_format(upload_id, name));
}

void import_upload_remove(struct hub *hub, struct uuid upload_id)
{
	char *path;

	if (uuid_is_nil(upload_id))
		return;
	path = import_spool_path(hub, upload_id);
	local_remove_later(hub->loop, path);
	free(path);
}

/* An uploaded file that is to go when the turn is kept, or when it is not. */
struct upload_end {
	struct turn_waiter waiter;
	struct hub *hub;
	struct uuid upload_id;
	bool when_kept;
};

static void on_upload_turn(
	struct turn_waiter *w, enum err e, const struct diag *why)
{
	struct upload_end *u = container_of(w, struct upload_end, waiter);

	(void)why;
	if ((e == ERR_OK) == u->when_kept)
		import_upload_remove(u->hub, u->upload_id);
	free(u);
}

void import_upload_end(struct hub *hub, struct uuid upload_id, bool when_kept)
{
	struct upload_end *u;

	if (uuid_is_nil(upload_id))
		return;
	u = mem_alloc(sizeof *u);
	u->hub = hub;
	u->upload_id = upload_id;
	u->when_kept = when_kept;
	turn_wait(hub, &u->waiter, on_upload_turn);
}
