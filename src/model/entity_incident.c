/* INCIDENT: the keys of the incident export, so that its answer can come back.
 */
#include "entity_private.h"

#define STATUSES "OPEN, ON_GOING, CLOSED"

/* clang-format off */
static const struct entity_field fields[] = {
	/* key                       aliases            labels                        create  update  edit type */
	FIELD("orderIncidentId",         "incidentId",      "Order Incident Id",          EITHER, EITHER, NO,  ENTITY_ID),
	FIELD("orderIncidentExternalId", "externalId",      "Order Incident External Id", EITHER, EITHER, YES, ENTITY_ID),
	FIELD("incidentStatus",          "status",          "Incident Status",            OPT,    OPT,    YES, ENTITY_ENUM, NULL, STATUSES),
};

static const struct entity_field line[] = {
	/* key                   aliases   labels                    create update edit type */
	FIELD("orderLineId",         NULL,     "Order Line Id",          OPT, OPT, NO,  ENTITY_ID),
	FIELD("orderLineExternalId", NULL,     "Order Line External Id", OPT, OPT, NO,  ENTITY_ID),
	FIELD("incidentLineStatus",  NULL,     "Incident Line Status",   REQ, REQ, YES, ENTITY_ENUM, NULL, STATUSES),
};
/* clang-format on */

static void check_line(struct entity_checking *c)
{
	if (!part_given(c->item, 0) && !part_given(c->item, 1))
		rule_fault(c, c->item, 0, FAULT_MISSING,
			"Required field(s) orderLineId or orderLineExternalId "
			"is/are missing or blank");
}

/* A row says something about the incident or about a line of it. */
static void check(struct entity_checking *c)
{
	if (c->top->list.form == NORM_NONE)
		rule_require(c, c->top, 2);
}

const struct entity_table entity_incident = {
	.kind = ENTITY_INCIDENT,
	ENTITY_TOP(fields),
	ENTITY_ITEM(line),
	.list_key = "orderLineIncident",
	.document = true,
	.check = check,
	.check_item = check_line,
	.note = "Moves the status of an incident that exists, or of its lines, "
		"or both. Kept under `/v1/incidents`.",
};
