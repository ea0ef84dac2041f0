/* Between the files of retention. */
#ifndef SLUICE_SRC_JOBS_RETENTION_PRIVATE_H
#define SLUICE_SRC_JOBS_RETENTION_PRIVATE_H

#include <stdbool.h>

struct hub;

/* Deletes a slice of the executions that have had their time, in the turn's
 * transaction; false: there are none (or the store fails, see the log). */
bool retention_executions(struct hub *hub);

#endif
