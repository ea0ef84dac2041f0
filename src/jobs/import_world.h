/* What an import sees and where it writes: the store; in a dry run a scratch
 * store in front of it, which takes all writes. */
#ifndef SLUICE_SRC_JOBS_IMPORT_WORLD_H
#define SLUICE_SRC_JOBS_IMPORT_WORLD_H

#include "sluice/jobs/hub.h"
#include "sluice/store/record_document.h"
#include "sluice/store/record_entity.h"

/* A store for one run's notes, committed now and then so that its memory stays
 * small.  Gone with the process. */
struct import_scratch {
	struct store *store;
	unsigned writes;
};

enum err import_scratch_open(struct import_scratch *s, struct hub *hub,
	struct diag *why) WARN_UNUSED;
void import_scratch_close(struct import_scratch *s); /* twice is fine */

/* For reading and writing; what was read before is gone now and then. */
enum err import_scratch_txn(
	struct import_scratch *s, struct txn **out) WARN_UNUSED;

struct import_world {
	struct hub *hub;
	struct import_scratch overlay; /* dry run only */
};

static inline bool world_is_dry(const struct import_world *w)
{
	return w->overlay.store != NULL;
}

/* The transaction that takes writes. */
enum err world_write(struct import_world *w, struct txn **out) WARN_UNUSED;

/* ERR_NOT_FOUND, ERR_CORRUPT; borrowed until the next write. */
enum err world_entity(struct import_world *w, enum entity_kind kind,
	struct str external_id, struct entity_row *out) WARN_UNUSED;

/* Also ERR_CONFLICT: several bear the external id. */
enum err world_document(struct import_world *w, enum export_entity entity,
	struct str reference, struct document_row *out) WARN_UNUSED;
enum err world_document_by_external_id(struct import_world *w,
	enum export_entity entity, struct str external_id,
	struct document_row *out) WARN_UNUSED;

#endif
