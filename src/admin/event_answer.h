/* How the result of an event reads in answers, one by one or in bulk. */
#ifndef SLUICE_ADMIN_EVENT_ANSWER_H
#define SLUICE_ADMIN_EVENT_ANSWER_H

#include "call.h"
#include "sluice/jobs/event.h"

struct event_answer {
	unsigned status;
	const char *code, *message;  /* of errors */
	const struct faults *faults; /* NULL: none to show */
};

/* Borrows from `f` and `why`. */
struct event_answer event_answer(enum event_result result,
	const struct faults *f, const struct diag *why);

/* Answers: after the commit with c->body, or the error at once. */
void answer_event(struct call *c, enum event_result result,
	const struct faults *f, const struct diag *why);

#endif
