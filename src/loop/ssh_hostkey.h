/* Which host key a server shows, and whether it is one that the operator
 * pinned. */
#ifndef SLUICE_LOOP_SSH_HOSTKEY_H
#define SLUICE_LOOP_SSH_HOSTKEY_H

#include <libssh2.h>

#include "sluice/loop/ssh_target.h"

#define FINGERPRINT_SIZE 64 /* "SHA256:" and 43 characters */

/* The three families that a server may have a key of, strongest first.  RSA
 * only with SHA-2 signatures. */
enum ssh_key_kind {
	SSH_KEY_ED25519,
	SSH_KEY_ECDSA,
	SSH_KEY_RSA,
	SSH_KEY_KINDS,
	SSH_KEY_ANY = SSH_KEY_KINDS, /* whichever the server prefers */
};

/* "ed25519", ... */
const char *ssh_key_kind_name(enum ssh_key_kind kind);

/* Ask for these kinds in the handshake to come. */
int ssh_hostkey_want(LIBSSH2_SESSION *session, enum ssh_key_kind kind);

/* After the handshake: "SHA256:..." as `ssh-keygen -l` prints it, and its
 * kind.  Empty when the server has none. */
enum ssh_key_kind ssh_hostkey_seen(
	LIBSSH2_SESSION *session, char fingerprint[FINGERPRINT_SIZE]);

bool ssh_hostkey_is_pinned(
	const struct ssh_target *target, const char *fingerprint);

#endif
