/* Rows on their way into normal form: what the parts of the reader and the
 * kinds' own rules share.
 *
 * A value is kept as a piece of text, borrowed from the row, from the old
 * normal form or from the arena, and is written once, at the end. */
#ifndef SLUICE_SRC_MODEL_ENTITY_PRIVATE_H
#define SLUICE_SRC_MODEL_ENTITY_PRIVATE_H

#include "json_read.h"
#include "sluice/model/document.h"
#include "sluice/model/entity_field.h"

#define ENTITY_JOINT  "||"
#define DEFAULT_STORE "default_store"

enum norm_form {
	NORM_NONE,
	NORM_RAW,   /* JSON as it is */
	NORM_PLAIN, /* a string without anything to escape */
	NORM_TEXT,  /* a string */
};

struct norm {
	enum norm_form form;
	struct str text;
};

/* The entity itself, or one of its items. */
struct entity_part {
	const struct entity_section *section;
	const struct entity_given *given; /* by field */
	const struct path *path;          /* where it is in the body */
	bool is_new;
	struct norm values[ENTITY_FIELDS_MAX];
	struct norm old[ENTITY_FIELDS_MAX];
	struct norm list; /* of the items, on top only */
	struct str old_list;
	struct entity_extra *free; /* given free keys, rising */
	size_t free_count;
	struct entity_free *old_free; /* the same of before */
	size_t old_free_count;
	struct entity_free *kept_free; /* the result */
	size_t kept_free_count;
};

struct entity_free {
	struct str key;
	struct norm value;
};

struct entity_checking {
	const struct entity_table *table;
	const struct entity_input *in;
	const struct entity_reading *r;
	struct entity *out;
	struct entity_part *top;
	struct entity_part *item; /* while one is checked */
	bool item_removed;        /* its remove_key was true */
	bool item_gone;           /* kept, but nothing may refer to it */
	struct faults *faults;
	struct arena *arena;
};

/* --- single values (entity_value.c, entity_value_list.c) -------------------
 */

/* A value on its way. */
struct entity_at {
	struct entity_checking *c;
	const struct entity_field *field;
	const struct path *path;
	struct str text;
	const json_t *json; /* NULL: `text` it is */
	struct norm old;
};

bool given_is_blank_slow(const struct entity_given *g);
static inline bool given_is_blank(const struct entity_given *g)
{
	if (g->json == NULL && g->text.len > 0 &&
		(unsigned char)g->text.ptr[0] > ' ')
		return false;
	return given_is_blank_slow(g);
}

/* By the field's type; NORM_NONE after a fault. */
struct norm norm_read(const struct entity_at *at);
struct norm norm_read_list(const struct entity_at *at);
struct norm norm_read_ranges(const struct entity_at *at);
struct norm norm_read_password(const struct entity_at *at);

/* The value as a text, trimmed, or a fault. */
bool norm_given_text(const struct entity_at *at, struct str *out);

bool norm_is_url(struct str s);
bool norm_is_listed(struct str s, const char *values);
struct norm norm_number(const struct entity_at *at, struct str text);
bool norm_id_fits(const struct entity_at *at, struct str id);
bool entity_ref_exists(
	struct entity_checking *c, enum entity_kind target, struct str id);
void fault_reference(
	const struct entity_at *at, const char *unknown); /* F-E-002 */

/* A string; finds out whether it needs escapes. */
struct norm norm_string(struct str s);
static inline struct norm norm_raw(struct str s)
{
	return (struct norm){ NORM_RAW, s };
}
struct norm norm_bool(bool b);
bool norm_is_true(struct norm n);

/* The text of a string, "" for anything else. */
struct str norm_text(struct norm n, struct arena *arena);

/* What stands in a raw list of texts; `count` of them, in the arena. */
struct str *norm_texts(struct norm list, struct arena *arena, size_t *count);
struct norm norm_of_texts(
	const struct str *texts, size_t count, struct arena *arena);

/* `old` with the texts of `given`, or without them. */
struct norm norm_join(struct norm old, struct norm given, struct arena *arena);
struct norm norm_without(
	struct norm old, struct norm given, struct arena *arena);

void norm_put(struct buf *out, struct norm n);

/* --- walking what is stored (entity_stored.c) -------------------------------
 */

/* `*rest` begins behind '{' or '['.  False at the end, or where it isn't our
 * own compact JSON. */
bool stored_member(struct str *rest, struct str *key, struct str *value);
bool stored_element(struct str *rest, struct str *value);

/* Is it the member `name` (,"key": as the tables have it) that stands there?
 * Passes it, and gives the value. */
bool stored_named(struct str *rest, struct str name, struct str *value);

/* What is between the braces of an object or a list; empty if it is none. */
struct str stored_inside(struct str value);

/* --- parts (entity_part.c, entity_list.c) -----------------------------------
 */

/* An empty one; values are not there before they are read. */
void part_init(struct entity_part *part, const struct entity_section *section,
	const struct entity_given *given);

/* Spreads an old normal form out over `part`. */
void part_scan_old(struct entity_checking *c, struct entity_part *part,
	struct str old, const char *list_key);

/* Reads fields `first`.. and the free keys. */
void part_read(
	struct entity_checking *c, struct entity_part *part, size_t first);
/* Of what is taken away nothing is read: they are all unset. */
void part_read_nothing(struct entity_part *part, size_t first);

void part_write(
	const struct entity_part *part, const char *list_key, struct buf *out);

/* Reads the items that the row gives into top->list. */
void list_read(struct entity_checking *c);

/* Other systems write ids as numbers and numbers as texts: such a JSON value
 * becomes a text, in the arena. */
void entity_given_loosen(
	enum entity_type type, struct entity_given *g, struct arena *arena);

/* An object of the list by keys and aliases; when `strict`, unknown keys are
 * faults. */
void entity_item_json(const struct entity_table *t, const json_t *item,
	bool strict, struct faults *faults, const struct path *path,
	struct entity_given given[ENTITY_FIELDS_MAX],
	struct entity_extra **free, size_t *free_count);

/* --- for the kinds' rules ----------------------------------------------------
 */

static inline bool part_given(const struct entity_part *part, size_t field)
{
	return !given_is_blank(&part->given[field]);
}

static inline bool part_is_true(const struct entity_part *part, size_t field)
{
	return norm_is_true(part->values[field]);
}

struct str part_text(struct entity_checking *c, const struct entity_part *part,
	size_t field);

/* A fault at a field, with its column and value. */
#define rule_fault(c, part, field, code, ...)                                  \
	rule_fault_at((c), (part), (field),                                    \
		arena_printf((c)->arena, __VA_ARGS__), (code))
void rule_fault_at(struct entity_checking *c, const struct entity_part *part,
	size_t field, const char *message, const char *code);

/* F-E-001 where the field has no value. */
void rule_require(struct entity_checking *c, const struct entity_part *part,
	size_t field);

void rule_claim(struct entity_checking *c, enum entity_kind kind, struct str id,
	bool held);

/* F-E-003 when the claim is another entity's. */
void rule_alone(struct entity_checking *c, const struct entity_part *part,
	size_t field, enum entity_kind kind, struct str id);

extern const struct entity_table entity_account, entity_assortment,
	entity_attribute, entity_catalog_view, entity_classification_category,
	entity_customer_user, entity_incident, entity_navigation_category,
	entity_offer, entity_order, entity_order_status, entity_product,
	entity_product_tag, entity_related_product, entity_store,
	entity_supplier;

#endif
