/* The inside of ssh_session.h: the states, the steps of each (in the files
 * named below), and what they share. */
#ifndef SLUICE_LOOP_SSH_SESSION_PRIVATE_H
#define SLUICE_LOOP_SSH_SESSION_PRIVATE_H

#include "ssh_session.h"

enum {
	RESOLVE,
	CONNECT,
	HANDSHAKE,
	HOSTKEY,
	AUTH,
	CHANNEL,
	SUBSYSTEM,
	INIT,
	READY,
	GOODBYE,
	CLOSING,
	CLOSED,
	STATE_COUNT
};

/* What a step tells the driver. */
enum step {
	STEP_NEXT, /* the state changed: run the new one's step now */
	STEP_WAIT, /* until a callback comes */
};

/* --- ssh_session.c ------------------------------------------------------- */

/* The driver: to be called at the end of every callback.  May free `s`. */
void session_advance(struct ssh_session *s);

enum step session_move(struct ssh_session *s, int to);

/* Report what the current state found: NULL, or why it failed. */
void session_report(struct ssh_session *s, const struct diag *why);

/* Record the failure (wrapped with what was done where) and leave. */
enum step session_fail(struct ssh_session *s, struct diag *why);
enum step session_fail_with(
	struct ssh_session *s, enum err e, const char *text);
enum step session_fail_ssh(struct ssh_session *s, long rc);

/* Free libssh2's session and close the socket, if there are any. */
void session_drop_connection(struct ssh_session *s);

/* The socket has something to say. */
void session_on_io_ready(struct ssh_io *io, int events);
void session_on_io_closed(void *owner);

/* Silence is measured from now. */
void session_restart_pulse(struct ssh_session *s);

/* --- ssh_connect.c ------------------------------------------------------- */

void session_on_resolved(struct resolve *r);
enum step step_connect(struct ssh_session *s);

/* --- ssh_handshake.c ----------------------------------------------------- */

/* libssh2's session on a fresh connection, with our preferences. */
int session_prepare(struct ssh_session *s);
enum step step_handshake(struct ssh_session *s);
enum step step_hostkey(struct ssh_session *s);

/* --- ssh_login.c --------------------------------------------------------- */

enum step step_auth(struct ssh_session *s);

/* --- ssh_channel.c ------------------------------------------------------- */

enum step step_channel(struct ssh_session *s);
enum step step_subsystem(struct ssh_session *s);
enum step step_pump(struct ssh_session *s);

#endif
