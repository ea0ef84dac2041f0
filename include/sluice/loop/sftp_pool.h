/* Warm SFTP sessions, by destination.
 *
 * A destination is a connection's id and version (ssh_target.h).  It has one
 * session, made by the first operation and kept while it is used; a second one
 * only so that a big file does not hold up small ones.  Up to max_files
 * operations are under way per session; they start in the order in which they
 * were submitted.  Destinations know nothing of each other: one that hangs
 * delays no other.
 *
 * When a session fails, the operations on it fail, each with the same diag;
 * so do those that wait for it.  The next one that comes makes a new session.
 * (An operation that had a warm session and no answer yet starts once more on
 * a new one instead: the server may just have hung up on a quiet session.) */
#ifndef SLUICE_LOOP_SFTP_POOL_H
#define SLUICE_LOOP_SFTP_POOL_H

#include <stdbool.h>
#include <stdint.h>

#include "sluice/base/uuid.h"
#include "sluice/loop/loop.h"
#include "sluice/loop/ssh_target.h"

struct sftp_pool;

/* Never NULL. */
struct sftp_pool *sftp_pool_create(struct loop *loop);

/* Cancels every operation (each calls back), ends every session, then calls
 * `closed(arg)` from the loop when nothing is open.  Nothing can be started
 * any more. */
void sftp_pool_close(
	struct sftp_pool *pool, void (*closed)(void *arg), void *arg);

/* After `closed`. */
void sftp_pool_destroy(struct sftp_pool *pool);

/* The connection was deleted or disabled: its sessions end as soon as nothing
 * uses them (at once when idle). */
void sftp_pool_forget(struct sftp_pool *pool, struct uuid id);

/* For metrics. */
struct sftp_pool_numbers {
	unsigned destinations; /* that have a session or work */
	unsigned sessions;     /* open or being opened */
	unsigned waiting;      /* operations that have no session yet */
	unsigned under_way;    /* operations that have one */
	uint64_t sessions_made, sessions_failed; /* ever */
	uint64_t bytes_sent, bytes_received;     /* ever, as encrypted */
};

struct sftp_pool_numbers sftp_pool_numbers(const struct sftp_pool *pool);

#endif
