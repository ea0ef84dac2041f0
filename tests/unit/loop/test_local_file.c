/* Files of the own disk as streams, against real files. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "sluice/base/clock.h"
#include "sluice/base/mem.h"
#include "sluice/base/must.h"
#include "sluice/loop/local_file.h"
#include "sluice/loop/timer.h"

#define BIG ((size_t)3 * 1024 * 1024 + 17)

struct world {
	struct loop *loop;
	char dir[64], path[128];
	struct local_get get;
	struct local_put put;
	int called;
	char *got; /* BIG + 1 bytes */
	size_t got_len, largest;
	unsigned pieces, pause_at, cancel_at, drains;
	uint64_t work_ns; /* that the sink needs for each piece */
	uint64_t turn_ns; /* of this turn's work */
	uint64_t longest_ns;
	enum err fail_with;
	char *data; /* BIG bytes to be written */
	size_t sent;
	struct timer timer;
};

static struct world w;

static int setup(void **state)
{
	(void)state;
	memset(&w, 0, sizeof w);
	w.loop = loop_create();
	(void)snprintf(w.dir, sizeof w.dir, "/tmp/sluice-local-XXXXXX");
	must(mkdtemp(w.dir) != NULL);
	(void)snprintf(w.path, sizeof w.path, "%s/file", w.dir);
	w.got = mem_alloc(BIG + 1);
	w.data = mem_alloc(BIG);
	for (size_t i = 0; i < BIG; i++)
		w.data[i] = (char)(i * 7 + i / 251);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	timer_stop(w.loop, &w.timer);
	loop_destroy(w.loop); /* nothing may be open */
	(void)unlink(w.path);
	must(rmdir(w.dir) == 0);
	free(w.got);
	free(w.data);
	return 0;
}

static void make_file(size_t len)
{
	FILE *f = fopen(w.path, "w");

	must(f != NULL && fwrite(w.data, 1, len, f) == len);
	must(fclose(f) == 0);
}

static bool is_there(void)
{
	return access(w.path, F_OK) == 0;
}

/* Is the file open in this process? */
static bool is_open(void)
{
	char name[64], target[256];

	for (int fd = 0; fd < 64; fd++) {
		ssize_t n;

		(void)snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
		n = readlink(name, target, sizeof target - 1);
		target[n < 0 ? 0 : n] = '\0';
		if (strncmp(target, w.dir, strlen(w.dir)) == 0)
			return true;
	}
	return false;
}

static bool is_called(void *arg)
{
	(void)arg;
	return w.called > 0;
}

static void on_done(struct op *op)
{
	assert_false(op_is_active(op));
	assert_false(is_open());
	w.called++;
}

static void wait_called(void)
{
	assert_int_equal(w.called, 0); /* never from within the start */
	assert_true(loop_run_until(w.loop, is_called, NULL, 1000000));
	assert_int_equal(w.called, 1);
}

/* --- reading -------------------------------------------------------------- */

static void on_resume(struct timer *t)
{
	(void)t;
	assert_int_equal(w.pieces, w.pause_at); /* none came meanwhile */
	local_get_resume(&w.get);
}

static void work(void)
{
	uint64_t until = clock_monotonic_ns() + w.work_ns;

	while (clock_monotonic_ns() < until)
		;
	w.turn_ns += w.work_ns;
	if (w.turn_ns > w.longest_ns)
		w.longest_ns = w.turn_ns;
}

static void on_turn_end(void *arg)
{
	(void)arg;
	w.turn_ns = 0;
}

static enum err sink(void *arg, const void *data, size_t len)
{
	(void)arg;
	work();
	must(w.got_len + len <= BIG + 1);
	memcpy(w.got + w.got_len, data, len);
	w.got_len += len;
	w.largest = len > w.largest ? len : w.largest;
	w.pieces++;
	if (w.pieces == w.pause_at) {
		local_get_pause(&w.get);
		timer_set(w.loop, &w.timer, 30, on_resume);
	}
	if (w.pieces == w.cancel_at)
		op_cancel(&w.get.op);
	return w.fail_with;
}

static void start_get(void)
{
	w.get.in = (struct local_get_in){ .loop = w.loop,
		.path = w.path,
		.sink = sink,
		.limit = w.get.in.limit };
	assert_int_equal(local_get_start(&w.get, on_done), ERR_OK);
}

static void get_whole(size_t len)
{
	make_file(len);
	start_get();
	wait_called();
	assert_int_equal(w.get.op.status, ERR_OK);
	assert_int_equal(w.get.size, len);
	assert_int_equal(w.get.received, len);
	assert_int_equal(w.got_len, len);
	assert_memory_equal(w.got, w.data, len);
	assert_true(w.largest <= 32 * 1024);
}

static void test_get(void **state)
{
	struct stat st;

	(void)state;
	get_whole(BIG);
	must(stat(w.path, &st) == 0);
	assert_int_equal(w.get.mtime_ms / 1000, st.st_mtim.tv_sec);
}

static void test_get_sizes(void **state)
{
	static const size_t sizes[] = { 0, 1, 32 * 1024, 256 * 1024,
		256 * 1024 + 1, 512 * 1024 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		w.called = 0;
		w.got_len = 0;
		get_whole(sizes[i]);
	}
}

static void test_get_pauses(void **state)
{
	(void)state;
	w.pause_at = 3;
	get_whole(BIG);
}

static void test_get_pauses_before_the_first(void **state)
{
	(void)state;
	make_file(1000);
	start_get();
	local_get_pause(&w.get);
	timer_set(w.loop, &w.timer, 30, on_resume);
	wait_called();
	assert_int_equal(w.got_len, 1000);
}

/* A slow sink holds the loop for one slice per turn. */
static void test_get_in_slices(void **state)
{
	(void)state;
	loop_on_turn_end(w.loop, on_turn_end, NULL);
	w.work_ns = 2000000;
	get_whole(BIG);
	assert_true(w.longest_ns <= 4 * w.work_ns);
}

static void test_get_limit(void **state)
{
	(void)state;
	make_file(BIG);
	w.get.in.limit = 300000;
	start_get();
	wait_called();
	assert_int_equal(w.get.op.status, ERR_OK);
	assert_int_equal(w.got_len, 300000);
	assert_int_equal(w.get.size, BIG);
}

static void test_get_absent(void **state)
{
	(void)state;
	start_get();
	wait_called();
	assert_int_equal(w.get.op.status, ERR_NOT_FOUND);
	assert_non_null(strstr(w.get.op.why.text, w.path));
}

/* Neither hangs: a folder can't be read, a pipe's open would wait. */
static void test_get_is_no_file(void **state)
{
	(void)state;
	must(mkdir(w.path, 0700) == 0);
	start_get();
	wait_called();
	assert_int_equal(w.get.op.status, ERR_INVALID);
	must(rmdir(w.path) == 0);

	w.called = 0;
	must(mkfifo(w.path, 0600) == 0);
	start_get();
	wait_called();
	assert_int_equal(w.get.op.status, ERR_INVALID);
}

static void test_get_sink_fails(void **state)
{
	(void)state;
	make_file(BIG);
	w.fail_with = ERR_LIMIT;
	start_get();
	wait_called();
	assert_int_equal(w.get.op.status, ERR_LIMIT);
	assert_int_equal(w.pieces, 1);
}

static void test_get_cut_while_read(void **state)
{
	(void)state;
	make_file(BIG);
	w.pause_at = 1;
	start_get();
	while (w.pieces == 0)
		loop_run_until(w.loop, is_called, NULL, 1);
	must(truncate(w.path, 600 * 1024) == 0);
	wait_called();
	assert_int_equal(w.get.op.status, ERR_IO);
}

static void test_get_canceled(void **state)
{
	(void)state;
	make_file(BIG);
	start_get();
	op_cancel(&w.get.op); /* while it opens */
	wait_called();
	assert_int_equal(w.get.op.status, ERR_CANCELED);
	assert_int_equal(w.pieces, 0);

	w.called = 0;
	w.cancel_at = 2;
	start_get();
	wait_called();
	assert_int_equal(w.get.op.status, ERR_CANCELED);
	assert_int_equal(w.pieces, 2);
}

static void on_cancel_paused(struct timer *t)
{
	(void)t;
	op_cancel(&w.get.op);
	op_cancel(&w.get.op);
}

static void test_get_canceled_while_paused(void **state)
{
	(void)state;
	make_file(BIG);
	start_get();
	local_get_pause(&w.get);
	timer_set(w.loop, &w.timer, 30, on_cancel_paused);
	wait_called();
	assert_int_equal(w.get.op.status, ERR_CANCELED);
	assert_int_equal(w.pieces, 0);
}

/* At every turn of its life: always one callback, nothing open. */
static void test_get_canceled_anywhere(void **state)
{
	enum err last = ERR_CANCELED;

	(void)state;
	make_file(BIG);
	for (unsigned turns = 0; last == ERR_CANCELED; turns++) {
		w.called = 0;
		w.got_len = 0;
		start_get();
		(void)loop_run_until(w.loop, is_called, NULL, turns);
		op_cancel(&w.get.op);
		(void)loop_run_until(w.loop, is_called, NULL, 100000);
		assert_int_equal(w.called, 1);
		last = w.get.op.status;
	}
	assert_int_equal(last, ERR_OK);
}

/* --- writing -------------------------------------------------------------- */

static void pump(void *arg)
{
	size_t took;

	(void)arg;
	w.drains++;
	do {
		size_t len = BIG - w.sent < 10000 ? BIG - w.sent : 10000;

		took = local_put_write(&w.put, w.data + w.sent, len);
		w.sent += took;
	} while (took > 0);
	if (w.sent == BIG)
		local_put_finish(&w.put);
}

static void start_put(void)
{
	w.sent = 0;
	w.put.in = (struct local_put_in){ .loop = w.loop,
		.path = w.path,
		.limit = w.put.in.limit,
		.drain = pump };
	assert_int_equal(local_put_start(&w.put, on_done), ERR_OK);
}

static void test_put(void **state)
{
	struct stat st;

	(void)state;
	start_put();
	pump(NULL);
	assert_true(w.sent > 0 && w.sent <= 1024 * 1024);
	wait_called();
	assert_int_equal(w.put.op.status, ERR_OK);
	assert_int_equal(w.put.written, BIG);
	assert_true(w.drains > 2);
	must(stat(w.path, &st) == 0);
	assert_int_equal(st.st_size, BIG);
	assert_int_equal(st.st_mode & 0777, 0600);

	w.called = 0;
	start_get();
	wait_called();
	assert_memory_equal(w.got, w.data, BIG);
}

static void test_put_nothing(void **state)
{
	struct stat st;

	(void)state;
	start_put();
	local_put_finish(&w.put);
	wait_called();
	assert_int_equal(w.put.op.status, ERR_OK);
	must(stat(w.path, &st) == 0);
	assert_int_equal(st.st_size, 0);
}

static void test_put_never_replaces(void **state)
{
	(void)state;
	make_file(10);
	start_put();
	local_put_finish(&w.put);
	wait_called();
	assert_int_equal(w.put.op.status, ERR_EXISTS);
	assert_true(is_there());
	assert_int_equal(local_put_write(&w.put, "x", 1), 0);
}

static void test_put_no_folder(void **state)
{
	char path[160];

	(void)state;
	(void)snprintf(path, sizeof path, "%s/no/file", w.dir);
	w.put.in = (struct local_put_in){ .loop = w.loop, .path = path };
	assert_int_equal(local_put_start(&w.put, on_done), ERR_OK);
	wait_called();
	assert_int_equal(w.put.op.status, ERR_NOT_FOUND);
}

static void test_put_limit(void **state)
{
	(void)state;
	w.put.in.limit = 1000000;
	start_put();
	pump(NULL);
	wait_called();
	assert_int_equal(w.put.op.status, ERR_LIMIT);
	assert_true(w.put.written <= 1000000);
	assert_false(is_there());

	w.called = 0; /* exactly the limit is fine */
	w.put.in.limit = BIG;
	start_put();
	pump(NULL);
	wait_called();
	assert_int_equal(w.put.op.status, ERR_OK);
}

/* A disk that takes no more: RLIMIT_FSIZE makes write() fail. */
static void test_put_write_fails(void **state)
{
	struct rlimit old, small;

	(void)state;
	must(getrlimit(RLIMIT_FSIZE, &old) == 0);
	small = (struct rlimit){ 1500000, old.rlim_max };
	(void)signal(SIGXFSZ, SIG_IGN);
	must(setrlimit(RLIMIT_FSIZE, &small) == 0);
	start_put();
	pump(NULL);
	wait_called();
	must(setrlimit(RLIMIT_FSIZE, &old) == 0);
	assert_int_equal(w.put.op.status, ERR_IO);
	assert_false(is_there());
}

static void test_put_canceled_anywhere(void **state)
{
	enum err last = ERR_CANCELED;

	(void)state;
	for (unsigned turns = 0; last == ERR_CANCELED; turns++) {
		w.called = 0;
		start_put();
		pump(NULL);
		(void)loop_run_until(w.loop, is_called, NULL, turns);
		op_cancel(&w.put.op);
		(void)loop_run_until(w.loop, is_called, NULL, 100000);
		assert_int_equal(w.called, 1);
		last = w.put.op.status;
		assert_int_equal(is_there(), last == ERR_OK);
	}
	assert_int_equal(last, ERR_OK);
}

/* --- removing ------------------------------------------------------------- */

static void test_remove(void **state)
{
	struct diag why;

	(void)state;
	make_file(1);
	assert_int_equal(local_remove(w.path, &why), ERR_OK);
	assert_false(is_there());
	assert_int_equal(local_remove(w.path, &why), ERR_OK);
	assert_int_equal(local_remove(w.dir, &why), ERR_IO);
	assert_non_null(strstr(why.text, w.dir));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_get),
		TEST(test_get_sizes),
		TEST(test_get_pauses),
		TEST(test_get_pauses_before_the_first),
		TEST(test_get_in_slices),
		TEST(test_get_limit),
		TEST(test_get_absent),
		TEST(test_get_is_no_file),
		TEST(test_get_sink_fails),
		TEST(test_get_cut_while_read),
		TEST(test_get_canceled),
		TEST(test_get_canceled_while_paused),
		TEST(test_get_canceled_anywhere),
		TEST(test_put),
		TEST(test_put_nothing),
		TEST(test_put_never_replaces),
		TEST(test_put_no_folder),
		TEST(test_put_limit),
		TEST(test_put_write_fails),
		TEST(test_put_canceled_anywhere),
		TEST(test_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
