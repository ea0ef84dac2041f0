/* Every decision is taken at a special byte (csv_block.h) or at the end of the
 * text, and depends on what stands before it only.  That is why the cuts
 * between chunks cannot change the outcome: after a cut there is nothing to
 * read again, and nothing is decided at one. */
#include "sluice/text/csv.h"

#include <stdlib.h>

#include "csv_block.h"
#include "csv_private.h"
#include "sluice/base/mem.h"
#include "sluice/base/must.h"

/* Rows and fields --------------------------------------------------------- */

static void begin_field(struct csv *c, size_t at)
{
	size_t field = at + c->limits.field, row = c->row + c->limits.row;

	c->field = at;
	c->state = PLAIN;
	c->limit = field < row ? field : row;
}

static void begin_row(struct csv *c, size_t at)
{
	c->row = at;
	begin_field(c, at);
	c->row_line = c->line;
	c->row_high = c->block_high;
	c->count = c->dropped = 0;
	c->fault = CSV_FAULT_NONE;
	c->dropping = c->given = false;
}

static size_t column(const struct csv *c)
{
	return c->count + c->dropped + 1;
}

/* The first fault of a row is the one that counts. */
static void fault_at(
	struct csv *c, enum csv_fault fault, uint64_t line, size_t place)
{
	if (c->fault != CSV_FAULT_NONE)
		return;
	c->fault = fault;
	c->fault_line = line;
	c->fault_column = place;
}

static void fault(struct csv *c, enum csv_fault fault)
{
	fault_at(c, fault, c->line, column(c));
}

/* The line that the field under way begins on. */
static uint64_t field_line(const struct csv *c)
{
	return c->state == PLAIN ? c->line : c->quote_line;
}

static void drop_the_rest(struct csv *c)
{
	c->dropping = true;
	c->keep = c->field;
	c->limit = SIZE_MAX;
}

static void too_long(struct csv *c)
{
	bool whole_row = c->limit < c->field + c->limits.field;

	if (whole_row)
		fault_at(c, CSV_FAULT_ROW_LONG, c->row_line, column(c));
	else
		fault_at(c, CSV_FAULT_FIELD_LONG, field_line(c), column(c));
	drop_the_rest(c);
}

static void more_columns(struct csv *c)
{
	size_t room = c->room < 32 ? 32 : c->room * 2;

	if (room > c->limits.columns)
		room = c->limits.columns;
	c->fields = mem_resize(c->fields, room * sizeof *c->fields);
	c->room = room;
}

static inline void keep_field(struct csv *c, size_t from, size_t to)
{
	if (c->count == c->room)
		more_columns(c);
	c->fields[c->count++] = (struct str){ c->data + from, to - from };
}

/* Turns two quotes into one, in place; returns the new end. */
static size_t undouble(char *data, size_t from, size_t to)
{
	size_t out = from;

	for (size_t i = from; i < to; i++) {
		data[out++] = data[i];
		i += data[i] == '"';
	}
	return out;
}

/* The field under way ends before `at`. */
static void end_field(struct csv *c, size_t at)
{
	size_t from = c->field, to = at;

	if (!c->dropping && c->count == c->limits.columns) {
		fault_at(c, CSV_FAULT_COLUMNS, field_line(c), column(c));
		drop_the_rest(c);
	}
	if (c->dropping) {
		c->dropped++;
		c->field = at + 1;
		c->state = PLAIN;
		return;
	}
	if (c->state == CLOSED) {
		from++;
		to = c->closed;
		if (c->doubled)
			to = undouble(c->data, from, to);
	}
	keep_field(c, from, to);
	begin_field(c, at + 1);
}

/* Special bytes: one function per state, true when the row is complete ------
 */

/* A line break at `i` that is not inside quotes. */
static bool end_row(struct csv *c, size_t i)
{
	char b = c->data[i];
	bool empty = i == c->row && c->count == 0;

	if (empty && b == '\n' && c->after_cr) {
		c->after_cr = false;
		begin_row(c, i + 1);
		return false;
	}
	c->after_cr = b == '\r';
	if (empty) {
		c->blank_lines++;
		c->line++;
		begin_row(c, i + 1);
		return false;
	}
	end_field(c, i);
	return true;
}

static bool in_plain(struct csv *c, size_t i)
{
	switch (c->data[i]) {
	case '\n':
	case '\r':
		return end_row(c, i);
	case '\0':
		fault(c, CSV_FAULT_NUL);
		return false;
	case '"':
		if (i != c->field)
			return false;
		c->state = QUOTED;
		c->doubled = false;
		c->quote_line = c->line;
		c->quote_column = column(c);
		return false;
	default:
		end_field(c, i);
		return false;
	}
}

static bool in_quoted(struct csv *c, size_t i)
{
	switch (c->data[i]) {
	case '"':
		c->state = CLOSED;
		c->closed = i;
		break;
	case '\r':
		c->line++;
		break;
	case '\n':
		c->line += c->data[i - 1] != '\r';
		break;
	case '\0':
		fault(c, CSV_FAULT_NUL);
		break;
	default:
		break;
	}
	return false;
}

static bool in_raw(struct csv *c, size_t i)
{
	char b = c->data[i];

	return (b == '\n' || b == '\r') && end_row(c, i);
}

static bool in_closed(struct csv *c, size_t i)
{
	char b = c->data[i];

	if (i == c->closed + 1 && b == '"') {
		c->state = QUOTED;
		c->doubled = true;
		return false;
	}
	if (i != c->closed + 1 || b == '\0') {
		fault(c, CSV_FAULT_AFTER_QUOTE);
		c->state = RAW;
		return in_raw(c, i);
	}
	if (b == '\n' || b == '\r')
		return end_row(c, i);
	end_field(c, i);
	return false;
}

static bool special(struct csv *c, size_t i)
{
	switch (c->state) {
	case PLAIN:
		return in_plain(c, i);
	case QUOTED:
		return in_quoted(c, i);
	case CLOSED:
		return in_closed(c, i);
	default:
		return in_raw(c, i);
	}
}

/* The scanner ------------------------------------------------------------- */

static void next_block(struct csv *c)
{
	size_t left = c->end - c->at;
	struct csv_marks m = csv_marks(c->data + c->at, c->delimiter);

	c->block = c->at;
	if (left < CSV_BLOCK) {
		m.special &= (UINT64_C(1) << left) - 1;
		c->at += left;
	} else {
		c->at += CSV_BLOCK;
	}
	/* Rows share blocks, so a row may be checked for UTF-8 because of its
	 * neighbour; never the other way round. */
	c->marks = m.special;
	c->block_high = m.high != 0;
	c->row_high |= c->block_high;
}

/* To the end of the row (true), or of what is in the buffer. */
static bool scan(struct csv *c)
{
	for (;;) {
		while (c->marks != 0) {
			size_t i = c->block;

			i += (size_t)__builtin_ctzll(c->marks);
			c->marks &= c->marks - 1;
			if (i > c->limit)
				too_long(c);
			if (special(c, i))
				return true;
		}
		if (c->at == c->end)
			return false;
		next_block(c);
	}
}

/* The ends of the buffer and of the text ----------------------------------- */

/* All that is there has been scanned; false: there is no more. */
static bool refill(struct csv *c)
{
	if (c->at > c->limit)
		too_long(c);
	return csv_buffer_fill(c);
}

/* False: more bytes are needed to know. */
static bool skip_byte_order_mark(struct csv *c)
{
	while (c->end < 3 && refill(c))
		continue;
	if (c->end < 3 && !c->last)
		return false;
	c->begun = true;
	if (c->end >= 3 && memcmp(c->data, "\xEF\xBB\xBF", 3) == 0) {
		c->at = 3;
		begin_row(c, 3);
	}
	return true;
}

/* The text ends; false: and with it all rows. */
static bool last_row(struct csv *c)
{
	if (c->at == c->row && c->count == 0 && !c->dropping)
		return false;
	if (c->state == QUOTED) {
		/* Whatever else is wrong in there follows from this. */
		c->fault = CSV_FAULT_NONE;
		fault_at(c, CSV_FAULT_OPEN_QUOTE, c->quote_line,
			c->quote_column);
	} else if (c->state == CLOSED && c->closed + 1 != c->at) {
		fault(c, CSV_FAULT_AFTER_QUOTE);
		c->state = RAW;
	}
	end_field(c, c->at);
	c->field = c->at;
	return true;
}

/* What goes out ----------------------------------------------------------- */

static void check_utf8(struct csv *c)
{
	for (size_t i = 0; i < c->count; i++)
		if (!csv_is_utf8(c->fields[i])) {
			fault_at(c, CSV_FAULT_UTF8, c->row_line, i + 1);
			return;
		}
}

static enum csv_kind give(struct csv *c, struct csv_row *row)
{
	if (c->row_high && c->fault == CSV_FAULT_NONE)
		check_utf8(c);
	*row = (struct csv_row){ .line = c->row_line,
		.last_line = c->line,
		.fields = c->fields,
		.count = c->count,
		.fault = c->fault };
	c->given = true;
	c->line++;
	if (c->fault == CSV_FAULT_NONE)
		return CSV_ROW;
	row->fault_line = c->fault_line;
	row->fault_column = c->fault_column;
	return CSV_BAD;
}

/* The outside ------------------------------------------------------------- */

enum csv_kind csv_next(struct csv *c, struct csv_row *row)
{
	if (c->given)
		begin_row(c, c->field);
	if (!c->begun && !skip_byte_order_mark(c))
		return CSV_MORE;
	while (!scan(c)) {
		if (refill(c))
			continue;
		if (!c->last)
			return CSV_MORE;
		if (!last_row(c))
			return CSV_END;
		break;
	}
	return give(c, row);
}

void csv_feed(struct csv *c, struct str chunk, bool last)
{
	must(c->input.len == 0 && !c->last);
	c->input = chunk;
	c->last = last;
}

struct csv *csv_create(char delimiter, const struct csv_limits *limits)
{
	struct csv *c = mem_alloc(sizeof *c);

	must(delimiter > 0 && strchr("\"\r\n", delimiter) == NULL);
	must(limits->row > 0 && limits->row <= CSV_LIMIT_MAX);
	must(limits->field > 0 && limits->field <= CSV_LIMIT_MAX);
	must(limits->columns > 0 && limits->columns <= CSV_LIMIT_MAX);
	c->limits = *limits;
	c->delimiter = delimiter;
	csv_buffer_init(c);
	c->line = 1;
	begin_row(c, 0);
	return c;
}

void csv_destroy(struct csv *c)
{
	if (c == NULL)
		return;
	free(c->fields);
	free(c->data);
	free(c);
}

uint64_t csv_blank_lines(const struct csv *c)
{
	return c->blank_lines;
}
