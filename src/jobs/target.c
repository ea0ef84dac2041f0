#include "sluice/jobs/target.h"

#include "sluice/jobs/hub.h"

static uint64_t seconds_or(unsigned seconds, uint64_t otherwise_ms)
{
	return seconds > 0 ? (uint64_t)seconds * 1000 : otherwise_ms;
}

static struct ssh_timeouts timeouts_of(const struct connection_timeouts *t,
	const struct ssh_timeouts *otherwise)
{
	return (struct ssh_timeouts){
		.resolve = seconds_or(t->resolve, otherwise->resolve),
		.connect = seconds_or(t->connect, otherwise->connect),
		.handshake = seconds_or(t->handshake, otherwise->handshake),
		.authenticate =
			seconds_or(t->authenticate, otherwise->authenticate),
		.open = seconds_or(t->open, otherwise->open),
		.idle = seconds_or(t->idle, otherwise->idle),
		.close = seconds_or(t->close, otherwise->close),
		.keepalive = seconds_or(t->keepalive, otherwise->keepalive),
		.pool_idle = seconds_or(t->pool_idle, otherwise->pool_idle),
	};
}

struct ssh_target target_ssh(const struct hub *hub, const struct connection *c)
{
	return (struct ssh_target){
		.id = c->id,
		.version = c->updated_at,
		.name = c->name,
		.hostname = c->hostname,
		.port = c->port,
		.username = c->username,
		.password = c->password,
		.private_key = c->private_key,
		.private_key_passphrase = c->private_key_passphrase,
		.host_keys = (const char *const *)c->host_keys,
		.host_key_count = c->host_key_count,
		.max_files = c->max_concurrent > 0 ? c->max_concurrent
						   : hub->settings.max_files,
		.timeouts = timeouts_of(&c->timeouts, &hub->settings.timeouts),
	};
}

static const enum ftp_tls tls_of[CONNECTION_TLS_COUNT] = {
	[CONNECTION_TLS_EXPLICIT] = FTP_TLS_EXPLICIT,
	[CONNECTION_TLS_IMPLICIT] = FTP_TLS_IMPLICIT,
	[CONNECTION_TLS_NONE] = FTP_TLS_NONE,
};

struct ftp_target target_ftp(const struct hub *hub, const struct connection *c)
{
	const struct ssh_timeouts *otherwise = &hub->settings.timeouts;

	return (struct ftp_target){
		.id = c->id,
		.version = c->updated_at,
		.name = c->name,
		.hostname = c->hostname,
		.port = c->port,
		.username = c->username,
		.password = c->password,
		.max_concurrent = c->max_concurrent,
		.tls = tls_of[c->tls],
		.ca_certificates = c->ca_certificates,
		.connect_ms =
			seconds_or(c->timeouts.connect, otherwise->connect) +
			seconds_or(c->timeouts.authenticate,
				otherwise->authenticate),
		.idle_ms = seconds_or(c->timeouts.idle, otherwise->idle),
	};
}
