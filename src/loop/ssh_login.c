#include "ssh_session_private.h"

#include "loop_private.h"

/* AUTH: ssh_auth.h, on the loop or in a thread. */

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
	session_advance(s);
}

/* Nobody else touches the session or its buffers until after_thread(). */
static enum step to_thread(struct ssh_session *s)
{
	int rc = uv_queue_work(&s->loop->uv, &s->work, in_thread, after_thread);

	if (rc != 0)
		return session_fail_with(s, ERR_BUG, uv_strerror(rc));
	ssh_io_mute(s->io);
	s->work_active = true;
	return STEP_WAIT;
}

enum step step_auth(struct ssh_session *s)
{
	int rc;

	if (s->work_active)
		return STEP_WAIT;
	while (s->auth.sm.state < AUTH_DONE) {
		if (ssh_auth_is_slow(&s->auth))
			return to_thread(s);
		rc = ssh_auth_call(&s->auth);
		if (rc == LIBSSH2_ERROR_EAGAIN)
			return STEP_WAIT;
		ssh_auth_take(&s->auth, rc);
	}
	if (s->auth.sm.state == AUTH_FAILED)
		return session_fail(s, &s->auth.why);
	return session_move(s, CHANNEL);
}
