#include "sluice/model/entity.h"

#include "entity_private.h"

/* clang-format off */
static const struct {
	const char *name;
	const struct entity_table *table;
} kinds[ENTITY_KINDS] = {
	[ENTITY_ACCOUNT]                 = { "ACCOUNT", &entity_account },
	[ENTITY_ASSORTMENT]              = { "ASSORTMENT", &entity_assortment },
	[ENTITY_ATTRIBUTE]               = { "ATTRIBUTE", &entity_attribute },
	[ENTITY_CATALOG_VIEW]            = { "CATALOG_VIEW", &entity_catalog_view },
	[ENTITY_CLASSIFICATION_CATEGORY] = { "CLASSIFICATION_CATEGORY", &entity_classification_category },
	[ENTITY_CUSTOMER_USER]           = { "CUSTOMER_USER", &entity_customer_user },
	[ENTITY_INCIDENT]                = { "INCIDENT", &entity_incident },
	[ENTITY_NAVIGATION_CATEGORY]     = { "NAVIGATION_CATEGORY", &entity_navigation_category },
	[ENTITY_OFFER]                   = { "OFFER", &entity_offer },
	[ENTITY_ORDER]                   = { "ORDER", &entity_order },
	[ENTITY_ORDER_STATUS]            = { "ORDER_STATUS", &entity_order_status },
	[ENTITY_PRODUCT]                 = { "PRODUCT", &entity_product },
	[ENTITY_PRODUCT_TAG]             = { "PRODUCT_TAG", &entity_product_tag },
	[ENTITY_RELATED_PRODUCT]         = { "RELATED_PRODUCT", &entity_related_product },
	[ENTITY_STORE]                   = { "STORE", &entity_store },
	[ENTITY_SUPPLIER]                = { "SUPPLIER", &entity_supplier },
};

static const char *const types[ENTITY_TYPE_COUNT] = {
	[ENTITY_TEXT]     = "text",
	[ENTITY_ID]       = "id",
	[ENTITY_BOOL]     = "boolean",
	[ENTITY_NUMBER]   = "number",
	[ENTITY_COUNT]    = "whole number",
	[ENTITY_URL]      = "URL",
	[ENTITY_URLS]     = "list of URLs",
	[ENTITY_EMAIL]    = "e-mail address",
	[ENTITY_DATE]     = "date",
	[ENTITY_CURRENCY] = "currency",
	[ENTITY_ENUM]     = "one of",
	[ENTITY_ENUMS]    = "list of",
	[ENTITY_STATUS]   = "order status",
	[ENTITY_REF]      = "reference",
	[ENTITY_REFS]     = "list of references",
	[ENTITY_IDS]      = "list of ids",
	[ENTITY_TEXTS]    = "list of texts",
	[ENTITY_RANGES]   = "price ranges",
	[ENTITY_PASSWORD] = "password",
};
/* clang-format on */

const char *entity_kind_name(enum entity_kind k)
{
	must(k < ENTITY_KIND_COUNT);
	return k < ENTITY_KINDS ? kinds[k].name : "";
}

bool entity_kind_parse(struct str text, enum entity_kind *out)
{
	for (size_t i = 0; i < ENTITY_KINDS; i++) {
		if (str_eq(text, str_of(kinds[i].name))) {
			*out = (enum entity_kind)i;
			return true;
		}
	}
	return false;
}

const struct entity_table *entity_table(enum entity_kind kind)
{
	must(kind < ENTITY_KINDS);
	return kinds[kind].table;
}

bool entity_kind_is_document(enum entity_kind k)
{
	return entity_table(k)->document;
}

const char *entity_type_name(enum entity_type type)
{
	return types[type];
}

/* --- names ---------------------------------------------------------------- */

bool entity_names_next(const char **rest, struct str *name)
{
	if (*rest == NULL || **rest == '\0')
		return false;
	*name = (struct str){ *rest, strcspn(*rest, "|") };
	*rest += name->len;
	*rest += **rest == '|';
	return true;
}

static bool is_among(const char *names, struct str name, bool any_case)
{
	struct str one;

	while (entity_names_next(&names, &one))
		if (any_case ? str_eq_nocase(one, name) : str_eq(one, name))
			return true;
	return false;
}

static bool is_called(
	const struct entity_field *f, struct str name, bool labels)
{
	return is_among(f->key, name, labels) ||
	       is_among(f->aliases, name, labels) ||
	       (labels && is_among(f->labels, name, true));
}

int entity_field_find(
	const struct entity_table *t, struct str name, bool labels)
{
	if (labels)
		name = str_trim(name);
	for (size_t i = 0; i < entity_field_count(t); i++)
		if (is_called(entity_field_at(t, i), name, labels))
			return (int)i;
	return -1;
}

/* Quotes and the like would need escapes in the keys of normal forms. */
static bool has_free_prefix(const struct entity_section *s, struct str name)
{
	size_t len = s->prefix == NULL ? 0 : strlen(s->prefix);

	if (len == 0 || name.len <= len || name.len > REFERENCE_MAX ||
		memcmp(name.ptr, s->prefix, len) != 0)
		return false;
	for (size_t i = 0; i < name.len; i++)
		if (strchr("\"\\", name.ptr[i]) != NULL)
			return false;
	return text_is_line(name);
}

bool entity_key_is_free(
	const struct entity_table *t, struct str name, bool *in_item)
{
	*in_item = has_free_prefix(&t->item, name);
	return *in_item || has_free_prefix(&t->top, name);
}
