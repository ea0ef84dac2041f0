/* The FTPS client against real servers: one with MLSD, and vsftpd, which has
 * none and insists on resumed TLS sessions. */
#include "unit/loop/ftpd.h"

#define BIG_SIZE (12u << 20)

/* --- lists ---------------------------------------------------------------- */

struct listing {
	unsigned files, folders, others;
	uint64_t bytes;
	bool times, stop;
};

static enum err on_entry(
	void *arg, struct str name, const struct sftp_attrs *attrs)
{
	struct listing *l = arg;

	assert_true(name.len > 0);
	if (sftp_attrs_kind(attrs) == SFTP_FILE || !attrs->has_mode) {
		l->files++;
		l->times |= attrs->has_times && attrs->mtime > 1500000000;
	} else if (sftp_attrs_kind(attrs) == SFTP_FOLDER) {
		l->folders++;
	} else {
		l->others++;
	}
	l->bytes += attrs->has_size ? attrs->size : 0;
	return l->stop ? ERR_CONFLICT : ERR_OK;
}

static struct ftp_call list_of(struct listing *l, const char *path)
{
	struct ftp_call call = simple(FTP_LIST, path, NULL);

	*l = (struct listing){ 0 };
	call.in.entry = on_entry;
	call.in.arg = l;
	return call;
}

static void lists_a_folder(void **state)
{
	struct listing l;
	struct ftp_call call;

	(void)state;
	make_dir("in");
	make_dir("in/sub");
	put_file("in/a b;c%20 ü.csv", "12345", 5);
	put_file("in/b.csv", "", 0);
	call = list_of(&l, "in");
	run(&call, ERR_OK);
	assert_int_equal(l.files, 2);
	assert_int_equal(l.folders, 1);
	assert_int_equal(l.bytes, 5);
	assert_true(l.times);
	assert_int_equal(call.entries, 3);
	call = list_of(&l, "");
	run(&call, ERR_OK);
	assert_int_equal(l.folders, 1);
	assert_int_equal(l.files, 0);
	call = list_of(&l, "in/sub");
	run(&call, ERR_OK);
	assert_int_equal(call.entries, 0);
	call = list_of(&l, "absent");
	run(&call, ERR_REMOTE_ABSENT);
	assert_text(call.op.why.text, "ftps erp: list absent: ");
	assert_text(call.op.why.text, "550");
}

static void lists_a_thousand(void **state)
{
	struct listing l;
	struct ftp_call call;
	char name[32];

	(void)state;
	make_dir("many");
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof name, "many/%04d.csv", i);
		put_file(name, "abc", 3);
	}
	call = list_of(&l, "many");
	run(&call, ERR_OK);
	assert_int_equal(l.files, 1000);
	assert_int_equal(l.bytes, 3000);
	call = list_of(&l, "many");
	call.in.max_entries = 10;
	run(&call, ERR_LIMIT);
	assert_int_equal(call.entries, 10);
	call = list_of(&l, "many");
	l.stop = true;
	run(&call, ERR_CONFLICT);
	assert_int_equal(call.entries, 1);
}

/* --- get ------------------------------------------------------------------ */

struct sink {
	struct ftp_call call;
	uint64_t got;
	uint64_t pause_at, fail_at;
	bool same;
};

static unsigned char *big;

static enum err on_data(void *arg, const void *data, size_t len)
{
	struct sink *s = arg;

	assert_true(s->got + len <= BIG_SIZE);
	s->same &= memcmp(big + s->got, data, len) == 0;
	s->got += len;
	assert_int_equal(s->call.received, s->got);
	if (s->pause_at > 0 && s->got >= s->pause_at)
		ftp_call_pause(&s->call);
	return s->fail_at > 0 && s->got >= s->fail_at ? ERR_NO_SPACE : ERR_OK;
}

static struct sink get_of(const char *path)
{
	return (struct sink){
		.call = { .in = { .action = FTP_GET,
				  .path = path,
				  .sink = on_data } },
		.same = true,
	};
}

static void run_get(struct sink *s, enum err expected)
{
	s->call.in.arg = s;
	run(&s->call, expected);
	assert_true(s->same);
}

static void make_big(void)
{
	if (big == NULL) {
		big = mem_alloc(BIG_SIZE);
		for (size_t i = 0; i < BIG_SIZE; i++)
			big[i] = (unsigned char)(i * 7 + i / 1021);
	}
	put_file("big", big, BIG_SIZE);
}

static void gets_files(void **state)
{
	struct sink s;

	(void)state;
	make_big();
	s = get_of("big");
	run_get(&s, ERR_OK);
	assert_int_equal(s.got, BIG_SIZE);
	assert_true(s.call.attrs.has_size && s.call.attrs.has_times);
	assert_int_equal(s.call.attrs.size, BIG_SIZE);
	put_file("empty", "", 0);
	s = get_of("empty");
	run_get(&s, ERR_OK);
	assert_int_equal(s.got, 0);
	s = get_of("absent");
	run_get(&s, ERR_REMOTE_ABSENT);
	s = get_of("big");
	s.call.in.limit = 100000;
	run_get(&s, ERR_OK);
	assert_int_equal(s.got, 100000);
	s = get_of("big");
	s.fail_at = 1000000;
	run_get(&s, ERR_NO_SPACE);
}

/* Turns the loop for a while. */
static void on_tick(struct timer *t)
{
	*(bool *)(void *)(t + 1) = true;
}

static bool is_true(void *arg)
{
	return *(bool *)arg;
}

static void turn_for(uint64_t ms)
{
	struct {
		struct timer timer;
		bool over;
	} t = { 0 };

	timer_set(bench.loop, &t.timer, ms, on_tick);
	assert_true(loop_run_until(bench.loop, is_true, &t.over, 1000000));
}

static bool is_paused(void *arg)
{
	struct sink *s = arg;

	return s->got >= s->pause_at;
}

static void pauses_and_resumes(void **state)
{
	struct sink s;
	uint64_t got;

	(void)state;
	make_big();
	s = get_of("big");
	s.pause_at = 1 << 20;
	s.call.in.arg = &s;
	start(&s.call);
	assert_true(loop_run_until(bench.loop, is_paused, &s, 1000000));
	got = s.got;
	turn_for(200);
	assert_int_equal(s.got, got);
	assert_true(op_is_active(&s.call.op));
	s.pause_at = 0;
	ftp_call_resume(&s.call);
	bench_wait(1);
	assert_op(s.call.op, ERR_OK);
	assert_int_equal(s.got, BIG_SIZE);
	assert_true(s.same);
}

/* The pause is ours: it is not the server that is idle. */
static void pauses_for_longer_than_idle(void **state)
{
	struct sink s;

	(void)state;
	make_big();
	target.idle_ms = 1000;
	s = get_of("big");
	s.pause_at = 1 << 20;
	s.call.in.arg = &s;
	start(&s.call);
	assert_true(loop_run_until(bench.loop, is_paused, &s, 1000000));
	turn_for(3000);
	s.pause_at = 0;
	ftp_call_resume(&s.call);
	bench_wait(1);
	assert_op(s.call.op, ERR_OK);
	assert_int_equal(s.got, BIG_SIZE);
}

static void cancels(void **state)
{
	struct sink s;

	(void)state;
	make_big();
	s = get_of("big"); /* while it waits for its turn */
	s.call.in.arg = &s;
	start(&s.call);
	op_cancel(&s.call.op);
	op_cancel(&s.call.op);
	bench_wait(1);
	assert_op(s.call.op, ERR_CANCELED);
	s = get_of("big"); /* while it is paused */
	s.pause_at = 1 << 20;
	s.call.in.arg = &s;
	start(&s.call);
	assert_true(loop_run_until(bench.loop, is_paused, &s, 1000000));
	op_cancel(&s.call.op);
	bench_wait(2);
	assert_op(s.call.op, ERR_CANCELED);
	for (unsigned ms = 0; ms < 40; ms += 3) { /* at any time */
		s = get_of("big");
		s.call.in.arg = &s;
		start(&s.call);
		turn_for(ms);
		op_cancel(&s.call.op);
		if (op_is_active(&s.call.op))
			bench_wait(bench.calls + 1);
	}
	s = get_of("big");
	s.pause_at = 1;
	s.call.in.deadline_ms = 300;
	run_get(&s, ERR_TIMEOUT);
}

/* --- changes -------------------------------------------------------------- */

/* vsftpd says "Rename failed", others why. */
static void run_refused(
	enum ftp_action action, const char *path, const char *to)
{
	struct ftp_call call = simple(action, path, to);

	start(&call);
	bench_wait(bench.calls + 1);
	assert_true(call.op.status == ERR_REMOTE ||
		    call.op.status == ERR_REMOTE_ABSENT);
	assert_text(call.op.why.text, "550");
}

static void changes_files(void **state)
{
	struct ftp_call call;

	(void)state;
	run_simple(FTP_MKDIR, "in", NULL, ERR_OK);
	run_simple(FTP_MKDIR, "in/done", NULL, ERR_OK);
	call = simple(FTP_PUT, "in/a.csv", NULL);
	call.in.data = STR("content");
	run(&call, ERR_OK);
	call = simple(FTP_STAT, "in/a.csv", NULL);
	run(&call, ERR_OK);
	assert_int_equal(call.attrs.size, 7);
	assert_true(call.attrs.has_times);
	run_simple(FTP_RENAME, "in/a.csv", "in/done/b c.csv", ERR_OK);
	assert_true(is_there("in/done/b c.csv"));
	run_refused(FTP_RENAME, "in/done/b c.csv", "absent/b.csv");
	run_simple(FTP_RENAME, "in/absent.csv", "in/b.csv", ERR_REMOTE_ABSENT);
	run_simple(FTP_STAT, "in/a.csv", NULL, ERR_REMOTE_ABSENT);
	run_simple(FTP_REMOVE, "in/done/b c.csv", NULL, ERR_OK);
	assert_false(is_there("in/done/b c.csv"));
	run_refused(FTP_REMOVE, "in/done/b c.csv", NULL);
	run_refused(FTP_MKDIR, "in/done", NULL);
}

static void refuses_commands_in_paths(void **state)
{
	struct ftp_call call = simple(FTP_STAT, "a\r\nDELE b", NULL);

	(void)state;
	call.in.pool = pool;
	call.in.target = &target;
	assert_int_equal(ftp_call_start(&call, on_op_done), ERR_INVALID);
	call = simple(FTP_RENAME, "a", "b\nDELE b");
	call.in.pool = pool;
	call.in.target = &target;
	assert_int_equal(ftp_call_start(&call, on_op_done), ERR_INVALID);
	target.password = "x\r\nDELE b";
	call = simple(FTP_STAT, "a", NULL);
	call.in.pool = pool;
	call.in.target = &target;
	assert_int_equal(ftp_call_start(&call, on_op_done), ERR_INVALID);
}

/* --- trust and faults ----------------------------------------------------- */

static void refuses_strangers(void **state)
{
	struct listing l;
	struct ftp_call call = list_of(&l, "");

	(void)state;
	target.ca_certificates = ftpd.other_ca;
	run(&call, ERR_CERTIFICATE);
	assert_text(call.op.why.text, "certificate");
	target.version++;
	target.ca_certificates = NULL;
	run(&call, ERR_CERTIFICATE);
	target.version++;
	target.ca_certificates = "no PEM text";
	run(&call, ERR_INVALID);
	assert_text(call.op.why.text, "PEM");
	target.version++;
	target.ca_certificates = ftpd.ca;
	target.password = "wrong-password";
	run(&call, ERR_AUTH);
	assert_null(strstr(call.op.why.text, "wrong-password"));
	assert_true(call.reached_ms[FTP_STAGE_CONNECTED] > 0);
	assert_true(call.reached_ms[FTP_STAGE_SECURED] > 0);
	assert_int_equal(call.reached_ms[FTP_STAGE_LOGGED_IN], 0);
	target.version++;
	target.password = "secret";
	run(&call, ERR_OK);
	assert_true(call.reached_ms[FTP_STAGE_LOGGED_IN] > 0);
	target.version++;
	target.hostname = "localhost"; /* is in the certificate, too */
	run(&call, ERR_OK);
}

static void survives_a_server_that_ends(void **state)
{
	struct sink s;

	(void)state;
	make_big();
	s = get_of("big");
	s.pause_at = 1 << 20;
	s.call.in.arg = &s;
	start(&s.call);
	assert_true(loop_run_until(bench.loop, is_paused, &s, 1000000));
	ftpd_stop();
	s.pause_at = 0;
	ftp_call_resume(&s.call);
	bench_wait(1);
	assert_true(s.call.op.status != ERR_OK);
	assert_true(s.got < BIG_SIZE);
	s = get_of("big");
	run_get(&s, ERR_NET);
	assert_text(s.call.op.why.text, "refused");
}

/* Kept connections of a server that was started anew. */
static void tries_again_on_a_fresh_connection(void **state)
{
	const char *kind = *state;
	char *command;

	put_file("a", "x", 1);
	run_simple(FTP_STAT, "a", NULL, ERR_OK);
	sshd_signal_sessions(&(struct sshd){ .pid = ftpd.pid }, SIGKILL);
	(void)kind;
	run_simple(FTP_RENAME, "a", "b", ERR_OK);
	assert_true(is_there("b"));
	command = mem_printf("rm -rf '%s/home/b'", ftpd.dir);
	assert_int_equal(system(command), 0);
	free(command);
}

static void runs_many_at_once(void **state)
{
	struct ftp_call calls[20];

	(void)state;
	make_dir("in");
	for (int i = 0; i < 20; i++) {
		calls[i] = simple(FTP_MKDIR, mem_printf("in/%d", i), NULL);
		start(&calls[i]);
	}
	bench_wait(20);
	for (int i = 0; i < 20; i++) {
		assert_op(calls[i].op, ERR_OK);
		free((char *)(uintptr_t)calls[i].in.path);
	}
}

/* --- servers that misbehave ----------------------------------------------- */

/* The longest time between two turns of the loop, as a timer sees it. */
struct pulse {
	struct timer timer;
	uint64_t last_ms, gap_ms;
};

static void on_pulse(struct timer *t)
{
	struct pulse *p = container_of(t, struct pulse, timer);
	uint64_t now = loop_now_ms(bench.loop);

	if (p->last_ms > 0 && now - p->last_ms > p->gap_ms)
		p->gap_ms = now - p->last_ms;
	p->last_ms = now;
	timer_set(bench.loop, t, 5, on_pulse);
}

/* libcurl itself waits for that answer up to a minute. */
static void no_answer_after_a_transfer(void **state)
{
	struct pulse pulse = { 0 };
	struct sink s;

	(void)state;
	make_big();
	on_pulse(&pulse.timer);
	s = get_of("big");
	s.call.in.deadline_ms = 1500;
	run_get(&s, ERR_TIMEOUT);
	assert_int_equal(s.got, BIG_SIZE);
	timer_stop(bench.loop, &pulse.timer);
	assert_in_range(pulse.gap_ms, 0, 500); /* of 1500 */
}

static void a_file_that_is_cut(void **state)
{
	struct sink s;

	(void)state;
	make_big();
	s = get_of("big");
	s.call.in.arg = &s;
	start(&s.call);
	bench_wait(1);
	assert_true(s.call.op.status == ERR_NET ||
		    s.call.op.status == ERR_REMOTE_SIZE);
	assert_true(s.got < BIG_SIZE);
}

/* RNTO was not sent: nothing has happened, and that is known. */
static void silence_before_the_rename(void **state)
{
	struct ftp_call call = simple(FTP_RENAME, "a", "b");

	(void)state;
	put_file("a", "x", 1);
	call.in.deadline_ms = 500;
	run(&call, ERR_TIMEOUT);
	target.version++;
	target.idle_ms = 1000;
	call.in.deadline_ms = 0;
	run(&call, ERR_TIMEOUT);
	assert_true(is_there("a"));
}

static void silence_after_the_rename(void **state)
{
	struct ftp_call call = simple(FTP_RENAME, "a", "b");

	(void)state;
	put_file("a", "x", 1);
	run(&call, ERR_UNKNOWN);
	assert_text(call.op.why.text, "may or may not");
	assert_true(is_there("b"));
}

/* The same answers for files that are there and for ones that aren't. */
static void no_size_no_time(void **state)
{
	struct sink s;

	(void)state;
	make_big();
	run_simple(FTP_STAT, "big", NULL, ERR_UNSUPPORTED);
	run_simple(FTP_STAT, "absent", NULL, ERR_UNSUPPORTED);
	s = get_of("big");
	run_get(&s, ERR_OK);
	assert_int_equal(s.got, BIG_SIZE);
	assert_false(s.call.attrs.has_times);
}

static void a_listing_made_to_harm(void **state)
{
	struct listing l;
	struct ftp_call call = list_of(&l, "");

	(void)state;
	run(&call, ERR_PROTO);
}

#define EACH(test)                                                             \
	cmocka_unit_test_setup_teardown(test, open_client, close_client)

static int start_mlsd(void **state)
{
	(void)state;
	ftpd_start("mlsd", NULL);
	return 0;
}

static int start_vsftpd(void **state)
{
	(void)state;
	ftpd_start("vsftpd", NULL);
	return 0;
}

static int stop_server(void **state)
{
	(void)state;
	if (ftpd.pid > 0)
		ftpd_stop();
	return 0;
}

/* A server of its own for one test. */
static void run_with(const char *option, void (*test)(void **state))
{
	void *none = NULL;

	ftpd_start("mlsd", option);
	open_client(&none);
	test(&none);
	close_client(&none);
	ftpd_stop();
}

static void misbehaviour(void **state)
{
	(void)state;
	run_with("no-226", no_answer_after_a_transfer);
	run_with("cut", a_file_that_is_cut);
	run_with("silent", silence_before_the_rename);
	run_with("sizeless", no_size_no_time);
	run_with("mute-rnto", silence_after_the_rename);
	run_with("hostile", a_listing_made_to_harm);
	run_with("long", a_listing_made_to_harm);
}

static int remove_all(void **state)
{
	char *command = mem_printf("rm -rf '%s'", ftpd.dir);

	(void)state;
	assert_int_equal(system(command), 0);
	free(command);
	free(ftpd.ca);
	free(ftpd.other_ca);
	free(big);
	return 0;
}

int main(void)
{
	const struct CMUnitTest misbehaving[] = {
		cmocka_unit_test(misbehaviour),
	};
	const struct CMUnitTest mlsd[] = {
		EACH(lists_a_folder),
		EACH(lists_a_thousand),
		EACH(gets_files),
		EACH(pauses_and_resumes),
		EACH(pauses_for_longer_than_idle),
		EACH(cancels),
		EACH(changes_files),
		EACH(refuses_commands_in_paths),
		EACH(refuses_strangers),
		EACH(runs_many_at_once),
		EACH(survives_a_server_that_ends),
	};
	const struct CMUnitTest vsftpd[] = {
		EACH(lists_a_folder),
		EACH(lists_a_thousand),
		EACH(gets_files),
		EACH(pauses_and_resumes),
		EACH(pauses_for_longer_than_idle),
		EACH(cancels),
		EACH(changes_files),
		EACH(refuses_strangers),
		EACH(runs_many_at_once),
		EACH(tries_again_on_a_fresh_connection),
		EACH(survives_a_server_that_ends),
	};
	int failed;

	signal(SIGPIPE, SIG_IGN);
	failed = cmocka_run_group_tests(mlsd, start_mlsd, stop_server);
	failed += cmocka_run_group_tests(vsftpd, start_vsftpd, stop_server);
	failed += cmocka_run_group_tests(misbehaving, NULL, remove_all);
	return failed;
}
