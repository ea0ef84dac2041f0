/* A state machine is a table: every state names where it may go next.
 *
 * sm_move() is the only way to change state.  It aborts on an edge that the
 * table does not list and traces the move, so the table in each .c file is the
 * truth about that machine. */
#ifndef SLUICE_BASE_SM_H
#define SLUICE_BASE_SM_H

#include <stdint.h>

#define SM_BIT(state) (UINT32_C(1) << (state))

struct sm_state {
	const char *name;
	uint32_t next; /* bit n set: may move to state n; 0: final */
};

struct sm {
	const char *name; /* of the machine, for the trace: "sftp_put" */
	const char *who;  /* borrowed: what it works for, or NULL */
	const struct sm_state *states;
	int state;
};

/* Starts in state 0.  `who` must outlive the machine. */
void sm_init(struct sm *m, const char *name, const char *who,
	const struct sm_state *states);

/* Traced at debug level as "sftp_put ex=0192... connect -> handshake". */
void sm_move(struct sm *m, int to);

static inline const char *sm_state_name(const struct sm *m)
{
	return m->states[m->state].name;
}

/* Test seam: called after every move; NULL in production. */
extern void (*sm_on_move)(struct sm *m, int from);

#endif
