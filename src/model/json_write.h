/* Compact JSON with our own number texts; keys in the order of the object. */
#ifndef SLUICE_SRC_MODEL_JSON_WRITE_H
#define SLUICE_SRC_MODEL_JSON_WRITE_H

#include <jansson.h>

#include "sluice/base/buf.h"

/* `value` is our own and therefore not deep. */
void json_write(const json_t *value, struct buf *out);

static inline struct str json_text(const json_t *s)
{
	return (struct str){ json_string_value(s), json_string_length(s) };
}

#endif
