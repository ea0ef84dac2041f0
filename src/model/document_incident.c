/* The incident: seed 003 as a table, plus the hub's own updatedAt and
 * storeExternalId. */
#include "field.h"

static const struct field line_fields[] = {
	ID("orderLineId", ALWAYS),
	ID("orderLineExternalId", ALWAYS),
	STATUS("incidentLineStatus", ALWAYS),
	ID("variantExternalId", ALWAYS),
	COUNT("incidentLineQuantity", ALWAYS),
};

static const struct field incident_fields[] = {
	REQUIRED_ID("orderIncidentId", ALWAYS),
	ID("orderIncidentExternalId", ALWAYS),
	ID("orderReference", ALWAYS),
	TIME_S("createdAt", ALWAYS),
	TIME("updatedAt", NOT_EXPORTED),
	STATUS("incidentStatus", ALWAYS),
	TEXT("reasonCode", ALWAYS),
	TEXT("reasonDescription", ALWAYS),
	ID("supplierExternalId", ALWAYS),
	ID("accountExternalId", ALWAYS),
	ARRAY("orderLineIncident", ALWAYS, line_fields),
	ID("storeExternalId", NOT_EXPORTED),
};

const struct document_kind document_incident = {
	.entity = EXPORT_INCIDENT,
	.root = "Incident",
	FIELD_INSIDE(incident_fields),
	.reference_key = "orderIncidentId",
	.external_key = "orderIncidentExternalId",
	.status_key = "incidentStatus",
	.supplier_key = "supplierExternalId",
	.order_key = "orderReference",
	.rows_key = "orderLineIncident",
	.rows_prefix = "orderLineIncident",
};
