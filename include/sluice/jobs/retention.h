/* History that has had its time: finished exports and executions older than
 * retention.historyDays, or beyond the newest retention.historyCount of each,
 * are deleted, oldest first, a slice per turn; executions with their rejected
 * rows.  What waits or runs is kept whatever its age, and so are exports that
 * have FAILED and wait for an operator, and the once-per-status keys. */
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
