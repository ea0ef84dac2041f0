/* Cuts an XML file into records while it arrives: the children of its root,
 * each a flat list of elements with text (contract 4.10):
 *
 *	<OrderStatuses><OrderStatus><status>SHIPPED</status>...</OrderStatus>
 *
 * Through libxml2's push parser, with everything dangerous refused: a DOCTYPE
 * (so: entities, external DTDs), XInclude elements, encodings that are not one
 * of text/charset.h by declaration (UTF-16 above all), elements inside of
 * fields, text between elements, long texts, tags and comments.  Names are
 * local names: with a namespace or without, the same record comes out.
 * Attributes, comments and processing instructions mean nothing.
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

#define XML_VERSION_SIZE 32

struct xml_records; /* opaque */

struct xml_records_options {
	const char *root;   /* local name of the root: "OrderStatuses" */
	const char *record; /* of its children: "OrderStatus"; others are
			       errors */
	size_t max_record;  /* bytes of a record's names and texts */
	size_t max_fields;  /* elements in one */
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
	uint64_t line; /* of its start tag (of the end of that), from 1 */
	/* Borrowed until the next call.  An element that stands twice comes
	 * twice; one that has elements inside is an error. */
	const struct xml_field *fields;
	size_t count;
};

struct xml_records *xml_records_create(
	const struct xml_records_options *options);
void xml_records_destroy(struct xml_records *x); /* NULL is fine */

/* The chunk is used during this call only; the records of the one before have
 * all been taken.  Nothing may follow the `last` one, which may be empty. */
void xml_records_feed(struct xml_records *x, struct str chunk, bool last);

enum xml_kind xml_records_next(
	struct xml_records *x, struct xml_record *record);

/* "line 3: a DOCTYPE is not allowed"; ERR_INVALID or ERR_LIMIT. */
enum err xml_records_error(const struct xml_records *x, struct diag *why);

/* libxml2's, "2.9.14"; in `out`. */
const char *xml_library_version(char out[XML_VERSION_SIZE]);

#endif
