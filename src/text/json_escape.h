/* Backslashes in JSON strings: shared by the two halves of json_scan. */
#ifndef SLUICE_TEXT_JSON_ESCAPE_H
#define SLUICE_TEXT_JSON_ESCAPE_H

#include <stddef.h>

enum {
	JSON_ESCAPE_CUT = 0, /* the bytes at hand end too early */
	JSON_ESCAPE_BAD = -1
};

/* The length of the escape (a surrogate pair is one) whose backslash is at p,
 * where `left` bytes are at hand. */
int json_escape_length(const char *p, size_t left);

#endif
