/* Rows to store, with what every test would fill in the same way. */
#ifndef TEST_STORE_ROWS_H
#define TEST_STORE_ROWS_H

#include "fixture.h"
#include "sluice/store/record_document.h"
#include "sluice/store/record_export.h"

static inline struct export rows_export(struct uuid id, const char *reference)
{
	return (struct export){ .id = id,
		.job_id = fixture_id(1, 1),
		.client_id = fixture_id(1, 2),
		.job_name = STR("orders-to-erp"),
		.entity = EXPORT_ORDER,
		.reference = str_of(reference),
		.trigger_status = 3,
		.supplier_external_id = STR("SUP-1"),
		.state = EXPORT_PENDING,
		.format = FORMAT_XML,
		.created_at = uuid_time(id),
		.updated_at = uuid_time(id),
		.next_attempt_at = uuid_time(id),
		.retries_left = 5,
		.retry = { 5, 900 },
		.folder = STR("/out"),
		.file_name = STR("172-1.xml"),
		.payload_size = 4096 };
}

static inline struct document_row rows_document(
	const char *reference, int64_t created_at)
{
	return (struct document_row){ .entity = EXPORT_ORDER,
		.reference = str_of(reference),
		.status = 2,
		.supplier_external_id = STR("SUP-1"),
		.created_at = created_at,
		.updated_at = created_at,
		.text = STR("{\"reference\":\"1\"}") };
}

#endif
