/* A real OpenSSH server on a loopback port for the tests of this floor, and
 * what they all need around it.  Only for the one .c file of a test program. */
#ifndef TESTS_UNIT_LOOP_SSHD_H
#define TESTS_UNIT_LOOP_SSHD_H

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "sluice/base/buf.h"
#include "sluice/base/mem.h"
#include "sluice/base/must.h"
#include "sluice/loop/op.h"
#include "sluice/loop/sftp_pool.h"

#define UNUSED      __attribute__((unused))
#define SFTP_SERVER "/usr/lib/openssh/sftp-server"
/* As servers are that know nothing of OpenSSH's extensions. */
#define SFTP_PLAIN SFTP_SERVER " -P posix-rename,fsync,limits"

struct sshd {
	char dir[64];
	uint16_t port;
	pid_t pid;
	char *key;     /* text of a key that may log in */
	char *pins[3]; /* ed25519, ecdsa, rsa */
};

/* --- files --------------------------------------------------------------- */

static char *slurp(const char *path)
{
	FILE *f = fopen(path, "re");
	char *text = mem_alloc(1 << 16);

	assert_non_null(f);
	text[fread(text, 1, (1 << 16) - 1, f)] = '\0';
	fclose(f);
	return text;
}

static UNUSED char *sshd_path(const struct sshd *s, const char *name)
{
	return mem_printf("%s/home/%s", s->dir, name);
}

/* How many entries a folder below home has, "." and ".." aside. */
static UNUSED int sshd_count(const struct sshd *s, const char *name)
{
	char *path = sshd_path(s, name);
	DIR *dir = opendir(path);
	int n = -2;

	assert_non_null(dir);
	while (readdir(dir) != NULL)
		n++;
	closedir(dir);
	free(path);
	return n;
}

/* --- the server ---------------------------------------------------------- */

static int listen_somewhere(uint16_t *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t len = sizeof a;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
	assert_int_equal(listen(fd, 16), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
	*port = ntohs(a.sin_port);
	return fd;
}

static bool answers(uint16_t port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char c;
	bool ok;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ok = connect(fd, (struct sockaddr *)&a, sizeof a) == 0 &&
	     read(fd, &c, 1) == 1;
	close(fd);
	return ok;
}

static void read_facts(struct sshd *s)
{
	static const char *const kinds[3] = { "ed25519", "ecdsa", "rsa" };
	char *path = mem_printf("%s/user", s->dir);

	s->key = slurp(path);
	free(path);
	for (int i = 0; i < 3; i++) {
		path = mem_printf("%s/host_%s.fingerprint", s->dir, kinds[i]);
		s->pins[i] = slurp(path);
		s->pins[i][strcspn(s->pins[i], "\n")] = '\0';
		free(path);
	}
}

/* With up to two more lines of configuration (NULL: none). */
static UNUSED void sshd_start(struct sshd *s, const char *subsystem,
	const char *line, const char *line2)
{
	static const char script[] = TEST_DIR "/fixture/sshd.sh";
	char port[8], *log;
	int fd;

	if (s->dir[0] == '\0') {
		snprintf(s->dir, sizeof s->dir, "/tmp/sluice-test-XXXXXX");
		assert_non_null(mkdtemp(s->dir));
		assert_int_equal(chmod(s->dir, 0755), 0);
	}
	if (s->port == 0)
		close(listen_somewhere(&s->port));
	snprintf(port, sizeof port, "%u", s->port);
	log = mem_printf("%s/log", s->dir);
	s->pid = fork();
	if (s->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
		dup2(fd, 1);
		dup2(fd, 2);
		execl(script, script, s->dir, port, subsystem,
			line != NULL ? line : "# none",
			line2 != NULL ? line2 : "# none", (char *)NULL);
		_exit(127);
	}
	for (int i = 0; i < 2000 && !answers(s->port); i++)
		usleep(5000);
	assert_true(answers(s->port));
	free(log);
	if (s->key == NULL)
		read_facts(s);
}

static pid_t parent_of(pid_t pid)
{
	char path[32], text[256] = "";
	char *end;
	int fd, n;

	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	n = (int)read(fd, text, sizeof text - 1);
	close(fd);
	end = n > 0 ? strrchr(text, ')') : NULL;
	return end != NULL ? atoi(end + 4) : 0;
}

static bool descends(pid_t pid, pid_t from)
{
	while (pid > 1 && pid != from)
		pid = parent_of(pid);
	return pid == from;
}

/* To every process that serves a connection. */
static UNUSED void sshd_signal_sessions(struct sshd *s, int signum)
{
	DIR *dir = opendir("/proc");
	struct dirent *e;

	while ((e = readdir(dir)) != NULL) {
		pid_t pid = atoi(e->d_name);

		if (pid > 1 && pid != s->pid && descends(pid, s->pid))
			kill(pid, signum);
	}
	closedir(dir);
}

static UNUSED void sshd_stop(struct sshd *s)
{
	sshd_signal_sessions(s, SIGCONT);
	sshd_signal_sessions(s, SIGKILL);
	kill(s->pid, SIGKILL);
	waitpid(s->pid, NULL, 0);
	s->pid = 0;
}

static UNUSED void sshd_remove(struct sshd *s)
{
	char *command = mem_printf("rm -rf '%s'", s->dir);

	if (s->pid > 0)
		sshd_stop(s);
	assert_int_equal(system(command), 0);
	free(command);
	free(s->key);
	for (int i = 0; i < 3; i++)
		free(s->pins[i]);
	*s = (struct sshd){ 0 };
}

/* --- the client's side --------------------------------------------------- */

struct bench {
	struct loop *loop;
	struct sftp_pool *pool;
	struct ssh_target target;
	const char *pins[3];
	int calls; /* of done callbacks, ever */
	struct op *last;
	bool pool_closed;
};

static struct bench bench;

static UNUSED struct ssh_target target_of(const struct sshd *s)
{
	bench.pins[0] = s->pins[0];
	return (struct ssh_target){
		.name = "erp",
		.hostname = "127.0.0.1",
		.port = s->port,
		.username = "hub",
		.private_key = s->key,
		.host_keys = bench.pins,
		.host_key_count = 1,
	};
}

static UNUSED void bench_open(const struct sshd *s)
{
	bench = (struct bench){ .loop = loop_create() };
	bench.pool = sftp_pool_create(bench.loop);
	bench.target = target_of(s);
}

static UNUSED void on_op_done(struct op *op)
{
	assert_false(op_is_active(op));
	bench.calls++;
	bench.last = op;
}

static bool has_called(void *arg)
{
	return bench.calls >= *(int *)arg;
}

/* Turn until `calls` callbacks came, ever. */
static UNUSED void bench_wait(int calls)
{
	assert_true(loop_run_until(bench.loop, has_called, &calls, 5000000));
	assert_int_equal(bench.calls, calls);
}

static void on_pool_closed(void *arg)
{
	(void)arg;
	bench.pool_closed = true;
}

static bool is_pool_closed(void *arg)
{
	(void)arg;
	return bench.pool_closed;
}

/* loop_destroy() aborts when anything is still open. */
static UNUSED void bench_close(void)
{
	sftp_pool_close(bench.pool, on_pool_closed, NULL);
	assert_true(loop_run_until(bench.loop, is_pool_closed, NULL, 1000000));
	assert_int_equal(sftp_pool_numbers(bench.pool).sessions, 0);
	sftp_pool_destroy(bench.pool);
	loop_destroy(bench.loop);
}

#define assert_op(op_, status_)                                                \
	do {                                                                   \
		if ((op_).status != (status_))                                 \
			print_error("%s: %s\n", err_name((op_).status),        \
				(op_).why.text);                               \
		assert_int_equal((op_).status, (status_));                     \
	} while (0)

#define assert_text(text_, part_)                                              \
	do {                                                                   \
		if (strstr((text_), (part_)) == NULL)                          \
			fail_msg("\"%s\" is not in \"%s\"", (part_), (text_)); \
	} while (0)

#endif
