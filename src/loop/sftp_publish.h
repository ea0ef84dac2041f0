/* Give a file its final name, replacing what has it.
 *
 *   RENAME -> LOOK -> ASIDE -> REPLACE -> SWEEP -> DONE
 *      |        |       |         |                 ^
 *      |        |       |         +-> RESTORE ------+
 *      +--------+-------+---------------------------+
 *
 * With posix-rename@openssh.com RENAME is all there is.  A plain RENAME fails
 * in SFTP v3 when the target exists: then, if that is a file, it is moved aside
 * to a hidden name, and back again if the new one can't take its place.
 *
 * Not an operation but a machine within one: it asks through its owner's job,
 * whose reply() hands it every answer while it runs. */
#ifndef SLUICE_LOOP_SFTP_PUBLISH_H
#define SLUICE_LOOP_SFTP_PUBLISH_H

#include "sftp_client.h"

struct sftp_publish;

/* Asks at once: this is the owner's commit point.  The paths are borrowed. */
struct sftp_publish *sftp_publish_start(struct sftp_job *job, const char *from,
	const char *to, const char *who);

/* True: it is done, and `why` says how: ERR_OK, or the error; the old file is
 * where it was, or `why` tells where. */
bool sftp_publish_reply(struct sftp_publish *p, const struct sftp_reply *reply,
	struct diag *why);

/* No answer will come: what is known?  ERR_OK, ERR_UNKNOWN, or the refusal. */
enum err sftp_publish_abandoned(
	const struct sftp_publish *p, struct diag *why, const char *reason);

void sftp_publish_destroy(struct sftp_publish *p); /* NULL is fine */

#endif
