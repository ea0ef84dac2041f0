/* Lists of exports.
 *
 * Every index ends with the id, which begins with the time: a range of time is
 * a range of each index.  A filter that one index answers alone is found by
 * rank; for the others the index with the fewest rows is walked and the rest
 * of the filter looked at row by row. */
#include <stdlib.h>

#include "codec.h"
#include "listing.h"
#include "sluice/base/mem.h"
#include "sluice/store/record_export.h"

enum {
	BY_STATE = 1,
	BY_JOB = 2,
	BY_REFERENCE = 4,
	BY_STORE = 8,
};

/* What each index answers. */
static const struct plan {
	enum table table;
	unsigned answers;
} plans[] = {
	{ TABLE_EXPORT, 0 },
	{ TABLE_EXPORT_BY_STATE, BY_STATE },
	{ TABLE_EXPORT_BY_JOB, BY_JOB },
	{ TABLE_EXPORT_BY_JOB_STATE, BY_JOB | BY_STATE },
	{ TABLE_EXPORT_BY_REFERENCE, BY_REFERENCE },
	{ TABLE_EXPORT_BY_STORE, BY_STORE },
	{ TABLE_EXPORT_BY_STORE_STATE, BY_STORE | BY_STATE },
};

struct query {
	struct txn *t;
	const struct export_filter *filter;
	unsigned rest; /* what the index doesn't answer */
	struct listing listing;
	bool (*each)(void *arg, const struct export *x);
	void *arg;
	enum err error;
};

static unsigned wanted(const struct export_filter *f)
{
	return (f->by_state ? BY_STATE : 0) | (f->by_job ? BY_JOB : 0) |
	       (f->by_reference ? BY_REFERENCE : 0) |
	       (f->scope.count > 0 ? BY_STORE : 0);
}

static struct key prefix_of(struct store *s, enum table table,
	const struct export_filter *f, size_t i)
{
	switch (table) {
	case TABLE_EXPORT_BY_STATE:
		return key_export_state(f->state);
	case TABLE_EXPORT_BY_JOB:
		return key_uuid(f->job_id);
	case TABLE_EXPORT_BY_JOB_STATE:
		return key_export_job_state(f->job_id, f->state);
	case TABLE_EXPORT_BY_REFERENCE:
		return key_export_reference(f->reference);
	case TABLE_EXPORT_BY_STORE:
		return key_export_store(
			store_hash_of(s, str_of(f->scope.ids[i])));
	case TABLE_EXPORT_BY_STORE_STATE:
		return key_export_store_state(
			store_hash_of(s, str_of(f->scope.ids[i])), f->state);
	default:
		return key_bytes("", 0);
	}
}

/* A store that is named twice must not be counted twice. */
static bool named_before(const struct store_scope *scope, size_t i)
{
	for (size_t j = 0; j < i; j++) {
		if (strcmp(scope->ids[i], scope->ids[j]) == 0)
			return true;
	}
	return false;
}

static struct listing listing_for(struct query *q, enum table table)
{
	const struct export_filter *f = q->filter;
	bool by_store = table == TABLE_EXPORT_BY_STORE ||
			table == TABLE_EXPORT_BY_STORE_STATE;
	size_t n = by_store ? f->scope.count : 1;
	struct listing l = { .table = table, .arg = q };

	l.ranges = mem_alloc(n * sizeof *l.ranges);
	for (size_t i = 0; i < n; i++) {
		struct key prefix;

		if (by_store && named_before(&f->scope, i))
			continue;
		prefix = prefix_of(q->t->store, table, f, i);
		l.prefix_len = prefix.len;
		l.ranges[l.range_count++] =
			f->by_time ? range_of_ids(&prefix, f->from_ms, f->to_ms)
				   : range_of_prefix(&prefix);
	}
	return l;
}

/* --- rows ----------------------------------------------------------------- */

static bool row_at(struct query *q, const struct cursor *at, struct export *x)
{
	struct uuid id;
	struct key key;
	enum err e = ERR_OK;

	if (!key_take_id(at->key, &id))
		return false;
	key = key_uuid(id);
	if (q->listing.table != TABLE_EXPORT)
		e = record_export_get(q->t, id, x);
	else if (!export_decode(at->value, id, x))
		e = record_damaged(TABLE_EXPORT, &key);
	/* An index entry without a row is damage, too. */
	if (e == ERR_NOT_FOUND)
		e = record_damaged(q->listing.table, &key);
	if (e != ERR_OK && q->error == ERR_OK)
		q->error = e;
	return e == ERR_OK;
}

static bool matches(void *arg, const struct cursor *at)
{
	struct query *q = arg;
	const struct export_filter *f = q->filter;
	struct export x;

	if (!row_at(q, at, &x))
		return false;
	return !((q->rest & BY_STATE) && x.state != f->state) &&
	       !((q->rest & BY_JOB) && !uuid_eq(x.job_id, f->job_id)) &&
	       !((q->rest & BY_REFERENCE) &&
		       !str_eq(x.reference, f->reference)) &&
	       !((q->rest & BY_STORE) &&
		       !store_scope_allows(&f->scope, x.store_external_id));
}

static enum err emit(void *arg, const struct cursor *at, bool *more)
{
	struct query *q = arg;
	struct export x;

	if (row_at(q, at, &x))
		*more = q->each(q->arg, &x);
	return ERR_OK;
}

/* --- the plan ------------------------------------------------------------- */

/* The index that answers all, else the one with the fewest rows. */
static void choose(struct query *q)
{
	unsigned want = wanted(q->filter);
	uint64_t fewest = UINT64_MAX;

	for (size_t i = 0; i < ARRAY_LEN(plans); i++) {
		const struct plan *p = &plans[i];
		struct listing l;
		uint64_t rows;

		if ((p->answers & want) != p->answers)
			continue;
		l = listing_for(q, p->table);
		rows = p->answers == want ? 0 : listing_count(q->t, &l);
		if (rows < fewest || q->listing.ranges == NULL) {
			free(q->listing.ranges);
			q->listing = l;
			q->rest = want & ~p->answers;
			fewest = rows;
		} else {
			free(l.ranges);
		}
	}
	q->listing.emit = emit;
	q->listing.match = q->rest != 0 ? matches : NULL;
}

enum err record_export_list(struct txn *t, const struct export_filter *filter,
	struct page *page, bool (*each)(void *arg, const struct export *x),
	void *arg)
{
	struct query q = { .t = t, .filter = filter, .each = each, .arg = arg };
	enum err e;

	page->total = 0;
	if (filter->by_reference && filter->reference.len > REFERENCE_MAX)
		return ERR_OK;
	choose(&q);
	e = listing_run(t, &q.listing, page);
	free(q.listing.ranges);
	return e != ERR_OK ? e : q.error;
}

size_t record_export_ids(struct txn *t, const struct export_filter *filter,
	struct uuid after, struct uuid *ids, size_t max)
{
	struct query q = { .t = t, .filter = filter };
	size_t n;

	if (filter->by_reference && filter->reference.len > REFERENCE_MAX)
		return 0;
	choose(&q);
	n = listing_ids(t, &q.listing, after, ids, max);
	free(q.listing.ranges);
	return n;
}

uint64_t record_export_count(struct txn *t, enum export_state state)
{
	struct key prefix = key_export_state(state);
	struct range range = range_of_prefix(&prefix);

	return ranked_count(t, TABLE_EXPORT_BY_STATE, &range);
}
