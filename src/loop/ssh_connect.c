#include "ssh_session_private.h"

/* RESOLVE and CONNECT: one address after the other. */

#define ATTEMPT_MIN_MS 1000

void session_on_resolved(struct resolve *r)
{
	struct ssh_session *s = container_of(r, struct ssh_session, resolve);

	if (r->count == 0) {
		session_fail(s, &r->why);
	} else {
		session_report(s, NULL);
		session_move(s, CONNECT);
	}
	session_advance(s);
}

/* The next address gets its share of the connect deadline. */
static enum step next_address(struct ssh_session *s, struct diag *why)
{
	char text[64];

	session_drop_connection(s);
	diag_wrap(why, "%s",
		address_text(&s->resolve.addresses[s->address], text));
	if (++s->address >= s->resolve.count)
		return session_fail(s, why);
	return STEP_NEXT;
}

static void on_attempt_over(struct timer *t)
{
	struct ssh_session *s = container_of(t, struct ssh_session, deadline);
	struct diag why;

	diag_set(&why, ERR_TIMEOUT, "no answer in time");
	next_address(s, &why);
	session_advance(s);
}

static enum step begin_attempt(struct ssh_session *s)
{
	struct diag why;
	uint64_t share = s->target->timeouts.connect / s->resolve.count;

	s->io = ssh_io_open(s->loop, &s->resolve.addresses[s->address],
		session_on_io_ready, session_on_io_closed, s, &why);
	if (s->io == NULL)
		return next_address(s, &why);
	s->open_ios++;
	s->connect_answered = false;
	timer_set(s->loop, &s->deadline,
		share > ATTEMPT_MIN_MS ? share : ATTEMPT_MIN_MS,
		on_attempt_over);
	return STEP_WAIT;
}

enum step step_connect(struct ssh_session *s)
{
	struct diag why;
	int rc;

	if (s->io == NULL)
		return begin_attempt(s);
	if (!s->connect_answered)
		return STEP_WAIT;
	if (ssh_io_connected(s->io, &why) != ERR_OK)
		return next_address(s, &why);
	rc = session_prepare(s);
	if (rc != 0)
		return session_fail_ssh(s, rc);
	session_report(s, NULL);
	return session_move(s, HANDSHAKE);
}
