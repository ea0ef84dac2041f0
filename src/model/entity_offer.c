/* OFFER: facts.md 6.9 up to Currency; the rest is ours, after the offer
 * inventories of the API and the lines of the order export. */
#include "entity_private.h"

enum {
	F_MIN = 6,
	F_MAX
};
enum {
	P_TYPE = 2,
	P_ACCOUNT,
	P_GROUP,
	P_PRICE,
	P_RANGES,
	P_FROM,
	P_TO
};

/* clang-format off */
static const struct entity_field fields[] = {
	/* key                  aliases            labels                             create update edit type */
	FIELD("externalId",         "stockExternalId|stockId", "Stock External Id|Stock Id", REQ, REQ, NO,  ENTITY_ID),
	FIELD("variantExternalId",  "stockVariantId",  "Stock Variant Id",                REQ, REQ, NO,  ENTITY_REF, NULL, NULL, ENTITY_VARIANT),
	FIELD("supplierExternalId", "supplierId",      "Supplier External Id|Supplier Id", REQ, REQ, NO, ENTITY_REF, NULL, NULL, ENTITY_SUPPLIER),
	FIELD("stockNumber",        NULL,              "Stock Number",                    REQ, REQ, YES, ENTITY_COUNT),
	FIELD("quantityPerPack",    NULL,              "Quantity Per Pack",               OPT, OPT, YES, ENTITY_COUNT, "1", .min = 1),
	FIELD("packingType",        NULL,              "Packing Type",                    OPT, OPT, YES, ENTITY_ENUM, "UNIT", "UNIT, PACK"),
	[F_MIN] =
	FIELD("minOrderQuantity",   NULL,              "Min Order Quantity|Minimum Order Quantity", OPT, OPT, YES, ENTITY_COUNT),
	[F_MAX] =
	FIELD("maxOrderQuantity",   NULL,              "Max Order Quantity|Maximum Order Quantity", OPT, OPT, YES, ENTITY_COUNT),
	FIELD("leadTimeToShip",     NULL,              "Lead Time To Ship",               OPT, OPT, YES, ENTITY_COUNT),
	FIELD("inactive",           NULL,              "Mark Offer as Inactive|Inactive", OPT, OPT, YES, ENTITY_BOOL, "FALSE"),
	FIELD("deleted",            NULL,              "Mark Offer as Deleted|Deleted",   OPT, OPT, YES, ENTITY_BOOL, "FALSE"),
	FIELD("storesExternalId",   "storeExternalId", "Store External Id",               MULTI, OPT, YES, ENTITY_REFS, DEFAULT_STORE, NULL, ENTITY_STORE),
};

static const struct entity_field price[] = {
	/* key                        aliases          labels                                           create update edit type */
	FIELD("offerPriceExternalId",     "priceExternalId", "Offer Price External Id|Price External Id",   REQ, REQ, NO,  ENTITY_ID),
	FIELD("currency",                 NULL,            "Currency",                                      REQ, OPT, YES, ENTITY_CURRENCY),
	[P_TYPE] =
	FIELD("priceType",                NULL,            "Price Type",                                    OPT, OPT, YES, ENTITY_ENUM, "PUBLIC", "PUBLIC, GROUP, ACCOUNT"),
	[P_ACCOUNT] =
	FIELD("accountExternalId",        NULL,            "Account External Id",                           OPT, OPT, YES, ENTITY_REF, NULL, NULL, ENTITY_ACCOUNT),
	[P_GROUP] =
	FIELD("groupExternalId",          "customerTagExternalId", "Group External Id|Customer Tag External Id", OPT, OPT, YES, ENTITY_ID),
	[P_PRICE] =
	FIELD("unitPrice",                "price",         "Unit Price|Price",                              OPT, OPT, ACT, ENTITY_NUMBER),
	[P_RANGES] =
	FIELD("priceRanges",              NULL,            "Price Ranges",                                  OPT, OPT, YES, ENTITY_RANGES),
	[P_FROM] =
	FIELD("validFrom",                NULL,            "Price Valid From",                              OPT, OPT, YES, ENTITY_DATE),
	[P_TO] =
	FIELD("validTo",                  NULL,            "Price Valid To",                                OPT, OPT, YES, ENTITY_DATE),
	FIELD("deletedPrice",             NULL,            "Mark Offer Price For Deletion|Mark Price For Deletion", OPT, OPT, ACT, ENTITY_BOOL),
};
/* clang-format on */

/* A plain unit price is the range from quantity 1. */
static void check_ranges(struct entity_checking *c)
{
	struct entity_part *p = c->item;
	struct str rest, first = { "", 0 };

	if (part_given(p, P_PRICE) && part_given(p, P_RANGES)) {
		rule_fault(c, p, P_PRICE, FAULT_FORMAT,
			"give either unitPrice or priceRanges");
		return;
	}
	if (part_given(p, P_PRICE)) {
		p->values[P_RANGES] = norm_raw(str_of(arena_printf(c->arena,
			"[{\"quantity\":1,\"price\":%.*s}]",
			STR_ARG(p->values[P_PRICE].text))));
		return;
	}
	rest = stored_inside(p->values[P_RANGES].text);
	stored_element(&rest, &first);
	if (!str_eq(entity_value(first, "quantity"), STR("1")))
		rule_fault(c, p, P_RANGES, FAULT_NO_PRICE,
			"No price range defined for quantity = 1");
}

/* ISO dates compare as texts. */
static void check_dates(struct entity_checking *c)
{
	struct str from = part_text(c, c->item, P_FROM);
	struct str to = part_text(c, c->item, P_TO);

	if (from.len == 10 && to.len == 10 && memcmp(from.ptr, to.ptr, 10) > 0)
		rule_fault(c, c->item, P_TO, FAULT_BOUND,
			"Field validTo has to be greater than or equal to "
			"%.*s",
			STR_ARG(from));
}

static void check_price(struct entity_checking *c)
{
	struct str type = part_text(c, c->item, P_TYPE);

	if (c->item_removed || faults_any(c->faults))
		return;
	if (str_eq(type, STR("ACCOUNT")))
		rule_require(c, c->item, P_ACCOUNT);
	if (str_eq(type, STR("GROUP")))
		rule_require(c, c->item, P_GROUP);
	check_ranges(c);
	check_dates(c);
}

static uint64_t number(struct norm n)
{
	uint64_t x = 0;

	return n.form == NORM_RAW && str_to_u64(n.text, UINT64_MAX, &x) ? x : 0;
}

static void check(struct entity_checking *c)
{
	struct norm min = c->top->values[F_MIN], max = c->top->values[F_MAX];

	if (max.form != NORM_NONE && number(max) < number(min))
		rule_fault(c, c->top, F_MAX, FAULT_BOUND,
			"Field maxOrderQuantity has to be greater than or "
			"equal to %.*s",
			STR_ARG(min.text));
}

const struct entity_table entity_offer = {
	.kind = ENTITY_OFFER,
	ENTITY_TOP_FREE(fields, "CF_"),
	ENTITY_ITEM(price),
	.list_key = "prices",
	.item_keys = 1,
	.remove_key = "deletedPrice",
	.claim = ENTITY_OFFER_PRICE,
	.claims = true,
	.claims_alone = true,
	.stores_key = "storesExternalId",
	.gone_key = "deleted",
	.check = check,
	.check_item = check_price,
	.note = "A row holds a stock and at most one of its prices; a row "
		"without `Offer Price External Id` brings stock only. "
		"`Price Ranges` are `FROM_QUANTITY:UNIT_PRICE` joined with "
		"`||` (`1:9.90||10:8.50`) and must begin at 1 (`F-E-013`); "
		"`Unit Price` alone stands for the range from 1. A price of "
		"type ACCOUNT names its account, one of type GROUP its group.",
};
