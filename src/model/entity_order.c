/* ORDER: facts.md 6.10.  Rows move documents: the import step applies them. */
#include "entity_private.h"

enum {
	F_EXTERNAL = 1,
	F_STATUS,
	F_ACCOUNT,
	F_SUPPLIER,
	F_ADDRESS = 6,
	F_ADDRESS_LAST = 12
};
enum {
	L_EXTERNAL,
	L_ID,
	L_OFFER,
	L_VARIANT,
	L_QUANTITY = 6,
	L_NET
};

/* clang-format off */
static const struct entity_field fields[] = {
	/* key                          aliases              labels                          create  update  edit type */
	FIELD("orderReference",             "reference",         "Order Reference",               EITHER, EITHER, NO,  ENTITY_ID),
	[F_EXTERNAL] =
	FIELD("orderExternalId",            "externalId",        "Order External Id",             EITHER, EITHER, NO,  ENTITY_ID),
	[F_STATUS] =
	FIELD("orderStatus",                "status",            "Order Status",                  OPT,    OPT,    YES, ENTITY_STATUS),
	[F_ACCOUNT] =
	FIELD("accountExternalId",          NULL,                "Account External Id",           REQ,    OPT,    NO,  ENTITY_REF, NULL, NULL, ENTITY_ACCOUNT),
	[F_SUPPLIER] =
	FIELD("supplierExternalId",         NULL,                "Supplier External Id",          REQ,    OPT,    NO,  ENTITY_REF, NULL, NULL, ENTITY_SUPPLIER),
	FIELD("customerExternalId",         NULL,                "Customer External Id",          OPT,    OPT,    NO,  ENTITY_REF, NULL, NULL, ENTITY_CUSTOMER_USER),
	[F_ADDRESS] =
	FIELD("shippingAddressFullName",    NULL,                "Shipping Address Full Name",    OPT,    OPT,    YES, ENTITY_TEXT),
	FIELD("shippingAddressCountry",     NULL,                "Shipping Address Country",      OPT,    OPT,    YES, ENTITY_TEXT),
	FIELD("shippingAddressStreetName",  NULL,                "Shipping Address Street Name",  OPT,    OPT,    YES, ENTITY_TEXT),
	FIELD("shippingAddressCity",        NULL,                "Shipping Address City",         OPT,    OPT,    YES, ENTITY_TEXT),
	FIELD("shippingAddressZipCode",     NULL,                "Shipping Address Zip Code",     OPT,    OPT,    YES, ENTITY_TEXT),
	FIELD("shippingAddressState",       NULL,                "Shipping Address State",        OPT,    OPT,    YES, ENTITY_TEXT),
	[F_ADDRESS_LAST] =
	FIELD("shippingAddressAdditional",  NULL,                "Shipping Address Additional",   OPT,    OPT,    YES, ENTITY_TEXT),
	FIELD("storeExternalId",            "storesExternalId",  "Store External Id",             MULTI,  OPT,    YES, ENTITY_REF, NULL, NULL, ENTITY_STORE),
};

static const struct entity_field line[] = {
	/* key                         aliases     labels                          create update edit type */
	[L_EXTERNAL] =
	FIELD("orderLineExternalId",       NULL,       "Order Line External Id",        OPT,  OPT, NO,  ENTITY_ID),
	[L_ID] =
	FIELD("orderLineId",               NULL,       "Order Line Id",                 OPT,  OPT, NO,  ENTITY_ID),
	[L_OFFER] =
	FIELD("offerPriceExternalId",      NULL,       "Offer Price External Id",       OPT,  OPT, NO,  ENTITY_REF, NULL, NULL, ENTITY_OFFER_PRICE),
	[L_VARIANT] =
	FIELD("variantExternalId",         NULL,       "Variant External Id",           OPT,  OPT, NO,  ENTITY_REF, NULL, NULL, ENTITY_VARIANT),
	FIELD("variantName",               NULL,       "Variant Name",                  OPT,  OPT, YES, ENTITY_TEXT),
	FIELD("variantDescription",        NULL,       "Variant Description",           OPT,  OPT, YES, ENTITY_TEXT),
	[L_QUANTITY] =
	FIELD("orderLineQuantity",         "quantity", "Order Line Quantity",           REQ,  OPT, YES, ENTITY_COUNT),
	[L_NET] =
	FIELD("netUnitPrice",              NULL,       "Net Unit Price",                OPT,  OPT, YES, ENTITY_NUMBER),
	FIELD("grossUnitPrice",            NULL,       "Gross Unit Price",              OPT,  OPT, YES, ENTITY_NUMBER),
	FIELD("taxAmount",                 NULL,       "Tax Amount",                    OPT,  OPT, YES, ENTITY_NUMBER),
	FIELD("classificationExternalId",  NULL,       "Classification External Id",    OPT,  OPT, YES, ENTITY_REF, NULL, NULL, ENTITY_CLASSIFICATION_CATEGORY),
	FIELD("orderLineStatus",           NULL,       "Order Line Status",             OPT,  OPT, YES, ENTITY_ID),
	FIELD("markOrderLineForDeletion",  NULL,       "Mark Order Line For Deletion",  OPT,  OPT, YES, ENTITY_BOOL),
};
/* clang-format on */

/* A line is known by its id or, from the other side, by its external id; a new
 * one says what it costs: by an offer price, or by a variant and a price. */
static void check_line(struct entity_checking *c)
{
	struct entity_part *p = c->item;

	if (!part_given(p, L_EXTERNAL) && !part_given(p, L_ID))
		rule_fault(c, p, L_EXTERNAL, FAULT_MISSING,
			"Required field(s) orderLineExternalId or orderLineId "
			"is/are missing or blank");
	if (!p->is_new || part_given(p, L_OFFER))
		return;
	if (!part_given(p, L_VARIANT))
		rule_fault(c, p, L_VARIANT, FAULT_MISSING,
			"Required field(s) offerPriceExternalId or "
			"variantExternalId is/are missing or blank");
	if (!part_given(p, L_NET))
		rule_fault(c, p, L_NET, FAULT_MISSING,
			"Required field(s) offerPriceExternalId or "
			"netUnitPrice is/are missing or blank");
}

static bool any_address(const struct entity_checking *c)
{
	for (size_t i = F_ADDRESS; i <= F_ADDRESS_LAST; i++)
		if (part_given(c->top, i))
			return true;
	return false;
}

static void check_new(struct entity_checking *c)
{
	if (part_given(c->top, 0))
		rule_fault(c, c->top, 0, FAULT_NO_REF,
			"At least one orderReference does not exist in Djust "
			"system : %.*s with type REFERENCE",
			STR_ARG(part_text(c, c->top, 0)));
	if (c->top->list.form == NORM_NONE)
		fault_at(c->faults,
			&((struct path){ .key = "orderLineExternalId" }),
			FAULT_MISSING,
			"Required field(s) orderLineExternalId is/are missing "
			"or blank");
}

/* Name, country, street, city and zip code come together. */
static void check(struct entity_checking *c)
{
	if (any_address(c) && c->top->is_new)
		for (size_t i = F_ADDRESS; i < F_ADDRESS + 5; i++)
			rule_require(c, c->top, i);
	if (c->top->is_new)
		check_new(c);
}

const struct entity_table entity_order = {
	.kind = ENTITY_ORDER,
	ENTITY_TOP_FREE(fields, "CF_"),
	ENTITY_ITEM(line),
	.list_key = "orderLines",
	.document = true,
	.check = check,
	.check_item = check_line,
	.note = "A row holds one line of an order. `orderReference` names an "
		"order that exists and wins over `orderExternalId`; a new "
		"order "
		"comes with an external id. A line is named by "
		"`orderLineExternalId` or `orderLineId`; a new one brings an "
		"offer price, or a variant and a net unit price. Shipping "
		"address: all of name, country, street, city and zip code, or "
		"nothing (then the account's first one). Without a status a "
		"new "
		"order starts as `ORDER_DRAFT_ON_HOLD`. Kept under "
		"`/v1/orders`.",
};
