/* Imports of files behind a connection, against a real sshd: one file and
 * folders of them, what is moved where and when, what happens when the source
 * changes, breaks or is not there, and cancelling in each state. */
#include "../loop/sshd.h"
#include "gateway.h"
#include "sluice/jobs/file_mover.h"

#define HEADER "Supplier Name;Supplier External Id\n"

static struct sshd sshd;
static struct gateway g;
static struct uuid client;

/* --- the scene --------------------------------------------------------------
 */

static int start_server(void **state)
{
	(void)state;
	sshd_start(&sshd, SFTP_SERVER, NULL, NULL);
	return 0;
}

static int stop_server(void **state)
{
	(void)state;
	sshd_remove(&sshd);
	return 0;
}

static void connect_erp(void)
{
	json_t *body = json_pack("{s:s,s:{s:s,s:{s:s,s:i,s:s,s:s,s:[s]}}}",
		"name", "erp", "clientConfiguration", "type", "SFTP_CLIENT",
		"connectionInformation", "hostname", "127.0.0.1", "port",
		(int)sshd.port, "username", "hub", "privateKey", sshd.key,
		"hostKeys", sshd.pins[0]);
	struct arena arena = { 0 };
	struct faults faults;
	struct connection *c;

	faults_init(&faults, &arena);
	c = connection_from_json(body, NULL, &faults);
	assert_non_null(c);
	c->id = client = hub_new_id(&g.hub);
	c->created_at = c->updated_at = clock_now_ms();
	assert_int_equal(catalog_put_connection(&g.hub, c), ERR_OK);
	gateway_commit(&g);
	arena_release(&arena);
	json_decref(body);
}

static int set_up(void **state)
{
	char *command = mem_printf("cd '%s/home' && rm -rf in out bad && "
				   "mkdir in out bad",
		sshd.dir);

	(void)state;
	assert_int_equal(system(command), 0);
	free(command);
	gateway_up(&g);
	connect_erp();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	sm_on_move = NULL;
	gateway_remove(&g);
	return 0;
}

static void put_file(const char *name, const char *text)
{
	char *path = sshd_path(&sshd, name);
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	fclose(f);
	free(path);
}

static void put_rows(const char *name, unsigned first, unsigned count)
{
	char *path = sshd_path(&sshd, name);
	FILE *f = fopen(path, "we");

	fputs(HEADER, f);
	for (unsigned i = first; i < first + count; i++)
		fprintf(f, "Supplier %u;S-%u\n", i, i);
	fclose(f);
	free(path);
}

static bool there_is(const char *name)
{
	char *path = sshd_path(&sshd, name);
	bool is = access(path, F_OK) == 0;

	free(path);
	return is;
}

static void move_file(const char *from, const char *to)
{
	char *a = sshd_path(&sshd, from), *b = sshd_path(&sshd, to);

	assert_int_equal(rename(a, b), 0);
	free(a);
	free(b);
}

static struct import_job *job_with(
	const char *entity, const char *source, const char *more)
{
	static unsigned n;
	char name[32], id[UUID_TEXT_SIZE];
	char *members = mem_printf("\"clientId\":\"%s\",\"source\":{%s}%s%s",
		uuid_format(client, id), source, more[0] == '\0' ? "" : ",",
		more);
	struct import_job *job;

	snprintf(name, sizeof name, "job %u", ++n);
	job = gateway_job(&g, name, entity, CONNECTION_SFTP, members);
	free(members);
	return job;
}

static struct import_job *one_file(const char *more)
{
	return job_with("SUPPLIER", "\"path\":\"in/a.csv\"", more);
}

#define FOLDERS                                                                \
	"\"inboundDirectory\":\"in\",\"outboundDirectory\":\"out\","           \
	"\"errorDirectory\":\"bad\""

static struct import_job *folder(const char *more)
{
	return job_with("SUPPLIER", FOLDERS, more);
}

static struct uuid ask(const struct import_job *job)
{
	struct execution want = { .trigger = TRIGGER_MANUAL };
	struct uuid id;

	assert_int_equal(import_queue_add(&g.hub, job, &want, &id), ERR_OK);
	return id;
}

static struct execution run(const struct import_job *job)
{
	return gateway_until_final(&g, ask(job));
}

static bool has_text(struct str where, const char *what)
{
	return memmem(where.ptr, where.len, what, strlen(what)) != NULL;
}

#define assert_has(where_, what_)                                              \
	do {                                                                   \
		if (!has_text((where_), (what_)))                              \
			fail_msg("%.*s", STR_ARG(where_));                     \
	} while (0)

static bool has_supplier(const char *id)
{
	struct entity_row row;

	return record_entity_get(turn_read(&g.hub), ENTITY_SUPPLIER, str_of(id),
		       &row) == ERR_OK;
}

/* --- one file ---------------------------------------------------------------
 */

static void test_one_file(void **state)
{
	struct execution x;

	(void)state;
	put_rows("in/a.csv", 0, 3);
	x = run(one_file(""));
	assert_int_equal(x.state, EXECUTION_SUCCESS);
	assert_int_equal(x.counts.created, 3);
	assert_int_equal(x.message.len, 0);
	assert_true(there_is("in/a.csv"));
	assert_has(x.report, "\"path\":\"in/a.csv\"");
	assert_has(x.report, "\"movedTo\":null");
}

static void test_large_file(void **state)
{
	struct execution x;

	(void)state;
	put_rows("in/a.csv", 0, 150000); /* several times the queue */
	x = run(one_file(""));
	assert_int_equal(x.state, EXECUTION_SUCCESS);
	assert_int_equal(x.counts.created, 150000);
}

static void test_missing_file(void **state)
{
	struct execution x = run(one_file(""));

	(void)state;
	assert_int_equal(x.state, EXECUTION_FAILED);
	assert_has(x.message, "in/a.csv");
	assert_has(x.message, "erp");
}

static void test_empty_file(void **state)
{
	struct execution x;

	(void)state;
	put_file("in/a.csv", "");
	x = run(one_file(""));
	assert_int_equal(x.state, EXECUTION_FAILED);
}

static void provide_file(struct timer *t)
{
	(void)t;
	put_rows("in/a.csv", 0, 3);
}

#define RETRY "\"retry\":{\"maxRetries\":3,\"intervalSeconds\":1}"

static void test_retry(void **state)
{
	struct uuid id = ask(one_file(RETRY));
	struct timer t = { 0 };
	struct execution x;

	(void)state;
	timer_set(g.hub.loop, &t, 500, provide_file);
	x = gateway_until_final(&g, id);
	assert_int_equal(x.state, EXECUTION_SUCCESS);
	assert_int_equal(x.counts.created, 3);
	assert_int_equal(x.message.len, 0);
	assert_true(x.finished_at - x.started_at >= 1000);
}

static void test_retries_end(void **state)
{
	struct execution x = run(
		one_file("\"retry\":{\"maxRetries\":1,\"intervalSeconds\":1}"));

	(void)state;
	assert_int_equal(x.state, EXECUTION_FAILED);
	assert_true(x.finished_at - x.started_at >= 1000);
}

static void test_disabled_connection(void **state)
{
	struct connection *c = catalog_connection(&g.hub, client);
	struct import_job *job = one_file("");
	struct execution x;

	(void)state;
	c->active = false;
	x = run(job);
	assert_int_equal(x.state, EXECUTION_FAILED);
	assert_has(x.message, "disabled");
}

/* --- folders
 * ------------------------------------------------------------------ */

static void test_folder(void **state)
{
	struct execution x;
	const char *b, *a;

	(void)state;
	put_rows("in/b.csv", 0, 2);
	put_rows("in/a.csv", 0, 3);
	put_rows("in/.hidden.csv", 100, 1);
	put_rows("in/c.csv.part", 100, 1);
	put_rows("in/d.tmp", 100, 1);
	put_rows("in/e.txt", 100, 1);
	x = run(folder(""));
	assert_int_equal(x.state, EXECUTION_SUCCESS);
	assert_int_equal(x.counts.created, 3);
	assert_int_equal(x.counts.unchanged, 2);
	assert_false(has_supplier("S-100"));
	a = memmem(x.report.ptr, x.report.len, "a.csv", 5);
	b = memmem(x.report.ptr, x.report.len, "b.csv", 5);
	assert_true(a != NULL && b != NULL && a < b);
	assert_has(x.report, "\"movedTo\":\"out/a.csv\"");
	assert_true(there_is("out/a.csv") && there_is("out/b.csv"));
	assert_int_equal(sshd_count(&sshd, "in"), 4);
	/* nothing is left to do */
	x = run(folder(""));
	assert_int_equal(x.state, EXECUTION_SUCCESS);
	assert_has(x.message, "no file to import in in");
}

static void test_name_is_taken(void **state)
{
	struct execution x;

	(void)state;
	put_file("out/a.csv", "older");
	put_file("out/a-2.csv", "older");
	put_rows("in/a.csv", 0, 1);
	x = run(folder(""));
	assert_has(x.report, "\"movedTo\":\"out/a-3.csv\"");
	assert_true(there_is("out/a-3.csv"));
	assert_false(there_is("in/a.csv"));
	{
		char *path = sshd_path(&sshd, "out/a.csv"), *text = slurp(path);

		assert_string_equal(text, "older");
		free(path);
		free(text);
	}
}

static void test_bad_file_among_good_ones(void **state)
{
	struct execution x;

	(void)state;
	put_rows("in/a.csv", 0, 1);
	put_file("in/b.csv", "Nonsense\n1\n");
	put_rows("in/c.csv", 1, 1);
	x = run(folder(""));
	assert_int_equal(x.state, EXECUTION_PARTIAL);
	assert_int_equal(x.counts.created, 2);
	assert_has(x.message, "1 of 3 files failed: b.csv");
	assert_true(there_is("out/a.csv") && there_is("out/c.csv"));
	assert_true(there_is("bad/b.csv"));
	assert_int_equal(sshd_count(&sshd, "in"), 0);
}

static void test_all_files_bad(void **state)
{
	struct execution x;

	(void)state;
	put_file("in/b.csv", "Nonsense\n1\n");
	x = run(job_with("SUPPLIER",
		"\"inboundDirectory\":\"in\",\"outboundDirectory\":\"out\"",
		""));
	assert_int_equal(x.state, EXECUTION_FAILED);
	assert_true(there_is("in/b.csv")); /* no place to put it */
}

static void test_missing_folder(void **state)
{
	struct execution x = run(job_with("SUPPLIER",
		"\"inboundDirectory\":\"no\",\"outboundDirectory\":\"out\"",
		""));

	(void)state;
	assert_int_equal(x.state, EXECUTION_FAILED);
	assert_has(x.message, "list no");
}

/* --- what happens meanwhile
 * ---------------------------------------------------- */

static const char *watch_state;
static void (*watch_fn)(void);
static struct deferred watch_call;
static unsigned watch_hits;

static void call_watch(struct deferred *d)
{
	(void)d;
	watch_fn();
}

/* `fn` from the loop as soon as the run is in a state, once. */
static void on_move(struct sm *m, int from)
{
	(void)from;
	if (strcmp(m->name, "import_run") != 0 ||
		strcmp(sm_state_name(m), watch_state) != 0 || watch_hits++ > 0)
		return;
	loop_defer(g.hub.loop, &watch_call, call_watch);
}

static void watch(const char *state, void (*fn)(void))
{
	watch_state = state;
	watch_fn = fn;
	watch_hits = 0;
	sm_on_move = on_move;
}

static void grow_file(void)
{
	put_rows("in/a.csv", 0, 9);
}

static void test_still_being_written(void **state)
{
	struct execution x;

	(void)state;
	put_rows("in/a.csv", 0, 3);
	put_rows("in/b.csv", 20, 1);
	watch("settle", grow_file);
	x = run(folder(""));
	assert_true(watch_hits > 0);
	assert_int_equal(x.state, EXECUTION_SUCCESS);
	assert_int_equal(x.counts.created, 1);
	assert_has(x.message, "1 file still being written");
	assert_true(there_is("in/a.csv"));
	assert_true(there_is("out/b.csv"));
}

static void test_changed_while_read(void **state)
{
	struct execution x;

	(void)state;
	put_rows("in/a.csv", 0, 3);
	watch("check", grow_file);
	/* the question is under way already when the file changes: a folder
	 * of many lets the second one change */
	put_rows("in/0.csv", 0, 1);
	x = run(folder(""));
	assert_true(watch_hits > 0);
	assert_int_equal(x.state, EXECUTION_SUCCESS);
	sm_on_move = NULL;

	put_rows("in/a.csv", 0, 60000);
	watch("read", grow_file);
	x = run(folder(""));
	assert_true(watch_hits > 0);
	assert_true(
		x.state == EXECUTION_PARTIAL || x.state == EXECUTION_FAILED);
	assert_true(there_is("in/a.csv"));
	assert_false(there_is("bad/a.csv"));
}

static void lose_server(void)
{
	sshd_signal_sessions(&sshd, SIGKILL);
}

static void test_server_lost(void **state)
{
	struct execution x;

	(void)state;
	put_rows("in/a.csv", 0, 1);
	put_rows("in/b.csv", 0, 300000);
	put_rows("in/c.csv", 5, 1);
	watch("check", lose_server); /* of a.csv: its rows are there */
	x = run(folder(""));
	assert_true(watch_hits > 0);
	assert_true(
		x.state == EXECUTION_PARTIAL || x.state == EXECUTION_SUCCESS);
	assert_true(has_supplier("S-0"));
}

static void test_server_lost_while_reading(void **state)
{
	struct execution x;

	(void)state;
	put_rows("in/a.csv", 0, 300000);
	watch("read", lose_server);
	x = run(folder(""));
	assert_true(watch_hits > 0);
	assert_true(
		x.state == EXECUTION_PARTIAL || x.state == EXECUTION_FAILED);
	assert_true(x.counts.created < 300000);
	assert_true(there_is("in/a.csv"));
	assert_has(x.message, "in/a.csv");
	/* the next one does the rest */
	sm_on_move = NULL;
	{
		uint64_t before = x.counts.created;

		x = run(folder(""));
		assert_int_equal(x.state, EXECUTION_SUCCESS);
		assert_int_equal(x.counts.unchanged, before);
		assert_int_equal(x.counts.created, 300000 - before);
	}
	assert_true(there_is("out/a.csv"));
}

/* --- cancelling
 * ------------------------------------------------------------------ */

static struct uuid watch_id;

static void cancel(void)
{
	struct diag why;

	assert_int_equal(import_queue_cancel(&g.hub, watch_id, &why), ERR_OK);
}

static void check_cancel_at(const char *state, struct import_job *job)
{
	struct execution x;

	watch(state, cancel);
	watch_id = ask(job);
	x = gateway_until_final(&g, watch_id);
	assert_true(watch_hits > 0);
	assert_int_equal(x.state, EXECUTION_CANCELLED);
	assert_has(x.message, "operator");
	sm_on_move = NULL;
}

static void test_cancel(void **state)
{
	static const char *const states[] = { "list", "settle", "relist",
		"open", "read", "check", "move" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(states); i++) {
		put_rows("in/a.csv", 0, 20000);
		put_rows("in/b.csv", 0, 5);
		check_cancel_at(states[i], folder(""));
		/* only what was read to its end may have gone */
		assert_true(there_is("in/b.csv") || i == 6);
	}
}

static void test_cancel_waiting_to_retry(void **state)
{
	(void)state;
	check_cancel_at("wait", one_file(RETRY));
}

/* --- stopping
 * ----------------------------------------------------------------------- */

static struct uuid last_execution(void)
{
	struct execution_filter f = { .by_state = false };
	struct uuid ids[32], none = { { 0 } };
	size_t n = record_execution_ids(turn_read(&g.hub), &f, none, ids, 32);

	assert_true(n > 0);
	return ids[n - 1];
}

static bool is_out(void *arg)
{
	return there_is(arg);
}

static void stop_loop(void)
{
	g.done = true;
}

/* In whatever state: the next start does it again, and the files arrive. */
static void test_stop(void **state)
{
	static const char *const states[] = { "list", "settle", "relist",
		"open", "read", "check", "move" };
	static char there[] = "out/a.csv";
	struct execution x;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(states); i++) {
		char *clean = mem_printf("rm -f '%s'/home/*/*", sshd.dir);

		assert_int_equal(system(clean), 0);
		free(clean);
		put_rows("in/a.csv", 0, 20000);
		watch(states[i], stop_loop);
		watch_id = ask(folder(""));
		gateway_wait(&g);
		sm_on_move = NULL;
		gateway_again(&g);
		x = gateway_execution(&g, watch_id);
		assert_int_equal(x.state, EXECUTION_INTERRUPTED);
		x = gateway_until_final(&g, last_execution());
		assert_int_equal(x.trigger, TRIGGER_RECOVERY);
		assert_int_equal(x.state, EXECUTION_SUCCESS);
		assert_true(has_supplier("S-19999"));
		assert_true(loop_run_until(g.hub.loop, is_out, there, 100000));
		assert_int_equal(sshd_count(&sshd, "out"), 1);
	}
}

/* --- moving
 * ---------------------------------------------------------------------------
 */

static void test_move_is_tried_again(void **state)
{
	static char there[] = "out/a.csv";
	struct execution x;

	(void)state;
	put_rows("in/a.csv", 0, 1);
	move_file("out", "gone");
	x = run(folder(""));
	assert_int_equal(x.state, EXECUTION_SUCCESS);
	assert_true(
		file_mover_has(g.hub.imports.mover, client, STR("in/a.csv")));
	/* it isn't imported again, neither now nor after a start */
	x = run(folder(""));
	assert_int_equal(x.counts.rows_read, 0);
	assert_has(x.message, "still to be moved away");
	gateway_again(&g);
	assert_true(
		file_mover_has(g.hub.imports.mover, client, STR("in/a.csv")));
	x = run(folder(""));
	assert_int_equal(x.counts.rows_read, 0);
	move_file("gone", "out");
	assert_true(loop_run_until(g.hub.loop, is_out, there, 100000));
	assert_false(there_is("in/a.csv"));
	x = run(folder(""));
	assert_has(x.message, "no file to import");
	assert_false(
		file_mover_has(g.hub.imports.mover, client, STR("in/a.csv")));
}

static bool nothing_to_move(void *arg)
{
	return !file_mover_has(g.hub.imports.mover, client, str_of(arg));
}

/* Another file by that name came: it is a new one. */
static void test_changed_file_is_not_moved(void **state)
{
	static char from[] = "in/a.csv";
	struct execution x;

	(void)state;
	put_rows("in/a.csv", 0, 1);
	move_file("out", "gone");
	x = run(folder(""));
	put_rows("in/a.csv", 7, 2);
	move_file("gone", "out");
	assert_true(loop_run_until(g.hub.loop, nothing_to_move, from, 100000));
	assert_true(there_is("in/a.csv"));
	x = run(folder(""));
	assert_int_equal(x.counts.created, 2);
	assert_true(there_is("out/a.csv"));
}

/* Its rows are not there before the tree is. */
static void test_tree(void **state)
{
	static char there[] = "out/a.csv";
	struct import_job *job = job_with("NAVIGATION_CATEGORY", FOLDERS,
		"\"storeExternalId\":\"default_store\"");
	struct execution x;

	(void)state;
	put_file("in/a.csv",
		"Navigation Category External Id;Navigation Category Name\n"
		"N-1;Tools\n");
	put_file("in/b.csv", "Nonsense\n1\n");
	x = run(job);
	assert_int_equal(x.state, EXECUTION_FAILED);
	assert_has(x.message, "the old tree stays");
	assert_false(there_is(there));
	assert_true(there_is("in/a.csv"));
}

/* Any byte but '/' and NUL may stand in a name. */
static void test_strange_names(void **state)
{
	struct execution x;

	(void)state;
	put_rows("in/caf\xe9\n\".csv", 0, 1);
	put_file("in/d\xe9\xe9.csv", "Nonsense\n1\n");
	put_rows("in/\xc3\xa9t\xc3\xa9.csv", 1, 1);
	x = run(folder(""));
	assert_int_equal(x.state, EXECUTION_PARTIAL);
	assert_int_equal(x.counts.created, 2);
	assert_true(str_is_utf8(x.report));
	assert_true(str_is_utf8(x.message));
	assert_has(x.report, "\"name\":\"caf?\\n\\\".csv\"");
	assert_has(x.report, "\xc3\xa9t\xc3\xa9.csv");
	assert_true(there_is("out/caf\xe9\n\".csv"));
	assert_true(there_is("bad/d\xe9\xe9.csv"));
}

/* More than are moved at the same time. */
static void test_many_files(void **state)
{
	struct execution x;
	char name[32];

	(void)state;
	for (unsigned i = 0; i < 100; i++) {
		snprintf(name, sizeof name, "in/f%03u.csv", i);
		put_rows(name, i, 1);
	}
	x = run(folder(""));
	assert_int_equal(x.state, EXECUTION_SUCCESS);
	assert_int_equal(x.counts.created, 100);
	assert_int_equal(sshd_count(&sshd, "in"), 0);
	assert_int_equal(sshd_count(&sshd, "out"), 100);
	assert_has(x.report, "\"movedTo\":\"out/f099.csv\"");
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_one_file),
		TEST(test_large_file),
		TEST(test_missing_file),
		TEST(test_empty_file),
		TEST(test_retry),
		TEST(test_retries_end),
		TEST(test_disabled_connection),
		TEST(test_folder),
		TEST(test_name_is_taken),
		TEST(test_bad_file_among_good_ones),
		TEST(test_all_files_bad),
		TEST(test_missing_folder),
		TEST(test_still_being_written),
		TEST(test_changed_while_read),
		TEST(test_server_lost),
		TEST(test_server_lost_while_reading),
		TEST(test_cancel),
		TEST(test_cancel_waiting_to_retry),
		TEST(test_stop),
		TEST(test_move_is_tried_again),
		TEST(test_changed_file_is_not_moved),
		TEST(test_tree),
		TEST(test_strange_names),
		TEST(test_many_files),
	};

	return cmocka_run_group_tests(tests, start_server, stop_server);
}
