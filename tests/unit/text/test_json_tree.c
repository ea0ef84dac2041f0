#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sluice/text/json_tree.h"

/* The same tree as jansson's own parser makes. */
static void check_same(const char *text)
{
	struct json_problem problem;
	json_t *expected = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	json_t *got = json_tree(str_of(text), &problem);

	assert_non_null(expected);
	if (got == NULL)
		fail_msg("%s: %s", text, problem.text);
	assert_true(json_equal(got, expected));
	json_decref(got);
	json_decref(expected);
}

static void check_refused(
	const char *text, unsigned line, unsigned column, const char *sentence)
{
	struct json_problem problem;

	assert_null(json_loads(text, JSON_REJECT_DUPLICATES, NULL));
	assert_null(json_tree(str_of(text), NULL));
	assert_null(json_tree(str_of(text), &problem));
	assert_string_equal(problem.text, sentence);
	assert_int_equal(problem.place.line, line);
	assert_int_equal(problem.place.column, column);
}

static void same_as_jansson(void **state)
{
	(void)state;
	check_same("{}");
	check_same(" [ ] ");
	check_same("{\"a\":{\"b\":[1,[2,{\"c\":[]}],\"d\"],\"e\":{}},\"f\":3}");
	check_same("[true,false,null,\"\",\"a\","
		   "\"\xC3\xA9\\u00e9\\ud83d\\ude00\"]");
	check_same("{\"\":1,\"a\\nb\":2,\"a\":{\"a\":3}}");
	check_same("[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]");
}

static void whole_numbers(void **state)
{
	(void)state;
	check_same("[0,-0,1,-1,42,9223372036854775807,-9223372036854775808]");
	check_refused("[1, 9223372036854775808]", 1, 5,
		"the whole number is too large");
	check_refused("[-9223372036854775809]", 1, 2,
		"the whole number is too large");
}

static void other_numbers(void **state)
{
	(void)state;
	check_same("[0.0,-0.0,0.1,117.45,-23.49,1.0,0.5,99999999999.99]");
	check_same("[12345678901234.5,123456789012345.6,0.00000000000001]");
	check_same("[1e0,1E5,-2.5e-3,1e22,1e-7,1.7976931348623157e308]");
	check_same("[2.2250738585072014e-308,5e-324,1e-400]");
	check_same("[0.30000000000000004,9007199254740993.0,1.005,8.41]");
	check_refused("[1e309]", 1, 2, "the number is too large");
}

/* Every price up to 1,000.00: the short way must find the nearest double. */
static void prices(void **state)
{
	char text[64];
	json_t *tree;

	(void)state;
	for (int cents = 0; cents <= 100000; cents++) {
		snprintf(text, sizeof text, "[%d.%02d]", cents / 100,
			cents % 100);
		tree = json_tree(str_of(text), NULL);
		assert_true(json_real_value(json_array_get(tree, 0)) ==
			    strtod(text + 1, NULL));
		json_decref(tree);
	}
}

static void refused_with_place(void **state)
{
	(void)state;
	check_refused("{\"a\":1,\n \"b\":2,\n \"a\":3}", 3, 6,
		"this object has the same key twice");
	check_refused("[\"a\\u0000b\"]", 1, 2, "\\u0000 can't stand in a text");
	check_refused("{\"\\u0000\":1}", 1, 2, "\\u0000 can't stand in a text");
	check_refused("1", 1, 1, "expected an object or a list");
	check_refused("[1] 2", 1, 5,
		"expected nothing more after the value, found '2'");
	check_refused("{\"a\":[1,{\"b\":", 1, 14,
		"expected a value, found the end of the text");
}

static void deep(void **state)
{
	char text[2 * JSON_SCAN_DEPTH_MAX + 3];
	struct json_problem problem;
	json_t *tree;

	(void)state;
	memset(text, '[', sizeof text);
	memset(text + JSON_SCAN_DEPTH_MAX, ']', JSON_SCAN_DEPTH_MAX);
	tree = json_tree(
		(struct str){ text, 2 * JSON_SCAN_DEPTH_MAX }, &problem);
	assert_non_null(tree);
	json_decref(tree);
	memset(text, '[', sizeof text);
	assert_null(json_tree((struct str){ text, sizeof text }, &problem));
	assert_string_equal(problem.text, "nested more than 256 levels deep");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_as_jansson),
		cmocka_unit_test(whole_numbers),
		cmocka_unit_test(other_numbers),
		cmocka_unit_test(prices),
		cmocka_unit_test(refused_with_place),
		cmocka_unit_test(deep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
