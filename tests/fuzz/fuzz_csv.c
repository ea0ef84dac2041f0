/* Any bytes, at once and in pieces: no crash, the same rows, every line in one
 * row or counted as blank, and nothing past the limits.  The first two bytes
 * choose limits and pieces. */
#include "sluice/base/must.h"
#include "sluice/text/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t fold(uint64_t sum, const struct csv_row *row)
{
	sum = sum * 31 + row->line;
	sum = sum * 31 + row->last_line;
	sum = sum * 31 + (uint64_t)row->fault;
	sum = sum * 31 + row->fault_line;
	sum = sum * 31 + row->fault_column;
	for (size_t i = 0; i < row->count; i++) {
		sum = sum * 31 + row->fields[i].len;
		for (size_t j = 0; j < row->fields[i].len; j++)
			sum = sum * 31 + (unsigned char)row->fields[i].ptr[j];
	}
	return sum;
}

static void check_row(
	const struct csv_row *row, const struct csv_limits *limits)
{
	struct diag why;

	must(row->count <= limits->columns && row->last_line >= row->line);
	for (size_t i = 0; i < row->count; i++) {
		must(row->fields[i].len <= limits->field);
		must(row->fault != CSV_FAULT_NONE ||
			str_is_utf8(row->fields[i]));
	}
	if (row->fault == CSV_FAULT_NONE)
		return;
	must(row->fault_line >= row->line && row->fault_line <= row->last_line);
	must(row->fault_column > 0);
	must(csv_row_explain(row, &why) != ERR_OK);
}

static uint64_t lines_of(struct str text)
{
	uint64_t n = 0;

	if (text.len >= 3 && memcmp(text.ptr, "\xEF\xBB\xBF", 3) == 0)
		text = (struct str){ text.ptr + 3, text.len - 3 };
	for (size_t i = 0; i < text.len; i++)
		n += text.ptr[i] == '\r' ||
		     (text.ptr[i] == '\n' &&
			     (i == 0 || text.ptr[i - 1] != '\r'));
	return n + (text.len > 0 && text.ptr[text.len - 1] != '\n' &&
			   text.ptr[text.len - 1] != '\r');
}

static uint64_t read_all(
	struct str text, size_t piece, const struct csv_limits *limits)
{
	struct csv *c = csv_create(';', limits);
	uint64_t sum = 0, line = 0, blank = 0;
	struct csv_row row;
	enum csv_kind kind = CSV_MORE;

	for (size_t at = 0, n; kind != CSV_END; at += n) {
		n = text.len - at < piece ? text.len - at : piece;
		csv_feed(c, (struct str){ text.ptr + at, n },
			at + n == text.len);
		while ((kind = csv_next(c, &row)) < CSV_MORE) {
			must((kind == CSV_BAD) ==
				(row.fault != CSV_FAULT_NONE));
			check_row(&row, limits);
			must(row.line == line + 1 + csv_blank_lines(c) - blank);
			line = row.last_line;
			blank = csv_blank_lines(c);
			sum = fold(sum, &row);
		}
	}
	line += csv_blank_lines(c) - blank;
	must(line == lines_of(text) || (row.fault == CSV_FAULT_OPEN_QUOTE &&
					       line == lines_of(text) + 1));
	csv_destroy(c);
	return sum;
}

static void try_header(struct str text, const struct csv_limits *limits)
{
	struct csv *c = csv_create(';', limits);
	struct csv_header h;
	struct csv_row row;
	struct diag why;

	csv_feed(c, text, true);
	if (csv_next(c, &row) < CSV_MORE &&
		csv_header_read(&h, ';', &row, &why) == ERR_OK) {
		for (size_t i = 0; i < h.count; i++)
			must(h.names[i].len == 0 ||
				csv_header_find(&h, h.names[i]) == i);
		must(csv_header_require(&h, &STR("no such"), 1, &why) !=
				ERR_OK ||
			csv_header_find(&h, STR("no such")) != CSV_ABSENT);
		csv_header_release(&h);
	}
	csv_destroy(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct csv_limits all[] = { { 64, 16, 4 },
		{ 1 << 20, 1 << 20, 1000 }, { 20, 100, 100 }, { 100, 100, 1 } };
	const struct csv_limits *limits;
	struct str text;
	uint64_t sum;

	if (size < 2)
		return 0;
	limits = &all[data[0] % ARRAY_LEN(all)];
	text = (struct str){ (const char *)data + 2, size - 2 };
	sum = read_all(text, SIZE_MAX, limits);
	must(read_all(text, 1, limits) == sum);
	must(read_all(text, 1u + data[1], limits) == sum);
	try_header(text, limits);
	return 0;
}
