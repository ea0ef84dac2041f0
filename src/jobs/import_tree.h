#ifndef SLUICE_SRC_JOBS_IMPORT_TREE_H
#define SLUICE_SRC_JOBS_IMPORT_TREE_H

#include "import_apply_private.h"
#include "sluice/base/arena.h"
#include "sluice/model/entity_field.h"

#define TREE_KIND ENTITY_NAVIGATION_CATEGORY

/* The rows of a tree until all are there: memory holds ids and parents, the
 * rest waits in the scratch store (entities by id, raw rows as rejects by
 * number, whose `faults` is the header of the parent's column). */
struct import_tree {
	struct import_scratch scratch;
	struct arena ids;
	struct entity_node *nodes; /* by row */
	unsigned char *results;    /* same: what becomes of it */
	size_t count, room;
};

/* The field that names the parent. */
size_t import_tree_parent_field(void);

#endif
