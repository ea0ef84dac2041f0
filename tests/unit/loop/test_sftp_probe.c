/* The steps that an operator sees when a connection is tested. */
#include "unit/loop/sshd.h"

#include "sluice/loop/sftp_probe.h"

static struct sshd sshd;
static struct sftp_probe probe;

static void run(const char *folder)
{
	probe.in = (struct sftp_probe_in){
		.loop = bench.loop,
		.target = &bench.target,
		.folder = folder,
		.file_name = ".probe-1",
	};
	assert_int_equal(sftp_probe_start(&probe, on_op_done), ERR_OK);
	bench_wait(bench.calls + 1);
	assert_op(probe.op, ERR_OK);
}

/* "resolve+ connect+ hostKey-" */
static const char *steps(void)
{
	static char text[256];
	size_t n = 0;

	text[0] = '\0';
	for (size_t i = 0; i < probe.report.count; i++)
		n += (size_t)snprintf(text + n, sizeof text - n, "%s%s%c",
			i > 0 ? " " : "", probe.report.steps[i].name,
			probe.report.steps[i].ok ? '+' : '-');
	return text;
}

static const char *last_message(void)
{
	return probe.report.steps[probe.report.count - 1].message;
}

static void test_all_is_well(void **arg)
{
	(void)arg;
	bench_open(&sshd);
	run(NULL);
	assert_string_equal(
		steps(), "resolve+ connect+ hostKey+ authenticate+ list+");
	assert_true(probe.report.ok);
	run(".");
	assert_string_equal(steps(), "resolve+ connect+ hostKey+ "
				     "authenticate+ list+ write+");
	assert_true(probe.report.ok);
	assert_int_equal(sshd_count(&sshd, "."), 0);
	bench_close();
}

static void test_no_pin(void **arg)
{
	(void)arg;
	bench_open(&sshd);
	bench.target.host_key_count = 0;
	run(".");
	assert_string_equal(steps(), "resolve+ connect+ hostKey-");
	assert_false(probe.report.ok);
	assert_int_equal(probe.fingerprint_count, 3);
	for (int i = 0; i < 3; i++)
		assert_string_equal(probe.fingerprints[i].text, sshd.pins[i]);
	assert_string_equal(probe.fingerprints[2].kind, "rsa");
	assert_text(last_message(), "no host key is pinned");
	bench_close();
}

static void test_wrong_pin_and_wrong_key(void **arg)
{
	(void)arg;
	bench_open(&sshd);
	bench.pins[0] = "SHA256:BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB";
	run(".");
	assert_string_equal(steps(), "resolve+ connect+ hostKey-");
	assert_int_equal(probe.fingerprint_count, 3);
	bench.pins[0] = sshd.pins[2];
	bench.target.private_key = NULL;
	bench.target.password = "no";
	run(".");
	assert_string_equal(
		steps(), "resolve+ connect+ hostKey+ authenticate-");
	assert_text(last_message(), "password refused");
	bench_close();
}

static void test_folders(void **arg)
{
	(void)arg;
	bench_open(&sshd);
	run("nowhere");
	assert_string_equal(
		steps(), "resolve+ connect+ hostKey+ authenticate+ list-");
	assert_text(last_message(), "no such file or folder");
	run("/proc"); /* can be listed, not written, even by root */
	assert_string_equal(steps(), "resolve+ connect+ hostKey+ "
				     "authenticate+ list+ write-");
	assert_false(probe.report.ok);
	bench_close();
}

static void test_deadline(void **arg)
{
	uint16_t port;
	int fd = listen_somewhere(&port);

	(void)arg;
	bench_open(&sshd);
	bench.target.port = port;
	probe.in = (struct sftp_probe_in){
		.loop = bench.loop,
		.target = &bench.target,
		.file_name = ".probe-1",
		.deadline_ms = 100,
	};
	assert_int_equal(sftp_probe_start(&probe, on_op_done), ERR_OK);
	bench_wait(1);
	assert_op(probe.op, ERR_TIMEOUT);
	assert_string_equal(steps(), "resolve+ connect+ list-");
	close(fd);
	bench_close();
}

static int start_server(void **arg)
{
	(void)arg;
	sshd_start(&sshd, SFTP_SERVER, NULL, NULL);
	return 0;
}

static int stop_server(void **arg)
{
	(void)arg;
	sshd_remove(&sshd);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_is_well),
		cmocka_unit_test(test_no_pin),
		cmocka_unit_test(test_wrong_pin_and_wrong_key),
		cmocka_unit_test(test_folders),
		cmocka_unit_test(test_deadline),
	};

	alarm(60);
	return cmocka_run_group_tests(tests, start_server, stop_server);
}
