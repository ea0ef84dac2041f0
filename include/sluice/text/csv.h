/* A streaming CSV scanner: RFC 4180 as it is found in practice.
 *
 *	c = csv_create(';', &limits);
 *	do {                            -- for each chunk, of any size
 *		csv_feed(c, chunk, last);
 *		while ((kind = csv_next(c, &row)) < CSV_MORE)
 *			...             -- a row, good or bad
 *	} while (kind != CSV_END);
 *
 * What comes out does not depend on how the text was cut into chunks, and
 * memory is bounded by the limits, never by the size of the text.
 *
 * A row ends with LF, CRLF or a lone CR; a byte order mark at the beginning is
 * dropped.  A field that begins with a quote ends with one; two quotes inside
 * stand for one, and delimiters and line breaks are then part of the value.  A
 * quote further on in a field that did not begin with one is an ordinary
 * character (5" pipe).  Lines without any byte are no rows; they are counted.
 *
 * Nothing is skipped silently: every other line belongs to a good row or to a
 * bad one.  After a bad row scanning goes on:
 *   - NUL byte, bytes that are not UTF-8: the row is read to its end as usual;
 *   - field or row too long, too many columns: too, but what is past the limit
 *     is thrown away;
 *   - text after a closing quote: the rest of the line is taken as it stands,
 *     since its quotes cannot be trusted, and the next row is the next line;
 *   - a quote that is never closed: there is no next row. */
#ifndef SLUICE_TEXT_CSV_H
#define SLUICE_TEXT_CSV_H

#include <stdbool.h>
#include <stdint.h>

#include "sluice/base/diag.h"
#include "sluice/base/str.h"

struct csv; /* opaque */

/* All at least 1 and at most CSV_LIMIT_MAX. */
struct csv_limits {
	size_t row;     /* bytes from its first to its line break */
	size_t field;   /* bytes as they stand in the text, with the quotes */
	size_t columns; /* in a row */
};

#define CSV_LIMIT_MAX ((size_t)1 << 30)

enum csv_kind {
	CSV_ROW,  /* a good row */
	CSV_BAD,  /* a row with a fault */
	CSV_MORE, /* the chunk is used up: feed the next one */
	CSV_END   /* no more rows */
};

enum csv_fault {
	CSV_FAULT_NONE,
	CSV_FAULT_NUL,
	CSV_FAULT_UTF8,
	CSV_FAULT_AFTER_QUOTE, /* text between a closing quote and the end of
				* the field */
	CSV_FAULT_OPEN_QUOTE,  /* a quote that is never closed */
	CSV_FAULT_FIELD_LONG,
	CSV_FAULT_ROW_LONG,
	CSV_FAULT_COLUMNS,
	CSV_FAULT_COUNT
};

struct csv_row {
	uint64_t line, last_line; /* from 1; line breaks in quotes count */
	/* Without quotes.  Borrowed until the next csv_next().  Of a bad row,
	 * what could be read: up to the limit that was passed; the rest of the
	 * line with its quotes as the last one after CSV_FAULT_AFTER_QUOTE. */
	const struct str *fields;
	size_t count;
	/* Of a bad row: the first thing that is wrong, and where. */
	enum csv_fault fault;
	uint64_t fault_line;
	size_t fault_column; /* from 1 */
};

/* `delimiter` is any ASCII character but a quote, a line break and NUL. */
struct csv *csv_create(char delimiter, const struct csv_limits *limits);
void csv_destroy(struct csv *c); /* NULL is fine */

/* Borrows the chunk until csv_next() answers CSV_MORE or CSV_END; only then
 * the next one may be fed.  Nothing may follow the `last` one, which may be
 * empty. */
void csv_feed(struct csv *c, struct str chunk, bool last);

/* Only for CSV_ROW and CSV_BAD the row is set. */
enum csv_kind csv_next(struct csv *c, struct csv_row *row);

/* Lines without any byte that were passed over so far. */
uint64_t csv_blank_lines(const struct csv *c);

/* "a NUL byte"; a phrase for people. */
const char *csv_fault_text(enum csv_fault fault);

/* "line 7, column 2: a NUL byte"; returns ERR_INVALID, or ERR_LIMIT for what is
 * too long or too many. */
enum err csv_row_explain(const struct csv_row *row, struct diag *why);

/* The header ----------------------------------------------------------------
 *
 * The first row that csv_next() gives. */

struct csv_name {
	struct str text;
	size_t column; /* from 0 */
};

struct csv_header {
	struct str *names; /* by column, trimmed; "" where there is none */
	size_t count;

	/* private */
	char delimiter;
	char *bytes;
	struct csv_name *sorted;
};

#define CSV_ABSENT SIZE_MAX

/* Copies the names out of the row.  A bad row, a name that stands twice and a
 * row without any name are errors (nothing is left to release then); where the
 * cause may be a wrong delimiter, `why` says so.  `delimiter` is the one that
 * the row was read with. */
enum err csv_header_read(struct csv_header *h, char delimiter,
	const struct csv_row *row, struct diag *why) WARN_UNUSED;
void csv_header_release(struct csv_header *h);

/* The column with exactly this name, or CSV_ABSENT. */
size_t csv_header_find(const struct csv_header *h, struct str name);

/* ERR_INVALID unless all `count` names are there; `why` names those that are
 * missing, and says when they would all be there with the other delimiter. */
enum err csv_header_require(const struct csv_header *h, const struct str *names,
	size_t count, struct diag *why) WARN_UNUSED;

/* Whether the header, read with the other delimiter (';' for ',', ',' for all
 * others), has all of these names; for callers whose rules are not a list. */
bool csv_header_other_fits(
	const struct csv_header *h, const struct str *names, size_t count);

/* The header as the other delimiter cuts it (to be released); false: there is
 * none then. */
bool csv_header_cut_otherwise(
	const struct csv_header *h, struct csv_header *other);

#endif
