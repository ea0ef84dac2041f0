/* STORE: facts.md 6.15. */
#include "entity_private.h"

/* clang-format off */
static const struct entity_field fields[] = {
	/* key          aliases             labels               create update edit type */
	FIELD("externalId",  "storeExternalId",  "Store External Id", REQ, REQ, NO,  ENTITY_ID),
	FIELD("name",        "storeName",        "Store Name",        REQ, REQ, YES, ENTITY_TEXT),
	FIELD("description", "storeDescription", "Store Description", REQ, REQ, YES, ENTITY_TEXT),
};
/* clang-format on */

const struct entity_table entity_store = {
	.kind = ENTITY_STORE,
	ENTITY_TOP(fields),
	.name_key = "name",
	.note = "Stores are never deleted.",
};
