/* ACCOUNT: facts.md 6.1.  The CSV labels are ours: the keys in words. */
#include "entity_private.h"

enum {
	F_NAME = 1,
	F_DELETED = 8,
	F_INACTIVE
};
enum {
	A_SHIPPING = 10,
	A_BILLING,
	A_UNLINK
};

/* clang-format off */
static const struct entity_field fields[] = {
	/* key                          aliases              labels                        create update edit type */
	FIELD("externalId",                 "accountExternalId", "Account External Id",          REQ, REQ, NO,  ENTITY_ID),
	FIELD("accountName",                "name",              "Account Name",                 REQ, OPT, YES, ENTITY_TEXT),
	FIELD("accountManagerName",         NULL,                "Account Manager Name",         OPT, OPT, YES, ENTITY_TEXT),
	FIELD("accountWebsite",             NULL,                "Account Website",              OPT, OPT, YES, ENTITY_TEXT),
	FIELD("accountVatNumber",           NULL,                "Account Vat Number", OPT, OPT, YES, ENTITY_TEXT),
	FIELD("companyRegistrationName",    NULL,                "Company Registration Name",    REQ, OPT, YES, ENTITY_TEXT),
	FIELD("businessRegistrationNumber", NULL,                "Business Registration Number", REQ, OPT, YES, ENTITY_TEXT),
	FIELD("customerTagExternalId",      NULL,                "Customer Tag External Id",     OPT, OPT, YES, ENTITY_ID),
	[F_DELETED] =
	FIELD("deleted",                    NULL,                "Mark Account as Deleted|Deleted",   OPT, OPT, YES, ENTITY_BOOL, "FALSE"),
	[F_INACTIVE] =
	FIELD("inactive",                   NULL,                "Mark Account as Inactive|Inactive", OPT, OPT, YES, ENTITY_BOOL, "FALSE"),
};

static const struct entity_field address[] = {
	/* key                           aliases           labels                             create update edit type */
	FIELD("addressExternalId",           NULL,             "Address External Id",               REQ, REQ, NO,  ENTITY_ID),
	FIELD("addressFullName",             NULL,             "Address Full Name",                 REQ, REQ, YES, ENTITY_TEXT),
	FIELD("addressLabel",                NULL,             "Address Label",                     OPT, OPT, YES, ENTITY_TEXT),
	FIELD("addressStreetName",           NULL,             "Address Street Name",               REQ, REQ, YES, ENTITY_TEXT),
	FIELD("addressAdditionalStreetName", NULL,             "Address Additional Street Name",    OPT, OPT, YES, ENTITY_TEXT),
	FIELD("addressZipCode",              NULL,             "Address Zip Code",                  REQ, REQ, YES, ENTITY_TEXT),
	FIELD("addressCity",                 NULL,             "Address City",                      REQ, REQ, YES, ENTITY_TEXT),
	FIELD("addressState",                NULL,             "Address State",                     OPT, OPT, YES, ENTITY_TEXT),
	FIELD("addressCountry",              NULL,             "Address Country",                   REQ, REQ, YES, ENTITY_TEXT),
	FIELD("addressPhoneNumber",          NULL,             "Address Phone Number",              OPT, OPT, YES, ENTITY_TEXT, .limit = 15),
	[A_SHIPPING] =
	FIELD("shippingAddress",             NULL,             "Shipping Address",                  OPT, OPT, YES, ENTITY_BOOL, "TRUE"),
	[A_BILLING] =
	FIELD("billingAddress",              NULL,             "Billing Address",                   OPT, OPT, YES, ENTITY_BOOL, "TRUE"),
	[A_UNLINK] =
	FIELD("unlinkAddress",               NULL,             "Unlink Address",                    OPT, OPT, ACT, ENTITY_BOOL),
};
/* clang-format on */

static void check_address(struct entity_checking *c)
{
	if (c->item_removed && c->item->is_new)
		rule_fault(c, c->item, 0, FAULT_NO_TARGET,
			"Address %.*s not found in this account",
			STR_ARG(part_text(c, c->item, 0)));
}

static bool has_billing_address(const struct entity_part *top)
{
	struct str rest = stored_inside(top->list.text), item;

	while (stored_element(&rest, &item))
		if (str_eq(entity_value(item, "billingAddress"), STR("true")))
			return true;
	return false;
}

static void check_billing(struct entity_checking *c)
{
	struct path none = { .key = "addressExternalId" };
	struct path last = { .key = "billingAddress" };

	if (faults_any(c->faults) || has_billing_address(c->top))
		return;
	if (c->top->list.form != NORM_NONE)
		fault_at(c->faults, &last, FAULT_MISSING,
			"Required field(s) billingAddress is/are missing or "
			"blank: an account keeps at least one billing address");
	else if (c->top->is_new)
		fault_missing(c->faults, &none);
}

/* A row that only ends an account brings nothing to make one of. */
static bool ends_unknown(const struct entity_checking *c)
{
	return c->top->is_new && !part_given(c->top, F_NAME) &&
	       (part_is_true(c->top, F_DELETED) ||
		       part_is_true(c->top, F_INACTIVE));
}

static void check(struct entity_checking *c)
{
	if (!ends_unknown(c)) {
		check_billing(c);
		return;
	}
	c->faults->count = 0; /* what else it lacks doesn't matter */
	rule_fault(c, c->top, 0, FAULT_NO_TARGET, "Account %.*s not found",
		STR_ARG(c->out->external_id));
}

const struct entity_table entity_account = {
	.kind = ENTITY_ACCOUNT,
	ENTITY_TOP_FREE(fields, "CF_"),
	ENTITY_ITEM(address),
	.list_key = "address",
	.list_aliases = "addresses|shippingAddress",
	.item_keys = 1,
	.remove_key = "unlinkAddress",
	.claim = ENTITY_ADDRESS,
	.claims = true,
	.name_key = "accountName",
	.gone_key = "deleted",
	.check = check,
	.check_item = check_address,
	.note = "A CSV row holds one address; several rows with one account id "
		"bring several. In JSON they stand in the list `address` "
		"(older "
		"bodies: `shippingAddress`) or flat in the object. A new "
		"account comes with an address, and an account keeps at least "
		"one billing address: put that row first. An address may "
		"belong "
		"to several accounts. `unlinkAddress` takes one away; "
		"deleting, "
		"deactivating or unlinking what isn't there is `F-E-033`.",
};
