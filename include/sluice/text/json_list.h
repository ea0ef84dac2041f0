/* Cuts a JSON list into its elements while it arrives, so that memory holds one
 * element and never the list.
 *
 *	l = json_list_create(&options, &why);
 *	do {                            -- for each chunk, of any size
 *		json_list_feed(l, chunk, last);
 *		while ((kind = json_list_next(l, &item)) == JSON_LIST_ITEM)
 *			...             -- item.raw is one element's text
 *	} while (kind == JSON_LIST_MORE);
 *
 * Without a path the list is the document itself, or the member "elements" of
 * the object that it is.  The whole document is checked: what stands around the
 * list, too, and it must be there exactly once.  Elements that came out before
 * an error came out; whoever cannot live with half a list has to wait for
 * JSON_LIST_END.
 *
 * What comes out does not depend on how the text was cut into chunks. */
#ifndef SLUICE_TEXT_JSON_LIST_H
#define SLUICE_TEXT_JSON_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sluice/base/diag.h"
#include "sluice/text/json_scan.h"

struct json_list; /* opaque */

struct json_list_options {
	/* Where the list stands, as "$.a.b" or "$"; ptr NULL: see above. */
	struct str items_path;
	/* Bytes of an element, and of a name or text outside of the list; at
	 * least 1. */
	size_t max_item;
	unsigned max_depth; /* of containers; see json_scan_init() */
};

enum json_list_kind {
	JSON_LIST_ITEM,
	JSON_LIST_MORE, /* the chunk is used up: feed the next one */
	JSON_LIST_END,  /* the document is complete, and the list was in it */
	JSON_LIST_ERROR /* final; see json_list_error() */
};

struct json_item {
	enum json_kind kind;     /* of its first token */
	struct str raw;          /* borrowed until the next call */
	struct json_place place; /* of its first byte */
	uint64_t index;          /* in the list, from 0 */
};

/* NULL: the path is not one of names only; `why` names the character. */
struct json_list *json_list_create(
	const struct json_list_options *options, struct diag *why);
void json_list_destroy(struct json_list *l); /* NULL is fine */

/* Borrows the chunk until json_list_next() answers JSON_LIST_MORE.  Nothing may
 * follow the `last` one, which may be empty. */
void json_list_feed(struct json_list *l, struct str chunk, bool last);

/* Only for JSON_LIST_ITEM the item is set. */
enum json_list_kind json_list_next(struct json_list *l, struct json_item *item);

/* After JSON_LIST_ERROR: "line 3, column 7: expected ..."; ERR_INVALID, or
 * ERR_LIMIT for an element that is too long. */
enum err json_list_error(const struct json_list *l, struct diag *why);

#endif
