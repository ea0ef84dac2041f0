/* Records back into structs.  Pure: bytes in, a struct that borrows from them
 * out, or false when the bytes are not a whole, unharmed record.  They get
 * whatever the disk gives (tests/fuzz/fuzz_record.c). */
#ifndef STORE_CODEC_H
#define STORE_CODEC_H

#include "pack.h"
#include "sluice/model/api_key.h"
#include "sluice/store/record_document.h"
#include "sluice/store/record_entity.h"
#include "sluice/store/record_execution.h"
#include "sluice/store/record_import_job.h"

struct str export_encode(struct buf *out, const struct export *x);
bool export_decode(struct str record, struct uuid id, struct export *out);

struct str attempt_encode(struct buf *out, const struct export_attempt *a);
bool attempt_decode(
	struct str record, uint32_t number, struct export_attempt *out);

/* One run of bytes: payloads. */
struct str blob_encode(struct buf *out, enum table table, struct str bytes);
bool blob_decode(struct str record, enum table table, struct str *bytes);

struct str document_encode(struct buf *out, const struct document_row *row);
/* `entity` and `reference` come from the key.  peek: no checksum, no text. */
bool document_decode(
	struct str record, struct str key, struct document_row *out);
bool document_peek(struct str record, struct str key, struct document_row *out);

struct str entity_encode(struct buf *out, const struct entity_row *row);
bool entity_decode(struct str record, struct str key, struct entity_row *out);
bool entity_peek(struct str record, struct str key, struct entity_row *out);

struct str execution_encode(struct buf *out, const struct execution *x);
bool execution_decode(struct str record, struct uuid id, struct execution *out);

struct str reject_encode(struct buf *out, const struct reject *r);
bool reject_decode(struct str record, struct reject *out);

struct str file_move_encode(struct buf *out, const struct file_move *m);
bool file_move_decode(struct str record, struct uuid id, struct file_move *out);

struct str job_state_encode(struct buf *out, const struct import_job_state *s);
bool job_state_decode(struct str record, struct import_job_state *out);

struct str api_key_encode(struct buf *out, const struct api_key *k);
bool api_key_decode(struct str record, struct str name, struct api_key *out);

#endif
