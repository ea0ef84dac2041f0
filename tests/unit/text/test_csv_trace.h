/* What the scanner makes of a text, as a text: one line per row,
 *
 *	2-3 [a][b]                  lines and fields of a good row
 *	4 after-quote@4:2 [a]       a bad one: the fault, its line and column
 *
 * and at the end the number of blank lines, if any. */
#ifndef TEST_CSV_TRACE_H
#define TEST_CSV_TRACE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sluice/base/buf.h"
#include "sluice/base/must.h"
#include "sluice/text/csv.h"

static const struct csv_limits trace_limits = { 40, 20, 5 };

static inline void trace_row(struct buf *out, const struct csv_row *row)
{
	static const char *const faults[CSV_FAULT_COUNT] = {
		[CSV_FAULT_NUL] = "nul",
		[CSV_FAULT_UTF8] = "utf8",
		[CSV_FAULT_AFTER_QUOTE] = "after-quote",
		[CSV_FAULT_OPEN_QUOTE] = "open-quote",
		[CSV_FAULT_FIELD_LONG] = "field-long",
		[CSV_FAULT_ROW_LONG] = "row-long",
		[CSV_FAULT_COLUMNS] = "columns",
	};

	buf_printf(out, "%u", (unsigned)row->line);
	if (row->last_line != row->line)
		buf_printf(out, "-%u", (unsigned)row->last_line);
	if (row->fault != CSV_FAULT_NONE)
		buf_printf(out, " %s@%u:%u", faults[row->fault],
			(unsigned)row->fault_line, (unsigned)row->fault_column);
	buf_char(out, ' ');
	for (size_t i = 0; i < row->count; i++) {
		buf_char(out, '[');
		buf_str(out, row->fields[i]);
		buf_char(out, ']');
	}
	buf_char(out, '\n');
}

/* The text in pieces of `first`, then `step` bytes; the last feed is empty when
 * `empty_end`.  Each piece is a copy of its own, so that ASan sees who reads
 * past it. */
static inline char *trace_pieces(struct str text, size_t first, size_t step,
	bool empty_end, const struct csv_limits *limits)
{
	struct csv *c = csv_create(',', limits);
	struct buf out = buf_make(64u << 20);
	struct csv_row row;
	enum csv_kind kind;
	size_t at = 0, n = first;

	for (bool last = false; !last; at += n, n = step) {
		char *piece;

		n = n < text.len - at ? n : text.len - at;
		last = at + n == text.len && (!empty_end || n == 0);
		piece = malloc(n > 0 ? n : 1);
		if (n > 0)
			memcpy(piece, text.ptr + at, n);
		csv_feed(c, (struct str){ piece, n }, last);
		while ((kind = csv_next(c, &row)) < CSV_MORE) {
			must((kind == CSV_BAD) ==
				(row.fault != CSV_FAULT_NONE));
			trace_row(&out, &row);
		}
		must(kind == (last ? CSV_END : CSV_MORE));
		free(piece);
	}
	must(csv_next(c, &row) == CSV_END);
	if (csv_blank_lines(c) > 0)
		buf_printf(&out, "%u blank\n", (unsigned)csv_blank_lines(c));
	csv_destroy(c);
	return buf_take(&out);
}

static inline char *trace(struct str text)
{
	return trace_pieces(text, text.len, 1, false, &trace_limits);
}

#endif
