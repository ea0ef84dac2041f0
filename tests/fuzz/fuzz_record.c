/* Any bytes as a stored record of any kind: refused, or read within its bounds
 * and written again to the very same bytes.
 *
 * The first byte chooses the kind and whether the checksum is made to fit; the
 * rest is the record, without checksum in the latter case. */
#include <stdlib.h>

#include "../../src/store/codec.h"
#include "sluice/base/must.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void same(struct str record, struct str again)
{
	must(str_eq(record, again));
}

static void try_export(struct str record, struct buf *out)
{
	struct export x;

	if (export_decode(record, (struct uuid){ { 1 } }, &x))
		same(record, export_encode(out, &x));
}

static void try_attempt(struct str record, struct buf *out)
{
	struct export_attempt a;

	if (attempt_decode(record, 1, &a))
		same(record, attempt_encode(out, &a));
}

static void try_payload(struct str record, struct buf *out)
{
	struct str bytes;

	if (blob_decode(record, TABLE_EXPORT_PAYLOAD, &bytes))
		same(record, blob_encode(out, TABLE_EXPORT_PAYLOAD, bytes));
}

static void try_document(struct str record, struct buf *out)
{
	struct document_row row, head;

	if (document_decode(record, STR("\1ref"), &row)) {
		must(document_peek(record, STR("\1ref"), &head));
		/* What an older version wrote comes out in today's form. */
		if (record.ptr[0] == 2)
			same(record, document_encode(out, &row));
	}
	/* Without a checksum only the bounds protect. */
	if (document_peek(record, STR("\1ref"), &head))
		buf_str(out, head.order_reference);
}

static void try_entity(struct str record, struct buf *out)
{
	struct entity_row row, head;

	if (entity_decode(record, STR("\1id"), &row))
		same(record, entity_encode(out, &row));
	if (entity_peek(record, STR("\1id"), &head))
		buf_str(out, head.store_ids);
}

static void try_api_key(struct str record, struct buf *out)
{
	struct api_key k;

	if (api_key_decode(record, STR("name"), &k))
		same(record, api_key_encode(out, &k));
}

static void try_execution(struct str record, struct buf *out)
{
	struct execution x;

	if (execution_decode(record, (struct uuid){ { 1 } }, &x))
		same(record, execution_encode(out, &x));
}

static void try_reject(struct str record, struct buf *out)
{
	struct reject r;

	if (reject_decode(record, &r))
		same(record, reject_encode(out, &r));
}

static void try_file_move(struct str record, struct buf *out)
{
	struct file_move m;

	if (file_move_decode(record, (struct uuid){ { 1 } }, &m))
		same(record, file_move_encode(out, &m));
}

static void try_job_state(struct str record, struct buf *out)
{
	struct import_job_state s;

	if (job_state_decode(record, &s))
		same(record, job_state_encode(out, &s));
}

static const struct {
	enum table table;
	void (*try)(struct str record, struct buf *out);
} kinds[] = {
	{ TABLE_EXPORT, try_export },
	{ TABLE_EXPORT_ATTEMPT, try_attempt },
	{ TABLE_EXPORT_PAYLOAD, try_payload },
	{ TABLE_DOCUMENT, try_document },
	{ TABLE_ENTITY, try_entity },
	{ TABLE_API_KEY, try_api_key },
	{ TABLE_EXECUTION, try_execution },
	{ TABLE_REJECT, try_reject },
	{ TABLE_FILE_MOVE, try_file_move },
	{ TABLE_IMPORT_JOB_STATE, try_job_state },
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf sealed = buf_make(1u << 24), out = buf_make(1u << 24);
	size_t kind;
	char *copy;

	if (size < 2)
		return 0;
	kind = (data[0] & 0x7f) % ARRAY_LEN(kinds);
	pack_bytes(&sealed, data + 1, size - 1);
	if ((data[0] & 0x80) == 0)
		(void)pack_end(&sealed, kinds[kind].table);
	/* Just as large as it is, so that reading past it is noticed. */
	copy = malloc(sealed.len);
	must(copy != NULL);
	memcpy(copy, sealed.data, sealed.len);
	kinds[kind].try((struct str){ copy, sealed.len }, &out);
	free(copy);
	buf_release(&sealed);
	buf_release(&out);
	return 0;
}
