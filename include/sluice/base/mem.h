/* Memory that is there or the process ends with a clear line.
 *
 * Everything that a peer or a file can make grow has a named cap and reports
 * ERR_LIMIT long before; what is left are small, bounded allocations, for
 * which a recovery path would be code that never runs. */
#ifndef SLUICE_BASE_MEM_H
#define SLUICE_BASE_MEM_H

#include <stddef.h>

/* All return memory that the caller owns and gives back with free().
 * mem_alloc() is zeroed. */
void *mem_alloc(size_t size);
void *mem_resize(void *old, size_t size);
void *mem_dup(const void *data, size_t len); /* with a NUL behind it */
char *mem_strdup(const char *s);             /* NULL stays NULL */

/* Printed into fresh memory. */
char *mem_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Once, when the process starts: the end of the heap goes back to the system
 * in larger steps than libc's, so that the packets of an SSH session can come
 * and go without it. */
void mem_tune(void);

/* After a burst of work: gives the system what of it lies free between what is
 * still in use. */
void mem_rest(void);

/* Overwrite `len` bytes in a way that the compiler keeps; for secrets. */
void mem_wipe(void *data, size_t len);

/* Wipe and free a NUL terminated secret; NULL is fine. */
void mem_free_secret(char *s);

#endif
