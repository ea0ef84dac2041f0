/* Cuts an XML file into records while it arrives: the children of its root,
 * each a flat list of elements with text (contract 4.10):
 *
 *	<OrderStatuses><OrderStatus><status>SHIPPED</status>...</OrderStatus>
 *
 * Through libxml2's push parser, with everything dangerous refused: a DOCTYPE
 * (so: entities, external DTDs), XInclude elements, other encodings than UTF-8
 * and ASCII by declaration, depth, long texts.  Names are local names: with a
 * namespace or without, the same record comes out.
 *
 *	x = xml_records_create(&options);
 *	do {
 *		xml_records_feed(x, chunk, last);
 *		while ((kind = xml_records_next(x, &record)) == XML_RECORD)
 *			...
 *	} while (kind == XML_MORE); */
#ifndef SLUICE_TEXT_XML_RECORDS_H
#define SLUICE_TEXT_XML_RECORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "sluice/base/diag.h"
#include "sluice/base/str.h"

struct xml_records; /* opaque */

struct xml_records_options {
	const char *root;   /* local name of the root: "OrderStatuses" */
	const char *record; /* of its children: "OrderStatus"; others are
			       errors */
	size_t max_record;  /* bytes of a record's texts */
	size_t max_fields;  /* elements in one */
	unsigned max_depth; /* of elements; at least 3 */
};

enum xml_kind {
	XML_RECORD,
	XML_MORE,
	XML_END,  /* the document is complete */
	XML_ERROR /* final; see xml_records_error() */
};

struct xml_field {
	struct str name; /* local name */
	struct str text; /* as it stands, entities &amp; and such resolved */
};

struct xml_record {
	uint64_t line; /* of its start tag, from 1 */
	/* Borrowed until the next call.  An element that stands twice comes
	 * twice; one that has elements inside is an error. */
	const struct xml_field *fields;
	size_t count;
};

struct xml_records *xml_records_create(
	const struct xml_records_options *options);
void xml_records_destroy(struct xml_records *x); /* NULL is fine */

/* The chunk is used during this call only.  Nothing may follow the `last` one,
 * which may be empty. */
void xml_records_feed(struct xml_records *x, struct str chunk, bool last);

enum xml_kind xml_records_next(
	struct xml_records *x, struct xml_record *record);

/* "line 3: a DOCTYPE is not allowed"; ERR_INVALID or ERR_LIMIT. */
enum err xml_records_error(const struct xml_records *x, struct diag *why);

#endif
