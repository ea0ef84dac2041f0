/* Databases as older versions wrote them. */
#include "fixture.h"

#include "../../../src/store/codec.h"
#include "rows.h"

#define ROWS 6000 /* several slices */

/* A document's record in its version 1: without the external id. */
static struct str encode_version_1(
	struct buf *out, const struct document_row *row)
{
	pack_begin(out, 1);
	pack_u8(out, row->status);
	pack_time(out, row->created_at);
	pack_time(out, row->updated_at);
	pack_str(out, row->supplier_external_id);
	pack_str(out, row->store_external_id);
	pack_str(out, row->order_reference);
	pack_str(out, row->text);
	return pack_end(out, TABLE_DOCUMENT);
}

static void put_old(struct txn *t, uint32_t n)
{
	char reference[16], text[4096], pad[2048];
	struct document_row row;
	struct key key;

	memset(pad, 'x', sizeof pad - 1);
	pad[n % sizeof pad] = '\0';
	snprintf(reference, sizeof reference, "172-%u", n);
	snprintf(text, sizeof text,
		"{\"createdAt\":\"2026-01-01T00:00:00.000Z\","
		"\"updatedAt\":\"2026-01-01T00:00:00.000Z\","
		"\"reference\":\"%s\",\"externalId\":\"EXT-%u\","
		"\"status\":\"SHIPPED\",\"orderOrigin\":\"%s\"}",
		reference, n, pad);
	row = rows_document(reference, 1000 + n);
	row.text = str_of(text);
	assert_int_equal(record_document_put(t, &row), ERR_OK);
	key = key_document(EXPORT_ORDER, row.reference);
	assert_int_equal(table_replace(t, TABLE_DOCUMENT, &key,
				 encode_version_1(&t->store->scratch, &row)),
		ERR_OK);
}

/* As schema 1 had it: no table beyond export_once, nothing about upgrades. */
static void make_schema_1(struct fixture *f)
{
	struct key upgraded = key_text(STR("upgraded"));
	struct txn *t = fixture_write(f);
	MDB_txn *mdb = t->mdb;

	for (uint32_t i = 0; i < ROWS; i++)
		put_old(t, i);
	assert_int_equal(meta_put(t, "schema", STR("1")), ERR_OK);
	assert_int_equal(table_remove(t, TABLE_META, &upgraded), ERR_OK);
	assert_int_equal(
		mdb_drop(mdb, f->store->dbi[TABLE_DOCUMENT_EXTERNAL], 1), 0);
	for (enum table i = TABLE_IMPORT_JOB; i <= TABLE_FILE_MOVE; i++)
		assert_int_equal(mdb_drop(mdb, f->store->dbi[i], 1), 0);
	fixture_commit(f);
}

static void check_found(struct fixture *f, uint32_t n)
{
	char external_id[16], reference[16];
	struct document_row got;

	snprintf(external_id, sizeof external_id, "EXT-%u", n);
	snprintf(reference, sizeof reference, "172-%u", n);
	assert_int_equal(record_document_find_external(store_read(f->store),
				 EXPORT_ORDER, str_of(external_id), &got),
		ERR_OK);
	assert_true(str_eq(got.reference, str_of(reference)));
	assert_int_equal(got.created_at, 1000 + n);
}

static void check_all(struct fixture *f)
{
	struct str version;

	for (uint32_t i = 0; i < ROWS; i++)
		check_found(f, i);
	for (enum table i = 0; i < TABLE_COUNT; i++) {
		if (tables[i].ranked != 0 && ranked_check(store_read(f->store),
						     i, &f->why) != ERR_OK)
			fail_msg("%s", f->why.text);
	}
	assert_int_equal(
		meta_get(store_read(f->store), "schema", &version), ERR_OK);
	assert_true(str_eq(version, STR("2")));
	assert_int_equal(
		meta_get(store_read(f->store), "upgraded", &version), ERR_OK);
	assert_true(str_eq(version, STR("2")));
	store_end_turn(f->store);
}

static void test_schema_1(void **state)
{
	struct fixture *f = *state;

	make_schema_1(f);
	fixture_reopen(f);
	check_all(f);
	fixture_reopen(f);
	check_all(f);
}

/* Broken off after its first steps: schema 2 already, some rows done. */
static void test_broken_off(void **state)
{
	struct fixture *f = *state;
	struct document_row row;
	struct txn *t;

	make_schema_1(f);
	fixture_reopen(f);
	t = fixture_write(f);
	assert_int_equal(
		record_document_get(t, EXPORT_ORDER, STR("172-9"), &row),
		ERR_OK);
	put_old(t, 9);
	assert_int_equal(meta_put(t, "upgraded", STR("1")), ERR_OK);
	fixture_commit(f);
	fixture_reopen(f);
	check_all(f);
}

/* A command beside the gateway reads an old database as it is. */
static void test_command(void **state)
{
	struct fixture *f = *state;
	struct store_options o;
	struct document_row got;
	struct str version;

	make_schema_1(f);
	store_close(f->store);
	o = fixture_options(f, 1u << 30);
	o.exclusive = false;
	assert_int_equal(store_open(&f->store, &o, &f->why), ERR_OK);
	assert_int_equal(
		meta_get(store_read(f->store), "schema", &version), ERR_OK);
	assert_true(str_eq(version, STR("1")));
	assert_int_equal(record_document_get(store_read(f->store), EXPORT_ORDER,
				 STR("172-7"), &got),
		ERR_OK);
	assert_int_equal(got.external_id.len, 0);
	store_end_turn(f->store);
	fixture_reopen(f);
	check_all(f);
}

/* A damaged document doesn't keep the gateway from starting. */
static void test_damaged(void **state)
{
	struct fixture *f = *state;
	struct key key = key_document(EXPORT_ORDER, STR("172-11"));
	struct document_row got;

	make_schema_1(f);
	assert_int_equal(table_replace(fixture_write(f), TABLE_DOCUMENT, &key,
				 STR("no record at all")),
		ERR_OK);
	fixture_commit(f);
	fixture_reopen(f);
	check_found(f, 10);
	check_found(f, 12);
	assert_int_equal(record_document_get(store_read(f->store), EXPORT_ORDER,
				 STR("172-11"), &got),
		ERR_CORRUPT);
	store_end_turn(f->store);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_schema_1),
		TEST(test_broken_off),
		TEST(test_command),
		TEST(test_damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
