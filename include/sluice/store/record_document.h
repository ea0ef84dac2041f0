/* Orders and incidents: the document in normal form and its indexes (created,
 * updated, status, store, external id). */
#ifndef SLUICE_STORE_RECORD_DOCUMENT_H
#define SLUICE_STORE_RECORD_DOCUMENT_H

#include "sluice/model/document.h"
#include "sluice/store/page.h"
#include "sluice/store/store.h"

/* The row as stored; texts borrowed until the next write or end of turn. */
struct document_row {
	enum export_entity entity;
	struct str reference;
	struct str external_id; /* "" when it has none */
	status_index status;
	struct str supplier_external_id, store_external_id, order_reference;
	int64_t created_at, updated_at;
	struct str text; /* document_to_text() */
};

/* Inserts or replaces, with indexes. */
enum err record_document_put(
	struct txn *t, const struct document_row *row) WARN_UNUSED;

/* ERR_NOT_FOUND, ERR_CORRUPT. */
enum err record_document_get(struct txn *t, enum export_entity entity,
	struct str reference, struct document_row *out) WARN_UNUSED;

/* By the external id, which others gave it.  ERR_NOT_FOUND, ERR_CORRUPT;
 * ERR_CONFLICT when several documents bear it.  out->reference is borrowed,
 * too. */
enum err record_document_find_external(struct txn *t, enum export_entity entity,
	struct str external_id, struct document_row *out) WARN_UNUSED;

enum document_sort {
	SORT_CREATED_AT,
	SORT_UPDATED_AT,
	SORT_REFERENCE
};

struct document_filter {
	enum export_entity entity;
	bool by_status;
	status_index status;
	struct str reference_prefix; /* len 0: all */
	struct store_scope scope;
	enum document_sort sort;
};

enum err record_document_list(struct txn *t,
	const struct document_filter *filter, struct page *page,
	bool (*each)(void *arg, const struct document_row *row),
	void *arg) WARN_UNUSED;

uint64_t record_document_count(struct txn *t, enum export_entity entity);

#endif
