/* ORDER: a row holds an order and one of its lines (facts.md 6.10).
 *
 * An order that comes in gets its reference from its external id, and a
 * snapshot of what the hub knows of its supplier, account, customer, address,
 * products: later changes of those don't change the order. */
#include "import_group.h"
#include "sluice/text/json_tree.h"

#define PRICE   "orderLogisticLinePriceDto"
#define PRODUCT "orderLogisticLineProductDto"
#define VARIANT "orderLogisticLineProductVariantDto"

/* A value's way from a row (or an entity) into the document. */
struct move {
	const char *from;
	const char *object; /* in the body or line; NULL: on top */
	const char *to;
	bool amount;
};

/* clang-format off */
static const struct move created_with[] = {
	{ "orderExternalId",           NULL,                      "externalId",        false },
	{ "accountExternalId",         "customerUserSnapshot",    "accountExternalId", false },
	{ "supplierExternalId",        "supplierSnapshot",        "externalId",        false },
};

static const struct move changed_by[] = {
	{ "shippingAddressFullName",   "shippingAddressSnapshot", "fullName",          false },
	{ "shippingAddressCountry",    "shippingAddressSnapshot", "country",           false },
	{ "shippingAddressStreetName", "shippingAddressSnapshot", "address",           false },
	{ "shippingAddressCity",       "shippingAddressSnapshot", "city",              false },
	{ "shippingAddressZipCode",    "shippingAddressSnapshot", "zipcode",           false },
	{ "shippingAddressState",      "shippingAddressSnapshot", "state",             false },
	{ "shippingAddressAdditional", "shippingAddressSnapshot", "additionalAddress", false },
	{ "storeExternalId",           NULL,                      "storeExternalId",   false },
};

static const struct move line_created_with[] = {
	{ "orderLineExternalId",       NULL,                      "id",                false },
	{ "orderLineExternalId",       NULL,                      "externalId",        false },
	{ "offerPriceExternalId",      PRICE,                     "externalOfferId",   false },
	{ "variantExternalId",         VARIANT,                   "externalId",        false },
};

static const struct move line_changed_by[] = {
	{ "orderLineQuantity",         NULL,                      "quantity",          false },
	{ "variantName",               VARIANT,                   "name",              false },
	{ "netUnitPrice",              PRICE,                     "price",             true },
	{ "netUnitPrice",              PRICE,                     "itemPriceWithoutTaxes", true },
	{ "grossUnitPrice",            PRICE,                     "priceWithTaxes",    true },
	{ "taxAmount",                 PRICE,                     "taxAmount",         true },
	{ "classificationExternalId",  PRODUCT,                   "classificationCategory", false },
	{ "orderLineStatus",           NULL,                      "status",            false },
};

/* From entities, when an order or a line is made. */
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
/* clang-format on */

#define MOVE(list, from, to) move_all((list), ARRAY_LEN(list), (from), (to))

/* True: something changed.  Amounts are reals in documents. */
static bool move_all(
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

/* --- snapshots ------------------------------------------------------------ */

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

static void take_parties(
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

/* What the offer says, where the row says nothing. */
static void take_offer(
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
		MOVE(line_changed_by, net, line);
	json_decref(net);
	json_decref(offer);
}

static void take_product(struct import_apply *a, json_t *line)
{
	const json_t *id =
		json_object_get(json_object_get(line, VARIANT), "externalId");
	json_t *product = owner(a, ENTITY_VARIANT, ENTITY_PRODUCT, id);

	MOVE(of_product, product, line);
	MOVE(of_variant, item(product, "variants", "variantExternalId", id),
		line);
	json_decref(product);
}

/* --- lines ---------------------------------------------------------------- */

static json_t *line_of(struct import_apply *a, const json_t *given)
{
	return import_line(a->group, json_object_get(given, "orderLineId"),
		json_object_get(given, "orderLineExternalId"));
}

static bool is_deleted(const json_t *given)
{
	return json_is_true(json_object_get(given, "markOrderLineForDeletion"));
}

static json_t *make_line(struct import_apply *a, const json_t *given)
{
	json_t *line = json_object();

	take_offer(a, given, line);
	MOVE(line_created_with, given, line);
	take_product(a, line);
	json_array_append_new(import_lines(a->group), line);
	import_line_added(a->group, line);
	return line;
}

/* Its external id can be given later, once. */
static bool name_line(struct import_apply *a, json_t *line, const json_t *given)
{
	json_t *external = json_object_get(given, "orderLineExternalId");

	if (external == NULL || json_object_get(line, "externalId") != NULL ||
		json_object_get(given, "orderLineId") == NULL)
		return false;
	json_object_set(line, "externalId", external);
	import_line_added(a->group, line);
	return true;
}

static bool apply_line(struct import_apply *a, const json_t *given)
{
	json_t *line = line_of(a, given);
	bool changed = line == NULL;

	if (is_deleted(given)) {
		if (line != NULL)
			import_line_removed(a->group, line);
		return line != NULL;
	}
	if (line == NULL)
		line = make_line(a, given);
	else
		changed = name_line(a, line, given);
	return MOVE(line_changed_by, given, line) || changed;
}

/* --- the order ------------------------------------------------------------ */

static json_t *create_order(struct import_apply *a, const json_t *row)
{
	const char *store = a->job->store_external_id;
	json_t *body = json_object();

	json_object_set(
		body, "reference", json_object_get(row, "orderExternalId"));
	json_object_set_new(body, "orderOrigin", json_string("EXTERNAL"));
	if (store != NULL)
		json_object_set_new(
			body, "storeExternalId", json_string(store));
	MOVE(created_with, row, body);
	MOVE(changed_by, row, body);
	take_parties(a, row, body);
	return body;
}

static json_t *custom_fields(json_t *body)
{
	json_t *holder = import_object(body, "customFieldValues");
	json_t *list = json_object_get(holder, "customField");

	if (list == NULL) {
		list = json_array();
		json_object_set_new(holder, "customField", list);
	}
	return list;
}

/* One of customFieldValues.customField[]; null takes it away. */
static bool set_custom(json_t *body, const char *id, json_t *value)
{
	json_t *list = json_object_get(
		json_object_get(body, "customFieldValues"), "customField");
	json_t *one;
	size_t i;

	json_array_foreach (list, i, one) {
		if (strcmp(json_string_value(
				   json_object_get(one, "externalId")),
			    id) != 0)
			continue;
		if (json_is_null(value))
			return json_array_remove(list, i) == 0;
		json_object_del(one, "listValue");
		return import_set(one, "simpleValue", json_incref(value));
	}
	if (json_is_null(value))
		return false;
	one = json_pack("{s:s,s:s,s:O}", "externalId", id, "type", "TEXT",
		"simpleValue", value);
	json_array_append_new(custom_fields(body), one);
	return true;
}

static bool apply_custom(json_t *body, const json_t *row)
{
	bool changed = false;
	const char *key;
	json_t *value;

	json_object_foreach ((json_t *)(uintptr_t)row, key, value) {
		if (strncmp(key, "CF_", 3) == 0)
			changed |= set_custom(body, key + 3, value);
	}
	return changed;
}

/* Its external id can be given later, once. */
static bool name_order(struct import_apply *a, const json_t *row)
{
	struct import_group *g = a->group;
	const json_t *external = json_object_get(row, "orderExternalId");

	if (external == NULL || g->external_id[0] != '\0')
		return false;
	memcpy(g->external_id, json_string_value(external),
		json_string_length(external) + 1);
	return import_set(g->body, "externalId",
		json_string(json_string_value(external)));
}

static bool apply_order(struct import_apply *a, const json_t *row)
{
	json_t *body = a->group->body, *given;
	bool changed = name_order(a, row);
	size_t i;

	changed |= MOVE(changed_by, row, body);
	changed |= apply_custom(body, row);
	json_array_foreach (json_object_get(row, "orderLines"), i, given) {
		changed |= apply_line(a, given);
	}
	return changed;
}

/* --- checks --------------------------------------------------------------- */

static void require(struct import_row *row, const json_t *given,
	const char *key, const char *instead)
{
	if (json_object_get(given, key) != NULL ||
		(instead != NULL && json_object_get(given, instead) != NULL))
		return;
	import_row_fault(row, ENTITY_ORDER, key, FAULT_MISSING,
		arena_printf(row->faults->arena,
			"Required field(s) %s%s%s is/are missing or blank",
			instead == NULL ? "" : instead,
			instead == NULL ? "" : " or ", key));
}

static void no_line(
	struct import_row *row, const json_t *given, const char *key)
{
	import_row_fault(row, ENTITY_ORDER, key, FAULT_NO_REF,
		arena_printf(row->faults->arena,
			"At least one %s does not exist in Djust system : %s "
			"with type EXTERNAL_ID",
			key, json_string_value(json_object_get(given, key))));
}

/* A line that the order hasn't got is made, if it comes from outside and says
 * what it costs. */
static void check_line(
	struct import_apply *a, struct import_row *row, const json_t *given)
{
	if (line_of(a, given) != NULL)
		return;
	if (json_object_get(given, "orderLineId") != NULL) {
		no_line(row, given, "orderLineId");
	} else if (is_deleted(given)) {
		no_line(row, given, "orderLineExternalId");
	} else {
		require(row, given, "orderLineQuantity", NULL);
		require(row, given, "variantExternalId",
			"offerPriceExternalId");
		require(row, given, "netUnitPrice", "offerPriceExternalId");
	}
}

/* Nobody else's: a new order's reference, and an external id that is given. */
static void check_ids(
	struct import_apply *a, struct import_row *row, const json_t *normal)
{
	struct import_group *g = a->group;
	const char *external =
		json_string_value(json_object_get(normal, "orderExternalId"));
	struct document_row other;
	enum err e = ERR_NOT_FOUND;

	if (g->body == NULL)
		e = world_document(
			&a->world, EXPORT_ORDER, str_of(external), &other);
	else if (external != NULL && g->external_id[0] == '\0')
		e = world_document_by_external_id(
			&a->world, EXPORT_ORDER, str_of(external), &other);
	if (e == ERR_NOT_FOUND)
		return;
	import_row_fault(row, ENTITY_ORDER, "orderExternalId", FAULT_DUPLICATE,
		g->body == NULL
			? "Unique reference orderReference already exists in "
			  "Djust system: an order that isn't from outside has "
			  "this reference; name it by orderReference"
			: "Unique reference orderExternalId already exists in "
			  "Djust system");
}

static void check_order(
	struct import_apply *a, struct import_row *row, const json_t *normal)
{
	json_t *given;
	size_t i;

	check_ids(a, row, normal);
	json_array_foreach (json_object_get(normal, "orderLines"), i, given) {
		check_line(a, row, given);
	}
}

const struct import_document_kind import_kind_order = {
	.check = check_order,
	.create = create_order,
	.apply = apply_order,
	.status_key = "orderStatus",
	.body_status_key = "status",
	.lines_key = "lines",
	.lines_item = "line",
	.line_id_key = "id",
	.line_external_key = "externalId",
};
