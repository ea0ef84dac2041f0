/* NAVIGATION_CATEGORY: facts.md 6.8. */
#include "entity_private.h"

/* clang-format off */
static const struct entity_field fields[] = {
	/* key                            aliases                          labels                               create update edit type */
	FIELD("externalId",                   "navigationCategoryExternalId",  "Navigation Category External Id",    REQ, REQ, NO,  ENTITY_ID),
	FIELD("name",                         "navigationCategoryNames",       "Navigation Category Names",          REQ, REQ, YES, ENTITY_TEXT),
	FIELD("parentExternalId",             "navigationCategoryParentId",    "Navigation Category Parent Id|Navigation Category Parent External Id", OPT, OPT, YES, ENTITY_REF, "Root_default", NULL, ENTITY_NAVIGATION_CATEGORY),
	FIELD("classificationCategoryCodes",  "classificationCategoryCode",    "Classification Category Code",       REQ, REQ, YES, ENTITY_REFS, NULL, NULL, ENTITY_CLASSIFICATION_CATEGORY),
	FIELD("active",                       "navigationCategoryActive",      "Navigation Category Active",         OPT, OPT, YES, ENTITY_BOOL, "TRUE"),
	FIELD("position",                     "navigationCategoryPosition",    "Navigation Category Position",       OPT, OPT, YES, ENTITY_COUNT, .min = 1),
	FIELD("storesExternalId",             "storeExternalId",               "Store External Id|Navigation Category Stores External Id", MULTI, OPT, YES, ENTITY_REFS, DEFAULT_STORE, NULL, ENTITY_STORE),
};
/* clang-format on */

const struct entity_table entity_navigation_category = {
	.kind = ENTITY_NAVIGATION_CATEGORY,
	ENTITY_TOP_FREE(fields, "CF_"),
	.name_key = "name",
	.stores_key = "storesExternalId",
	.tree = true,
	.note = "Each import replaces the whole tree of its store; so a row is "
		"complete by itself, and parents may come after their "
		"children. "
		"A row whose parent isn't in the file, or that is its own "
		"ancestor, is rejected with what hangs below it.",
};
