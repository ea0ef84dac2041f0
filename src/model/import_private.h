/* Between the files of import jobs. */
#ifndef SLUICE_SRC_MODEL_IMPORT_PRIVATE_H
#define SLUICE_SRC_MODEL_IMPORT_PRIVATE_H

#include "json_read.h"
#include "sluice/model/import_job.h"

#define IMPORT_PATTERN "*.csv" /* the default */

/* Reads `source` (a form's reader; the target is the job), and itemsPath. */
void import_source_read(struct faults *f, const struct path *p,
	const json_t *value, void *target);
void import_items_path_read(struct faults *f, const struct path *p,
	const json_t *value, void *target);

/* What must be together and what can't; the entity is known by now. */
void import_source_check(const struct import_job *j, enum connection_type type,
	struct faults *f);

/* Bit n: the job may come upon files of format n. */
unsigned import_source_formats(const struct import_job *j);

json_t *import_source_to_json(const struct import_job *j);
void import_source_release(struct import_source *s);

#endif
