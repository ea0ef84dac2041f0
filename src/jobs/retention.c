#include "sluice/jobs/retention.h"

#include "retention_private.h"
#include "sluice/base/clock.h"
#include "sluice/base/log.h"
#include "sluice/jobs/hub.h"
#include "sluice/store/record_export.h"

#define HOUR_MS INT64_C(3600000)
#define SLICE   200

static const enum export_state ended[] = { EXPORT_SUCCESS, EXPORT_CANCELLED };

/* How many rows there are beyond the newest historyCount. */
static size_t surplus(const struct hub *hub, struct txn *t)
{
	uint64_t max = hub->settings.history_count, rows = 0;

	if (max == 0)
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(ended); i++)
		rows += record_export_count(t, ended[i]);
	if (rows <= max)
		return 0;
	return rows - max < SLICE ? (size_t)(rows - max) : SLICE;
}

static size_t find(const struct hub *hub, struct txn *t,
	enum export_state state, struct uuid *ids)
{
	struct export_filter f = { .by_state = true, .state = state };
	size_t beyond = surplus(hub, t);

	if (beyond > 0)
		return record_export_ids(
			t, &f, (struct uuid){ { 0 } }, ids, beyond);
	if (hub->settings.history_days == 0)
		return 0;
	f.by_time = true;
	f.to_ms = clock_now_ms() -
		  (int64_t)hub->settings.history_days * 24 * HOUR_MS;
	return record_export_ids(t, &f, (struct uuid){ { 0 } }, ids, SLICE);
}

static size_t delete_slice(struct hub *hub)
{
	struct uuid ids[SLICE];
	struct txn *t = turn_read(hub);
	enum err e = ERR_OK;
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(ended) && n == 0; i++)
		n = find(hub, t, ended[i], ids);
	if (n > 0)
		e = turn_write(hub, &t);
	for (size_t i = 0; i < n && e == ERR_OK; i++)
		e = record_export_delete(t, ids[i]);
	if (e == ERR_OK)
		return n;
	log_error("retention: %s; trying again in an hour", err_text(e));
	return 0;
}

static void on_hour(struct timer *t);

static void on_slice(struct deferred *d)
{
	struct retention *r = container_of(d, struct retention, slice);

	bool more = delete_slice(r->hub) > 0;

	if (retention_executions(r->hub) || more)
		loop_defer(r->hub->loop, &r->slice, on_slice);
	else
		timer_set(r->hub->loop, &r->timer, (uint64_t)HOUR_MS, on_hour);
}

static void on_hour(struct timer *t)
{
	on_slice(&container_of(t, struct retention, timer)->slice);
}

void retention_start(struct retention *r, struct hub *hub)
{
	*r = (struct retention){ .hub = hub };
	loop_defer(hub->loop, &r->slice, on_slice);
}

void retention_stop(struct retention *r)
{
	if (r->hub == NULL)
		return;
	loop_undefer(&r->slice);
	timer_stop(r->hub->loop, &r->timer);
}
