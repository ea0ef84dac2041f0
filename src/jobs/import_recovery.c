#include "import_recovery.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sluice/base/clock.h"
#include "sluice/base/log.h"
#include "sluice/base/mem.h"
#include "sluice/jobs/execution_state.h"
#include "sluice/jobs/hub.h"
#include "sluice/loop/local_file.h"

#define BATCH 64

static const struct uuid nil;

/* --- executions ---------------------------------------------------------- */

static enum err interrupt(struct hub *hub, struct txn *t, struct uuid id)
{
	struct execution x;
	bool job_is_there, queued;
	enum err e = record_execution_get(t, id, &x);

	if (e != ERR_OK)
		return e;
	job_is_there = catalog_import_job(hub, x.job_id) != NULL;
	return execution_state_interrupt(t, id, clock_now_ms(),
		job_is_there ? hub_new_id(hub) : nil,
		job_is_there ? NULL : "its import job is gone", &queued);
}

/* `*n`: how many there were, at most BATCH. */
static enum err recover_batch(struct hub *hub, size_t *n, struct diag *why)
{
	struct execution_filter running = { .by_state = true,
		.state = EXECUTION_RUNNING };
	struct uuid ids[BATCH];
	struct txn *t;
	enum err e = turn_write(hub, &t);

	if (e == ERR_OK)
		*n = record_execution_ids(t, &running, nil, ids, BATCH);
	for (size_t i = 0; e == ERR_OK && i < *n; i++)
		e = interrupt(hub, t, ids[i]);
	if (e == ERR_OK)
		e = store_commit(hub->store, why);
	else
		store_abort(hub->store);
	store_end_turn(hub->store);
	return e;
}

enum err import_recover(struct hub *hub, struct diag *why)
{
	size_t n = BATCH, total = 0;
	enum err e = ERR_OK;

	while (n == BATCH && e == ERR_OK) {
		n = 0;
		e = recover_batch(hub, &n, why);
		total += n;
	}
	if (e != ERR_OK)
		return diag_set(why, e,
			"imports interrupted by the gateway's end could not be "
			"recovered: %s",
			err_text(e));
	if (total > 0)
		log_warn("%zu imports were under way when the gateway ended; "
			 "they run again from the start",
			total);
	return ERR_OK;
}

/* --- the spool ----------------------------------------------------------- */

struct uploads {
	struct uuid *ids;
	size_t count;
};

static bool note_upload(void *arg, const struct execution *x)
{
	struct uploads *u = arg;

	if (uuid_is_nil(x->upload_id))
		return true;
	u->ids = mem_resize(u->ids, (u->count + 1) * sizeof *u->ids);
	u->ids[u->count++] = x->upload_id;
	return true;
}

static enum err waiting_uploads(struct hub *hub, struct uploads *u)
{
	struct execution_filter pending = { .by_state = true,
		.state = EXECUTION_PENDING };
	struct page all = { .size = SIZE_MAX };

	return record_execution_list(
		turn_read(hub), &pending, &all, note_upload, u);
}

static bool is_wanted(const struct uploads *u, const char *name)
{
	struct uuid id;

	if (!uuid_parse(str_of(name), &id))
		return false;
	for (size_t i = 0; i < u->count; i++)
		if (uuid_eq(u->ids[i], id))
			return true;
	return false;
}

static void remove_orphan(const char *dir, const char *name)
{
	char *path = mem_printf("%s/%s", dir, name);
	struct diag why;

	if (local_remove(path, &why) == ERR_OK)
		log_info("%s: nothing waits for it any more; removed", path);
	else
		log_warn("%s", why.text);
	free(path);
}

static void sweep(DIR *d, const char *dir, const struct uploads *wanted)
{
	struct dirent *entry;

	while ((entry = readdir(d)) != NULL) {
		if (entry->d_type == DT_DIR || is_wanted(wanted, entry->d_name))
			continue;
		remove_orphan(dir, entry->d_name);
	}
}

enum err import_sweep_spool(struct hub *hub, struct diag *why)
{
	char *dir = mem_printf("%s/spool", hub->data_dir);
	struct uploads wanted = { 0 };
	enum err e = ERR_OK;
	DIR *d = NULL;

	if (mkdir(dir, 0700) == 0 || errno == EEXIST)
		d = opendir(dir);
	if (d == NULL)
		e = diag_set(why, err_from_errno(errno), "%s: %s", dir,
			strerror(errno));
	else if (waiting_uploads(hub, &wanted) != ERR_OK)
		log_warn("some waiting executions can't be read: the spool is "
			 "not swept");
	else
		sweep(d, dir, &wanted);
	if (d != NULL)
		closedir(d);
	free(wanted.ids);
	free(dir);
	return e;
}
