/* A whole JSON text as jansson's tree: what json_loadb() does, at three times
 * its speed, with json_scan.h's sentences and places for what is wrong. */
#ifndef SLUICE_TEXT_JSON_TREE_H
#define SLUICE_TEXT_JSON_TREE_H

#include <jansson.h>

#include "sluice/text/json_scan.h"

struct json_problem {
	struct json_place place;
	char text[JSON_SCAN_ERROR_SIZE]; /* a sentence */
};

/* An object or an array at the top, no key twice in one object, no \u0000,
 * whole numbers within 64 bits, others within a double.  NULL: `*problem` (may
 * be NULL) says why.  The caller owns the tree. */
json_t *json_tree(struct str text, struct json_problem *problem);

#endif
