/* ATTRIBUTE: facts.md 6.3.  The old header names are those of the sample files.
 */
#include "entity_private.h"

enum {
	F_VALUES = 2,
	F_TYPE,
	F_MULTI,
	F_UNIT_TYPE,
	F_UNIT
};

#define TYPES                                                                  \
	"TEXT, LONG_TEXT, COLOR, LIST_METRIC, LIST_TEXT, LIST_COLOR, DATE, "   \
	"METRIC, NUMBER"
#define UNIT_TYPES                                                             \
	"WEIGHT_METRIC, VOLUME_METRIC, LENGTH_METRIC, AREA_METRIC, "           \
	"WEIGHT_IMPERIAL, VOLUME_IMPERIAL, LENGTH_IMPERIAL, AREA_IMPERIAL"

/* clang-format off */
static const struct entity_field fields[] = {
	/* key               aliases                     labels                                   create update edit type */
	FIELD("externalId",       "attributeExternalId|external_id", "Attribute External Id",          REQ, REQ, NO,  ENTITY_ID),
	FIELD("name",             "attributeNames",           "Attribute Names",                       REQ, OPT, YES, ENTITY_TEXT),
	[F_VALUES] =
	FIELD("values",           "attributeValues|attribute_values", "Attribute Values",              OPT, OPT, YES, ENTITY_TEXTS),
	[F_TYPE] =
	FIELD("type",             "attributeType",            "Attribute Type",                        REQ, OPT, NO,  ENTITY_ENUM, NULL, TYPES),
	[F_MULTI] =
	FIELD("multi",            "attributeMulti",           "Attribute Multi",                       OPT, OPT, YES, ENTITY_BOOL, "FALSE"),
	[F_UNIT_TYPE] =
	FIELD("unitType",         "attributeUnitType",        "Attribute Unit Type",                   OPT, OPT, YES, ENTITY_ENUM, NULL, UNIT_TYPES),
	[F_UNIT] =
	FIELD("unit",             "attributeUnit",            "Attribute Unit",                        OPT, OPT, YES, ENTITY_ID),
	FIELD("variant",          "attributeVariant",         "Attribute Variant",                     OPT, OPT, YES, ENTITY_BOOL, "FALSE"),
	FIELD("deleted",          "attributeDeleted",         "Attribute Deleted",                     OPT, OPT, YES, ENTITY_BOOL, "FALSE"),
	FIELD("storesExternalId", "attributeStoresExternalId", "Attribute Stores External Id|Store",   MULTI, OPT, YES, ENTITY_REFS, DEFAULT_STORE, NULL, ENTITY_STORE),
};

static const struct {
	const char *type, *units;
} units[] = {
	{ "WEIGHT_METRIC",   "kg, g, mg" },
	{ "VOLUME_METRIC",   "m3, L, cL, mL" },
	{ "LENGTH_METRIC",   "m, cm" },
	{ "AREA_METRIC",     "m2" },
	{ "WEIGHT_IMPERIAL", "lb, oz" },
	{ "VOLUME_IMPERIAL", "gal, qt, pt, fl oz" },
	{ "LENGTH_IMPERIAL", "yd, ft, in" },
	{ "AREA_IMPERIAL",   "ft2" },
};
/* clang-format on */

static void check_unit(struct entity_checking *c, struct str type)
{
	struct str unit_type = part_text(c, c->top, F_UNIT_TYPE);
	struct str unit = part_text(c, c->top, F_UNIT);

	if (!str_eq(type, STR("METRIC")) && !str_eq(type, STR("LIST_METRIC")))
		return;
	rule_require(c, c->top, F_UNIT_TYPE);
	if (str_eq(type, STR("METRIC")))
		rule_require(c, c->top, F_UNIT);
	for (size_t i = 0; unit.len > 0 && i < ARRAY_LEN(units); i++)
		if (str_eq(unit_type, str_of(units[i].type)) &&
			!norm_is_listed(unit, units[i].units))
			rule_fault(c, c->top, F_UNIT, FAULT_ENUM,
				"Unexpected value %.*s for field unit, must be "
				"one of %s",
				STR_ARG(unit), units[i].units);
}

/* "#000000|Black" */
static bool is_color(struct str s)
{
	size_t digits = 0;

	if (s.len < 9 || s.ptr[0] != '#' || s.ptr[7] != '|')
		return false;
	for (size_t i = 1; i < 7; i++)
		digits += strchr("0123456789abcdefABCDEF", s.ptr[i]) != NULL;
	return digits == 6;
}

static void check_colors(struct entity_checking *c)
{
	size_t count;
	struct str *values =
		norm_texts(c->top->values[F_VALUES], c->arena, &count);

	for (size_t i = 0; i < count; i++)
		if (!is_color(values[i]))
			rule_fault(c, c->top, F_VALUES, FAULT_FORMAT,
				"Field values does not respect expected format "
				"#hex|label");
}

static void check(struct entity_checking *c)
{
	struct str type = part_text(c, c->top, F_TYPE);
	bool is_list = type.len > 5 && memcmp(type.ptr, "LIST_", 5) == 0;

	check_unit(c, type);
	if (str_eq(type, STR("COLOR")) || str_eq(type, STR("LIST_COLOR")))
		check_colors(c);
	if (part_is_true(c->top, F_MULTI) && !is_list && type.len > 0)
		rule_fault(c, c->top, F_MULTI, FAULT_FORMAT,
			"multi is for attributes of the LIST types");
}

const struct entity_table entity_attribute = {
	.kind = ENTITY_ATTRIBUTE,
	ENTITY_TOP(fields),
	.name_key = "name",
	.stores_key = "storesExternalId",
	.gone_key = "deleted",
	.check = check,
	.note = "`unitType` is required for METRIC and LIST_METRIC, `unit` for "
		"METRIC: kg, g, mg / m3, L, cL, mL / m, cm / m2 / lb, oz / "
		"gal, "
		"qt, pt, fl oz / yd, ft, in / ft2, by unit type. Values of "
		"colors are `#hex|label`. `multi` is for the LIST types.",
};
