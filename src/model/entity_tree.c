/* Trees of categories: whether every node hangs on the root. */
#include <stdlib.h>

#include "entity_private.h"
#include "sluice/base/mem.h"

struct str entity_parent(enum entity_kind kind, struct str text)
{
	const struct entity_section *s = &entity_table(kind)->top;
	struct str value;

	for (size_t i = 1; i < s->count; i++) {
		if (s->fields[i].target != kind ||
			s->fields[i].type != ENTITY_REF)
			continue;
		value = entity_value(text, s->fields[i].key);
		if (value.len < 2 ||
			str_eq((struct str){ value.ptr + 1, value.len - 2 },
				str_of(s->fields[i].initial)))
			break;
		return (struct str){ value.ptr + 1, value.len - 2 };
	}
	return (struct str){ "", 0 };
}

static int compare(struct str a, struct str b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	int order = len == 0 ? 0 : memcmp(a.ptr, b.ptr, len);

	return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

/* By id; of equal ones the last of the rows comes last. */
static int compare_nodes(const void *a, const void *b)
{
	const struct entity_node *const *x = a, *const *y = b;
	int order = compare((*x)->id, (*y)->id);

	return order != 0 ? order : (*x > *y) - (*x < *y);
}

static size_t find(
	struct entity_node *const *sorted, size_t count, struct str id)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare(sorted[middle]->id, id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && str_eq(sorted[low]->id, id) ? low : count;
}

enum hangs {
	UNKNOWN,
	UNDER_WAY,
	ON_ROOT,
	LOOSE
};

/* Walks up from a node until it knows, then marks the way. */
static void settle(struct entity_node *const *sorted, size_t count,
	unsigned char *state, size_t from)
{
	enum hangs end = UNKNOWN;
	size_t at = from;

	while (end == UNKNOWN) {
		if (at == count || state[at] == UNDER_WAY)
			end = LOOSE; /* no such parent, or a circle */
		else if (state[at] != UNKNOWN)
			end = (enum hangs)state[at];
		else {
			state[at] = UNDER_WAY;
			if (sorted[at]->parent.len == 0)
				end = ON_ROOT;
			else
				at = find(sorted, count, sorted[at]->parent);
		}
	}
	for (at = from; at < count && state[at] == UNDER_WAY;
		at = sorted[at]->parent.len == 0
			     ? count
			     : find(sorted, count, sorted[at]->parent))
		state[at] = (unsigned char)end;
}

/* The last node of each id. */
static size_t sort_unique(
	struct entity_node *nodes, size_t count, struct entity_node **sorted)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		sorted[i] = &nodes[i];
	if (count > 1)
		qsort(sorted, count, sizeof *sorted, compare_nodes);
	for (size_t i = 0; i < count; i++)
		if (i + 1 == count || !str_eq(sorted[i]->id, sorted[i + 1]->id))
			sorted[n++] = sorted[i];
	return n;
}

size_t entity_tree_check(struct entity_node *nodes, size_t count)
{
	struct entity_node **sorted = mem_alloc((count + 1) * sizeof *sorted);
	size_t n = sort_unique(nodes, count, sorted), broken = 0;
	unsigned char *state = mem_alloc(n + 1);

	for (size_t i = 0; i < count; i++)
		nodes[i].broken = false;
	for (size_t i = 0; i < n; i++) {
		settle(sorted, n, state, i);
		sorted[i]->broken = state[i] == LOOSE;
		broken += sorted[i]->broken;
	}
	free(sorted);
	free(state);
	return broken;
}
