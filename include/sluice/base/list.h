/* An intrusive, circular, doubly linked list.  A link that is in no list
 * points to itself, so that removing twice does no harm. */
#ifndef SLUICE_BASE_LIST_H
#define SLUICE_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "sluice/base/must.h"

struct link {
	struct link *prev, *next;
};

static inline void list_init(struct link *l)
{
	l->prev = l->next = l;
}

static inline bool list_empty(const struct link *l)
{
	return l->next == l;
}

/* Before `at`: with a list head, at the end. */
static inline void list_append(struct link *at, struct link *l)
{
	l->prev = at->prev;
	l->next = at;
	at->prev->next = l;
	at->prev = l;
}

static inline void list_remove(struct link *l)
{
	l->prev->next = l->next;
	l->next->prev = l->prev;
	list_init(l);
}

/* Move everything from `from` to the empty head `to`. */
static inline void list_move_all(struct link *to, struct link *from)
{
	list_init(to);
	if (list_empty(from))
		return;
	*to = *from;
	to->prev->next = to;
	to->next->prev = to;
	list_init(from);
}

/* The first entry, as `type *`; the list must not be empty. */
#define list_first(head, type, member) container_of((head)->next, type, member)

/* `pos` may be removed (and freed) in the body. */
#define list_for_each(pos, head)                                               \
	for (struct link *pos = (head)->next, *pos##_next = pos->next;         \
		pos != (head); pos = pos##_next, pos##_next = pos->next)

#endif
