/* The statuses of orders and incidents, their order, and which moves are a
 * regression (facts.md section 7; docs/orders.md explains the later ones).
 *
 * The numbers are stored: append, never renumber. */
#ifndef SLUICE_MODEL_STATUS_H
#define SLUICE_MODEL_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sluice/base/str.h"

/* What can be exported; also what has a status. */
enum export_entity {
	EXPORT_ORDER,
	EXPORT_INCIDENT,
	EXPORT_ENTITY_COUNT
};

const char *export_entity_name(enum export_entity e); /* "ORDER" */
bool export_entity_parse(struct str text, enum export_entity *out);

/* A status of an entity: an index into that entity's table.  Small enough for
 * a set of them to fit a uint32_t (bit = index). */
typedef uint8_t status_index; /* a number, not a struct: hence the typedef */
#define STATUS_NONE UINT8_MAX

size_t status_count(enum export_entity e);

/* The canonical name: "ORDER_DRAFT_ON_HOLD", "OPEN". */
const char *status_name(enum export_entity e, status_index s);

/* By canonical name or alias (DRAFT_ORDER_ON_HOLD, CREATED). */
bool status_parse(enum export_entity e, struct str text, status_index *out);

/* True when `to` lies before `from`, or `from` is final: such a move is
 * refused.  Staying is never a regression. */
bool status_is_regression(
	enum export_entity e, status_index from, status_index to);

/* ORDER_DRAFT_ON_HOLD: the default of an order without a status (facts.md
 * 6.10) and the only one that may export several times (contract 2.2);
 * OPEN for incidents. */
status_index status_default(enum export_entity e);

/* "CREATING, DRAFT_ORDER, ..." for messages; static. */
const char *status_names(enum export_entity e);

#endif
