/* Ids made by the hub: UUIDv7 (RFC 9562 section 5.7), so that key order is the
 * order in which they were made. */
#ifndef SLUICE_BASE_UUID_H
#define SLUICE_BASE_UUID_H

#include <stdbool.h>
#include <stdint.h>

#include "sluice/base/str.h"

#define UUID_TEXT_SIZE 37

struct uuid {
	uint8_t bytes[16];
};

/* Makes ids in strictly rising order, whatever the clock does: within one
 * millisecond, and when the clock steps back, a counter in the 12 bits of
 * rand_a goes up (and carries into the time). */
struct uuid_source {
	int64_t last_ms; /* private; zero-initialise */
	uint16_t counter;
};

/* `random` is 8 fresh random bytes. */
struct uuid uuid_make(
	struct uuid_source *s, int64_t now_ms, const uint8_t random[8]);

/* The lowest id that can be made at `ms`; for ranges of time. */
struct uuid uuid_floor(int64_t ms);

/* When the id was made, milliseconds since 1970. */
int64_t uuid_time(struct uuid id);

char *uuid_format(struct uuid id, char out[UUID_TEXT_SIZE]);

/* Any UUID, upper or lower case, with its four dashes. */
bool uuid_parse(struct str text, struct uuid *out);

static inline bool uuid_eq(struct uuid a, struct uuid b)
{
	return memcmp(a.bytes, b.bytes, sizeof a.bytes) == 0;
}

static inline bool uuid_is_nil(struct uuid a)
{
	return uuid_eq(a, (struct uuid){ { 0 } });
}

#endif
