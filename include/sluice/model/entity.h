/* The business entities that are imported: sixteen kinds, each a table of
 * fields that reads like facts.md section 6 (model/entity_<kind>.c).
 *
 * This issue has SUPPLIER and STORE; the others follow with the imports. */
#ifndef SLUICE_MODEL_ENTITY_H
#define SLUICE_MODEL_ENTITY_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "sluice/base/buf.h"
#include "sluice/base/err.h"
#include "sluice/model/fault.h"

/* All sixteen names, so that an unknown one is told from one that this
 * version doesn't serve.  The numbers are stored: append only. */
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
	ENTITY_KIND_COUNT
};

const char *entity_kind_name(enum entity_kind k); /* "SUPPLIER" */
bool entity_kind_parse(struct str text, enum entity_kind *out);
bool entity_kind_served(enum entity_kind k); /* has a field table yet */

struct entity {
	enum entity_kind kind;
	const char *external_id;
	const char *name; /* for lists and job views; "" when it has none */
	json_t *stores;   /* borrowed from body: array of store external ids,
			     or NULL where the kind isn't bound to stores */
	json_t *body;     /* owned; normal form */
};

/* Does `external_id` of `kind` exist?  Lent by the caller (the store). */
struct entity_lookup {
	bool (*exists)(
		void *arg, enum entity_kind kind, const char *external_id);
	void *arg;
};

/* Reads an incoming body by the kind's JSON keys and aliases.  `external_id`
 * is the id in the path (a differing one in the body is a fault); `old` (or
 * NULL for a create) lends every field that the body leaves out or blank.
 * Required, type, enum, length and reference faults carry their F-E-... codes.
 * `multi_store` false: storesExternalId defaults to default_store.
 * NULL when there was a fault. */
struct entity *entity_from_json(enum entity_kind kind, const json_t *body,
	const char *external_id, const struct entity *old, bool multi_store,
	const struct entity_lookup *lookup, struct faults *faults);

enum err entity_from_text(enum entity_kind kind, struct str text,
	struct entity **out) WARN_UNUSED;
void entity_to_text(const struct entity *e, struct buf *out);
bool entity_equal(const struct entity *a, const struct entity *b);
void entity_destroy(struct entity *e); /* NULL is fine */

#endif
