/* Upload, download, list and the rest against OpenSSH's server. */
#include "unit/loop/sshd.h"

#include "sluice/loop/sftp_get.h"
#include "sluice/loop/sftp_list.h"
#include "sluice/loop/sftp_put.h"

static struct sshd sshd;

/* libssh2 1.11.1 forgets the old host key (51 bytes) with each key exchange. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:curve25519_sha256\nleak:kex_method_curve25519";
}

static struct sftp_put put_of(
	const char *temp, const char *path, const void *data, size_t len)
{
	return (struct sftp_put){ .in = {
					  .temp_path = temp,
					  .path = path,
					  .data = data,
					  .len = len,
				  } };
}

static void start_put(struct sftp_put *put)
{
	put->in.pool = bench.pool;
	put->in.target = &bench.target;
	assert_int_equal(sftp_put_start(put, on_op_done), ERR_OK);
}

static void run_put(struct sftp_put *put, enum err expected)
{
	int calls = bench.calls;

	start_put(put);
	assert_int_equal(bench.calls, calls); /* never from within the start */
	bench_wait(calls + 1);
	assert_op(put->op, expected);
}

static void run_file(struct sftp_file *f, enum sftp_file_action action,
	const char *path, const char *to, enum err expected)
{
	*f = (struct sftp_file){ .in = {
					 .pool = bench.pool,
					 .target = &bench.target,
					 .action = action,
					 .path = path,
					 .to = to,
				 } };
	assert_int_equal(sftp_file_start(f, on_op_done), ERR_OK);
	bench_wait(bench.calls + 1);
	assert_op(f->op, expected);
}

/* --- a sink that checks -------------------------------------------------- */

struct sink {
	struct sftp_get get;
	struct buf bytes;
	bool pausing;
	int calls, max_calls;
};

static enum err take(void *arg, const void *data, size_t len)
{
	struct sink *s = arg;

	assert_false(s->get.paused);
	buf_put(&s->bytes, data, len);
	s->calls++;
	if (s->max_calls > 0 && s->calls >= s->max_calls)
		return ERR_LIMIT;
	if (s->pausing)
		sftp_get_pause(&s->get);
	return ERR_OK;
}

static void start_get(struct sink *s, const char *path)
{
	s->bytes = buf_make(1 << 28);
	s->calls = 0;
	s->get.in.pool = bench.pool;
	s->get.in.target = &bench.target;
	s->get.in.path = path;
	s->get.in.sink = take;
	s->get.in.sink_arg = s;
	assert_int_equal(sftp_get_start(&s->get, on_op_done), ERR_OK);
}

static void run_get(struct sink *s, const char *path, enum err expected)
{
	start_get(s, path);
	bench_wait(bench.calls + 1);
	assert_op(s->get.op, expected);
}

static char *pattern(size_t len)
{
	char *data = mem_alloc(len + 1);
	uint64_t x = 88172645463325252u;

	for (size_t i = 0; i < len; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		data[i] = (char)x;
	}
	return data;
}

static void round_trip(size_t len)
{
	char *data = pattern(len);
	struct sftp_put put = put_of(".t.part", "t.bin", data, len);
	struct sink s = { 0 };

	put.in.fsync = true;
	run_put(&put, ERR_OK);
	assert_int_equal(put.sent, len);
	run_get(&s, "t.bin", ERR_OK);
	assert_int_equal(s.bytes.len, len);
	assert_int_equal(s.get.received, len);
	assert_int_equal(s.get.attrs.size, len);
	if (len > 0)
		assert_memory_equal(s.bytes.data, data, len);
	buf_release(&s.bytes);
	free(data);
}

/* --- tests --------------------------------------------------------------- */

static void test_round_trips(void **arg)
{
	static const size_t sizes[] = { 0, 1, 4096, 32768, 200000, 261120,
		261121, 1 << 20, 9000001 };

	(void)arg;
	bench_open(&sshd);
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
		round_trip(sizes[i]);
	assert_int_equal(sshd_count(&sshd, "."), 1); /* no temporary file */
	assert_true(sftp_pool_numbers(bench.pool).sessions_made <= 2);
	bench_close();
}

static enum err read_part(
	void *arg, uint64_t offset, void *buf, size_t want, size_t *got)
{
	*got = want > 1000 ? 1000 : want; /* short, as reads may be */
	memcpy(buf, (char *)arg + offset, *got);
	return ERR_OK;
}

static enum err read_too_little(
	void *arg, uint64_t offset, void *buf, size_t want, size_t *got)
{
	(void)arg;
	(void)buf;
	(void)want;
	*got = offset < 100000 ? 1000 : 0;
	return ERR_OK;
}

static void test_put_from_a_callback(void **arg)
{
	char *data = pattern(3000000);
	struct sftp_put put = put_of(".c.part", "c.bin", NULL, 3000000);
	struct sink s = { 0 };

	(void)arg;
	bench_open(&sshd);
	put.in.read = read_part;
	put.in.read_arg = data;
	run_put(&put, ERR_OK);
	run_get(&s, "c.bin", ERR_OK);
	assert_int_equal(s.bytes.len, 3000000);
	assert_memory_equal(s.bytes.data, data, 3000000);
	put.in.read = read_too_little;
	put.in.path = "d.bin";
	run_put(&put, ERR_IO);
	assert_text(put.op.why.text, "ended too early");
	assert_int_equal(sshd_count(&sshd, "."), 2); /* t.bin, c.bin */
	buf_release(&s.bytes);
	free(data);
	bench_close();
}

#define MANY 300

static void test_many_at_once(void **arg)
{
	struct sftp_put *puts = mem_alloc(MANY * sizeof *puts);
	char names[MANY][2][32];
	struct sftp_file f;

	(void)arg;
	bench_open(&sshd);
	run_file(&f, SFTP_FILE_MKDIR, "many", NULL, ERR_OK);
	for (int i = 0; i < MANY; i++) {
		snprintf(names[i][0], 32, "many/.%d.part", i);
		snprintf(names[i][1], 32, "many/%d.xml", i);
		puts[i] = put_of(names[i][0], names[i][1], names, 4000);
		start_put(&puts[i]);
	}
	assert_int_equal(sftp_pool_numbers(bench.pool).waiting, MANY);
	bench_wait(bench.calls + MANY);
	for (int i = 0; i < MANY; i++)
		assert_op(puts[i].op, ERR_OK);
	assert_int_equal(sshd_count(&sshd, "many"), MANY);
	assert_int_equal(sftp_pool_numbers(bench.pool).sessions_made, 1);
	free(puts);
	bench_close();
}

/* The big one gets a session of its own; the small one ends first. */
static void test_big_does_not_hold_up_small(void **arg)
{
	size_t len = 60 << 20;
	char *data = pattern(len);
	struct sftp_put big = put_of(".big.part", "big.bin", data, len);
	struct sftp_put small = put_of(".s.part", "s.bin", data, 100);
	struct sftp_file f;

	(void)arg;
	bench_open(&sshd);
	start_put(&big);
	start_put(&small);
	bench_wait(1);
	assert_ptr_equal(bench.last, &small.op);
	assert_int_equal(sftp_pool_numbers(bench.pool).sessions, 2);
	bench_wait(2);
	assert_op(big.op, ERR_OK);
	run_file(&f, SFTP_FILE_STAT, "big.bin", NULL, ERR_OK);
	assert_int_equal(f.attrs.size, len);
	run_file(&f, SFTP_FILE_REMOVE, "big.bin", NULL, ERR_OK);
	run_file(&f, SFTP_FILE_REMOVE, "s.bin", NULL, ERR_OK);
	free(data);
	bench_close();
}

static void test_missing_folder(void **arg)
{
	struct sftp_put put =
		put_of("no/such/.x.part", "no/such/x.xml", "abc", 3);

	(void)arg;
	bench_open(&sshd);
	run_put(&put, ERR_REMOTE_ABSENT);
	assert_text(put.op.why.text, "sftp erp: create no/such/.x.part: "
				     "the folder no/such does not exist");
	put.in.create_folder = true;
	run_put(&put, ERR_OK);
	assert_int_equal(sshd_count(&sshd, "no/such"), 1);
	bench_close();
}

static void test_rename_replaces(void **arg)
{
	struct sftp_put put = put_of("r/.x.part", "r/x.xml", "first", 5);
	struct sink s = { 0 };

	(void)arg;
	bench_open(&sshd);
	put.in.create_folder = true;
	run_put(&put, ERR_OK);
	put.in.data = "second!";
	put.in.len = 7;
	run_put(&put, ERR_OK);
	run_get(&s, "r/x.xml", ERR_OK);
	assert_string_equal(s.bytes.data, "second!");
	assert_int_equal(sshd_count(&sshd, "r"), 1); /* nothing aside */
	buf_release(&s.bytes);
	bench_close();
}

/* A folder has the target's name: it can't be replaced, and stays. */
static void test_rename_fails(void **arg)
{
	struct sftp_put put = put_of("q/.x.part", "q/x", "first", 5);
	struct sftp_file f;

	(void)arg;
	bench_open(&sshd);
	run_file(&f, SFTP_FILE_MKDIR, "q", NULL, ERR_OK);
	run_file(&f, SFTP_FILE_MKDIR, "q/x", NULL, ERR_OK);
	run_file(&f, SFTP_FILE_MKDIR, "q/x/y", NULL, ERR_OK);
	run_put(&put, ERR_REMOTE);
	assert_text(put.op.why.text, "sftp erp: rename to q/x: ");
	assert_int_equal(sshd_count(&sshd, "q"), 1); /* no temporary file */
	assert_int_equal(sshd_count(&sshd, "q/x"), 1);
	bench_close();
}

struct resumer {
	struct timer timer;
	struct sftp_get *get;
};

static void on_resume(struct timer *t)
{
	struct resumer *r = container_of(t, struct resumer, timer);

	sftp_get_resume(r->get);
	timer_set(bench.loop, t, 1, on_resume);
}

/* The sink pauses after each piece; much arrives meanwhile. */
static void test_get_pauses(void **arg)
{
	size_t len = 5000000;
	char *data = pattern(len);
	struct sftp_put put = put_of(".p.part", "p.bin", data, len);
	struct sink s = { .pausing = true };
	struct resumer r = { .get = &s.get };

	(void)arg;
	bench_open(&sshd);
	run_put(&put, ERR_OK);
	timer_set(bench.loop, &r.timer, 1, on_resume);
	run_get(&s, "p.bin", ERR_OK);
	timer_stop(bench.loop, &r.timer);
	assert_int_equal(s.bytes.len, len);
	assert_memory_equal(s.bytes.data, data, len);
	assert_true(s.calls > 5);
	buf_release(&s.bytes);
	free(data);
	bench_close();
}

static void test_get_stops(void **arg)
{
	struct sink s = { .max_calls = 2 };

	(void)arg;
	bench_open(&sshd);
	run_get(&s, "p.bin", ERR_LIMIT);
	buf_release(&s.bytes);
	s = (struct sink){ 0 };
	s.get.in.limit = 300000;
	run_get(&s, "p.bin", ERR_OK);
	assert_int_equal(s.bytes.len, 300000);
	buf_release(&s.bytes);
	s = (struct sink){ 0 };
	run_get(&s, "nothing", ERR_REMOTE_ABSENT);
	assert_text(s.get.op.why.text,
		"sftp erp: read nothing: no such file or folder");
	buf_release(&s.bytes);
	bench_close();
}

static enum err count_entry(
	void *arg, struct str name, const struct sftp_attrs *attrs)
{
	assert_true(name.len > 0);
	assert_int_equal(sftp_attrs_kind(attrs), SFTP_FILE);
	(*(int *)arg)++;
	return ERR_OK;
}

static void test_list(void **arg)
{
	int seen = 0;
	struct sftp_list list = { 0 };

	(void)arg;
	bench_open(&sshd);
	list.in = (struct sftp_list_in){
		.pool = bench.pool,
		.target = &bench.target,
		.path = "many",
		.entry = count_entry,
		.entry_arg = &seen,
	};
	assert_int_equal(sftp_list_start(&list, on_op_done), ERR_OK);
	bench_wait(1);
	assert_op(list.op, ERR_OK);
	assert_int_equal(seen, MANY);
	assert_int_equal(list.entries, MANY);
	list.in.max_entries = 10;
	assert_int_equal(sftp_list_start(&list, on_op_done), ERR_OK);
	bench_wait(2);
	assert_op(list.op, ERR_LIMIT);
	list.in.path = "none";
	assert_int_equal(sftp_list_start(&list, on_op_done), ERR_OK);
	bench_wait(3);
	assert_op(list.op, ERR_REMOTE_ABSENT);
	bench_close();
}

static void test_file_operations(void **arg)
{
	struct sftp_put put = put_of(".o.part", "o.xml", "abc", 3);
	struct sftp_file f;

	(void)arg;
	bench_open(&sshd);
	put.in.mode = 0600;
	run_put(&put, ERR_OK);
	run_file(&f, SFTP_FILE_STAT, "o.xml", NULL, ERR_OK);
	assert_int_equal(f.attrs.size, 3);
	assert_int_equal(f.attrs.mode & 0777, 0600);
	assert_int_equal(sftp_attrs_kind(&f.attrs), SFTP_FILE);
	run_file(&f, SFTP_FILE_MKDIR, "done", NULL, ERR_OK);
	run_file(&f, SFTP_FILE_MKDIR, "done", NULL, ERR_REMOTE);
	run_file(&f, SFTP_FILE_RENAME, "o.xml", "done/o.xml", ERR_OK);
	assert_int_equal(sshd_count(&sshd, "done"), 1);
	run_file(
		&f, SFTP_FILE_RENAME, "o.xml", "done/o.xml", ERR_REMOTE_ABSENT);
	run_file(&f, SFTP_FILE_REMOVE, "done/o.xml", NULL, ERR_OK);
	run_file(&f, SFTP_FILE_REMOVE, "done/o.xml", NULL, ERR_REMOTE_ABSENT);
	run_file(&f, SFTP_FILE_STAT, "done", NULL, ERR_OK);
	assert_int_equal(sftp_attrs_kind(&f.attrs), SFTP_FOLDER);
	bench_close();
}

static struct op *order[32];
static int ordered;

static void note_order(struct op *op)
{
	on_op_done(op);
	order[ordered++] = op;
}

/* One at a time: then the order of the ends is the order of the starts. */
static void test_starts_in_order(void **arg)
{
	struct sftp_file f[32];

	(void)arg;
	ordered = 0;
	bench_open(&sshd);
	bench.target.max_files = 1;
	for (int i = 0; i < 32; i++) {
		f[i] = (struct sftp_file){ .in = {
						   .pool = bench.pool,
						   .target = &bench.target,
						   .action = SFTP_FILE_STAT,
						   .path = ".",
					   } };
		assert_int_equal(sftp_file_start(&f[i], note_order), ERR_OK);
	}
	bench_wait(32);
	for (int i = 0; i < 32; i++)
		assert_ptr_equal(order[i], &f[i].op);
	bench_close();
}

static bool has_no_session(void *arg)
{
	(void)arg;
	return sftp_pool_numbers(bench.pool).sessions == 0;
}

/* Another version of the connection makes a new session; the old one ends. */
static void test_new_version_and_forget(void **arg)
{
	struct sftp_file f;

	(void)arg;
	bench_open(&sshd);
	run_file(&f, SFTP_FILE_STAT, ".", NULL, ERR_OK);
	bench.target.version++;
	run_file(&f, SFTP_FILE_STAT, ".", NULL, ERR_OK);
	assert_int_equal(sftp_pool_numbers(bench.pool).sessions_made, 2);
	run_file(&f, SFTP_FILE_STAT, ".", NULL, ERR_OK);
	assert_int_equal(sftp_pool_numbers(bench.pool).sessions, 1);
	sftp_pool_forget(bench.pool, bench.target.id);
	assert_true(loop_run_until(bench.loop, has_no_session, NULL, 1000));
	bench_close();
}

static int start_server(void **arg)
{
	(void)arg;
	sshd_start(&sshd, SFTP_SERVER, NULL, NULL);
	return 0;
}

static int start_plain_server(void **arg)
{
	(void)arg;
	sshd_start(&sshd, SFTP_PLAIN, NULL, NULL);
	return 0;
}

/* The server asks for new keys again and again, in the midst of data. */
static int start_rekeying_server(void **arg)
{
	(void)arg;
	sshd_start(&sshd, SFTP_SERVER, "RekeyLimit 512K", NULL);
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
		cmocka_unit_test(test_round_trips),
		cmocka_unit_test(test_put_from_a_callback),
		cmocka_unit_test(test_many_at_once),
		cmocka_unit_test(test_big_does_not_hold_up_small),
		cmocka_unit_test(test_missing_folder),
		cmocka_unit_test(test_rename_replaces),
		cmocka_unit_test(test_rename_fails),
		cmocka_unit_test(test_get_pauses),
		cmocka_unit_test(test_get_stops),
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_file_operations),
		cmocka_unit_test(test_starts_in_order),
		cmocka_unit_test(test_new_version_and_forget),
	};

	const struct CMUnitTest rekeying_tests[] = {
		cmocka_unit_test(test_round_trips),
		cmocka_unit_test(test_many_at_once),
		cmocka_unit_test(test_big_does_not_hold_up_small),
	};
	int failed;

	alarm(110);
	failed = cmocka_run_group_tests_name(
		"OpenSSH's extensions", tests, start_server, stop_server);
	failed += cmocka_run_group_tests_name(
		"plain SFTP v3", tests, start_plain_server, stop_server);
	failed += cmocka_run_group_tests_name("new keys all the time",
		rekeying_tests, start_rekeying_server, stop_server);
	return failed;
}
