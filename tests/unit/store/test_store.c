/* Turns, the disk, the data directory. */
#include "fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "rows.h"

/* --- turns ---------------------------------------------------------------- */

static void test_reader_sees_own_writes(void **state)
{
	struct fixture *f = *state;
	struct export x = rows_export(fixture_id(1000, 1), "A"), got;
	struct txn *t = store_read(f->store);

	assert_false(store_is_writing(f->store));
	assert_int_equal(record_export_get(t, x.id, &got), ERR_NOT_FOUND);
	t = fixture_write(f);
	assert_true(store_is_writing(f->store));
	assert_int_equal(record_export_put(t, &x), ERR_OK);
	assert_ptr_equal(store_read(f->store), t);
	assert_int_equal(
		record_export_get(store_read(f->store), x.id, &got), ERR_OK);
	assert_true(str_eq(got.reference, STR("A")));
	fixture_commit(f);
	assert_int_equal(
		record_export_get(store_read(f->store), x.id, &got), ERR_OK);
	store_end_turn(f->store);
}

static void test_abort_undoes(void **state)
{
	struct fixture *f = *state;
	struct export x = rows_export(fixture_id(1000, 1), "A"), got;
	struct txn *t = fixture_write(f);

	assert_int_equal(record_export_put(t, &x), ERR_OK);
	store_abort(f->store);
	assert_int_equal(record_export_get(store_read(f->store), x.id, &got),
		ERR_NOT_FOUND);
	store_end_turn(f->store);
}

static void test_survives_reopening(void **state)
{
	struct fixture *f = *state;
	struct export x = rows_export(fixture_id(1000, 1), "A"), got;

	assert_true(store_is_new(f->store));
	assert_int_equal(store_mark_started(fixture_write(f)), ERR_OK);
	assert_int_equal(record_export_put(fixture_write(f), &x), ERR_OK);
	fixture_commit(f);
	fixture_reopen(f);
	assert_false(store_is_new(f->store));
	assert_int_equal(
		record_export_get(store_read(f->store), x.id, &got), ERR_OK);
	store_end_turn(f->store);
}

static void test_answers_are_not_sticky(void **state)
{
	struct fixture *f = *state;
	struct txn *t = fixture_write(f);
	struct uuid job = fixture_id(1, 1), id = fixture_id(2, 2);

	assert_int_equal(
		record_once_put(t, job, EXPORT_ORDER, STR("A"), 3, id), ERR_OK);
	assert_int_equal(record_once_put(t, job, EXPORT_ORDER, STR("A"), 3, id),
		ERR_EXISTS);
	assert_int_equal(record_export_delete(t, id), ERR_NOT_FOUND);
	assert_int_equal(txn_error(t), ERR_OK);
	fixture_commit(f);
	assert_int_equal(record_once_put(fixture_write(f), job, EXPORT_ORDER,
				 STR("A"), 3, id),
		ERR_EXISTS);
	assert_int_equal(record_once_put(fixture_write(f), job, EXPORT_INCIDENT,
				 STR("A"), 3, id),
		ERR_OK);
	fixture_commit(f);
}

/* --- a full map ----------------------------------------------------------- */

static enum err fill_turn(struct fixture *f, uint32_t n, struct diag *why)
{
	static char payload[8192];
	struct export x = rows_export(fixture_id(1000 + n, n), "A");
	struct txn *t;
	enum err e = store_write(f->store, &t);

	if (e == ERR_OK)
		e = record_export_put(t, &x);
	if (e == ERR_OK)
		e = record_export_payload_put(
			t, x.id, (struct str){ payload, sizeof payload });
	if (e != ERR_OK) {
		/* Sticky: nothing else of the turn works. */
		assert_int_equal(store_mark_started(t), e);
		assert_int_equal(txn_error(t), e);
	}
	e = store_commit(f->store, why);
	store_end_turn(f->store);
	return e;
}

static void test_full_map(void **state)
{
	struct fixture *f = mem_alloc(sizeof *f);
	struct store_options o;
	struct store_usage usage;
	struct export got;
	uint32_t n = 0;
	enum err e;

	(void)state;
	fixture_make_dir(f);
	o = fixture_options(f, 1u << 20);
	assert_int_equal(store_open(&f->store, &o, &f->why), ERR_OK);
	while ((e = fill_turn(f, n, &f->why)) == ERR_OK)
		assert_true(++n < 1000);
	assert_int_equal(e, ERR_STORE_FULL);
	assert_non_null(strstr(f->why.text, "limits.mapSize"));
	store_usage(f->store, &usage);
	store_end_turn(f->store);
	assert_int_equal(usage.last_error, ERR_STORE_FULL);
	assert_true(usage.used_bytes <= usage.map_size);
	/* Still readable; the next turn fails the same way; a larger map
	 * mends it. */
	assert_int_equal(record_export_get(store_read(f->store),
				 fixture_id(1000, 0), &got),
		ERR_OK);
	store_end_turn(f->store);
	assert_int_equal(fill_turn(f, n, &f->why), ERR_STORE_FULL);
	fixture_reopen(f);
	assert_int_equal(fill_turn(f, n, &f->why), ERR_OK);
	store_usage(f->store, &usage);
	store_end_turn(f->store);
	assert_int_equal(usage.last_error, ERR_OK);
	assert_int_equal(usage.commits, 1);
	assert_true(usage.commit_ns_last > 0);
	store_close(f->store);
	fixture_remove_dir(f->dir);
	free(f);
}

/* --- what LMDB must not be led into --------------------------------------- */

/* A read transaction that outlived its turn would keep every old page. */
static void test_readers_end_with_the_turn(void **state)
{
	struct fixture *f = *state;
	struct store_usage before, after;
	struct export x = rows_export(fixture_id(1000, 1), "A"), got;

	for (int i = 0; i < 400; i++) {
		if (i == 100)
			store_usage(f->store, &before);
		assert_int_equal(
			record_export_get(store_read(f->store), x.id, &got),
			i == 0 ? ERR_NOT_FOUND : ERR_OK);
		store_end_turn(f->store);
		x.attempts++;
		assert_int_equal(
			record_export_put(fixture_write(f), &x), ERR_OK);
		fixture_commit(f);
	}
	store_usage(f->store, &after);
	store_end_turn(f->store);
	assert_int_equal(after.file_bytes, before.file_bytes);
}

/* A file that may not grow: as a disk that fails. */
static void test_failed_write_is_final(void **state)
{
	struct fixture *f = *state;
	struct export x = rows_export(fixture_id(1000, 1), "A"), got;
	struct rlimit old, small;
	struct store_usage usage;
	struct txn *t;

	assert_int_equal(record_export_put(fixture_write(f), &x), ERR_OK);
	fixture_commit(f);
	store_usage(f->store, &usage);
	store_end_turn(f->store);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	small = old;
	small.rlim_cur = usage.file_bytes;
	setrlimit(RLIMIT_FSIZE, &small);
	for (uint32_t n = 2; n < 500; n++) {
		x = rows_export(fixture_id(1000, n), "B");
		assert_int_equal(
			record_export_put(fixture_write(f), &x), ERR_OK);
	}
	assert_int_equal(store_commit(f->store, &f->why), ERR_IO);
	setrlimit(RLIMIT_FSIZE, &old);
	assert_false(store_is_writing(f->store));
	assert_int_equal(store_write(f->store, &t), ERR_IO);
	assert_int_equal(record_export_get(store_read(f->store),
				 fixture_id(1000, 1), &got),
		ERR_OK);
	assert_int_equal(record_export_get(store_read(f->store), x.id, &got),
		ERR_NOT_FOUND);
	store_end_turn(f->store);
}

/* Another process with a larger limits.mapSize made the file larger. */
static void test_map_grown_by_another(void **state)
{
	struct fixture *f = mem_alloc(sizeof *f);
	struct store_options o;
	struct export got;
	uint32_t n = 100;
	int status;
	pid_t child;

	(void)state;
	fixture_make_dir(f);
	o = fixture_options(f, 1u << 20);
	assert_int_equal(store_open(&f->store, &o, &f->why), ERR_OK);
	assert_int_equal(fill_turn(f, 0, &f->why), ERR_OK);
	child = fork();
	if (child == 0) {
		struct fixture g = *f;

		o.map_size = 1u << 26;
		o.exclusive = false;
		if (store_open(&g.store, &o, &g.why) != ERR_OK)
			_exit(1);
		for (uint32_t i = 1; i <= n; i++) {
			if (fill_turn(&g, i, &g.why) != ERR_OK)
				_exit(2);
		}
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(record_export_get(store_read(f->store),
				 fixture_id(1000 + n, n), &got),
		ERR_OK);
	store_end_turn(f->store);
	assert_int_equal(fill_turn(f, n + 1, &f->why), ERR_OK);
	store_close(f->store);
	fixture_remove_dir(f->dir);
	free(f);
}

/* --- the data directory --------------------------------------------------- */

static void test_second_gateway(void **state)
{
	struct fixture *f = *state;
	struct store_options o = fixture_options(f, 1u << 30);
	struct store *other;
	char pid[32];

	assert_int_equal(store_open(&other, &o, &f->why), ERR_LOCKED);
	assert_null(other);
	snprintf(pid, sizeof pid, "(pid %ld)", (long)getpid());
	assert_non_null(strstr(f->why.text, pid));
	assert_non_null(strstr(f->why.text, f->dir));
}

/* A command in another process, while this one has a turn open. */
static void test_command_beside(void **state)
{
	struct fixture *f = *state;
	struct export x = rows_export(fixture_id(1000, 1), "A");
	int status;
	pid_t child;

	assert_int_equal(record_export_put(fixture_write(f), &x), ERR_OK);
	fixture_commit(f);
	child = fork();
	if (child == 0) {
		struct store_options o = {
			.dir = f->dir, .map_size = 1u << 30, .must_exist = true
		};
		struct store *s = NULL;
		struct export got;
		struct diag why;
		bool ok =
			store_open(&s, &o, &why) == ERR_OK &&
			record_export_get(store_read(s), x.id, &got) == ERR_OK;

		_exit(ok ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	x = rows_export(fixture_id(1001, 1), "B");
	assert_int_equal(record_export_put(fixture_write(f), &x), ERR_OK);
	fixture_commit(f);
}

static void test_directory(void **state)
{
	struct fixture f;
	struct store_options o;
	char base[64];
	struct stat st;

	(void)state;
	fixture_make_dir(&f);
	snprintf(base, sizeof base, "%s", f.dir);
	strcat(f.dir, "/a/b");
	o = fixture_options(&f, 1u << 20);
	o.must_exist = true;
	assert_int_equal(store_open(&f.store, &o, &f.why), ERR_NOT_FOUND);
	assert_int_equal(access(f.dir, F_OK), -1);
	o.must_exist = false;
	assert_int_equal(store_open(&f.store, &o, &f.why), ERR_OK);
	assert_int_equal(stat(f.dir, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	store_close(f.store);
	fixture_remove_dir(base);
}

static void test_newer_schema(void **state)
{
	struct fixture *f = *state;
	struct store_options o = fixture_options(f, 1u << 30);

	assert_int_equal(
		meta_put(fixture_write(f), "schema", STR("99")), ERR_OK);
	fixture_commit(f);
	store_close(f->store);
	assert_int_equal(store_open(&f->store, &o, &f->why), ERR_UNSUPPORTED);
	assert_non_null(strstr(f->why.text, "newer version"));
}

static void test_not_a_database(void **state)
{
	struct fixture f;
	struct store_options o;
	char *path;
	FILE *file;

	(void)state;
	fixture_make_dir(&f);
	path = fixture_path(&f, "data.mdb");
	file = fopen(path, "w");
	for (int i = 0; i < 20000; i++)
		fputc('x', file);
	fclose(file);
	o = fixture_options(&f, 1u << 20);
	assert_int_equal(store_open(&f.store, &o, &f.why), ERR_CORRUPT);
	free(path);
	fixture_remove_dir(f.dir);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_reader_sees_own_writes),
		TEST(test_abort_undoes),
		TEST(test_survives_reopening),
		TEST(test_answers_are_not_sticky),
		cmocka_unit_test(test_full_map),
		TEST(test_readers_end_with_the_turn),
		TEST(test_failed_write_is_final),
		cmocka_unit_test(test_map_grown_by_another),
		TEST(test_second_gateway),
		TEST(test_command_beside),
		cmocka_unit_test(test_directory),
		TEST(test_newer_schema),
		cmocka_unit_test(test_not_a_database),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
