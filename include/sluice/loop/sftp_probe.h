/* Try a connection step by step, on a session of its own, and say what works
 * (contract 2.1, POST /v1/mapper/client/{id}/test).
 *
 * The contract is that of op.h.  That a step fails is a result (`report.ok`
 * false), not an error: op.status is then still ERR_OK.
 *
 * Without a pinned host key it stops at hostKey, with the fingerprints of all
 * host keys that the server has, so that the operator can pin one. */
#ifndef SLUICE_LOOP_SFTP_PROBE_H
#define SLUICE_LOOP_SFTP_PROBE_H

#include "sluice/loop/op.h"
#include "sluice/loop/probe.h"
#include "sluice/loop/ssh_target.h"
#include "sluice/loop/timer.h"

#define SFTP_PROBE_FINGERPRINTS 3

struct sftp_probe_fingerprint {
	const char *kind; /* ed25519, ecdsa, rsa */
	char text[64];    /* SHA256:... */
};

struct sftp_probe_in {
	struct loop *loop;
	const struct ssh_target *target; /* copied by the start */
	const char *folder;    /* list, write here; NULL: list the login folder,
				  no write.  Borrowed until the callback */
	const char *file_name; /* of the probe file, a fresh one: ".probe-0192";
				  same */
	uint64_t deadline_ms;  /* for everything; 0: 2 min */
	const char *who;       /* for the trace, or NULL */
};

struct sftp_probe_work;

struct sftp_probe {
	struct op op;
	struct sftp_probe_in in; /* set by the caller before the start */

	struct probe_report report;
	size_t fingerprint_count;
	struct sftp_probe_fingerprint fingerprints[SFTP_PROBE_FINGERPRINTS];

	/* private */
	struct timer deadline;
	struct sftp_probe_work *work;
};

enum err sftp_probe_start(
	struct sftp_probe *probe, op_done_fn done) WARN_UNUSED;

#endif
