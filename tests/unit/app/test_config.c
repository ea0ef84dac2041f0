#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "sluice/app/config.h"
#include "sluice/base/must.h"

/* Loads and gives the faults, one per line. */
static char *load(struct config *config, const struct config_source *from)
{
	struct config_faults faults = { 0 };
	struct buf out = buf_make(1 << 20);
	bool good = config_load(config, from, &faults);

	assert_int_equal(good, faults.errors == 0);
	for (size_t i = 0; i < faults.count; i++) {
		config_fault_format(&faults.items[i], &out);
		buf_char(&out, '\n');
	}
	config_faults_release(&faults);
	return buf_take(&out);
}

static void check_faults(const struct config_source *from, const char *expected)
{
	struct config config;
	char *got = load(&config, from);

	assert_string_equal(got, expected);
	free(got);
	config_release(&config);
}

static void check_text(const char *text, const char *expected)
{
	check_faults(
		&(struct config_source){ .file = "f", .text = str_of(text) },
		expected);
}

static struct config good(const struct config_source *from)
{
	struct config config;
	char *got = load(&config, from);

	assert_string_equal(got, "");
	free(got);
	return config;
}

static struct config good_text(const char *text)
{
	return good(
		&(struct config_source){ .file = "f", .text = str_of(text) });
}

static void every_key_has_a_default(void **state)
{
	struct config c = good_text("{}");

	(void)state;
	assert_string_equal(c.listen, "127.0.0.1:8480");
	assert_string_equal(c.listen_host, "127.0.0.1");
	assert_int_equal(c.listen_port, 8480);
	assert_string_equal(c.data_dir, "./data");
	assert_false(c.multi_store);
	assert_int_equal(c.log.level, LOG_INFO);
	assert_int_equal(c.log.format, LOG_TEXT);
	assert_string_equal(c.log.file, "");
	assert_string_equal(c.tls.certificate, "");
	assert_true(c.limits.request_body == 8u << 20);
	assert_true(c.limits.map_size == UINT64_C(64) << 30);
	assert_int_equal(c.limits.connections, 1024);
	assert_int_equal(c.limits.connections_per_address, 0);
	assert_int_equal(c.limits.request_timeout_seconds, 60);
	assert_int_equal(c.limits.requests_per_second, 0);
	assert_int_equal(c.retention.history_days, 90);
	assert_int_equal(c.retention.history_count, 1000000);
	assert_int_equal(c.retry.max_retries, 5);
	assert_int_equal(c.retry.interval_seconds, 900);
	assert_int_equal(c.http.allowed_hosts.count, 0);
	assert_int_equal(c.sftp.max_files, 128);
	assert_int_equal(c.shutdown.grace_seconds, 10);
	config_release(&c);
}

static void the_file_sets_every_type(void **state)
{
	struct config c = good_text(
		"{\"listen\":\"[::1]:0\",\"dataDir\":\"/d\\u00e9\","
		"\"multiStore\":true,\"log\":{\"level\":\"debug\","
		"\"format\":\"json\",\"file\":\"x.log\"},"
		"\"limits\":{\"requestBody\":4096,\"bulkBody\":\"2 GiB\","
		"\"connections\":7},\"http\":{\"allowedHosts\":[\"a\",\"b\"]},"
		"\"tls\":{\"certificate\":\"c.pem\",\"key\":\"k.pem\"}}");

	(void)state;
	assert_string_equal(c.listen_host, "::1");
	assert_int_equal(c.listen_port, 0);
	assert_string_equal(c.data_dir, "/d\xC3\xA9");
	assert_true(c.multi_store);
	assert_int_equal(c.log.level, LOG_DEBUG);
	assert_int_equal(c.log.format, LOG_JSON);
	assert_string_equal(c.log.file, "x.log");
	assert_true(c.limits.request_body == 4096);
	assert_true(c.limits.bulk_body == UINT64_C(2) << 30);
	assert_int_equal(c.limits.connections, 7);
	assert_int_equal(c.http.allowed_hosts.count, 2);
	assert_string_equal(c.http.allowed_hosts.items[1], "b");
	assert_string_equal(c.tls.key, "k.pem");
	config_release(&c);
}

static const struct {
	const char *text, *faults;
} bad_files[] = {
	/* Syntax: the scanner's words and place. */
	{ "", "f:1:1: expected a value, found the end of the text\n" },
	{ "{\n \"listen\" \"x\"}",
		"f:2:11: expected ':' after the key, found '\"'\n" },
	{ "{\"multiStore\":true}}",
		"f:1:20: expected nothing more after the value, found '}'\n" },
	{ "[]", "f:1:1: the configuration must be an object, not a list\n" },
	/* Unknown keys. */
	{ "{\"log\":\n{\"levle\":{\"a\":[1]}}}",
		"f:2:2: unknown key log.levle, did you mean log.level?\n" },
	{ "{\"lgo\":{}}", "f:1:2: unknown key lgo, did you mean log?\n" },
	{ "{\"historyDays\":1}", "f:1:2: unknown key historyDays, did you mean "
				 "retention.historyDays?\n" },
	{ "{\"zzzzqqq\":1}", "f:1:2: unknown key zzzzqqq\n" },
	{ "{\"log.level\":\"info\"}",
		"f:1:2: unknown key log.level: dots mean nesting, as in "
		"{\"log\": {\"level\": \"info\"}}\n" },
	{ "{\"listen\\u0000\":1}",
		"f:1:2: unknown key listen, did you mean listen?\n" },
	/* Duplicates. */
	{ "{\"listen\":\"1.2.3.4:5\",\n\"listen\":7}",
		"f:2:1: duplicate key listen, it is on line 1 already\n" },
	{ "{\"log\":{},\n\"log\":{}}",
		"f:2:1: duplicate key log, it is on line 1 already\n" },
	/* Types. */
	{ "{\"listen\":8480}", "f:1:11: listen must be a text, not 8480\n" },
	{ "{\"dataDir\":null}", "f:1:12: dataDir must be a path, not null\n" },
	{ "{\"multiStore\":\"true\"}",
		"f:1:15: multiStore must be true or false, not \"true\"\n" },
	{ "{\"log\":\"info\"}",
		"f:1:8: log must be an object, not \"info\"\n" },
	{ "{\"listen\":{\"a\":1}}",
		"f:1:11: listen must be a text, not an object\n" },
	{ "{\"retry\":{\"maxRetries\":\"3\"}}",
		"f:1:24: retry.maxRetries must be a whole number from 0 to "
		"100, not \"3\"\n" },
	{ "{\"retry\":{\"maxRetries\":1e1}}",
		"f:1:24: retry.maxRetries must be a whole number from 0 to "
		"100, not 1e1\n" },
	{ "{\"http\":{\"allowedHosts\":\"a\"}}",
		"f:1:25: http.allowedHosts must be a list of texts, not "
		"\"a\"\n" },
	{ "{\"http\":{\"allowedHosts\":[\"a\",[1],\"\"]}}",
		"f:1:30: http.allowedHosts must hold up to 256 texts that are "
		"not empty, not a list\n"
		"f:1:34: http.allowedHosts must hold up to 256 texts that are "
		"not empty, not \"\"\n" },
	/* Ranges and names. */
	{ "{\"retry\":{\"maxRetries\":101,\"intervalSeconds\":0}}",
		"f:1:24: retry.maxRetries must be a whole number from 0 to "
		"100, not 101\n"
		"f:1:46: retry.intervalSeconds must be a whole number from 1 "
		"to 604800 seconds, not 0\n" },
	{ "{\"retry\":{\"maxRetries\":-1}}",
		"f:1:24: retry.maxRetries must be a whole number from 0 to "
		"100, not -1\n" },
	{ "{\"limits\":{\"header\":\"32KB\"}}",
		"f:1:21: limits.header must be a size from 4KiB to 1MiB "
		"(8388608 or \"8MiB\"), not \"32KB\"\n" },
	{ "{\"limits\":{\"mapSize\":99999999999999999999}}",
		"f:1:22: limits.mapSize must be a size from 16MiB to 16TiB "
		"(8388608 or \"8MiB\"), not 99999999999999999999\n" },
	{ "{\"limits\":{\"mapSize\":\"18446744073709551615TiB\"}}",
		"f:1:22: limits.mapSize must be a size from 16MiB to 16TiB "
		"(8388608 or \"8MiB\"), not \"18446744073709551615TiB\"\n" },
	{ "{\"log\":{\"level\":\"inof\"}}",
		"f:1:17: log.level must be error, warn, info or debug, not "
		"\"inof\", did you mean info?\n" },
	{ "{\"dataDir\":\"a\\u0000b\"}",
		"f:1:12: dataDir must be a path, not \"a\"\n" },
	/* What several values tell. */
	{ "{\"listen\":\"localhost:80\"}",
		"f:1:11: listen must be a numeric address and a port, as in "
		"127.0.0.1:8480 or [::1]:8480, not \"localhost:80\"\n" },
	{ "{\"dataDir\":\"\"}", "f:1:12: dataDir must not be empty\n" },
	{ "{\"tls\":{\"certificate\":\"c\"}}",
		"f:1:23: tls.certificate is set, so tls.key must be set, "
		"too\n" },
	{ "{\"tls\":{\"key\":\"c\"}}",
		"f:1:15: tls.key is set, so tls.certificate must be set, "
		"too\n" },
	{ "{\"limits\":{\"bulkBody\":\"1KiB\"}}",
		"f:1:23: limits.row must not be above limits.bulkBody "
		"(1KiB)\n" },
};

static void faults_of_a_file(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad_files); i++)
		check_text(bad_files[i].text, bad_files[i].faults);
}

static void all_faults_are_reported(void **state)
{
	(void)state;
	check_text("{\n\"listen\": 1,\n\t\"x\xC3\xA9\": 2, \"multiStore\": 3\n",
		"f:2:11: listen must be a text, not 1\n"
		"f:3:2: unknown key x\xC3\xA9\n"
		"f:3:25: multiStore must be true or false, not 3\n"
		"f:4:1: expected ',' or '}', found the end of the text\n");
}

static void a_flood_of_faults_is_cut(void **state)
{
	struct buf text = buf_make(1 << 20);
	struct config_faults faults = { 0 };
	struct config config;

	(void)state;
	buf_char(&text, '{');
	for (int i = 0; i < 1000; i++)
		buf_printf(&text, "%s\"zzzz%d\":1", i == 0 ? "" : ",", i);
	buf_char(&text, '}');
	assert_false(config_load(&config,
		&(struct config_source){ .text = buf_view(&text) }, &faults));
	assert_int_equal(faults.errors, 1000);
	assert_int_equal(faults.count, 200);
	config_faults_release(&faults);
	config_release(&config);
	buf_release(&text);
}

static void addresses(void **state)
{
	static const char *const wrong[] = { "", ":", ":80", "1.2.3.4",
		"1.2.3.4:", "1.2.3.4:65536", "1.2.3.4:x", "1.2.3.4:-1",
		"::1:80", "[::1]", "[1.2.3.4]:80", "[]:80", "1.2.3:80",
		"1.2.3.4:80 ", "*:80" };
	struct str host;
	unsigned port;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		assert_false(
			config_split_address(str_of(wrong[i]), &host, &port));
	assert_true(config_split_address(STR("0.0.0.0:65535"), &host, &port));
	assert_true(str_eq(host, STR("0.0.0.0")));
	assert_int_equal(port, 65535);
	assert_true(config_split_address(STR("[fe80::1]:80"), &host, &port));
	assert_true(str_eq(host, STR("fe80::1")));
}

/* Precedence -------------------------------------------------------------- */

static void environment_overrides_the_file(void **state)
{
	char *environment[] = { (char *)"SLUICE_LOG_LEVEL=warn",
		(char *)"SLUICE_LIMITS_MAPSIZE=1GiB",
		(char *)"SLUICE_MULTISTORE=true",
		(char *)"SLUICE_RETRY_MAXRETRIES=0",
		(char *)"SLUICE_HTTP_ALLOWEDHOSTS=a, b.example",
		(char *)"SLUICE_LISTEN=0.0.0.0:1", (char *)"PATH=/bin",
		(char *)"SLUICE_SECRET_KEY=abc", (char *)"nonsense", NULL };
	struct config_override overrides[] = {
		{ "--listen", "listen", "127.0.0.2:2" },
		{ "--data-dir", "dataDir", "/cli" },
	};
	struct config c = good(&(struct config_source){
		.text = STR(
			"{\"log\":{\"level\":\"debug\",\"format\":\"json\"},"
			"\"dataDir\":\"/file\"}"),
		.environment = environment,
		.overrides = overrides,
		.override_count = 2 });

	(void)state;
	assert_int_equal(c.log.level, LOG_WARN);
	assert_int_equal(c.log.format, LOG_JSON);
	assert_true(c.limits.map_size == 1u << 30);
	assert_true(c.multi_store);
	assert_int_equal(c.retry.max_retries, 0);
	assert_int_equal(c.http.allowed_hosts.count, 2);
	assert_string_equal(c.http.allowed_hosts.items[1], "b.example");
	assert_string_equal(c.listen, "127.0.0.2:2");
	assert_int_equal(c.listen_port, 2);
	assert_string_equal(c.data_dir, "/cli");
	config_release(&c);
}

static void faults_outside_the_file(void **state)
{
	char *environment[] = { (char *)"SLUICE_LOG_LEVLE=info",
		(char *)"SLUICE_MULTISTORE=yes", (char *)"SLUICE_LIMITS_ROW=",
		(char *)"SLUICE_HTTP_ALLOWEDHOSTS=a,,b",
		(char *)"SLUICE_QQQQQQQQ=1", NULL };
	struct config_override override = { "--listen", "listen", "here" };

	(void)state;
	check_faults(&(struct config_source){ .text = STR("{}"),
			     .environment = environment,
			     .overrides = &override,
			     .override_count = 1 },
		"environment: warning: unknown variable SLUICE_LOG_LEVLE, did "
		"you mean SLUICE_LOG_LEVEL?\n"
		"environment: SLUICE_MULTISTORE: multiStore must be true or "
		"false, not \"yes\"\n"
		"environment: SLUICE_LIMITS_ROW: limits.row must be a size "
		"from 1KiB to 64MiB (8388608 or \"8MiB\"), not \"\"\n"
		"environment: SLUICE_HTTP_ALLOWEDHOSTS: http.allowedHosts must "
		"be a list of texts, not \"a,,b\"\n"
		"environment: warning: unknown variable SLUICE_QQQQQQQQ\n"
		"command line: --listen: listen must be a numeric address and "
		"a port, as in 127.0.0.1:8480 or [::1]:8480, not \"here\"\n");
}

/* Files ------------------------------------------------------------------- */

static char folder[] = "/tmp/sluice-test-config-XXXXXX";

static int enter_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) == NULL || chdir(folder) != 0;
}

static int leave_folder(void **state)
{
	(void)state;
	return chdir("/") != 0 || rmdir(folder) != 0;
}

static void put_file(const char *name, const char *text)
{
	FILE *f = fopen(name, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void the_default_file_may_be_missing(void **state)
{
	struct config c = good(&(struct config_source){ 0 });

	(void)state;
	config_release(&c);
	put_file("sluice.json", "{\"listen\":\"127.0.0.1:7\"}");
	c = good(&(struct config_source){ 0 });
	assert_int_equal(c.listen_port, 7);
	config_release(&c);
	unlink("sluice.json");
}

static void a_named_file_must_exist(void **state)
{
	(void)state;
	check_faults(&(struct config_source){ .file = "no.json" },
		"no.json: can't read the configuration: No such file or "
		"directory\n");
	check_faults(&(struct config_source){ .file = "." },
		".: can't read the configuration: Is a directory\n");
}

static void a_huge_file_is_refused(void **state)
{
	FILE *f = fopen("big.json", "w");

	(void)state;
	assert_non_null(f);
	assert_int_equal(ftruncate(fileno(f), 2 << 20), 0);
	fclose(f);
	check_faults(&(struct config_source){ .file = "big.json" },
		"big.json: can't read the configuration: longer than 1048576 "
		"bytes\n");
	unlink("big.json");
}

static char *machine(const char *text)
{
	struct config config = good_text(text);
	struct config_faults faults = { 0 };
	struct buf out = buf_make(10000);
	bool all_well = config_check_machine(&config, &faults);

	assert_int_equal(all_well, faults.errors == 0);
	for (size_t i = 0; i < faults.count; i++) {
		config_fault_format(&faults.items[i], &out);
		buf_char(&out, '\n');
	}
	config_faults_release(&faults);
	config_release(&config);
	return buf_take(&out);
}

static void the_machine_is_checked(void **state)
{
	static const struct {
		const char *text, *faults;
	} cases[] = {
		{ "{}", "" },
		{ "{\"dataDir\":\"a/b/c\"}", "" },
		{ "{\"dataDir\":\"a//b/\"}", "" },
		{ "{\"dataDir\":\"plain\"}",
			"this machine: dataDir: plain: is not a folder\n" },
		{ "{\"dataDir\":\"plain/x\"}",
			"this machine: dataDir: plain/x: Not a directory\n" },
		{ "{\"tls\":{\"certificate\":\"plain\",\"key\":\"no.pem\"}}",
			"this machine: tls.key: no.pem: No such file or "
			"directory\n" },
	};

	(void)state;
	put_file("plain", "");
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char *got = machine(cases[i].text);

		assert_string_equal(got, cases[i].faults);
		free(got);
	}
	unlink("plain");
}

/* Reload ------------------------------------------------------------------ */

static void a_reload_reads_the_same_source(void **state)
{
	struct config_override override = { "--data-dir", "dataDir", "/cli" };
	struct config_faults faults = { 0 };
	struct buf names = buf_make(1000);
	struct config running, fresh;

	(void)state;
	put_file("r.json", "{\"listen\":\"127.0.0.1:7\",\"dataDir\":\"x\"}");
	running = good(&(struct config_source){ .file = "r.json",
		.overrides = &override,
		.override_count = 1 });
	put_file("r.json", "{\"listen\":\"127.0.0.1:8\",\"multiStore\":true,"
			   "\"log\":{\"level\":\"debug\"}}");
	assert_true(config_reload(&fresh, &running, &faults));
	assert_string_equal(fresh.data_dir, "/cli");
	assert_int_equal(
		config_changes_needing_restart(&running, &fresh, &names), 2);
	assert_string_equal(names.data, "listen, multiStore");
	config_keep_running(&fresh, &running);
	assert_int_equal(fresh.listen_port, 7);
	assert_false(fresh.multi_store);
	assert_int_equal(fresh.log.level, LOG_DEBUG);
	config_release(&running);
	assert_string_equal(fresh.listen, "127.0.0.1:7");
	config_release(&fresh);
	buf_release(&names);
	config_faults_release(&faults);
	unlink("r.json");
}

/* Documentation ----------------------------------------------------------- */

static void the_documentation_is_up_to_date(void **state)
{
	struct buf wanted = buf_make(1 << 20), found = buf_make(1 << 20);
	FILE *f = fopen(TEST_DIR "/../docs/configuration.md", "r");
	int c;

	(void)state;
	assert_non_null(f);
	while ((c = fgetc(f)) != EOF)
		buf_char(&found, (char)c);
	fclose(f);
	config_write_docs(&wanted);
	/* If not: sluice check --docs > docs/configuration.md */
	assert_string_equal(found.data, wanted.data);
	buf_release(&wanted);
	buf_release(&found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_key_has_a_default),
		cmocka_unit_test(the_file_sets_every_type),
		cmocka_unit_test(faults_of_a_file),
		cmocka_unit_test(all_faults_are_reported),
		cmocka_unit_test(a_flood_of_faults_is_cut),
		cmocka_unit_test(addresses),
		cmocka_unit_test(environment_overrides_the_file),
		cmocka_unit_test(faults_outside_the_file),
		cmocka_unit_test(the_default_file_may_be_missing),
		cmocka_unit_test(a_named_file_must_exist),
		cmocka_unit_test(a_huge_file_is_refused),
		cmocka_unit_test(the_machine_is_checked),
		cmocka_unit_test(a_reload_reads_the_same_source),
		cmocka_unit_test(the_documentation_is_up_to_date),
	};

	return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
