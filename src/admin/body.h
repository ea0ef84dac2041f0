/* Reading small JSON bodies that have no reader in the model. */
#ifndef SLUICE_ADMIN_BODY_H
#define SLUICE_ADMIN_BODY_H

#include "call.h"

/* A fault for each key of `body` that isn't among `known` (divided by
 * spaces). */
void body_known(const json_t *body, const char *known, struct faults *f);

/* The string at `key`, borrowed; NULL with a fault when it is missing, blank
 * or no string. */
const char *body_text(const json_t *body, const char *key, struct faults *f);

#endif
