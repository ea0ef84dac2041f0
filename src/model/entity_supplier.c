/* SUPPLIER: seed 004, facts.md 6.16. */
#include "entity_field.h"
#include "json_read.h"

#define ACTIVE   "ACTIVE"
#define INACTIVE "INACTIVE"

/* clang-format off */
static const struct entity_field fields[] = {
	/* key                alias         label                        create update edit   type           initial */
	{ "externalId",        NULL,        "Supplier External Id",      OPT,   OPT,   false, ENTITY_TEXT,   NULL,            NULL, 0 },
	{ "name",              NULL,        "Supplier Name",             REQ,   OPT,   true,  ENTITY_TEXT,   NULL,            NULL, 0 },
	{ "inactive",          "deleted",   "Mark Supplier as Inactive", OPT,   OPT,   true,  ENTITY_BOOL,   "FALSE",         NULL, 0 },
	{ "description",       NULL,        "Description",               OPT,   OPT,   true,  ENTITY_TEXT,   NULL,            NULL, 0 },
	{ "logo",              NULL,        "Logo",                      OPT,   OPT,   true,  ENTITY_URL,    NULL,            NULL, 0 },
	{ "totalOffers",       NULL,        NULL,                        OPT,   OPT,   false, ENTITY_NUMBER, NULL,            NULL, 0 },
	{ "totalOrders",       NULL,        NULL,                        OPT,   OPT,   false, ENTITY_NUMBER, NULL,            NULL, 0 },
	{ "evaluationCount",   NULL,        NULL,                        OPT,   OPT,   false, ENTITY_NUMBER, NULL,            NULL, 0 },
	{ "supplierRating",    NULL,        "Supplier Rating",           OPT,   OPT,   true,  ENTITY_NUMBER, NULL,            NULL, 0 },
	{ "returnPolicy",      NULL,        "Return Policy",             OPT,   OPT,   true,  ENTITY_TEXT,   NULL,            NULL, 0 },
	{ "banner",            NULL,        "Banner",                    OPT,   OPT,   true,  ENTITY_URL,    NULL,            NULL, 0 },
	{ "accountExternalId", "accountsId","Account External Id",       OPT,   OPT,   true,  ENTITY_REFS,   NULL,            NULL, ENTITY_ACCOUNT },
	{ "status",            NULL,        "Status",                    OPT,   OPT,   true,  ENTITY_ENUM,   ACTIVE,          ACTIVE ", " INACTIVE, 0 },
	{ "storesExternalId",  NULL,        "Store External Id",         MULTI, OPT,   true,  ENTITY_REFS,   "default_store", NULL, ENTITY_STORE },
};
/* clang-format on */

static const json_t *given_inactive(const json_t *given)
{
	const json_t *value = json_object_get(given, "inactive");

	return value != NULL ? value : json_object_get(given, "deleted");
}

static bool is_given(const json_t *value)
{
	return value != NULL && !json_is_null(value) &&
	       !(json_is_string(value) && str_trim(json_text(value)).len == 0);
}

/* `status` and `inactive` say the same: whichever was given leads. */
static void settle(json_t *normal, const json_t *given, struct faults *faults)
{
	bool has_status = is_given(json_object_get(given, "status"));
	bool has_inactive = is_given(given_inactive(given));
	bool inactive = json_is_true(json_object_get(normal, "inactive"));
	const char *status =
		json_string_value(json_object_get(normal, "status"));
	bool off = status != NULL && strcmp(status, INACTIVE) == 0;

	if (off == inactive)
		return;
	if (has_status && has_inactive)
		faults_add(faults, FAULT_NOT_ALLOWED, "status",
			"status and inactive contradict each other");
	else if (has_status)
		json_object_set_new(normal, "inactive", json_boolean(off));
	else
		json_object_set_new(normal, "status",
			json_string(inactive ? INACTIVE : ACTIVE));
}

const struct entity_table entity_supplier = {
	.fields = fields,
	.count = ARRAY_LEN(fields),
	.name_key = "name",
	.stores_key = "storesExternalId",
	.custom_fields = true,
	.settle = settle,
};
