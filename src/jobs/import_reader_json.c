/* JSON: a list of objects, cut and parsed one by one. */
#include <stdlib.h>

#include "import_reader_private.h"
#include "sluice/base/mem.h"
#include "sluice/text/json_flat.h"
#include "sluice/text/json_list.h"
#include "sluice/text/json_tree.h"

struct json_cutter {
	struct json_list *list;
	struct mapping_json *mapping;
	struct json_flat *flat;
	json_t *object; /* of the row that is out, where one is needed */
};

static bool json_open(struct import_reader *r)
{
	const char *path = r->job->items_path;
	struct json_list_options options = {
		.items_path = { path, path == NULL ? 0 : strlen(path) },
		.max_item = r->options.limits.row,
		.max_depth = r->options.limits.depth,
	};
	struct diag why;

	r->json = mem_alloc(sizeof *r->json);
	r->json->mapping = mapping_json_open(r->mapping);
	r->json->flat = json_flat_create();
	r->json->list = json_list_create(&options, &why);
	if (r->json->list != NULL)
		return true;
	import_reader_fail(r, why.code, "itemsPath: %s", why.text);
	return false;
}

static void json_close(struct import_reader *r)
{
	mapping_json_close(r->json->mapping);
	json_flat_destroy(r->json->flat);
	json_list_destroy(r->json->list);
	json_decref(r->json->object);
	free(r->json);
}

static void json_take(struct import_reader *r, struct str piece, bool last)
{
	json_list_feed(r->json->list, piece, last);
}

/* --- rows ----------------------------------------------------------------- */

/* Places in the element, which doesn't stand alone. */
static enum import_kind give_unreadable(struct import_reader *r,
	struct import_row *row, const struct json_item *item,
	const struct json_problem *problem)
{
	struct json_place at = json_place_in(item->place, problem->place);

	row->unreadable = true;
	faults_add(&r->faults, FAULT_FORMAT, "", "line %u, column %u: %s",
		at.line, at.column, problem->text);
	return IMPORT_BAD;
}

/* Without a mapping no path asks for the object as a whole. */
static enum import_kind give_members(struct import_reader *r,
	struct import_row *row, const struct json_item *item)
{
	struct json_problem problem;
	size_t count, unknown = 0;
	const struct json_member *members =
		json_flat_read(r->json->flat, item->raw, &count, &problem);
	struct entity_input *in;

	if (members == NULL)
		return give_unreadable(r, row, item, &problem);
	in = mapping_json_members(
		r->json->mapping, members, count, &r->faults, &unknown);
	row->warnings = unknown;
	return import_row_give(r, row, in);
}

static enum import_kind give_object(struct import_reader *r,
	struct import_row *row, const struct json_item *item)
{
	struct json_problem problem;

	r->json->object = json_tree(item->raw, &problem);
	return r->json->object == NULL
		       ? give_unreadable(r, row, item, &problem)
		       : import_row_give_object(
				 r, row, r->json->mapping, r->json->object);
}

static enum import_kind give_item(struct import_reader *r,
	struct import_row *row, const struct json_item *item)
{
	import_row_begin(r, row, item->place.line, item->place.column);
	row->element = item->raw;
	if (item->kind != TOKEN_OBJECT_BEGIN) {
		row->unreadable = true; /* a number of any length, say */
		return import_row_give_object(
			r, row, r->json->mapping, json_null());
	}
	return mapping_json_is_direct(r->json->mapping)
		       ? give_members(r, row, item)
		       : give_object(r, row, item);
}

static enum import_kind json_cut(
	struct import_reader *r, struct import_row *row)
{
	struct json_item item;
	struct diag why;

	json_decref(r->json->object);
	r->json->object = NULL;
	switch (json_list_next(r->json->list, &item)) {
	case JSON_LIST_ITEM:
		return give_item(r, row, &item);
	case JSON_LIST_MORE:
		return IMPORT_MORE;
	case JSON_LIST_END:
		return IMPORT_END;
	case JSON_LIST_ERROR:
		break;
	}
	json_list_error(r->json->list, &why);
	return import_reader_fail(r, why.code, "%s", why.text);
}

const struct cutter import_cutter_json = {
	.form = MAPPING_JSON,
	.open = json_open,
	.feed = json_take,
	.next = json_cut,
	.close = json_close,
};
