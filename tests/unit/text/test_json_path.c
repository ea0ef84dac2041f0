#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sluice/base/must.h"
#include "sluice/text/json_path.h"

static const char document[] =
	"{\"a\":{\"b\":\"deep\",\"n\":null,\"\":\"unnamed\"},"
	"\"list\":[{\"b\":\"x\"},{\"b\":null},{},{\"b\":7},{\"b\":true}],"
	"\"nested\":[[\"1\",\"2\"],[],[\"3\"]],"
	"\"empty\":[],\"blank\":[\"\",\"\"],\"mixed\":[\"t\",{\"b\":1}],"
	"\"int\":-9007199254740993,\"yes\":true,\"no\":false,"
	"\"price\":117.45,\"CF_x-1 y\":\"odd\",\"\xC3\xA9\":\"accent\"}";

struct example {
	const char *path;
	enum json_found found;
	const char *text;
};

static const struct example examples[] = {
	{ "$.a.b", JSON_FOUND_TEXT, "deep" },
	{ "$.list[0].b", JSON_FOUND_TEXT, "x" },
	{ "$.list[3].b", JSON_FOUND_TEXT, "7" },
	{ "$.list[*].b", JSON_FOUND_TEXT, "x||7||TRUE" },
	{ "$.nested[*][*]", JSON_FOUND_TEXT, "1||2||3" },
	{ "$.nested[*][1]", JSON_FOUND_TEXT, "2" },
	{ "$.nested[0][*]", JSON_FOUND_TEXT, "1||2" },
	{ "$.blank[*]", JSON_FOUND_TEXT, "||" },
	{ "$.int", JSON_FOUND_TEXT, "-9007199254740993" },
	{ "$.yes", JSON_FOUND_TEXT, "TRUE" },
	{ "$.no", JSON_FOUND_TEXT, "FALSE" },
	{ "$.price", JSON_FOUND_TEXT, "117.45" },
	{ "$.CF_x-1 y", JSON_FOUND_TEXT, "odd" },
	{ "$.\xC3\xA9", JSON_FOUND_TEXT, "accent" },
	{ "$.a.n", JSON_FOUND_NULL, "" },
	{ "$.a.n.x[*]", JSON_FOUND_NULL, "" },
	{ "$.a.n[*].x", JSON_FOUND_NULL, "" },
	{ "$.list[1].b", JSON_FOUND_NULL, "" },
	{ "$.empty[*]", JSON_FOUND_NULL, "" },
	{ "$.list[*].z", JSON_FOUND_NULL, "" },
	{ "$.z", JSON_FOUND_ABSENT, "" },
	{ "$.z[*].b", JSON_FOUND_ABSENT, "" },
	{ "$.list[2].b", JSON_FOUND_ABSENT, "" },
	{ "$.list[5]", JSON_FOUND_ABSENT, "" },
	{ "$", JSON_FOUND_MISFIT, "" },
	{ "$.a", JSON_FOUND_MISFIT, "" },
	{ "$.list", JSON_FOUND_MISFIT, "" },
	{ "$.a[0]", JSON_FOUND_MISFIT, "" },
	{ "$.a[*]", JSON_FOUND_MISFIT, "" },
	{ "$.list.b", JSON_FOUND_MISFIT, "" },
	{ "$.price.x", JSON_FOUND_MISFIT, "" },
	{ "$.mixed[*]", JSON_FOUND_MISFIT, "" },
	{ "$.mixed[*].b", JSON_FOUND_MISFIT, "" },
};

static void examples_evaluate(void **state)
{
	json_t *root = json_loads(document, 0, NULL);
	struct buf out = buf_make(100);
	struct json_path path;
	struct diag why;

	(void)state;
	assert_non_null(root);
	for (size_t i = 0; i < ARRAY_LEN(examples); i++) {
		const struct example *e = &examples[i];

		assert_int_equal(
			json_path_parse(&path, str_of(e->path), &why), ERR_OK);
		buf_clear(&out);
		buf_text(&out, ">");
		assert_int_equal(json_path_text(&path, root, &out), e->found);
		assert_int_equal(out.len, 1 + strlen(e->text));
		assert_string_equal(out.data + 1, e->text);
		json_path_release(&path);
	}
	buf_release(&out);
	json_decref(root);
}

static void values_are_borrowed(void **state)
{
	json_t *root = json_loads(document, 0, NULL);
	struct json_path path;
	struct diag why;

	(void)state;
	assert_int_equal(json_path_parse(&path, STR("$"), &why), ERR_OK);
	assert_ptr_equal(json_path_get(&path, root), root);
	json_path_release(&path);
	assert_int_equal(
		json_path_parse(&path, STR("$.list[1]"), &why), ERR_OK);
	assert_true(json_is_object(json_path_get(&path, root)));
	json_path_release(&path);
	assert_int_equal(json_path_parse(&path, STR("$.a.n.z"), &why), ERR_OK);
	assert_null(json_path_get(&path, root));
	json_path_release(&path);
	json_decref(root);
}

static void numbers_have_no_exponent(void **state)
{
	static const char *const pairs[][2] = { { "0.1", "0.1" },
		{ "20.0", "20" }, { "-0.0", "0" }, { "1e3", "1000" },
		{ "1e22", "10000000000000000000000" }, { "1e-7", "0.0000001" },
		{ "1.5e-9", "0.0000000015" }, { "-2.50", "-2.5" },
		{ "0.30000000000000004", "0.30000000000000004" },
		{ "123456789.125", "123456789.125" }, { "1e0", "1" },
		{ "999999999999999.9", "999999999999999.9" },
		{ "9.99e2", "999" }, { "0.001", "0.001" }, { "5e-324", NULL },
		{ "1.7976931348623157e308", NULL } };
	struct buf out = buf_make(1000);
	struct json_path path;
	struct diag why;

	(void)state;
	assert_int_equal(json_path_parse(&path, STR("$[0]"), &why), ERR_OK);
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		json_t *root;

		buf_clear(&out);
		buf_printf(&out, "[%s]", pairs[i][0]);
		root = json_loads(out.data, 0, NULL);
		assert_non_null(root);
		buf_clear(&out);
		assert_int_equal(
			json_path_text(&path, root, &out), JSON_FOUND_TEXT);
		assert_null(strchr(out.data, 'e'));
		if (pairs[i][1] != NULL)
			assert_string_equal(out.data, pairs[i][1]);
		assert_true(strtod(out.data, NULL) ==
			    json_real_value(json_array_get(root, 0)));
		json_decref(root);
	}
	json_path_release(&path);
	buf_release(&out);
}

static void errors_name_the_character(void **state)
{
	static const char *const pairs[][2] = {
		{ "", "path \"\": character 1: expected '$'" },
		{ "a.b", "path \"a.b\": character 1: expected '$'" },
		{ "$a", "path \"$a\": character 2: expected '.', '[' or the "
			"end" },
		{ "$.", "path \"$.\": character 3: expected a name after '.'" },
		{ "$..a", "path \"$..a\": character 3: expected a name after "
			  "'.'" },
		{ "$.\xC3\xA9.[0]",
			"path \"$.\xC3\xA9.[0]\": character 5: expected a name "
			"after '.'" },
		{ "$.a[",
			"path \"$.a[\": character 5: expected a number or '*' "
			"after '['" },
		{ "$.a[-1]",
			"path \"$.a[-1]\": character 5: expected a number or "
			"'*' after '['" },
		{ "$.a[1000000000]",
			"path \"$.a[1000000000]\": character 5: expected a "
			"number or '*' after '['" },
		{ "$.a[1", "path \"$.a[1\": character 6: expected ']'" },
		{ "$.a[*.b", "path \"$.a[*.b\": character 6: expected ']'" },
		{ "$.a[0]b",
			"path \"$.a[0]b\": character 7: expected '.', '[' or "
			"the end" },
		{ "$.a]",
			"path \"$.a]\": character 4: expected '.', '[' or the "
			"end" },
		{ "$.1.2.3.4.5.6.7.8.9.0.1.2.3.4.5.6.7",
			"path \"$.1.2.3.4.5.6.7.8.9.0.1.2.3.4.5.6.7\": "
			"character 34: expected the end (paths have at most 16 "
			"steps)" },
		{ "$.\xFF", "a path that is not UTF-8" },
	};
	struct json_path path;
	struct diag why;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		assert_int_equal(
			json_path_parse(&path, str_of(pairs[i][0]), &why),
			ERR_INVALID);
		assert_string_equal(why.text, pairs[i][1]);
		assert_null(path.text);
	}
}

static void a_full_buffer_is_seen(void **state)
{
	json_t *root = json_loads("[\"12345\",\"6789\"]", 0, NULL);
	struct buf out = buf_make(8);
	struct json_path path;
	struct diag why;

	(void)state;
	assert_int_equal(json_path_parse(&path, STR("$[*]"), &why), ERR_OK);
	json_path_text(&path, root, &out);
	assert_true(out.full);
	json_path_release(&path);
	buf_release(&out);
	json_decref(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(examples_evaluate),
		cmocka_unit_test(values_are_borrowed),
		cmocka_unit_test(numbers_have_no_exponent),
		cmocka_unit_test(errors_name_the_character),
		cmocka_unit_test(a_full_buffer_is_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
