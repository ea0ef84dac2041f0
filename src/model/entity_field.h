/* The tables that describe business entities: one line per field, as in
 * facts.md section 6. */
#ifndef SLUICE_SRC_MODEL_ENTITY_FIELD_H
#define SLUICE_SRC_MODEL_ENTITY_FIELD_H

#include <stdbool.h>
#include <stddef.h>

#include "sluice/base/must.h"
#include "sluice/model/entity.h"

enum entity_type {
	ENTITY_TEXT,
	ENTITY_BOOL,
	ENTITY_NUMBER, /* from 0 */
	ENTITY_URL,    /* http or https */
	ENTITY_ENUM,   /* one of `values` */
	ENTITY_REFS,   /* external ids of `target`: "a||b" or a list */
};

enum entity_need {
	OPT,
	REQ,
	MULTI, /* required when the hub has several stores */
};

struct entity_field {
	const char *key, *alias;
	const char *label; /* of the CSV column */
	enum entity_need create, update;
	bool editable; /* else: kept as it was created */
	enum entity_type type;
	const char *initial; /* on create, where the body has none; as text */
	const char *values;  /* ENTITY_ENUM: "A, B" */
	enum entity_kind target;
};

struct entity_table {
	const struct entity_field *fields;
	size_t count;
	const char *name_key;   /* for lists */
	const char *stores_key; /* or NULL */
	bool custom_fields;     /* CF_<id> */
	/* Brings fields that say the same thing in step; `given` is what the
	 * body had.  Or NULL. */
	void (*settle)(
		json_t *normal, const json_t *given, struct faults *faults);
};

extern const struct entity_table entity_supplier, entity_store;

/* NULL: not served by this version. */
const struct entity_table *entity_table(enum entity_kind kind);

struct entity_reading {
	const struct entity_table *table;
	const char *external_id; /* of the path */
	const json_t *old;       /* the body before, or NULL: a create */
	bool multi_store;
	const struct entity_lookup *lookup;
	struct faults *faults;
};

/* A body into normal form, in table order, custom fields last
 * (entity_read.c).  NULL when there was a fault. */
json_t *entity_read(const struct entity_reading *r, const json_t *body);

#endif
