#include "ssh_session.h"

#include <stdio.h>
#include <stdlib.h>

#include "loop_private.h"
#include "sluice/base/must.h"
#include "ssh_error.h"

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

#define CHANNEL_WINDOW    (4u * 1024 * 1024) /* unread bytes, at most */
#define CHANNEL_PACKET    32768u
#define CHANNEL_WRITE_MAX 32700u /* libssh2 takes no more per call */
#define FILLS_PER_TURN    4      /* then others get their turn */
#define ATTEMPT_MIN_MS    1000

enum step {
	STEP_NEXT,
	STEP_WAIT
};

static void advance(struct ssh_session *s);

static enum step move(struct ssh_session *s, int to);

/* --- errors: what, where, why ----------------------------------------------
 */

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

static void report(struct ssh_session *s, const struct diag *why)
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

static enum step fail(struct ssh_session *s, struct diag *why)
{
	if (s->sm.state >= GOODBYE)
		return STEP_WAIT;
	wrap_place(s, why);
	report(s, why);
	move(s, GOODBYE);
	if (!s->told) {
		s->told = true;
		s->events->lost(s, why);
	}
	return STEP_NEXT;
}

static enum step fail_with(struct ssh_session *s, enum err e, const char *text)
{
	struct diag why;

	diag_set(&why, e, "%s", text);
	return fail(s, &why);
}

static enum step fail_ssh(struct ssh_session *s, long rc)
{
	struct diag why;

	ssh_error(s->ssh, s->io, rc, &why);
	return fail(s, &why);
}

/* --- deadlines -------------------------------------------------------------
 */

static void on_deadline(struct timer *t)
{
	struct ssh_session *s = container_of(t, struct ssh_session, deadline);

	fail_with(s, ERR_TIMEOUT, "no answer in time");
	advance(s);
}

static void on_pulse(struct timer *t);

/* From now the server's silence counts, or, when nothing is asked, ours. */
static void restart_pulse(struct ssh_session *s)
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
		restart_pulse(s);
	} else if (s->client.outstanding > 0) {
		fail_with(s, ERR_TIMEOUT, "the server stopped answering");
		advance(s);
	} else {
		sftp_client_ping(&s->client); /* advance() restarts the pulse */
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
		restart_pulse(s);
	} else if (of_state[s->sm.state] > 0) {
		timer_set(s->loop, &s->deadline, of_state[s->sm.state],
			on_deadline);
	} else {
		timer_stop(s->loop, &s->deadline);
	}
}

static enum step move(struct ssh_session *s, int to)
{
	sm_move(&s->sm, to);
	set_deadline(s);
	return STEP_NEXT;
}

/* --- resolve, connect ------------------------------------------------------
 */

static void on_resolved(struct resolve *r)
{
	struct ssh_session *s = container_of(r, struct ssh_session, resolve);

	if (r->count == 0) {
		fail(s, &r->why);
	} else {
		report(s, NULL);
		move(s, CONNECT);
	}
	advance(s);
}

static enum step step_wait(struct ssh_session *s)
{
	(void)s;
	return STEP_WAIT;
}

static void on_io_ready(struct ssh_io *io, int events);
static void on_io_closed(void *owner);

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

static void drop_connection(struct ssh_session *s)
{
	free_ssh(s);
	if (s->io == NULL)
		return;
	s->bytes_sent += s->io->sent;
	s->bytes_received += s->io->received;
	ssh_io_close(s->io);
	s->io = NULL;
}

/* The next address gets its share of the connect deadline. */
static enum step next_address(struct ssh_session *s, struct diag *why)
{
	char text[64];

	drop_connection(s);
	diag_wrap(why, "%s",
		address_text(&s->resolve.addresses[s->address], text));
	if (++s->address >= s->resolve.count)
		return fail(s, why);
	return STEP_NEXT;
}

static void on_attempt_over(struct timer *t)
{
	struct ssh_session *s = container_of(t, struct ssh_session, deadline);
	struct diag why;

	diag_set(&why, ERR_TIMEOUT, "no answer in time");
	next_address(s, &why);
	advance(s);
}

static enum step begin_attempt(struct ssh_session *s)
{
	struct diag why;
	uint64_t share = s->target->timeouts.connect / s->resolve.count;

	s->io = ssh_io_open(s->loop, &s->resolve.addresses[s->address],
		on_io_ready, on_io_closed, s, &why);
	if (s->io == NULL)
		return next_address(s, &why);
	s->open_ios++;
	s->connect_answered = false;
	timer_set(s->loop, &s->deadline,
		share > ATTEMPT_MIN_MS ? share : ATTEMPT_MIN_MS,
		on_attempt_over);
	return STEP_WAIT;
}

/* --- handshake -------------------------------------------------------------
 */

/* AES-CTR with an ETM MAC before GCM: libssh2 hands the cipher 16 bytes at a
 * time, which costs GCM half as much again (1 GiB: 2.0 against 2.9 s of our
 * CPU).  ETM before plain MACs; nothing with SHA-1, CBC or a small group. */
static const struct {
	int type;
	const char *methods;
} preferences[] = {
	{ LIBSSH2_METHOD_KEX,
		"curve25519-sha256,curve25519-sha256@libssh.org,"
		"ecdh-sha2-nistp256,ecdh-sha2-nistp384,ecdh-sha2-nistp521,"
		"diffie-hellman-group-exchange-sha256,"
		"diffie-hellman-group16-sha512,"
		"diffie-hellman-group18-sha512,"
		"diffie-hellman-group14-sha256" },
#define CIPHERS                                                                \
	"aes128-ctr,aes192-ctr,aes256-ctr,aes128-gcm@openssh.com,"             \
	"aes256-gcm@openssh.com,chacha20-poly1305@openssh.com"
	{ LIBSSH2_METHOD_CRYPT_CS, CIPHERS },
	{ LIBSSH2_METHOD_CRYPT_SC, CIPHERS },
#define MACS                                                                   \
	"hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,"         \
	"hmac-sha2-256,hmac-sha2-512"
	{ LIBSSH2_METHOD_MAC_CS, MACS },
	{ LIBSSH2_METHOD_MAC_SC, MACS },
};

static int prepare(struct ssh_session *s)
{
	int rc = ssh_hostkey_want(s->ssh, s->want);

	for (size_t i = 0; i < ARRAY_LEN(preferences) && rc == 0; i++)
		rc = libssh2_session_method_pref(
			s->ssh, preferences[i].type, preferences[i].methods);
	return rc;
}

static enum step step_connect(struct ssh_session *s)
{
	struct diag why;
	int rc;

	if (s->io == NULL)
		return begin_attempt(s);
	if (!s->connect_answered)
		return STEP_WAIT;
	if (ssh_io_connected(s->io, &why) != ERR_OK)
		return next_address(s, &why);
	s->ssh = libssh2_session_init_ex(NULL, NULL, NULL, s->io);
	must(s->ssh != NULL);
	libssh2_session_set_blocking(s->ssh, 0);
	ssh_io_attach(s->io, s->ssh);
	rc = prepare(s);
	if (rc != 0)
		return fail_ssh(s, rc);
	report(s, NULL);
	return move(s, HANDSHAKE);
}

/* Another connection, asking for a kind of host key that was not tried yet. */
static bool try_other_kind(struct ssh_session *s)
{
	for (unsigned kind = 0; kind < SSH_KEY_KINDS; kind++) {
		if (s->tried & 1u << kind)
			continue;
		s->want = (enum ssh_key_kind)kind;
		drop_connection(s);
		move(s, CONNECT);
		return true;
	}
	return false;
}

static bool has_seen_key(const struct ssh_session *s)
{
	for (int kind = 0; kind < SSH_KEY_KINDS; kind++)
		if (s->seen[kind][0] != '\0')
			return true;
	return false;
}

static void list_seen(const struct ssh_session *s, struct buf *out)
{
	for (int kind = 0; kind < SSH_KEY_KINDS; kind++)
		if (s->seen[kind][0] != '\0')
			buf_printf(out, "%s%s (%s)", out->len > 0 ? ", " : "",
				s->seen[kind],
				ssh_key_kind_name((enum ssh_key_kind)kind));
}

/* Says what the server shows, and what to do. */
static enum step refuse_key(struct ssh_session *s)
{
	const struct ssh_target *t = s->target;
	struct buf seen = buf_make(DIAG_SIZE), pins = buf_make(DIAG_SIZE);
	struct diag why;

	list_seen(s, &seen);
	for (size_t i = 0; i < t->host_key_count; i++)
		buf_printf(&pins, "%s%s", i > 0 ? ", " : "", t->host_keys[i]);
	if (t->host_key_count == 0)
		diag_set(&why, ERR_HOSTKEY,
			"no host key is pinned: server shows %s; compare with "
			"the server's operator, then pin it",
			buf_view(&seen).ptr);
	else
		diag_set(&why, ERR_HOSTKEY,
			"host key changed: server shows %s, pinned are %s",
			buf_view(&seen).ptr, buf_view(&pins).ptr);
	buf_release(&seen);
	buf_release(&pins);
	return fail(s, &why);
}

static enum step step_handshake(struct ssh_session *s)
{
	int rc = libssh2_session_handshake(s->ssh, s->io->fd);

	if (rc == LIBSSH2_ERROR_EAGAIN)
		return STEP_WAIT;
	if (rc == 0)
		return move(s, HOSTKEY);
	/* In a second round that only means: no key of that kind. */
	if (!has_seen_key(s) || rc != LIBSSH2_ERROR_KEX_FAILURE)
		return fail_ssh(s, rc);
	s->tried |= (uint8_t)(1u << s->want);
	return try_other_kind(s) ? STEP_NEXT : refuse_key(s);
}

static enum step step_hostkey(struct ssh_session *s)
{
	char fingerprint[FINGERPRINT_SIZE];
	enum ssh_key_kind kind = ssh_hostkey_seen(s->ssh, fingerprint);

	if (kind == SSH_KEY_ANY)
		return fail_with(s, ERR_PROTO, "the server shows no host key");
	memcpy(s->seen[kind], fingerprint, sizeof fingerprint);
	s->tried |= (uint8_t)(1u << kind);
	if (ssh_hostkey_is_pinned(s->target, fingerprint)) {
		s->want = kind;
		report(s, NULL);
		ssh_auth_init(&s->auth, s->target, s->ssh, s->io);
		return move(s, AUTH);
	}
	return try_other_kind(s) ? STEP_NEXT : refuse_key(s);
}

/* --- authenticate ----------------------------------------------------------
 */

static void in_thread(uv_work_t *work)
{
	struct ssh_session *s = container_of(work, struct ssh_session, work);

	s->work_rc = ssh_auth_call(&s->auth);
}

static void after_thread(uv_work_t *work, int status)
{
	struct ssh_session *s = container_of(work, struct ssh_session, work);

	s->work_active = false;
	if (s->sm.state == AUTH) {
		ssh_io_flush(s->io);
		ssh_io_wait(s->io, false);
		if (status == 0) /* EAGAIN: the socket calls again */
			ssh_auth_take(&s->auth, s->work_rc);
		if (status == 0 && s->work_rc == LIBSSH2_ERROR_EAGAIN)
			return;
	}
	advance(s);
}

/* Nobody else touches the session or its buffers until after_thread(). */
static enum step to_thread(struct ssh_session *s)
{
	int rc = uv_queue_work(&s->loop->uv, &s->work, in_thread, after_thread);

	if (rc != 0)
		return fail_with(s, ERR_BUG, uv_strerror(rc));
	ssh_io_mute(s->io);
	s->work_active = true;
	return STEP_WAIT;
}

static enum step step_auth(struct ssh_session *s)
{
	int rc;

	while (s->auth.sm.state < AUTH_DONE) {
		if (ssh_auth_is_slow(&s->auth))
			return to_thread(s);
		rc = ssh_auth_call(&s->auth);
		if (rc == LIBSSH2_ERROR_EAGAIN)
			return STEP_WAIT;
		ssh_auth_take(&s->auth, rc);
	}
	if (s->auth.sm.state == AUTH_FAILED)
		return fail(s, &s->auth.why);
	return move(s, CHANNEL);
}

/* --- channel, subsystem, SFTP ----------------------------------------------
 */

static enum step step_channel(struct ssh_session *s)
{
	int rc;

	s->channel = libssh2_channel_open_ex(
		s->ssh, "session", 7, CHANNEL_WINDOW, CHANNEL_PACKET, NULL, 0);
	if (s->channel != NULL)
		return move(s, SUBSYSTEM);
	rc = libssh2_session_last_errno(s->ssh);
	return rc == LIBSSH2_ERROR_EAGAIN ? STEP_WAIT : fail_ssh(s, rc);
}

static enum step step_subsystem(struct ssh_session *s)
{
	int rc = libssh2_channel_process_startup(
		s->channel, "subsystem", 9, "sftp", 4);

	if (rc == LIBSSH2_ERROR_EAGAIN)
		return STEP_WAIT;
	if (rc == 0) /* what the server writes to stderr is not kept */
		rc = libssh2_channel_handle_extended_data2(
			s->channel, LIBSSH2_CHANNEL_EXTENDED_DATA_IGNORE);
	if (rc != 0 && rc != LIBSSH2_ERROR_EAGAIN)
		return fail_ssh(s, rc);
	return move(s, INIT);
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
			fail_ssh(s, n < 0 ? n : LIBSSH2_ERROR_CHANNEL_CLOSED);
			return;
		}
		if (sftp_client_received(&s->client, (size_t)n, &why) !=
			ERR_OK) {
			fail(s, &why);
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
		fail_with(s, ERR_LIMIT, "too much to be sent");
	else if (n < 0 && n != LIBSSH2_ERROR_EAGAIN)
		fail_ssh(s, n);
	return false; /* nothing left, or the server's window is full */
}

static enum step step_pump(struct ssh_session *s)
{
	pump_in(s);
	if (s->sm.state == INIT && s->client.ready) {
		report(s, NULL);
		move(s, READY);
		s->events->ready(s);
	}
	if (s->sm.state <= READY)
		s->more = pump_out(s);
	if (s->sm.state == READY && s->awaiting != (s->client.outstanding > 0))
		restart_pulse(s);
	return s->sm.state <= READY ? STEP_WAIT : STEP_NEXT;
}

/* --- the one exit ----------------------------------------------------------
 */

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
	return move(s, CLOSING);
}

static enum step step_closing(struct ssh_session *s)
{
	if (s->work_active)
		return STEP_WAIT; /* the thread still uses the session */
	drop_connection(s);
	return s->open_ios > 0 ? STEP_WAIT : move(s, CLOSED);
}

static void finish(struct ssh_session *s)
{
	loop_undefer(&s->wakeup);
	timer_stop(s->loop, &s->deadline);
	sftp_client_release(&s->client);
	s->events->closed(s); /* may free s: nothing may follow */
}

/* --- the driver: every callback ends up here -------------------------------
 */

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
		return move(s, GOODBYE);
	return session_steps[s->sm.state](s);
}

static void advance(struct ssh_session *s)
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

static void on_io_ready(struct ssh_io *io, int events)
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
		advance(s); /* can't free s: io is still open */
	}
}

static void on_io_closed(void *owner)
{
	struct ssh_session *s = owner;

	s->open_ios--;
	if (s->sm.state == CLOSING)
		advance(s);
}

static void on_wakeup(struct deferred *d)
{
	struct ssh_session *s = container_of(d, struct ssh_session, wakeup);

	advance(s);
}

static void on_client_wake(struct sftp_client *c)
{
	struct ssh_session *s = container_of(c, struct ssh_session, client);

	if (!s->in_turn)
		loop_defer(s->loop, &s->wakeup, on_wakeup);
}

/* --- public ----------------------------------------------------------------
 */

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
	resolve_start(
		&s->resolve, loop, target->hostname, target->port, on_resolved);
}

void ssh_session_end(struct ssh_session *s)
{
	if (s->ending)
		return;
	s->ending = s->told = true;
	loop_defer(s->loop, &s->wakeup, on_wakeup);
}
