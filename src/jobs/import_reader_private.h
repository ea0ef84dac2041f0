/* What the formats of import files share: the pipeline in import_reader.c in
 * front of them, and their common end, mapping and transcoding. */
#ifndef SLUICE_SRC_JOBS_IMPORT_READER_PRIVATE_H
#define SLUICE_SRC_JOBS_IMPORT_READER_PRIVATE_H

#include <jansson.h>

#include "sluice/jobs/import_reader.h"
#include "sluice/text/inflate.h"

/* A format: from unpacked bytes to rows.  Functions that fail say so with
 * import_reader_fail(). */
struct cutter {
	enum mapping_form form;
	bool (*open)(struct import_reader *r);
	/* Borrows the piece until next() answers IMPORT_MORE. */
	void (*feed)(struct import_reader *r, struct str piece, bool last);
	enum import_kind (*next)(
		struct import_reader *r, struct import_row *row);
	void (*close)(struct import_reader *r);
};

extern const struct cutter import_cutter_csv, import_cutter_json,
	import_cutter_xml;

struct csv_cutter;
struct json_cutter;
struct xml_cutter;

struct import_reader {
	struct import_reader_options options;
	const struct import_job *job;
	struct transcode *transcode, *own_transcode;
	struct mapping *mapping;

	struct inflate_stream *inflate;
	bool last;       /* no chunk follows */
	struct buf head; /* the file's beginning, until the format is known */
	struct str rest; /* of the piece that `head` ended in */
	bool ended;      /* the cutter has been told that nothing follows */

	bool has_format;
	enum import_format format;
	const struct cutter *cutter; /* NULL: nothing was fed to it yet */
	union {
		struct csv_cutter *csv;
		struct json_cutter *json;
		struct xml_cutter *xml;
	};

	/* Of the row that is out. */
	struct arena arena;
	struct faults faults;

	bool failed;
	struct diag why;
};

/* Sets `why`, if this is the first failure; returns IMPORT_FAILED. */
enum import_kind import_reader_fail(struct import_reader *r, enum err e,
	const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* A fresh row at this place, without faults. */
void import_row_begin(struct import_reader *r, struct import_row *row,
	uint64_t line, uint64_t column);

/* The end of every good row: transcoded, IMPORT_ROW or IMPORT_BAD.  `in` NULL:
 * the faults are there already. */
enum import_kind import_row_give(struct import_reader *r,
	struct import_row *row, struct entity_input *in);

/* The same for an object in JSON form: mapped first. */
struct mapping_json;
enum import_kind import_row_give_object(struct import_reader *r,
	struct import_row *row, struct mapping_json *m, const json_t *object);

#endif
