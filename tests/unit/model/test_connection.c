/* Connections: each fault, secrets, and the way into the store and back. */
#include "faults.h"

#include "sluice/model/connection.h"

#define KEY "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define BODY(information)                                                      \
	"{'name':'erp','clientConfiguration':{'type':'SFTP_CLIENT',"           \
	"'connectionInformation':{" information "}}}"
#define INFO "clientConfiguration.connectionInformation."
#define FTP(more)                                                              \
	"{'name':'erp','clientConfiguration':{'type':'FTP_CLIENT',"            \
	"'connectionInformation':{'hostname':'h','username':'u'," more "}}}"
#define PEM  "-----BEGIN CERTIFICATE-----\\nx\\n-----END CERTIFICATE-----\\n"
#define HOST "'hostname':'h','username':'u'"

static struct connection *read_connection(const char *text,
	const struct connection *old, const char *faults_wanted)
{
	struct arena arena = { 0 };
	struct faults faults;
	json_t *body = json_of(text);
	struct connection *c;

	faults_init(&faults, &arena);
	c = connection_from_json(body, old, &faults);
	expect_faults(&faults, faults_wanted);
	assert_int_equal(c == NULL, *faults_wanted != '\0');
	json_decref(body);
	arena_release(&arena);
	return c;
}

static void faults_of_bodies(void **state)
{
	static const struct {
		const char *body, *faults;
	} cases[] = {
		{ "[]", "INVALID_VALUE " },
		{ "{}", "REQUIRED name; REQUIRED clientConfiguration" },
		{ "{'name':' ','clientConfiguration':{}}",
			"REQUIRED name; REQUIRED clientConfiguration.type; "
			"REQUIRED clientConfiguration.connectionInformation" },
		{ BODY(""), "REQUIRED " INFO "hostname; REQUIRED " INFO
			    "username" },
		{ BODY(HOST ",'hostnam':'x'"),
			"UNKNOWN_FIELD " INFO "hostnam" },
		{ BODY("'hostname':'sftp://h','username':'u'"),
			"INVALID_VALUE " INFO "hostname" },
		{ BODY("'hostname':'a..b','username':'u'"),
			"INVALID_VALUE " INFO "hostname" },
		{ BODY("'hostname':'-oProxy','username':'u'"),
			"INVALID_VALUE " INFO "hostname" },
		{ BODY("'hostname':'h','username':'u\\nx'"),
			"INVALID_VALUE " INFO "username" },
		{ BODY(HOST ",'port':0"), "INVALID_VALUE " INFO "port" },
		{ BODY(HOST ",'port':65536"), "INVALID_VALUE " INFO "port" },
		{ BODY(HOST ",'port':'22'"), "INVALID_VALUE " INFO "port" },
		{ BODY(HOST ",'password':'***'"),
			"INVALID_VALUE " INFO "password" },
		{ BODY(HOST ",'privateKey':'x'"),
			"INVALID_VALUE " INFO "privateKey" },
		{ BODY(HOST ",'hostKeys':['" KEY "','MD5:00']"),
			"INVALID_VALUE " INFO "hostKeys[1]" },
		{ BODY(HOST ",'hostKeys':'" KEY "'"),
			"INVALID_VALUE " INFO "hostKeys" },
		{ BODY(HOST ",'timeouts':{'connect':0,'conect':1}"),
			"INVALID_VALUE " INFO "timeouts.connect; "
			"UNKNOWN_FIELD " INFO "timeouts.conect" },
		{ BODY(HOST ",'maxConcurrent':1025"),
			"INVALID_VALUE " INFO "maxConcurrent" },
		{ BODY(HOST ",'circuitBreaker':{}"),
			"REQUIRED " INFO "circuitBreaker.failures" },
		{ BODY(HOST ",'allowedHosts':['a b']"),
			"INVALID_VALUE " INFO "allowedHosts[0]" },
		{ BODY(HOST ",'type':'API_CLIENT'"),
			"INVALID_VALUE " INFO "type" },
		{ FTP("'tls':true"), "INVALID_VALUE " INFO "tls" },
		{ FTP("'tls':'SOME'"), "INVALID_VALUE " INFO "tls" },
		{ FTP("'caCertificates':'x'"),
			"INVALID_VALUE " INFO "caCertificates" },
		{ FTP("'hostKeys':['" KEY "'],'privateKey':'x','fsync':true"),
			"UNKNOWN_FIELD " INFO "hostKeys; UNKNOWN_FIELD " INFO
			"privateKey; UNKNOWN_FIELD " INFO "fsync" },
		{ FTP("'maxConcurrent':17"),
			"INVALID_VALUE " INFO "maxConcurrent" },
		{ BODY(HOST ",'tls':'NONE'"), "UNKNOWN_FIELD " INFO "tls" },
		{ "{'name':'x','clientConfiguration':{'type':'API_CLIENT',"
		  "'connectionInformation':{'baseUrl':true}}}",
			"INVALID_VALUE clientConfiguration.type" },
		{ "{'name':'x','clientConfiguration':{'type':'SFTP',"
		  "'connectionInformation':{" HOST "}}}",
			"INVALID_VALUE clientConfiguration.type" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		read_connection(cases[i].body, NULL, cases[i].faults);
}

static void defaults(void **state)
{
	struct connection *c = read_connection(BODY(HOST), NULL, "");

	(void)state;
	assert_true(c->active);
	assert_true(c->fsync);
	assert_true(c->allow_private_networks);
	assert_int_equal(c->port, 22);
	assert_int_equal(c->max_concurrent, 0);
	assert_int_equal(c->timeouts.connect, 0);
	assert_null(c->password);
	connection_destroy(c);
}

static struct connection *full(void)
{
	struct connection *c = read_connection(
		BODY("'type':'SFTP_CLIENT','hostname':'2001:db8::1',"
		     "'username':'u','port':2222,'password':'p',"
		     "'privateKey':'-----BEGIN OPENSSH PRIVATE KEY-----\\nx\\n"
		     "-----END OPENSSH PRIVATE KEY-----\\n',"
		     "'privateKeyPassphrase':'q','hostKeys':['" KEY "='],"
		     "'fsync':false,'maxConcurrent':7,'timeouts':{'connect':3,"
		     "'poolIdle':9},'circuitBreaker':{'failures':5},"
		     "'requestsPerSecond':8,'allowedHosts':['a.example'],"
		     "'allowPrivateNetworks':false"),
		NULL, "");

	c->created_at = NOW;
	c->updated_at = NOW + 1;
	c->id.bytes[0] = 1;
	return c;
}

static void stored_and_back(void **state)
{
	struct connection *c = full(), *again;
	json_t *first = connection_to_json(c, CONNECTION_STORED), *second;

	(void)state;
	assert_string_equal(c->host_keys[0], KEY);
	again = connection_from_stored(first);
	assert_non_null(again);
	assert_true(uuid_eq(c->id, again->id));
	second = connection_to_json(again, CONNECTION_STORED);
	assert_true(json_equal(first, second));
	json_decref(second);
	json_object_del(first, "id");
	assert_null(connection_from_stored(first));
	json_decref(first);
	connection_destroy(c);
	connection_destroy(again);
	assert_null(connection_from_stored(NULL));
}

static void secrets_are_masked_and_kept(void **state)
{
	struct connection *c = full(), *again;
	json_t *masked = connection_to_json(c, CONNECTION_MASKED);
	char *text = json_dumps(masked, JSON_COMPACT);

	(void)state;
	assert_non_null(strstr(text, "\"password\":\"***\""));
	assert_null(strstr(text, "BEGIN"));
	/* What GET showed can be put back. */
	again = read_connection(text, c, "");
	assert_string_equal(again->password, "p");
	assert_string_equal(again->private_key, c->private_key);
	assert_string_equal(again->private_key_passphrase, "q");
	connection_destroy(again);
	/* A PUT is a full replacement: what it leaves out is gone. */
	again = read_connection(BODY(HOST), c, "");
	assert_null(again->password);
	free(text);
	json_decref(masked);
	connection_destroy(again);
	connection_destroy(c);
}

static void ftp_connections(void **state)
{
	static const struct {
		const char *body;
		uint16_t port;
		enum connection_tls tls;
	} cases[] = {
		{ FTP("'password':'p'"), 21, CONNECTION_TLS_EXPLICIT },
		{ FTP("'tls':'IMPLICIT'"), 990, CONNECTION_TLS_IMPLICIT },
		{ FTP("'tls':'NONE','port':2121"), 2121, CONNECTION_TLS_NONE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct connection *c = read_connection(cases[i].body, NULL, "");

		assert_int_equal(c->port, cases[i].port);
		assert_int_equal(c->tls, cases[i].tls);
		connection_destroy(c);
	}
}

static void ftp_connections_stored_and_back(void **state)
{
	struct connection *c = read_connection(
		FTP("'tls':'IMPLICIT','password':'p','caCertificates':'" PEM
		    "','timeouts':{'idle':3},'maxConcurrent':3"),
		NULL, "");
	json_t *stored, *masked = connection_to_json(c, CONNECTION_MASKED);
	char *text = json_dumps(masked, JSON_COMPACT);
	struct connection *again;

	(void)state;
	c->id.bytes[0] = 1;
	stored = connection_to_json(c, CONNECTION_STORED);
	assert_non_null(strstr(text, "\"password\":\"***\""));
	assert_non_null(strstr(text, "\"tls\":\"IMPLICIT\""));
	assert_non_null(strstr(text, "BEGIN CERTIFICATE"));
	assert_null(strstr(text, "hostKeys"));
	again = connection_from_stored(stored);
	assert_non_null(again);
	assert_string_equal(again->ca_certificates, c->ca_certificates);
	assert_string_equal(again->password, "p");
	assert_int_equal(again->tls, CONNECTION_TLS_IMPLICIT);
	free(text);
	json_decref(stored);
	json_decref(masked);
	connection_destroy(again);
	connection_destroy(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(faults_of_bodies),
		cmocka_unit_test(defaults),
		cmocka_unit_test(stored_and_back),
		cmocka_unit_test(secrets_are_masked_and_kept),
		cmocka_unit_test(ftp_connections),
		cmocka_unit_test(ftp_connections_stored_and_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
