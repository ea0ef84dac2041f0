/* The new tree takes the place of the old one.
 *
 * What is replaced is the tree of the stores that the new categories belong to.
 * A category that also belongs to another store stays there. */
#include <stdlib.h>

#include "import_tree.h"
#include "sluice/base/mem.h"
#include "sluice/store/record_execution.h"

#define STORES_KEY "storesExternalId"

struct swap {
	struct import_apply *a;
	struct import_tree *tree;
	struct txn *from, *to; /* the scratch store, and the store */
	struct arena arena;
	struct buf stores; /* of the new tree, joined with '\n' */
	size_t broken;     /* rows that don't hang on the root */
	uint64_t count;    /* categories of the new tree */
	struct buf text, ids, id;
	import_held_fn held;
	void *arg;
};

/* --- lists of stores, joined with '\n' ------------------------------------ */

static bool next_store(struct str *rest, struct str *one)
{
	const char *end;

	if (rest->len == 0)
		return false;
	end = memchr(rest->ptr, '\n', rest->len);
	one->ptr = rest->ptr;
	one->len = end == NULL ? rest->len : (size_t)(end - rest->ptr);
	rest->ptr += one->len + (end != NULL);
	rest->len -= one->len + (end != NULL);
	return true;
}

static bool has_store(struct str list, struct str store)
{
	struct str one;

	while (next_store(&list, &one))
		if (str_eq(one, store))
			return true;
	return false;
}

static void add_store(struct buf *list, struct str store)
{
	if (has_store(buf_view(list), store))
		return;
	if (list->len > 0)
		buf_char(list, '\n');
	buf_str(list, store);
}

/* Adds those that are not replaced; false: there are none. */
static bool add_others(struct swap *s, struct buf *list, struct str stores)
{
	size_t before = list->len;
	struct str one;

	while (next_store(&stores, &one))
		if (!has_store(buf_view(&s->stores), one))
			add_store(list, one);
	return list->len > before;
}

/* The row with the stores in s->ids: their list stands in the text, too. */
static void set_stores(struct swap *s, struct entity_row *row)
{
	struct str old = entity_value(row->text, STORES_KEY);
	struct str rest = buf_view(&s->ids), one;
	const char *end = row->text.ptr + row->text.len;

	must(old.len > 0); /* has a default */
	buf_clear(&s->text);
	buf_put(&s->text, row->text.ptr, (size_t)(old.ptr - row->text.ptr));
	buf_char(&s->text, '[');
	for (bool first = true; next_store(&rest, &one); first = false) {
		if (!first)
			buf_char(&s->text, ',');
		buf_json_string(&s->text, one);
	}
	buf_char(&s->text, ']');
	old.ptr += old.len;
	buf_put(&s->text, old.ptr, (size_t)(end - old.ptr));
	row->text = buf_view(&s->text);
	row->store_ids = buf_view(&s->ids);
}

/* --- what came through ---------------------------------------------------- */

/* Only categories that hang on the root stay in the scratch store. */
static enum err drop_broken(struct swap *s)
{
	enum err e = ERR_OK;

	for (size_t i = 0; i < s->tree->count && e == ERR_OK; i++)
		if (s->tree->nodes[i].broken)
			e = record_entity_delete(
				s->from, TREE_KIND, s->tree->nodes[i].id);
	return e;
}

/* Walks the categories of `t`; the row's texts live until the next write. */
static enum err next_row(struct swap *s, struct txn *t, struct entity_row *row)
{
	enum err e = record_entity_next(t, TREE_KIND, buf_view(&s->id), row);

	if (e == ERR_OK || e == ERR_CORRUPT) {
		buf_clear(&s->id);
		buf_str(&s->id, row->external_id);
		row->external_id = buf_view(&s->id);
	}
	return e;
}

static enum err collect_stores(struct swap *s)
{
	struct entity_row row;
	struct str rest, one;
	enum err e;

	buf_clear(&s->id);
	while ((e = next_row(s, s->from, &row)) == ERR_OK) {
		s->count++;
		rest = row.store_ids;
		while (next_store(&rest, &one))
			add_store(&s->stores, one);
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* --- the swap ------------------------------------------------------------- */

static enum err put_category(struct swap *s, struct entity_row *row)
{
	struct entity_row old;
	enum err e =
		record_entity_get(s->to, TREE_KIND, row->external_id, &old);

	row->updated_at = s->a->now;
	row->created_at = e == ERR_OK ? old.created_at : s->a->now;
	buf_clear(&s->ids);
	buf_str(&s->ids, row->store_ids);
	if (e == ERR_OK && add_others(s, &s->ids, old.store_ids))
		set_stores(s, row);
	if (e == ERR_OK && str_eq(old.text, row->text))
		return ERR_OK;
	return record_entity_put(s->to, row);
}

static enum err put_new(struct swap *s)
{
	struct entity_row row;
	enum err e;

	buf_clear(&s->id);
	while ((e = next_row(s, s->from, &row)) == ERR_OK) {
		e = put_category(s, &row);
		if (e != ERR_OK)
			return e;
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* Of the stores whose tree this is; it stays where it isn't replaced. */
static enum err take_away(struct swap *s, struct entity_row *row)
{
	struct str rest = row->store_ids, one;
	bool ours = rest.len == 0;

	while (next_store(&rest, &one))
		ours = ours || has_store(buf_view(&s->stores), one);
	if (!ours)
		return ERR_OK;
	buf_clear(&s->ids);
	if (!add_others(s, &s->ids, row->store_ids))
		return record_entity_delete(s->to, TREE_KIND, row->external_id);
	set_stores(s, row);
	row->updated_at = s->a->now;
	row->execution_id = s->a->options.execution_id;
	return record_entity_put(s->to, row);
}

static bool put_none(void *arg, const struct entity_row *row)
{
	(void)arg;
	(void)row;
	return false;
}

/* Is there nothing but the new tree?  Then nobody need look for more. */
static enum err is_alone(struct swap *s, bool *alone)
{
	static const struct store_scope all = { NULL, 0 };
	struct page page = { .size = 1 };
	enum err e = record_entity_list(
		s->to, TREE_KIND, STR(""), &all, &page, put_none, NULL);

	*alone = page.total == s->count;
	return e;
}

static enum err take_away_old(struct swap *s)
{
	struct entity_row row;
	bool alone;
	enum err e = is_alone(s, &alone);

	if (e != ERR_OK || alone)
		return e;
	buf_clear(&s->id);
	while ((e = next_row(s, s->to, &row)) == ERR_OK || e == ERR_CORRUPT) {
		if (record_entity_exists(s->from, TREE_KIND, row.external_id))
			continue;
		e = e == ERR_CORRUPT ? record_entity_delete(s->to, TREE_KIND,
					       row.external_id)
				     : take_away(s, &row);
		if (e != ERR_OK)
			return e;
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* --- the report ----------------------------------------------------------- */

static void fault_parent(
	struct faults *f, const struct entity_node *node, struct str column)
{
	const struct entity_field *field =
		&entity_table(TREE_KIND)
			 ->top.fields[import_tree_parent_field()];

	if (!node->broken) {
		faults_add(f, FAULT_NO_REF, field->key,
			"the last row with the external id %.*s, which counts, "
			"was rejected",
			STR_ARG(node->id));
		return;
	}
	faults_add(f, FAULT_NO_REF, field->key,
		"At least one %s does not exist in Djust system : %.*s with "
		"type EXTERNAL_ID (the tree of this import has no such "
		"category, or it hangs below itself)",
		field->key, STR_ARG(node->parent));
	faults_locate(f, 0, column.len > 0 ? column : (struct str){ NULL, 0 },
		node->parent);
}

static bool report(void *arg, uint32_t number, const struct reject *r)
{
	struct swap *s = arg;
	const struct entity_node *node = &s->tree->nodes[number];
	struct faults faults;

	if (s->broken == 0 ||
		record_entity_exists(s->from, TREE_KIND, node->id)) {
		s->held(s->arg, r->file, r->line, r->raw,
			(enum import_result)s->tree->results[number], NULL);
		return true;
	}
	faults_init(&faults, &s->arena);
	fault_parent(&faults, node, r->faults);
	s->held(s->arg, r->file, r->line, r->raw, RESULT_REJECTED, &faults);
	arena_reset(&s->arena);
	return true;
}

/* --- all together --------------------------------------------------------- */

static enum err swap(struct swap *s)
{
	enum err e = store_write(s->tree->scratch.store, &s->from);

	s->broken = entity_tree_check(s->tree->nodes, s->tree->count);
	if (e == ERR_OK && s->broken > 0)
		e = drop_broken(s);
	if (e == ERR_OK)
		e = collect_stores(s);
	if (e == ERR_OK && s->stores.len > 0 && !world_is_dry(&s->a->world)) {
		e = turn_write(s->a->world.hub, &s->to);
		if (e == ERR_OK)
			e = put_new(s);
		if (e == ERR_OK)
			e = take_away_old(s);
	}
	return e;
}

enum err import_tree_finish(struct import_apply *a, import_held_fn held,
	void *arg, struct diag *why)
{
	struct swap s = {
		.a = a,
		.tree = a->tree,
		.stores = buf_make(UINT32_MAX),
		.text = buf_make(UINT32_MAX),
		.ids = buf_make(UINT32_MAX),
		.id = buf_make(UINT32_MAX),
		.held = held,
		.arg = arg,
	};
	enum err e = swap(&s);

	if (e == ERR_OK)
		e = record_reject_each(
			s.from, a->options.execution_id, 0, report, &s);
	if (e != ERR_OK)
		diag_set(why, e, "the tree of categories: %s", err_text(e));
	import_tree_destroy(a->tree);
	a->tree = NULL;
	arena_release(&s.arena);
	buf_release(&s.stores);
	buf_release(&s.text);
	buf_release(&s.ids);
	buf_release(&s.id);
	return e;
}
