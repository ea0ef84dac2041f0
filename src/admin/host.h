/* Which host names a browser may call the gateway by. */
#ifndef SLUICE_ADMIN_HOST_H
#define SLUICE_ADMIN_HOST_H

#include <stdbool.h>
#include <stddef.h>

/* True when `header`, the value of a Host header (NULL: there was none), is
 * localhost, a numeric address or one of `names`, each with a port or without.
 *
 * Anybody can let a name of their own point to our address (DNS rebinding):
 * a page of theirs then is of the same origin as we are.  They can't do that
 * with these names. */
bool host_is_trusted(const char *header, char *const *names, size_t count);

#endif
