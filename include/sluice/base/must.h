/* must(): a promise between two pieces of our own code.  Always compiled in,
 * and never used on anything that a file, a peer or an operator can cause. */
#ifndef SLUICE_BASE_MUST_H
#define SLUICE_BASE_MUST_H

#include <stddef.h>

#define must(x)                                                                \
	do {                                                                   \
		if (!(x))                                                      \
			must_fail(__FILE__, __LINE__, #x);                     \
	} while (0)

/* Say which promise was broken on stderr and abort. */
_Noreturn void must_fail(const char *file, int line, const char *what);

#define container_of(ptr, type, member)                                        \
	((type *)(void *)((char *)(ptr)-offsetof(type, member)))

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#endif
