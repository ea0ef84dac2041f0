#include "key.h"

#include <endian.h>

#include "sluice/base/crypto.h"

static void add(struct key *k, const void *data, size_t len)
{
	if (len > KEY_MAX - k->len)
		len = KEY_MAX - k->len;
	if (len > 0)
		memcpy(k->bytes + k->len, data, len);
	k->len += len;
}

static void add_u8(struct key *k, unsigned n)
{
	uint8_t byte = (uint8_t)n;

	add(k, &byte, 1);
}

static void add_u64(struct key *k, uint64_t n)
{
	n = htobe64(n);
	add(k, &n, sizeof n);
}

/* Signed times sort right when the sign bit is turned. */
static void add_time(struct key *k, int64_t ms)
{
	add_u64(k, (uint64_t)ms ^ (UINT64_C(1) << 63));
}

static void add_str(struct key *k, struct str s)
{
	add(k, s.ptr, s.len);
}

int key_compare(struct str a, struct str b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	int c = n > 0 ? memcmp(a.ptr, b.ptr, n) : 0;

	return c != 0 ? c : (a.len > b.len) - (a.len < b.len);
}

struct key key_bytes(const void *data, size_t len)
{
	struct key k;

	k.len = 0;
	add(&k, data, len);
	return k;
}

struct key key_text(struct str text)
{
	return key_bytes(text.ptr, text.len);
}

struct key key_uuid(struct uuid id)
{
	return key_bytes(id.bytes, sizeof id.bytes);
}

struct key key_join(const struct key *prefix, const void *tail, size_t len)
{
	struct key k = key_bytes(prefix->bytes, prefix->len);

	add(&k, tail, len);
	return k;
}

struct text_hash text_hash(struct str text)
{
	uint8_t full[SHA256_SIZE];
	struct text_hash hash;

	crypto_sha256(text, full);
	memcpy(hash.bytes, full, sizeof hash.bytes);
	return hash;
}

static struct key key_u8(unsigned n)
{
	struct key k;

	k.len = 0;
	add_u8(&k, n);
	return k;
}

/* --- entities and documents ----------------------------------------------- */

struct key key_entity(enum entity_kind kind, struct str external_id)
{
	struct key k = key_u8(kind);

	add_str(&k, external_id);
	return k;
}

struct key key_document(enum export_entity entity, struct str reference)
{
	struct key k = key_u8(entity);

	add_str(&k, reference);
	return k;
}

static struct key with_time(struct key k, int64_t ms, struct str reference)
{
	add_time(&k, ms);
	add_str(&k, reference);
	return k;
}

static struct str tail_of(struct str key, size_t from)
{
	return key.len < from ? (struct str){ "", 0 }
			      : (struct str){ key.ptr + from, key.len - from };
}

struct key key_document_time_prefix(enum export_entity entity)
{
	return key_u8(entity);
}

struct key key_document_time(
	enum export_entity entity, int64_t ms, struct str reference)
{
	return with_time(key_document_time_prefix(entity), ms, reference);
}

struct str key_document_time_reference(struct str key)
{
	return tail_of(key, 1 + 8);
}

struct key key_document_status_prefix(
	enum export_entity entity, status_index status)
{
	struct key k = key_u8(entity);

	add_u8(&k, status);
	return k;
}

struct key key_document_status(enum export_entity entity, status_index status,
	int64_t ms, struct str reference)
{
	return with_time(
		key_document_status_prefix(entity, status), ms, reference);
}

struct str key_document_status_reference(struct str key)
{
	return tail_of(key, 2 + 8);
}

struct key key_document_store_prefix(
	struct text_hash store, enum export_entity entity)
{
	struct key k = key_bytes(store.bytes, sizeof store.bytes);

	add_u8(&k, entity);
	return k;
}

struct key key_document_store(struct text_hash store, enum export_entity entity,
	int64_t ms, struct str reference)
{
	return with_time(
		key_document_store_prefix(store, entity), ms, reference);
}

struct str key_document_store_reference(struct str key)
{
	return tail_of(key, TEXT_HASH_SIZE + 1 + 8);
}

struct key key_document_store_status_prefix(
	struct text_hash store, enum export_entity entity, status_index status)
{
	struct key k = key_document_store_prefix(store, entity);

	add_u8(&k, status);
	return k;
}

struct key key_document_store_status(struct text_hash store,
	enum export_entity entity, status_index status, int64_t ms,
	struct str reference)
{
	return with_time(
		key_document_store_status_prefix(store, entity, status), ms,
		reference);
}

struct str key_document_store_status_reference(struct str key)
{
	return tail_of(key, TEXT_HASH_SIZE + 2 + 8);
}

struct key key_document_external_prefix(
	enum export_entity entity, struct str external_id)
{
	struct text_hash hash = text_hash(external_id);
	struct key k = key_u8(entity);

	add(&k, hash.bytes, sizeof hash.bytes);
	return k;
}

struct key key_document_external(
	enum export_entity entity, struct str external_id, struct str reference)
{
	struct key k = key_document_external_prefix(entity, external_id);

	add_str(&k, reference);
	return k;
}

struct str key_document_external_reference(struct str key)
{
	return tail_of(key, 1 + TEXT_HASH_SIZE);
}

/* --- exports -------------------------------------------------------------- */

struct key key_export_state(enum export_state state)
{
	return key_u8(state);
}

struct key key_export_job_state(struct uuid job_id, enum export_state state)
{
	struct key k = key_uuid(job_id);

	add_u8(&k, state);
	return k;
}

/* The length in front keeps "A" and "AB" apart without a terminator. */
struct key key_export_reference(struct str reference)
{
	struct key k = key_u8((unsigned)reference.len);

	add_str(&k, reference);
	return k;
}

struct key key_export_store(struct text_hash store)
{
	return key_bytes(store.bytes, sizeof store.bytes);
}

struct key key_export_store_state(
	struct text_hash store, enum export_state state)
{
	struct key k = key_export_store(store);

	add_u8(&k, state);
	return k;
}

struct key key_with_id(struct key prefix, struct uuid id)
{
	add(&prefix, id.bytes, sizeof id.bytes);
	return prefix;
}

bool key_take_id(struct str key, struct uuid *id)
{
	if (key.len < sizeof id->bytes)
		return false;
	memcpy(id->bytes, key.ptr + key.len - sizeof id->bytes,
		sizeof id->bytes);
	return true;
}

struct key key_export_due(struct uuid client_id, int64_t due_ms, struct uuid id)
{
	struct key k = key_uuid(client_id);

	add_time(&k, due_ms);
	add(&k, id.bytes, sizeof id.bytes);
	return k;
}

bool key_read_due(struct str key, struct uuid *client_id, int64_t *due_ms,
	struct uuid *id)
{
	uint64_t n;

	if (key.len != 16 + 8 + 16)
		return false;
	memcpy(client_id->bytes, key.ptr, 16);
	memcpy(&n, key.ptr + 16, sizeof n);
	*due_ms = (int64_t)(be64toh(n) ^ (UINT64_C(1) << 63));
	return key_take_id(key, id);
}

struct key key_numbered(struct uuid id, uint32_t number)
{
	struct key k = key_uuid(id);

	number = htobe32(number);
	add(&k, &number, sizeof number);
	return k;
}

bool key_read_number(struct str key, uint32_t *number)
{
	if (key.len != 16 + sizeof *number)
		return false;
	memcpy(number, key.ptr + 16, sizeof *number);
	*number = be32toh(*number);
	return true;
}

struct key key_once(struct uuid job_id, enum export_entity entity,
	status_index status, struct str reference)
{
	struct key k = key_uuid(job_id);

	add_u8(&k, entity);
	add_u8(&k, status);
	add_str(&k, reference);
	return k;
}

/* --- executions ----------------------------------------------------------- */

struct key key_execution_state(enum execution_state state)
{
	return key_u8(state);
}

struct key key_execution_job_state(
	struct uuid job_id, enum execution_state state)
{
	struct key k = key_uuid(job_id);

	add_u8(&k, state);
	return k;
}

/* --- ranges --------------------------------------------------------------- */

struct key key_after_prefix(const struct key *prefix)
{
	struct key k = *prefix;

	while (k.len > 0 && k.bytes[k.len - 1] == 0xff)
		k.len--;
	if (k.len > 0)
		k.bytes[k.len - 1]++;
	return k;
}

struct range range_of_prefix(const struct key *prefix)
{
	return (struct range){ *prefix, key_after_prefix(prefix) };
}

/* Ids have 48 bits of time. */
#define ID_TIME_MAX ((INT64_C(1) << 48) - 1)

struct range range_of_ids(
	const struct key *prefix, int64_t from_ms, int64_t to_ms)
{
	struct range r = range_of_prefix(prefix);

	if (from_ms < 0)
		from_ms = 0;
	if (from_ms > ID_TIME_MAX || to_ms <= from_ms) {
		r.hi = r.lo = key_with_id(*prefix, uuid_floor(0));
		return r;
	}
	r.lo = key_with_id(*prefix, uuid_floor(from_ms));
	if (to_ms <= ID_TIME_MAX)
		r.hi = key_with_id(*prefix, uuid_floor(to_ms));
	return r;
}
