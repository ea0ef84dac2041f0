/* Try an FTP connection step by step, on a control connection of its own, and
 * say what works (contract 2.1, POST /v1/mapper/client/{id}/test).
 *
 * The contract is that of op.h.  That a step fails is a result (`report.ok`
 * false), not an error: op.status is then still ERR_OK. */
#ifndef SLUICE_LOOP_FTP_PROBE_H
#define SLUICE_LOOP_FTP_PROBE_H

#include "sluice/loop/ftp.h"
#include "sluice/loop/probe.h"
#include "sluice/loop/timer.h"

struct ftp_probe_in {
	struct loop *loop;
	const struct ftp_target *target; /* copied by the start */
	const char *folder;    /* list, write here; NULL: list the login folder,
				  no write.  Borrowed until the callback */
	const char *file_name; /* of the probe file, a fresh one; same */
	uint64_t deadline_ms;  /* for everything; 0: 2 min */
	const char *who;       /* for the trace, or NULL */
};

struct ftp_probe_work;

struct ftp_probe {
	struct op op;
	struct ftp_probe_in in; /* set by the caller before the start */

	/* hostKey is about the certificate; in plain text it is left out. */
	struct probe_report report;

	/* private */
	struct timer deadline;
	struct ftp_probe_work *work;
};

enum err ftp_probe_start(struct ftp_probe *probe, op_done_fn done) WARN_UNUSED;

#endif
