#include "sluice/base/mem.h"

#include <malloc.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRIM_THRESHOLD (512 * 1024)

static void *there(void *p, size_t size)
{
	if (p == NULL) {
		fprintf(stderr, "sluice: out of memory (%zu bytes)\n", size);
		abort();
	}
	return p;
}

void *mem_alloc(size_t size)
{
	return there(calloc(1, size > 0 ? size : 1), size);
}

void *mem_resize(void *old, size_t size)
{
	return there(realloc(old, size > 0 ? size : 1), size);
}

void *mem_dup(const void *data, size_t len)
{
	char *p = there(malloc(len + 1), len);

	if (len > 0)
		memcpy(p, data, len);
	p[len] = '\0';
	return p;
}

char *mem_strdup(const char *s)
{
	return s == NULL ? NULL : mem_dup(s, strlen(s));
}

char *mem_printf(const char *fmt, ...)
{
	va_list args;
	char *text = NULL;
	int n;

	va_start(args, fmt);
	n = vasprintf(&text, fmt, args);
	va_end(args);
	return there(n < 0 ? NULL : text, 0);
}

void mem_wipe(void *data, size_t len)
{
	explicit_bzero(data, len);
}

void mem_free_secret(char *s)
{
	if (s != NULL)
		mem_wipe(s, strlen(s));
	free(s);
}

void mem_tune(void)
{
#ifdef M_TRIM_THRESHOLD
	(void)mallopt(M_TRIM_THRESHOLD, TRIM_THRESHOLD);
#endif
}

void mem_rest(void)
{
#ifdef M_TRIM_THRESHOLD
	(void)malloc_trim(0);
#endif
}
