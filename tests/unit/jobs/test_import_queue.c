/* Executions from the wish to the end, on a real store, with files of the
 * spool: overlap, waiting, cancelling in each state, recovery, after, stop.
 * Sources behind a connection are test_import_remote.c's. */
#include "gateway.h"

static struct gateway g;

static int set_up(void **state)
{
	(void)state;
	gateway_up(&g);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	gateway_remove(&g);
	return 0;
}

static struct import_job *suppliers(const char *name, const char *more)
{
	return gateway_job(&g, name, "SUPPLIER", CONNECTION_TYPE_COUNT, more);
}

/* --- files ------------------------------------------------------------------
 */

#define HEADER "Supplier Name;Supplier External Id\n"

static struct str many(unsigned rows, struct buf *text)
{
	*text = buf_make(256u << 20);
	buf_text(text, HEADER);
	for (unsigned i = 0; i < rows; i++)
		buf_printf(text, "Supplier %u;S-%u\n", i, i);
	return buf_view(text);
}

static struct uuid upload(const struct import_job *job, const char *text)
{
	return gateway_upload(&g, job, "x.csv", str_of(text), false);
}

static bool has_text(struct str where, const char *what)
{
	return memmem(where.ptr, where.len, what, strlen(what)) != NULL;
}

static bool has_supplier(const char *id)
{
	struct entity_row row;

	return record_entity_get(turn_read(&g.hub), ENTITY_SUPPLIER, str_of(id),
		       &row) == ERR_OK;
}

/* --- ends -------------------------------------------------------------------
 */

static void test_success(void **state)
{
	struct import_job *job = suppliers("a", "");
	struct uuid id = upload(job, HEADER "Acme;S-1\nBolt;S-2\n");
	struct execution x = gateway_until_final(&g, id);

	(void)state;
	assert_int_equal(x.state, EXECUTION_SUCCESS);
	assert_int_equal(x.counts.rows_read, 2);
	assert_int_equal(x.counts.created, 2);
	assert_int_equal(x.counts.bytes_read, strlen(HEADER) + 18);
	assert_true(x.started_at >= x.created_at);
	assert_true(x.finished_at >= x.started_at);
	assert_int_equal(x.message.len, 0);
	assert_true(has_text(x.report, "\"name\":\"x.csv\""));
	assert_true(has_text(x.report, "\"rowsRead\":2"));
	assert_true(has_text(x.report, "\"status\":\"DONE\""));
	assert_true(has_supplier("S-1") && has_supplier("S-2"));
	gateway_wait_spool_lacks(&g, x.upload_id);
	assert_int_equal(g.hub.imports.rows, 2);

	x = gateway_until_final(
		&g, upload(job, HEADER "Acme;S-1\nBolt 2;S-2\n"));
	assert_int_equal(x.counts.unchanged, 1);
	assert_int_equal(x.counts.updated, 1);
}

static bool take_reject(void *arg, uint32_t number, const struct reject *r)
{
	struct buf *out = arg;

	buf_printf(out, "%u %llu %.*s %.*s\n", number,
		(unsigned long long)r->line, STR_ARG(r->raw),
		STR_ARG(r->faults));
	return true;
}

static void test_partial_keeps_rejects(void **state)
{
	struct buf out = buf_make(1 << 16);
	struct str header;
	struct execution x = gateway_until_final(&g,
		upload(suppliers("a", ""), HEADER "Acme;S-1\n;S-2\nC;S-3\n"));

	(void)state;
	assert_int_equal(x.state, EXECUTION_PARTIAL);
	assert_int_equal(x.counts.rows_read, 3);
	assert_int_equal(x.counts.created, 2);
	assert_int_equal(x.counts.rejected, 1);
	assert_int_equal(x.rejects_kept, 1);
	assert_int_equal(record_reject_each(
				 turn_read(&g.hub), x.id, 0, take_reject, &out),
		ERR_OK);
	assert_true(has_text(buf_view(&out), "0 3 [\"\",\"S-2\"]"));
	assert_true(has_text(buf_view(&out), "F-E-001"));
	assert_true(has_text(buf_view(&out), "\"column\":\"Supplier Name\""));
	assert_int_equal(
		record_import_header_get(turn_read(&g.hub), x.id, 0, &header),
		ERR_OK);
	assert_true(str_eq(
		header, STR("[\"Supplier Name\",\"Supplier External Id\"]")));
	buf_release(&out);
}

static void test_rejects_are_capped(void **state)
{
	struct execution x;

	(void)state;
	g.hub.settings.rejects_kept = 2;
	x = gateway_until_final(
		&g, upload(suppliers("a", ""), HEADER ";1\n;2\n;3\n;4\nD;5\n"));
	assert_int_equal(x.counts.rejected, 4);
	assert_int_equal(x.rejects_kept, 2);
	assert_true(has_text(x.message, "2 rejected rows beyond"));
}

static void check_failed(const char *text, const char *message)
{
	static int n;
	char name[32];
	struct execution x;

	snprintf(name, sizeof name, "job %d", ++n);
	x = gateway_until_final(&g, upload(suppliers(name, ""), text));
	assert_int_equal(x.state, EXECUTION_FAILED);
	if (!has_text(x.message, message))
		fail_msg("%.*s", STR_ARG(x.message));
	gateway_wait_spool_lacks(&g, x.upload_id);
}

static void test_failures(void **state)
{
	(void)state;
	check_failed("", "x.csv");
	check_failed("Name;Id\na;b\n", "Supplier");
	check_failed(HEADER ";S-1\n;S-2\n", "2 rows read, none came through");
}

static void test_no_rows(void **state)
{
	struct execution x =
		gateway_until_final(&g, upload(suppliers("a", ""), HEADER));

	(void)state;
	assert_int_equal(x.state, EXECUTION_SUCCESS);
	assert_true(has_text(x.message, "no rows"));
}

static void test_dry_run(void **state)
{
	struct import_job *job = suppliers("a", "");
	struct import_job_state s;
	struct uuid id = gateway_upload(
		&g, job, "x.csv", STR(HEADER "Acme;S-1\n;S-2\n"), true);
	struct execution x = gateway_until_final(&g, id);

	(void)state;
	assert_int_equal(x.state, EXECUTION_PARTIAL);
	assert_int_equal(x.counts.created, 1);
	assert_int_equal(x.counts.rejected, 1);
	assert_false(has_supplier("S-1"));
	id = gateway_upload(&g, job, "x.csv", STR(HEADER "Acme;S-1\n"), true);
	assert_int_equal(gateway_until_final(&g, id).state, EXECUTION_SUCCESS);
	/* what did not happen starts nothing */
	assert_int_equal(
		record_import_job_state_get(turn_read(&g.hub), job->id, &s),
		ERR_OK);
	assert_int_equal(s.succeeded_at, 0);
}

/* --- slices ------------------------------------------------------------------
 */

/* A long file is cut: other work gets its turns, counters move. */
static void test_slices(void **state)
{
	struct buf text;
	struct str all = many(60000, &text);
	struct import_job *job = suppliers("a", "");
	struct uuid id = gateway_upload(&g, job, "x.csv", all, false);
	struct gateway_until u = { &g, id, EXECUTION_PENDING, true };
	struct execution x;
	unsigned moved = 0;
	uint64_t seen = 0;

	(void)state;
	gateway_until_state(&g, id, EXECUTION_RUNNING);
	for (int i = 0; i < 1000000 && !gateway_is_there(&u); i++) {
		loop_run_until(g.hub.loop, gateway_is_there, &u, 1);
		x = gateway_execution(&g, id);
		if (x.state != EXECUTION_RUNNING || x.counts.rows_read == 0)
			continue;
		assert_true(x.counts.rows_read - seen <= 10000);
		seen = x.counts.rows_read;
		moved++;
	}
	x = gateway_execution(&g, id);
	assert_int_equal(x.state, EXECUTION_SUCCESS);
	assert_int_equal(x.counts.created, 60000);
	assert_true(moved > 5);
	buf_release(&text);
}

/* --- overlap
 * ------------------------------------------------------------------ */

static void test_one_waits_the_rest_is_skipped(void **state)
{
	struct import_job *job = suppliers("a", "");
	struct uuid a = upload(job, HEADER "A;S-1\n");
	struct uuid b = upload(job, HEADER "B;S-1\n"), c;
	struct execution x;

	(void)state;
	gateway_until_state(&g, a, EXECUTION_RUNNING);
	assert_int_equal(gateway_execution(&g, b).state, EXECUTION_SKIPPED);
	b = upload(job, HEADER "B;S-1\n");
	c = upload(job, HEADER "C;S-1\n");
	gateway_commit(&g);
	x = gateway_execution(&g, c);
	assert_int_equal(x.state, EXECUTION_SKIPPED);
	assert_true(has_text(x.message, "waiting already"));
	gateway_wait_spool_lacks(&g, x.upload_id);
	assert_int_equal(gateway_until_final(&g, b).state, EXECUTION_SUCCESS);
	assert_int_equal(gateway_execution(&g, a).state, EXECUTION_SUCCESS);
	assert_true(gateway_execution(&g, b).started_at >=
		    gateway_execution(&g, a).finished_at);
}

static void test_wait_for_next(void **state)
{
	struct import_job *job =
		suppliers("a", "\"executionPolicy\":\"WAIT_FOR_NEXT\"");
	struct uuid a = upload(job, HEADER "A;S-1\n");
	struct uuid b = upload(job, HEADER "B;S-1\n");

	(void)state;
	gateway_commit(&g);
	assert_int_equal(gateway_execution(&g, b).state, EXECUTION_SKIPPED);
	assert_true(
		has_text(gateway_execution(&g, b).message, "WAIT_FOR_NEXT"));
	assert_int_equal(gateway_until_final(&g, a).state, EXECUTION_SUCCESS);
}

static void test_simultaneous(void **state)
{
	struct import_job *job =
		suppliers("a", "\"simultaneousExecution\":true");
	struct buf text;
	struct str all = many(5000, &text);
	struct uuid ids[6];

	(void)state;
	for (int i = 0; i < 6; i++)
		ids[i] = gateway_upload(&g, job, "x.csv", all, false);
	gateway_commit(&g);
	assert_int_equal(g.hub.imports.running, 4); /* maxRunning */
	for (int i = 0; i < 6; i++)
		assert_int_equal(gateway_execution(&g, ids[i]).state,
			i < 4 ? EXECUTION_RUNNING : EXECUTION_PENDING);
	for (int i = 0; i < 6; i++)
		assert_int_equal(gateway_until_final(&g, ids[i]).state,
			EXECUTION_SUCCESS);
	assert_int_equal(g.hub.imports.running, 0);
	buf_release(&text);
}

static void test_max_running(void **state)
{
	struct uuid a, b;

	(void)state;
	g.hub.settings.imports_max_running = 1;
	a = upload(suppliers("a", ""), HEADER "A;S-1\n");
	b = upload(suppliers("b", ""), HEADER "B;S-2\n");
	gateway_until_state(&g, a, EXECUTION_RUNNING);
	assert_int_equal(gateway_execution(&g, b).state, EXECUTION_PENDING);
	gateway_until_final(&g, b);
	assert_int_equal(gateway_execution(&g, a).state, EXECUTION_SUCCESS);
}

/* --- cancelling
 * ----------------------------------------------------------------- */

static const char *watch_state;
static struct uuid watch_id;
static struct deferred watch_call;
static bool watch_hit;
static enum err watch_result;

static void cancel_watched(struct deferred *d)
{
	struct diag why;

	(void)d;
	watch_result = import_queue_cancel(&g.hub, watch_id, &why);
}

/* Cancels as soon as the run is in a state, as a request would. */
static void cancel_on_move(struct sm *m, int from)
{
	(void)from;
	if (strcmp(m->name, "import_run") != 0 || watch_hit ||
		strcmp(sm_state_name(m), watch_state) != 0)
		return;
	watch_hit = true;
	loop_defer(g.hub.loop, &watch_call, cancel_watched);
}

static void cancel_later(struct timer *t)
{
	struct diag why;

	(void)t;
	assert_int_equal(import_queue_cancel(&g.hub, watch_id, &why), ERR_OK);
}

static void test_cancel_waiting(void **state)
{
	struct import_job *job = suppliers("a", "");
	struct uuid a = upload(job, HEADER "A;S-1\n"), b;
	struct execution x;
	struct diag why;

	(void)state;
	gateway_until_state(&g, a, EXECUTION_RUNNING);
	b = upload(job, HEADER "B;S-2\n");
	assert_int_equal(import_queue_cancel(&g.hub, b, &why), ERR_OK);
	gateway_commit(&g);
	x = gateway_execution(&g, b);
	assert_int_equal(x.state, EXECUTION_CANCELLED);
	assert_true(has_text(x.message, "operator"));
	gateway_wait_spool_lacks(&g, x.upload_id);
	assert_int_equal(import_queue_cancel(&g.hub, b, &why), ERR_CONFLICT);
	assert_int_equal(import_queue_cancel(&g.hub, hub_new_id(&g.hub), &why),
		ERR_NOT_FOUND);
	gateway_until_final(&g, a);
	assert_int_equal(import_queue_cancel(&g.hub, a, &why), ERR_CONFLICT);
	assert_false(has_supplier("S-2"));
}

/* Before the claim is on disk. */
static void test_cancel_claimed(void **state)
{
	struct uuid id = upload(suppliers("a", ""), HEADER "A;S-1\n");
	struct diag why;

	(void)state;
	assert_int_equal(import_queue_cancel(&g.hub, id, &why), ERR_OK);
	assert_int_equal(
		gateway_until_final(&g, id).state, EXECUTION_CANCELLED);
	assert_false(has_supplier("S-1"));
}

static void check_cancel_at(const char *name)
{
	struct buf text;
	struct str all = many(30000, &text);
	struct import_job *job = suppliers(name, "");
	struct execution x;

	watch_state = name;
	watch_hit = false;
	watch_id = gateway_upload(&g, job, "x.csv", all, false);
	sm_on_move = cancel_on_move;
	x = gateway_until_final(&g, watch_id);
	sm_on_move = NULL;
	assert_true(watch_hit);
	assert_int_equal(watch_result, ERR_OK);
	assert_int_equal(x.state, EXECUTION_CANCELLED);
	gateway_wait_spool_lacks(&g, x.upload_id);
	buf_release(&text);
}

static void test_cancel_opening(void **state)
{
	(void)state;
	check_cancel_at("open");
	assert_false(has_supplier("S-0"));
}

static void test_cancel_reading(void **state)
{
	(void)state;
	check_cancel_at("read");
}

/* The end is being written: too late, and no harm. */
static void test_cancel_saving(void **state)
{
	struct execution x;

	(void)state;
	watch_state = "save";
	watch_hit = false;
	watch_id = upload(suppliers("a", ""), HEADER "A;S-1\n");
	sm_on_move = cancel_on_move;
	x = gateway_until_final(&g, watch_id);
	sm_on_move = NULL;
	assert_true(watch_hit);
	assert_int_equal(watch_result, ERR_CONFLICT);
	assert_int_equal(x.state, EXECUTION_SUCCESS);
}

/* What is durable stays, and the counters tell of it. */
static void test_cancel_in_the_middle(void **state)
{
	struct buf text;
	struct str all = many(200000, &text);
	struct import_job *job = suppliers("a", "");
	struct timer t = { 0 };
	struct execution x;

	(void)state;
	watch_id = gateway_upload(&g, job, "x.csv", all, false);
	gateway_until_state(&g, watch_id, EXECUTION_RUNNING);
	timer_set(g.hub.loop, &t, 30, cancel_later);
	x = gateway_until_final(&g, watch_id);
	assert_int_equal(x.state, EXECUTION_CANCELLED);
	assert_true(x.counts.created > 0 && x.counts.created < 200000);
	assert_true(has_supplier("S-0"));
	/* exactly what was counted is there */
	{
		char id[32];

		snprintf(id, sizeof id, "S-%llu",
			(unsigned long long)x.counts.created - 1);
		assert_true(has_supplier(id));
		snprintf(id, sizeof id, "S-%llu",
			(unsigned long long)x.counts.created);
		assert_false(has_supplier(id));
	}
	buf_release(&text);
}

static void test_deleted_job(void **state)
{
	struct buf text;
	struct str all = many(200000, &text);
	struct import_job *job = suppliers("a", "");
	struct uuid a = gateway_upload(&g, job, "x.csv", all, false), b;
	struct execution x;

	(void)state;
	gateway_until_state(&g, a, EXECUTION_RUNNING);
	b = upload(job, HEADER "B;S-2\n");
	gateway_commit(&g);
	assert_int_equal(catalog_delete_import_job(&g.hub, job->id), ERR_OK);
	x = gateway_until_final(&g, a);
	assert_int_equal(x.state, EXECUTION_CANCELLED);
	assert_true(has_text(x.message, "deleted"));
	x = gateway_execution(&g, b);
	assert_int_equal(x.state, EXECUTION_CANCELLED);
	assert_true(has_text(x.message, "deleted"));
	gateway_wait_spool_lacks(&g, x.upload_id);
	buf_release(&text);
}

/* --- after a crash
 * ---------------------------------------------------------------- */

static struct uuid recovery_of(struct uuid id)
{
	struct execution_filter f = { .by_state = false };
	struct uuid ids[16], found = { { 0 } };
	size_t n = record_execution_ids(turn_read(&g.hub), &f, found, ids, 16);

	for (size_t i = 0; i < n; i++)
		if (uuid_eq(gateway_execution(&g, ids[i]).recovers, id))
			found = ids[i];
	return found;
}

/* A stop leaves RUNNING behind, as a crash does. */
static void test_recovery(void **state)
{
	struct buf text;
	struct str all = many(200000, &text);
	struct import_job *job = suppliers("a", "");
	struct uuid id = gateway_upload(&g, job, "x.csv", all, false), again;
	struct execution x;

	(void)state;
	gateway_until_state(&g, id, EXECUTION_RUNNING);
	while (gateway_execution(&g, id).counts.rows_read == 0)
		loop_run_until(g.hub.loop, gateway_is_marked, &g, 1);
	gateway_again(&g);
	x = gateway_execution(&g, id);
	assert_int_equal(x.state, EXECUTION_INTERRUPTED);
	assert_true(x.counts.created > 0 && x.counts.created < 200000);
	again = recovery_of(id);
	assert_false(uuid_is_nil(again));
	assert_true(gateway_spool_has(&g, x.upload_id));
	{
		uint64_t before = x.counts.created;

		x = gateway_until_final(&g, again);
		assert_int_equal(x.trigger, TRIGGER_RECOVERY);
		assert_int_equal(x.state, EXECUTION_SUCCESS);
		assert_int_equal(x.counts.unchanged, before);
		assert_int_equal(x.counts.created, 200000 - before);
	}
	gateway_wait_spool_lacks(&g, x.upload_id);
	buf_release(&text);
}

static void test_orphans_are_swept(void **state)
{
	struct import_job *job = suppliers("a", "");
	struct uuid orphan = hub_new_id(&g.hub);
	char *path = import_spool_path(&g.hub, orphan);
	struct execution x;
	struct uuid id;

	(void)state;
	fclose(fopen(path, "w"));
	free(path);
	/* one that waits: nothing may start */
	g.hub.settings.imports_max_running = 0;
	id = upload(job, HEADER "A;S-1\n");
	gateway_commit(&g);
	x = gateway_execution(&g, id);
	assert_int_equal(x.state, EXECUTION_PENDING);
	gateway_again(&g);
	assert_false(gateway_spool_has(&g, orphan));
	x = gateway_until_final(&g, id);
	assert_int_equal(x.state, EXECUTION_SUCCESS);
}

/* --- after
 * -------------------------------------------------------------------------- */

static struct uuid only_of(struct uuid job_id, size_t want)
{
	struct execution_filter f = { .by_job = true, .job_id = job_id };
	struct uuid ids[8] = { { { 0 } } }, none = { { 0 } };

	assert_int_equal(
		record_execution_ids(turn_read(&g.hub), &f, none, ids, 8),
		want);
	return ids[want > 0 ? want - 1 : 0];
}

static char *after_member(
	const struct import_job *a, const struct import_job *b)
{
	char one[UUID_TEXT_SIZE], two[UUID_TEXT_SIZE];

	if (b == NULL)
		return mem_printf(
			"\"after\":[\"%s\"]", uuid_format(a->id, one));
	return mem_printf("\"after\":[\"%s\",\"%s\"]", uuid_format(a->id, one),
		uuid_format(b->id, two));
}

static void test_after(void **state)
{
	struct import_job *a = suppliers("a", ""), *b = suppliers("b", ""), *c;
	char *both = after_member(a, b);
	struct execution x;
	struct uuid id;

	(void)state;
	c = suppliers("c", both);
	usleep(2000); /* c was made before anything succeeded */
	/* PARTIAL is no success */
	gateway_until_final(&g, upload(b, HEADER "B;S-2\n;S-3\n"));
	gateway_until_final(&g, upload(a, HEADER "A;S-1\n"));
	only_of(c->id, 0);
	gateway_until_final(&g, upload(b, HEADER "B;S-2\n"));
	id = only_of(c->id, 1);
	x = gateway_until_final(&g, id);
	assert_int_equal(x.trigger, TRIGGER_AFTER);
	assert_int_equal(x.state, EXECUTION_FAILED);
	assert_true(has_text(x.message, "has no source"));
	usleep(2000);
	/* both again */
	gateway_until_final(&g, upload(b, HEADER "B;S-2\n"));
	only_of(c->id, 1);
	gateway_until_final(&g, upload(a, HEADER "A;S-1\n"));
	only_of(c->id, 2);
	free(both);
}

static void test_after_inactive(void **state)
{
	struct import_job *a = suppliers("a", ""), *c;
	char *one = after_member(a, NULL);
	char *more = mem_printf("%s,\"active\":false", one);

	(void)state;
	c = suppliers("c", more);
	usleep(2000);
	gateway_until_final(&g, upload(a, HEADER "A;S-1\n"));
	only_of(c->id, 0);
	free(one);
	free(more);
}

/* --- a full disk
 * ---------------------------------------------------------------------- */

static bool is_full(void *arg)
{
	struct store_usage u;

	(void)arg;
	store_usage(g.hub.store, &u);
	return u.last_error == ERR_STORE_FULL;
}

/* Goes on until it is stopped, so that every turn of the loop ends. */
static void tick(struct timer *t)
{
	timer_set(g.hub.loop, t, 50, tick);
}

/* What was committed stays; the end is written as soon as there is room, here
 * after a start with a larger map. */
static void test_store_full(void **state)
{
	struct buf text;
	struct str all = many(100000, &text);
	struct timer t = { 0 };
	struct execution x;
	struct uuid id;
	uint64_t before;

	(void)state;
	gateway_remove(&g);
	gateway_map = 8u << 20;
	gateway_up(&g);
	id = gateway_upload(&g, suppliers("a", ""), "x.csv", all, false);
	assert_true(loop_run_until(g.hub.loop, is_full, NULL, 1000000));
	tick(&t);
	loop_run_until(g.hub.loop, gateway_is_marked, &g, 3);
	timer_stop(g.hub.loop, &t);
	gateway_map = 256u << 20;
	gateway_again(&g);
	x = gateway_execution(&g, id);
	before = x.counts.created;
	assert_true(before > 0 && before < 100000);
	if (x.state == EXECUTION_FAILED) { /* there was room for that */
		assert_true(has_text(x.message, "full"));
	} else {
		assert_int_equal(x.state, EXECUTION_INTERRUPTED);
		x = gateway_until_final(&g, recovery_of(id));
		assert_int_equal(x.state, EXECUTION_SUCCESS);
		assert_int_equal(x.counts.unchanged, before);
		assert_int_equal(x.counts.created, 100000 - before);
	}
	assert_int_equal(g.hub.imports.running, 0);
	buf_release(&text);
}

static void test_tree_stays_whole(void **state)
{
	struct import_job *job = gateway_job(&g, "tree", "NAVIGATION_CATEGORY",
		CONNECTION_TYPE_COUNT, "\"storeExternalId\":\"s1\"");
	struct execution x = gateway_until_final(
		&g, gateway_upload(&g, job, "x.csv", STR("x;y\n"), false));

	(void)state;
	assert_int_equal(x.state, EXECUTION_FAILED);
	assert_true(has_text(x.message, "the old tree stays"));
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_success),
		TEST(test_partial_keeps_rejects),
		TEST(test_rejects_are_capped),
		TEST(test_failures),
		TEST(test_no_rows),
		TEST(test_dry_run),
		TEST(test_slices),
		TEST(test_one_waits_the_rest_is_skipped),
		TEST(test_wait_for_next),
		TEST(test_simultaneous),
		TEST(test_max_running),
		TEST(test_cancel_waiting),
		TEST(test_cancel_claimed),
		TEST(test_cancel_opening),
		TEST(test_cancel_reading),
		TEST(test_cancel_saving),
		TEST(test_cancel_in_the_middle),
		TEST(test_deleted_job),
		TEST(test_recovery),
		TEST(test_orphans_are_swept),
		TEST(test_after),
		TEST(test_after_inactive),
		TEST(test_store_full),
		TEST(test_tree_stays_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
