#include "sluice/model/entity.h"

#include <stdlib.h>

#include "entity_field.h"
#include "json_read.h"
#include "sluice/base/mem.h"
#include "sluice/model/document.h"
#include "sluice/text/json_tree.h"

/* clang-format off */
static const struct {
	const char *name;
	const struct entity_table *table; /* NULL: not served yet */
} kinds[ENTITY_KIND_COUNT] = {
	[ENTITY_ACCOUNT]                 = { "ACCOUNT", NULL },
	[ENTITY_ASSORTMENT]              = { "ASSORTMENT", NULL },
	[ENTITY_ATTRIBUTE]               = { "ATTRIBUTE", NULL },
	[ENTITY_CATALOG_VIEW]            = { "CATALOG_VIEW", NULL },
	[ENTITY_CLASSIFICATION_CATEGORY] = { "CLASSIFICATION_CATEGORY", NULL },
	[ENTITY_CUSTOMER_USER]           = { "CUSTOMER_USER", NULL },
	[ENTITY_INCIDENT]                = { "INCIDENT", NULL },
	[ENTITY_NAVIGATION_CATEGORY]     = { "NAVIGATION_CATEGORY", NULL },
	[ENTITY_OFFER]                   = { "OFFER", NULL },
	[ENTITY_ORDER]                   = { "ORDER", NULL },
	[ENTITY_ORDER_STATUS]            = { "ORDER_STATUS", NULL },
	[ENTITY_PRODUCT]                 = { "PRODUCT", NULL },
	[ENTITY_PRODUCT_TAG]             = { "PRODUCT_TAG", NULL },
	[ENTITY_RELATED_PRODUCT]         = { "RELATED_PRODUCT", NULL },
	[ENTITY_STORE]                   = { "STORE", &entity_store },
	[ENTITY_SUPPLIER]                = { "SUPPLIER", &entity_supplier },
};
/* clang-format on */

const char *entity_kind_name(enum entity_kind k)
{
	must(k < ENTITY_KIND_COUNT);
	return kinds[k].name;
}

bool entity_kind_parse(struct str text, enum entity_kind *out)
{
	for (size_t i = 0; i < ENTITY_KIND_COUNT; i++) {
		if (str_eq(text, str_of(kinds[i].name))) {
			*out = (enum entity_kind)i;
			return true;
		}
	}
	return false;
}

const struct entity_table *entity_table(enum entity_kind kind)
{
	must(kind < ENTITY_KIND_COUNT);
	return kinds[kind].table;
}

bool entity_kind_served(enum entity_kind k)
{
	return entity_table(k) != NULL;
}

/* Takes the body over; NULL when it lacks its id. */
static struct entity *entity_new(enum entity_kind kind, json_t *body)
{
	const struct entity_table *table = entity_table(kind);
	struct entity *e = mem_alloc(sizeof *e);

	e->kind = kind;
	e->body = body;
	e->external_id = json_string_value(json_object_get(body, "externalId"));
	e->name = json_string_value(json_object_get(body, table->name_key));
	if (e->name == NULL)
		e->name = "";
	if (table->stores_key != NULL)
		e->stores = json_object_get(body, table->stores_key);
	if (e->external_id != NULL)
		return e;
	entity_destroy(e);
	return NULL;
}

struct entity *entity_from_json(enum entity_kind kind, const json_t *body,
	const char *external_id, const struct entity *old, bool multi_store,
	const struct entity_lookup *lookup, struct faults *faults)
{
	struct entity_reading r = {
		.table = entity_table(kind),
		.external_id = external_id,
		.old = old == NULL ? NULL : old->body,
		.multi_store = multi_store,
		.lookup = lookup,
		.faults = faults,
	};
	json_t *normal;

	if (r.table == NULL) {
		faults_add(faults, FAULT_INVALID, "",
			"%s is not served by this version yet",
			entity_kind_name(kind));
		return NULL;
	}
	normal = entity_read(&r, body);
	return normal == NULL ? NULL : entity_new(kind, normal);
}

enum err entity_from_text(
	enum entity_kind kind, struct str text, struct entity **out)
{
	json_t *body = json_tree(text, NULL);

	*out = NULL;
	if (!json_is_object(body) || entity_table(kind) == NULL) {
		json_decref(body);
		return ERR_CORRUPT;
	}
	*out = entity_new(kind, body);
	return *out == NULL ? ERR_CORRUPT : ERR_OK;
}

void entity_to_text(const struct entity *e, struct buf *out)
{
	json_write(e->body, out);
}

bool entity_equal(const struct entity *a, const struct entity *b)
{
	return a->kind == b->kind && json_equal(a->body, b->body);
}

void entity_destroy(struct entity *e)
{
	if (e == NULL)
		return;
	json_decref(e->body);
	free(e);
}
