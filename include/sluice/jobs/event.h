/* Events: an order or incident comes in or changes its status, and exports
 * come into being (contract section 3, rules 1 and 2).
 *
 * Document, once-per-status key, export row and rendered payload are written
 * in the turn's one transaction; answer only after turn_wait().  Imports call
 * the same functions (contract 4.11). */
#ifndef SLUICE_JOBS_EVENT_H
#define SLUICE_JOBS_EVENT_H

#include <jansson.h>

#include "sluice/base/diag.h"
#include "sluice/model/document.h"
#include "sluice/store/page.h"

struct hub;
struct txn;

enum event_result {
	EVENT_CREATED,    /* 201 */
	EVENT_UPDATED,    /* 200 */
	EVENT_INVALID,    /* 400: the faults say what */
	EVENT_REGRESSION, /* 409: `why` says from what to what */
	EVENT_NOT_FOUND,  /* 404: no such document in the key's stores */
	EVENT_FORBIDDEN,  /* 403: a store outside the key's stores */
	EVENT_FAILED,     /* 500/507: `why`, from the store */
};

/* PUT: creates or replaces.  `reference` from the path, or NULL (bulk).  The
 * scope is that of the caller's key; NULL: all stores.  `stored` (may be NULL)
 * gets the normal form, for the answer. */
enum event_result event_put(struct hub *hub, enum export_entity entity,
	const json_t *body, const char *reference,
	const struct store_scope *scope, struct faults *faults,
	struct diag *why, struct buf *stored);

/* A rehearsal of event_put(): the same checks and the same answer, but nothing
 * goes out.  `overlay`, a scratch store's transaction, stands in front of the
 * store and takes the document. */
enum event_result event_try(struct hub *hub, struct txn *overlay,
	enum export_entity entity, const json_t *body, const char *reference,
	struct faults *faults, struct diag *why);

/* PATCH .../status. */
enum event_result event_set_status(struct hub *hub, enum export_entity entity,
	const char *reference, struct str status,
	const struct store_scope *scope, struct faults *faults,
	struct diag *why, struct buf *stored);

#endif
