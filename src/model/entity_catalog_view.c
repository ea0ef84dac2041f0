/* CATALOG_VIEW: facts.md 6.4; the labels after "Mark Catalog View For Deletion"
 * are ours. */
#include "entity_private.h"

enum {
	F_ALLOWED = 3,
	F_EXCLUDED,
	F_ACCOUNTS,
	F_EMPTY = 8
};

/* clang-format off */
static const struct entity_field fields[] = {
	/* key                            aliases             labels                                                       create update edit type */
	FIELD("externalId",                   "catalogExternalId", "Catalog View External Id|Catalog External Id",               REQ, REQ, NO,  ENTITY_ID),
	FIELD("catalogName",                  "name",             "Catalog Name",                                                REQ, OPT, YES, ENTITY_TEXT),
	FIELD("catalogDescription",           "description",      "Catalog Description",                                         OPT, OPT, YES, ENTITY_TEXT, ""),
	[F_ALLOWED] =
	FIELD("allowedAssortmentExternalId",  NULL,               "Allowed Assortment External Ids",                             OPT, OPT, ADD, ENTITY_REFS, NULL, NULL, ENTITY_ASSORTMENT),
	[F_EXCLUDED] =
	FIELD("excludedAssortmentExternalId", NULL,               "Forbidden Assortment External Ids|Excluded Assortment External Ids", OPT, OPT, ADD, ENTITY_REFS, NULL, NULL, ENTITY_ASSORTMENT),
	[F_ACCOUNTS] =
	FIELD("accountExternalId",            NULL,               "Account External Id|Account External Ids",                    OPT, OPT, ADD, ENTITY_REFS, NULL, NULL, ENTITY_ACCOUNT),
	FIELD("delete",                       "deleted",          "Mark Catalog View For Deletion",                              OPT, OPT, YES, ENTITY_BOOL, "FALSE"),
	FIELD("active",                       NULL,               "Catalog View Active|Active",                                  OPT, OPT, YES, ENTITY_BOOL, "TRUE"),
	[F_EMPTY] =
	FIELD("emptyRules",                   NULL,               "Empty Rules",                                                 OPT, OPT, ACT, ENTITY_BOOL),
};
/* clang-format on */

static void add_rules(struct entity_checking *c, size_t field)
{
	struct entity_part *top = c->top;
	struct norm old = top->old[field], none = { NORM_NONE, { NULL, 0 } };

	if (part_is_true(top, F_EMPTY))
		old = none;
	top->values[field] =
		part_given(top, field)
			? norm_join(old, top->values[field], c->arena)
			: old;
}

/* What is allowed now is no longer excluded, and the other way round. */
static void move_rules(struct entity_checking *c, size_t from, size_t to)
{
	struct entity_part *top = c->top;

	if (part_given(top, to) && !part_given(top, from) &&
		top->values[from].form == NORM_RAW)
		top->values[from] = norm_without(
			top->values[from], top->values[to], c->arena);
}

static bool overlap(struct entity_checking *c)
{
	size_t a, b, n;
	struct norm excluded = c->top->values[F_EXCLUDED];
	struct norm allowed = c->top->values[F_ALLOWED];
	struct norm rest = norm_without(allowed, excluded, c->arena);

	norm_texts(allowed, c->arena, &a);
	norm_texts(excluded, c->arena, &b);
	norm_texts(rest, c->arena, &n);
	return a > 0 && b > 0 && n < a;
}

static void check(struct entity_checking *c)
{
	if (faults_any(c->faults))
		return;
	if (part_given(c->top, F_ALLOWED) && part_given(c->top, F_EXCLUDED) &&
		overlap(c)) {
		rule_fault(c, c->top, F_EXCLUDED, FAULT_FORMAT,
			"an assortment can't be both allowed and excluded");
		return;
	}
	add_rules(c, F_ALLOWED);
	add_rules(c, F_EXCLUDED);
	add_rules(c, F_ACCOUNTS);
	move_rules(c, F_ALLOWED, F_EXCLUDED);
	move_rules(c, F_EXCLUDED, F_ALLOWED);
}

const struct entity_table entity_catalog_view = {
	.kind = ENTITY_CATALOG_VIEW,
	ENTITY_TOP(fields),
	.name_key = "catalogName",
	.gone_key = "delete",
	.check = check,
	.note = "Assortments and accounts of a row join those that are there; "
		"`emptyRules` clears all three lists first, so that the row "
		"replaces them. An assortment is either allowed or excluded: a "
		"row that says one takes it out of the other.",
};
