/* How many orders per second does the store take in and see delivered, and
 * what does a page cost?
 *
 *   bench_store [DIR] [ORDERS] [ROWS] [ENTITIES]
 *
 * One order cycle: the document, its once-per-status key, the export with a
 * payload of 4 KB, then RUNNING with its attempt and SUCCESS.  The parts of a
 * cycle lie in one turn here; what counts is the work and the commits.  DIR on
 * a tmpfs shows the work alone, on a disk the fsync, too.
 * ORDERS or ENTITIES 0: not measured. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "sluice/base/clock.h"
#include "sluice/base/mem.h"
#include "sluice/base/must.h"
#include "sluice/store/record_document.h"
#include "sluice/store/record_entity.h"
#include "sluice/store/record_export.h"

#define PAYLOAD_SIZE  4096
#define DOCUMENT_SIZE 3000

struct bench {
	struct store *store;
	struct uuid_source ids;
	int64_t now;
	uint64_t random;
	uint32_t next;
	char payload[PAYLOAD_SIZE], document[DOCUMENT_SIZE];
};

static struct uuid new_id(struct bench *b)
{
	uint8_t bytes[8];

	b->random = b->random * UINT64_C(6364136223846793005) + 1;
	memcpy(bytes, &b->random, sizeof bytes);
	return uuid_make(&b->ids, b->now, bytes);
}

static void stop(const char *what, const struct diag *why)
{
	fprintf(stderr, "bench_store: %s: %s\n", what, why->text);
	exit(1);
}

static struct txn *writer(struct bench *b)
{
	struct diag why = { .text = "no transaction" };
	struct txn *t;

	if (store_write(b->store, &t) != ERR_OK)
		stop("write", &why);
	return t;
}

static void commit(struct bench *b)
{
	struct diag why;

	if (store_commit(b->store, &why) != ERR_OK)
		stop("commit", &why);
	store_end_turn(b->store);
}

static void put_order(struct bench *b, struct txn *t, const char *reference)
{
	struct document_row row = { .entity = EXPORT_ORDER,
		.reference = str_of(reference),
		.status = 3,
		.supplier_external_id = STR("SUP-ACME-001"),
		.created_at = b->now,
		.updated_at = b->now,
		.text = { b->document, DOCUMENT_SIZE } };

	must(record_document_put(t, &row) == ERR_OK);
}

static struct uuid put_export(
	struct bench *b, struct txn *t, const char *reference)
{
	struct export x = { .id = new_id(b),
		.job_id = { { 1 } },
		.client_id = { { 2 } },
		.job_name = STR("orders-to-erp"),
		.reference = str_of(reference),
		.trigger_status = 3,
		.supplier_external_id = STR("SUP-ACME-001"),
		.created_at = b->now,
		.updated_at = b->now,
		.next_attempt_at = b->now,
		.retries_left = 5,
		.retry = { 5, 900 },
		.folder = STR("/out/orders"),
		.file_name = str_of(reference),
		.payload_size = PAYLOAD_SIZE };

	must(record_once_put(t, x.job_id, EXPORT_ORDER, x.reference, 3, x.id) ==
		ERR_OK);
	must(record_export_put(t, &x) == ERR_OK);
	must(record_export_payload_put(t, x.id,
		     (struct str){ b->payload, PAYLOAD_SIZE }) == ERR_OK);
	return x.id;
}

static void move(struct txn *t, struct uuid id, enum export_state state)
{
	struct export x;

	must(record_export_get(t, id, &x) == ERR_OK);
	x.state = state;
	x.next_attempt_at = 0;
	x.attempts = 1;
	must(record_export_put(t, &x) == ERR_OK);
}

static void put_attempt(
	struct bench *b, struct txn *t, struct uuid id, int outcome)
{
	struct export_attempt a = { .number = 1,
		.started_at = b->now,
		.outcome = (enum attempt_outcome)outcome,
		.remote_path = STR("/out/orders/172-1.xml"),
		.bytes = PAYLOAD_SIZE };

	must(record_attempt_put(t, id, &a) == ERR_OK);
}

static void cycles(struct bench *b, uint32_t orders, uint32_t group)
{
	struct store_usage before, after;
	uint64_t start = clock_monotonic_ns(), ns;

	store_usage(b->store, &before);
	store_end_turn(b->store);
	for (uint32_t done = 0; done < orders; done += group) {
		struct uuid ids[1024];
		char reference[32];
		struct txn *t = writer(b);

		b->now += 3;
		for (uint32_t i = 0; i < group; i++) {
			snprintf(reference, sizeof reference, "ORD-%08u",
				b->next++);
			put_order(b, t, reference);
			ids[i] = put_export(b, t, reference);
		}
		for (uint32_t i = 0; i < group; i++) {
			move(t, ids[i], EXPORT_RUNNING);
			put_attempt(b, t, ids[i], ATTEMPT_RUNNING);
		}
		for (uint32_t i = 0; i < group; i++) {
			move(t, ids[i], EXPORT_SUCCESS);
			put_attempt(b, t, ids[i], ATTEMPT_SUCCESS);
		}
		commit(b);
	}
	ns = clock_monotonic_ns() - start;
	store_usage(b->store, &after);
	store_end_turn(b->store);
	printf("cycles in groups of %4u: %8.0f orders/s, %5.1f us each, "
	       "commit %6.0f us (%2.0f %% of the time)\n",
		group, orders / ((double)ns / 1e9), (double)ns / 1e3 / orders,
		(double)(after.commit_ns_total - before.commit_ns_total) / 1e3 /
			(double)(after.commits - before.commits),
		100.0 *
			(double)(after.commit_ns_total -
				 before.commit_ns_total) /
			(double)ns);
}

/* --- pages ---------------------------------------------------------------- */

static bool take_row(void *arg, const struct export *x)
{
	*(uint64_t *)arg += x->payload_size;
	return true;
}

static bool take_document(void *arg, const struct document_row *row)
{
	*(uint64_t *)arg += row->text.len;
	return true;
}

static void page_exports(
	struct bench *b, const char *what, bool by_state, uint64_t offset)
{
	struct export_filter f = { .by_state = by_state,
		.state = EXPORT_SUCCESS };
	struct page page = { .offset = offset, .size = 20, .descending = true };
	uint64_t sum = 0, start = clock_monotonic_ns();

	for (int i = 0; i < 100; i++) {
		must(record_export_list(store_read(b->store), &f, &page,
			     take_row, &sum) == ERR_OK);
		store_end_turn(b->store);
	}
	printf("  %-34s offset %8llu of %8llu: %6.1f us\n", what,
		(unsigned long long)offset, (unsigned long long)page.total,
		(double)(clock_monotonic_ns() - start) / 1e5);
}

static void page_documents(struct bench *b, uint64_t offset)
{
	struct document_filter f = { .sort = SORT_CREATED_AT };
	struct page page = { .offset = offset, .size = 20, .descending = true };
	uint64_t sum = 0, start = clock_monotonic_ns();

	for (int i = 0; i < 100; i++) {
		must(record_document_list(store_read(b->store), &f, &page,
			     take_document, &sum) == ERR_OK);
		store_end_turn(b->store);
	}
	printf("  %-34s offset %8llu of %8llu: %6.1f us\n", "orders",
		(unsigned long long)offset, (unsigned long long)page.total,
		(double)(clock_monotonic_ns() - start) / 1e5);
}

static void pages(struct bench *b)
{
	uint64_t n = record_document_count(store_read(b->store), EXPORT_ORDER);

	store_end_turn(b->store);
	printf("pages of 20 with %llu rows:\n", (unsigned long long)n);
	page_exports(b, "exports", false, 0);
	page_exports(b, "exports", false, n / 2);
	page_exports(b, "exports", false, n - 100);
	page_exports(b, "exports of a state", true, 0);
	page_exports(b, "exports of a state", true, n / 2);
	page_documents(b, 0);
	page_documents(b, n / 2);
}

/* --- entities: what imports do to the store ------------------------------- */

#define ENTITY_SIZE  400
#define ENTITY_TURN  8192
#define ENTITY_PRIME 2147483647u

/* Ids rise, or come in an order that jumps over the whole table. */
static uint32_t entity_number(uint32_t i, uint32_t rows, bool random)
{
	return random ? (uint32_t)((uint64_t)i * ENTITY_PRIME % rows) : i;
}

static void entity_id(uint32_t n, char id[16])
{
	memcpy(id, "SUP-00000000", 13);
	for (char *at = id + 11; n > 0; at--, n /= 10)
		*at = (char)('0' + n % 10);
}

static void upsert(struct bench *b, struct txn *t, uint32_t n)
{
	char id[16];
	struct entity_row old, row = { .kind = ENTITY_SUPPLIER,
		.name = STR("Acme Industrial Supplies"),
		.created_at = b->now,
		.updated_at = b->now,
		.text = { b->document, ENTITY_SIZE } };

	entity_id(n, id);
	row.external_id = (struct str){ id, 12 };
	if (record_entity_get(t, ENTITY_SUPPLIER, row.external_id, &old) ==
		ERR_OK)
		row.created_at = old.created_at;
	must(record_entity_put(t, &row) == ERR_OK);
}

static void report_entities(
	const char *what, uint32_t rows, uint64_t ns, uint64_t commit_ns)
{
	printf("  %-26s %9.0f rows/s, %5.2f us each, of it commits %5.2f us\n",
		what, rows / ((double)ns / 1e9), (double)ns / 1e3 / rows,
		(double)commit_ns / 1e3 / rows);
}

static uint64_t commit_ns(struct bench *b)
{
	struct store_usage u;

	store_usage(b->store, &u);
	store_end_turn(b->store);
	return u.commit_ns_total;
}

static void upserts(
	struct bench *b, const char *what, uint32_t rows, bool random)
{
	uint64_t commits = commit_ns(b), start = clock_monotonic_ns();

	b->now += 1000;
	for (uint32_t i = 0; i < rows;) {
		struct txn *t = writer(b);

		for (uint32_t n = 0; n < ENTITY_TURN && i < rows; n++, i++)
			upsert(b, t, entity_number(i, rows, random));
		commit(b);
	}
	report_entities(what, rows, clock_monotonic_ns() - start,
		commit_ns(b) - commits);
}

static void remove_entities(struct bench *b, uint32_t rows)
{
	char id[16];
	uint64_t commits = commit_ns(b), start = clock_monotonic_ns();

	for (uint32_t i = 0; i < rows;) {
		struct txn *t = writer(b);

		for (uint32_t n = 0; n < ENTITY_TURN && i < rows; n++, i++) {
			entity_id(i, id);
			must(record_entity_delete(t, ENTITY_SUPPLIER,
				     (struct str){ id, 12 }) == ERR_OK);
		}
		commit(b);
	}
	report_entities("deleted, rising", rows, clock_monotonic_ns() - start,
		commit_ns(b) - commits);
}

static void get_entities(
	struct bench *b, const char *what, uint32_t from, uint32_t rows)
{
	char id[16];
	enum err want = from == 0 ? ERR_OK : ERR_NOT_FOUND;
	struct entity_row row;
	uint64_t start = clock_monotonic_ns();
	struct txn *t = store_read(b->store);

	for (uint32_t i = from; i < from + rows; i++) {
		entity_id(i, id);
		must(record_entity_get(t, ENTITY_SUPPLIER,
			     (struct str){ id, 12 }, &row) == want);
	}
	store_end_turn(b->store);
	report_entities(what, rows, clock_monotonic_ns() - start, 0);
}

static void entities(struct bench *b, uint32_t rows)
{
	printf("%u entities of %d bytes, get and put, turns of %d:\n", rows,
		ENTITY_SIZE, ENTITY_TURN);
	upserts(b, "new, rising", rows, false);
	get_entities(b, "read, rising", 0, rows);
	get_entities(b, "read, none there", rows, rows);
	upserts(b, "there already, rising", rows, false);
	upserts(b, "there already, at random", rows, true);
	remove_entities(b, rows);
	upserts(b, "new, at random", rows, true);
	remove_entities(b, rows);
}

/* --- main ----------------------------------------------------------------- */

/* Rows without documents' texts, in large turns. */
static void grow(struct bench *b, uint32_t rows)
{
	char reference[32];
	uint64_t start = clock_monotonic_ns();
	uint32_t from = b->next;

	while (b->next < rows) {
		struct txn *t = writer(b);

		b->now += 50;
		for (uint32_t i = 0; i < 5000 && b->next < rows; i++) {
			struct document_row row = { .entity = EXPORT_ORDER,
				.status = 3,
				.created_at = b->now,
				.updated_at = b->now,
				.text = STR("{}") };
			struct export x = { .id = new_id(b),
				.job_id = { { 1 } },
				.state = EXPORT_SUCCESS,
				.created_at = b->now };

			snprintf(reference, sizeof reference, "ORD-%08u",
				b->next++);
			row.reference = x.reference = str_of(reference);
			must(record_document_put(t, &row) == ERR_OK);
			must(record_export_put(t, &x) == ERR_OK);
		}
		commit(b);
	}
	if (b->next > from)
		printf("grown by %u rows of both: %.0f rows/s\n",
			b->next - from,
			(b->next - from) /
				((double)(clock_monotonic_ns() - start) / 1e9));
}

static void print_usage(struct bench *b)
{
	struct store_usage u;

	store_usage(b->store, &u);
	store_end_turn(b->store);
	printf("file %.0f MB, in use %.0f MB, %llu commits\n",
		(double)u.file_bytes / 1e6, (double)u.used_bytes / 1e6,
		(unsigned long long)u.commits);
}

static void exports(struct bench *b, uint32_t orders, uint32_t rows)
{
	grow(b, 1000);
	pages(b);
	cycles(b, orders, 64);
	cycles(b, orders, 256);
	cycles(b, orders, 1024);
	print_usage(b);
	grow(b, rows);
	pages(b);
	print_usage(b);
}

static uint32_t number_of(int argc, char **argv, int i, uint32_t other)
{
	return argc > i ? (uint32_t)atoi(argv[i]) : other;
}

int main(int argc, char **argv)
{
	const char *dir = argc > 1 ? argv[1] : "/dev/shm/sluice-bench-store";
	uint32_t orders = number_of(argc, argv, 2, 65536);
	uint32_t rows = number_of(argc, argv, 3, 1000000);
	uint32_t entity_rows = number_of(argc, argv, 4, 1000000);
	struct store_options o = {
		.dir = dir, .map_size = (size_t)16 << 30, .exclusive = true
	};
	struct bench *b = mem_alloc(sizeof *b);
	struct diag why;

	b->now = INT64_C(1750000000000);
	memset(b->payload, 'p', sizeof b->payload);
	memset(b->document, 'd', sizeof b->document);
	if (store_open(&b->store, &o, &why) != ERR_OK)
		stop("open", &why);
	if (orders > 0)
		exports(b, orders, rows);
	if (entity_rows > 0)
		entities(b, entity_rows);
	store_close(b->store);
	free(b);
	return 0;
}
