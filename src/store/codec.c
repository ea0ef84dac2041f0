#include "codec.h"

/* --- exports -------------------------------------------------------------- */

struct str export_encode(struct buf *out, const struct export *x)
{
	pack_begin(out, 1);
	pack_uuid(out, x->job_id);
	pack_uuid(out, x->client_id);
	pack_u8(out, x->entity);
	pack_u8(out, x->trigger_status);
	pack_u8(out, x->state);
	pack_u8(out, x->format);
	pack_u8(out, x->create_folder);
	pack_time(out, x->created_at);
	pack_time(out, x->updated_at);
	pack_time(out, x->next_attempt_at);
	pack_u32(out, x->attempts);
	pack_u32(out, x->retries_left);
	pack_u32(out, x->retry.max_retries);
	pack_u32(out, x->retry.interval_seconds);
	pack_u64(out, x->payload_size);
	pack_str(out, x->job_name);
	pack_str(out, x->reference);
	pack_str(out, x->supplier_external_id);
	pack_str(out, x->store_external_id);
	pack_str(out, x->folder);
	pack_str(out, x->file_name);
	pack_str(out, x->message);
	return pack_end(out, TABLE_EXPORT);
}

static void export_read_numbers(struct unpack *u, struct export *out)
{
	out->job_id = unpack_uuid(u);
	out->client_id = unpack_uuid(u);
	out->entity = unpack_enum(u, EXPORT_ENTITY_COUNT);
	out->trigger_status = unpack_u8(u);
	out->state = unpack_enum(u, EXPORT_STATE_COUNT);
	out->format = unpack_enum(u, FORMAT_COUNT);
	out->create_folder = unpack_enum(u, 2);
	out->created_at = unpack_time(u);
	out->updated_at = unpack_time(u);
	out->next_attempt_at = unpack_time(u);
	out->attempts = unpack_u32(u);
	out->retries_left = unpack_u32(u);
	out->retry.max_retries = unpack_u32(u);
	out->retry.interval_seconds = unpack_u32(u);
	out->payload_size = unpack_u64(u);
}

bool export_decode(struct str record, struct uuid id, struct export *out)
{
	struct unpack u;

	if (unpack_begin(&u, TABLE_EXPORT, record, 1) == 0)
		return false;
	*out = (struct export){ .id = id };
	export_read_numbers(&u, out);
	out->job_name = unpack_str(&u);
	out->reference = unpack_str(&u);
	out->supplier_external_id = unpack_str(&u);
	out->store_external_id = unpack_str(&u);
	out->folder = unpack_str(&u);
	out->file_name = unpack_str(&u);
	out->message = unpack_str(&u);
	return unpack_end(&u);
}

struct str attempt_encode(struct buf *out, const struct export_attempt *a)
{
	pack_begin(out, 1);
	pack_time(out, a->started_at);
	pack_time(out, a->finished_at);
	pack_u8(out, a->outcome);
	pack_u16(out, a->http_status);
	pack_u64(out, a->bytes);
	pack_str(out, a->code);
	pack_str(out, a->message);
	pack_str(out, a->remote_path);
	return pack_end(out, TABLE_EXPORT_ATTEMPT);
}

bool attempt_decode(
	struct str record, uint32_t number, struct export_attempt *out)
{
	struct unpack u;

	if (unpack_begin(&u, TABLE_EXPORT_ATTEMPT, record, 1) == 0)
		return false;
	*out = (struct export_attempt){ .number = number };
	out->started_at = unpack_time(&u);
	out->finished_at = unpack_time(&u);
	out->outcome = unpack_enum(&u, ATTEMPT_UNKNOWN + 1);
	out->http_status = unpack_u16(&u);
	out->bytes = unpack_u64(&u);
	out->code = unpack_str(&u);
	out->message = unpack_str(&u);
	out->remote_path = unpack_str(&u);
	return unpack_end(&u);
}

struct str blob_encode(struct buf *out, enum table table, struct str bytes)
{
	pack_begin(out, 1);
	pack_str(out, bytes);
	return pack_end(out, table);
}

bool blob_decode(struct str record, enum table table, struct str *bytes)
{
	struct unpack u;

	if (unpack_begin(&u, table, record, 1) == 0)
		return false;
	*bytes = unpack_str(&u);
	return unpack_end(&u);
}

/* --- documents ------------------------------------------------------------ */

/* Version 1 knew no external id. */
#define DOCUMENT_VERSION 2

/* The text stands last, so that the head of a row is read without it. */
struct str document_encode(struct buf *out, const struct document_row *row)
{
	pack_begin(out, DOCUMENT_VERSION);
	pack_u8(out, row->status);
	pack_time(out, row->created_at);
	pack_time(out, row->updated_at);
	pack_str(out, row->supplier_external_id);
	pack_str(out, row->store_external_id);
	pack_str(out, row->order_reference);
	pack_str(out, row->external_id);
	pack_str(out, row->text);
	return pack_end(out, TABLE_DOCUMENT);
}

/* version 0: damaged. */
static bool document_read_head(struct unpack *u, unsigned version,
	struct str key, struct document_row *out)
{
	if (version == 0 || key.len < 1 ||
		(uint8_t)key.ptr[0] >= EXPORT_ENTITY_COUNT)
		return false;
	*out = (struct document_row){
		.entity = (enum export_entity)key.ptr[0],
		.reference = { key.ptr + 1, key.len - 1 },
		.external_id = STR(""),
	};
	out->status = unpack_u8(u);
	out->created_at = unpack_time(u);
	out->updated_at = unpack_time(u);
	out->supplier_external_id = unpack_str(u);
	out->store_external_id = unpack_str(u);
	out->order_reference = unpack_str(u);
	if (version >= 2)
		out->external_id = unpack_str(u);
	return !u->bad;
}

bool document_decode(
	struct str record, struct str key, struct document_row *out)
{
	struct unpack u;
	unsigned version =
		unpack_begin(&u, TABLE_DOCUMENT, record, DOCUMENT_VERSION);

	if (!document_read_head(&u, version, key, out))
		return false;
	out->text = unpack_str(&u);
	return unpack_end(&u);
}

bool document_peek(struct str record, struct str key, struct document_row *out)
{
	struct unpack u;
	unsigned version = unpack_peek(&u, record, DOCUMENT_VERSION);

	return document_read_head(&u, version, key, out);
}

/* --- entities ------------------------------------------------------------- */

struct str entity_encode(struct buf *out, const struct entity_row *row)
{
	pack_begin(out, 1);
	pack_time(out, row->created_at);
	pack_time(out, row->updated_at);
	pack_uuid(out, row->execution_id);
	pack_str(out, row->name);
	pack_str(out, row->store_ids);
	pack_str(out, row->text);
	return pack_end(out, TABLE_ENTITY);
}

static bool entity_read_head(
	struct unpack *u, struct str key, struct entity_row *out)
{
	if (key.len < 1 || (uint8_t)key.ptr[0] >= ENTITY_KIND_COUNT)
		return false;
	*out = (struct entity_row){
		.kind = (enum entity_kind)key.ptr[0],
		.external_id = { key.ptr + 1, key.len - 1 },
	};
	out->created_at = unpack_time(u);
	out->updated_at = unpack_time(u);
	out->execution_id = unpack_uuid(u);
	out->name = unpack_str(u);
	out->store_ids = unpack_str(u);
	return !u->bad;
}

bool entity_decode(struct str record, struct str key, struct entity_row *out)
{
	struct unpack u;

	if (unpack_begin(&u, TABLE_ENTITY, record, 1) == 0 ||
		!entity_read_head(&u, key, out))
		return false;
	out->text = unpack_str(&u);
	return unpack_end(&u);
}

bool entity_peek(struct str record, struct str key, struct entity_row *out)
{
	struct unpack u;

	return unpack_peek(&u, record, 1) != 0 &&
	       entity_read_head(&u, key, out);
}

/* --- API keys ------------------------------------------------------------- */

struct str api_key_encode(struct buf *out, const struct api_key *k)
{
	pack_begin(out, 1);
	pack_u8(out, k->role);
	pack_bytes(out, k->hash, sizeof k->hash);
	pack_time(out, k->created_at);
	pack_time(out, k->last_used_at);
	pack_str(out, k->stores);
	return pack_end(out, TABLE_API_KEY);
}

bool api_key_decode(struct str record, struct str name, struct api_key *out)
{
	struct unpack u;

	if (unpack_begin(&u, TABLE_API_KEY, record, 1) == 0)
		return false;
	*out = (struct api_key){ .name = name };
	out->role = unpack_enum(&u, ROLE_ADMIN + 1);
	unpack_bytes(&u, out->hash, sizeof out->hash);
	out->created_at = unpack_time(&u);
	out->last_used_at = unpack_time(&u);
	out->stores = unpack_str(&u);
	return unpack_end(&u);
}
