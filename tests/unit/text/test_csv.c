#include "test_csv_trace.h"

struct example {
	struct str text;
	const char *expected;
};

#define T(literal)                                                             \
	{                                                                      \
		(literal), sizeof(literal) - 1                                 \
	}

static const struct example examples[] = {
	/* Rows and line breaks */
	{ T(""), "" },
	{ T("a,b"), "1 [a][b]\n" },
	{ T("a,b\n"), "1 [a][b]\n" },
	{ T("a,b\r\nc,d\r\n"), "1 [a][b]\n2 [c][d]\n" },
	{ T("a\rb\nc\r\nd"), "1 [a]\n2 [b]\n3 [c]\n4 [d]\n" },
	{ T("a\r"), "1 [a]\n" },
	{ T(",\n,"), "1 [][]\n2 [][]\n" },
	{ T("a,\n"), "1 [a][]\n" },
	{ T(" a , b \n"), "1 [ a ][ b ]\n" },
	/* Blank lines */
	{ T("\n"), "1 blank\n" },
	{ T("\r\n\r\n"), "2 blank\n" },
	{ T("\r\r\n\n"), "3 blank\n" },
	{ T("a\n\n\nb\n\n"), "1 [a]\n4 [b]\n3 blank\n" },
	{ T("a\r\n\r\nb"), "1 [a]\n3 [b]\n1 blank\n" },
	/* Byte order mark */
	{ T("\xEF\xBB\xBF"), "" },
	{ T("\xEF\xBB\xBF"
	    "a,b\n"),
		"1 [a][b]\n" },
	{ T("\xEF\xBB\xBF\"a\"\n\xEF\xBB\xBFz"), "1 [a]\n2 [\xEF\xBB\xBFz]\n" },
	{ T("\xEF\xBB"), "1 utf8@1:1 [\xEF\xBB]\n" },
	/* Quotes */
	{ T("\"a\",\"\",b"), "1 [a][][b]\n" },
	{ T("\"\""), "1 []\n" },
	{ T("\"\"\n\n"), "1 []\n1 blank\n" },
	{ T("\"a\"\"b\",\"\"\"\",\"\"\"\"\"\""), "1 [a\"b][\"][\"\"]\n" },
	{ T("\"a,b\nc\",d\ne"), "1-2 [a,b\nc][d]\n3 [e]\n" },
	{ T("\"a\r\nb\rc\n\nd\"\r\ne"), "1-5 [a\r\nb\rc\n\nd]\n6 [e]\n" },
	{ T("\"\r\n\",\"\n\r\"\nx"), "1-4 [\r\n][\n\r]\n5 [x]\n" },
	{ T("5\" pipe,a\"b\"\n"), "1 [5\" pipe][a\"b\"]\n" },
	{ T(" \"a\", \"b,c\"\n"), "1 [ \"a\"][ \"b][c\"]\n" },
	{ T("\"a\"\r\"b\""), "1 [a]\n2 [b]\n" },
	/* Text after a closing quote: the next line is the next row */
	{ T("\"a\"b,c\nd"), "1 after-quote@1:1 [\"a\"b,c]\n2 [d]\n" },
	{ T("x,\"a\" ,c\r\nd"), "1 after-quote@1:2 [x][\"a\" ,c]\n2 [d]\n" },
	{ T("\"a \"b\",\"\"c\",1\nd"),
		"1 after-quote@1:1 [\"a \"b\",\"\"c\",1]\n2 [d]\n" },
	{ T("\"a\nb\"c\nd"), "1-2 after-quote@2:1 [\"a\nb\"c]\n3 [d]\n" },
	{ T("\"a\"b"), "1 after-quote@1:1 [\"a\"b]\n" },
	{ T("\"a\"\0\nb"), "1 after-quote@1:1 [\"a\"" },
	{ T("\"a\";\"b\"\nc"), "1 after-quote@1:1 [\"a\";\"b\"]\n2 [c]\n" },
	/* A quote that is never closed: where it opened */
	{ T("a\n\"b"), "1 [a]\n2 open-quote@2:1 [\"b]\n" },
	{ T("a\nb,\"c\nd,e\nf\n"),
		"1 [a]\n2-5 open-quote@2:2 [b][\"c\nd,e\nf\n]\n" },
	{ T("\"x\ny\",\"z"), "1-2 open-quote@2:2 [x\ny][\"z]\n" },
	{ T("\""), "1 open-quote@1:1 [\"]\n" },
	{ T("\"a\"\""), "1 open-quote@1:1 [\"a\"\"]\n" },
	{ T("a,\"aaaaaaaaaaaaaaaaaaaaaaaaaaaa\nx\nyyyyyyyyy,\n"),
		"1-4 open-quote@1:2 [a]\n" },
	/* Bytes that are no text */
	{ T("a,b\xFF,c\nd"), "1 utf8@1:2 [a][b\xFF][c]\n2 [d]\n" },
	{ T("a\n\xC3\xA9\n\xC3\n\xED\xA0\x80\n\xC0\x80\n\xF4\x90\x80\x80\nb"),
		"1 [a]\n2 [\xC3\xA9]\n3 utf8@3:1 [\xC3]\n"
		"4 utf8@4:1 [\xED\xA0\x80]\n5 utf8@5:1 [\xC0\x80]\n"
		"6 utf8@6:1 [\xF4\x90\x80\x80]\n7 [b]\n" },
	{ T("12345678\xE2\x82\xAC,12345678\xE2\x82"),
		"1 utf8@1:2 [12345678\xE2\x82\xAC][12345678\xE2\x82]\n" },
	{ T("\"\xC3\"\"\xA9\""), "1 utf8@1:1 [\xC3\"\xA9]\n" },
	/* Limits: 20 bytes a field, 40 a row, 5 columns */
	{ T("12345678901234567890\n"), "1 [12345678901234567890]\n" },
	{ T("a,123456789012345678901,b\nc"), "1 field-long@1:2 [a]\n2 [c]\n" },
	{ T("\"123456789012345678\"\n"), "1 [123456789012345678]\n" },
	{ T("\"1234567890123456789\"\nc"), "1 field-long@1:1 \n2 [c]\n" },
	{ T("x\n\"1\n345678901234567890\n\",\"b\n\"\nc"),
		"1 [x]\n2-5 field-long@2:1 \n6 [c]\n" },
	{ T("123456789012345678901"), "1 field-long@1:1 \n" },
	{ T("12345678901234,12345678901234,12345678901\nb"),
		"1 row-long@1:3 [12345678901234][12345678901234]\n2 [b]\n" },
	{ T("12345678901234,12345678901234,1234567890\nb"),
		"1 [12345678901234][12345678901234][1234567890]\n2 [b]\n" },
	{ T("1,2,3,4,5\n1,2,3,4,5,6,7\nx"),
		"1 [1][2][3][4][5]\n2 columns@2:6 [1][2][3][4][5]\n3 [x]\n" },
	{ T("1,2,3,4,5,\"a\nb\",\"\"\nx"),
		"1-2 columns@1:6 [1][2][3][4][5]\n3 [x]\n" },
	{ T("1,2,3,4,5,\"a\r\nb\"c,\"\r\nx"),
		"1-2 after-quote@2:6 [1][2][3][4][5]\n3 [x]\n" },
	/* The first fault counts, but for a quote that is never closed */
	{ T("\xFF,\"a\"b\n"), "1 after-quote@1:2 [\xFF][\"a\"b]\n" },
	{ T("1,2,3,4,5,6,7,\"a"), "1 open-quote@1:8 [1][2][3][4][5]\n" },
};

static void examples_read_as_expected(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(examples); i++) {
		char *got = trace(examples[i].text);

		if (memchr(examples[i].text.ptr, '\0', examples[i].text.len))
			got[strlen(examples[i].expected)] = '\0';
		assert_string_equal(got, examples[i].expected);
		free(got);
	}
}

static void check_same(struct str text, size_t first, size_t step, bool end)
{
	struct csv_limits odd = { 39, 7, 3 };
	const struct csv_limits *both[] = { &trace_limits, &odd };

	for (size_t i = 0; i < ARRAY_LEN(both); i++) {
		char *whole = trace_pieces(text, text.len, 1, false, both[i]);
		char *cut = trace_pieces(text, first, step, end, both[i]);

		assert_string_equal(cut, whole);
		free(whole);
		free(cut);
	}
}

static void cuts_change_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(examples); i++) {
		struct str text = examples[i].text;

		for (size_t cut = 0; cut <= text.len; cut++)
			check_same(text, cut, text.len - cut, cut % 2 == 0);
		check_same(text, 1, 1, false);
		check_same(text, 1, 1, true);
		check_same(text, 2, 3, true);
	}
}

static void nul_bytes_make_a_row_bad(void **state)
{
	struct csv *c = csv_create(',', &trace_limits);
	struct csv_row row;
	struct diag why;

	(void)state;
	csv_feed(c, STR("a,b\nc,d\0e,\0\nf"), true);
	assert_int_equal(csv_next(c, &row), CSV_ROW);
	assert_int_equal(csv_next(c, &row), CSV_BAD);
	assert_int_equal(row.fault, CSV_FAULT_NUL);
	assert_true(str_eq(row.fields[1], STR("d\0e")));
	assert_int_equal(csv_row_explain(&row, &why), ERR_INVALID);
	assert_string_equal(why.text, "line 2, column 2: a NUL byte");
	assert_int_equal(csv_next(c, &row), CSV_ROW);
	assert_true(str_eq(row.fields[0], STR("f")));
	assert_int_equal(csv_next(c, &row), CSV_END);
	csv_destroy(c);
}

static void semicolons_and_tabs(void **state)
{
	static const char delimiters[] = { ';', '\t', '|' };
	struct csv_row row;

	(void)state;
	for (size_t i = 0; i < sizeof delimiters; i++) {
		char text[] = "a,b?\"c?d\"\n";
		struct csv *c = csv_create(delimiters[i], &trace_limits);

		for (char *p = text; (p = strchr(p, '?')) != NULL;)
			*p = delimiters[i];
		csv_feed(c, str_of(text), true);
		assert_int_equal(csv_next(c, &row), CSV_ROW);
		assert_int_equal(row.count, 2);
		assert_true(str_eq(row.fields[0], STR("a,b")));
		assert_int_equal(row.fields[1].len, 3);
		csv_destroy(c);
	}
}

static void faults_say_where(void **state)
{
	struct csv_row row = { .fault = CSV_FAULT_OPEN_QUOTE,
		.fault_line = 5000000000,
		.fault_column = 3 };
	struct diag why;

	(void)state;
	assert_int_equal(csv_row_explain(&row, &why), ERR_INVALID);
	assert_string_equal(why.text, "line 5000000000, column 3: the quote "
				      "that opens here is never closed");
	row.fault = CSV_FAULT_ROW_LONG;
	assert_int_equal(csv_row_explain(&row, &why), ERR_LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(examples_read_as_expected),
		cmocka_unit_test(cuts_change_nothing),
		cmocka_unit_test(nul_bytes_make_a_row_bad),
		cmocka_unit_test(semicolons_and_tabs),
		cmocka_unit_test(faults_say_where),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
