/* Any expression, any two times: what is decided is what going through the
 * slots one by one gives.  16 bytes of times, then the expression. */
#include "sluice/base/must.h"
#include "sluice/model/schedule.h"

#define SLOTS_MAX 20000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The slots in (seen, now], rising; SLOTS_MAX: there may be more. */
static size_t slots_of(
	const struct cron *cron, int64_t seen, int64_t now, int64_t *slots)
{
	size_t n = 0;

	while (n < SLOTS_MAX && cron_next(cron, seen, &seen) && seen <= now)
		slots[n++] = seen;
	return n;
}

static void check_skips(
	const struct schedule_decision *d, const int64_t *slots, size_t count)
{
	size_t kept = count < SCHEDULE_SKIPS_MAX ? count : SCHEDULE_SKIPS_MAX;

	must(d->skip_count == kept);
	for (size_t i = 0; i < kept; i++)
		must(d->skips[i] == slots[count - kept + i]);
	count -= kept;
	must(d->more_skipped ==
		(count < SCHEDULE_COUNT_MAX ? count : SCHEDULE_COUNT_MAX));
	must(count == 0 || d->skipped_from == slots[0]);
}

static void check(
	const struct cron *cron, enum catch_up up, int64_t seen, int64_t now)
{
	static int64_t slots[SLOTS_MAX];
	size_t count = slots_of(cron, seen, now, slots);
	struct schedule_decision d;

	schedule_decide(cron, up, seen, now, SCHEDULE_LATE_MS, &d);
	must(d.seen == (now > seen ? now : seen));
	must(!d.run || (d.slot > seen && d.slot <= now));
	for (unsigned i = 1; i < d.skip_count; i++)
		must(d.skips[i - 1] < d.skips[i]);
	if (count == SLOTS_MAX)
		return;
	must(d.run == (count > 0 && (up == CATCH_UP_LAST ||
					    now - slots[count - 1] <=
						    SCHEDULE_LATE_MS)));
	if (d.run)
		must(d.slot == slots[--count]);
	check_skips(&d, slots, count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cron cron;
	int64_t seen, span;

	if (size < 16)
		return 0;
	memcpy(&seen, data, sizeof seen);
	memcpy(&span, data + 8, sizeof span);
	if (!cron_parse((struct str){ (const char *)data + 16, size - 16 },
		    &cron, NULL))
		return 0;
	/* Wall clocks: from 1969 to past the last year of expressions. */
	seen = seen % INT64_C(4200000000000);
	span = span % (INT64_C(1000) << (data[15] % 32));
	check(&cron, CATCH_UP_NONE, seen, seen + span);
	check(&cron, CATCH_UP_LAST, seen, seen + span);
	return 0;
}
