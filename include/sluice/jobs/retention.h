/* History that has had its time: finished exports older than
 * retention.historyDays, or beyond the newest retention.historyCount, are
 * deleted, oldest first, a slice per turn.  What waits, runs, or has FAILED
 * and waits for an operator is kept whatever its age; so are the
 * once-per-status keys. */
#ifndef SLUICE_JOBS_RETENTION_H
#define SLUICE_JOBS_RETENTION_H

#include "sluice/loop/timer.h"

struct hub;

/* Looks now and then once an hour. */
struct retention {
	struct hub *hub; /* private */
	struct timer timer;
	struct deferred slice;
};

void retention_start(struct retention *r, struct hub *hub);
void retention_stop(struct retention *r);

#endif
