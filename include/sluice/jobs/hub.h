/* The product's one object: what floor 5 and 6 pass around.  Made and taken
 * down in app/serve.c. */
#ifndef SLUICE_JOBS_HUB_H
#define SLUICE_JOBS_HUB_H

#include "sluice/base/uuid.h"
#include "sluice/jobs/catalog.h"
#include "sluice/jobs/export_queue.h"
#include "sluice/jobs/import_queue.h"
#include "sluice/jobs/import_reader.h"
#include "sluice/jobs/turn.h"
#include "sluice/loop/ftp.h"
#include "sluice/loop/loop.h"
#include "sluice/loop/sftp_pool.h"
#include "sluice/loop/ssh_target.h"
#include "sluice/model/export_job.h"
#include "sluice/store/store.h"

/* From the configuration; replaced as a whole on SIGHUP. */
struct hub_settings {
	bool multi_store;
	struct retry_policy retry;    /* default of jobs without their own */
	size_t payload_max;           /* bytes of one rendered export */
	unsigned history_days;        /* retention; 0: no limit */
	uint64_t history_count;       /* retention; 0: no limit */
	struct ssh_timeouts timeouts; /* default of connections */
	unsigned max_files;           /* default of connections */
	struct import_limits import_limits;
	uint64_t import_file_max;     /* bytes of an upload */
	unsigned imports_max_running; /* at the same time */
	unsigned stability_seconds;   /* between two looks at a directory */
	unsigned move_retry_seconds;  /* of processed files */
	uint64_t rejects_kept;        /* rows, of one execution */
};

struct hub {
	struct loop *loop;
	struct store *store;
	struct sftp_pool *pool;
	struct ftp_pool *ftp;
	const char *data_dir; /* borrowed; the spool is in it */
	struct hub_settings settings;
	struct uuid_source ids;
	struct turn turn;
	struct catalog catalog;
	struct export_queue queue;
	struct import_queue imports;
	uint64_t asked_at; /* loop_now_ms() of the API's last request */
	bool stopping;     /* no new work is started */
};

/* A fresh id for something made now. */
struct uuid hub_new_id(struct hub *hub);

#endif
