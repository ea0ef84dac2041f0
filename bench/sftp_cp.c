/* How fast is the SFTP engine?  One big file up or down, or many small files up
 * with temporary name and rename, against any server:
 *
 *   bench_sftp_cp put  HOST PORT USER KEYFILE FINGERPRINT LOCAL  REMOTE
 *   bench_sftp_cp get  HOST PORT USER KEYFILE FINGERPRINT REMOTE LOCAL
 *   bench_sftp_cp many HOST PORT USER KEYFILE FINGERPRINT FOLDER REMOTE
 *
 * SLUICE_FSYNC=1 asks the server to flush, SLUICE_FILES=n sets how many files
 * are under way at once.  Prints seconds and MB/s (10^6) or files/s; the time
 * includes making the session. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sluice/base/clock.h"
#include "sluice/base/mem.h"
#include "sluice/loop/sftp_get.h"
#include "sluice/loop/sftp_put.h"

struct bench {
	struct loop *loop;
	struct sftp_pool *pool;
	struct ssh_target target;
	const char *from, *to;
	bool fsync;
	unsigned left, failed;
	uint64_t began_ns, bytes, files;
	int fd;
};

struct upload {
	struct sftp_put put;
	struct bench *bench;
	char *data, *temp, *path;
};

static struct bench bench;

static _Noreturn void die(const char *what)
{
	perror(what);
	exit(1);
}

static char *read_all(const char *path, size_t *len)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *data;

	if (fd < 0 || fstat(fd, &st) != 0)
		die(path);
	*len = (size_t)st.st_size;
	data = mem_alloc(*len + 1);
	if (read(fd, data, *len) != (ssize_t)*len)
		die(path);
	close(fd);
	return data;
}

static void finished(struct op *op)
{
	if (op->status != ERR_OK) {
		fprintf(stderr, "%s: %s\n", err_name(op->status), op->why.text);
		bench.failed++;
	}
	if (--bench.left == 0)
		loop_stop(bench.loop);
}

static void on_put(struct op *op)
{
	struct sftp_put *put = container_of(op, struct sftp_put, op);

	bench.bytes += put->sent;
	finished(op);
}

static void on_get(struct op *op)
{
	bench.bytes += container_of(op, struct sftp_get, op)->received;
	finished(op);
}

static enum err read_source(
	void *arg, uint64_t offset, void *buf, size_t want, size_t *got)
{
	ssize_t n = pread(*(int *)arg, buf, want, (off_t)offset);

	*got = n > 0 ? (size_t)n : 0;
	return n < 0 ? ERR_IO : ERR_OK;
}

static enum err write_sink(void *arg, const void *data, size_t len)
{
	return write(*(int *)arg, data, len) == (ssize_t)len ? ERR_OK : ERR_IO;
}

static void must_start(enum err e)
{
	if (e != ERR_OK)
		exit(1);
	bench.left++;
}

static void start_put(void)
{
	static struct sftp_put put;
	struct stat st;

	bench.fd = open(bench.from, O_RDONLY | O_CLOEXEC);
	if (bench.fd < 0 || fstat(bench.fd, &st) != 0)
		die(bench.from);
	put.in = (struct sftp_put_in){
		.pool = bench.pool,
		.target = &bench.target,
		.temp_path = mem_printf("%s.part", bench.to),
		.path = bench.to,
		.read = read_source,
		.read_arg = &bench.fd,
		.len = (uint64_t)st.st_size,
		.fsync = bench.fsync,
	};
	must_start(sftp_put_start(&put, on_put));
}

static void start_get(void)
{
	static struct sftp_get get;

	bench.fd =
		open(bench.to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (bench.fd < 0)
		die(bench.to);
	get.in = (struct sftp_get_in){
		.pool = bench.pool,
		.target = &bench.target,
		.path = bench.from,
		.sink = write_sink,
		.sink_arg = &bench.fd,
	};
	must_start(sftp_get_start(&get, on_get));
}

static void start_upload(const char *name)
{
	struct upload *u = mem_alloc(sizeof *u);
	char *local = mem_printf("%s/%s", bench.from, name);
	size_t len;

	u->data = read_all(local, &len);
	u->temp = mem_printf("%s/.%s.part", bench.to, name);
	u->path = mem_printf("%s/%s", bench.to, name);
	u->put.in = (struct sftp_put_in){
		.pool = bench.pool,
		.target = &bench.target,
		.temp_path = u->temp,
		.path = u->path,
		.data = u->data,
		.len = len,
		.fsync = bench.fsync,
	};
	must_start(sftp_put_start(&u->put, on_put));
	bench.files++;
	free(local);
}

static void start_many(void)
{
	DIR *dir = opendir(bench.from);
	struct dirent *e;

	if (dir == NULL)
		die(bench.from);
	while ((e = readdir(dir)) != NULL)
		if (e->d_name[0] != '.')
			start_upload(e->d_name);
	closedir(dir);
	bench.began_ns = clock_monotonic_ns(); /* not the reading */
}

static void on_closed(void *arg)
{
	loop_stop(arg);
}

static void report(void)
{
	double s = (double)(clock_monotonic_ns() - bench.began_ns) / 1e9;

	if (bench.files > 0)
		printf("%.3f s  %.0f files/s  %u failed\n", s,
			(double)bench.files / s, bench.failed);
	else
		printf("%.3f s  %.1f MB/s  %u failed\n", s,
			(double)bench.bytes / 1e6 / s, bench.failed);
}

int main(int argc, char **argv)
{
	const char *files = getenv("SLUICE_FILES");
	static const char *pin;
	size_t len;

	if (argc != 9) {
		fprintf(stderr,
			"usage: %s put|get|many HOST PORT USER KEYFILE "
			"FINGERPRINT FROM TO\n",
			argv[0]);
		return 2;
	}
	pin = argv[6];
	bench.from = argv[7];
	bench.to = argv[8];
	bench.fsync = getenv("SLUICE_FSYNC") != NULL;
	bench.target = (struct ssh_target){
		.name = "bench",
		.hostname = argv[2],
		.port = (uint16_t)atoi(argv[3]),
		.username = argv[4],
		.private_key = read_all(argv[5], &len),
		.host_keys = &pin,
		.host_key_count = 1,
		.max_files = files != NULL ? (unsigned)atoi(files) : 0,
	};
	mem_tune(); /* as the gateway does */
	bench.loop = loop_create();
	bench.pool = sftp_pool_create(bench.loop);
	bench.began_ns = clock_monotonic_ns();
	if (argv[1][0] == 'p')
		start_put();
	else if (argv[1][0] == 'g')
		start_get();
	else
		start_many();
	loop_run(bench.loop);
	report();
	sftp_pool_close(bench.pool, on_closed, bench.loop);
	loop_run(bench.loop);
	sftp_pool_destroy(bench.pool);
	loop_destroy(bench.loop);
	return bench.failed > 0;
}
