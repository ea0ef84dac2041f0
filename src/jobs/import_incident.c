/* INCIDENT and ORDER_STATUS: a status moves, or that of a line. */
#include "import_group.h"

/* --- ORDER_STATUS --------------------------------------------------------- */

/* The status is all. */
static bool apply_nothing(struct import_apply *a, const json_t *normal)
{
	(void)a;
	(void)normal;
	return false;
}

const struct import_document_kind import_kind_order_status = {
	.apply = apply_nothing,
	.status_key = "orderStatus",
	.body_status_key = "status",
	.lines_key = "lines",
	.lines_item = "line",
	.line_id_key = "id",
	.line_external_key = "externalId",
};

/* --- INCIDENT ------------------------------------------------------------- */

#define LINES       "orderLineIncident"
#define LINE_ID     "orderLineId"
#define LINE_OTHER  "orderLineExternalId"
#define LINE_STATUS "incidentLineStatus"

static json_t *line_of(struct import_apply *a, const json_t *given)
{
	return import_line(a->group, json_object_get(given, LINE_ID),
		json_object_get(given, LINE_OTHER));
}

static status_index line_status(const json_t *line)
{
	const char *name =
		json_string_value(json_object_get(line, LINE_STATUS));
	status_index status;

	return name != NULL && status_parse(
				       EXPORT_INCIDENT, str_of(name), &status)
		       ? status
		       : STATUS_NONE;
}

static void check_line(
	struct import_apply *a, struct import_row *row, const json_t *given)
{
	const json_t *line = line_of(a, given);
	const char *key =
		json_object_get(given, LINE_ID) != NULL ? LINE_ID : LINE_OTHER;
	status_index from = line_status(line), to = line_status(given);

	if (line == NULL)
		import_row_fault(row, ENTITY_INCIDENT, key, FAULT_NO_REF,
			arena_printf(row->faults->arena,
				"At least one %s does not exist in Djust "
				"system : %s with type EXTERNAL_ID",
				key,
				json_string_value(
					json_object_get(given, key))));
	else if (from != STATUS_NONE && to != STATUS_NONE &&
		 status_is_regression(EXPORT_INCIDENT, from, to))
		import_row_fault(row, ENTITY_INCIDENT, LINE_STATUS, FAULT_ENUM,
			arena_printf(row->faults->arena,
				"the line is %s and can't go back to %s",
				status_name(EXPORT_INCIDENT, from),
				status_name(EXPORT_INCIDENT, to)));
}

static void check_incident(
	struct import_apply *a, struct import_row *row, const json_t *normal)
{
	size_t i;
	json_t *given;

	json_array_foreach (json_object_get(normal, LINES), i, given) {
		check_line(a, row, given);
	}
}

static bool apply_incident(struct import_apply *a, const json_t *normal)
{
	static const char external[] = "orderIncidentExternalId";
	json_t *value = json_object_get(normal, external), *given;
	bool changed = false;
	size_t i;

	if (value != NULL)
		changed = import_set(
			a->group->body, external, json_incref(value));
	json_array_foreach (json_object_get(normal, LINES), i, given) {
		json_t *line = line_of(a, given);

		if (line != NULL)
			changed |= import_set(line, LINE_STATUS,
				json_incref(
					json_object_get(given, LINE_STATUS)));
	}
	return changed;
}

const struct import_document_kind import_kind_incident = {
	.check = check_incident,
	.apply = apply_incident,
	.status_key = "incidentStatus",
	.body_status_key = "incidentStatus",
	.lines_key = LINES,
	.line_id_key = LINE_ID,
	.line_external_key = LINE_OTHER,
};
