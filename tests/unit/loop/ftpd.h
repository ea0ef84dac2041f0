/* A real FTP server with TLS on a loopback port for the tests of this floor,
 * and a client for it.  Only for the one .c file of a test program. */
#ifndef TESTS_UNIT_LOOP_FTPD_H
#define TESTS_UNIT_LOOP_FTPD_H

#include "sluice/loop/ftp.h"
#include "unit/loop/sshd.h"

struct ftpd {
	char dir[64];
	uint16_t port;
	pid_t pid;
	char *ca, *other_ca;
};

static struct ftpd ftpd;
static struct ftp_pool *pool;
static struct ftp_target target;

/* --- the server ----------------------------------------------------------- */

static char *read_file(const char *name)
{
	char *path = mem_printf("%s/%s", ftpd.dir, name);
	char *text = slurp(path);

	free(path);
	return text;
}

static void ftpd_start(const char *kind, const char *line)
{
	static const char script[] = TEST_DIR "/fixture/ftpd.sh";
	char port[8], *log;
	int fd;

	if (ftpd.dir[0] == '\0') {
		snprintf(ftpd.dir, sizeof ftpd.dir, "/tmp/sluice-test-XXXXXX");
		assert_non_null(mkdtemp(ftpd.dir));
		assert_int_equal(chmod(ftpd.dir, 0755), 0);
	}
	close(listen_somewhere(&ftpd.port));
	snprintf(port, sizeof port, "%u", ftpd.port);
	log = mem_printf("%s/log", ftpd.dir);
	ftpd.pid = fork();
	if (ftpd.pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
		dup2(fd, 1);
		dup2(fd, 2);
		execl(script, script, ftpd.dir, port, kind, line, (char *)NULL);
		_exit(127);
	}
	free(log);
	for (int i = 0; i < 4000 && !answers(ftpd.port); i++)
		usleep(5000);
	assert_true(answers(ftpd.port));
	if (ftpd.ca == NULL) {
		ftpd.ca = read_file("ca.crt");
		ftpd.other_ca = read_file("other-ca.crt");
	}
}

static void ftpd_stop(void)
{
	struct sshd as = { .pid = ftpd.pid };

	sshd_stop(&as);
	ftpd.pid = 0;
}

static char *home(const char *name)
{
	return mem_printf("%s/home/%s", ftpd.dir, name);
}

static void put_file(const char *name, const void *data, size_t len)
{
	char *path = home(name);
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, len, f), len);
	fclose(f);
	free(path);
}

static bool is_there(const char *name)
{
	char *path = home(name);
	bool there = access(path, F_OK) == 0;

	free(path);
	return there;
}

static void make_dir(const char *name)
{
	char *path = home(name);

	assert_int_equal(mkdir(path, 0755), 0);
	free(path);
}

static void empty_home(void)
{
	char *command = mem_printf("rm -rf '%s'/home/*", ftpd.dir);

	assert_int_equal(system(command), 0);
	free(command);
}

/* --- the client ----------------------------------------------------------- */

static int open_client(void **state)
{
	(void)state;
	empty_home();
	bench = (struct bench){ .loop = loop_create() };
	pool = ftp_pool_create(bench.loop);
	target = (struct ftp_target){
		.name = "erp",
		.hostname = "127.0.0.1",
		.port = ftpd.port,
		.username = "ftp",
		.password = "secret",
		.ca_certificates = ftpd.ca,
	};
	return 0;
}

static int close_client(void **state)
{
	(void)state;
	ftp_pool_close(pool, on_pool_closed, NULL);
	assert_true(loop_run_until(bench.loop, is_pool_closed, NULL, 1000000));
	ftp_pool_destroy(pool);
	loop_destroy(bench.loop);
	return 0;
}

static void start(struct ftp_call *call)
{
	int calls = bench.calls;

	call->in.pool = pool;
	call->in.target = &target;
	assert_int_equal(ftp_call_start(call, on_op_done), ERR_OK);
	assert_int_equal(bench.calls, calls); /* never from within the start */
}

static void run(struct ftp_call *call, enum err expected)
{
	int calls = bench.calls;

	start(call);
	bench_wait(calls + 1);
	assert_op(call->op, expected);
}

static struct ftp_call simple(
	enum ftp_action action, const char *path, const char *to)
{
	return (struct ftp_call){
		.in = { .action = action, .path = path, .to = to }
	};
}

static void run_simple(enum ftp_action action, const char *path, const char *to,
	enum err expected)
{
	struct ftp_call call = simple(action, path, to);

	run(&call, expected);
}

#endif
