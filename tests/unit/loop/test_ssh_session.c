/* Host keys, ways to log in, and servers that misbehave: what an operator reads
 * about each. */
#include "unit/loop/sshd.h"

#include "sluice/base/clock.h"
#include "sluice/loop/sftp_get.h"
#include "sluice/loop/sftp_probe.h"
#include "sluice/loop/sftp_put.h"

static struct sshd sshd;

static void run_stat(struct sftp_file *f, enum err expected)
{
	*f = (struct sftp_file){ .in = {
					 .pool = bench.pool,
					 .target = &bench.target,
					 .action = SFTP_FILE_STAT,
					 .path = ".",
				 } };
	assert_int_equal(sftp_file_start(f, on_op_done), ERR_OK);
	bench_wait(bench.calls + 1);
	assert_op(f->op, expected);
}

/* --- host keys ----------------------------------------------------------- */

static void test_each_kind_may_be_pinned(void **arg)
{
	struct sftp_file f;

	(void)arg;
	for (int i = 0; i < 3; i++) {
		bench_open(&sshd);
		bench.pins[0] = sshd.pins[i];
		run_stat(&f, ERR_OK);
		bench_close();
	}
}

static void test_key_not_pinned(void **arg)
{
	struct sftp_file f;

	(void)arg;
	bench_open(&sshd);
	bench.pins[0] = "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
	run_stat(&f, ERR_HOSTKEY);
	assert_text(f.op.why.text, "sftp erp: shake hands with 127.0.0.1:");
	assert_text(f.op.why.text, "host key changed: server shows SHA256:");
	for (int i = 0; i < 3; i++)
		assert_text(f.op.why.text, sshd.pins[i]);
	assert_text(f.op.why.text, "pinned are SHA256:AAAA");
	bench.target.host_key_count = 0;
	bench.target.version++;
	run_stat(&f, ERR_HOSTKEY);
	assert_text(f.op.why.text, "no host key is pinned: server shows");
	bench_close();
}

/* --- logging in ---------------------------------------------------------- */

static void test_password(void **arg)
{
	struct sftp_file f;

	(void)arg;
	bench_open(&sshd);
	bench.target.private_key = NULL;
	bench.target.password = "secret";
	run_stat(&f, ERR_OK);
	bench.target.version++;
	bench.target.password = "Wr0ngWord";
	run_stat(&f, ERR_AUTH);
	assert_text(
		f.op.why.text, "sftp erp: authenticate as hub on 127.0.0.1:");
	assert_text(f.op.why.text, "password refused");
	assert_null(strstr(f.op.why.text, "Wr0ngWord"));
	bench.target.version++;
	bench.target.password = NULL;
	run_stat(&f, ERR_AUTH);
	assert_text(f.op.why.text, "nothing to log in with");
	bench_close();
}

static char *key_file(const char *name)
{
	char *path = mem_printf("%s/%s", sshd.dir, name);
	char *text = slurp(path);

	free(path);
	return text;
}

static void test_stranger_key(void **arg)
{
	char *key = key_file("stranger");
	struct sftp_file f;

	(void)arg;
	bench_open(&sshd);
	bench.target.private_key = key;
	run_stat(&f, ERR_AUTH);
	assert_text(f.op.why.text, "private key refused");
	bench.target.version++; /* then the password, where there is one */
	bench.target.password = "secret";
	run_stat(&f, ERR_OK);
	bench.target.version++;
	bench.target.private_key = "rubbish";
	bench.target.password = NULL;
	run_stat(&f, ERR_AUTH);
	assert_text(f.op.why.text, "can't be read");
	free(key);
	bench_close();
}

static void test_encrypted_keys(void **arg)
{
	static const char *const names[] = { "user_ed25519", "user_ecdsa",
		"user_rsa" };
	struct sftp_file f;

	(void)arg;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char *key = key_file(names[i]);

		bench_open(&sshd);
		bench.target.private_key = key;
		bench.target.private_key_passphrase = "pass phrase";
		run_stat(&f, ERR_OK);
		bench.target.version++;
		bench.target.private_key_passphrase = "other words";
		run_stat(&f, ERR_AUTH);
		assert_text(f.op.why.text, "wrong passphrase?");
		assert_null(strstr(f.op.why.text, "other words"));
		bench.target.version++;
		bench.target.private_key_passphrase = NULL;
		run_stat(&f, ERR_AUTH);
		assert_text(f.op.why.text, "can't be read");
		bench_close();
		free(key);
	}
}

/* While the key is being decrypted the operation ends at once. */
static void test_cancel_while_decrypting(void **arg)
{
	char *key = key_file("user_ed25519");
	struct sftp_file f = { 0 };

	(void)arg;
	for (int ms = 5; ms < 120; ms += 10) {
		bench_open(&sshd);
		bench.target.private_key = key;
		bench.target.private_key_passphrase = "pass phrase";
		f.in = (struct sftp_file_in){
			.pool = bench.pool,
			.target = &bench.target,
			.action = SFTP_FILE_STAT,
			.path = ".",
			.deadline_ms = (uint64_t)ms,
		};
		assert_int_equal(sftp_file_start(&f, on_op_done), ERR_OK);
		bench_wait(1);
		bench_close();
	}
	free(key);
}

/* --- servers that misbehave ---------------------------------------------- */

/* A listener that takes connections and says `greeting`, then nothing. */
struct mute {
	uint16_t port;
	pid_t pid;
};

static struct mute mute_start(const char *greeting)
{
	struct mute m;
	int fd = listen_somewhere(&m.port), peer;

	m.pid = fork();
	if (m.pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		while ((peer = accept(fd, NULL, NULL)) >= 0)
			if (write(peer, greeting, strlen(greeting)) < 0)
				_exit(1);
		_exit(0);
	}
	close(fd);
	return m;
}

static void mute_stop(struct mute *m)
{
	kill(m->pid, SIGKILL);
	waitpid(m->pid, NULL, 0);
}

static void expect_timeout(const char *greeting)
{
	struct mute m = mute_start(greeting);
	uint64_t began = clock_monotonic_ns();
	struct sftp_file f;

	bench_open(&sshd);
	bench.target.port = m.port;
	bench.target.timeouts.handshake = 200;
	run_stat(&f, ERR_TIMEOUT);
	assert_text(f.op.why.text, "shake hands with 127.0.0.1:");
	assert_text(f.op.why.text, "no answer in time");
	assert_true(clock_monotonic_ns() - began < 2000000000);
	bench_close();
	mute_stop(&m);
}

static void test_silent_server(void **arg)
{
	(void)arg;
	expect_timeout("");
	expect_timeout("SSH-2.0-nothing\r\n");
}

static void test_not_ssh(void **arg)
{
	struct mute m = mute_start("HTTP/1.1 400 Bad Request\r\nServer: x\r\n"
				   "\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n");
	struct sftp_file f;

	(void)arg;
	bench_open(&sshd);
	bench.target.port = m.port;
	bench.target.timeouts.handshake = 300;
	f = (struct sftp_file){ .in = {
					.pool = bench.pool,
					.target = &bench.target,
					.action = SFTP_FILE_STAT,
					.path = ".",
				} };
	assert_int_equal(sftp_file_start(&f, on_op_done), ERR_OK);
	bench_wait(1);
	assert_true(f.op.status != ERR_OK);
	bench_close();
	mute_stop(&m);
}

static void test_nobody_there(void **arg)
{
	struct sftp_file f;
	uint16_t port;

	(void)arg;
	close(listen_somewhere(&port));
	bench_open(&sshd);
	bench.target.port = port;
	run_stat(&f, ERR_NET);
	assert_text(f.op.why.text, "sftp erp: connect to 127.0.0.1:");
	assert_text(f.op.why.text, "Connection refused");
	bench.target.version++;
	bench.target.hostname = "no-such-host.invalid";
	run_stat(&f, ERR_RESOLVE);
	assert_text(f.op.why.text, "sftp erp: resolve no-such-host.invalid:");
	bench_close();
}

static char data[8 << 20];

static void start_put(struct sftp_put *put, const char *path)
{
	put->in = (struct sftp_put_in){
		.pool = bench.pool,
		.target = &bench.target,
		.temp_path = ".k.part",
		.path = path,
		.data = data,
		.len = sizeof data,
	};
	assert_int_equal(sftp_put_start(put, on_op_done), ERR_OK);
}

static bool is_writing(void *arg)
{
	return ((struct sftp_put *)arg)->sent > 0;
}

static void test_server_dies(void **arg)
{
	struct sftp_put put = { 0 };
	struct sftp_file f;

	(void)arg;
	bench_open(&sshd);
	start_put(&put, "k.bin");
	assert_true(loop_run_until(bench.loop, is_writing, &put, 100000));
	sshd_signal_sessions(&sshd, SIGKILL);
	bench_wait(1);
	assert_op(put.op, ERR_NET);
	assert_text(put.op.why.text, "sftp erp: session with 127.0.0.1:");
	run_stat(&f, ERR_OK); /* on a new session */
	bench_close();
}

/* A warm session that the server dropped is not an error of the next one. */
static void test_warm_session_was_dropped(void **arg)
{
	struct sftp_file f;

	(void)arg;
	bench_open(&sshd);
	run_stat(&f, ERR_OK);
	sshd_signal_sessions(&sshd, SIGKILL);
	usleep(50000);
	run_stat(&f, ERR_OK);
	assert_int_equal(sftp_pool_numbers(bench.pool).sessions_made, 2);
	bench_close();
}

static void test_server_freezes(void **arg)
{
	struct sftp_put put = { 0 };
	uint64_t began;

	(void)arg;
	bench_open(&sshd);
	bench.target.timeouts.idle = 300;
	start_put(&put, "k.bin");
	assert_true(loop_run_until(bench.loop, is_writing, &put, 100000));
	sshd_signal_sessions(&sshd, SIGSTOP);
	began = clock_monotonic_ns();
	bench_wait(1);
	assert_op(put.op, ERR_TIMEOUT);
	assert_text(put.op.why.text, "the server stopped answering");
	assert_true(clock_monotonic_ns() - began < 3000000000);
	sshd_signal_sessions(&sshd, SIGKILL);
	bench_close();
}

/* The deadline of one operation, where the server hangs: cleaning up is tried
 * no longer than the close limit. */
static void test_deadline(void **arg)
{
	struct sftp_put put = { 0 };

	(void)arg;
	bench_open(&sshd);
	bench.target.timeouts.close = 100;
	start_put(&put, "k.bin");
	assert_true(loop_run_until(bench.loop, is_writing, &put, 100000));
	sshd_signal_sessions(&sshd, SIGSTOP);
	op_cancel(&put.op);
	bench_wait(1);
	assert_op(put.op, ERR_CANCELED);
	sshd_signal_sessions(&sshd, SIGKILL);
	bench_close();
}

static void freeze_at_publish(struct sm *m, int from)
{
	(void)from;
	if (strcmp(sm_state_name(m), "publish") == 0)
		sshd_signal_sessions(&sshd, SIGSTOP);
}

/* The rename is on the wire: nobody knows. */
static void test_unknown_outcome(void **arg)
{
	struct sftp_put put = { 0 };

	(void)arg;
	for (int killing = 0; killing < 2; killing++) {
		bench_open(&sshd);
		bench.target.timeouts.idle = 300;
		sm_on_move = freeze_at_publish;
		start_put(&put, "u.bin");
		if (killing)
			while (strcmp(put.op.sm.states == NULL
					       ? ""
					       : sm_state_name(&put.op.sm),
				       "publish") != 0)
				loop_run_until(
					bench.loop, has_called, &(int){ 1 }, 1);
		sm_on_move = killing ? NULL : sm_on_move;
		if (killing)
			sshd_signal_sessions(&sshd, SIGKILL);
		op_cancel(&put.op);
		bench_wait(1);
		sm_on_move = NULL;
		if (killing) {
			assert_op(put.op, ERR_UNKNOWN);
			assert_text(put.op.why.text,
				"after the rename to u.bin was sent");
		}
		sshd_signal_sessions(&sshd, SIGKILL);
		bench_close();
	}
}

/* One destination that hangs delays no other. */
static void test_destinations_are_apart(void **arg)
{
	struct mute m = mute_start("");
	struct sftp_file stuck = { 0 }, f;
	struct ssh_target other;

	(void)arg;
	bench_open(&sshd);
	other = bench.target;
	other.id.bytes[0] = 1;
	other.port = m.port;
	stuck.in = (struct sftp_file_in){
		.pool = bench.pool,
		.target = &other,
		.action = SFTP_FILE_STAT,
		.path = ".",
	};
	assert_int_equal(sftp_file_start(&stuck, on_op_done), ERR_OK);
	run_stat(&f, ERR_OK);
	assert_true(op_is_active(&stuck.op));
	assert_int_equal(sftp_pool_numbers(bench.pool).destinations, 2);
	bench_close();
	assert_op(stuck.op, ERR_CANCELED);
	mute_stop(&m);
}

/* --- keeping and letting go ---------------------------------------------- */

static bool has_no_session(void *arg)
{
	(void)arg;
	return sftp_pool_numbers(bench.pool).sessions == 0;
}

static void test_unused_sessions_end(void **arg)
{
	struct sftp_file f;
	uint64_t sent;

	(void)arg;
	bench_open(&sshd);
	bench.target.timeouts.pool_idle = 300;
	bench.target.timeouts.keepalive = 50;
	run_stat(&f, ERR_OK);
	sent = sftp_pool_numbers(bench.pool).bytes_sent;
	assert_true(loop_run_until(bench.loop, has_no_session, NULL, 10000));
	assert_true(sftp_pool_numbers(bench.pool).bytes_sent > sent + 200);
	bench_close();
}

/* The second session, which would keep the small file from waiting, does not
 * come about: both share the first. */
static void test_second_session_fails(void **arg)
{
	struct sftp_put big = { 0 }, small = { 0 };

	(void)arg;
	bench_open(&sshd);
	bench.target.timeouts.handshake = 300;
	start_put(&big, "k.bin");
	assert_true(loop_run_until(bench.loop, is_writing, &big, 100000));
	kill(sshd.pid, SIGSTOP); /* takes no further connection */
	small.in = big.in;
	small.in.temp_path = ".s.part";
	small.in.path = "s.bin";
	small.in.len = 100;
	assert_int_equal(sftp_put_start(&small, on_op_done), ERR_OK);
	bench_wait(2);
	kill(sshd.pid, SIGCONT);
	assert_op(big.op, ERR_OK);
	assert_op(small.op, ERR_OK);
	bench_close();
}

static void test_bad_paths(void **arg)
{
	struct sftp_put put = { 0 };
	char *path = mem_alloc(5000);

	(void)arg;
	memset(path, 'x', 4999);
	bench_open(&sshd);
	put.in = (struct sftp_put_in){
		.pool = bench.pool,
		.target = &bench.target,
		.temp_path = ".x",
		.path = path,
		.data = "",
	};
	assert_int_equal(sftp_put_start(&put, on_op_done), ERR_INVALID);
	put.in.path = "";
	assert_int_equal(sftp_put_start(&put, on_op_done), ERR_INVALID);
	assert_text(put.op.why.text, "path");
	bench_close();
	assert_int_equal(bench.calls, 0);
	free(path);
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
		cmocka_unit_test(test_each_kind_may_be_pinned),
		cmocka_unit_test(test_key_not_pinned),
		cmocka_unit_test(test_password),
		cmocka_unit_test(test_stranger_key),
		cmocka_unit_test(test_encrypted_keys),
		cmocka_unit_test(test_cancel_while_decrypting),
		cmocka_unit_test(test_silent_server),
		cmocka_unit_test(test_not_ssh),
		cmocka_unit_test(test_nobody_there),
		cmocka_unit_test(test_server_dies),
		cmocka_unit_test(test_warm_session_was_dropped),
		cmocka_unit_test(test_server_freezes),
		cmocka_unit_test(test_deadline),
		cmocka_unit_test(test_unknown_outcome),
		cmocka_unit_test(test_destinations_are_apart),
		cmocka_unit_test(test_unused_sessions_end),
		cmocka_unit_test(test_second_session_fails),
		cmocka_unit_test(test_bad_paths),
	};

	alarm(110);
	return cmocka_run_group_tests(tests, start_server, stop_server);
}
