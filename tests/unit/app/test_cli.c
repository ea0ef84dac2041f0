/* Calls that end before a command runs: help, checks, and what is wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "sluice/app/cli.h"
#include "sluice/base/buf.h"
#include "sluice/base/must.h"

#define WORDS_MAX 12

struct result {
	int code;
	char *out, *err;
};

static char *read_all(FILE *f)
{
	struct buf text = buf_make(1 << 20);
	int c;

	rewind(f);
	while ((c = fgetc(f)) != EOF)
		buf_char(&text, (char)c);
	fclose(f);
	return buf_take(&text);
}

/* Sends `to` into a temporary file; *saved is for give_back(). */
static FILE *capture(FILE *to, int *saved)
{
	FILE *f = tmpfile();

	assert_non_null(f);
	fflush(to);
	*saved = dup(fileno(to));
	assert_true(*saved >= 0 && dup2(fileno(f), fileno(to)) >= 0);
	return f;
}

static void give_back(FILE *to, int saved)
{
	fflush(to);
	dup2(saved, fileno(to));
	close(saved);
}

/* `line` is divided at its blanks. */
static struct result call(const char *line)
{
	char copy[256], *words[WORDS_MAX] = { (char *)(uintptr_t) "sluice" };
	int argc = 1, saved_out, saved_err;
	struct result r;
	FILE *out, *err;

	snprintf(copy, sizeof copy, "%s", line);
	for (char *w = strtok(copy, " "); w != NULL; w = strtok(NULL, " "))
		words[argc++] = w;
	out = capture(stdout, &saved_out);
	err = capture(stderr, &saved_err);
	r.code = cli_main(argc, words);
	give_back(stdout, saved_out);
	give_back(stderr, saved_err);
	r.out = read_all(out);
	r.err = read_all(err);
	return r;
}

static void release(struct result r)
{
	free(r.out);
	free(r.err);
}

static const struct {
	const char *line, *err;
} wrong_calls[] = {
	{ "", "sluice: say what to do, as in sluice serve; sluice --help "
	      "lists the commands\n" },
	{ "srve", "sluice: unknown command srve, did you mean serve?\n" },
	{ "qqqqqqq", "sluice: unknown command qqqqqqq; sluice --help lists the "
		     "commands\n" },
	{ "-c x serve",
		"sluice: -c is out of place: the command comes first, as in "
		"sluice serve -c FILE\n" },
	{ "serve --lisen x",
		"sluice: serve: unknown option --lisen, did you mean "
		"--listen?\n" },
	{ "serve --qqqqq=1",
		"sluice: serve: unknown option --qqqqq; sluice serve --help "
		"lists the options\n" },
	{ "serve -x", "sluice: serve: unknown option -x; sluice serve --help "
		      "lists the options\n" },
	{ "serve --listen",
		"sluice: serve: --listen needs a value: --listen ADDR:PORT\n" },
	{ "check -c",
		"sluice: check: --config needs a value: --config FILE\n" },
	{ "check --help=1", "sluice: check: --help takes no value\n" },
	{ "check x", "sluice: check: unexpected argument x; sluice check "
		     "--help shows the usage\n" },
	{ "check --listen 1.2.3.4:5",
		"sluice: check: unknown option --listen; sluice check --help "
		"lists the options\n" },
	{ "key", "sluice: key: say what to do with it, one of: add, list, "
		 "revoke\n" },
	{ "key ad", "sluice: key: unknown command ad; say one of: add, list, "
		    "revoke\n" },
	{ "key add", "sluice: key add: give the key a name with --name "
		     "NAME\n" },
	{ "key add --name n",
		"sluice: key add: give the key a role with --role ROLE, one of "
		"OPERATOR_READER, OPERATOR_USER, OPERATOR_ADMIN\n" },
	{ "key add --name n --role OPERATOR_RADER",
		"sluice: unknown role OPERATOR_RADER, did you mean "
		"OPERATOR_READER; a role is one of OPERATOR_READER, "
		"OPERATOR_USER, OPERATOR_ADMIN\n" },
	{ "key revoke", "sluice: key revoke: the NAME is missing: sluice key "
			"revoke NAME\n" },
	{ "backup", "sluice: backup: the FILE is missing: sluice backup "
		    "FILE\n" },
	{ "backup a b", "sluice: backup: unexpected argument b; sluice backup "
			"--help shows the usage\n" },
	{ "help nothing", "sluice: unknown command nothing; sluice --help "
			  "lists the commands\n" },
	{ "check -c no.json",
		"no.json: can't read the configuration: No such file or "
		"directory\n" },
	{ "key list -c no.json",
		"no.json: can't read the configuration: No such file or "
		"directory\n" },
	{ "serve --listen here",
		"command line: --listen: listen must be a numeric address and "
		"a port, as in 127.0.0.1:8480 or [::1]:8480, not \"here\"\n" },
};

static void wrong_calls_say_what_to_do(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong_calls); i++) {
		struct result r = call(wrong_calls[i].line);

		assert_string_equal(r.err, wrong_calls[i].err);
		assert_string_equal(r.out, "");
		assert_int_equal(r.code, 2);
		release(r);
	}
}

static void help_goes_to_stdout(void **state)
{
	static const struct {
		const char *line, *begin;
	} cases[] = {
		{ "--help", "usage: sluice COMMAND [OPTION]...\n" },
		{ "-h", "usage: sluice COMMAND [OPTION]...\n" },
		{ "help", "usage: sluice COMMAND [OPTION]...\n" },
		{ "serve --help",
			"usage: sluice serve [-c FILE] [--data-dir DIR] "
			"[--listen ADDR:PORT]\n" },
		{ "help serve", "usage: sluice serve " },
		{ "backup -h", "usage: sluice backup FILE\n" },
		{ "key --help", "usage:\n  sluice key add " },
		{ "help key", "usage:\n  sluice key add " },
		{ "help key add", "usage: sluice key add " },
		{ "key revoke --help", "usage: sluice key revoke NAME\n" },
		{ "version --help", "usage: sluice version [--json]\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct result r = call(cases[i].line);

		assert_int_equal(r.code, 0);
		assert_string_equal(r.err, "");
		assert_memory_equal(
			r.out, cases[i].begin, strlen(cases[i].begin));
		release(r);
	}
}

static void version_names_the_libraries(void **state)
{
	static const char *const names[] = { "sluice " SLUICE_VERSION "\n",
		"\nLMDB ", "\nGnuTLS ", "\njansson ", "\nxxHash ",
		"\nlibxml2 2.", "\nzlib " };
	struct result r = call("version");

	(void)state;
	assert_int_equal(r.code, 0);
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		assert_non_null(strstr(r.out, names[i]));
	release(r);
	r = call("version --json");
	assert_non_null(strstr(r.out, "\"LMDB\":\""));
	release(r);
}

static void check_answers_ok_or_every_fault(void **state)
{
	char path[] = "/tmp/sluice-test-cli-XXXXXX", line[64], expected[128];
	FILE *f = fdopen(mkstemp(path), "w");
	struct result r;

	(void)state;
	assert_non_null(f);
	fputs("{\"dataDir\":\"/tmp\"}", f);
	fflush(f);
	snprintf(line, sizeof line, "check -c %s", path);
	r = call(line);
	snprintf(expected, sizeof expected, "%s: ok\n", path);
	assert_string_equal(r.out, expected);
	assert_int_equal(r.code, 0);
	release(r);

	rewind(f);
	fputs("{\"dataDri\":\"/tmp\"}", f);
	fclose(f);
	r = call(line);
	snprintf(expected, sizeof expected,
		"%s:1:2: unknown key dataDri, did you mean dataDir?\n", path);
	assert_string_equal(r.err, expected);
	assert_string_equal(r.out, "");
	assert_int_equal(r.code, 2);
	release(r);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wrong_calls_say_what_to_do),
		cmocka_unit_test(help_goes_to_stdout),
		cmocka_unit_test(version_names_the_libraries),
		cmocka_unit_test(check_answers_ok_or_every_fault),
	};

	/* Variables of the caller (SLUICE_BIN) would add warnings. */
	unsetenv("SLUICE_BIN");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
