/* ORDER: a row holds an order and one of its lines (facts.md 6.10).
 *
 * An order that comes in gets its reference from its external id, and a
 * snapshot of what the hub knows of its supplier, account, customer, address,
 * products: later changes of those don't change the order. */
#include "import_order_private.h"

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
/* clang-format on */

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

	import_take_offer(a, given, line);
	MOVE(line_created_with, given, line);
	import_take_product(a, line);
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
	import_take_parties(a, row, body);
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
