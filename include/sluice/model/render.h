/* The bytes that leave the house: a document as XML, JSON or CSV file, and the
 * name of that file (contract section 3, rules 6 and 7; seed 002, seed 003).
 * Pure: same document, same bytes. */
#ifndef SLUICE_MODEL_RENDER_H
#define SLUICE_MODEL_RENDER_H

#include "sluice/base/buf.h"
#include "sluice/model/document.h"

enum export_format {
	FORMAT_XML,
	FORMAT_JSON,
	FORMAT_CSV,
	FORMAT_COUNT
};
enum file_name_format {
	FILE_NAME_SHORT,
	FILE_NAME_STANDARD
};

const char *export_format_name(enum export_format f);      /* "XML" */
const char *export_format_extension(enum export_format f); /* "xml" */
const char *export_format_media_type(enum export_format f);
bool export_format_parse(struct str text, enum export_format *out);

const char *file_name_format_name(enum file_name_format f); /* "STANDARD" */
bool file_name_format_parse(struct str text, enum file_name_format *out);

/* Appends the file's bytes.  Orders: seed 002.  Incidents: the keys of seed
 * 003 as JSON, or as XML/CSV of the same keys.  `out->full` tells when the
 * payload is larger than the buffer may grow. */
void render_document(
	const struct document *d, enum export_format format, struct buf *out);

/* Appends the JSON body of seed 003 (exportMethod API_CLIENT, default body). */
void render_api_body(const struct document *d, struct buf *out);

/* Appends the file name of contract rule 6.  `triggered_ms` is the TIMESTAMP;
 * `multi_store` puts the store id into STANDARD names. */
void render_file_name(const struct document *d, enum export_format format,
	enum file_name_format name_format, bool multi_store,
	int64_t triggered_ms, struct buf *out);

/* A document to show in previews: the order (incident) of the seeds. */
struct document *render_sample(enum export_entity entity);

#endif
