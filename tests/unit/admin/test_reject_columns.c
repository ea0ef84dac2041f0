/* Columns of rejects.csv: the union of the files' headers, and cells as RFC
 * 4180 has them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../../src/admin/reject_columns.h"

static struct arena arena;
static struct reject_columns columns;

static int setup(void **state)
{
	(void)state;
	arena = (struct arena){ 0 };
	reject_columns_init(&columns, &arena);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	reject_columns_release(&columns);
	arena_release(&arena);
	return 0;
}

static void check_names(const char *const *names, size_t count)
{
	assert_int_equal(columns.count, count);
	for (size_t i = 0; i < count; i++)
		assert_string_equal(columns.names[i], names[i]);
}

static void headers_are_joined_in_order(void **state)
{
	static const char *const names[] = { "id", "name", "tax" };

	(void)state;
	reject_columns_file(&columns, STR("[\"id\",\"name\"]"));
	reject_columns_file(&columns, STR("[\"tax\",\"id\"]"));
	check_names(names, 3);
	assert_int_equal(reject_place(&columns, 0), 2);
	assert_int_equal(reject_place(&columns, 1), 0);
	assert_int_equal(reject_place(&columns, 2), COLUMN_EXTRA);
	reject_columns_file(&columns, STR("[\"id\",\"name\"]"));
	check_names(names, 3);
	assert_int_equal(reject_place(&columns, 1), 1);
}

/* A file of rejects that was mended and imported again. */
static void own_columns_are_taken_off(void **state)
{
	static const char *const names[] = { "id", "name" };

	(void)state;
	reject_columns_file(&columns,
		STR("[\"id\",\"__line\",\"__code\",\"__message\",\"name\"]"));
	check_names(names, 2);
	assert_int_equal(reject_place(&columns, 1), COLUMN_DROPPED);
	assert_int_equal(reject_place(&columns, 3), COLUMN_DROPPED);
	assert_int_equal(reject_place(&columns, 4), 1);
}

static void what_has_no_name_is_extra(void **state)
{
	(void)state;
	reject_columns_file(&columns, STR("[\"id\",\"\",\"name\"]"));
	assert_int_equal(columns.count, 2);
	assert_int_equal(reject_place(&columns, 1), COLUMN_EXTRA);
	assert_int_equal(reject_place(&columns, 2), 1);
}

static void frozen_columns_grow_no_more(void **state)
{
	(void)state;
	reject_columns_file(&columns, STR("[\"id\"]"));
	columns.frozen = true;
	reject_columns_file(&columns, STR("[\"new\",\"id\"]"));
	assert_int_equal(columns.count, 1);
	assert_int_equal(reject_place(&columns, 0), COLUMN_EXTRA);
	assert_int_equal(reject_place(&columns, 1), 0);
}

static void there_is_an_end_to_columns(void **state)
{
	char name[32];

	(void)state;
	for (int i = 0; i < COLUMNS_MAX; i++) {
		(void)snprintf(name, sizeof name, "column %d", i);
		assert_int_equal(reject_column(&columns, name), i);
	}
	assert_int_equal(reject_column(&columns, "one more"), COLUMN_EXTRA);
	assert_int_equal(reject_column(&columns, "column 7"), 7);
}

static void check_cell(struct str cell, char delimiter, struct str expected)
{
	struct buf out = buf_make(256);

	reject_put_cell(&out, cell, delimiter);
	assert_true(str_eq(buf_view(&out), expected));
	buf_release(&out);
}

static void cells_are_quoted_where_they_must_be(void **state)
{
	(void)state;
	check_cell(STR(""), ';', STR(""));
	check_cell(STR("a,b"), ';', STR("a,b"));
	check_cell(STR("a;b"), ';', STR("\"a;b\""));
	check_cell(STR("a,b"), ',', STR("\"a,b\""));
	check_cell(STR("5\" pipe"), ',', STR("\"5\"\" pipe\""));
	check_cell(STR("a\nb"), ',', STR("\"a\nb\""));
	check_cell(STR("a\rb"), ',', STR("\"a\rb\""));
	check_cell(STR("\xC3\xA9"), ',', STR("\xC3\xA9"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			headers_are_joined_in_order, setup, teardown),
		cmocka_unit_test_setup_teardown(
			own_columns_are_taken_off, setup, teardown),
		cmocka_unit_test_setup_teardown(
			what_has_no_name_is_extra, setup, teardown),
		cmocka_unit_test_setup_teardown(
			frozen_columns_grow_no_more, setup, teardown),
		cmocka_unit_test_setup_teardown(
			there_is_an_end_to_columns, setup, teardown),
		cmocka_unit_test(cells_are_quoted_where_they_must_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
