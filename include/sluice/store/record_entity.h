/* Business entities by kind and external id (contract 2.3). */
#ifndef SLUICE_STORE_RECORD_ENTITY_H
#define SLUICE_STORE_RECORD_ENTITY_H

#include "sluice/base/uuid.h"
#include "sluice/model/entity.h"
#include "sluice/store/page.h"
#include "sluice/store/store.h"

struct entity_row {
	enum entity_kind kind;
	struct str external_id;
	struct str name;
	int64_t created_at, updated_at;
	struct uuid execution_id; /* that last wrote it; nil: by the API */
	struct str store_ids;     /* external ids joined with '\n'; "" = not
				     bound to stores */
	struct str text;          /* entity_to_text() */
};

enum err record_entity_put(
	struct txn *t, const struct entity_row *row) WARN_UNUSED;
enum err record_entity_get(struct txn *t, enum entity_kind kind,
	struct str external_id, struct entity_row *out) WARN_UNUSED;
bool record_entity_exists(
	struct txn *t, enum entity_kind kind, struct str external_id);

/* ERR_NOT_FOUND when it isn't there. */
enum err record_entity_delete(struct txn *t, enum entity_kind kind,
	struct str external_id) WARN_UNUSED;

/* The first row of the kind behind the external id `after` ("": of all), for
 * walks that write on their way or stop after a slice and go on from there:
 * keep a copy of out->external_id, which is borrowed like all texts of the
 * row.  ERR_NOT_FOUND at the end; ERR_CORRUPT: only kind and external_id are
 * set. */
enum err record_entity_next(struct txn *t, enum entity_kind kind,
	struct str after, struct entity_row *out) WARN_UNUSED;

/* By external id, rising or falling; `prefix` (len 0: all) of the id. */
enum err record_entity_list(struct txn *t, enum entity_kind kind,
	struct str prefix, const struct store_scope *scope, struct page *page,
	bool (*each)(void *arg, const struct entity_row *row),
	void *arg) WARN_UNUSED;

#endif
