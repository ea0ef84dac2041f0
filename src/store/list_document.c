/* Lists of orders and incidents.
 *
 * Direct (by rank): sorted by creation or change, with a status, with stores or
 * with both; sorted by reference, with a prefix.  Anything else walks the index
 * that fits best and looks at the heads of the rows; a prefix that few rows
 * share is gathered and sorted instead. */
#include <stdlib.h>

#include "codec.h"
#include "listing.h"
#include "sluice/base/mem.h"
#include "sluice/store/record_document.h"

/* Up to so many rows with a prefix are sorted in memory. */
#define GATHER_MAX 10000

struct query {
	struct txn *t;
	const struct document_filter *filter;
	bool check_status, check_scope, check_prefix; /* by looking */
	struct listing listing;
	struct str (*reference)(struct str key);
	bool (*each)(void *arg, const struct document_row *row);
	void *arg;
	enum err error;
};

static struct str reference_of_row_key(struct str key)
{
	return key.len < 1 ? STR("") : (struct str){ key.ptr + 1, key.len - 1 };
}

/* --- looking at rows ------------------------------------------------------ */

static void note_damage(struct query *q, const struct key *key)
{
	enum err e = record_damaged(TABLE_DOCUMENT, key);

	if (q->error == ERR_OK)
		q->error = e;
}

static bool head_matches(struct query *q, struct str reference)
{
	const struct document_filter *f = q->filter;
	struct key key = key_document(f->entity, reference);
	struct document_row row;
	struct str record;

	if (table_get(q->t, TABLE_DOCUMENT, &key, &record) != ERR_OK ||
		!document_peek(record, key_view(&key), &row)) {
		note_damage(q, &key);
		return false;
	}
	return !(q->check_status && row.status != f->status) &&
	       !(q->check_scope &&
		       !store_scope_allows(&f->scope, row.store_external_id));
}

static bool matches(void *arg, const struct cursor *at)
{
	struct query *q = arg;
	struct str reference = q->reference(at->key);
	struct str prefix = q->filter->reference_prefix;

	if (q->check_prefix &&
		(reference.len < prefix.len ||
			memcmp(reference.ptr, prefix.ptr, prefix.len) != 0))
		return false;
	if (!q->check_status && !q->check_scope)
		return true;
	return head_matches(q, reference);
}

static bool emit_reference(struct query *q, struct str reference)
{
	struct document_row row;
	enum err e =
		record_document_get(q->t, q->filter->entity, reference, &row);

	if (e == ERR_OK)
		return q->each(q->arg, &row);
	if (q->error == ERR_OK)
		q->error = e == ERR_NOT_FOUND ? ERR_CORRUPT : e;
	return true;
}

static enum err emit(void *arg, const struct cursor *at, bool *more)
{
	struct query *q = arg;

	*more = emit_reference(q, q->reference(at->key));
	return ERR_OK;
}

/* --- which index ---------------------------------------------------------- */

static void one_range(struct query *q, struct key prefix)
{
	q->listing.prefix_len = prefix.len;
	q->listing.range_count = 1;
	q->listing.ranges = mem_alloc(sizeof *q->listing.ranges);
	q->listing.ranges[0] = range_of_prefix(&prefix);
}

static bool named_before(const struct store_scope *scope, size_t i)
{
	for (size_t j = 0; j < i; j++) {
		if (strcmp(scope->ids[i], scope->ids[j]) == 0)
			return true;
	}
	return false;
}

static struct key store_prefix(const struct query *q, const char *store_id)
{
	const struct document_filter *f = q->filter;
	struct text_hash store = store_hash_of(q->t->store, str_of(store_id));

	return f->by_status ? key_document_store_status_prefix(
				      store, f->entity, f->status)
			    : key_document_store_prefix(store, f->entity);
}

/* With a status or without. */
static void by_stores(struct query *q)
{
	static const enum table by_sort[2][2] = {
		{ TABLE_DOCUMENT_STORE_CREATED, TABLE_DOCUMENT_STORE_UPDATED },
		{ TABLE_DOCUMENT_STORE_STATUS_CREATED,
			TABLE_DOCUMENT_STORE_STATUS_UPDATED },
	};
	const struct document_filter *f = q->filter;

	q->listing.table = by_sort[f->by_status][f->sort != SORT_CREATED_AT];
	q->reference = f->by_status ? key_document_store_status_reference
				    : key_document_store_reference;
	q->listing.ranges = mem_alloc(f->scope.count * sizeof(struct range));
	for (size_t i = 0; i < f->scope.count; i++) {
		struct key prefix;

		if (named_before(&f->scope, i))
			continue;
		prefix = store_prefix(q, f->scope.ids[i]);
		q->listing.prefix_len = prefix.len;
		q->listing.ranges[q->listing.range_count++] =
			range_of_prefix(&prefix);
	}
}

static void by_status(struct query *q)
{
	q->listing.table = q->filter->sort == SORT_CREATED_AT
				   ? TABLE_DOCUMENT_STATUS_CREATED
				   : TABLE_DOCUMENT_STATUS_UPDATED;
	q->reference = key_document_status_reference;
	one_range(q, key_document_status_prefix(
			     q->filter->entity, q->filter->status));
}

static void by_time(struct query *q)
{
	q->listing.table = q->filter->sort == SORT_CREATED_AT
				   ? TABLE_DOCUMENT_CREATED
				   : TABLE_DOCUMENT_UPDATED;
	q->reference = key_document_time_reference;
	one_range(q, key_document_time_prefix(q->filter->entity));
}

static void by_reference(struct query *q)
{
	q->listing.table = TABLE_DOCUMENT;
	q->reference = reference_of_row_key;
	one_range(q,
		key_document(q->filter->entity, q->filter->reference_prefix));
}

static void choose(struct query *q)
{
	const struct document_filter *f = q->filter;
	bool by_ref = f->sort == SORT_REFERENCE;

	q->check_status = f->by_status;
	q->check_scope = f->scope.count > 0;
	q->check_prefix = f->reference_prefix.len > 0 && !by_ref;
	if (by_ref) {
		by_reference(q);
	} else if (q->check_scope) {
		by_stores(q);
		q->check_scope = q->check_status = false;
	} else if (q->check_status) {
		by_status(q);
		q->check_status = false;
	} else {
		by_time(q);
	}
	q->listing.arg = q;
	q->listing.emit = emit;
	if (q->check_status || q->check_scope || q->check_prefix)
		q->listing.match = matches;
}

/* --- few rows with a prefix: gathered and sorted -------------------------- */

struct gathered {
	int64_t time;
	struct str reference;
};

static int gathered_compare(const void *a, const void *b)
{
	const struct gathered *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return key_compare(x->reference, y->reference);
}

static size_t gather(struct query *q, struct gathered *out, size_t max)
{
	const struct document_filter *f = q->filter;
	struct cursor c;
	struct document_row row;
	size_t n = 0;
	bool more =
		cursor_open(&c, q->t, TABLE_DOCUMENT, &q->listing.ranges[0].lo);

	for (; more && n < max; more = cursor_next(&c)) {
		struct key key = key_text(c.key);

		if (!key_has_prefix(c.key, &q->listing.ranges[0].lo))
			break;
		if (!document_peek(c.value, c.key, &row)) {
			note_damage(q, &key);
			continue;
		}
		if ((f->by_status && row.status != f->status) ||
			!store_scope_allows(&f->scope, row.store_external_id))
			continue;
		out[n++] = (struct gathered){ f->sort == SORT_CREATED_AT
						      ? row.created_at
						      : row.updated_at,
			row.reference };
	}
	cursor_close(&c);
	return n;
}

static enum err run_gathered(struct query *q, struct page *page, uint64_t max)
{
	struct gathered *rows = mem_alloc((size_t)max * sizeof *rows);
	size_t n = gather(q, rows, (size_t)max);
	bool more = true;

	qsort(rows, n, sizeof *rows, gathered_compare);
	page->total = n;
	for (size_t i = 0; more && i < page->size; i++) {
		uint64_t at = page->offset + i;

		if (at >= n)
			break;
		at = page->descending ? n - 1 - at : at;
		more = emit_reference(q, rows[at].reference);
	}
	free(rows);
	return q->t->error;
}

/* Is it a search for a prefix with few rows, in another order than theirs? */
static bool wants_gathering(struct query *q, uint64_t *rows)
{
	if (q->filter->sort == SORT_REFERENCE ||
		q->filter->reference_prefix.len == 0)
		return false;
	by_reference(q);
	*rows = listing_count(q->t, &q->listing);
	if (*rows <= GATHER_MAX)
		return true;
	free(q->listing.ranges);
	q->listing = (struct listing){ 0 };
	return false;
}

enum err record_document_list(struct txn *t,
	const struct document_filter *filter, struct page *page,
	bool (*each)(void *arg, const struct document_row *row), void *arg)
{
	struct query q = { .t = t, .filter = filter, .each = each, .arg = arg };
	uint64_t rows;
	enum err e;

	page->total = 0;
	if (t->mdb == NULL)
		return t->error;
	if (filter->reference_prefix.len > REFERENCE_MAX)
		return ERR_OK;
	if (wants_gathering(&q, &rows)) {
		e = run_gathered(&q, page, rows);
	} else {
		choose(&q);
		e = listing_run(t, &q.listing, page);
	}
	free(q.listing.ranges);
	return e != ERR_OK ? e : q.error;
}
