/* Where an SSH session goes and who logs in: the settings of an SFTP
 * connection (contract 2.1) as the loop floor needs them. */
#ifndef SLUICE_LOOP_SSH_TARGET_H
#define SLUICE_LOOP_SSH_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sluice/base/uuid.h"

/* One deadline per step, milliseconds; 0 takes the default (10 s to resolve and
 * to connect, 20 s to shake hands, to authenticate and to open, 60 s idle). */
struct ssh_timeouts {
	uint64_t resolve, connect, handshake, authenticate, open;
	uint64_t idle;      /* a busy session is silent for that long */
	uint64_t close;     /* for a polite goodbye; then the socket is shut */
	uint64_t keepalive; /* a quiet session asks whether the server lives */
	uint64_t pool_idle; /* an unused pooled session is closed */
};

extern const struct ssh_timeouts ssh_timeouts_default;

struct ssh_target {
	struct uuid id;   /* of the connection: the pool's key ... */
	int64_t version;  /* ... with its updatedAt: another version gets new
			     sessions, the old ones end when unused */
	const char *name; /* the connection's name, for messages */
	const char *hostname;
	uint16_t port;
	const char *username;
	const char *password;    /* NULL: none */
	const char *private_key; /* PEM or OpenSSH text; NULL: none */
	const char *private_key_passphrase; /* NULL: none */
	const char *const *host_keys; /* "SHA256:<base64 without padding>" */
	size_t host_key_count;        /* 0: only a probe may connect */
	unsigned max_files;           /* files under way per session; 0: 64,
				 at most 1024 */
	struct ssh_timeouts timeouts; /* 0 in a field: its default */
};

/* A deep copy in memory of its own; ssh_target_destroy() wipes the secrets. */
struct ssh_target *ssh_target_copy(const struct ssh_target *t);
void ssh_target_destroy(struct ssh_target *t);

#endif
