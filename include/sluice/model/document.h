/* An order or incident as the hub keeps it: the document, checked and in
 * normal form, with the few fields that the hub itself looks at.
 *
 * Shape and field types come from one table per entity (model/document_order.c,
 * model/document_incident.c): it drives checking, the JSON, XML and CSV forms
 * and docs/orders.md.  Normal form: only known keys, booleans as JSON
 * booleans, times as contract's `...sssZ` strings, amounts as JSON reals,
 * counts as JSON integers, aliases resolved, keys in table order, absent keys
 * absent. */
#ifndef SLUICE_MODEL_DOCUMENT_H
#define SLUICE_MODEL_DOCUMENT_H

#include <jansson.h>
#include <stdint.h>

#include "sluice/base/buf.h"
#include "sluice/base/err.h"
#include "sluice/model/fault.h"
#include "sluice/model/status.h"

#define REFERENCE_MAX 255 /* bytes of an external id or reference */

struct document {
	enum export_entity entity;
	const char *reference;   /* order reference or orderIncidentId */
	const char *external_id; /* externalId or orderIncidentExternalId, or
				    "" */
	status_index status;
	const char *supplier_external_id; /* "" when the document has none */
	const char *store_external_id;    /* "" when it has none */
	const char *order_reference;      /* incidents: theirs, else "" */
	int64_t created_at, updated_at;   /* ms; the document's own */
	json_t *body;                     /* owned; normal form, incl. status,
					     createdAt, updatedAt, and for
					     orders storeExternalId and
					     leadTimeToShip where given */
};

/* Reads an incoming body (contract 2.3: collections wrapped as in seed 002,
 * booleans as booleans or strings, times in either form, unknown fields are
 * faults).  `reference` is the id in the path, or NULL when only the body
 * names it (bulk); when both do they must agree.  `old` (or NULL) lends status
 * and createdAt where the body has none; updatedAt is the body's or `now_ms`.
 * Collects every fault; returns NULL when there was one.  The caller owns the
 * result (document_destroy).  No regression check here: see status.h. */
struct document *document_from_json(enum export_entity entity,
	const json_t *body, const char *reference, const struct document *old,
	int64_t now_ms, struct faults *faults);

/* The stored text back into a document; ERR_CORRUPT when it isn't one. */
enum err document_from_text(enum export_entity entity, struct str text,
	struct document **out) WARN_UNUSED;

/* The normal form as compact JSON: what is stored and what GET answers. */
void document_to_text(const struct document *d, struct buf *out);

/* Moves the status and stamps updatedAt. */
void document_set_status(
	struct document *d, status_index status, int64_t now_ms);

void document_destroy(struct document *d); /* NULL is fine */

/* Largest size of a document's normal form in bytes. */
#define DOCUMENT_MAX (8u << 20)

#endif
