/* The tables that describe business entities: a line per field, as in facts.md
 * section 6.  Reading, mapping and docs/entities.md all go by them. */
#ifndef SLUICE_MODEL_ENTITY_FIELD_H
#define SLUICE_MODEL_ENTITY_FIELD_H

#include <stdbool.h>
#include <stddef.h>

#include "sluice/base/must.h"
#include "sluice/base/str.h"
#include "sluice/model/entity.h"

enum entity_type {
	ENTITY_TEXT,     /* of at most 64 KiB, or `limit` characters */
	ENTITY_ID,       /* one line of at most 255 bytes */
	ENTITY_BOOL,     /* TRUE, FALSE in any case; JSON booleans */
	ENTITY_NUMBER,   /* decimal point, from `min` */
	ENTITY_COUNT,    /* whole, from `min` */
	ENTITY_URL,      /* http or https */
	ENTITY_URLS,     /* "a||b" or a list */
	ENTITY_EMAIL,    /* somebody@somewhere */
	ENTITY_DATE,     /* DD/MM/YYYY or YYYY-MM-DD; kept as the latter */
	ENTITY_CURRENCY, /* three capitals */
	ENTITY_ENUM,     /* one of `values` */
	ENTITY_ENUMS,    /* some of them: "A||B" or a list */
	ENTITY_STATUS,   /* of an order, by name or alias */
	ENTITY_REF,      /* external id of `target` */
	ENTITY_REFS,     /* "a||b" or a list */
	ENTITY_IDS,      /* the same, of things that the hub doesn't keep */
	ENTITY_TEXTS,    /* "a||b" or a list */
	ENTITY_RANGES,   /* "1:9.90||10:8.50": from a quantity on, a price */
	ENTITY_PASSWORD, /* only its hash is kept */
	ENTITY_TYPE_COUNT
};

enum entity_need {
	OPT,
	REQ,
	MULTI,  /* required when the hub has several stores */
	EITHER, /* at least one of those that say so */
};

enum entity_edit {
	NO,  /* stays as it was created */
	YES, /* replaces what was there */
	ADD, /* lists: joins what was there (the kind's own rule can remove) */
	ACT, /* says what to do; isn't kept */
};

struct entity_field {
	const char *key;     /* of JSON, of mappings, and as it is kept */
	struct str member;   /* ,"key": */
	const char *aliases; /* other keys: "a|b", or NULL */
	const char *labels;  /* CSV headers, today's first; NULL: JSON only */
	enum entity_need create, update;
	enum entity_edit edit;
	enum entity_type type;
	const char *initial; /* on create, where the row has none; as text */
	const char *values;  /* "A, B" */
	enum entity_kind target;
	unsigned limit; /* characters; 0: the type's own */
	unsigned min;
};

/* A run of fields, and what else an object may hold. */
struct entity_section {
	const struct entity_field *fields; /* those that identify it first */
	size_t count;
	const char *prefix; /* of free keys: "CF_", "attribute-"; or NULL */
};

struct entity_checking;

struct entity_table {
	enum entity_kind kind;
	struct entity_section top;
	/* Objects inside, one per CSV row: addresses, variants, lines. */
	struct entity_section item;
	const char *list_key; /* NULL: the kind has none */
	const char *list_aliases;
	bool item_required;     /* every row brings one */
	unsigned item_keys;     /* so many first fields tell items apart */
	const char *remove_key; /* ACT in an item: takes it away */
	enum entity_kind claim; /* ids of items that others may refer to */
	bool claims;
	bool claims_alone;      /* such an id is in one entity only */
	const char *name_key;   /* for lists, or NULL */
	const char *stores_key; /* or NULL */
	const char *gone_key;   /* true: references to it fail; or NULL */
	bool document; /* its rows move a document instead of being kept */
	bool tree;     /* replaced as a whole; parents are seen at the end */
	/* The kind's own rules, when all fields have been read; or NULL. */
	void (*check)(struct entity_checking *c);
	/* The same for each item that the row gives. */
	void (*check_item)(struct entity_checking *c);
	const char *note; /* what docs/entities.md says about the rules */
};

/* A line of a table; behind the type come, by place, initial, values and
 * target, or any member by name. */
#define FIELD(k, a, l, c, u, e, ...)                                           \
	{                                                                      \
		.key = (k), .member = { ",\"" k "\":", sizeof(k) + 3 },        \
		.aliases = (a), .labels = (l), .create = (c), .update = (u),   \
		.edit = (e), .type = __VA_ARGS__                               \
	}
#define ENTITY_TOP(f) .top = { .fields = (f), .count = ARRAY_LEN(f) }
#define ENTITY_TOP_FREE(f, p)                                                  \
	.top = { .fields = (f), .count = ARRAY_LEN(f), .prefix = (p) }
#define ENTITY_ITEM(f) .item = { .fields = (f), .count = ARRAY_LEN(f) }
#define ENTITY_ITEM_FREE(f, p)                                                 \
	.item = { .fields = (f), .count = ARRAY_LEN(f), .prefix = (p) }

/* The table of one of the sixteen. */
const struct entity_table *entity_table(enum entity_kind kind);

/* Fields are numbered through: those on top first, then those of the items. */
static inline size_t entity_field_count(const struct entity_table *t)
{
	return t->top.count + t->item.count;
}

static inline const struct entity_field *entity_field_at(
	const struct entity_table *t, size_t i)
{
	return i < t->top.count ? &t->top.fields[i]
				: &t->item.fields[i - t->top.count];
}

/* The number of the field with this key, alias or, when `labels`, CSV header
 * (blanks around it and its case don't matter then); -1: none. */
int entity_field_find(
	const struct entity_table *t, struct str name, bool labels);

/* Is it a free key, as CF_colour or attribute-size?  `in_item` then says
 * whose. */
bool entity_key_is_free(
	const struct entity_table *t, struct str name, bool *in_item);

/* Walks "a|b|c"; start with *rest = the whole. */
bool entity_names_next(const char **rest, struct str *name);

const char *entity_type_name(enum entity_type type); /* "list of references" */

#endif
