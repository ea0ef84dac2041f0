/* The members of one JSON object, for rows: most of them are flat, and their
 * texts need no memory of their own.  As strict as json_tree(), with its
 * sentences. */
#ifndef SLUICE_TEXT_JSON_FLAT_H
#define SLUICE_TEXT_JSON_FLAT_H

#include "sluice/text/json_tree.h"

struct json_member {
	struct str key;
	struct str text; /* of a string ... */
	json_t *value;   /* ... else what it is; NULL for strings */
};

struct json_flat; /* opaque */

struct json_flat *json_flat_create(void);
void json_flat_destroy(struct json_flat *f); /* NULL is fine */

/* In the order in which they stand; borrowed until the next call, and partly
 * from `text`, which is one object.  NULL: `*problem` says why. */
const struct json_member *json_flat_read(struct json_flat *f, struct str text,
	size_t *count, struct json_problem *problem);

#endif
