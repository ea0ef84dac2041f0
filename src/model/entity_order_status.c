/* ORDER_STATUS: facts.md 6.11, contract 4.10. */
#include "entity_private.h"

/* clang-format off */
static const struct entity_field fields[] = {
	/* key               aliases                  labels               create  update  edit type */
	FIELD("orderReference",  "reference",             "Order Reference",   EITHER, EITHER, NO,  ENTITY_ID),
	FIELD("orderExternalId", "externalId",            "Order External Id", EITHER, EITHER, NO,  ENTITY_ID),
	FIELD("orderStatus",     "status",                "Order Status",      REQ,    REQ,    YES, ENTITY_STATUS),
};
/* clang-format on */

const struct entity_table entity_order_status = {
	.kind = ENTITY_ORDER_STATUS,
	ENTITY_TOP(fields),
	.document = true,
	.note = "Moves an order that exists; the reference wins over the "
		"external id. A move back is refused. As XML: "
		"`<OrderStatuses><OrderStatus><orderReference/>"
		"<orderExternalId/><status/></OrderStatus>...`. Kept under "
		"`/v1/orders`.",
};
