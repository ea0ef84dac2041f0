/* The bytes of an import file become rows: unpacked (text/inflate), in UTF-8
 * (text/charset), cut (text/csv, text/json_list, text/xml), mapped and
 * transcoded (model/mapping, model/transcode).
 *
 *	r = import_reader_create(&options, &why);
 *	for each chunk:
 *		import_reader_feed(r, chunk, last);
 *		while ((kind = import_reader_next(r, &row)) == IMPORT_ROW ...)
 *			...
 *
 * Pure: nothing here knows the store, the loop or the clock.  Memory is bounded
 * by the limits whatever the file holds.  What comes out does not depend on how
 * the bytes were cut into chunks. */
#ifndef SLUICE_JOBS_IMPORT_READER_H
#define SLUICE_JOBS_IMPORT_READER_H

#include "sluice/base/diag.h"
#include "sluice/model/entity.h"
#include "sluice/model/import_job.h"

struct import_reader;

struct import_limits {
	size_t row;        /* bytes of a CSV row or JSON element */
	size_t field;      /* bytes of a cell */
	size_t columns;    /* of a CSV row */
	uint64_t unpacked; /* bytes of an unpacked file; 0: no limit */
	uint64_t ratio;    /* of unpacked to packed; 0: no limit */
	unsigned depth;    /* of JSON and XML */
};

struct import_reader_options {
	const struct import_job *job; /* borrowed until the end */
	/* Of the job; reset their counts, if needed, before.  NULL: the reader
	 * makes its own. */
	struct transcode *transcode;
	const char *file_name; /* for the format and for messages; borrowed */
	struct import_limits limits;
};

struct import_reader *import_reader_create(
	const struct import_reader_options *options, struct diag *why);
void import_reader_destroy(struct import_reader *r); /* NULL is fine */

/* Borrows the chunk until import_reader_next() answers IMPORT_MORE. */
void import_reader_feed(struct import_reader *r, struct str chunk, bool last);

enum import_kind {
	IMPORT_ROW,   /* a row to read with entity_read() */
	IMPORT_BAD,   /* a row with faults already (not readable, a transcoding
			 miss); to be rejected */
	IMPORT_MORE,  /* the chunk is used up: feed the next one */
	IMPORT_END,   /* no more rows */
	IMPORT_FAILED /* final: the file as a whole can't be read (header,
			 unpacking, JSON syntax ...); see `why` */
};

struct import_row {
	uint64_t line, column;   /* where it begins, from 1 */
	struct entity_input *in; /* IMPORT_ROW: good until the next call */
	/* Faults so far, none for IMPORT_ROW; entity_read() may go on with
	 * them.  Their arena is the row's: reset by the next call. */
	struct faults *faults;
	uint64_t warnings; /* of this row: unknown keys of a JSON object */
	/* As struct reject has it, made on demand: import_row_raw(). */
	const struct str *cells;
	size_t cell_count;
	struct str element; /* JSON: its text, else empty */
	bool unreadable;    /* which is no object, or can't be parsed */
};

enum import_kind import_reader_next(
	struct import_reader *r, struct import_row *row);

/* Why it failed. */
enum err import_reader_error(const struct import_reader *r, struct diag *why);

/* Appends struct reject's `raw` of the row that came out last. */
void import_row_raw(const struct import_row *row, struct buf *out);

/* Appends struct reject's `faults`. */
void import_faults_put(struct buf *out, const struct faults *faults);

enum import_format import_reader_format(const struct import_reader *r);

/* CSV, once the first row came out: the header's names. */
const struct str *import_reader_header(
	const struct import_reader *r, size_t *count);

/* What is odd about the file as a whole, once the first row (or the end) came
 * out: unknown columns, columns of the mapping that aren't there.  One call per
 * sentence; `count` of them add to the execution's warnings. */
void import_reader_warnings(const struct import_reader *r,
	void (*each)(void *arg, const char *sentence, uint64_t count),
	void *arg);

#endif
