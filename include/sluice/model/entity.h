/* The business entities that are imported: sixteen kinds, each a table of
 * fields (model/entity_field.h), and the one reader that brings a row into
 * normal form, be it cells of a CSV file or a JSON object.
 *
 * Normal form: compact JSON, `externalId` first, then the table's fields in its
 * order, absent ones left out, then the list of items, then free keys (CF_...)
 * by name.  Equal entities have equal bytes, so "unchanged" is a comparison.
 *
 *	input = a row, by model/mapping.h or entity_input_json()
 *	id    = entity_input_id(input)
 *	old   = what the store has under this id, or nothing
 *	entity_read(input, reading, buffer, &entity)  -> text, or faults
 *	entity.text equals old: unchanged; else write it and its claims
 *
 * Rows that share an id (addresses of an account, variants of a product) are
 * read one after the other: each updates what the one before made. */
#ifndef SLUICE_MODEL_ENTITY_H
#define SLUICE_MODEL_ENTITY_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "sluice/base/buf.h"
#include "sluice/base/err.h"
#include "sluice/model/fault.h"

/* The numbers are stored: append only. */
enum entity_kind {
	ENTITY_ACCOUNT,
	ENTITY_ASSORTMENT,
	ENTITY_ATTRIBUTE,
	ENTITY_CATALOG_VIEW,
	ENTITY_CLASSIFICATION_CATEGORY,
	ENTITY_CUSTOMER_USER,
	ENTITY_INCIDENT,
	ENTITY_NAVIGATION_CATEGORY,
	ENTITY_OFFER,
	ENTITY_ORDER,
	ENTITY_ORDER_STATUS,
	ENTITY_PRODUCT,
	ENTITY_PRODUCT_TAG,
	ENTITY_RELATED_PRODUCT,
	ENTITY_STORE,
	ENTITY_SUPPLIER,
	/* Ids inside of entities, which others refer to ("claims"). */
	ENTITY_VARIANT,      /* of a product */
	ENTITY_ADDRESS,      /* of an account */
	ENTITY_OFFER_PRICE,  /* of an offer */
	ENTITY_USER_EMAIL,   /* of a customer user, in small letters */
	ENTITY_ACCOUNT_USER, /* an account's first customer user holds its id */
	ENTITY_KIND_COUNT
};

#define ENTITY_KINDS      ENTITY_VARIANT /* how many are entities: sixteen */
#define ENTITY_FIELDS_MAX 48             /* of a table */
#define ENTITY_SALT_SIZE  16

const char *entity_kind_name(enum entity_kind k); /* "SUPPLIER" */
bool entity_kind_parse(struct str text, enum entity_kind *out);
bool entity_kind_is_document(enum entity_kind k); /* ORDER and its like */

/* --- a row ---------------------------------------------------------------- */

/* What a row says about one field: a text (clean UTF-8 without NUL), a JSON
 * value, or nothing. */
struct entity_given {
	struct str text;
	const json_t *json;
	uint32_t column; /* of the CSV row, from 1; 0: none */
};

struct entity_extra {
	struct str key; /* "CF_colour", "attribute-size" */
	struct entity_given given;
	bool in_item;
};

/* For qsort(): by key. */
int entity_extras_compare(const void *a, const void *b);

/* Borrows everything. */
struct entity_input {
	enum entity_kind kind;
	/* By number of the field (entity_field_at()); those of items are there
	 * when the row itself is one. */
	struct entity_given fields[ENTITY_FIELDS_MAX];
	const json_t *items;         /* a JSON list of them, or NULL */
	bool strict;                 /* unknown keys in items are faults */
	struct entity_extra *extras; /* by key, rising; or NULL */
	size_t extra_count;
	const struct str *header; /* names of the columns, or NULL */
	size_t header_count;
};

/* A JSON object by keys and aliases.  Keys that the kind doesn't have are
 * faults when `strict`, else they are counted in `*unknown` (may be NULL).
 * Extras and faults live in the arena of `faults`.  False: not an object;
 * other faults can wait for those of entity_read(). */
bool entity_input_json(struct entity_input *in, enum entity_kind kind,
	const json_t *body, bool strict, struct faults *faults,
	size_t *unknown);

/* Its external id (document kinds: reference or external id), trimmed; empty
 * when the row has none. */
struct str entity_input_id(const struct entity_input *in);

/* --- reading -------------------------------------------------------------- */

/* What else is there; lent by the caller (the store). */
struct entity_lookup {
	/* The normal form of an entity, empty when there is none; of a claim,
	 * the external id of its owner.  Valid until the next call. */
	struct str (*get)(
		void *arg, enum entity_kind kind, struct str external_id);
	void *arg;
};

struct entity_reading {
	struct str external_id; /* of the path; empty: the row names it */
	struct str old;         /* normal form before; empty: a create */
	bool document_exists;   /* document kinds: instead of `old` */
	bool multi_store;
	bool whole_tree;  /* parents come at the end: entity_tree_check() */
	struct str store; /* for rows without one; empty: default_store */
	const struct entity_lookup *lookup;
	uint8_t salt[ENTITY_SALT_SIZE]; /* fresh random bytes: a password's */
	struct faults *faults;          /* its arena holds the scratch, too */
};

/* An id inside that the row brings (or takes away). */
struct entity_claim {
	enum entity_kind kind;
	struct str id;
	bool held;
	struct entity_claim *next;
};

/* Lives as long as buffer, arena and input. */
struct entity {
	enum entity_kind kind;
	struct str external_id;
	struct str name;      /* for lists; "" when it has none */
	struct str store_ids; /* joined with '\n'; "" = not bound to stores */
	struct str text;      /* normal form */
	struct entity_claim *claims;
};

/* False: there were faults (all of the row, each with column and value). */
bool entity_read(const struct entity_input *in,
	const struct entity_reading *reading, struct buf *text,
	struct entity *out);

/* --- what is stored ------------------------------------------------------- */

/* As people may see it: secrets masked. */
void entity_masked(enum entity_kind kind, struct str text, struct buf *out);

/* Was it deleted (its gone_key is true)?  Then references to it fail. */
bool entity_is_gone(enum entity_kind kind, struct str text);

/* One value of a normal form as raw JSON, empty when absent. */
struct str entity_value(struct str text, const char *key);

/* --- trees ---------------------------------------------------------------- */

struct entity_node {
	struct str id, parent;
	size_t row;  /* the caller's */
	bool broken; /* out: its parent isn't there, or is below it */
};

/* The text of the parent of a normal form, empty at the root. */
struct str entity_parent(enum entity_kind kind, struct str text);

/* Marks the nodes that don't hang on the root, in any order of rows; the last
 * of several with one id counts, earlier ones are not marked.  Returns how
 * many are broken.  Time n log n. */
size_t entity_tree_check(struct entity_node *nodes, size_t count);

/* --- order ---------------------------------------------------------------- */

struct entity_edge {
	enum entity_kind before, after;
	const char *reason; /* "An offer links a product to a supplier." */
};

/* All sixteen in the order in which imports should run (seed 000). */
const enum entity_kind *entity_recommended_order(void);
const struct entity_edge *entity_edges(size_t *count);

#endif
