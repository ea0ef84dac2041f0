/* Ranked tables against a naive model: a bitmap of the keys that are there. */
#include "fixture.h"

#define SPACE 40000
#define TABLE TABLE_ENTITY

struct model {
	struct fixture *f;
	bool there[SPACE];
	uint32_t count;
	uint64_t seed;
};

static struct key key_of(uint32_t n)
{
	uint8_t bytes[4] = { (uint8_t)(n >> 24), (uint8_t)(n >> 16),
		(uint8_t)(n >> 8), (uint8_t)n };

	return key_bytes(bytes, sizeof bytes);
}

static uint32_t number_of(struct str key)
{
	const uint8_t *b = (const uint8_t *)key.ptr;

	assert_int_equal(key.len, 4);
	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 |
	       (uint32_t)b[2] << 8 | b[3];
}

static void toggle(struct model *m, struct txn *t, uint32_t n, bool there)
{
	struct key key = key_of(n);

	if (m->there[n] == there)
		return;
	if (there)
		assert_int_equal(
			table_insert(t, TABLE, &key, STR("v")), ERR_OK);
	else
		assert_int_equal(table_remove(t, TABLE, &key), ERR_OK);
	m->there[n] = there;
	m->count += there ? 1 : (uint32_t)-1;
}

static void check_counts(struct model *m, struct txn *t)
{
	struct diag why;
	struct key end = { 0 };

	if (ranked_check(t, TABLE, &why) != ERR_OK)
		fail_msg("%s", why.text);
	assert_int_equal(ranked_rank(t, TABLE, &end), m->count);
}

/* A handful of random ranks, ranges and selections. */
static void check_samples(struct model *m, struct txn *t)
{
	for (int i = 0; i < 5; i++) {
		uint32_t lo = fixture_random(&m->seed) % SPACE;
		uint32_t hi = lo + fixture_random(&m->seed) % (SPACE - lo);
		struct range range = { key_of(lo), key_of(hi) };
		uint64_t below = 0, within = 0;
		struct cursor c;

		for (uint32_t n = 0; n < hi; n++) {
			below += n < lo && m->there[n];
			within += n >= lo && m->there[n];
		}
		assert_int_equal(ranked_rank(t, TABLE, &range.lo), below);
		assert_int_equal(ranked_count(t, TABLE, &range), within);
		cursor_open(&c, t, TABLE, NULL);
		if (m->there[lo]) {
			assert_true(ranked_select(t, TABLE, below, &c));
			assert_int_equal(number_of(c.key), lo);
		}
		assert_false(ranked_select(t, TABLE, m->count, &c));
		cursor_close(&c);
	}
}

static void check_all_selected(struct model *m, struct txn *t)
{
	uint32_t rank = 0;
	struct cursor c;

	cursor_open(&c, t, TABLE, NULL);
	for (uint32_t n = 0; n < SPACE; n++) {
		if (!m->there[n])
			continue;
		if (rank % 97 == 0) {
			assert_true(ranked_select(t, TABLE, rank, &c));
			assert_int_equal(number_of(c.key), n);
		}
		rank++;
	}
	cursor_close(&c);
}

static struct model *model_make(void **state)
{
	struct model *m = mem_alloc(sizeof *m);

	m->f = *state;
	m->seed = 42;
	return m;
}

static void test_random(void **state)
{
	struct model *m = model_make(state);
	struct txn *t = NULL;

	for (uint32_t i = 0; i < 100000; i++) {
		/* Waves: mostly inserts, then mostly deletes. */
		bool more = fixture_random(&m->seed) % 100 <
			    ((i / 20000) % 2 == 0 ? 80 : 20);

		if (t == NULL)
			t = fixture_write(m->f);
		toggle(m, t, fixture_random(&m->seed) % SPACE, more);
		if (i % 1000 == 500)
			check_samples(m, t);
		if (fixture_random(&m->seed) % 200 == 0) {
			fixture_commit(m->f);
			t = NULL;
		}
		if (i % 10000 == 9999)
			check_counts(m, store_read(m->f->store));
	}
	fixture_commit(m->f);
	check_counts(m, store_read(m->f->store));
	check_samples(m, store_read(m->f->store));
	check_all_selected(m, store_read(m->f->store));
	store_end_turn(m->f->store);
	free(m);
}

/* More in one turn, in any order, than is counted at once; keys that come and
 * go several times among them. */
static void test_large_turns(void **state)
{
	struct model *m = model_make(state);

	for (int turn = 0; turn < 4; turn++) {
		struct txn *t = fixture_write(m->f);
		size_t most = 0;

		for (uint32_t i = 0; i < 60000; i++) {
			bool more = fixture_random(&m->seed) % 100 <
				    (turn % 2 == 0 ? 90 : 10);

			toggle(m, t, fixture_random(&m->seed) % SPACE, more);
			if (i % 3 == 0)
				toggle(m, t, i % 7, i % 2 == 0);
			if (m->f->store->ranked[0].keys.cap > most)
				most = m->f->store->ranked[0].keys.cap;
		}
		assert_true(most <= 2 * RANKED_NOTES_MAX);
		fixture_commit(m->f);
		check_counts(m, store_read(m->f->store));
		check_samples(m, store_read(m->f->store));
		check_all_selected(m, store_read(m->f->store));
		store_end_turn(m->f->store);
	}
	free(m);
}

/* Insert or replace: only what is new counts. */
static void test_put(void **state)
{
	struct model *m = model_make(state);
	struct txn *t = fixture_write(m->f);
	struct str value;
	char text[64];

	for (uint32_t i = 0; i < 30000; i++) {
		uint32_t n = fixture_random(&m->seed) % 5000;
		struct key key = key_of(n);

		/* Lengths differ, so that rows move within their pages. */
		snprintf(text, sizeof text, "%u %.*s", n,
			(int)(fixture_random(&m->seed) % 40),
			"a value of some length that is cut somewhere");
		assert_int_equal(
			table_put(t, TABLE, &key, str_of(text)), ERR_OK);
		assert_int_equal(table_get(t, TABLE, &key, &value), ERR_OK);
		assert_true(str_eq(value, str_of(text)));
		m->count += !m->there[n];
		m->there[n] = true;
		if (i % 5 == 0)
			toggle(m, t, fixture_random(&m->seed) % 5000, false);
		if (i % 1000 == 999) {
			fixture_commit(m->f);
			t = fixture_write(m->f);
		}
	}
	check_counts(m, t);
	check_all_selected(m, t);
	fixture_commit(m->f);
	free(m);
}

/* Chunks are split by appending and joined by deleting from the front; one
 * big turn splits a chunk into many at once. */
static void test_append_and_drain(void **state)
{
	struct model *m = model_make(state);
	struct txn *t = fixture_write(m->f);

	for (uint32_t n = 0; n < 20000; n++)
		toggle(m, t, n, true);
	check_counts(m, t);
	fixture_commit(m->f);
	for (uint32_t n = 20000; n < SPACE; n++) {
		t = fixture_write(m->f);
		toggle(m, t, n, true);
		if (n % 50 == 49)
			fixture_commit(m->f);
	}
	fixture_commit(m->f);
	check_counts(m, store_read(m->f->store));
	check_all_selected(m, store_read(m->f->store));
	store_end_turn(m->f->store);
	for (uint32_t n = 0; n < SPACE; n++) {
		t = fixture_write(m->f);
		toggle(m, t, n, false);
		if (n % 5000 == 4999)
			check_counts(m, t);
		if (n % 50 == 49)
			fixture_commit(m->f);
	}
	assert_int_equal(m->count, 0);
	check_counts(m, store_read(m->f->store));
	store_end_turn(m->f->store);
	free(m);
}

/* A turn that is aborted leaves the counts as they were. */
static void test_abort(void **state)
{
	struct model *m = model_make(state);
	struct txn *t = fixture_write(m->f);

	for (uint32_t n = 0; n < 3000; n++)
		toggle(m, t, n, true);
	fixture_commit(m->f);
	t = fixture_write(m->f);
	for (uint32_t n = 3000; n < 6000; n++)
		toggle(m, t, n, true);
	store_abort(m->f->store);
	m->count = 3000;
	check_counts(m, store_read(m->f->store));
	store_end_turn(m->f->store);
	free(m);
}

/* Enough chunks for several groups, then down to one again. */
static void test_groups(void **state)
{
	struct fixture *f = *state;
	struct txn *t = fixture_write(f);
	struct key end = { 0 };
	struct cursor c;
	struct diag why;

	for (uint32_t n = 0; n < 1200000; n++) {
		struct key key = key_of(n);

		assert_int_equal(
			table_insert(t, TABLE, &key, STR("v")), ERR_OK);
	}
	fixture_commit(f);
	t = store_read(f->store);
	if (ranked_check(t, TABLE, &why) != ERR_OK)
		fail_msg("%s", why.text);
	cursor_open(&c, t, TABLE, NULL);
	for (uint32_t n = 0; n < 1200000; n += 77777) {
		struct key key = key_of(n);

		assert_int_equal(ranked_rank(t, TABLE, &key), n);
		assert_true(ranked_select(t, TABLE, n, &c));
		assert_int_equal(number_of(c.key), n);
	}
	cursor_close(&c);
	store_end_turn(f->store);
	t = fixture_write(f);
	for (uint32_t n = 0; n < 1199000; n++) {
		struct key key = key_of(n ^ 1);

		assert_int_equal(table_remove(t, TABLE, &key), ERR_OK);
	}
	assert_int_equal(ranked_rank(t, TABLE, &end), 1000);
	if (ranked_check(t, TABLE, &why) != ERR_OK)
		fail_msg("%s", why.text);
	fixture_commit(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_random, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(
			test_large_turns, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(
			test_put, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(
			test_append_and_drain, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(
			test_abort, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(
			test_groups, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
