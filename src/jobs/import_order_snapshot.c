/* What an order keeps of what the hub knows: its supplier, account, customer,
 * address and products, as they are when the order or a line is made. */
#include "import_order_private.h"
#include "sluice/text/json_tree.h"

/* clang-format off */
static const struct move of_supplier[] = {
	{ "name",                      "supplierSnapshot",        "name",              false },
	{ "description",               "supplierSnapshot",        "description",       false },
	{ "returnPolicy",              "supplierSnapshot",        "returnPolicy",      false },
};

static const struct move of_account[] = {
	{ "accountName",               "customerUserSnapshot",    "accountName",       false },
	{ "accountVatNumber",          "customerUserSnapshot",    "accountTvaNumber",  false },
};

static const struct move of_customer[] = {
	{ "civility",                  "customerUserSnapshot",    "civility",          false },
	{ "firstName",                 "customerUserSnapshot",    "firstName",         false },
	{ "lastName",                  "customerUserSnapshot",    "lastName",          false },
	{ "email",                     "customerUserSnapshot",    "email",             false },
};

static const struct move of_address[] = {
	{ "addressExternalId",         "shippingAddressSnapshot", "externalId",        false },
	{ "addressLabel",              "shippingAddressSnapshot", "label",             false },
	{ "addressFullName",           "shippingAddressSnapshot", "fullName",          false },
	{ "addressCountry",            "shippingAddressSnapshot", "country",           false },
	{ "addressStreetName",         "shippingAddressSnapshot", "address",           false },
	{ "addressAdditionalStreetName", "shippingAddressSnapshot", "additionalAddress", false },
	{ "addressCity",               "shippingAddressSnapshot", "city",              false },
	{ "addressState",              "shippingAddressSnapshot", "state",             false },
	{ "addressZipCode",            "shippingAddressSnapshot", "zipcode",           false },
	{ "addressPhoneNumber",        "shippingAddressSnapshot", "phone",             false },
};

static const struct move of_product[] = {
	{ "externalId",                PRODUCT,                   "externalId",        false },
	{ "productNames",              PRODUCT,                   "name",              false },
	{ "productBrand",              PRODUCT,                   "brand",             false },
	{ "productClassificationCategoryId", PRODUCT,             "classificationCategory", false },
};

static const struct move of_variant[] = {
	{ "variantNames",              VARIANT,                   "name",              false },
	{ "variantExternalSku",        VARIANT,                   "externalReference", false },
	{ "variantEan",                VARIANT,                   "gtin",              false },
	{ "variantMpn",                VARIANT,                   "mpn",               false },
	{ "variantMainImageUrl",       VARIANT,                   "mainImageUrl",      false },
};

static const struct move of_offer[] = {
	{ "variantExternalId",         VARIANT,                   "externalId",        false },
	{ "packingType",               PRICE,                     "packingType",       false },
	{ "quantityPerPack",           PRICE,                     "itemPerPack",       false },
};

static const struct move of_price[] = {
	{ "currency",                  PRICE,                     "currency",          false },
	{ "priceType",                 PRICE,                     "type",              false },
};

static const struct move of_range[] = {
	{ "netUnitPrice",              PRICE,                     "price",             true },
	{ "netUnitPrice",              PRICE,                     "itemPriceWithoutTaxes", true },
};
/* clang-format on */

bool import_move(
	const struct move *m, size_t count, const json_t *from, json_t *to)
{
	bool changed = false;

	for (; count > 0; m++, count--) {
		json_t *value = json_object_get(from, m->from), *holder = to;

		if (value == NULL)
			continue;
		if (m->object != NULL)
			holder = import_object(to, m->object);
		changed |= import_set(holder, m->to,
			m->amount ? json_real(json_number_value(value))
				  : json_incref(value));
	}
	return changed;
}

/* The entity, or NULL.  A new reference. */
static json_t *entity(
	struct import_apply *a, enum entity_kind kind, const json_t *id)
{
	struct str text = STR("");

	if (id != NULL)
		text = a->lookup.get(
			a->lookup.arg, kind, str_of(json_string_value(id)));
	return text.len == 0 ? NULL : json_tree(text, NULL);
}

/* What a claim leads to.  A new reference, or NULL. */
static json_t *owner(struct import_apply *a, enum entity_kind claim,
	enum entity_kind kind, const json_t *id)
{
	struct str text = STR("");
	json_t *owner_id, *found;

	if (id != NULL)
		text = a->lookup.get(
			a->lookup.arg, claim, str_of(json_string_value(id)));
	owner_id = json_stringn(text.ptr, text.len);
	found = entity(a, kind, owner_id);
	json_decref(owner_id);
	return found;
}

/* The item of a list with this id; borrowed. */
static json_t *item(const json_t *object, const char *list, const char *key,
	const json_t *id)
{
	json_t *one;
	size_t i;

	json_array_foreach (json_object_get(object, list), i, one) {
		if (json_equal(json_object_get(one, key), id))
			return one;
	}
	return NULL;
}

/* The account's first one, where the row has none. */
static void take_address(json_t *body, const json_t *account)
{
	json_t *address;
	size_t i;

	if (json_object_get(body, "shippingAddressSnapshot") != NULL)
		return;
	json_array_foreach (json_object_get(account, "address"), i, address) {
		if (json_is_false(json_object_get(address, "shippingAddress")))
			continue;
		MOVE(of_address, address, body);
		return;
	}
}

/* The row's, or the account's first one. */
static json_t *customer_of(struct import_apply *a, const json_t *row)
{
	const json_t *id = json_object_get(row, "customerExternalId");

	return id != NULL ? entity(a, ENTITY_CUSTOMER_USER, id)
			  : owner(a, ENTITY_ACCOUNT_USER, ENTITY_CUSTOMER_USER,
				    json_object_get(row, "accountExternalId"));
}

void import_take_parties(
	struct import_apply *a, const json_t *row, json_t *body)
{
	json_t *supplier = entity(
		a, ENTITY_SUPPLIER, json_object_get(row, "supplierExternalId"));
	json_t *account = entity(
		a, ENTITY_ACCOUNT, json_object_get(row, "accountExternalId"));
	json_t *customer = customer_of(a, row);

	MOVE(of_supplier, supplier, body);
	MOVE(of_account, account, body);
	MOVE(of_customer, customer, body);
	take_address(body, account);
	json_decref(supplier);
	json_decref(account);
	json_decref(customer);
}

/* The price of the range that the quantity is in. */
static json_t *price_for(const json_t *price, json_int_t quantity)
{
	json_t *range, *found = NULL;
	size_t i;

	json_array_foreach (json_object_get(price, "priceRanges"), i, range) {
		if (json_integer_value(json_object_get(range, "quantity")) <=
			quantity)
			found = json_object_get(range, "price");
	}
	return found;
}

void import_take_offer(
	struct import_apply *a, const json_t *given, json_t *line)
{
	const json_t *id = json_object_get(given, "offerPriceExternalId");
	json_t *offer = owner(a, ENTITY_OFFER_PRICE, ENTITY_OFFER, id);
	json_t *price = item(offer, "prices", "offerPriceExternalId", id);
	json_t *unit = price_for(price, json_integer_value(json_object_get(
						given, "orderLineQuantity")));
	json_t *net = json_pack("{s:O?}", "netUnitPrice", unit);

	MOVE(of_offer, offer, line);
	MOVE(of_price, price, line);
	if (unit != NULL)
		MOVE(of_range, net, line);
	json_decref(net);
	json_decref(offer);
}

void import_take_product(struct import_apply *a, json_t *line)
{
	const json_t *id =
		json_object_get(json_object_get(line, VARIANT), "externalId");
	json_t *product = owner(a, ENTITY_VARIANT, ENTITY_PRODUCT, id);

	MOVE(of_product, product, line);
	MOVE(of_variant, item(product, "variants", "variantExternalId", id),
		line);
	json_decref(product);
}
