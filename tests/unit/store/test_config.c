/* Connections, export jobs and API keys. */
#include "fixture.h"

#include "sluice/store/record_config.h"
#include "sluice/store/record_import_job.h"

/* --- API keys ------------------------------------------------------------- */

static struct api_key make_key(const char *name, const char *text)
{
	struct api_key k = { .name = str_of(name),
		.role = ROLE_USER,
		.created_at = 5,
		.stores = STR("S1\nS2") };

	crypto_sha256(str_of(text), k.hash);
	return k;
}

static bool count_keys(void *arg, const struct api_key *k)
{
	assert_true(str_eq(k->name, STR("crm")) || str_eq(k->name, STR("erp")));
	*(int *)arg += 1;
	return true;
}

static void test_keys(void **state)
{
	struct fixture *f = *state;
	struct api_key erp = make_key("erp", "one"), got;
	struct api_key crm = make_key("crm", "two");
	struct txn *t = fixture_write(f);
	int n = 0;

	assert_int_equal(record_key_put(t, &erp, false), ERR_OK);
	assert_int_equal(record_key_put(t, &erp, false), ERR_EXISTS);
	assert_int_equal(record_key_put(t, &crm, false), ERR_OK);
	assert_int_equal(record_key_find(t, erp.hash, &got), ERR_OK);
	assert_true(str_eq(got.name, STR("erp")) &&
		    str_eq(got.stores, STR("S1\nS2")));
	assert_int_equal(got.role, ROLE_USER);
	got.last_used_at = 77;
	assert_int_equal(record_key_put(t, &got, true), ERR_OK);
	assert_int_equal(record_key_find(t, erp.hash, &got), ERR_OK);
	assert_int_equal(got.last_used_at, 77);
	record_key_each(t, count_keys, &n);
	assert_int_equal(n, 2);
	assert_int_equal(record_key_delete(t, STR("erp")), ERR_OK);
	assert_int_equal(record_key_delete(t, STR("erp")), ERR_NOT_FOUND);
	assert_int_equal(record_key_find(t, erp.hash, &got), ERR_NOT_FOUND);
	fixture_commit(f);
}

static void test_key_gets_another_hash(void **state)
{
	struct fixture *f = *state;
	struct api_key old = make_key("erp", "one"), got;
	struct api_key new = make_key("erp", "two");
	struct txn *t = fixture_write(f);

	assert_int_equal(record_key_put(t, &old, false), ERR_OK);
	assert_int_equal(record_key_put(t, &new, true), ERR_OK);
	assert_int_equal(record_key_find(t, old.hash, &got), ERR_NOT_FOUND);
	assert_int_equal(record_key_find(t, new.hash, &got), ERR_OK);
	fixture_commit(f);
}

static void test_key_text(void **state)
{
	uint8_t random[32] = { 0xff };
	struct buf text = buf_make(100);
	enum role role;

	(void)state;
	api_key_text(random, &text);
	assert_true(str_eq(buf_view(&text),
		STR("slk__wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")));
	assert_true(role_parse(STR("OPERATOR_ADMIN"), &role));
	assert_int_equal(role, ROLE_ADMIN);
	assert_string_equal(role_name(role), "OPERATOR_ADMIN");
	assert_false(role_parse(STR("ADMIN"), &role));
	buf_release(&text);
}

/* --- connections ---------------------------------------------------------- */

static const char connection_text[] =
	"{\"name\":\"erp-sftp\",\"active\":true,\"clientConfiguration\":"
	"{\"type\":\"SFTP_CLIENT\",\"connectionInformation\":"
	"{\"hostname\":\"sftp.example.com\",\"username\":\"hub\","
	"\"password\":\"very-secret-password\"}}}";

static struct connection *make_connection(void)
{
	struct arena arena = { 0 };
	struct faults faults;
	json_t *body = json_loads(connection_text, 0, NULL);
	struct connection *c;

	faults_init(&faults, &arena);
	c = connection_from_json(body, NULL, &faults);
	if (c == NULL)
		fail_msg("%s %s", faults.list[0].field, faults.list[0].message);
	c->id = fixture_id(1000, 1);
	json_decref(body);
	arena_release(&arena);
	return c;
}

static void take_connection(void *arg, struct connection *c)
{
	int *n = arg;

	assert_string_equal(c->name, "erp-sftp");
	assert_string_equal(c->password, "very-secret-password");
	assert_true(uuid_eq(c->id, fixture_id(1000, 1)));
	connection_destroy(c);
	*n += 1;
}

static void test_connection_sealed(void **state)
{
	static const uint8_t nonce[SEAL_NONCE_SIZE] = { 1, 2, 3 };
	struct fixture *f = *state;
	struct connection *c = make_connection();
	struct key key = key_uuid(c->id), other = key_uuid(fixture_id(9, 9));
	struct txn *t = fixture_write(f);
	struct str record;
	char *copy;
	int n = 0;

	assert_int_equal(record_connection_put(t, c, nonce), ERR_OK);
	assert_int_equal(table_get(t, TABLE_CONNECTION, &key, &record), ERR_OK);
	assert_null(memmem(record.ptr, record.len, "very-secret", 11));
	assert_null(memmem(record.ptr, record.len, "erp-sftp", 8));
	assert_int_equal(
		record_connection_each(t, take_connection, &n), ERR_OK);
	assert_int_equal(n, 1);
	/* Under another id the seal does not open. */
	copy = mem_dup(record.ptr, record.len);
	assert_int_equal(table_put(t, TABLE_CONNECTION, &other,
				 (struct str){ copy, record.len }),
		ERR_OK);
	assert_int_equal(
		record_connection_each(t, take_connection, &n), ERR_SECRET);
	assert_int_equal(record_connection_delete(t, fixture_id(9, 9)), ERR_OK);
	assert_int_equal(record_connection_delete(t, c->id), ERR_OK);
	assert_int_equal(record_connection_delete(t, c->id), ERR_NOT_FOUND);
	fixture_commit(f);
	connection_destroy(c);
	free(copy);
}

/* --- export jobs ---------------------------------------------------------- */

static void take_job(void *arg, struct export_job *j)
{
	*(struct export_job **)arg = j;
}

static void test_export_job(void **state)
{
	static const char text[] =
		"{\"name\":\"orders-to-erp\",\"active\":true,"
		"\"entity\":\"ORDER\",\"exportMethod\":\"SFTP_CLIENT\","
		"\"clientId\":\"00000000-0000-7000-8000-000000000001\","
		"\"outputFolder\":\"/out\",\"format\":\"XML\","
		"\"fileNameFormat\":\"SHORT\","
		"\"triggerStatuses\":[\"ACCEPTED_BY_SUPPLIER\"]}";
	struct fixture *f = *state;
	struct retry_policy defaults = { 5, 900 };
	struct arena arena = { 0 };
	struct faults faults;
	json_t *body = json_loads(text, 0, NULL);
	struct export_job *j, *got = NULL;
	struct txn *t = fixture_write(f);

	faults_init(&faults, &arena);
	j = export_job_from_json(body, &defaults, false, &faults);
	if (j == NULL)
		fail_msg("%s %s", faults.list[0].field, faults.list[0].message);
	j->id = fixture_id(1000, 1);
	assert_int_equal(record_export_job_put(t, j), ERR_OK);
	assert_int_equal(record_export_job_each(t, take_job, &got), ERR_OK);
	assert_non_null(got);
	assert_string_equal(got->name, "orders-to-erp");
	assert_true(uuid_eq(got->id, j->id));
	assert_int_equal(got->trigger_statuses, j->trigger_statuses);
	assert_int_equal(record_export_job_delete(t, j->id), ERR_OK);
	assert_int_equal(record_export_job_delete(t, j->id), ERR_NOT_FOUND);
	fixture_commit(f);
	export_job_destroy(j);
	export_job_destroy(got);
	json_decref(body);
	arena_release(&arena);
}

/* --- import jobs ---------------------------------------------------------- */

static void take_import_job(void *arg, struct import_job *j)
{
	*(struct import_job **)arg = j;
}

static struct import_job *make_import_job(void)
{
	static const char text[] =
		"{\"name\":\"suppliers\",\"entity\":\"SUPPLIER\","
		"\"cronExpression\":\"0 2 * * *\","
		"\"clientId\":\"00000000-0000-7000-8000-000000000001\","
		"\"source\":{\"path\":\"in/suppliers.csv\"},"
		"\"csv\":{\"delimiter\":\";\"}}";
	struct arena arena = { 0 };
	struct faults faults;
	json_t *body = json_loads(text, 0, NULL);
	struct import_job *j;

	faults_init(&faults, &arena);
	j = import_job_from_json(body, CONNECTION_SFTP, false, &faults);
	if (j == NULL)
		fail_msg("%s %s", faults.list[0].field, faults.list[0].message);
	j->id = fixture_id(1000, 1);
	json_decref(body);
	arena_release(&arena);
	return j;
}

static void test_import_job(void **state)
{
	struct fixture *f = *state;
	struct import_job *j = make_import_job(), *got = NULL;
	struct key key = key_uuid(j->id);
	struct txn *t = fixture_write(f);

	assert_int_equal(record_import_job_put(t, j), ERR_OK);
	assert_int_equal(
		record_import_job_each(t, take_import_job, &got), ERR_OK);
	assert_non_null(got);
	assert_string_equal(got->name, "suppliers");
	assert_string_equal(got->cron_expression, "0 2 * * *");
	assert_true(uuid_eq(got->id, j->id));
	assert_int_equal(record_import_job_delete(t, j->id), ERR_OK);
	assert_int_equal(record_import_job_delete(t, j->id), ERR_NOT_FOUND);
	assert_int_equal(
		table_put(t, TABLE_IMPORT_JOB, &key, STR("no record at all")),
		ERR_OK);
	assert_int_equal(
		record_import_job_each(t, take_import_job, &got), ERR_CORRUPT);
	fixture_commit(f);
	import_job_destroy(j);
	import_job_destroy(got);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_keys),
		TEST(test_key_gets_another_hash),
		cmocka_unit_test(test_key_text),
		TEST(test_connection_sealed),
		TEST(test_export_job),
		TEST(test_import_job),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
