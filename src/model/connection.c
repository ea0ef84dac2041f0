#include "sluice/model/connection.h"

#include <stddef.h>
#include <stdlib.h>

#include "json_read.h"
#include "sluice/base/mem.h"

#define SECRET_MAX (64u << 10)
#define HOST_MAX   253
#define CA_MAX     (256u << 10)

static const struct {
	const char *name;
	bool served;
} types[CONNECTION_TYPE_COUNT] = {
	[CONNECTION_SFTP] = { "SFTP_CLIENT", true },
	[CONNECTION_FTP] = { "FTP_CLIENT", true },
	[CONNECTION_API] = { "API_CLIENT", false },
	[CONNECTION_API_OAUTH2] = { "API_OAUTH2_CLIENT", false },
};

static const struct {
	const char *name;
	uint16_t port;
} tls_kinds[CONNECTION_TLS_COUNT] = {
	[CONNECTION_TLS_EXPLICIT] = { "EXPLICIT", 21 },
	[CONNECTION_TLS_IMPLICIT] = { "IMPLICIT", 990 },
	[CONNECTION_TLS_NONE] = { "NONE", 21 },
};

const char *connection_type_name(enum connection_type t)
{
	must(t < CONNECTION_TYPE_COUNT);
	return types[t].name;
}

const char *connection_tls_name(enum connection_tls t)
{
	must(t < CONNECTION_TLS_COUNT);
	return tls_kinds[t].name;
}

static void read_type(struct faults *f, const struct path *p,
	const json_t *value, void *target)
{
	struct str name = json_is_string(value) ? json_text(value) : STR("");

	for (size_t t = 0; t < CONNECTION_TYPE_COUNT; t++) {
		if (!str_eq(name, str_of(types[t].name)))
			continue;
		((struct connection *)target)->type = (enum connection_type)t;
		if (!types[t].served)
			fault_at(f, p, FAULT_INVALID,
				"%s is not served by this version yet",
				types[t].name);
		return;
	}
	fault_at(f, p, FAULT_INVALID,
		"must be one of SFTP_CLIENT, FTP_CLIENT, API_CLIENT, "
		"API_OAUTH2_CLIENT");
}

static bool is_host_char(char c, bool is_ipv6)
{
	bool digit = c >= '0' && c <= '9';
	bool hex = (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
	bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

	if (is_ipv6)
		return digit || hex || c == ':' || c == '.';
	return digit || letter || c == '.' || c == '-' || c == '_';
}

/* A name or an address; no URL, no user, no port. */
static bool is_host(struct str s)
{
	bool is_ipv6 = s.len > 0 && memchr(s.ptr, ':', s.len) != NULL;

	if (s.len == 0 || s.len > HOST_MAX || s.ptr[0] == '.' ||
		s.ptr[0] == '-')
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (!is_host_char(s.ptr[i], is_ipv6) ||
			(s.ptr[i] == '.' && i > 0 && s.ptr[i - 1] == '.'))
			return false;
	return true;
}

static void read_hostname(struct faults *f, const struct path *p,
	const json_t *value, void *target)
{
	struct connection *c = target;

	if (json_is_string(value) && is_host(json_text(value)))
		c->hostname = mem_strdup(json_string_value(value));
	else
		fault_at(f, p, FAULT_INVALID,
			"must be a host name or an IP address");
}

/* "SHA256:" and base64; the padding may follow.  One that is too short matches
 * no key, and the connection's test then shows the right one beside it. */
static bool is_fingerprint(struct str s)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "abcdefghijklmnopqrstuvwxyz"
				       "0123456789+/";
	const size_t head = sizeof "SHA256:" - 1, most = 43;

	if (s.len > 0 && s.ptr[s.len - 1] == '=')
		s.len--;
	return s.len > head && s.len <= head + most &&
	       memcmp(s.ptr, "SHA256:", head) == 0 &&
	       strspn(s.ptr + head, alphabet) == s.len - head;
}

static void read_host_keys(struct faults *f, const struct path *p,
	const json_t *value, void *target)
{
	struct connection *c = target;
	struct texts keys = { 0 };

	texts_read(f, p, value, 255, &keys);
	c->host_keys = keys.list;
	c->host_key_count = keys.count;
	for (size_t i = 0; i < keys.count; i++) {
		struct path at = { .up = p, .index = i };
		char *padding = strchr(keys.list[i], '=');

		if (!is_fingerprint(str_of(keys.list[i])))
			fault_at(f, &at, FAULT_INVALID,
				"must look like SHA256: and up to 43 "
				"characters of base64, as ssh-keygen -l shows "
				"it");
		else if (padding != NULL)
			*padding = '\0';
	}
}

static void read_allowed_hosts(struct faults *f, const struct path *p,
	const json_t *value, void *target)
{
	struct connection *c = target;
	struct texts hosts = { 0 };

	texts_read(f, p, value, HOST_MAX, &hosts);
	c->allowed_hosts = hosts.list;
	c->allowed_host_count = hosts.count;
	for (size_t i = 0; i < hosts.count; i++) {
		struct path at = { .up = p, .index = i };

		if (!is_host(str_of(hosts.list[i])))
			fault_at(f, &at, FAULT_INVALID,
				"must be a host name or an IP address");
	}
}

static void read_tls(struct faults *f, const struct path *p,
	const json_t *value, void *target)
{
	struct str name = json_is_string(value) ? json_text(value) : STR("");

	for (size_t t = 0; t < CONNECTION_TLS_COUNT; t++)
		if (str_eq(name, str_of(tls_kinds[t].name))) {
			((struct connection *)target)->tls =
				(enum connection_tls)t;
			return;
		}
	fault_at(
		f, p, FAULT_INVALID, "must be one of EXPLICIT, IMPLICIT, NONE");
}

/* Whether they can be read, the test of the connection tells. */
static void read_ca_certificates(struct faults *f, const struct path *p,
	const json_t *value, void *target)
{
	struct str text = json_is_string(value) ? json_text(value) : STR("");

	if (text.len <= CA_MAX &&
		memmem(text.ptr, text.len, "-----BEGIN CERTIFICATE-----", 27) &&
		memmem(text.ptr, text.len, "-----END CERTIFICATE-----", 25))
		((struct connection *)target)->ca_certificates =
			mem_dup(text.ptr, text.len);
	else
		fault_at(f, p, FAULT_INVALID,
			"must be certificates in PEM form (-----BEGIN "
			"CERTIFICATE-----), at most %u KiB",
			CA_MAX >> 10);
}

#define AT(member) offsetof(struct connection, member)
#define SECONDS(k, m)                                                          \
	{                                                                      \
		.key = (k), .type = FORM_UINT, .offset = AT(timeouts.m),       \
		.min = 1, .max = 3600                                          \
	}

static const struct form_field timeout_fields[] = {
	SECONDS("resolve", resolve),
	SECONDS("connect", connect),
	SECONDS("handshake", handshake),
	SECONDS("authenticate", authenticate),
	SECONDS("open", open),
	SECONDS("idle", idle),
	SECONDS("close", close),
	SECONDS("keepalive", keepalive),
	SECONDS("poolIdle", pool_idle),
};

static const struct form_field breaker_fields[] = {
	{ .key = "failures",
		.type = FORM_UINT,
		.required = true,
		.offset = AT(breaker_failures),
		.min = 1,
		.max = 1000 },
};

static void read_information(struct faults *f, const struct path *p,
	const json_t *value, void *target);

/* What each type of connection takes. */
#define HOST_FIELDS                                                            \
	{ .key = "type", .type = FORM_IGNORED }, /* read_information() */      \
		{ .key = "hostname",                                           \
			.type = FORM_READ,                                     \
			.required = true,                                      \
			.read = read_hostname },                               \
		{ .key = "port",                                               \
			.type = FORM_UINT16,                                   \
			.offset = AT(port),                                    \
			.min = 1,                                              \
			.max = 65535 },                                        \
		{ .key = "username",                                           \
			.type = FORM_TEXT,                                     \
			.required = true,                                      \
			.offset = AT(username),                                \
			.min = 1,                                              \
			.max = 255 },                                          \
		SECRET("password", password)

#define SECRET(k, m)                                                           \
	{                                                                      \
		.key = (k), .type = FORM_SECRET, .offset = AT(m), .min = 1,    \
		.max = SECRET_MAX                                              \
	}

#define LIMIT_FIELDS(concurrent_max)                                           \
	{ .key = "maxConcurrent",                                              \
		.type = FORM_UINT,                                             \
		.offset = AT(max_concurrent),                                  \
		.min = 1,                                                      \
		.max = (concurrent_max) },                                     \
		{ .key = "timeouts",                                           \
			.type = FORM_OBJECT,                                   \
			FORM_FIELDS(timeout_fields) },                         \
		{ .key = "circuitBreaker",                                     \
			.type = FORM_OBJECT,                                   \
			FORM_FIELDS(breaker_fields) },                         \
		{ .key = "requestsPerSecond",                                  \
			.type = FORM_UINT,                                     \
			.offset = AT(requests_per_second),                     \
			.min = 1,                                              \
			.max = 100000 },                                       \
		{ .key = "allowedHosts",                                       \
			.type = FORM_READ,                                     \
			.read = read_allowed_hosts },                          \
	{                                                                      \
		.key = "allowPrivateNetworks", .type = FORM_BOOL,              \
		.offset = AT(allow_private_networks)                           \
	}

static const struct form_field sftp_fields[] = {
	HOST_FIELDS,
	SECRET("privateKey", private_key),
	SECRET("privateKeyPassphrase", private_key_passphrase),
	{ .key = "hostKeys", .type = FORM_READ, .read = read_host_keys },
	{ .key = "fsync", .type = FORM_BOOL, .offset = AT(fsync) },
	LIMIT_FIELDS(1024),
};

static const struct form_field ftp_fields[] = {
	HOST_FIELDS,
	{ .key = "tls", .type = FORM_READ, .read = read_tls },
	{ .key = "caCertificates",
		.type = FORM_READ,
		.read = read_ca_certificates },
	LIMIT_FIELDS(16),
};

static const struct {
	const struct form_field *fields;
	size_t count;
} forms[CONNECTION_TYPE_COUNT] = {
	[CONNECTION_SFTP] = { FORM_FIELDS(sftp_fields) },
	[CONNECTION_FTP] = { FORM_FIELDS(ftp_fields) },
};

static void read_information(struct faults *f, const struct path *p,
	const json_t *value, void *target);

static const struct form_field configuration_fields[] = {
	{ .key = "type",
		.type = FORM_READ,
		.required = true,
		.read = read_type },
	{ .key = "connectionInformation",
		.type = FORM_READ,
		.required = true,
		.read = read_information },
};

static const struct form_field connection_fields[] = {
	{ .key = "id", .type = FORM_IGNORED },
	{ .key = "createdAt", .type = FORM_IGNORED },
	{ .key = "updatedAt", .type = FORM_IGNORED },
	{ .key = "name",
		.type = FORM_TEXT,
		.required = true,
		.offset = AT(name),
		.min = 1,
		.max = 200 },
	{ .key = "active", .type = FORM_BOOL, .offset = AT(active) },
	{ .key = "clientConfiguration",
		.type = FORM_OBJECT,
		.required = true,
		FORM_FIELDS(configuration_fields) },
};

/* The information may repeat the type (facts.md 2.3).  That of a type which
 * isn't served yet is left unread: its keys are not in the table. */
static void read_information(struct faults *f, const struct path *p,
	const json_t *value, void *target)
{
	const struct connection *c = target;
	const json_t *type = json_object_get(value, "type");
	struct path at = { .up = p, .key = "type" };

	if (!types[c->type].served)
		return;
	if (type != NULL && !json_is_null(type) &&
		!(json_is_string(type) &&
			str_eq(json_text(type), str_of(types[c->type].name))))
		fault_at(f, &at, FAULT_INVALID,
			"differs from clientConfiguration.type");
	form_read(f, p, forms[c->type].fields, forms[c->type].count, value,
		target);
}

/* The secrets, by name and member. */
static const struct {
	const char *key;
	size_t offset;
} secrets[] = {
	{ "password", AT(password) },
	{ "privateKey", AT(private_key) },
	{ "privateKeyPassphrase", AT(private_key_passphrase) },
};

static char *secret_of(const struct connection *c, size_t i)
{
	return *(char *const *)(const void *)((const char *)c +
					      secrets[i].offset);
}

/* "***" stands for the secret that is stored. */
static void keep_secrets(struct connection *c, const struct connection *old,
	const struct path *information, struct faults *f)
{
	for (size_t i = 0; i < ARRAY_LEN(secrets); i++) {
		struct path at = { .up = information, .key = secrets[i].key };
		char **now = (void *)((char *)c + secrets[i].offset);
		const char *before = old == NULL ? NULL : secret_of(old, i);

		if (*now == NULL || strcmp(*now, SECRET_MASK) != 0)
			continue;
		if (before == NULL) {
			fault_at(f, &at, FAULT_INVALID,
				"%s keeps a stored secret, but none is stored",
				SECRET_MASK);
			continue;
		}
		mem_free_secret(*now);
		*now = mem_strdup(before);
	}
}

static void choose_port(struct connection *c)
{
	if (c->port == 0)
		c->port =
			c->type == CONNECTION_FTP ? tls_kinds[c->tls].port : 22;
}

static void check_private_key(const struct connection *c,
	const struct path *information, struct faults *f)
{
	struct path at = { .up = information, .key = "privateKey" };
	const char *key = c->private_key;

	if (key == NULL || strcmp(key, SECRET_MASK) == 0)
		return;
	/* Whether the rest of it is one, the step authenticate tells. */
	if (strstr(key, "-----BEGIN ") == NULL ||
		strstr(key, "PRIVATE KEY-----") == NULL)
		fault_at(f, &at, FAULT_INVALID,
			"must be a private key in PEM form (-----BEGIN ... "
			"PRIVATE KEY-----)");
}

struct connection *connection_from_json(
	const json_t *body, const struct connection *old, struct faults *faults)
{
	struct path configuration = { .key = "clientConfiguration" };
	struct path information = { .up = &configuration,
		.key = "connectionInformation" };
	struct connection *c = mem_alloc(sizeof *c);

	c->active = true;
	c->fsync = true;
	c->allow_private_networks = true;
	form_read(faults, NULL, connection_fields, ARRAY_LEN(connection_fields),
		body, c);
	choose_port(c);
	keep_secrets(c, old, &information, faults);
	check_private_key(c, &information, faults);
	if (!faults_any(faults))
		return c;
	connection_destroy(c);
	return NULL;
}

void connection_destroy(struct connection *c)
{
	if (c == NULL)
		return;
	free(c->name);
	free(c->hostname);
	free(c->username);
	for (size_t i = 0; i < ARRAY_LEN(secrets); i++)
		mem_free_secret(secret_of(c, i));
	free(c->ca_certificates);
	texts_free(c->host_keys, c->host_key_count);
	texts_free(c->allowed_hosts, c->allowed_host_count);
	free(c);
}
