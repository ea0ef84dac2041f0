/* RELATED_PRODUCT: contract 4.10. */
#include "entity_private.h"

/* clang-format off */
static const struct entity_field fields[] = {
	/* key          aliases              labels                create update edit type */
	FIELD("externalId", "productExternalId", "Product External Id", REQ, REQ, NO, ENTITY_REF, NULL, NULL, ENTITY_PRODUCT),
};

static const struct entity_field relation[] = {
	/* key                        aliases  labels                         create update edit type */
	FIELD("relatedProductExternalId", NULL,    "Related Product External Id", REQ, REQ, NO,  ENTITY_REF,  NULL, NULL, ENTITY_PRODUCT),
	FIELD("relationType",             NULL,    "Relation Type",               REQ, REQ, NO,  ENTITY_ENUM, NULL, "CROSS_SELL, UP_SELL, ACCESSORY, REPLACEMENT"),
	FIELD("deleted",                  NULL,    "Deleted",                     OPT, OPT, ACT, ENTITY_BOOL),
};
/* clang-format on */

static void check_relation(struct entity_checking *c)
{
	if (str_eq(part_text(c, c->item, 0), c->out->external_id))
		rule_fault(c, c->item, 0, FAULT_FORMAT,
			"a product is not related to itself");
}

static void check(struct entity_checking *c)
{
	struct path path = { .key = "relatedProductExternalId" };

	if (c->top->list.form == NORM_NONE)
		fault_missing(c->faults, &path);
}

const struct entity_table entity_related_product = {
	.kind = ENTITY_RELATED_PRODUCT,
	ENTITY_TOP(fields),
	ENTITY_ITEM(relation),
	.list_key = "relatedProducts",
	.item_required = true,
	.item_keys = 2,
	.remove_key = "deleted",
	.check = check,
	.check_item = check_relation,
	.note = "One relation per row; a product has those of all rows. "
		"`Deleted` TRUE takes one away.",
};
