/* What every SFTP operation embeds to wait for a pooled session and to ask
 * things on it.  All of it is private to the loop floor; it stands here only
 * because the operations' structs hold it. */
#ifndef SLUICE_LOOP_SFTP_JOB_H
#define SLUICE_LOOP_SFTP_JOB_H

#include <stdbool.h>

#include "sluice/base/diag.h"
#include "sluice/base/list.h"
#include "sluice/loop/op.h"

struct sftp_client;
struct sftp_dest;
struct sftp_job_calls;

struct sftp_job {
	struct link link; /* in its destination's queue, or in its client's */
	const struct sftp_job_calls *calls;
	struct op *op;
	struct sftp_dest *dest;     /* NULL: in no pool */
	struct sftp_client *client; /* NULL: waits for a session */
	unsigned outstanding;       /* requests without an answer yet */
	bool big;                   /* would hold up small ones */
	bool wants_room;            /* call room() when there is some */
	bool answered;              /* the server said something to it */
	bool retried;               /* it had a second start already */
};

#endif
