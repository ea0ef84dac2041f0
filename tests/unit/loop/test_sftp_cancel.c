/* Cancel after every state move, and after each of the first turns of the loop:
 * one callback each time, nothing open, no temporary file. */
#include "unit/loop/sshd.h"

#include "sluice/loop/sftp_get.h"
#include "sluice/loop/sftp_list.h"
#include "sluice/loop/sftp_probe.h"
#include "sluice/loop/sftp_put.h"

#define TURNS     60
#define MOVES_MAX 200
#define CONTENT   300000

static struct sshd sshd;
static char content[CONTENT];

/* The operations under test, started the same way each time. */
static struct sftp_put put;
static struct sftp_get get;
static struct sftp_list list;
static struct sftp_file file;
static struct sftp_probe probe;

static enum err take(void *arg, const void *data, size_t len)
{
	(void)arg;
	(void)data;
	assert_true(len > 0);
	return ERR_OK;
}

static enum err entry(
	void *arg, struct str name, const struct sftp_attrs *attrs)
{
	(void)arg;
	(void)name;
	(void)attrs;
	return ERR_OK;
}

static struct op *start_put(void)
{
	put.in = (struct sftp_put_in){
		.pool = bench.pool,
		.target = &bench.target,
		.temp_path = "new/folder/.p.part",
		.path = "new/folder/p.bin",
		.data = content,
		.len = sizeof content,
		.create_folder = true,
		.fsync = true,
	};
	assert_int_equal(sftp_put_start(&put, on_op_done), ERR_OK);
	return &put.op;
}

static struct op *start_get(void)
{
	get.in = (struct sftp_get_in){
		.pool = bench.pool,
		.target = &bench.target,
		.path = "there.bin",
		.sink = take,
		.size_hint = sizeof content,
	};
	assert_int_equal(sftp_get_start(&get, on_op_done), ERR_OK);
	return &get.op;
}

static struct op *start_list(void)
{
	list.in = (struct sftp_list_in){
		.pool = bench.pool,
		.target = &bench.target,
		.path = ".",
		.entry = entry,
	};
	assert_int_equal(sftp_list_start(&list, on_op_done), ERR_OK);
	return &list.op;
}

static struct op *start_rename(void)
{
	file.in = (struct sftp_file_in){
		.pool = bench.pool,
		.target = &bench.target,
		.action = SFTP_FILE_RENAME,
		.path = "there.bin",
		.to = "there.bin",
	};
	assert_int_equal(sftp_file_start(&file, on_op_done), ERR_OK);
	return &file.op;
}

static struct op *start_probe(void)
{
	probe.in = (struct sftp_probe_in){
		.loop = bench.loop,
		.target = &bench.target,
		.folder = ".",
		.file_name = ".probe",
	};
	assert_int_equal(sftp_probe_start(&probe, on_op_done), ERR_OK);
	return &probe.op;
}

typedef struct op *(*start_fn)(void);

/* --- what is to be cut off, and when ------------------------------------- */

static struct op *victim;
static int moves_left;

static void cancel_at_move(struct sm *m, int from)
{
	(void)m;
	(void)from;
	if (victim != NULL && moves_left-- == 0) {
		op_cancel(victim);
		op_cancel(victim); /* any number of times */
	}
}

static bool may_end_so(enum err e)
{
	return e == ERR_OK || e == ERR_CANCELED;
}

static void check_and_close(void)
{
	victim = NULL;
	assert_int_equal(bench.calls, 1);
	assert_true(may_end_so(bench.last->status));
	if (bench.last->status == ERR_CANCELED)
		assert_text(bench.last->why.text, "canceled");
	bench_close();
	assert_int_equal(bench.calls, 1);
}

static void clean_home(void)
{
	char *command = mem_printf("rm -rf '%s/home/new'", sshd.dir);

	assert_int_equal(system(command), 0);
	free(command);
}

/* A session that lived long enough to make the temporary file also lived long
 * enough to remove it. */
static void check_no_temporary(void)
{
	char *path = sshd_path(&sshd, "new/folder/.p.part");
	char *probed = sshd_path(&sshd, ".probe.part");

	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(access(probed, F_OK), -1);
	free(path);
	free(probed);
}

static int sweep_moves(start_fn start)
{
	int k;

	for (k = 0; k < MOVES_MAX; k++) {
		bench_open(&sshd);
		moves_left = k;
		victim = start();
		bench_wait(1);
		if (moves_left >= 0) {
			assert_op(*bench.last, ERR_OK);
			check_and_close();
			break;
		}
		check_and_close();
		check_no_temporary();
		clean_home();
	}
	clean_home();
	return k;
}

static int turns;

static bool turn_over(void *arg)
{
	(void)arg;
	return bench.calls > 0 || turns-- == 0;
}

static void sweep_turns(start_fn start, int step)
{
	for (int k = 0; k < TURNS; k += step) {
		bench_open(&sshd);
		victim = NULL;
		turns = 2 * k; /* loop_run_until() asks twice a turn */
		start();
		loop_run_until(bench.loop, turn_over, NULL, 1000);
		op_cancel(start == start_put      ? &put.op
			  : start == start_get    ? &get.op
			  : start == start_list   ? &list.op
			  : start == start_rename ? &file.op
						  : &probe.op);
		if (bench.calls == 0)
			bench_wait(1);
		check_and_close();
		check_no_temporary();
		clean_home();
	}
}

static void test_put(void **arg)
{
	(void)arg;
	assert_true(sweep_moves(start_put) > 15);
	sweep_turns(start_put, 1);
}

static void test_get(void **arg)
{
	(void)arg;
	assert_true(sweep_moves(start_get) > 12);
	sweep_turns(start_get, 3);
}

static void test_list(void **arg)
{
	(void)arg;
	assert_true(sweep_moves(start_list) > 12);
	sweep_turns(start_list, 3);
}

static void test_rename(void **arg)
{
	(void)arg;
	assert_true(sweep_moves(start_rename) > 12);
	sweep_turns(start_rename, 3);
}

static void test_probe(void **arg)
{
	(void)arg;
	assert_true(sweep_moves(start_probe) > 20);
	sweep_turns(start_probe, 3);
}

/* Closing the pool is canceling all of them at once. */
static void test_close_the_pool(void **arg)
{
	(void)arg;
	for (int k = 0; k < TURNS; k += 4) {
		bench_open(&sshd);
		turns = 2 * k;
		start_put();
		start_get();
		start_list();
		loop_run_until(bench.loop, turn_over, NULL, 1000);
		bench_close();
		assert_int_equal(bench.calls, 3);
		assert_true(may_end_so(put.op.status));
		assert_true(may_end_so(get.op.status));
		assert_true(may_end_so(list.op.status));
		clean_home();
	}
}

/* Started again from its own callback, without end: nothing piles up. */
static void again(struct op *op)
{
	assert_op(*op, ERR_OK);
	if (++bench.calls < 200)
		assert_int_equal(sftp_list_start(&list, again), ERR_OK);
}

static void test_start_from_the_callback(void **arg)
{
	(void)arg;
	bench_open(&sshd);
	start_list();
	bench_wait(1);
	bench.calls = 0;
	assert_int_equal(sftp_list_start(&list, again), ERR_OK);
	bench_wait(200);
	assert_int_equal(sftp_pool_numbers(bench.pool).sessions_made, 1);
	bench_close();
}

static int start_server(void **arg)
{
	char *path;
	int fd;

	(void)arg;
	sshd_start(&sshd, SFTP_SERVER, NULL, NULL);
	path = sshd_path(&sshd, "there.bin");
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(write(fd, content, sizeof content), sizeof content);
	close(fd);
	free(path);
	sm_on_move = cancel_at_move;
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
		cmocka_unit_test(test_put),
		cmocka_unit_test(test_get),
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_rename),
		cmocka_unit_test(test_probe),
		cmocka_unit_test(test_close_the_pool),
		cmocka_unit_test(test_start_from_the_callback),
	};

	alarm(110);
	return cmocka_run_group_tests(tests, start_server, stop_server);
}
