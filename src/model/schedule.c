#include "sluice/model/schedule.h"

#define SECOND 1000 /* ms: slots are whole seconds */

/* Is there a slot in (after, until]? */
static bool slot_within(
	const struct cron *cron, int64_t after, int64_t until, int64_t *slot)
{
	return cron_next(cron, after, slot) && *slot <= until;
}

/* The newest slot in (after, until].  Expressions only look forward, so: steps
 * back, each twice as long, until there is one; then the span is halved until
 * nothing comes behind it.  Some forty looks at most. */
static bool newest_slot(
	const struct cron *cron, int64_t after, int64_t until, int64_t *slot)
{
	int64_t from = until, step = SECOND, later;

	while (from > after && !slot_within(cron, from, until, slot)) {
		from = from - after > step ? from - step : after;
		step *= 2;
	}
	if (!slot_within(cron, from, until, slot))
		return false;
	while (until > *slot) {
		int64_t middle = *slot + (until - *slot) / 2;

		if (slot_within(cron, middle, until, &later))
			*slot = later;
		else
			until = middle;
	}
	return true;
}

static void reverse(int64_t *list, unsigned count)
{
	for (unsigned i = 0; i < count / 2; i++) {
		int64_t t = list[i];

		list[i] = list[count - 1 - i];
		list[count - 1 - i] = t;
	}
}

/* All slots in (after, until] are skipped. */
static void skip(const struct cron *cron, int64_t after, int64_t until,
	struct schedule_decision *out)
{
	int64_t slot;

	while (out->skip_count < SCHEDULE_SKIPS_MAX &&
		newest_slot(cron, after, until, &slot)) {
		out->skips[out->skip_count++] = slot;
		until = slot - 1;
	}
	reverse(out->skips, out->skip_count);
	if (!slot_within(cron, after, until, &out->skipped_from))
		return;
	slot = out->skipped_from;
	do
		out->more_skipped++;
	while (out->more_skipped < SCHEDULE_COUNT_MAX &&
		slot_within(cron, slot, until, &slot));
}

void schedule_decide(const struct cron *cron, enum catch_up catch_up,
	int64_t seen, int64_t now, int64_t late_ms,
	struct schedule_decision *out)
{
	int64_t slot;

	*out = (struct schedule_decision){ .seen = now > seen ? now : seen };
	if (now <= seen || !newest_slot(cron, seen, now, &slot))
		return;
	out->run = now - slot <= late_ms || catch_up == CATCH_UP_LAST;
	if (out->run)
		out->slot = slot;
	skip(cron, seen, out->run ? slot - 1 : slot, out);
}

bool schedule_next(
	const struct cron *cron, int64_t seen, int64_t now, int64_t *next)
{
	return cron_next(cron, now > seen ? now : seen, next);
}

bool schedule_after_due(
	const int64_t *succeeded_at, size_t count, int64_t last_after_start)
{
	for (size_t i = 0; i < count; i++)
		if (succeeded_at[i] == 0 || succeeded_at[i] <= last_after_start)
			return false;
	return count > 0;
}
