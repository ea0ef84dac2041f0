#include "event_answer.h"

struct row {
	unsigned status;
	const char *code;
	const char *message; /* when `why` has none */
};

/* By event_result; EVENT_INVALID and EVENT_FAILED have their own codes. */
static const struct row rows[] = {
	[EVENT_CREATED] = { 201, "", "" },
	[EVENT_UPDATED] = { 200, "", "" },
	[EVENT_INVALID] = { 400, NULL, "" },
	[EVENT_REGRESSION] = { 409, "CONFLICT", "the status may not go back" },
	[EVENT_NOT_FOUND] = { 404, "NOT_FOUND", "there is none with this id" },
	[EVENT_FORBIDDEN] = { 403, "FORBIDDEN",
		"the key is limited to other stores" },
	[EVENT_FAILED] = { 500, "INTERNAL_ERROR", "" },
};

struct event_answer event_answer(enum event_result result,
	const struct faults *f, const struct diag *why)
{
	const struct row *row = &rows[result];
	struct event_answer a = { row->status, row->code, row->message, NULL };

	if (result == EVENT_INVALID) {
		a.code = faults_code(f);
		a.message = faults_message(f);
		a.faults = f;
		return a;
	}
	if (result == EVENT_FAILED)
		err_answer(why->code, &a.status, &a.code);
	if (why->text[0] != '\0')
		a.message = why->text;
	else if (result == EVENT_FAILED)
		a.message = err_text(why->code);
	return a;
}

void answer_event(struct call *c, enum event_result result,
	const struct faults *f, const struct diag *why)
{
	struct event_answer a = event_answer(result, f, why);

	if (result == EVENT_CREATED || result == EVENT_UPDATED)
		answer_after_commit(c, a.status);
	else if (a.faults != NULL)
		answer_faults(c, f);
	else if (result == EVENT_FAILED)
		answer_err(c, why->code, why);
	else
		answer_error(c, a.status, a.code, "%s", a.message);
}
