/* Where a value stands in a JSON document, as job mappings write it:
 *
 *	$.a.b           the member b of the member a
 *	$.a[0].b        ... of the first element of the list a
 *	$.a[*].b        ... of every element: the texts, joined with "||"
 *	$               the whole document
 *
 * Names are taken as they stand, up to the next '.' or '['; there are no
 * quotes, no filters, no "..". */
#ifndef SLUICE_TEXT_JSON_PATH_H
#define SLUICE_TEXT_JSON_PATH_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "sluice/base/buf.h"
#include "sluice/base/diag.h"
#include "sluice/base/str.h"

#define JSON_PATH_LEN_MAX   1024
#define JSON_PATH_STEPS_MAX 16
#define JSON_PATH_INDEX_MAX 999999999
#define JSON_PATH_JOINT     "||"

enum json_step_kind {
	JSON_STEP_NAME,
	JSON_STEP_INDEX,
	JSON_STEP_ALL
};

struct json_step {
	enum json_step_kind kind;
	struct str name;
	size_t index;
};

struct json_path {
	char *text; /* owned; the names of the steps lie in it */
	struct json_step steps[JSON_PATH_STEPS_MAX];
	size_t count;
	bool joins; /* there is a [*] */
};

/* What an evaluation came upon. */
enum json_found {
	JSON_FOUND_TEXT,
	JSON_FOUND_NULL,   /* null; or lists that give nothing */
	JSON_FOUND_ABSENT, /* no such member or element */
	JSON_FOUND_MISFIT  /* the document has another shape: a container where
			    * a text was wanted, or the other way round */
};

/* ERR_INVALID: `why` names the character (from 1) and what was expected there;
 * nothing is left to release. */
enum err json_path_parse(
	struct json_path *path, struct str text, struct diag *why) WARN_UNUSED;
void json_path_release(struct json_path *path);

/* The value, borrowed from the document; NULL when it is absent or does not
 * fit.  Only for paths that do not join. */
json_t *json_path_get(const struct json_path *path, const json_t *root);

/* Adds the value's text to `out` (check `full`): strings as they are, numbers
 * as the shortest decimal without an exponent, booleans as TRUE and FALSE.  A
 * path that joins passes over what is null or absent in an element.  Unless
 * JSON_FOUND_TEXT is answered, `out` is as it was. */
enum json_found json_path_text(
	const struct json_path *path, const json_t *root, struct buf *out);

#endif
