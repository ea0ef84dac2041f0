/* Large and hostile texts, and that memory stays where the limits put it. */
#include <malloc.h>

#include "test_csv_trace.h"

#define MB ((size_t)1 << 20)

static const struct csv_limits large = { 16 * MB, 12 * MB, 200000 };

/* Feeds `count` pieces of `piece` between the two ends; answers the number of
 * rows, and the last one in `row`. */
struct feed {
	struct csv *c;
	struct csv_row last; /* its fields are gone */
	size_t rows, bad;
};

static void feed(struct feed *f, struct str chunk, bool last)
{
	struct csv_row row;
	enum csv_kind kind;

	csv_feed(f->c, chunk, last);
	while ((kind = csv_next(f->c, &row)) < CSV_MORE) {
		f->rows++;
		f->bad += kind == CSV_BAD;
		f->last = row;
	}
}

static void a_field_of_ten_megabytes(void **state)
{
	struct csv *c = csv_create(',', &large);
	struct buf text = buf_make(32 * MB);
	struct csv_row row;
	enum csv_kind kind = CSV_MORE;

	(void)state;
	buf_text(&text, "a,\"");
	for (size_t i = 0; i < 10 * MB / 4; i++)
		buf_text(&text, "x\n\"\"");
	buf_text(&text, "\",c\nlast");
	for (size_t at = 0; kind == CSV_MORE; at += 4093) {
		size_t n = text.len - at < 4093 ? text.len - at : 4093;

		csv_feed(c, (struct str){ text.data + at, n },
			at + n == text.len);
		kind = csv_next(c, &row);
	}
	assert_int_equal(kind, CSV_ROW);
	assert_int_equal(row.count, 3);
	assert_int_equal(row.fields[1].len, 10 * MB / 4 * 3);
	assert_memory_equal(row.fields[1].ptr, "x\n\"x\n\"", 6);
	assert_true(str_eq(row.fields[2], STR("c")));
	assert_int_equal(row.last_line, 1 + 10 * MB / 4);
	assert_int_equal(csv_next(c, &row), CSV_ROW);
	assert_int_equal(row.line, 2 + 10 * MB / 4);
	csv_destroy(c);
	buf_release(&text);
}

static void a_hundred_thousand_columns(void **state)
{
	struct csv *c = csv_create(',', &large);
	struct buf text = buf_make(MB);
	struct csv_row row;

	(void)state;
	for (unsigned i = 0; i < 100000; i++)
		buf_printf(&text, "%s%u", i > 0 ? "," : "", i);
	csv_feed(c, buf_view(&text), true);
	assert_int_equal(csv_next(c, &row), CSV_ROW);
	assert_int_equal(row.count, 100000);
	for (unsigned i = 0; i < 100000; i++) {
		char number[16];

		snprintf(number, sizeof number, "%u", i);
		assert_true(str_eq(row.fields[i], str_of(number)));
	}
	assert_int_equal(csv_next(c, &row), CSV_END);
	csv_destroy(c);
	buf_release(&text);
}

static void columns_past_the_limit_cost_nothing(void **state)
{
	struct feed f = { .c = csv_create(',', &trace_limits) };
	struct str commas = STR(",,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,");

	(void)state;
	for (size_t i = 0; i < 100000; i++)
		feed(&f, commas, false);
	feed(&f, STR("\n1,2"), true);
	assert_int_equal(f.rows, 2);
	assert_int_equal(f.bad, 1);
	assert_int_equal(f.last.line, 2);
	csv_destroy(f.c);
}

/* 200 MB, none of which fits the limits: a quoted field, a plain one, a line
 * after a closing quote. */
static void memory_stays_bounded(void **state)
{
	static const char *const begins[] = { "a\nb,\"", "a\nb,", "a\n\"b\" " };
	struct buf piece = buf_make(MB);
	struct csv_limits limits = { 300000, 200000, 100 };

	(void)state;
	for (size_t i = 0; i < MB / 16; i++)
		buf_text(&piece, "0123456, \"\" abcd");
	for (size_t i = 0; i < ARRAY_LEN(begins); i++) {
		struct feed f = { .c = csv_create(',', &limits) };
		size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;

		feed(&f, str_of(begins[i]), false);
		for (int n = 0; n < 70; n++)
			feed(&f, buf_view(&piece), false);
		assert_in_range(mallinfo2().uordblks + mallinfo2().hblkhd, 0,
			before + 2 * limits.row);
		feed(&f, STR("\nx"), i > 0);
		if (i == 0)
			feed(&f, STR("\",c\nx"), true);
		assert_int_equal(f.rows, 3);
		assert_int_equal(f.bad, 1);
		csv_destroy(f.c);
	}
	buf_release(&piece);
}

static void an_open_quote_in_a_large_file(void **state)
{
	struct feed f = { .c = csv_create(',', &trace_limits) };
	struct diag why;

	(void)state;
	for (int i = 0; i < 1000; i++)
		feed(&f, STR("a,b\r\n"), false);
	feed(&f, STR("c,\"d\r\n"), false);
	for (int i = 0; i < 1000000; i++)
		feed(&f, STR("a,b\r\n"), false);
	feed(&f, STR(""), true);
	assert_int_equal(f.rows, 1001);
	assert_int_equal(f.bad, 1);
	assert_int_equal(f.last.line, 1001);
	assert_int_equal(f.last.last_line, 1001002);
	assert_int_equal(csv_row_explain(&f.last, &why), ERR_INVALID);
	assert_string_equal(why.text, "line 1001, column 2: the quote that "
				      "opens here is never closed");
	csv_destroy(f.c);
}

static void line_numbers_go_on_over_many_buffers(void **state)
{
	struct feed f = { .c = csv_create(',', &trace_limits) };
	struct buf text = buf_make(4 * MB);

	(void)state;
	for (int i = 0; i < 50000; i++)
		buf_text(&text, "a,\"x\r\ny\",c\r\n\r\n");
	feed(&f, buf_view(&text), false);
	feed(&f, STR("z"), true);
	assert_int_equal(f.rows, 50001);
	assert_int_equal(f.bad, 0);
	assert_int_equal(f.last.line, 150001);
	assert_int_equal(csv_blank_lines(f.c), 50000);
	csv_destroy(f.c);
	buf_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_field_of_ten_megabytes),
		cmocka_unit_test(a_hundred_thousand_columns),
		cmocka_unit_test(columns_past_the_limit_cost_nothing),
		cmocka_unit_test(memory_stays_bounded),
		cmocka_unit_test(an_open_quote_in_a_large_file),
		cmocka_unit_test(line_numbers_go_on_over_many_buffers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
