#include "sluice/jobs/hub.h"

#include "sluice/base/clock.h"
#include "sluice/base/crypto.h"

struct uuid hub_new_id(struct hub *hub)
{
	uint8_t random[8];

	crypto_random(random, sizeof random);
	return uuid_make(&hub->ids, clock_now_ms(), random);
}
