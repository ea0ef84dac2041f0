#include "ssh_session_private.h"

#include "ssh_error.h"

/* CHANNEL, SUBSYSTEM, and the bytes of INIT and READY. */

#define CHANNEL_WINDOW    (4u * 1024 * 1024) /* unread bytes, at most */
#define CHANNEL_PACKET    32768u
#define CHANNEL_WRITE_MAX 32700u /* libssh2 takes no more per call */

enum step step_channel(struct ssh_session *s)
{
	int rc;

	s->channel = libssh2_channel_open_ex(
		s->ssh, "session", 7, CHANNEL_WINDOW, CHANNEL_PACKET, NULL, 0);
	if (s->channel != NULL)
		return session_move(s, SUBSYSTEM);
	rc = libssh2_session_last_errno(s->ssh);
	return rc == LIBSSH2_ERROR_EAGAIN ? STEP_WAIT : session_fail_ssh(s, rc);
}

enum step step_subsystem(struct ssh_session *s)
{
	int rc = libssh2_channel_process_startup(
		s->channel, "subsystem", 9, "sftp", 4);

	if (rc == LIBSSH2_ERROR_EAGAIN)
		return STEP_WAIT;
	if (rc == 0) /* what the server writes to stderr is not kept */
		rc = libssh2_channel_handle_extended_data2(
			s->channel, LIBSSH2_CHANNEL_EXTENDED_DATA_IGNORE);
	if (rc != 0 && rc != LIBSSH2_ERROR_EAGAIN)
		return session_fail_ssh(s, rc);
	return session_move(s, INIT);
}

/* Everything that has arrived, into the client, which calls the jobs. */
static void pump_in(struct ssh_session *s)
{
	struct diag why;
	ssize_t n;

	while (!s->ending) {
		/* always the same size: libssh2's window counts on it */
		n = libssh2_channel_read_ex(s->channel, 0,
			sftp_client_space(&s->client), SFTP_READ_SIZE);
		if (n == LIBSSH2_ERROR_EAGAIN)
			return;
		if (n <= 0) {
			session_fail_ssh(
				s, n < 0 ? n : LIBSSH2_ERROR_CHANNEL_CLOSED);
			return;
		}
		if (sftp_client_received(&s->client, (size_t)n, &why) !=
			ERR_OK) {
			session_fail(s, &why);
			return;
		}
	}
}

/* What the client has to say, into the socket's buffer.  True: more could go
 * as soon as the socket takes some. */
static bool pump_out(struct ssh_session *s)
{
	struct sftp_client *c = &s->client;
	struct str bytes;
	ssize_t n = 0;

	sftp_client_room(c);
	while (fifo_len(&c->out) > 0) {
		if (fifo_len(&s->io->out) > SSH_IO_OUT_HIGH)
			return true;
		bytes = fifo_view(&c->out);
		if (bytes.len > CHANNEL_WRITE_MAX)
			bytes.len = CHANNEL_WRITE_MAX;
		n = libssh2_channel_write_ex(
			s->channel, 0, bytes.ptr, bytes.len);
		if (n <= 0)
			break;
		fifo_drop(&c->out, (size_t)n);
		sftp_client_room(c);
	}
	if (c->out.buf.full)
		session_fail_with(s, ERR_LIMIT, "too much to be sent");
	else if (n < 0 && n != LIBSSH2_ERROR_EAGAIN)
		session_fail_ssh(s, n);
	return false; /* nothing left, or the server's window is full */
}

enum step step_pump(struct ssh_session *s)
{
	pump_in(s);
	if (s->sm.state == INIT && s->client.ready) {
		session_report(s, NULL);
		session_move(s, READY);
		s->events->ready(s);
	}
	if (s->sm.state <= READY)
		s->more = pump_out(s);
	if (s->sm.state == READY && s->awaiting != (s->client.outstanding > 0))
		session_restart_pulse(s);
	return s->sm.state <= READY ? STEP_WAIT : STEP_NEXT;
}
