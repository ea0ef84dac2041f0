/* What the files of ORDER share. */
#ifndef SLUICE_SRC_JOBS_IMPORT_ORDER_PRIVATE_H
#define SLUICE_SRC_JOBS_IMPORT_ORDER_PRIVATE_H

#include "import_group.h"

#define PRICE   "orderLogisticLinePriceDto"
#define PRODUCT "orderLogisticLineProductDto"
#define VARIANT "orderLogisticLineProductVariantDto"

/* A value's way from a row (or an entity) into the document. */
struct move {
	const char *from;
	const char *object; /* in the body or line; NULL: on top */
	const char *to;
	bool amount;
};

/* True: something changed.  Amounts are reals in documents. */
bool import_move(
	const struct move *m, size_t count, const json_t *from, json_t *to);
#define MOVE(list, from, to) import_move((list), ARRAY_LEN(list), (from), (to))

/* The snapshot of a new order: supplier, account, customer, address. */
void import_take_parties(
	struct import_apply *a, const json_t *row, json_t *body);

/* Those of a new line: what the offer says, where the row says nothing, and
 * the product of its variant. */
void import_take_offer(
	struct import_apply *a, const json_t *given, json_t *line);
void import_take_product(struct import_apply *a, json_t *line);

#endif
