#include "sluice/base/must.h"
#include "ssh_error.h"
#include "ssh_session_private.h"

/* The diagram stands in ssh_session.h.  Here are the driver, the deadlines and
 * the way out; the steps before READY are in the files that
 * ssh_session_private.h names. */
#define TO(s) SM_BIT(s)
static const struct sm_state session_states[STATE_COUNT] = {
	[RESOLVE] = { "resolve", TO(CONNECT) | TO(GOODBYE) },
	[CONNECT] = { "connect", TO(HANDSHAKE) | TO(GOODBYE) },
	[HANDSHAKE] = { "handshake", TO(HOSTKEY) | TO(CONNECT) | TO(GOODBYE) },
	[HOSTKEY] = { "hostkey", TO(AUTH) | TO(CONNECT) | TO(GOODBYE) },
	[AUTH] = { "auth", TO(CHANNEL) | TO(GOODBYE) },
	[CHANNEL] = { "channel", TO(SUBSYSTEM) | TO(GOODBYE) },
	[SUBSYSTEM] = { "subsystem", TO(INIT) | TO(GOODBYE) },
	[INIT] = { "init", TO(READY) | TO(GOODBYE) },
	[READY] = { "ready", TO(GOODBYE) },
	[GOODBYE] = { "goodbye", TO(CLOSING) },
	[CLOSING] = { "closing", TO(CLOSED) },
	[CLOSED] = { "closed", 0 },
};
#undef TO

#define FILLS_PER_TURN 4 /* then others get their turn */

/* --- errors: what, where, why -------------------------------------------- */

static void wrap_place(struct ssh_session *s, struct diag *why)
{
	const struct ssh_target *t = s->target;
	unsigned port = t->port;

	switch (s->sm.state) {
	case RESOLVE:
		diag_wrap(why, "resolve %s", t->hostname);
		break;
	case CONNECT:
		diag_wrap(why, "connect to %s:%u", t->hostname, port);
		break;
	case HANDSHAKE:
	case HOSTKEY:
		diag_wrap(why, "shake hands with %s:%u", t->hostname, port);
		break;
	case AUTH:
		diag_wrap(why, "authenticate as %s on %s:%u", t->username,
			t->hostname, port);
		break;
	case READY:
		diag_wrap(why, "session with %s:%u", t->hostname, port);
		break;
	default:
		diag_wrap(why, "start SFTP on %s:%u", t->hostname, port);
	}
	diag_wrap(why, "sftp %s", t->name);
}

void session_report(struct ssh_session *s, const struct diag *why)
{
	static const int steps[STATE_COUNT] = {
		[RESOLVE] = SSH_STEP_RESOLVE,
		[CONNECT] = SSH_STEP_CONNECT,
		[HANDSHAKE] = SSH_STEP_HOSTKEY,
		[HOSTKEY] = SSH_STEP_HOSTKEY,
		[AUTH] = SSH_STEP_AUTHENTICATE,
		[CHANNEL] = SSH_STEP_AUTHENTICATE,
		[SUBSYSTEM] = SSH_STEP_AUTHENTICATE,
		[INIT] = SSH_STEP_AUTHENTICATE,
	};
	uint64_t now = loop_now_ms(s->loop);

	if (s->events->step != NULL && s->sm.state < READY)
		s->events->step(s, (enum ssh_step)steps[s->sm.state],
			now - s->step_began_ms, why);
	s->step_began_ms = now;
}

enum step session_fail(struct ssh_session *s, struct diag *why)
{
	if (s->sm.state >= GOODBYE)
		return STEP_WAIT;
	wrap_place(s, why);
	session_report(s, why);
	session_move(s, GOODBYE);
	if (!s->told) {
		s->told = true;
		s->events->lost(s, why);
	}
	return STEP_NEXT;
}

enum step session_fail_with(struct ssh_session *s, enum err e, const char *text)
{
	struct diag why;

	diag_set(&why, e, "%s", text);
	return session_fail(s, &why);
}

enum step session_fail_ssh(struct ssh_session *s, long rc)
{
	struct diag why;

	ssh_error(s->ssh, s->io, rc, &why);
	return session_fail(s, &why);
}

/* --- deadlines ----------------------------------------------------------- */

static void on_deadline(struct timer *t)
{
	struct ssh_session *s = container_of(t, struct ssh_session, deadline);

	session_fail_with(s, ERR_TIMEOUT, "no answer in time");
	session_advance(s);
}

static void on_pulse(struct timer *t);

/* From now the server's silence counts, or, when nothing is asked, ours. */
void session_restart_pulse(struct ssh_session *s)
{
	const struct ssh_timeouts *limits = &s->target->timeouts;

	s->heard = s->io->received;
	s->awaiting = s->client.outstanding > 0;
	timer_set(s->loop, &s->deadline,
		s->awaiting ? limits->idle : limits->keepalive, on_pulse);
}

/* While requests are under way the server must send something within the idle
 * limit; a quiet session is asked for a sign of life, which is a request. */
static void on_pulse(struct timer *t)
{
	struct ssh_session *s = container_of(t, struct ssh_session, deadline);

	if (s->heard != s->io->received) {
		session_restart_pulse(s);
	} else if (s->client.outstanding > 0) {
		session_fail_with(
			s, ERR_TIMEOUT, "the server stopped answering");
		session_advance(s);
	} else {
		sftp_client_ping(&s->client); /* which restarts the pulse */
	}
}

static void set_deadline(struct ssh_session *s)
{
	const struct ssh_timeouts *t = &s->target->timeouts;
	const uint64_t of_state[STATE_COUNT] = {
		[RESOLVE] = t->resolve,
		[CONNECT] = t->connect,
		[HANDSHAKE] = t->handshake,
		[HOSTKEY] = t->handshake,
		[AUTH] = t->authenticate,
		[CHANNEL] = t->open,
		[SUBSYSTEM] = t->open,
		[INIT] = t->open,
	};

	if (s->sm.state == READY) {
		session_restart_pulse(s);
	} else if (of_state[s->sm.state] > 0) {
		timer_set(s->loop, &s->deadline, of_state[s->sm.state],
			on_deadline);
	} else {
		timer_stop(s->loop, &s->deadline);
	}
}

enum step session_move(struct ssh_session *s, int to)
{
	sm_move(&s->sm, to);
	set_deadline(s);
	return STEP_NEXT;
}

/* --- the one exit -------------------------------------------------------- */

static void free_ssh(struct ssh_session *s)
{
	if (s->ssh == NULL)
		return;
	/* The buffers are dead: every call fails at once, none wants EAGAIN
	 * for ever.  Should one, memory is lost, and not the loop. */
	s->io->dead = true;
	for (int i = 0; i < 8; i++)
		if (libssh2_session_free(s->ssh) != LIBSSH2_ERROR_EAGAIN)
			break;
	s->ssh = NULL;
	s->channel = NULL;
}

void session_drop_connection(struct ssh_session *s)
{
	free_ssh(s);
	if (s->io == NULL)
		return;
	s->bytes_sent += s->io->sent;
	s->bytes_received += s->io->received;
	ssh_io_close(s->io);
	s->io = NULL;
}

static enum step step_goodbye(struct ssh_session *s)
{
	resolve_cancel(&s->resolve);
	if (s->ssh != NULL && !s->work_active && s->io->error == 0 &&
		!s->io->eof && s->channel != NULL)
		libssh2_session_disconnect_ex(
			s->ssh, SSH_DISCONNECT_BY_APPLICATION, "bye", "");
	if (s->io != NULL && !s->work_active)
		ssh_io_flush(s->io);
	/* what the socket does not take at once is not worth waiting for */
	return session_move(s, CLOSING);
}

static enum step step_closing(struct ssh_session *s)
{
	if (s->work_active)
		return STEP_WAIT; /* the thread still uses the session */
	session_drop_connection(s);
	return s->open_ios > 0 ? STEP_WAIT : session_move(s, CLOSED);
}

static void finish(struct ssh_session *s)
{
	loop_undefer(&s->wakeup);
	timer_stop(s->loop, &s->deadline);
	sftp_client_release(&s->client);
	s->events->closed(s); /* may free s: nothing may follow */
}

static enum step step_wait(struct ssh_session *s)
{
	(void)s;
	return STEP_WAIT;
}

/* --- the driver: every callback ends up here ----------------------------- */

typedef enum step (*session_step)(struct ssh_session *s);
static const session_step session_steps[STATE_COUNT] = {
	[RESOLVE] = step_wait,
	[CONNECT] = step_connect,
	[HANDSHAKE] = step_handshake,
	[HOSTKEY] = step_hostkey,
	[AUTH] = step_auth,
	[CHANNEL] = step_channel,
	[SUBSYSTEM] = step_subsystem,
	[INIT] = step_pump,
	[READY] = step_pump,
	[GOODBYE] = step_goodbye,
	[CLOSING] = step_closing,
	[CLOSED] = step_wait,
};

static enum step step(struct ssh_session *s)
{
	if (s->ending && s->sm.state < GOODBYE)
		return session_move(s, GOODBYE);
	return session_steps[s->sm.state](s);
}

void session_advance(struct ssh_session *s)
{
	if (s->in_turn)
		return; /* called back by what a step called */
	s->in_turn = true;
	s->more = false;
	while (step(s) == STEP_NEXT)
		;
	s->in_turn = false;
	if (s->sm.state == CLOSED) {
		finish(s); /* may free s */
		return;
	}
	if (s->io != NULL && s->sm.state != CONNECT && !s->work_active) {
		ssh_io_flush(s->io);
		ssh_io_wait(s->io, s->more);
	}
}

void session_on_io_ready(struct ssh_io *io, int events)
{
	struct ssh_session *s = io->owner;
	bool more = true;

	/* A session that is being closed has no io any more; one whose io is
	 * lent to a thread is not to be touched. */
	for (int fills = 0; more && fills < FILLS_PER_TURN; fills++) {
		if (s->io != io || s->work_active)
			return;
		s->connect_answered = true;
		more = (events & UV_READABLE) && s->sm.state > CONNECT &&
		       ssh_io_fill(io);
		session_advance(s); /* can't free s: io is still open */
	}
}

void session_on_io_closed(void *owner)
{
	struct ssh_session *s = owner;

	s->open_ios--;
	if (s->sm.state == CLOSING)
		session_advance(s);
}

static void on_wakeup(struct deferred *d)
{
	struct ssh_session *s = container_of(d, struct ssh_session, wakeup);

	session_advance(s);
}

static void on_client_wake(struct sftp_client *c)
{
	struct ssh_session *s = container_of(c, struct ssh_session, client);

	if (!s->in_turn)
		loop_defer(s->loop, &s->wakeup, on_wakeup);
}

/* --- public -------------------------------------------------------------- */

void ssh_session_start(struct ssh_session *s, struct loop *loop,
	const struct ssh_target *target,
	const struct ssh_session_events *events)
{
	must(libssh2_init(0) == 0); /* counts; the first one does the work */
	s->loop = loop;
	s->target = target;
	s->events = events;
	s->step_began_ms = loop_now_ms(loop);
	sftp_client_init(&s->client, on_client_wake);
	sm_init(&s->sm, "ssh_session", target->name, session_states);
	set_deadline(s);
	resolve_start(&s->resolve, loop, target->hostname, target->port,
		session_on_resolved);
}

void ssh_session_end(struct ssh_session *s)
{
	if (s->ending)
		return;
	s->ending = s->told = true;
	loop_defer(s->loop, &s->wakeup, on_wakeup);
}
