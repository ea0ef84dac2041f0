/* A source in a JSON object: `$.a.b`, `$.a[0].b`, `$.a[*].b`, or a bare key,
 * dots and all. */
#ifndef SLUICE_SRC_MODEL_MAPPING_PATH_H
#define SLUICE_SRC_MODEL_MAPPING_PATH_H

#include "sluice/base/diag.h"
#include "sluice/model/mapping.h"

struct mapping_path;

/* NULL: not a path; `why` says so. */
struct mapping_path *mapping_path_parse(struct str text, struct diag *why);
void mapping_path_free(struct mapping_path *p); /* NULL is fine */

/* The key on top that it begins with; empty for `$`. */
struct str mapping_path_root(const struct mapping_path *p);

/* One value is borrowed from `object` (out->json); several from [*] are texts
 * joined with || in the arena (out->text).  Nothing there: out is empty. */
void mapping_path_find(const struct mapping_path *p, const json_t *object,
	struct arena *arena, struct entity_given *out);

#endif
