/* A connection: where partners' files and APIs are (contract 2.1, facts.md
 * section 2).  SFTP_CLIENT and FTP_CLIENT are served; the other types are known
 * by name and refused with a clear fault until their issue. */
#ifndef SLUICE_MODEL_CONNECTION_H
#define SLUICE_MODEL_CONNECTION_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "sluice/base/uuid.h"
#include "sluice/model/fault.h"

enum connection_type {
	CONNECTION_SFTP,
	CONNECTION_FTP,
	CONNECTION_API,
	CONNECTION_API_OAUTH2,
	CONNECTION_TYPE_COUNT
};

const char *connection_type_name(enum connection_type t); /* "SFTP_CLIENT" */

enum connection_tls { /* of an FTP_CLIENT */
	CONNECTION_TLS_EXPLICIT,
	CONNECTION_TLS_IMPLICIT,
	CONNECTION_TLS_NONE,
	CONNECTION_TLS_COUNT
};

const char *connection_tls_name(enum connection_tls t); /* "EXPLICIT" */

/* Seconds; 0: the configured default.  JSON: connectionInformation.timeouts
 * {"resolve","connect","handshake","authenticate","open","idle","close",
 * "keepalive","poolIdle"}. */
struct connection_timeouts {
	unsigned resolve, connect, handshake, authenticate, open, idle, close,
		keepalive, pool_idle;
};

struct connection {
	struct uuid id;
	int64_t created_at, updated_at; /* ms */
	char *name;
	bool active;
	enum connection_type type;
	char *hostname; /* strings are owned; NULL: not given */
	uint16_t port;  /* default 22; FTP 21, with implicit TLS 990 */
	char *username;
	char *password, *private_key, *private_key_passphrase;
	char **host_keys; /* "SHA256:..." */
	size_t host_key_count;
	bool fsync; /* fsync@openssh.com after each upload; true */
	enum connection_tls tls;
	char *ca_certificates; /* PEM text, instead of the system's; or NULL */
	unsigned max_concurrent; /* files under way; 0: configured default */
	struct connection_timeouts timeouts;
	unsigned breaker_failures;    /* circuitBreaker.failures; 0: off */
	unsigned requests_per_second; /* 0: no limit */
	char **allowed_hosts;         /* besides the own, for downloads */
	size_t allowed_host_count;
	bool allow_private_networks; /* true */
};

/* Reads a POST or PUT body.  `old` (PUT) lends the secrets where the body says
 * "***".  Collects every fault (unknown key, wrong type, missing name, bad
 * fingerprint, neither password nor key is fine: `test` will tell, ...);
 * NULL when there was one.  id and times are left for the caller. */
struct connection *connection_from_json(const json_t *body,
	const struct connection *old, struct faults *faults);

enum connection_view {
	CONNECTION_MASKED, /* for answers: secrets are "***" */
	CONNECTION_STORED, /* with secrets; the store seals it */
};

/* {"id","name","active","createdAt","updatedAt","clientConfiguration":
 * {"type","connectionInformation":{...}}}; a fresh reference. */
json_t *connection_to_json(
	const struct connection *c, enum connection_view view);

/* The stored form back; NULL when it isn't one (damaged). */
struct connection *connection_from_stored(const json_t *stored);

void connection_destroy(struct connection *c); /* wipes secrets; NULL is fine */

#endif
