#include "sluice/base/must.h"
#include "sluice/text/csv.h"

static const struct {
	const char *text;
	enum err code;
} faults[CSV_FAULT_COUNT] = {
	[CSV_FAULT_NONE] = { "nothing is wrong", ERR_OK },
	[CSV_FAULT_NUL] = { "a NUL byte", ERR_INVALID },
	[CSV_FAULT_UTF8] = { "bytes that are no text in the file's encoding",
		ERR_INVALID },
	[CSV_FAULT_AFTER_QUOTE] = { "text after the closing quote (a quote "
				    "inside quotes is written twice)",
		ERR_INVALID },
	[CSV_FAULT_OPEN_QUOTE] = { "the quote that opens here is never closed",
		ERR_INVALID },
	[CSV_FAULT_FIELD_LONG] = { "the field is longer than the limit",
		ERR_LIMIT },
	[CSV_FAULT_ROW_LONG] = { "the row is longer than the limit",
		ERR_LIMIT },
	[CSV_FAULT_COLUMNS] = { "more columns than the limit", ERR_LIMIT },
};

const char *csv_fault_text(enum csv_fault fault)
{
	must(fault < CSV_FAULT_COUNT);
	return faults[fault].text;
}

enum err csv_row_explain(const struct csv_row *row, struct diag *why)
{
	return diag_set(why, faults[row->fault].code,
		"line %llu, column %zu: %s",
		(unsigned long long)row->fault_line, row->fault_column,
		csv_fault_text(row->fault));
}
