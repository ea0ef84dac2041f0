/* The scanner's state: csv.c knows what the bytes mean, csv_buffer.c where they
 * lie.
 *
 * Bytes go from the chunk into a buffer of our own, where the row under way
 * always lies in one piece, so that fields can be handed out as they stand:
 *
 *	data ... row ... field ... at ... end ... cap */
#ifndef SLUICE_SRC_TEXT_CSV_PRIVATE_H
#define SLUICE_SRC_TEXT_CSV_PRIVATE_H

#include "sluice/text/csv.h"

enum csv_state {
	PLAIN,  /* in a field without quotes, or before its first byte */
	QUOTED, /* behind the opening quote */
	CLOSED, /* behind a quote that ends the field, unless another follows */
	RAW     /* in the rest of a line with text after a closing quote */
};

struct csv {
	struct csv_limits limits;
	char delimiter;
	struct str input; /* what is left of the chunk */
	bool last;        /* no chunk follows */

	char *data; /* cap bytes and CSV_BLOCK more, for the last block */
	size_t cap, end;
	size_t row, field; /* where those under way begin */
	size_t at;         /* before it everything is scanned */
	size_t limit;      /* a field that goes on past it is too long */
	uint64_t marks;    /* special bytes of the last block still to see */
	size_t block;      /* where that block begins */
	bool block_high, row_high; /* they have bytes above 0x7F, perhaps */

	enum csv_state state;
	size_t closed; /* CLOSED: where the quote stands */
	bool doubled;  /* the quoted field holds doubled quotes */
	bool begun;    /* the place of a byte order mark is behind us */
	bool after_cr; /* the last row ended with CR: LF belongs to it */
	bool given;    /* the row went out; the next one begins at `field` */

	uint64_t line, row_line, quote_line, blank_lines;
	size_t quote_column;
	struct str *fields;
	size_t count, room;
	enum csv_fault fault;
	uint64_t fault_line;
	size_t fault_column;
	bool dropping;  /* a limit is passed: fields are no longer kept, */
	size_t keep;    /* nor are bytes from here on, */
	size_t dropped; /* but counted */
};

void csv_buffer_init(struct csv *c);

/* Takes bytes from the chunk; all that is in the buffer has been scanned.
 * False: the chunk is used up.  May move the row under way. */
bool csv_buffer_fill(struct csv *c);

bool csv_is_utf8(struct str s);

#endif
