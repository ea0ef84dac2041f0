/* Between the two halves of text/xml_records: what is fed to libxml2 and taken
 * (xml_records.c), and what libxml2 says meanwhile (xml_events.c). */
#ifndef SLUICE_SRC_TEXT_XML_PRIVATE_H
#define SLUICE_SRC_TEXT_XML_PRIVATE_H

#include <libxml/parser.h>

#include "sluice/base/buf.h"
#include "sluice/text/xml_records.h"

/* Where in `text` a field lies. */
struct span {
	size_t name, name_len, start, len;
};

struct queued {
	uint64_t line;
	size_t first, count; /* in `spans` */
};

enum level {
	OUTSIDE,
	IN_ROOT,
	IN_RECORD,
	IN_FIELD
};

struct xml_records {
	struct xml_records_options options;
	xmlParserCtxt *parser;
	enum level level;
	bool begun, last, ended, failed;
	size_t mark_len; /* bytes of a byte order mark so far */
	size_t in_piece; /* bytes since the parser was looked at */
	struct diag why;

	/* Names and texts of the records that are done and wait, then those of
	 * the one that is being read. */
	struct buf text;
	struct span *spans;
	size_t span_count, span_cap;
	struct queued *queue;
	size_t queue_count, queue_cap, taken;
	size_t open_text, open_span; /* where the open record begins */
	uint64_t open_line;

	struct xml_field *view; /* of the record that was taken last */
	size_t view_cap;
};

/* The first one counts; the parser stops. */
void xml_fail(struct xml_records *x, enum err e, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The parser's events; their argument is the struct xml_records. */
xmlSAXHandler xml_events(void);

/* Instead of stderr. */
void xml_print_nothing(void *arg, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
