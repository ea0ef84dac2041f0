/* Exports: rows, payloads, attempts, due work, and lists against a naive
 * walk over everything. */
#include "fixture.h"

#include "rows.h"

#define ROWS 3000

static void test_row_round_trip(void **state)
{
	struct fixture *f = *state;
	struct export x = rows_export(fixture_id(1000, 1), "172-1"), got;

	x.store_external_id = STR("STORE-1");
	x.create_folder = true;
	x.attempts = 7;
	x.message = STR("sftp erp: permission denied");
	assert_int_equal(record_export_put(fixture_write(f), &x), ERR_OK);
	fixture_commit(f);
	assert_int_equal(
		record_export_get(store_read(f->store), x.id, &got), ERR_OK);
	assert_true(uuid_eq(got.id, x.id) && uuid_eq(got.job_id, x.job_id) &&
		    uuid_eq(got.client_id, x.client_id));
	assert_true(str_eq(got.message, x.message) &&
		    str_eq(got.store_external_id, x.store_external_id) &&
		    str_eq(got.folder, x.folder) &&
		    str_eq(got.file_name, x.file_name));
	assert_int_equal(got.state, EXPORT_PENDING);
	assert_int_equal(got.attempts, 7);
	assert_int_equal(got.retry.interval_seconds, 900);
	assert_int_equal(got.next_attempt_at, 1000);
	assert_true(got.create_folder);
	store_end_turn(f->store);
}

/* Read, change, write back: the texts borrow from the replaced record. */
static void test_borrowed_texts(void **state)
{
	struct fixture *f = *state;
	struct export x = rows_export(fixture_id(1000, 1), "172-1"), got;
	struct txn *t = fixture_write(f);

	assert_int_equal(record_export_put(t, &x), ERR_OK);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(record_export_get(t, x.id, &got), ERR_OK);
		got.state = i % 2 == 0 ? EXPORT_RUNNING : EXPORT_RETRYING;
		got.message = i % 3 == 0 ? STR("a rather long message, so that "
					       "the record changes its size")
					 : STR("");
		assert_int_equal(record_export_put(t, &got), ERR_OK);
		assert_int_equal(record_export_get(t, x.id, &got), ERR_OK);
		assert_true(str_eq(got.reference, STR("172-1")));
		assert_true(str_eq(got.job_name, STR("orders-to-erp")));
	}
	fixture_commit(f);
}

static void test_payload(void **state)
{
	struct fixture *f = *state;
	struct uuid id = fixture_id(1000, 1);
	char *big = mem_alloc(3u << 20);
	struct str payload;
	struct txn *t = fixture_write(f);

	memset(big, 'x', 3u << 20);
	assert_int_equal(
		record_export_payload_get(t, id, &payload), ERR_NOT_FOUND);
	assert_int_equal(
		record_export_payload_put(t, id, (struct str){ big, 3u << 20 }),
		ERR_OK);
	fixture_commit(f);
	assert_int_equal(
		record_export_payload_get(store_read(f->store), id, &payload),
		ERR_OK);
	assert_int_equal(payload.len, 3u << 20);
	assert_memory_equal(payload.ptr, big, payload.len);
	store_end_turn(f->store);
	free(big);
}

static bool note_number(void *arg, const struct export_attempt *a)
{
	uint32_t *last = arg;

	assert_int_equal(a->number, *last + 1);
	*last = a->number;
	return a->number < 300;
}

static void test_attempts(void **state)
{
	struct fixture *f = *state;
	struct export x = rows_export(fixture_id(1000, 1), "A");
	struct export_attempt a = { .started_at = 5,
		.finished_at = 6,
		.outcome = ATTEMPT_FAILURE,
		.code = STR("ERR_NET"),
		.message = STR("no"),
		.remote_path = STR("/out/A.xml"),
		.bytes = 12 };
	struct export_attempt got;
	struct txn *t = fixture_write(f);
	uint32_t last = 0;

	assert_int_equal(record_export_put(t, &x), ERR_OK);
	for (a.number = 1; a.number <= 301; a.number++)
		assert_int_equal(record_attempt_put(t, x.id, &a), ERR_OK);
	assert_int_equal(record_attempt_get(t, x.id, 17, &got), ERR_OK);
	assert_int_equal(got.number, 17);
	assert_int_equal(got.outcome, ATTEMPT_FAILURE);
	assert_true(str_eq(got.remote_path, STR("/out/A.xml")));
	record_attempt_each(t, x.id, note_number, &last);
	assert_int_equal(last, 300);
	assert_int_equal(record_export_payload_put(t, x.id, STR("p")), ERR_OK);
	assert_int_equal(record_export_delete(t, x.id), ERR_OK);
	last = 0;
	record_attempt_each(t, x.id, note_number, &last);
	assert_int_equal(last, 0);
	assert_int_equal(record_export_count(t, EXPORT_PENDING), 0);
	fixture_commit(f);
}

/* --- due work ------------------------------------------------------------- */

static bool count_clients(void *arg, struct uuid client_id)
{
	int *n = arg;

	assert_int_equal(client_id.bytes[15], ++*n);
	return true;
}

static void put_due(
	struct txn *t, uint32_t n, uint32_t client, int64_t due, int state)
{
	struct export x = rows_export(fixture_id(1000, n), "A");

	x.client_id = fixture_id(7, client);
	x.next_attempt_at = due;
	x.state = (enum export_state)state;
	assert_int_equal(record_export_put(t, &x), ERR_OK);
}

static void test_due(void **state)
{
	struct fixture *f = *state;
	struct txn *t = fixture_write(f);
	struct uuid ids[10];
	int64_t due;
	int clients = 0;

	put_due(t, 3, 1, 50, EXPORT_PENDING);
	put_due(t, 1, 1, 90, EXPORT_RETRYING);
	put_due(t, 2, 1, 50, EXPORT_PENDING);
	put_due(t, 4, 1, 10, EXPORT_RUNNING);
	put_due(t, 5, 2, 70, EXPORT_PENDING);
	put_due(t, 6, 3, 0, EXPORT_FAILED);
	put_due(t, 7, 3, 1, EXPORT_PENDING);
	assert_int_equal(
		record_export_due(t, fixture_id(7, 1), 60, ids, 10), 2);
	assert_int_equal(ids[0].bytes[15], 2);
	assert_int_equal(ids[1].bytes[15], 3);
	assert_int_equal(record_export_due(t, fixture_id(7, 1), 90, ids, 1), 1);
	assert_int_equal(
		record_export_due(t, fixture_id(7, 1), 90, ids, 10), 3);
	assert_true(record_export_due_next(t, fixture_id(7, 1), &due));
	assert_int_equal(due, 50);
	assert_false(record_export_due_next(t, fixture_id(7, 9), &due));
	record_export_due_clients(t, count_clients, &clients);
	assert_int_equal(clients, 3);
	put_due(t, 5, 2, 0, EXPORT_RUNNING);
	assert_false(record_export_due_next(t, fixture_id(7, 2), &due));
	fixture_commit(f);
}

/* --- lists against a naive walk ------------------------------------------- */

struct rows {
	struct export list[ROWS];
	bool gone[ROWS];
	char reference[ROWS][16];
	uint64_t seed;
};

static struct str store_name(uint32_t n)
{
	static const char *const names[] = { "", "S1", "S2", "S3" };

	return str_of(names[n % 4]);
}

static void fill(struct fixture *f, struct rows *r)
{
	struct txn *t = fixture_write(f);

	for (uint32_t i = 0; i < ROWS; i++) {
		struct export *x = &r->list[i];

		snprintf(r->reference[i], sizeof r->reference[i], "R%u",
			fixture_random(&r->seed) % 500);
		*x = rows_export(fixture_id(10000 + i / 3, i), r->reference[i]);
		x->job_id = fixture_id(1, fixture_random(&r->seed) % 4);
		x->state = fixture_random(&r->seed) % EXPORT_STATE_COUNT;
		x->store_external_id = store_name(fixture_random(&r->seed));
		assert_int_equal(record_export_put(t, x), ERR_OK);
	}
	for (uint32_t i = 0; i < ROWS; i += 2) {
		struct export *x = &r->list[i];

		x->state = fixture_random(&r->seed) % EXPORT_STATE_COUNT;
		assert_int_equal(record_export_put(t, x), ERR_OK);
	}
	for (uint32_t i = 0; i < ROWS; i += 7) {
		r->gone[i] = true;
		assert_int_equal(
			record_export_delete(t, r->list[i].id), ERR_OK);
	}
	fixture_commit(f);
}

static bool naive_match(const struct export *x, const struct export_filter *q)
{
	return (!q->by_job || uuid_eq(x->job_id, q->job_id)) &&
	       (!q->by_state || x->state == q->state) &&
	       (!q->by_reference || str_eq(x->reference, q->reference)) &&
	       (!q->by_time || (x->created_at >= q->from_ms &&
				       x->created_at < q->to_ms)) &&
	       store_scope_allows(&q->scope, x->store_external_id);
}

struct expect {
	struct uuid ids[ROWS];
	size_t count, seen, offset;
	bool descending;
};

static bool check_row(void *arg, const struct export *x)
{
	struct expect *e = arg;
	size_t at = e->offset + e->seen++;

	assert_true(at < e->count);
	at = e->descending ? e->count - 1 - at : at;
	assert_true(uuid_eq(x->id, e->ids[at]));
	return true;
}

static void check_page(struct txn *t, const struct export_filter *q,
	struct expect *e, size_t offset)
{
	struct page page = {
		.offset = offset, .size = 20, .descending = e->descending
	};
	size_t left = offset < e->count ? e->count - offset : 0;

	e->seen = 0;
	e->offset = offset;
	assert_int_equal(record_export_list(t, q, &page, check_row, e), ERR_OK);
	assert_int_equal(page.total, e->count);
	assert_int_equal(e->seen, left < 20 ? left : 20);
}

static void check_ids(
	struct txn *t, const struct export_filter *q, const struct expect *e)
{
	struct uuid after = { { 0 } }, ids[64];
	size_t seen = 0, n;

	while ((n = record_export_ids(t, q, after, ids, 64)) > 0) {
		for (size_t i = 0; i < n; i++)
			assert_true(uuid_eq(ids[i], e->ids[seen + i]));
		seen += n;
		after = ids[n - 1];
	}
	assert_int_equal(seen, e->count);
}

static void check_filter(
	struct txn *t, struct rows *r, const struct export_filter *q)
{
	struct expect *e = mem_alloc(sizeof *e);

	for (size_t i = 0; i < ROWS; i++) {
		if (!r->gone[i] && naive_match(&r->list[i], q))
			e->ids[e->count++] = r->list[i].id;
	}
	for (int way = 0; way < 2; way++) {
		e->descending = way == 0;
		check_page(t, q, e, 0);
		check_page(t, q, e, 20);
		check_page(t, q, e, e->count / 2);
		check_page(t, q, e, e->count > 7 ? e->count - 7 : 0);
		check_page(t, q, e, e->count + 100);
	}
	check_ids(t, q, e);
	free(e);
}

static const struct store_scope scopes[] = {
	{ NULL, 0 },
	{ (const char *const[]){ "S1" }, 1 },
	{ (const char *const[]){ "S3", "S1", "S3" }, 3 },
	{ (const char *const[]){ "S2", "nobody" }, 2 },
};

static struct export_filter any_filter(struct rows *r, unsigned bits)
{
	struct export_filter q = { .by_job = bits & 1,
		.by_state = bits & 2,
		.by_reference = bits & 4,
		.by_time = bits & 8,
		.scope = scopes[bits >> 4 & 3] };
	uint32_t n = fixture_random(&r->seed) % ROWS;

	q.job_id = fixture_id(1, fixture_random(&r->seed) % 4);
	q.state = fixture_random(&r->seed) % EXPORT_STATE_COUNT;
	q.reference = str_of(r->reference[n]);
	q.from_ms = 10000 + fixture_random(&r->seed) % 1000;
	q.to_ms = bits % 3 == 0 ? INT64_MAX : q.from_ms + 300;
	return q;
}

static void test_lists(void **state)
{
	struct fixture *f = *state;
	struct rows *r = mem_alloc(sizeof *r);
	struct txn *t;
	struct diag why;

	r->seed = 7;
	fill(f, r);
	t = store_read(f->store);
	for (unsigned round = 0; round < 5; round++) {
		for (unsigned bits = 0; bits < 64; bits++) {
			struct export_filter q = any_filter(r, bits);

			check_filter(t, r, &q);
		}
	}
	for (enum table i = 0; i < TABLE_COUNT; i++) {
		if (tables[i].ranked != 0 && ranked_check(t, i, &why) != ERR_OK)
			fail_msg("%s", why.text);
	}
	for (int s = 0; s < EXPORT_STATE_COUNT; s++) {
		uint64_t n = 0;

		for (size_t i = 0; i < ROWS; i++)
			n += !r->gone[i] && (int)r->list[i].state == s;
		assert_int_equal(
			record_export_count(t, (enum export_state)s), n);
	}
	store_end_turn(f->store);
	free(r);
}

static void test_too_long(void **state)
{
	struct fixture *f = *state;
	char text[300] = { 0 };
	struct export x;
	struct txn *t = fixture_write(f);

	memset(text, 'a', 256);
	x = rows_export(fixture_id(1, 1), text);
	assert_int_equal(record_export_put(t, &x), ERR_INVALID);
	text[255] = '\0';
	x.reference = str_of(text);
	x.store_external_id = str_of(text);
	assert_int_equal(record_export_put(t, &x), ERR_OK);
	assert_int_equal(record_once_put(t, x.job_id, EXPORT_ORDER, x.reference,
				 1, x.id),
		ERR_OK);
	fixture_commit(f);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_row_round_trip),
		TEST(test_borrowed_texts),
		TEST(test_payload),
		TEST(test_attempts),
		TEST(test_due),
		TEST(test_lists),
		TEST(test_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
