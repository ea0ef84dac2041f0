#include "sorted.h"

#include <stdlib.h>

struct sorted sorted_make(struct call *c, size_t max)
{
	struct sorted s = { NULL, 0 };

	s.rows = arena_alloc(&c->arena, (max + 1) * sizeof *s.rows);
	return s;
}

void sorted_add(struct sorted *s, struct sorted_row row)
{
	s->rows[s->count++] = row;
}

static int by_id(const struct sorted_row *a, const struct sorted_row *b)
{
	return memcmp(a->id.bytes, b->id.bytes, sizeof a->id.bytes);
}

static int by_name(const void *a, const void *b)
{
	const struct sorted_row *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order != 0 ? order : by_id(x, y);
}

static int by_created(const void *a, const void *b)
{
	const struct sorted_row *x = a, *y = b;

	if (x->created_at != y->created_at)
		return x->created_at < y->created_at ? -1 : 1;
	return by_id(x, y);
}

static int by_updated(const void *a, const void *b)
{
	const struct sorted_row *x = a, *y = b;

	if (x->updated_at != y->updated_at)
		return x->updated_at < y->updated_at ? -1 : 1;
	return by_id(x, y);
}

void sorted_answer(struct call *c, struct sorted *s, struct list_query *q,
	void (*put)(struct call *c, const void *object))
{
	/* in the order of SORTED_FIELDS */
	static int (*const orders[])(const void *, const void *) = { by_name,
		by_created, by_updated };

	qsort(s->rows, s->count, sizeof *s->rows, orders[q->sort]);
	q->page.total = s->count;
	list_begin(c);
	for (size_t i = q->page.offset; i < s->count && c->rows < q->page.size;
		i++) {
		size_t at = q->page.descending ? s->count - 1 - i : i;

		list_next(c);
		put(c, s->rows[at].object);
	}
	list_answer(c, q, ERR_OK);
}

bool text_contains(const char *text, const char *part)
{
	return strcasestr(text, part) != NULL;
}
