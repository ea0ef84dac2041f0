/* What the import queue does at start about the time before.  Private to it. */
#ifndef SLUICE_JOBS_IMPORT_RECOVERY_H
#define SLUICE_JOBS_IMPORT_RECOVERY_H

#include "sluice/base/diag.h"

struct hub;

/* RUNNING becomes INTERRUPTED, with a RECOVERY execution that waits. */
enum err import_recover(struct hub *hub, struct diag *why) WARN_UNUSED;

/* Makes the spool where there is none; removes what no execution waits for. */
enum err import_sweep_spool(struct hub *hub, struct diag *why) WARN_UNUSED;

#endif
