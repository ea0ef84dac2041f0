#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sluice/base/must.h"
#include "sluice/base/str.h"

static void comparing(void **state)
{
	(void)state;
	assert_true(str_eq(STR("abc"), str_of("abc")));
	assert_false(str_eq(STR("abc"), STR("abd")));
	assert_false(str_eq(STR("abc"), STR("ab")));
	assert_true(str_eq(STR(""), str_of(NULL)));
	assert_true(str_eq_nocase(STR("aBc-1"), STR("AbC-1")));
	assert_false(str_eq_nocase(STR("abc"), STR("abcd")));
	/* ASCII only: letters and their neighbours stay apart. */
	assert_false(str_eq_nocase(STR("@["), STR("`{")));
}

static void trimming(void **state)
{
	(void)state;
	assert_true(str_eq(str_trim(STR(" \t\r\n a b \v\f")), STR("a b")));
	assert_true(str_eq(str_trim(STR("   ")), STR("")));
	assert_true(str_eq(str_trim(STR("")), STR("")));
}

static void whole_numbers(void **state)
{
	static const char *const wrong[] = { "", "-1", "+1", " 1", "1 ", "1x",
		"0x1", "18446744073709551616", "99999999999999999999" };
	uint64_t n = 7;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		assert_false(str_to_u64(str_of(wrong[i]), UINT64_MAX, &n));
	assert_true(str_to_u64(STR("18446744073709551615"), UINT64_MAX, &n));
	assert_true(n == UINT64_MAX);
	assert_true(str_to_u64(STR("007"), 7, &n) && n == 7);
	assert_false(str_to_u64(STR("8"), 7, &n));
	assert_true(str_to_u64(STR("0"), 0, &n) && n == 0);
}

static void utf8(void **state)
{
	static const char *const good[] = { "", "a", "\x7F", "\xC2\x80",
		"\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80",
		"\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF" };
	static const char *const bad[] = { "\x80", "\xC0\x80", "\xC1\xBF",
		"\xC3", "\xC3\x28", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xE2\x82",
		"\xE2\x28\xA1", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80",
		"\xF5\x80\x80\x80", "\xF0\x9F\x98", "a\xFF" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_true(str_is_utf8(str_of(good[i])));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(str_is_utf8(str_of(bad[i])));
	assert_false(str_is_utf8(STR("a\0b")));
}

static void distances(void **state)
{
	static const struct {
		const char *a, *b;
		size_t d;
	} cases[] = { { "", "", 0 }, { "abc", "", 3 }, { "abc", "abc", 0 },
		{ "abc", "ABC", 0 }, { "abc", "abd", 1 }, { "abc", "ab", 1 },
		{ "abc", "xabc", 1 }, { "levle", "level", 1 },
		{ "kitten", "sitting", 3 }, { "ab", "ba", 1 } };
	char lengthy[65] = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct str a = str_of(cases[i].a), b = str_of(cases[i].b);

		assert_int_equal(str_distance(a, b), cases[i].d);
		assert_int_equal(str_distance(b, a), cases[i].d);
	}
	memset(lengthy, 'a', 64);
	assert_true(str_distance(str_of(lengthy), str_of(lengthy)) > 60);
	lengthy[63] = '\0';
	assert_int_equal(str_distance(str_of(lengthy), str_of(lengthy)), 0);
}

static const char *name_at(const void *names, size_t i)
{
	return ((const char *const *)names)[i];
}

static void nearest(void **state)
{
	static const char *const names[] = { "listen", "dataDir", "log",
		"tls" };

	(void)state;
	assert_string_equal(
		str_nearest(STR("lisen"), 4, name_at, names), "listen");
	assert_string_equal(
		str_nearest(STR("datadir"), 4, name_at, names), "dataDir");
	assert_string_equal(str_nearest(STR("lgo"), 4, name_at, names), "log");
	assert_null(str_nearest(STR("zzzzzz"), 4, name_at, names));
	assert_null(str_nearest(STR("xy"), 4, name_at, names));
	assert_null(str_nearest(STR("listen"), 0, name_at, names));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comparing),
		cmocka_unit_test(trimming),
		cmocka_unit_test(whole_numbers),
		cmocka_unit_test(utf8),
		cmocka_unit_test(distances),
		cmocka_unit_test(nearest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
