/* What the operations of this floor ask of the pool. */
#ifndef SLUICE_LOOP_SFTP_POOL_PRIVATE_H
#define SLUICE_LOOP_SFTP_POOL_PRIVATE_H

#include "sftp_client.h"
#include "sluice/loop/sftp_pool.h"
#include "ssh_session.h"

struct loop *sftp_pool_loop(const struct sftp_pool *pool);

/* Puts the job in its destination's queue; its start() comes from the loop,
 * never from within.  `job` has calls, op and big set.  ERR_CONFLICT: the pool
 * is closing. */
enum err sftp_pool_submit(struct sftp_pool *pool,
	const struct ssh_target *target, struct sftp_job *job,
	struct diag *why) WARN_UNUSED;

/* The job is done with the pool, whatever its state: it gets no more calls.
 * Any number of times. */
void sftp_pool_leave(struct sftp_job *job);

/* Its destination's settings; only while in a pool. */
const struct ssh_target *sftp_job_target(const struct sftp_job *job);

/* A watcher of the sessions being made, for sftp_probe. */
struct sftp_pool_watcher {
	void (*step)(struct sftp_pool_watcher *w, struct ssh_session *s,
		enum ssh_step step, uint64_t milliseconds,
		const struct diag *why);
};
void sftp_pool_watch(struct sftp_pool *pool, struct sftp_pool_watcher *w);

#endif
