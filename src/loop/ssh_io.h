/* The socket under one SSH session, and the two buffers between it and libssh2.
 *
 * libssh2 never touches the socket: it reads what ssh_io_fill() received and
 * writes into a buffer that ssh_io_flush() sends.  So a packet is never half
 * written as far as libssh2 knows (its "call me again with the same arguments"
 * state does not exist), reading is possible at any time, many small packets
 * share one send(), and the calls that run in a thread pool (ssh_auth.h) do no
 * I/O there. */
#ifndef SLUICE_LOOP_SSH_IO_H
#define SLUICE_LOOP_SSH_IO_H

#include <libssh2.h>
#include <uv.h>

#include "fifo.h"
#include "resolve.h"

#define SSH_IO_IN_SIZE  (256 * 1024) /* received at most per fill */
#define SSH_IO_OUT_HIGH (256 * 1024) /* no more channel data above that */
#define SSH_IO_OUT_MAX                                                         \
	(2048 * 1024) /* a peer that makes us answer, and does                 \
			 not read, is cut off */

struct ssh_io {
	void (*on_ready)(struct ssh_io *io, int uv_events);
	void (*on_closed)(void *owner); /* io is freed after that */
	void *owner;
	void *user; /* for libssh2's other callbacks */

	struct fifo out;
	bool eof, dead;          /* dead: libssh2 gets errors only */
	int error;               /* errno of the socket, 0: none */
	uint64_t received, sent; /* bytes, ever */

	/* private */
	uv_poll_t poll;
	int fd, events;
	char *in;
	size_t in_head, in_len;
};

/* Starts to connect; on_ready() with UV_WRITABLE tells the end of it.  NULL:
 * it failed at once. */
struct ssh_io *ssh_io_open(struct loop *loop, const struct address *to,
	void (*on_ready)(struct ssh_io *io, int uv_events),
	void (*on_closed)(void *owner), void *owner, struct diag *why);

/* After UV_WRITABLE: did it connect? */
enum err ssh_io_connected(struct ssh_io *io, struct diag *why) WARN_UNUSED;

/* Receive once.  False: nothing there (or the end: eof, error). */
bool ssh_io_fill(struct ssh_io *io);

/* Send what the socket takes, in one call. */
void ssh_io_flush(struct ssh_io *io);

/* Wait for input, and for output while `more` or something is unsent. */
void ssh_io_wait(struct ssh_io *io, bool more);

/* Stop listening to the socket; the buffers stay. */
void ssh_io_mute(struct ssh_io *io);

/* Close; on_closed() comes from the loop.  The session must be freed. */
void ssh_io_close(struct ssh_io *io);

/* Make `session` read and write here; its abstract must be the ssh_io. */
void ssh_io_attach(struct ssh_io *io, LIBSSH2_SESSION *session);

#endif
