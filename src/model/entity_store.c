/* STORE: facts.md 6.15. */
#include "entity_field.h"

/* clang-format off */
static const struct entity_field fields[] = {
	/* key           alias               label                create update edit  type         initial */
	{ "externalId",  "storeExternalId",  "Store External Id", OPT, OPT, false, ENTITY_TEXT, NULL, NULL, 0 },
	{ "name",        "storeName",        "Store Name",        REQ, REQ, true,  ENTITY_TEXT, NULL, NULL, 0 },
	{ "description", "storeDescription", "Store Description", REQ, REQ, true,  ENTITY_TEXT, NULL, NULL, 0 },
};
/* clang-format on */

const struct entity_table entity_store = {
	.fields = fields,
	.count = ARRAY_LEN(fields),
	.name_key = "name",
};
