/* Cron expressions: when a job fires, in UTC.  docs/cron.md is the manual.
 *
 * 5 fields are read as Unix cron reads them (minute first, Sunday is 0 and 7,
 * a day of month and a day of week both given: either one), 6 (second first)
 * and 7 (year last) as Quartz does (Sunday is 1, one of the two days must be ?
 * or *).  All three know lists, ranges, steps, names, L, W and #.
 *
 *	struct cron cron;
 *	struct cron_error why;
 *
 *	if (!cron_parse(STR("0 0 2 * * ?"), &cron, &why))
 *		... why.field, why.column, why.text ...
 *	if (cron_next(&cron, now, &due))
 *		...
 *
 * Nothing here asks for the time, allocates or keeps what it is given. */
#ifndef SLUICE_TEXT_CRON_H
#define SLUICE_TEXT_CRON_H

#include <stdbool.h>
#include <stdint.h>

#include "sluice/base/buf.h"
#include "sluice/base/err.h"
#include "sluice/base/str.h"

#define CRON_TEXT_MAX   1024 /* bytes of an expression */
#define CRON_WORDS_MAX  8192 /* of its words; most are below 80 */
#define CRON_ERROR_SIZE 240
#define CRON_YEAR_MIN   1970
#define CRON_YEAR_MAX   2099

enum cron_field_id {
	CRON_SECOND,
	CRON_MINUTE,
	CRON_HOUR,
	CRON_DAY,
	CRON_MONTH,
	CRON_WEEKDAY,
	CRON_YEAR,
	CRON_FIELDS
};

/* Bit n is the value n; weekdays count from Sunday = 0, years from 1970. */
struct cron_set {
	uint64_t bits[3];
};

/* A plain value: copy it as you like, there is nothing to release.  Its
 * members are private. */
struct cron {
	struct cron_set sets[CRON_FIELDS];
	uint32_t nearest;       /* bit n: nW */
	uint32_t last;          /* bit n: L-n */
	uint32_t last_nearest;  /* bit n: L-nW */
	uint8_t weekday_nth[6]; /* [m], bit d: weekday d, #m */
	uint8_t weekday_last;   /* bit d: the last weekday d of a month */
	bool either;            /* one of day and weekday is enough */
};

struct cron_error {
	const char *field; /* "day of month"; "" when it is about all of it */
	unsigned column;   /* in bytes, from 1 */
	char text[CRON_ERROR_SIZE]; /* what is wrong and what to do */
};

/* Reads an expression.  White space around it and between the fields does not
 * matter.  Refused is also what no day of 1970 to 2099 can satisfy, such as 30
 * February; an expression whose years are over is read.  False: `why` is
 * filled (it may be NULL), *cron is not to be used. */
bool cron_parse(
	struct str text, struct cron *cron, struct cron_error *why) WARN_UNUSED;

/* "minute, column 1: 61 is out of range; write 0 to 59" */
void cron_error_put(const struct cron_error *why, struct buf *out);

/* The first time strictly after `after_ms` (milliseconds since 1970, any
 * value); always a whole second.  False: there is none until the end of 2099,
 * *next_ms is untouched.  Takes microseconds at worst. */
bool cron_next(const struct cron *cron, int64_t after_ms,
	int64_t *next_ms) WARN_UNUSED;

/* Appends the expression in words: "At 02:00 every day".  Two expressions that
 * fire at the same times may, but need not, have the same words.  A weekday in
 * the words, as in "the last weekday", is one of Monday to Friday.
 * CRON_WORDS_MAX bytes are always enough. */
void cron_describe(const struct cron *cron, struct buf *out);

#endif
