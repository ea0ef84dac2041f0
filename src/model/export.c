#include "sluice/model/export.h"

#include "sluice/base/must.h"

#define TO(state) (1u << (state))

/* The diagram in export.h, as a table.  Whatever isn't settled can be
 * cancelled, also while it runs. */
static const struct {
	const char *name;
	unsigned next; /* bit n: may become state n */
	bool due;
} states[EXPORT_STATE_COUNT] = {
	[EXPORT_PENDING] = { "EXPORT_PENDING",
		TO(EXPORT_RUNNING) | TO(EXPORT_CANCELLED), true },
	[EXPORT_RUNNING] = { "EXPORT_RUNNING",
		TO(EXPORT_SUCCESS) | TO(EXPORT_RETRYING) | TO(EXPORT_FAILED) |
			TO(EXPORT_CANCELLED),
		false },
	[EXPORT_RETRYING] = { "EXPORT_RETRYING",
		TO(EXPORT_RUNNING) | TO(EXPORT_FAILED) | TO(EXPORT_CANCELLED),
		true },
	[EXPORT_SUCCESS] = { "EXPORT_SUCCESS", 0, false },
	[EXPORT_FAILED] = { "EXPORT_FAILED",
		TO(EXPORT_PENDING) | TO(EXPORT_CANCELLED), false },
	[EXPORT_CANCELLED] = { "EXPORT_CANCELLED", TO(EXPORT_PENDING), false },
};

const char *export_state_name(enum export_state s)
{
	must(s < EXPORT_STATE_COUNT);
	return states[s].name;
}

bool export_state_parse(struct str text, enum export_state *out)
{
	for (size_t i = 0; i < EXPORT_STATE_COUNT; i++) {
		if (str_eq(text, str_of(states[i].name))) {
			*out = (enum export_state)i;
			return true;
		}
	}
	return false;
}

bool export_state_may_become(enum export_state from, enum export_state to)
{
	must(from < EXPORT_STATE_COUNT && to < EXPORT_STATE_COUNT);
	return (states[from].next & TO(to)) != 0;
}

bool export_state_is_due(enum export_state s)
{
	must(s < EXPORT_STATE_COUNT);
	return states[s].due;
}

const char *attempt_outcome_name(enum attempt_outcome o)
{
	static const char *const names[] = {
		[ATTEMPT_RUNNING] = "RUNNING",
		[ATTEMPT_SUCCESS] = "SUCCESS",
		[ATTEMPT_FAILURE] = "FAILURE",
		[ATTEMPT_CANCELLED] = "CANCELLED",
		[ATTEMPT_UNKNOWN] = "UNKNOWN",
	};

	must((size_t)o < ARRAY_LEN(names));
	return names[o];
}

void export_remote_path(const struct export *x, struct buf *out)
{
	buf_str(out, x->folder);
	if (x->folder.len > 0 && x->folder.ptr[x->folder.len - 1] != '/')
		buf_char(out, '/');
	buf_str(out, x->file_name);
}

void export_after_failure(struct export *x, int64_t now_ms)
{
	must(x->state == EXPORT_RUNNING);
	if (x->retries_left == 0) {
		x->state = EXPORT_FAILED;
		x->next_attempt_at = 0;
		return;
	}
	x->state = EXPORT_RETRYING;
	x->retries_left--;
	x->next_attempt_at = now_ms + (int64_t)x->retry.interval_seconds * 1000;
}

unsigned export_retries_to_come(const struct export *x)
{
	unsigned n = x->retries_left + (x->state == EXPORT_RETRYING);

	/* A shutdown's RETRYING used up none. */
	return n < x->retry.max_retries ? n : x->retry.max_retries;
}
