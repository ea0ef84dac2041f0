#include "sluice/model/status.h"

#include "sluice/base/must.h"

/* The numbers are stored: append only. */
enum order_status {
	CREATING,
	DRAFT_ORDER,
	ORDER_DRAFT_ON_HOLD,
	BLOCKED_BY_POLICY,
	BLOCKED_BY_PAYMENT,
	ORDER_CREATED,
	WAITING_CUSTOMER_APPROVAL,
	WAITING_SUPPLIER_APPROVAL,
	DECLINED_BY_CUSTOMER,
	DECLINED_BY_SUPPLIER,
	ACCEPTED_BY_SUPPLIER,
	WAITING_FULFILLMENT,
	WAITING_SHIPMENT,
	PARTIALLY_SHIPPED,
	PARTIALLY_CANCELED,
	SHIPPED,
	INCIDENT,
	COMPLETED,
	CANCELED,
	ORDER_STATUS_COUNT
};

enum incident_status {
	OPEN,
	ON_GOING,
	CLOSED,
	INCIDENT_STATUS_COUNT
};

#define BIT(s) (UINT32_C(1) << (s))
#define END    255 /* a rank after all others */

struct status {
	const char *name, *alias;
	uint8_t rank;  /* a move to a lower rank is a regression, ... */
	uint32_t back; /* ... save to these */
	bool final;    /* nothing follows */
};

/* clang-format off */
static const struct status order_statuses[ORDER_STATUS_COUNT] = {
	[CREATING]                  = { "CREATING", NULL, 0, 0, false },
	[DRAFT_ORDER]               = { "DRAFT_ORDER", NULL, 1, 0, false },
	[ORDER_DRAFT_ON_HOLD]       = { "ORDER_DRAFT_ON_HOLD",
	                                "DRAFT_ORDER_ON_HOLD", 2, 0, false },
	/* A blocked order may be mended and validated again. */
	[BLOCKED_BY_POLICY]         = { "BLOCKED_BY_POLICY", NULL, 3,
	                                BIT(DRAFT_ORDER), false },
	[BLOCKED_BY_PAYMENT]        = { "BLOCKED_BY_PAYMENT", NULL, 4,
	                                BIT(DRAFT_ORDER), false },
	/* The payment may fail after the order was created. */
	[ORDER_CREATED]             = { "ORDER_CREATED", "CREATED", 5,
	                                BIT(BLOCKED_BY_PAYMENT), false },
	[WAITING_CUSTOMER_APPROVAL] = { "WAITING_CUSTOMER_APPROVAL", NULL, 6, 0,
	                                false },
	[WAITING_SUPPLIER_APPROVAL] = { "WAITING_SUPPLIER_APPROVAL", NULL, 7, 0,
	                                false },
	[DECLINED_BY_CUSTOMER]      = { "DECLINED_BY_CUSTOMER", NULL, END, 0,
	                                true },
	[DECLINED_BY_SUPPLIER]      = { "DECLINED_BY_SUPPLIER", NULL, END, 0,
	                                true },
	[ACCEPTED_BY_SUPPLIER]      = { "ACCEPTED_BY_SUPPLIER", NULL, 8, 0,
	                                false },
	[WAITING_FULFILLMENT]       = { "WAITING_FULFILLMENT", NULL, 9, 0,
	                                false },
	[WAITING_SHIPMENT]          = { "WAITING_SHIPMENT", NULL, 10, 0, false },
	[PARTIALLY_SHIPPED]         = { "PARTIALLY_SHIPPED", NULL, 11, 0, false },
	[PARTIALLY_CANCELED]        = { "PARTIALLY_CANCELED", NULL, 11, 0,
	                                false },
	[SHIPPED]                   = { "SHIPPED", NULL, 12, 0, false },
	[INCIDENT]                  = { "INCIDENT", NULL, 12, 0, false },
	[COMPLETED]                 = { "COMPLETED", NULL, END, 0, true },
	[CANCELED]                  = { "CANCELED", NULL, END, 0, true },
};

static const struct status incident_statuses[INCIDENT_STATUS_COUNT] = {
	[OPEN]     = { "OPEN", NULL, 0, 0, false },
	[ON_GOING] = { "ON_GOING", NULL, 1, 0, false },
	[CLOSED]   = { "CLOSED", NULL, END, 0, true },
};
/* clang-format on */

static const struct {
	const char *name;
	const struct status *statuses;
	size_t count;
	status_index start; /* of a document that names none */
	const char *names;  /* in the order of facts.md section 7 */
} entities[EXPORT_ENTITY_COUNT] = {
	[EXPORT_ORDER] = { "ORDER", order_statuses, ORDER_STATUS_COUNT,
		ORDER_DRAFT_ON_HOLD,
		"CREATING, DRAFT_ORDER, ORDER_DRAFT_ON_HOLD, "
		"BLOCKED_BY_POLICY, BLOCKED_BY_PAYMENT, ORDER_CREATED, "
		"WAITING_CUSTOMER_APPROVAL, WAITING_SUPPLIER_APPROVAL, "
		"DECLINED_BY_CUSTOMER, DECLINED_BY_SUPPLIER, "
		"ACCEPTED_BY_SUPPLIER, WAITING_FULFILLMENT, "
		"WAITING_SHIPMENT, PARTIALLY_SHIPPED, PARTIALLY_CANCELED, "
		"SHIPPED, INCIDENT, COMPLETED, CANCELED" },
	[EXPORT_INCIDENT] = { "INCIDENT", incident_statuses,
		INCIDENT_STATUS_COUNT, OPEN, "OPEN, ON_GOING, CLOSED" },
};

const char *export_entity_name(enum export_entity e)
{
	return entities[e].name;
}

bool export_entity_parse(struct str text, enum export_entity *out)
{
	for (size_t e = 0; e < EXPORT_ENTITY_COUNT; e++) {
		if (str_eq(text, str_of(entities[e].name))) {
			*out = (enum export_entity)e;
			return true;
		}
	}
	return false;
}

size_t status_count(enum export_entity e)
{
	return entities[e].count;
}

static const struct status *status_at(enum export_entity e, status_index s)
{
	must(s < entities[e].count);
	return &entities[e].statuses[s];
}

const char *status_name(enum export_entity e, status_index s)
{
	return status_at(e, s)->name;
}

bool status_parse(enum export_entity e, struct str text, status_index *out)
{
	for (size_t i = 0; i < entities[e].count; i++) {
		const struct status *s = &entities[e].statuses[i];

		if (str_eq(text, str_of(s->name)) ||
			(s->alias != NULL && str_eq(text, str_of(s->alias)))) {
			*out = (status_index)i;
			return true;
		}
	}
	return false;
}

bool status_is_regression(
	enum export_entity e, status_index from, status_index to)
{
	const struct status *a = status_at(e, from), *b = status_at(e, to);

	if (from == to)
		return false;
	return a->final || (b->rank < a->rank && !(a->back & BIT(to)));
}

status_index status_default(enum export_entity e)
{
	return entities[e].start;
}

const char *status_names(enum export_entity e)
{
	return entities[e].names;
}
