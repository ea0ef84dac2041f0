#include "sluice/model/import_order.h"

#include <stdlib.h>
#include <string.h>

#include "sluice/base/mem.h"

static size_t rank(enum entity_kind kind)
{
	const enum entity_kind *order = entity_recommended_order();
	size_t i = 0;

	while (i < ENTITY_KINDS && order[i] != kind)
		i++;
	return i;
}

static int by_rank(const void *a, const void *b)
{
	const struct import_job *const *x = a, *const *y = b;
	size_t rx = rank((*x)->entity), ry = rank((*y)->entity);

	if (rx != ry)
		return rx < ry ? -1 : 1;
	return strcmp((*x)->name, (*y)->name);
}

/* --- moving back what `after` asks for -------------------------------------
 */

struct place {
	struct uuid id;
	size_t index; /* in the order of entities */
};

static int by_id(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	return memcmp(&x->id, &y->id, sizeof x->id);
}

/* The jobs in the order of entities, and what has been put down so far. */
struct sorting {
	const struct import_job **jobs; /* a copy: the result is overwritten */
	struct place *places;           /* by id */
	bool *seen;
	size_t count;
	const struct import_job **out;
	size_t placed;
	struct frame *stack;
};

/* A job whose `after` is being put down first, and how far that is. */
struct frame {
	size_t job, next;
};

/* The number of the next job that `f` waits for and nobody has looked at. */
static bool next_before(struct sorting *s, struct frame *f, size_t *index)
{
	const struct import_job *j = s->jobs[f->job];

	while (f->next < j->after_count) {
		struct place key = { .id = j->after[f->next++] };
		struct place *p =
			bsearch(&key, s->places, s->count, sizeof key, by_id);

		if (p == NULL || s->seen[p->index])
			continue;
		*index = p->index;
		return true;
	}
	return false;
}

/* Depth first, without recursion: a chain may be as long as there are jobs. */
static void place(struct sorting *s, size_t index)
{
	size_t depth = 0;

	if (s->seen[index])
		return;
	s->seen[index] = true;
	s->stack[depth++] = (struct frame){ .job = index };
	while (depth > 0) {
		struct frame *f = &s->stack[depth - 1];

		if (next_before(s, f, &index)) {
			s->seen[index] = true;
			s->stack[depth++] = (struct frame){ .job = index };
		} else {
			s->out[s->placed++] = s->jobs[f->job];
			depth--;
		}
	}
}

void import_order_sort(const struct import_job **jobs, size_t count)
{
	struct sorting s = { .count = count, .out = jobs };

	if (count == 0)
		return;
	qsort(jobs, count, sizeof *jobs, by_rank);
	s.jobs = mem_dup(jobs, count * sizeof *jobs);
	s.places = mem_alloc(count * sizeof *s.places);
	s.seen = mem_alloc(count * sizeof *s.seen);
	s.stack = mem_alloc(count * sizeof *s.stack);
	for (size_t i = 0; i < count; i++)
		s.places[i] = (struct place){ jobs[i]->id, i };
	qsort(s.places, count, sizeof *s.places, by_id);
	for (size_t i = 0; i < count; i++)
		place(&s, i);
	free(s.jobs);
	free(s.places);
	free(s.seen);
	free(s.stack);
}

const char *import_order_reason(
	const struct import_job *job, const struct import_job *other)
{
	size_t count;
	const struct entity_edge *edges = entity_edges(&count);

	for (size_t i = 0; i < job->after_count; i++)
		if (uuid_eq(job->after[i], other->id))
			return "It starts when that job has succeeded (after).";
	for (size_t i = 0; i < count; i++)
		if (edges[i].before == other->entity &&
			edges[i].after == job->entity)
			return edges[i].reason;
	return NULL;
}
