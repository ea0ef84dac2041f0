/* Lists of executions: each filter has its index, and each index ends in the
 * id, so that every page is found by rank. */
#include "codec.h"
#include "listing.h"
#include "sluice/store/record_execution.h"

struct query {
	struct txn *t;
	struct range range;
	struct listing listing;
	bool (*each)(void *arg, const struct execution *x);
	void *arg;
	enum err error;
};

static enum table table_of(const struct execution_filter *f)
{
	if (f->by_job)
		return f->by_state ? TABLE_EXECUTION_BY_JOB_STATE
				   : TABLE_EXECUTION_BY_JOB;
	return f->by_state ? TABLE_EXECUTION_BY_STATE : TABLE_EXECUTION;
}

static struct key prefix_of(const struct execution_filter *f)
{
	if (f->by_job)
		return f->by_state
			       ? key_execution_job_state(f->job_id, f->state)
			       : key_uuid(f->job_id);
	return f->by_state ? key_execution_state(f->state) : key_bytes("", 0);
}

/* The index entry, or the row itself, to the row. */
static enum err row_at(
	const struct query *q, const struct cursor *at, struct execution *x)
{
	struct key key = key_text(at->key);
	struct uuid id;
	enum err e;

	if (!key_take_id(at->key, &id))
		return record_damaged(q->listing.table, &key);
	if (q->listing.table == TABLE_EXECUTION)
		return execution_decode(at->value, id, x)
			       ? ERR_OK
			       : record_damaged(TABLE_EXECUTION, &key);
	e = record_execution_get(q->t, id, x);
	/* An index entry without a row is damage, too. */
	return e == ERR_NOT_FOUND ? record_damaged(q->listing.table, &key) : e;
}

/* A damaged row is left out, and told at the end. */
static enum err emit(void *arg, const struct cursor *at, bool *more)
{
	struct query *q = arg;
	struct execution x;
	enum err e = row_at(q, at, &x);

	if (e == ERR_OK)
		*more = q->each(q->arg, &x);
	else if (q->error == ERR_OK)
		q->error = e;
	return ERR_OK;
}

static void prepare(struct query *q, const struct execution_filter *f)
{
	struct key prefix = prefix_of(f);

	q->range = f->by_time ? range_of_ids(&prefix, f->from_ms, f->to_ms)
			      : range_of_prefix(&prefix);
	q->listing = (struct listing){
		.table = table_of(f),
		.prefix_len = prefix.len,
		.ranges = &q->range,
		.range_count = 1,
		.emit = emit,
		.arg = q,
	};
}

enum err record_execution_list(struct txn *t,
	const struct execution_filter *filter, struct page *page,
	bool (*each)(void *arg, const struct execution *x), void *arg)
{
	struct query q = { .t = t, .each = each, .arg = arg };
	enum err e;

	page->total = 0;
	prepare(&q, filter);
	e = listing_run(t, &q.listing, page);
	return e != ERR_OK ? e : q.error;
}

size_t record_execution_ids(struct txn *t,
	const struct execution_filter *filter, struct uuid after,
	struct uuid *ids, size_t max)
{
	struct query q = { .t = t };

	prepare(&q, filter);
	return listing_ids(t, &q.listing, after, ids, max);
}

uint64_t record_execution_count(
	struct txn *t, struct uuid job_id, enum execution_state state)
{
	struct execution_filter filter = { .by_job = !uuid_is_nil(job_id),
		.job_id = job_id,
		.by_state = true,
		.state = state };
	struct query q = { .t = t };

	prepare(&q, &filter);
	return listing_count(t, &q.listing);
}
