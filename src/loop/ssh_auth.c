#include "ssh_auth.h"

#include <stdio.h>
#include <stdlib.h>

#include "sluice/base/mem.h"
#include "sluice/base/must.h"
#include "ssh_error.h"
#include "ssh_io.h"

/* The machine:
 *
 *   METHODS -> KEY -> PASSWORD -> INTERACTIVE -> FAILED
 *      |        |        |            |
 *      +--------+--------+------------+-> DONE
 *
 * A method that the server does not offer or for which the target has no
 * secret is stepped over.  Only a dead connection ends it early. */
#define TO(s) SM_BIT(AUTH_##s)
static const struct sm_state auth_states[AUTH_STATES] = {
	[AUTH_METHODS] = { "methods", TO(KEY) | TO(DONE) | TO(FAILED) },
	[AUTH_KEY] = { "key", TO(PASSWORD) | TO(DONE) | TO(FAILED) },
	[AUTH_PASSWORD] = { "password",
		TO(INTERACTIVE) | TO(DONE) | TO(FAILED) },
	[AUTH_INTERACTIVE] = { "interactive", TO(DONE) | TO(FAILED) },
	[AUTH_DONE] = { "done", 0 },
	[AUTH_FAILED] = { "failed", 0 },
};
#undef TO

/* Not a libssh2 code: the method does not apply. */
#define SKIPPED 1

static bool is_set(const char *secret)
{
	return secret != NULL && *secret != '\0';
}

void ssh_auth_init(struct ssh_auth *a, const struct ssh_target *target,
	LIBSSH2_SESSION *session, struct ssh_io *io)
{
	*a = (struct ssh_auth){
		.target = target,
		.session = session,
		.io = io,
	};
	io->user = a;
	sm_init(&a->sm, "ssh_auth", target->name, auth_states);
}

bool ssh_auth_is_slow(const struct ssh_auth *a)
{
	return a->sm.state == AUTH_KEY && a->key_offered &&
	       is_set(a->target->private_key) &&
	       is_set(a->target->private_key_passphrase);
}

/* --- one call per state -------------------------------------------------- */

static unsigned len32(const char *s)
{
	return (unsigned)strlen(s); /* settings are capped far below */
}

static int call_methods(struct ssh_auth *a)
{
	const char *user = a->target->username;
	const char *list = libssh2_userauth_list(a->session, user, len32(user));

	if (list == NULL)
		return libssh2_userauth_authenticated(a->session)
			       ? 0
			       : libssh2_session_last_errno(a->session);
	a->key_offered = strstr(list, "publickey") != NULL;
	a->password_offered = strstr(list, "password") != NULL;
	a->interactive_offered = strstr(list, "keyboard-interactive") != NULL;
	return 0;
}

static int call_key(struct ssh_auth *a)
{
	const struct ssh_target *t = a->target;
	const char *pass = t->private_key_passphrase;

	if (!a->key_offered || !is_set(t->private_key))
		return SKIPPED;
	/* "" and not NULL: libssh2 takes the length of what it gets. */
	return libssh2_userauth_publickey_frommemory(a->session, t->username,
		strlen(t->username), NULL, 0, t->private_key,
		strlen(t->private_key), pass != NULL ? pass : "");
}

static int call_password(struct ssh_auth *a)
{
	const struct ssh_target *t = a->target;

	if (!a->password_offered || !is_set(t->password))
		return SKIPPED;
	return libssh2_userauth_password_ex(a->session, t->username,
		len32(t->username), t->password, len32(t->password), NULL);
}

/* Every hidden prompt gets the password, every visible one an empty line. */
static LIBSSH2_USERAUTH_KBDINT_RESPONSE_FUNC(on_prompts)
{
	struct ssh_io *io = *abstract;
	const struct ssh_auth *a = io->user;

	(void)name;
	(void)name_len;
	(void)instruction;
	(void)instruction_len;
	for (int i = 0; i < num_prompts; i++) {
		const char *answer = prompts[i].echo ? "" : a->target->password;

		/* libssh2 frees it */
		responses[i].text = mem_strdup(answer);
		responses[i].length = len32(answer);
	}
}

static int call_interactive(struct ssh_auth *a)
{
	const struct ssh_target *t = a->target;

	if (!a->interactive_offered || !is_set(t->password))
		return SKIPPED;
	return libssh2_userauth_keyboard_interactive_ex(
		a->session, t->username, len32(t->username), on_prompts);
}

int ssh_auth_call(struct ssh_auth *a)
{
	static int (*const calls[AUTH_STATES])(struct ssh_auth * a) = {
		[AUTH_METHODS] = call_methods,
		[AUTH_KEY] = call_key,
		[AUTH_PASSWORD] = call_password,
		[AUTH_INTERACTIVE] = call_interactive,
	};

	must(calls[a->sm.state] != NULL);
	return calls[a->sm.state](a);
}

/* --- what came of it ----------------------------------------------------- */

static void note(struct ssh_auth *a, const char *what)
{
	size_t n = strlen(a->refused);

	snprintf(a->refused + n, sizeof a->refused - n, "%s%s",
		n > 0 ? ", " : "", what);
}

static bool is_encrypted(const char *key)
{
	return strstr(key, "ENCRYPTED") != NULL;
}

static const char *refusal(const struct ssh_auth *a, int rc)
{
	bool pass = is_set(a->target->private_key_passphrase);

	switch (a->sm.state) {
	case AUTH_KEY:
		if (rc == LIBSSH2_ERROR_AUTHENTICATION_FAILED ||
			rc == LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED)
			return "private key refused";
		if (!pass && is_encrypted(a->target->private_key))
			return "the private key is encrypted: set its "
			       "passphrase";
		return pass ? "the private key can't be read (wrong "
			      "passphrase?)"
			    : "the private key can't be read (unknown format, "
			      "or encrypted?)";
	case AUTH_PASSWORD:
		return "password refused";
	default:
		return "keyboard-interactive refused";
	}
}

/* Nothing left to try: say what was refused, or what is missing. */
static void give_up(struct ssh_auth *a)
{
	if (a->refused[0] != '\0')
		diag_set(&a->why, ERR_AUTH, "%s", a->refused);
	else
		diag_set(&a->why, ERR_AUTH,
			"nothing to log in with: the server takes%s%s%s, the "
			"connection has %s",
			a->key_offered ? " a private key" : "",
			a->password_offered ? " a password" : "",
			a->interactive_offered ? " keyboard-interactive" : "",
			is_set(a->target->private_key) ? "a private key"
			: is_set(a->target->password)
				? "a password"
				: "neither password nor key");
	sm_move(&a->sm, AUTH_FAILED);
}

/* When the connection dies libssh2 calls the wait for an answer unverified. */
static bool is_refusal(const struct ssh_auth *a, int rc)
{
	if (rc == LIBSSH2_ERROR_AUTHENTICATION_FAILED)
		return true;
	if (a->io->eof || a->io->error != 0)
		return false;
	return rc == LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED ||
	       rc == LIBSSH2_ERROR_KEYFILE_AUTH_FAILED ||
	       rc == LIBSSH2_ERROR_FILE || rc == LIBSSH2_ERROR_INVAL ||
	       rc == LIBSSH2_ERROR_METHOD_NOT_SUPPORTED ||
	       rc == LIBSSH2_ERROR_PROTO ||
	       rc == LIBSSH2_ERROR_PASSWORD_EXPIRED;
}

void ssh_auth_take(struct ssh_auth *a, int rc)
{
	if (rc == LIBSSH2_ERROR_EAGAIN)
		return;
	if (libssh2_userauth_authenticated(a->session)) {
		sm_move(&a->sm, AUTH_DONE);
		return;
	}
	if (rc < 0) {
		if (a->sm.state == AUTH_METHODS || !is_refusal(a, rc)) {
			ssh_error(a->session, a->io, rc, &a->why);
			sm_move(&a->sm, AUTH_FAILED);
			return;
		}
		note(a, refusal(a, rc));
	}
	if (a->sm.state == AUTH_INTERACTIVE)
		give_up(a);
	else
		sm_move(&a->sm, a->sm.state + 1);
}
