/* Connections as JSON: for answers and for the store. */
#include "json_read.h"
#include "sluice/model/connection.h"

static void put_text(json_t *o, const char *key, const char *text)
{
	if (text != NULL)
		json_object_set_new(o, key, json_string(text));
}

static void put_uint(json_t *o, const char *key, unsigned n)
{
	if (n > 0)
		json_object_set_new(o, key, json_integer(n));
}

static void put_secret(json_t *o, const char *key, const char *secret,
	enum connection_view view)
{
	if (secret != NULL)
		put_text(o, key,
			view == CONNECTION_MASKED ? SECRET_MASK : secret);
}

static json_t *timeouts_to_json(const struct connection_timeouts *t)
{
	json_t *o = json_object();

	put_uint(o, "resolve", t->resolve);
	put_uint(o, "connect", t->connect);
	put_uint(o, "handshake", t->handshake);
	put_uint(o, "authenticate", t->authenticate);
	put_uint(o, "open", t->open);
	put_uint(o, "idle", t->idle);
	put_uint(o, "close", t->close);
	put_uint(o, "keepalive", t->keepalive);
	put_uint(o, "poolIdle", t->pool_idle);
	return o;
}

static void put_object(json_t *o, const char *key, json_t *inner)
{
	if (json_object_size(inner) > 0)
		json_object_set(o, key, inner);
	json_decref(inner);
}

static void put_limits(json_t *o, const struct connection *c)
{
	json_t *breaker = json_object();

	put_uint(o, "maxConcurrent", c->max_concurrent);
	put_object(o, "timeouts", timeouts_to_json(&c->timeouts));
	put_uint(breaker, "failures", c->breaker_failures);
	put_object(o, "circuitBreaker", breaker);
	put_uint(o, "requestsPerSecond", c->requests_per_second);
	if (c->allowed_host_count > 0)
		json_object_set_new(o, "allowedHosts",
			texts_to_json(c->allowed_hosts, c->allowed_host_count));
	json_object_set_new(o, "allowPrivateNetworks",
		json_boolean(c->allow_private_networks));
}

static void put_sftp(
	json_t *o, const struct connection *c, enum connection_view view)
{
	put_secret(o, "privateKey", c->private_key, view);
	put_secret(o, "privateKeyPassphrase", c->private_key_passphrase, view);
	json_object_set_new(
		o, "hostKeys", texts_to_json(c->host_keys, c->host_key_count));
	json_object_set_new(o, "fsync", json_boolean(c->fsync));
}

static void put_ftp(json_t *o, const struct connection *c)
{
	put_text(o, "tls", connection_tls_name(c->tls));
	put_text(o, "caCertificates", c->ca_certificates);
}

static json_t *information_to_json(
	const struct connection *c, enum connection_view view)
{
	json_t *o = json_object();

	put_text(o, "hostname", c->hostname);
	put_uint(o, "port", c->port);
	put_text(o, "username", c->username);
	put_secret(o, "password", c->password, view);
	if (c->type == CONNECTION_FTP)
		put_ftp(o, c);
	else
		put_sftp(o, c, view);
	put_limits(o, c);
	return o;
}

json_t *connection_to_json(
	const struct connection *c, enum connection_view view)
{
	json_t *o = json_object(), *configuration = json_object();
	char id[UUID_TEXT_SIZE];

	put_text(o, "id", uuid_format(c->id, id));
	put_text(o, "name", c->name);
	json_object_set_new(o, "active", json_boolean(c->active));
	json_object_set_new(o, "createdAt", time_to_json(c->created_at));
	json_object_set_new(o, "updatedAt", time_to_json(c->updated_at));
	put_text(configuration, "type", connection_type_name(c->type));
	json_object_set_new(configuration, "connectionInformation",
		information_to_json(c, view));
	json_object_set_new(o, "clientConfiguration", configuration);
	return o;
}

struct connection *connection_from_stored(const json_t *stored)
{
	const json_t *id = json_object_get(stored, "id");
	struct arena arena = { 0 };
	struct connection *c;
	struct faults faults;

	faults_init(&faults, &arena);
	c = connection_from_json(stored, NULL, &faults);
	arena_release(&arena);
	if (c == NULL)
		return NULL;
	c->created_at = stored_time(stored, "createdAt");
	c->updated_at = stored_time(stored, "updatedAt");
	if (json_is_string(id) && uuid_parse(json_text(id), &c->id))
		return c;
	connection_destroy(c);
	return NULL;
}
