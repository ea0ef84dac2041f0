/* One SSH connection with an SFTP channel on it, from the host name to the
 * last byte.
 *
 *   RESOLVE -> CONNECT -> HANDSHAKE -> HOSTKEY -> AUTH -> CHANNEL
 *                 ^           |           |                  |
 *                 +-----------+-----------+                  v
 *           (next address, next kind of host key)        SUBSYSTEM
 *                                                            |
 *   CLOSED <- CLOSING <- GOODBYE <- READY <------- INIT <----+
 *
 * Every state has its own deadline.  Failure, deadline, the server's hanging up
 * and ssh_session_end() all take the one exit GOODBYE, from any state.
 *
 * All calls come from the loop.  ready() at most once, lost() at most once
 * (always, unless ssh_session_end() came first), closed() once, last: nothing
 * of the session is open then and its memory may go. */
#ifndef SLUICE_LOOP_SSH_SESSION_H
#define SLUICE_LOOP_SSH_SESSION_H

#include "resolve.h"
#include "sftp_client.h"
#include "sluice/loop/timer.h"
#include "ssh_auth.h"
#include "ssh_hostkey.h"
#include "ssh_io.h"

/* What a probe reports as it happens (contract 2.1). */
enum ssh_step {
	SSH_STEP_RESOLVE,
	SSH_STEP_CONNECT,
	SSH_STEP_HOSTKEY,
	SSH_STEP_AUTHENTICATE
};

struct ssh_session;

struct ssh_session_events {
	void (*step)(struct ssh_session *s, enum ssh_step step,
		uint64_t milliseconds, const struct diag *why); /* or NULL */
	void (*ready)(struct ssh_session *s);
	void (*lost)(struct ssh_session *s, const struct diag *why);
	void (*closed)(struct ssh_session *s);
};

struct ssh_session {
	struct sftp_client client; /* usable from ready() to lost() */
	struct sm sm;
	struct loop *loop;
	const struct ssh_target *target; /* borrowed until closed() */
	const struct ssh_session_events *events;
	char seen[SSH_KEY_KINDS][FINGERPRINT_SIZE]; /* by kind; "": none */
	enum ssh_key_kind want;              /* in: the kind to ask for first */
	uint64_t bytes_sent, bytes_received; /* on connections that ended */

	/* private */
	struct resolve resolve;
	size_t address; /* the one in use */
	uint8_t tried;  /* kinds of host keys, as bits */
	struct ssh_io *io;
	unsigned open_ios;
	LIBSSH2_SESSION *ssh;
	LIBSSH2_CHANNEL *channel;
	struct ssh_auth auth;
	uv_work_t work;
	bool work_active;
	int work_rc;
	bool told;   /* lost() was called, or needs not to be */
	bool ending; /* ssh_session_end() was called */
	bool connect_answered, in_turn;
	bool more; /* to be written when the socket takes some */
	struct deferred wakeup;
	struct timer deadline; /* of the state; READY: the pulse */
	uint64_t step_began_ms;
	uint64_t heard; /* bytes received when the pulse began */
	bool awaiting;  /* it waits for answers */
};

/* Zero-initialised but for `want`. */
void ssh_session_start(struct ssh_session *s, struct loop *loop,
	const struct ssh_target *target,
	const struct ssh_session_events *events);

/* Say goodbye and close; lost() is not called.  Any number of times. */
void ssh_session_end(struct ssh_session *s);

#endif
