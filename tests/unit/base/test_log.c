#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "sluice/base/buf.h"
#include "sluice/base/clock.h"
#include "sluice/base/log.h"

#define TIME_LEN 24 /* of "2026-11-20T10:00:00.123Z" */

static char folder[] = "/tmp/sluice-test-log-XXXXXX";

static int enter(void **state)
{
	(void)state;
	return mkdtemp(folder) == NULL || chdir(folder) != 0;
}

static int leave(void **state)
{
	(void)state;
	return chdir("/") != 0 || rmdir(folder) != 0;
}

static int fresh_log(void **state)
{
	struct diag why;

	(void)state;
	return log_open("log", &why) != ERR_OK;
}

static int drop_log(void **state)
{
	struct diag why;

	(void)state;
	unlink("log");
	unlink("log.1");
	log_configure(LOG_INFO, LOG_TEXT);
	return log_open(NULL, &why) != ERR_OK;
}

static char *content(const char *name)
{
	struct buf b = buf_make(100000);
	FILE *f = fopen(name, "r");
	int c;

	assert_non_null(f);
	while ((c = fgetc(f)) != EOF)
		buf_char(&b, (char)c);
	fclose(f);
	return buf_take(&b);
}

static void text_lines(void **state)
{
	char *got;
	int64_t ms;

	(void)state;
	log_info("a %d\nb", 1);
	got = content("log");
	assert_true(time_parse((struct str){ got, TIME_LEN }, &ms));
	assert_string_equal(got + TIME_LEN, " info  a 1 b\n");
	free(got);
}

static void json_lines(void **state)
{
	char *got;

	(void)state;
	log_configure(LOG_WARN, LOG_JSON);
	log_warn("say \"%s\"", "x\\");
	got = content("log");
	assert_memory_equal(got, "{\"time\":\"", 9);
	assert_string_equal(got + 9 + TIME_LEN,
		"\",\"level\":\"warn\",\"message\":\"say \\\"x\\\\\\\"\"}\n");
	free(got);
}

static int calls;

static int called(void)
{
	return ++calls;
}

static void lines_below_the_threshold_cost_nothing(void **state)
{
	char *got;

	(void)state;
	log_configure(LOG_WARN, LOG_TEXT);
	log_info("%d", called());
	log_debug("%d", called());
	assert_int_equal(calls, 0);
	log_error("%d", called());
	log_warn("%d", called());
	got = content("log");
	assert_int_equal(strlen(got), 2 * (TIME_LEN + 9));
	free(got);
}

static void only_owner_and_group_may_read(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(stat("log", &st), 0);
	assert_int_equal(st.st_mode & 0137, 0);
}

static void reopening_follows_a_rotation(void **state)
{
	struct diag why;
	char *got;

	(void)state;
	log_info("before");
	assert_int_equal(rename("log", "log.1"), 0);
	log_info("still the old file");
	assert_int_equal(log_reopen(&why), ERR_OK);
	log_info("after");
	got = content("log");
	assert_string_equal(got + TIME_LEN, " info  after\n");
	free(got);
	got = content("log.1");
	assert_non_null(strstr(got, "still the old file"));
	free(got);
}

static void a_bad_path_keeps_the_old_target(void **state)
{
	struct diag why;
	char *got;

	(void)state;
	assert_int_equal(log_open("no/such/folder", &why), ERR_NOT_FOUND);
	assert_string_equal(
		why.text, "log file no/such/folder: No such file or directory");
	log_info("here");
	got = content("log");
	assert_non_null(strstr(got, "here"));
	free(got);
}

int main(void)
{
#define LOG_TEST(f) cmocka_unit_test_setup_teardown(f, fresh_log, drop_log)
	const struct CMUnitTest tests[] = {
		LOG_TEST(text_lines),
		LOG_TEST(json_lines),
		LOG_TEST(lines_below_the_threshold_cost_nothing),
		LOG_TEST(only_owner_and_group_may_read),
		LOG_TEST(reopening_follows_a_rotation),
		LOG_TEST(a_bad_path_keeps_the_old_target),
	};

	return cmocka_run_group_tests(tests, enter, leave);
}
