/* ASSORTMENT: facts.md 6.2. */
#include "entity_private.h"

enum {
	F_NAME = 1,
	F_PRODUCTS,
	F_VARIANTS,
	F_UNLINK
};

/* clang-format off */
static const struct entity_field fields[] = {
	/* key                aliases                    labels                   create update edit type */
	FIELD("externalId",        "assortmentExternalId",    "Assortment External Id", REQ, REQ, NO,  ENTITY_ID),
	[F_NAME] =
	FIELD("assortmentName",    "name",                    "name|Assortment Name",   OPT, OPT, YES, ENTITY_TEXT),
	[F_PRODUCTS] =
	FIELD("productExternalId", "productExternalIds",      "Product External Id",    OPT, OPT, ADD, ENTITY_REFS, NULL, NULL, ENTITY_PRODUCT),
	[F_VARIANTS] =
	FIELD("variantExternalId", "variantExternalIds",      "Variant External Id",    OPT, OPT, ADD, ENTITY_REFS, NULL, NULL, ENTITY_VARIANT),
	[F_UNLINK] =
	FIELD("unlink",            NULL,                      "unlink",          OPT, OPT, ACT, ENTITY_BOOL),
};
/* clang-format on */

static void link_or_unlink(struct entity_checking *c, size_t field)
{
	struct entity_part *top = c->top;

	if (!part_given(top, field))
		return;
	top->values[field] = part_is_true(top, F_UNLINK)
				     ? norm_without(top->old[field],
					       top->values[field], c->arena)
				     : norm_join(top->old[field],
					       top->values[field], c->arena);
}

/* The one field of all that isn't kept when a row leaves it out. */
static void check(struct entity_checking *c)
{
	if (!part_given(c->top, F_NAME))
		c->top->values[F_NAME] = norm_string(STR(""));
	if (faults_any(c->faults))
		return;
	link_or_unlink(c, F_PRODUCTS);
	link_or_unlink(c, F_VARIANTS);
}

const struct entity_table entity_assortment = {
	.kind = ENTITY_ASSORTMENT,
	ENTITY_TOP(fields),
	.name_key = "assortmentName",
	.check = check,
	.note = "A row links its products and variants to those that are there "
		"already; with `unlink` it takes them away. The name is not "
		"partial: a row without it clears it.",
};
