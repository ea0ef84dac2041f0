/* Shared by the parts of text/cron only. */
#ifndef SLUICE_TEXT_CRON_PRIVATE_H
#define SLUICE_TEXT_CRON_PRIVATE_H

#include "sluice/text/cron.h"

/* Sets --------------------------------------------------------------------- */

static inline void cron_set_add(struct cron_set *set, int n)
{
	set->bits[n / 64] |= UINT64_C(1) << n % 64;
}

static inline bool cron_set_has(const struct cron_set *set, int n)
{
	return set->bits[n / 64] >> n % 64 & 1;
}

/* The first member at or after `from` (0 to 191), or -1. */
static inline int cron_set_next(const struct cron_set *set, int from)
{
	uint64_t mask = ~UINT64_C(0) << from % 64;

	for (int i = from / 64; i < 3; i++, mask = ~UINT64_C(0))
		if ((set->bits[i] & mask) != 0)
			return i * 64 + __builtin_ctzll(set->bits[i] & mask);
	return -1;
}

static inline int cron_set_count(const struct cron_set *set)
{
	return __builtin_popcountll(set->bits[0]) +
	       __builtin_popcountll(set->bits[1]) +
	       __builtin_popcountll(set->bits[2]);
}

/* Fields ------------------------------------------------------------------- */

struct cron_field {
	enum cron_field_id id;
	const char *name;
	int low, high;
	int end;  /* where * and n/step end: `high`, but for Sunday as 7 */
	int base; /* the value of bit 0 */
	const char *const *names; /* of `low` and up to `end`; or NULL */
	const char *values;       /* what may be written, for people */
};

/* The number of different values. */
static inline int cron_field_size(const struct cron_field *f)
{
	return f->end - f->low + 1;
}

/* Adds what the field's text says to `cron`. `all` is the whole expression,
 * of which `text` is a part, so that columns can be told. */
bool cron_field_read(const struct cron_field *f, struct str all,
	struct str text, struct cron *cron, struct cron_error *why);

/* Fills `why` (may be NULL); returns false. */
bool cron_fail(struct cron_error *why, const struct cron_field *f,
	size_t offset, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* Days --------------------------------------------------------------------- */

/* The first day at or after `from` on which it fires, counted in days since
 * 1970; -1: none. */
int cron_next_day(const struct cron *cron, int from);

/* Words -------------------------------------------------------------------- */

extern const char *const cron_month_words[12];  /* from January */
extern const char *const cron_weekday_words[7]; /* from Sunday */

/* "February", "April, June or July"; `last` is the word before the last. */
void cron_month_list(
	const struct cron *cron, const char *last, struct buf *out);

/* The time of day; false: "every day" must follow if it is meant. */
bool cron_describe_time(const struct cron *cron, struct buf *out);

/* " on day 1 of every month, in 2030".  `sayless`: every day needs no word. */
void cron_describe_days(const struct cron *cron, bool sayless, struct buf *out);

/* Appends the members from `from` to `to` by `name`, three and more in a row
 * as "a to b", with `last` ("and") before the last. */
typedef void cron_namer(int value, struct buf *out);
void cron_list(const struct cron_set *set, cron_namer *name, const char *last,
	struct buf *out);

/* Do the members stand in one row, of values that go round from `high` to
 * `low`?  Then *first and *last are its ends. */
bool cron_row(
	const struct cron_set *set, int low, int high, int *first, int *last);

/* The members at a constant distance: step > 0, or 0 for one member or an
 * irregular set. */
struct cron_steps {
	int first, last, step, count;
};
struct cron_steps cron_steps_of(const struct cron_set *set);

#endif
