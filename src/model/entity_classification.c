/* CLASSIFICATION_CATEGORY: facts.md 6.5. */
#include "entity_private.h"

#define DEPTH_MAX 64

enum {
	F_PARENT = 2
};

/* clang-format off */
static const struct entity_field fields[] = {
	/* key                aliases                        labels                                                                         create update edit type */
	FIELD("externalId",       "classificationExternalId",     "Classification External Id",                                                  REQ, REQ, NO,  ENTITY_ID),
	FIELD("name",             "classificationName",           "Classification Name",                                                         REQ, OPT, YES, ENTITY_TEXT),
	[F_PARENT] =
	FIELD("parentExternalId", "classificationParentExternalId", "Classification Parent External Id|Classication Parent External Id",         OPT, OPT, YES, ENTITY_REF, "Root", NULL, ENTITY_CLASSIFICATION_CATEGORY),
	FIELD("deleted",          NULL,                           "Deleted",                                                                     OPT, OPT, YES, ENTITY_BOOL, "FALSE"),
};

static const struct entity_field attribute[] = {
	/* key                    aliases         labels                create update edit type */
	FIELD("attributeExternalId",  "attr_code|attrCode", "Attr Code",       REQ, REQ, NO,  ENTITY_REF, NULL, NULL, ENTITY_ATTRIBUTE),
	FIELD("attributeEnabled",     "attrEnabled",    "Attr Enabled",        OPT, OPT, YES, ENTITY_BOOL, "TRUE"),
	FIELD("attributeIndexable",   "attrIndexable",  "Attr Indexable",      OPT, OPT, YES, ENTITY_BOOL, "FALSE"),
	FIELD("attributeRequired",    "attrRequired",   "Attr Required",       OPT, OPT, YES, ENTITY_BOOL, "FALSE"),
	FIELD("attributeForVariant",  "attrForVariant", "Attr For Variant",    OPT, OPT, YES, ENTITY_BOOL, "FALSE"),
	FIELD("attributeFaceted",     "attrFaceted",    "Attr Faceted",        OPT, OPT, YES, ENTITY_BOOL, "FALSE"),
	FIELD("attributeSearchable",  "attrSearchable", "Attr Searchable",     OPT, OPT, YES, ENTITY_BOOL, "FALSE"),
	FIELD("attributeSortable",    "attrSortable",   "Attr Sortable",       OPT, OPT, YES, ENTITY_BOOL, "FALSE"),
};
/* clang-format on */

/* Up from the parent: must not come by here again. */
static bool is_circle(struct entity_checking *c)
{
	const struct entity_lookup *lookup = c->r->lookup;
	struct str at = part_text(c, c->top, F_PARENT);

	for (int depth = 0; at.len > 0 && depth < DEPTH_MAX; depth++) {
		if (str_eq(at, c->out->external_id))
			return true;
		at = entity_parent(ENTITY_CLASSIFICATION_CATEGORY,
			lookup->get(lookup->arg, ENTITY_CLASSIFICATION_CATEGORY,
				at));
		at.ptr = arena_dup(c->arena, at);
	}
	return at.len > 0;
}

static void check(struct entity_checking *c)
{
	if (part_given(c->top, F_PARENT) && !faults_any(c->faults) &&
		is_circle(c))
		rule_fault(c, c->top, F_PARENT, FAULT_FORMAT,
			"Field parentExternalId does not respect expected "
			"format category that is not below this one");
}

const struct entity_table entity_classification_category = {
	.kind = ENTITY_CLASSIFICATION_CATEGORY,
	ENTITY_TOP(fields),
	ENTITY_ITEM(attribute),
	.list_key = "attributes",
	.item_keys = 1,
	.name_key = "name",
	.gone_key = "deleted",
	.check = check,
	.note = "A row holds one pair of category and attribute; without an "
		"`Attr Code` it only says something about the category. "
		"Parents "
		"go before their children. An attribute leaves a category with "
		"`Attr Enabled` FALSE. `Classication` is how the first headers "
		"spelt it.",
};
