#include "sluice/model/execution.h"

#include "sluice/base/clock.h"
#include "sluice/base/must.h"

#define TO(state) (1u << (EXECUTION_##state))

/* The diagram in execution.h, as a table. */
static const struct {
	const char *name;
	unsigned next; /* bit n: may become state n */
} states[EXECUTION_STATE_COUNT] = {
	[EXECUTION_PENDING] = { "JOB_PENDING",
		TO(RUNNING) | TO(CANCELLED) | TO(FAILED) },
	[EXECUTION_RUNNING] = { "JOB_RUNNING",
		TO(SUCCESS) | TO(PARTIAL) | TO(FAILED) | TO(CANCELLED) |
			TO(INTERRUPTED) },
	[EXECUTION_SUCCESS] = { "JOB_SUCCESS", 0 },
	[EXECUTION_PARTIAL] = { "JOB_PARTIAL", 0 },
	[EXECUTION_FAILED] = { "JOB_FAILED", 0 },
	[EXECUTION_CANCELLED] = { "JOB_CANCELLED", 0 },
	[EXECUTION_INTERRUPTED] = { "JOB_INTERRUPTED", 0 },
	[EXECUTION_SKIPPED] = { "JOB_SKIPPED", 0 },
};

const char *execution_state_name(enum execution_state s)
{
	must(s < EXECUTION_STATE_COUNT);
	return states[s].name;
}

bool execution_state_parse(struct str text, enum execution_state *out)
{
	for (size_t i = 0; i < EXECUTION_STATE_COUNT; i++) {
		if (str_eq(text, str_of(states[i].name))) {
			*out = (enum execution_state)i;
			return true;
		}
	}
	return false;
}

bool execution_state_may_become(
	enum execution_state from, enum execution_state to)
{
	must(from < EXECUTION_STATE_COUNT && to < EXECUTION_STATE_COUNT);
	return (states[from].next & 1u << to) != 0;
}

bool execution_state_is_final(enum execution_state s)
{
	must(s < EXECUTION_STATE_COUNT);
	return states[s].next == 0;
}

const char *execution_trigger_name(enum execution_trigger t)
{
	static const char *const names[] = {
		[TRIGGER_SCHEDULED] = "SCHEDULED",
		[TRIGGER_MANUAL] = "MANUAL",
		[TRIGGER_FILE] = "FILE",
		[TRIGGER_AFTER] = "AFTER",
		[TRIGGER_RECOVERY] = "RECOVERY",
	};

	must(t < TRIGGER_COUNT);
	return names[t];
}

enum execution_state execution_on_overlap(enum execution_policy policy,
	bool simultaneous, unsigned running, unsigned waiting, const char **why)
{
	*why = NULL;
	if (simultaneous || running + waiting == 0)
		return EXECUTION_PENDING;
	if (policy == POLICY_WAIT_FOR_NEXT)
		*why = "another execution of this job is not done yet, and its "
		       "policy is WAIT_FOR_NEXT";
	else if (waiting > 0)
		*why = "another execution of this job is waiting already";
	return *why == NULL ? EXECUTION_PENDING : EXECUTION_SKIPPED;
}

enum execution_state execution_outcome(
	const struct execution_counts *c, bool failed)
{
	if (failed)
		return EXECUTION_FAILED;
	if (c->rejected == 0)
		return EXECUTION_SUCCESS;
	return c->created + c->updated + c->unchanged > 0 ? EXECUTION_PARTIAL
							  : EXECUTION_FAILED;
}

/* --- as JSON -------------------------------------------------------------- */

static void put_key(struct buf *out, const char *key)
{
	buf_printf(out, ",\"%s\":", key);
}

static void put_text(struct buf *out, const char *key, struct str text)
{
	put_key(out, key);
	buf_json_string(out, text);
}

static void put_number(struct buf *out, const char *key, uint64_t n)
{
	put_key(out, key);
	buf_u64(out, n);
}

static void put_id(struct buf *out, const char *key, struct uuid id)
{
	char text[UUID_TEXT_SIZE];

	put_text(out, key, str_of(uuid_format(id, text)));
}

/* Absent times are null, so that every answer has the same keys. */
static void put_time(struct buf *out, const char *key, int64_t ms)
{
	char text[TIME_TEXT_SIZE];

	put_key(out, key);
	if (ms == 0)
		buf_text(out, "null");
	else
		buf_json_string(
			out, str_of(time_format(ms, TIME_ISO_MS, text)));
}

static void put_counts(struct buf *out, const struct execution_counts *c)
{
	put_number(out, "rowsRead", c->rows_read);
	put_number(out, "created", c->created);
	put_number(out, "updated", c->updated);
	put_number(out, "unchanged", c->unchanged);
	put_number(out, "rejected", c->rejected);
	put_number(out, "warnings", c->warnings);
	put_number(out, "bytesRead", c->bytes_read);
}

/* The lists of the report; `files` is always there, in the contract's place. */
static void put_list(struct buf *out, struct str report, const char *key)
{
	struct str list = entity_value(report, key);

	if (list.len == 0 && strcmp(key, "files") != 0)
		return;
	put_key(out, key);
	buf_str(out, list.len > 0 ? list : STR("[]"));
}

void execution_put(struct buf *out, const struct execution *x)
{
	char id[UUID_TEXT_SIZE];

	buf_printf(out, "\"id\":\"%s\"", uuid_format(x->id, id));
	put_id(out, "jobId", x->job_id);
	put_text(out, "jobName", x->job_name);
	put_text(out, "entity", str_of(entity_kind_name(x->entity)));
	put_text(out, "trigger", str_of(execution_trigger_name(x->trigger)));
	put_time(out, "scheduledFor", x->scheduled_for);
	put_text(out, "status", str_of(execution_state_name(x->state)));
	put_time(out, "startedAt", x->started_at);
	put_time(out, "finishedAt", x->finished_at);
	put_counts(out, &x->counts);
	put_list(out, x->report, "files");
	put_text(out, "message", x->message);
	put_time(out, "createdAt", x->created_at);
	buf_printf(out, ",\"dryRun\":%s", x->dry_run ? "true" : "false");
	if (!uuid_is_nil(x->recovers))
		put_id(out, "recovers", x->recovers);
	put_number(out, "rejectsKept", x->rejects_kept);
	if (x->upload_name.len > 0)
		put_text(out, "fileName", x->upload_name);
	put_list(out, x->report, "warningMessages");
	put_list(out, x->report, "transcodingMisses");
}
