#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sluice/base/buf.h"

static void grows_and_stays_terminated(void **state)
{
	struct buf b = buf_make(100000);

	(void)state;
	assert_string_equal(buf_view(&b).ptr, "");
	for (int i = 0; i < 10000; i++)
		buf_char(&b, (char)('a' + i % 26));
	buf_text(&b, "|text");
	buf_str(&b, STR("|str"));
	buf_printf(&b, "|%d", 42);
	buf_put(&b, NULL, 0);
	assert_int_equal(b.len, 10012);
	assert_string_equal(b.data + 10000, "|text|str|42");
	assert_false(b.full);
	buf_release(&b);
	assert_null(b.data);
	assert_int_equal(b.max, 100000);
}

static void the_cap_is_exact_and_sticky(void **state)
{
	struct buf b = buf_make(4);

	(void)state;
	buf_text(&b, "abc");
	buf_text(&b, "de");
	assert_true(b.full);
	buf_char(&b, 'd');
	assert_string_equal(b.data, "abc");
	buf_clear(&b);
	assert_false(b.full);
	assert_string_equal(b.data, "");
	buf_printf(&b, "%s", "abcd");
	assert_string_equal(b.data, "abcd");
	assert_false(b.full);
	buf_char(&b, 'e');
	assert_true(b.full);
	assert_null(buf_reserve(&b, 0));
	buf_release(&b);
}

static void prints_what_fits_and_what_does_not(void **state)
{
	struct buf b = buf_make(400);

	(void)state;
	for (int i = 0; i < 40; i++)
		buf_printf(&b, "%03d,%s", i, "123456");
	assert_int_equal(b.len, 400);
	assert_false(b.full);
	assert_string_equal(b.data + 380, "038,123456039,123456");
	buf_printf(&b, "%s", "");
	assert_false(b.full);
	buf_printf(&b, "%d", 7);
	assert_true(b.full);
	assert_int_equal(b.len, 400);
	assert_string_equal(b.data + 390, "039,123456");
	buf_release(&b);
}

static void whole_numbers(void **state)
{
	struct buf b = buf_make(100);

	(void)state;
	buf_u64(&b, 0);
	buf_char(&b, ' ');
	buf_u64(&b, 1234567890);
	buf_char(&b, ' ');
	buf_u64(&b, UINT64_MAX);
	assert_string_equal(b.data, "0 1234567890 18446744073709551615");
	buf_release(&b);
}

static void a_huge_reserve_does_not_overflow(void **state)
{
	struct buf b = buf_make(1000);

	(void)state;
	buf_text(&b, "x");
	assert_null(buf_reserve(&b, SIZE_MAX));
	assert_true(b.full);
	buf_release(&b);
}

static void reserve_then_add(void **state)
{
	struct buf b = buf_make(1000);
	char *to = buf_reserve(&b, 500);

	(void)state;
	assert_non_null(to);
	memset(to, 'x', 500);
	b.len += 500;
	buf_char(&b, 'y');
	assert_int_equal(b.len, 501);
	assert_int_equal(b.data[500], 'y');
	buf_release(&b);
}

static void drop_from_the_front(void **state)
{
	struct buf b = buf_make(100);

	(void)state;
	buf_drop(&b, 0);
	buf_text(&b, "abcdef");
	buf_drop(&b, 2);
	assert_string_equal(b.data, "cdef");
	buf_drop(&b, 4);
	assert_string_equal(b.data, "");
	assert_int_equal(b.len, 0);
	buf_release(&b);
}

static void take_hands_over(void **state)
{
	struct buf b = buf_make(100);
	char *taken = buf_take(&b);

	(void)state;
	assert_string_equal(taken, "");
	free(taken);
	buf_text(&b, "abc");
	taken = buf_take(&b);
	assert_string_equal(taken, "abc");
	assert_null(b.data);
	free(taken);
}

static void json_strings_are_escaped(void **state)
{
	struct buf b = buf_make(100);

	(void)state;
	buf_json_string(&b, STR("a\"\\/\b\f\n\r\t\x01\0z\x7F\xC3\xA9"));
	assert_string_equal(b.data, "\"a\\\"\\\\/\\b\\f\\n\\r\\t\\u0001"
				    "\\u0000z\x7F\xC3\xA9\"");
	buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows_and_stays_terminated),
		cmocka_unit_test(the_cap_is_exact_and_sticky),
		cmocka_unit_test(prints_what_fits_and_what_does_not),
		cmocka_unit_test(whole_numbers),
		cmocka_unit_test(a_huge_reserve_does_not_overflow),
		cmocka_unit_test(reserve_then_add),
		cmocka_unit_test(drop_from_the_front),
		cmocka_unit_test(take_hands_over),
		cmocka_unit_test(json_strings_are_escaped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
