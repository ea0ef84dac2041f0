/* A business entity goes into the store together with the ids inside of it
 * that others may refer to. */
#ifndef SLUICE_JOBS_ENTITY_WRITE_H
#define SLUICE_JOBS_ENTITY_WRITE_H

#include "sluice/store/record_entity.h"

/* The record of what entity_read() made; `old` is the one that it replaces, or
 * NULL.  Borrows the texts of `e`. */
struct entity_row entity_row_of(const struct entity *e,
	const struct entity_row *old, int64_t now, struct uuid execution_id);

/* Writes record and claims.  Nothing of `e` may be borrowed from the store. */
enum err entity_write(struct txn *t, const struct entity_row *row,
	const struct entity *e) WARN_UNUSED;

#endif
