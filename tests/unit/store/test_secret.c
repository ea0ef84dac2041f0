/* The secret key, and backups, which need it. */
#include "fixture.h"

#include <sys/stat.h>

#include "rows.h"

/* --- the secret key ------------------------------------------------------- */

static enum err reopen(struct fixture *f)
{
	struct store_options o = fixture_options(f, 1u << 30);

	store_close(f->store);
	return store_open(&f->store, &o, &f->why);
}

static void test_secret_file(void **state)
{
	struct fixture *f = *state;
	char *path = fixture_path(f, "secret.key");
	char *away = fixture_path(f, "away");
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(reopen(f), ERR_OK);
	assert_int_equal(chmod(path, 0640), 0);
	assert_int_equal(reopen(f), ERR_SECRET);
	assert_non_null(strstr(f->why.text, "chmod 600"));
	assert_int_equal(rename(path, away), 0);
	assert_int_equal(reopen(f), ERR_SECRET);
	assert_non_null(strstr(f->why.text, "missing"));
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(rename(away, path), 0);
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(reopen(f), ERR_OK);
	free(path);
	free(away);
}

static void write_text(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void test_secret_wrong(void **state)
{
	struct fixture *f = *state;
	char *path = fixture_path(f, "secret.key");

	write_text(path, "0123456789abcdef0123456789abcdef"
			 "0123456789abcdef0123456789abcdef\n");
	assert_int_equal(reopen(f), ERR_SECRET);
	assert_non_null(strstr(f->why.text, "does not fit"));
	write_text(path, "hello\n");
	assert_int_equal(reopen(f), ERR_SECRET);
	assert_non_null(strstr(f->why.text, "does not hold a key"));
	free(path);
}

static void test_secret_variable(void **state)
{
	struct fixture f = { 0 };
	char *path;

	(void)state;
	fixture_make_dir(&f);
	path = fixture_path(&f, "secret.key");
	/* 32 bytes 00 01 .. 1f, in both forms. */
	setenv("SLUICE_SECRET_KEY",
		"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", 1);
	assert_int_equal(reopen(&f), ERR_OK);
	assert_int_equal(access(path, F_OK), -1);
	setenv("SLUICE_SECRET_KEY",
		"000102030405060708090a0b0c0d0e0f"
		"101112131415161718191A1B1C1D1E1F",
		1);
	assert_int_equal(reopen(&f), ERR_OK);
	setenv("SLUICE_SECRET_KEY", "AAECAwQ=", 1);
	assert_int_equal(reopen(&f), ERR_SECRET);
	unsetenv("SLUICE_SECRET_KEY");
	assert_int_equal(reopen(&f), ERR_SECRET);
	free(path);
	fixture_remove_dir(f.dir);
}

/* --- backup --------------------------------------------------------------- */

static void copy_file(const char *from, const char *to)
{
	char *command = mem_printf("cp -p '%s' '%s'", from, to);

	assert_int_equal(system(command), 0);
	free(command);
}

static void test_backup(void **state)
{
	struct fixture *f = *state, g = { 0 };
	struct export x = rows_export(fixture_id(1000, 1), "A"), got;
	char *file, *key, *key_copy, *tmp;

	fixture_make_dir(&g);
	file = fixture_path(&g, "data.mdb");
	tmp = fixture_path(&g, "data.mdb.tmp");
	key = fixture_path(f, "secret.key");
	key_copy = fixture_path(&g, "secret.key");
	assert_int_equal(record_export_put(fixture_write(f), &x), ERR_OK);
	fixture_commit(f);
	assert_int_equal(store_backup(f->store, file, &f->why), ERR_OK);
	assert_int_equal(access(tmp, F_OK), -1);
	assert_int_equal(store_backup(f->store, file, &f->why), ERR_EXISTS);
	assert_int_equal(store_backup(f->store, "/nowhere/at/all", &f->why),
		ERR_NOT_FOUND);
	copy_file(key, key_copy);
	fixture_open(&g);
	assert_int_equal(
		record_export_get(store_read(g.store), x.id, &got), ERR_OK);
	store_end_turn(g.store);
	x = rows_export(fixture_id(1001, 1), "B");
	assert_int_equal(record_export_put(fixture_write(&g), &x), ERR_OK);
	fixture_commit(&g);
	store_close(g.store);
	fixture_remove_dir(g.dir);
	free(file);
	free(tmp);
	free(key);
	free(key_copy);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_secret_file),
		TEST(test_secret_wrong),
		cmocka_unit_test(test_secret_variable),
		TEST(test_backup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
