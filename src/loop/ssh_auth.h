/* Log in: private key, then password, then keyboard-interactive (answered with
 * the password), as far as the server offers them and the target has them.
 *
 * ssh_auth_call() makes the libssh2 call of the current state; it touches
 * nothing but the session and its buffers, so that it may run in a thread when
 * ssh_auth_is_slow(): an encrypted key's KDF takes ~100 ms
 * (docs/decisions/0004-encrypted-keys.md).  ssh_auth_take() records what it
 * returned, on the loop's thread. */
#ifndef SLUICE_LOOP_SSH_AUTH_H
#define SLUICE_LOOP_SSH_AUTH_H

#include <libssh2.h>

#include "sluice/base/diag.h"
#include "sluice/base/sm.h"
#include "sluice/loop/ssh_target.h"

enum {
	AUTH_METHODS,
	AUTH_KEY,
	AUTH_PASSWORD,
	AUTH_INTERACTIVE,
	AUTH_DONE,
	AUTH_FAILED,
	AUTH_STATES
};

struct ssh_io;

struct ssh_auth {
	struct sm sm;
	struct diag why; /* AUTH_FAILED */

	/* private */
	const struct ssh_target *target;
	LIBSSH2_SESSION *session;
	struct ssh_io *io;
	bool key_offered, password_offered, interactive_offered;
	char refused[192]; /* what was tried, for the message */
};

void ssh_auth_init(struct ssh_auth *a, const struct ssh_target *target,
	LIBSSH2_SESSION *session, struct ssh_io *io);

bool ssh_auth_is_slow(const struct ssh_auth *a);

/* A libssh2 return code; LIBSSH2_ERROR_EAGAIN: more input first. */
int ssh_auth_call(struct ssh_auth *a);

void ssh_auth_take(struct ssh_auth *a, int rc);

#endif
