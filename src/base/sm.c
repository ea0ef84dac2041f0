#include "sluice/base/sm.h"

#include <stddef.h>

#include "sluice/base/log.h"
#include "sluice/base/must.h"

void (*sm_on_move)(struct sm *m, int from);

void sm_init(struct sm *m, const char *name, const char *who,
	const struct sm_state *states)
{
	*m = (struct sm){ .name = name, .who = who, .states = states };
}

void sm_move(struct sm *m, int to)
{
	int from = m->state;

	must(m->states[from].next & SM_BIT(to));
	m->state = to;
	log_debug("%s ex=%s %s -> %s", m->name, m->who == NULL ? "-" : m->who,
		m->states[from].name, m->states[to].name);
	if (sm_on_move != NULL)
		sm_on_move(m, from);
}
