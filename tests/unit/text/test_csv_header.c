#include "test_csv_trace.h"

/* The header of a text; ERR_... and the sentence in `why`. */
static enum err read_header(
	struct csv_header *h, struct str text, char delimiter, struct diag *why)
{
	static const struct csv_limits limits = { 1 << 20, 1 << 20, 200000 };
	struct csv *c = csv_create(delimiter, &limits);
	struct csv_row row;
	enum err e;

	csv_feed(c, text, true);
	assert_true(csv_next(c, &row) < CSV_MORE);
	e = csv_header_read(h, delimiter, &row, why);
	csv_destroy(c);
	return e;
}

static void names_are_trimmed_and_found(void **state)
{
	struct csv_header h;
	struct diag why;

	(void)state;
	assert_int_equal(read_header(&h,
				 STR("\xEF\xBB\xBFName; \"External Id\" "
				     ";\tCF_x\r\nrow"),
				 ';', &why),
		ERR_OK);
	assert_int_equal(h.count, 3);
	assert_true(str_eq(h.names[2], STR("CF_x")));
	assert_int_equal(csv_header_find(&h, STR("Name")), 0);
	assert_int_equal(csv_header_find(&h, STR("CF_x")), 2);
	assert_int_equal(csv_header_find(&h, STR("name")), CSV_ABSENT);
	assert_int_equal(csv_header_find(&h, STR("Nam")), CSV_ABSENT);
	assert_int_equal(csv_header_find(&h, STR("")), CSV_ABSENT);
	csv_header_release(&h);
}

static void columns_without_a_name(void **state)
{
	struct csv_header h;
	struct diag why;

	(void)state;
	assert_int_equal(
		read_header(&h, STR("Name,Id,, ,\n"), ',', &why), ERR_OK);
	assert_int_equal(h.count, 5);
	assert_int_equal(csv_header_find(&h, STR("Id")), 1);
	assert_int_equal(csv_header_find(&h, STR("")), CSV_ABSENT);
	csv_header_release(&h);
	assert_int_equal(read_header(&h, STR(" , \n"), ',', &why), ERR_INVALID);
	assert_string_equal(why.text, "header: the header row holds no name");
}

static void a_name_twice(void **state)
{
	struct csv_header h;
	struct diag why;

	(void)state;
	assert_int_equal(
		read_header(&h, STR("Id,Name,x, Id "), ',', &why), ERR_INVALID);
	assert_string_equal(why.text, "header: columns 1 and 4 of the header "
				      "have the same name \"Id\"");
}

static void what_is_missing_is_named(void **state)
{
	const struct str need[] = { STR("Id"), STR("Name"), STR("Zip") };
	struct csv_header h;
	struct diag why;

	(void)state;
	assert_int_equal(read_header(&h, STR("Name,Town"), ',', &why), ERR_OK);
	assert_int_equal(csv_header_require(&h, need, 2, &why), ERR_INVALID);
	assert_string_equal(
		why.text, "the header lacks required columns: \"Id\"");
	assert_int_equal(csv_header_require(&h, need, 3, &why), ERR_INVALID);
	assert_string_equal(
		why.text, "the header lacks required columns: \"Id\", \"Zip\"");
	assert_int_equal(csv_header_require(&h, need + 1, 1, &why), ERR_OK);
	assert_int_equal(csv_header_require(&h, NULL, 0, &why), ERR_OK);
	csv_header_release(&h);
}

static void the_other_delimiter_would_fit(void **state)
{
	const struct str need[] = { STR("Id"), STR("Name") };
	struct csv_header h;
	struct diag why;

	(void)state;
	assert_int_equal(
		read_header(&h, STR("Id;Name;a,b\n1;2;3"), ',', &why), ERR_OK);
	assert_int_equal(csv_header_require(&h, need, 2, &why), ERR_INVALID);
	assert_string_equal(why.text,
		"the delimiter looks wrong: with ';' the header has all "
		"required columns, with ',' it lacks \"Id\", \"Name\"");
	assert_true(csv_header_other_fits(&h, need, 2));
	csv_header_release(&h);
	assert_int_equal(read_header(&h, STR("Id,Name\n"), ';', &why), ERR_OK);
	assert_true(csv_header_other_fits(&h, need, 2));
	assert_false(csv_header_other_fits(&h, &STR("Zip"), 1));
	csv_header_release(&h);
}

static void a_bad_header_row(void **state)
{
	struct csv_header h;
	struct diag why;

	(void)state;
	assert_int_equal(
		read_header(&h, STR("a,b\0\n"), ',', &why), ERR_INVALID);
	assert_string_equal(why.text, "header: line 1, column 2: a NUL byte");
	assert_int_equal(
		read_header(&h, STR("\"Id\";\"Name\";\"a,b\"\r\n"), ',', &why),
		ERR_INVALID);
	assert_string_equal(why.text,
		"the delimiter looks wrong: it is set to ',', and the header "
		"row can be read with ';' (line 1, column 1: text after the "
		"closing quote (a quote inside quotes is written twice))");
}

static void long_lists_of_missing_names_are_cut(void **state)
{
	struct str need[60];
	struct csv_header h;
	struct diag why;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(need); i++)
		need[i] = STR("A Column With A Long Name");
	assert_int_equal(read_header(&h, STR("Name"), ',', &why), ERR_OK);
	assert_int_equal(csv_header_require(&h, need, ARRAY_LEN(need), &why),
		ERR_INVALID);
	assert_non_null(strstr(why.text, "\" and 47 more"));
	csv_header_release(&h);
}

static void many_columns(void **state)
{
	struct buf text = buf_make(1 << 21);
	struct csv_header h;
	struct diag why;

	(void)state;
	for (unsigned i = 0; i < 100000; i++)
		buf_printf(&text, "c%u,", i);
	assert_int_equal(read_header(&h, buf_view(&text), ',', &why), ERR_OK);
	assert_int_equal(csv_header_find(&h, STR("c77777")), 77777);
	csv_header_release(&h);
	buf_text(&text, "c5");
	assert_int_equal(
		read_header(&h, buf_view(&text), ',', &why), ERR_INVALID);
	assert_string_equal(why.text, "header: columns 6 and 100001 of the "
				      "header have the same name \"c5\"");
	buf_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_trimmed_and_found),
		cmocka_unit_test(columns_without_a_name),
		cmocka_unit_test(a_name_twice),
		cmocka_unit_test(what_is_missing_is_named),
		cmocka_unit_test(the_other_delimiter_would_fit),
		cmocka_unit_test(a_bad_header_row),
		cmocka_unit_test(long_lists_of_missing_names_are_cut),
		cmocka_unit_test(many_columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
