/* The texts of numbers in exports and in what is stored. */
#ifndef SLUICE_SRC_MODEL_NUMBER_H
#define SLUICE_SRC_MODEL_NUMBER_H

#include <stdint.h>

#include "sluice/base/buf.h"

#define AMOUNT_LIMIT 1e15 /* amounts and counts stay below it */

/* The shortest decimal that reads back as the same double, always with a
 * point and never with an exponent: "0.0", "117.45", "20.0".  `x` is finite
 * and below 1e18; -0.0 is written as 0.0. */
void put_amount(struct buf *out, double x);

void put_integer(struct buf *out, int64_t n);

#endif
