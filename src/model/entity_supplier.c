/* SUPPLIER: seed 004, facts.md 6.16. */
#include "entity_private.h"

#define ACTIVE   "ACTIVE"
#define INACTIVE "INACTIVE"

enum {
	F_INACTIVE = 2,
	F_STATUS = 12
};

/* clang-format off */
static const struct entity_field fields[] = {
	/* key                aliases                 labels                              create update edit type           initial */
	FIELD("externalId",        "supplierExternalId",   "Supplier External Id",             REQ,   REQ, NO,  ENTITY_ID),
	FIELD("name",              "supplierName",         "Supplier Name",                    REQ,   OPT, YES, ENTITY_TEXT),
	[F_INACTIVE] =
	FIELD("inactive",          "deleted",              "Mark Supplier as Inactive|Deleted", OPT,  OPT, YES, ENTITY_BOOL,   "FALSE"),
	FIELD("description",       NULL,                   "Description",                      OPT,   OPT, YES, ENTITY_TEXT),
	FIELD("logo",              NULL,                   "Logo",                             OPT,   OPT, YES, ENTITY_URL),
	FIELD("totalOffers",       NULL,                   NULL,                               OPT,   OPT, NO,  ENTITY_NUMBER),
	FIELD("totalOrders",       NULL,                   NULL,                               OPT,   OPT, NO,  ENTITY_NUMBER),
	FIELD("evaluationCount",   NULL,                   NULL,                               OPT,   OPT, NO,  ENTITY_NUMBER),
	FIELD("supplierRating",    NULL,                   "Supplier Rating",                  OPT,   OPT, YES, ENTITY_NUMBER),
	FIELD("returnPolicy",      NULL,                   "Return Policy",                    OPT,   OPT, YES, ENTITY_TEXT),
	FIELD("banner",            NULL,                   "Banner",                           OPT,   OPT, YES, ENTITY_URL),
	FIELD("accountExternalId", "accountsId",           "Account External Id",              OPT,   OPT, YES, ENTITY_REFS,   NULL, NULL, ENTITY_ACCOUNT),
	[F_STATUS] =
	FIELD("status",            NULL,                   "Status",                           OPT,   OPT, YES, ENTITY_ENUM,   ACTIVE, ACTIVE ", " INACTIVE),
	FIELD("storesExternalId",  "storeExternalId",      "Store External Id|Stores External Id", MULTI, OPT, YES, ENTITY_REFS, DEFAULT_STORE, NULL, ENTITY_STORE),
};
/* clang-format on */

/* `status` and `inactive` say the same: whichever was given leads. */
static void check(struct entity_checking *c)
{
	struct entity_part *top = c->top;
	bool inactive = part_is_true(top, F_INACTIVE);
	bool off = str_eq(part_text(c, top, F_STATUS), STR(INACTIVE));

	if (off == inactive || faults_any(c->faults))
		return;
	if (part_given(top, F_STATUS) && part_given(top, F_INACTIVE))
		rule_fault(c, top, F_STATUS, FAULT_FORMAT,
			"status and inactive contradict each other");
	else if (part_given(top, F_STATUS))
		top->values[F_INACTIVE] = norm_bool(off);
	else
		top->values[F_STATUS] =
			norm_string(inactive ? STR(INACTIVE) : STR(ACTIVE));
}

const struct entity_table entity_supplier = {
	.kind = ENTITY_SUPPLIER,
	ENTITY_TOP_FREE(fields, "CF_"),
	.name_key = "name",
	.stores_key = "storesExternalId",
	.check = check,
	.note = "Suppliers are deactivated, never deleted. `status` and "
		"`inactive` say the same: whichever is given leads; when both "
		"are and contradict each other, the row is refused.",
};
