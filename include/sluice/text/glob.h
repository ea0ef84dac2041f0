/* Patterns of file names, as shells have them: * any run of characters, ? one
 * character, [a-z] one of these, [!a-z] none of these.  Everything else stands
 * for itself; case counts.  There is no escape: [*] is a star.
 *
 * Not fnmatch(3): that one takes exponential time for some patterns. */
#ifndef SLUICE_TEXT_GLOB_H
#define SLUICE_TEXT_GLOB_H

#include <stdbool.h>

#include "sluice/base/str.h"

/* False: a [ without its ], an empty set, or a range that goes backwards. */
bool glob_is_valid(struct str pattern);

/* Does all of `name` fit?  Time: the product of the lengths at most.  A
 * pattern that is not valid fits nothing. */
bool glob_match(struct str pattern, struct str name);

#endif
