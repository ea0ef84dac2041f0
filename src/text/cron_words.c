/* Lists of values in words. */
#include "cron_private.h"

const char *const cron_month_words[12] = { "January", "February", "March",
	"April", "May", "June", "July", "August", "September", "October",
	"November", "December" };
const char *const cron_weekday_words[7] = { "Sunday", "Monday", "Tuesday",
	"Wednesday", "Thursday", "Friday", "Saturday" };

/* The end of the run that begins at `first`. */
static int run_end(const struct cron_set *set, int first)
{
	while (cron_set_has(set, first + 1))
		first++;
	return first;
}

/* Two in a row read better as two: "5 and 6". */
static int item_end(const struct cron_set *set, int first)
{
	int end = run_end(set, first);

	return end - first >= 2 ? end : first;
}

void cron_list(const struct cron_set *set, cron_namer *name, const char *last,
	struct buf *out)
{
	int at = cron_set_next(set, 0);

	for (bool first = true; at >= 0; first = false) {
		int end = item_end(set, at);
		int next = cron_set_next(set, end + 1);

		if (!first)
			buf_printf(out, next < 0 ? " %s " : ", ", last);
		name(at, out);
		if (end > at) {
			buf_text(out, " to ");
			name(end, out);
		}
		at = next;
	}
}

static void name_month(int value, struct buf *out)
{
	buf_text(out, cron_month_words[value - 1]);
}

void cron_month_list(const struct cron *cron, const char *last, struct buf *out)
{
	cron_list(&cron->sets[CRON_MONTH], name_month, last, out);
}

bool cron_row(
	const struct cron_set *set, int low, int high, int *first, int *last)
{
	int starts = 0;

	for (int v = low; v <= high; v++) {
		int next = v == high ? low : v + 1;

		if (!cron_set_has(set, v) && cron_set_has(set, next)) {
			*first = next;
			starts++;
		}
		if (cron_set_has(set, v) && !cron_set_has(set, next))
			*last = v;
	}
	return starts == 1;
}

struct cron_steps cron_steps_of(const struct cron_set *set)
{
	struct cron_steps s = { .first = cron_set_next(set, 0),
		.count = cron_set_count(set) };
	int second = cron_set_next(set, s.first + 1);

	s.last = s.first;
	if (second < 0)
		return s;
	s.step = second - s.first;
	for (int next = second; next >= 0;
		next = cron_set_next(set, s.last + 1)) {
		if (next - s.last != s.step) {
			s.step = 0;
			return s;
		}
		s.last = next;
	}
	return s;
}
