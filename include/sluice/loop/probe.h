/* What trying a connection step by step found, whatever its protocol:
 * sftp_probe.h, ftp_probe.h. */
#ifndef SLUICE_LOOP_PROBE_H
#define SLUICE_LOOP_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sluice/base/diag.h"

#define PROBE_STEPS 6

struct probe_step {
	const char *name; /* resolve connect hostKey authenticate list write */
	bool ok;
	uint64_t milliseconds;
	char message[DIAG_SIZE]; /* what was found, or what went wrong */
};

struct probe_report {
	bool ok; /* every step was */
	size_t count;
	struct probe_step steps[PROBE_STEPS];
};

#endif
