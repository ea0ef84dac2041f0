/* Lists of what the catalog holds: few objects, filtered and sorted in memory,
 * then cut to the page. */
#ifndef SLUICE_ADMIN_SORTED_H
#define SLUICE_ADMIN_SORTED_H

#include "query.h"

#define SORTED_FIELDS "name createdAt updatedAt"

/* What the list is sorted by, and the object itself. */
struct sorted_row {
	const char *name;
	struct uuid id;
	int64_t created_at, updated_at;
	const void *object;
};

struct sorted {
	struct sorted_row *rows; /* in the call's arena */
	size_t count;
};

/* Room for at most `max` rows. */
struct sorted sorted_make(struct call *c, size_t max);
void sorted_add(struct sorted *s, struct sorted_row row);

/* Sorts, and answers 200 with the page: `put` writes one object. */
void sorted_answer(struct call *c, struct sorted *s, struct list_query *q,
	void (*put)(struct call *c, const void *object));

/* True when `text` contains `part`, ASCII letters compared without case. */
bool text_contains(const char *text, const char *part);

#endif
