#ifndef SLUICE_SRC_MODEL_MAPPING_PRIVATE_H
#define SLUICE_SRC_MODEL_MAPPING_PRIVATE_H

#include "json_read.h"
#include "mapping_path.h"
#include "sluice/base/mem.h"
#include "sluice/model/entity_field.h"

#define FIELD_LIST (-1) /* the list of items as a whole */
#define FIELD_FREE (-2) /* CF_..., attribute-... */

struct mapping_source {
	char *text;
	struct mapping_path *path; /* JSON only */
};

/* Where one field comes from. */
struct mapping_rule {
	int field;    /* or FIELD_... */
	char *key;    /* as the mapping has it */
	bool in_item; /* FIELD_FREE */
	struct mapping_source *sources;
	size_t count;    /* 0: `constant` */
	char *constant;  /* {"value":...} */
	char *separator; /* of several sources */
	char *fallback;  /* {"default":...} */
};

struct mapping {
	enum entity_kind kind;
	enum mapping_form form;
	const struct entity_table *table;
	struct mapping_rule *rules;
	size_t count;
	json_t *given;
};

/* The rule of a field, or NULL. */
const struct mapping_rule *mapping_rule_of(const struct mapping *m, int field);

/* Does a rule use this header (key on top)? */
bool mapping_uses(const struct mapping *m, struct str name);

bool mapping_same_name(const struct mapping *m, struct str a, struct str b);

static inline bool mapping_is_blank(const struct entity_given *g)
{
	return g->json == NULL ? str_trim(g->text).len == 0
			       : json_is_null(g->json);
}

#endif
