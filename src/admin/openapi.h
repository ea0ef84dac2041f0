/* The description of the API for clients, made from the route table. */
#ifndef SLUICE_ADMIN_OPENAPI_H
#define SLUICE_ADMIN_OPENAPI_H

#include <stddef.h>

/* An OpenAPI 3.1 document as JSON text; the caller frees it. */
char *openapi_make(const char *version);

/* openapi_schemas.c: the schemas that routes name, as JSON texts. */
struct openapi_schema {
	const char *name, *json;
};
extern const struct openapi_schema openapi_schemas[];
extern const size_t openapi_schema_count;

#endif
