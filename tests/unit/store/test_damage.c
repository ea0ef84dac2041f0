/* A record whose bytes were changed behind our back is noticed, named, and
 * never used; what is written on top of it fails its turn. */
#include "fixture.h"

#include "rows.h"
#include "sluice/store/record_config.h"
#include "sluice/store/record_entity.h"

/* Flips one bit of a stored record, past all checks. */
static void flip(struct fixture *f, enum table table, const struct key *key,
	size_t byte, bool cut)
{
	MDB_val k = { key->len, (void *)(uintptr_t)key->bytes }, v;
	MDB_txn *txn;
	char *copy;

	store_end_turn(f->store);
	assert_int_equal(mdb_txn_begin(f->store->env, NULL, 0, &txn), 0);
	assert_int_equal(mdb_get(txn, f->store->dbi[table], &k, &v), 0);
	copy = mem_dup(v.mv_data, v.mv_size);
	copy[byte % v.mv_size] ^= 4;
	v.mv_data = copy;
	if (cut)
		v.mv_size = byte % v.mv_size;
	assert_int_equal(mdb_put(txn, f->store->dbi[table], &k, &v, 0), 0);
	assert_int_equal(mdb_txn_commit(txn), 0);
	free(copy);
}

static bool never(void *arg, const struct export *x)
{
	(void)x;
	*(int *)arg += 1;
	return true;
}

static void test_every_byte(void **state)
{
	struct fixture *f = *state;
	struct export x = rows_export(fixture_id(1000, 1), "A"), got;
	struct key key = key_uuid(x.id);
	size_t len;

	assert_int_equal(record_export_put(fixture_write(f), &x), ERR_OK);
	len = f->store->scratch.len;
	fixture_commit(f);
	for (size_t i = 0; i < len; i++) {
		flip(f, TABLE_EXPORT, &key, i, false);
		assert_int_equal(
			record_export_get(store_read(f->store), x.id, &got),
			ERR_CORRUPT);
		flip(f, TABLE_EXPORT, &key, i, false);
	}
	assert_int_equal(
		record_export_get(store_read(f->store), x.id, &got), ERR_OK);
	for (size_t i = len - 1; i > 0; i--) {
		flip(f, TABLE_EXPORT, &key, i, true);
		assert_int_equal(
			record_export_get(store_read(f->store), x.id, &got),
			ERR_CORRUPT);
	}
	store_end_turn(f->store);
}

static void test_write_over_damage(void **state)
{
	struct fixture *f = *state;
	struct export x = rows_export(fixture_id(1000, 1), "A");
	struct export y = rows_export(fixture_id(1001, 1), "B"), got;
	struct key key = key_uuid(x.id);
	struct page page = { .size = 20 };
	struct export_filter all = { 0 };
	struct txn *t;
	int seen = 0;

	assert_int_equal(record_export_put(fixture_write(f), &x), ERR_OK);
	fixture_commit(f);
	flip(f, TABLE_EXPORT, &key, 30, false);
	t = fixture_write(f);
	assert_int_equal(record_export_put(t, &y), ERR_OK);
	/* A reader in the same turn hears of it and harms nobody; */
	assert_int_equal(record_export_get(t, x.id, &got), ERR_CORRUPT);
	assert_int_equal(
		record_export_list(t, &all, &page, never, &seen), ERR_CORRUPT);
	assert_int_equal(seen, 1);
	assert_int_equal(txn_error(t), ERR_OK);
	/* a writer fails the turn. */
	assert_int_equal(record_export_put(t, &x), ERR_CORRUPT);
	assert_int_equal(store_commit(f->store, &f->why), ERR_CORRUPT);
	assert_non_null(strstr(f->why.text, "table export"));
	assert_int_equal(record_export_get(store_read(f->store), y.id, &got),
		ERR_NOT_FOUND);
	store_end_turn(f->store);
	assert_int_equal(record_export_put(fixture_write(f), &y), ERR_OK);
	fixture_commit(f);
}

static void test_other_tables(void **state)
{
	struct fixture *f = *state;
	struct document_row d = rows_document("172-1", 1000), got;
	struct entity_row e = { .kind = ENTITY_SUPPLIER,
		.external_id = STR("S"),
		.text = STR("{}") };
	struct api_key k = { .name = STR("ops"), .hash = { 1, 2, 3 } };
	struct key key;
	struct str payload;
	struct txn *t = fixture_write(f);

	assert_int_equal(record_document_put(t, &d), ERR_OK);
	assert_int_equal(record_entity_put(t, &e), ERR_OK);
	assert_int_equal(record_key_put(t, &k, false), ERR_OK);
	assert_int_equal(
		record_export_payload_put(t, fixture_id(1, 1), STR("payload")),
		ERR_OK);
	fixture_commit(f);
	key = key_document(EXPORT_ORDER, STR("172-1"));
	flip(f, TABLE_DOCUMENT, &key, 9, false);
	key = key_entity(ENTITY_SUPPLIER, STR("S"));
	flip(f, TABLE_ENTITY, &key, 9, false);
	key = key_text(STR("ops"));
	flip(f, TABLE_API_KEY, &key, 9, false);
	key = key_uuid(fixture_id(1, 1));
	flip(f, TABLE_EXPORT_PAYLOAD, &key, 9, false);
	t = store_read(f->store);
	assert_int_equal(
		record_document_get(t, EXPORT_ORDER, STR("172-1"), &got),
		ERR_CORRUPT);
	assert_int_equal(record_entity_get(t, ENTITY_SUPPLIER, STR("S"), &e),
		ERR_CORRUPT);
	assert_int_equal(record_key_find(t, k.hash, &k), ERR_CORRUPT);
	assert_int_equal(
		record_export_payload_get(t, fixture_id(1, 1), &payload),
		ERR_CORRUPT);
	store_end_turn(f->store);
}

/* An index that lost an entry: the turn that would touch it fails. */
static void test_index_out_of_step(void **state)
{
	struct fixture *f = *state;
	struct export x = rows_export(fixture_id(1000, 1), "A");
	struct key key = key_with_id(key_export_state(EXPORT_PENDING), x.id);
	struct txn *t = fixture_write(f);

	assert_int_equal(record_export_put(t, &x), ERR_OK);
	assert_int_equal(table_remove(t, TABLE_EXPORT_BY_STATE, &key), ERR_OK);
	fixture_commit(f);
	x.state = EXPORT_RUNNING;
	assert_int_equal(record_export_put(fixture_write(f), &x), ERR_CORRUPT);
	assert_int_equal(store_commit(f->store, &f->why), ERR_CORRUPT);
	store_end_turn(f->store);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_every_byte),
		TEST(test_write_over_damage),
		TEST(test_other_tables),
		TEST(test_index_out_of_step),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
