/* Points in time: milliseconds since 1970-01-01T00:00:00Z, and their texts.
 *
 * Floors 1 to 4 (store) never ask what time it is: `now` comes in as an
 * argument.  clock_now_ms() is for the floors above. */
#ifndef SLUICE_BASE_CLOCK_H
#define SLUICE_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "sluice/base/str.h"

#define TIME_TEXT_SIZE 72

enum time_form {
	TIME_ISO_MS,     /* 2025-03-24T14:32:31.824Z (contract, conventions) */
	TIME_ISO_OFFSET, /* 2024-05-28T15:01:29.000+00:00 (seed 002, JSON) */
	TIME_ISO_S,      /* 2024-06-04T10:30:00Z (seed 003) */
	TIME_COMPACT,    /* 20240604T103000 (seed 002, file names) */
};

/* The wall clock. */
int64_t clock_now_ms(void);

/* A monotonic clock for measuring, in nanoseconds. */
uint64_t clock_monotonic_ns(void);

/* Writes the text, NUL terminated, and returns `out`.  Years 0000 to 9999;
 * anything outside is clamped. */
char *time_format(int64_t ms, enum time_form form, char out[TIME_TEXT_SIZE]);

/* Reads an ISO 8601 date-time: seconds required, a fraction of 1 to 9 digits
 * allowed (cut to milliseconds), then `Z`, `+hh:mm` or `+hhmm`.  A time
 * without a zone and a day that does not exist are refused. */
bool time_parse(struct str text, int64_t *ms);

#endif
