/* NAVIGATION_CATEGORY: an import replaces the whole tree of its stores, at once
 * (contract 4.9), so its rows are held until all are there. */
#include <stdlib.h>

#include "import_tree.h"
#include "sluice/base/mem.h"
#include "sluice/jobs/entity_write.h"
#include "sluice/model/document.h"
#include "sluice/store/record_execution.h"

/* Rows of a tree; each costs some 150 bytes of memory. */
#define TREE_MAX 1000000

void import_tree_destroy(struct import_tree *t)
{
	if (t == NULL)
		return;
	import_scratch_close(&t->scratch);
	arena_release(&t->ids);
	free(t->nodes);
	free(t->results);
	free(t);
}

static enum err tree_open(struct import_apply *a, struct diag *why)
{
	enum err e;

	if (a->tree != NULL)
		return ERR_OK;
	a->tree = mem_alloc(sizeof *a->tree);
	e = import_scratch_open(&a->tree->scratch, a->world.hub, why);
	if (e == ERR_OK)
		return ERR_OK;
	import_tree_destroy(a->tree);
	a->tree = NULL;
	return e;
}

/* --- holding rows --------------------------------------------------------- */

static struct str keep(struct import_tree *t, struct str s)
{
	return (struct str){ arena_dup(&t->ids, s), s.len };
}

static void add_node(struct import_tree *t, const struct entity *e,
	enum import_result result)
{
	if (t->count == t->room) {
		t->room = t->room == 0 ? 256 : t->room * 2;
		t->nodes = mem_resize(t->nodes, t->room * sizeof *t->nodes);
		t->results = mem_resize(t->results, t->room);
	}
	t->nodes[t->count] = (struct entity_node){
		.id = keep(t, e->external_id),
		.parent = keep(t, entity_parent(TREE_KIND, e->text)),
		.row = t->count,
	};
	t->results[t->count++] = (unsigned char)result;
}

size_t import_tree_parent_field(void)
{
	const struct entity_table *t = entity_table(TREE_KIND);
	size_t i = 1;

	while (t->top.fields[i].target != TREE_KIND ||
		t->top.fields[i].type != ENTITY_REF)
		i++;
	return i;
}

/* The column of a field, for the fault that may come in the end. */
static struct str parent_column(const struct entity_input *in)
{
	uint32_t column = in->fields[import_tree_parent_field()].column;

	return column > 0 && column <= in->header_count ? in->header[column - 1]
							: STR("");
}

/* What the row becomes, unless its parent is missing in the end: against the
 * row before it with the same id, or else against the tree that is there. */
static enum import_result compare(
	struct import_apply *a, struct txn *t, const struct entity *e)
{
	struct entity_row old;

	if (record_entity_get(t, TREE_KIND, e->external_id, &old) != ERR_OK &&
		world_entity(&a->world, TREE_KIND, e->external_id, &old) !=
			ERR_OK)
		return RESULT_CREATED;
	return str_eq(old.text, e->text) ? RESULT_UNCHANGED : RESULT_UPDATED;
}

static enum err hold(struct import_apply *a, const struct import_row *row,
	const struct entity *e)
{
	struct import_tree *tree = a->tree;
	struct buf raw = buf_make(DOCUMENT_MAX);
	struct entity_row kept =
		entity_row_of(e, NULL, a->now, a->options.execution_id);
	struct reject held = {
		.file = a->file,
		.line = row->line,
		.faults = parent_column(row->in),
	};
	struct txn *t;
	enum err rc = import_scratch_txn(&tree->scratch, &t);

	import_row_raw(row, &raw);
	held.raw = buf_view(&raw);
	if (rc == ERR_OK) {
		add_node(tree, e, compare(a, t, e));
		rc = record_entity_put(t, &kept);
	}
	if (rc == ERR_OK)
		rc = record_reject_put(t, a->options.execution_id,
			(uint32_t)(tree->count - 1), &held);
	buf_release(&raw);
	return rc;
}

enum import_result import_tree_row(
	struct import_apply *a, struct import_row *row, struct diag *why)
{
	struct entity_reading reading = import_reading(a, row);
	struct entity e;
	enum err rc;

	if (tree_open(a, why) != ERR_OK)
		return RESULT_FAILED;
	if (a->tree->count == TREE_MAX) {
		diag_set(why, ERR_LIMIT, "the tree has more than %d categories",
			TREE_MAX);
		return RESULT_FAILED;
	}
	reading.whole_tree = true;
	if (!entity_read(row->in, &reading, &a->text, &e))
		return RESULT_REJECTED;
	rc = hold(a, row, &e);
	return rc == ERR_OK ? RESULT_HELD
			    : import_failed(a, e.external_id, rc, why);
}
