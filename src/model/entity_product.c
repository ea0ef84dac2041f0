/* PRODUCT and its variants: facts.md 6.12; labels are the keys in words. */
#include "entity_private.h"

enum {
	F_CATEGORY = 4
};
enum {
	V_DELETED = 8
};

#define PREFIX "attribute-"

/* clang-format off */
static const struct entity_field fields[] = {
	/* key                              aliases                                  labels                                                                 create update edit type */
	FIELD("externalId",                      "productExternalId",                    "Product External Id",                                                REQ, REQ, NO,  ENTITY_ID),
	FIELD("productNames",                    "productName|name",                     "Product Names|Product Name",                                         REQ, OPT, YES, ENTITY_TEXT),
	FIELD("productDescriptions",             "productDescription",                   "Product Descriptions|Product Description",                           OPT, OPT, YES, ENTITY_TEXT),
	FIELD("productBrand",                    NULL,                                   "Product Brand",                                                      OPT, OPT, YES, ENTITY_TEXT),
	[F_CATEGORY] =
	FIELD("productClassificationCategoryId", "productClassificationCategory",        "Product Classification Category Id|Classification Category Id",      REQ, OPT, YES, ENTITY_REF, NULL, NULL, ENTITY_CLASSIFICATION_CATEGORY),
	FIELD("productUnit",                     NULL,                                   "Product Unit",                                                       OPT, OPT, YES, ENTITY_TEXT),
	FIELD("deletedProduct",                  NULL,                                   "Deleted Product|Mark Product as Deleted",                            OPT, OPT, YES, ENTITY_BOOL, "FALSE"),
	FIELD("inactiveProduct",                 NULL,                                   "Inactive Product|Mark Product as Inactive",                          OPT, OPT, YES, ENTITY_BOOL, "FALSE"),
	FIELD("storeExternalIds",                "storesExternalId|storeExternalId",     "Store External Ids|Store External Id",                               MULTI, OPT, YES, ENTITY_REFS, DEFAULT_STORE, NULL, ENTITY_STORE),
};

static const struct entity_field variant[] = {
	/* key                          aliases               labels                                         create update edit type */
	FIELD("variantExternalId",           NULL,                "Variant External Id",                         REQ, REQ, NO,  ENTITY_ID),
	FIELD("variantNames",                "variantName",       "Variant Names|Variant Name",                  REQ, OPT, YES, ENTITY_TEXT),
	FIELD("variantDescriptions",         "variantDescription", "Variant Descriptions|Variant Description",   OPT, OPT, YES, ENTITY_TEXT),
	FIELD("variantExternalSku",          NULL,                "Variant External Sku",   OPT, OPT, YES, ENTITY_ID),
	FIELD("variantEan",                  NULL,                "Variant Ean",                     OPT, OPT, YES, ENTITY_ID),
	FIELD("variantMpn",                  NULL,                "Variant Mpn",                     OPT, OPT, YES, ENTITY_ID),
	FIELD("variantMainImageUrl",         NULL,                "Variant Main Image Url", OPT, OPT, YES, ENTITY_URL),
	FIELD("variantAdditionalImageLinks", NULL,                "Variant Additional Image Links",              OPT, OPT, YES, ENTITY_URLS),
	[V_DELETED] =
	FIELD("deletedVariant",              NULL,                "Deleted Variant|Mark Variant as Deleted",     OPT, OPT, YES, ENTITY_BOOL, "FALSE"),
	FIELD("inactiveVariant",             NULL,                "Inactive Variant|Mark Variant as Inactive",   OPT, OPT, YES, ENTITY_BOOL, "FALSE"),
};
/* clang-format on */

/* --- F-E-011 ----------------------------------------------------------------
 */

static bool has_attribute(const struct entity_part *p, struct str code)
{
	size_t len = sizeof PREFIX - 1;

	for (size_t i = 0; i < p->kept_free_count; i++) {
		struct str key = p->kept_free[i].key;

		if (key.len == len + code.len &&
			memcmp(key.ptr + len, code.ptr, code.len) == 0)
			return true;
	}
	return false;
}

static bool is_demanded(struct str attribute)
{
	return str_eq(entity_value(attribute, "attributeRequired"),
		       STR("true")) &&
	       !str_eq(entity_value(attribute, "attributeEnabled"),
		       STR("false"));
}

/* Codes joined with ", ". */
static const char *missing_attributes(
	struct entity_checking *c, struct str category)
{
	struct str rest = stored_inside(entity_value(category, "attributes"));
	struct str attribute;
	const char *missing = "";

	while (stored_element(&rest, &attribute)) {
		struct str code = norm_text(norm_raw(entity_value(attribute,
						    "attributeExternalId")),
			c->arena);

		if (is_demanded(attribute) && !has_attribute(c->item, code))
			missing = arena_printf(c->arena, "%s%s%.*s", missing,
				*missing == '\0' ? "" : ", ", STR_ARG(code));
	}
	return missing;
}

static void check_demanded(struct entity_checking *c)
{
	const struct entity_lookup *lookup = c->r->lookup;
	struct str id = part_text(c, c->top, F_CATEGORY), category;
	const char *missing;

	if (id.len == 0)
		return;
	category = lookup->get(lookup->arg, ENTITY_CLASSIFICATION_CATEGORY, id);
	missing = missing_attributes(c, category);
	if (*missing != '\0')
		rule_fault(c, c->item, 0, FAULT_ATTRIBUTE,
			"Missing mandatory attributes %s required for "
			"classification category %.*s / %.*s",
			missing,
			STR_ARG(norm_text(
				norm_raw(entity_value(category, "name")),
				c->arena)),
			STR_ARG(id));
}

/* Values of attributes that nobody knows would never show up anywhere. */
static void check_known(struct entity_checking *c)
{
	size_t len = sizeof PREFIX - 1;

	for (size_t i = 0; i < c->item->free_count; i++) {
		const struct entity_extra *x = &c->item->free[i];
		struct str code = { x->key.ptr + len, x->key.len - len };
		size_t first = c->faults->count;
		struct path path = { .up = c->item->path };
		struct entity_at at = { .c = c, .path = &path };

		if (!x->in_item || given_is_blank(&x->given) ||
			entity_ref_exists(c, ENTITY_ATTRIBUTE, code))
			continue;
		path.key = arena_dup(c->arena, x->key);
		fault_reference(&at, path.key + len);
		if (x->given.column > 0 &&
			x->given.column <= c->in->header_count)
			faults_locate(c->faults, first,
				c->in->header[x->given.column - 1],
				x->given.text);
	}
}

static void check_variant(struct entity_checking *c)
{
	if (faults_any(c->faults))
		return;
	check_known(c);
	if (!part_is_true(c->item, V_DELETED))
		check_demanded(c);
	/* Nothing refers to a deleted one any more. */
	c->item_gone = part_is_true(c->item, V_DELETED);
}

const struct entity_table entity_product = {
	.kind = ENTITY_PRODUCT,
	ENTITY_TOP(fields),
	ENTITY_ITEM_FREE(variant, PREFIX),
	.list_key = "variants",
	.item_keys = 1,
	.claim = ENTITY_VARIANT,
	.claims = true,
	.claims_alone = true,
	.name_key = "productNames",
	.stores_key = "storeExternalIds",
	.gone_key = "deletedProduct",
	.check_item = check_variant,
	.note = "A row holds one variant; rows with one product id share the "
		"product, whose own fields only the first of them needs. "
		"`attribute-<code>` columns are values of the variant; blank "
		"deletes one. Attributes that the classification category "
		"requires must be there (`F-E-011`).",
};
