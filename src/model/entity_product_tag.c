/* PRODUCT_TAG: facts.md 6.13. */
#include "entity_private.h"

#define TAG(n)                                                                 \
	FIELD("productTag" #n, "PRODUCT_TAG_" #n, "PRODUCT_TAG_" #n, OPT, OPT, \
		ACT, ENTITY_ID)

enum {
	F_DELETED = 1,
	F_TAGS,
	F_TAG_1,
	F_TAG_10 = 12
};

/* clang-format off */
static const struct entity_field fields[] = {
	/* key          aliases                labels                create update edit type */
	FIELD("externalId", "productExternalId",   "Product External Id", REQ, REQ, NO,  ENTITY_REF, NULL, NULL, ENTITY_PRODUCT),
	[F_DELETED] =
	FIELD("deleted",    NULL,                  "Deleted",             OPT, OPT, ACT, ENTITY_BOOL),
	[F_TAGS] =
	FIELD("tags",       NULL,                  NULL,                  OPT, OPT, YES, ENTITY_IDS),
	TAG(1), TAG(2), TAG(3), TAG(4), TAG(5), TAG(6), TAG(7), TAG(8), TAG(9), TAG(10),
};
/* clang-format on */

static bool is_new_tag(const struct str *tags, size_t count, struct str tag)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(tags[i], tag))
			return false;
	return tag.len > 0;
}

/* The row lists all tags that are wanted; Deleted clears them. */
static void check(struct entity_checking *c)
{
	struct str tags[F_TAG_10 - F_TAG_1 + 1];
	size_t count = 0;

	if (part_is_true(c->top, F_DELETED)) {
		c->top->values[F_TAGS] = norm_raw(STR("[]"));
		return;
	}
	if (part_given(c->top, F_TAGS))
		return;
	for (size_t i = F_TAG_1; i <= F_TAG_10; i++) {
		struct str tag = part_text(c, c->top, i);

		if (is_new_tag(tags, count, tag))
			tags[count++] = tag;
	}
	c->top->values[F_TAGS] = norm_of_texts(tags, count, c->arena);
}

const struct entity_table entity_product_tag = {
	.kind = ENTITY_PRODUCT_TAG,
	ENTITY_TOP(fields),
	.check = check,
	.note = "Each row lists all tags of a product; unknown ones come into "
		"being. A row with `Deleted` TRUE clears them; the same file "
		"may "
		"hold such a row and then one with the new tags.",
};
