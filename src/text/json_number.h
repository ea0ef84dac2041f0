/* Numbers of JSON texts as jansson's values. */
#ifndef SLUICE_SRC_TEXT_JSON_NUMBER_H
#define SLUICE_SRC_TEXT_JSON_NUMBER_H

#include <jansson.h>

#include "sluice/base/str.h"

/* `raw` is a number token.  NULL: too large; `*what` is the sentence. */
json_t *json_number(struct str raw, const char **what);

#endif
