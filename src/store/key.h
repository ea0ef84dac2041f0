/* Keys: one function per table, so that the layout of each stands in one
 * place (key.c) and nowhere else.  Integers are big-endian: key order is
 * number order, and time order. */
#ifndef STORE_KEY_H
#define STORE_KEY_H

#include "sluice/base/uuid.h"
#include "sluice/model/document.h"
#include "sluice/model/entity.h"
#include "sluice/model/execution.h"
#include "sluice/model/export.h"

/* LMDB allows 511.  The longest of ours is document_store_status_*: 281. */
#define KEY_MAX 304

/* Stores and external ids appear in index keys by a hash: two names of 255
 * bytes don't fit. */
#define TEXT_HASH_SIZE 16

struct key {
	size_t len; /* 0 as an upper bound: no bound */
	uint8_t bytes[KEY_MAX];
};

struct text_hash {
	uint8_t bytes[TEXT_HASH_SIZE];
};
struct text_hash text_hash(struct str text);

static inline struct str key_view(const struct key *k)
{
	return (struct str){ (const char *)k->bytes, k->len };
}

int key_compare(struct str a, struct str b);

/* Anything that is longer than KEY_MAX is cut; callers check first. */
struct key key_text(struct str text);
struct key key_bytes(const void *data, size_t len);
struct key key_uuid(struct uuid id);
struct key key_join(const struct key *prefix, const void *tail, size_t len);

struct key key_entity(enum entity_kind kind, struct str external_id);
struct key key_document(enum export_entity entity, struct str reference);

/* document_created, document_updated */
struct key key_document_time(
	enum export_entity entity, int64_t ms, struct str reference);
struct key key_document_time_prefix(enum export_entity entity);
struct str key_document_time_reference(struct str key);

/* document_status_* */
struct key key_document_status(enum export_entity entity, status_index status,
	int64_t ms, struct str reference);
struct key key_document_status_prefix(
	enum export_entity entity, status_index status);
struct str key_document_status_reference(struct str key);

/* document_store_* */
struct key key_document_store(struct text_hash store, enum export_entity entity,
	int64_t ms, struct str reference);
struct key key_document_store_prefix(
	struct text_hash store, enum export_entity entity);
struct str key_document_store_reference(struct str key);

/* document_store_status_* */
struct key key_document_store_status(struct text_hash store,
	enum export_entity entity, status_index status, int64_t ms,
	struct str reference);
struct key key_document_store_status_prefix(
	struct text_hash store, enum export_entity entity, status_index status);
struct str key_document_store_status_reference(struct str key);

/* document_external */
struct key key_document_external(enum export_entity entity,
	struct str external_id, struct str reference);
struct key key_document_external_prefix(
	enum export_entity entity, struct str external_id);
struct str key_document_external_reference(struct str key);

/* Indexes of exports: their prefix; the export's id follows in each. */
struct key key_export_state(enum export_state state);
struct key key_export_job_state(struct uuid job_id, enum export_state state);
struct key key_export_reference(struct str reference);
struct key key_export_store(struct text_hash store);
struct key key_export_store_state(
	struct text_hash store, enum export_state state);
struct key key_with_id(struct key prefix, struct uuid id);
bool key_take_id(struct str key, struct uuid *id); /* its last 16 bytes */

struct key key_export_due(
	struct uuid client_id, int64_t due_ms, struct uuid id);
bool key_read_due(struct str key, struct uuid *client_id, int64_t *due_ms,
	struct uuid *id);

/* What is numbered within a row: attempts, rejected rows, headers. */
struct key key_numbered(struct uuid id, uint32_t number);
bool key_read_number(struct str key, uint32_t *number);

struct key key_once(struct uuid job_id, enum export_entity entity,
	status_index status, struct str reference);

/* Indexes of executions: their prefix; the execution's id follows. */
struct key key_execution_state(enum execution_state state);
struct key key_execution_job_state(
	struct uuid job_id, enum execution_state state);

/* All keys that begin with `prefix`: [prefix, key_after_prefix(prefix)). */
struct key key_after_prefix(const struct key *prefix);

struct range {
	struct key lo, hi; /* [lo, hi); hi.len 0: to the end */
};
struct range range_of_prefix(const struct key *prefix);

/* Those of them whose ids, behind the prefix, were made in [from, to). */
struct range range_of_ids(
	const struct key *prefix, int64_t from_ms, int64_t to_ms);

#endif
