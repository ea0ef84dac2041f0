#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sluice/base/must.h"
#include "sluice/text/json_list.h"

#define MAX_ITEM 30

/* Each item as "index@line:column+offset raw\n", then "end" or the error. */
static char *trace_pieces(
	struct str text, const char *path, size_t first, size_t step)
{
	struct json_list_options options = {
		.items_path = { path, path == NULL ? 0 : strlen(path) },
		.max_item = MAX_ITEM,
		.max_depth = 6
	};
	struct diag why;
	struct json_list *l = json_list_create(&options, &why);
	struct buf out = buf_make(1 << 20);
	enum json_list_kind kind = JSON_LIST_MORE;
	struct json_item item;

	must(l != NULL);
	for (size_t at = 0, n = first; kind == JSON_LIST_MORE;
		at += n, n = step) {
		char *piece;

		n = n < text.len - at ? n : text.len - at;
		piece = malloc(n > 0 ? n : 1);
		if (n > 0)
			memcpy(piece, text.ptr + at, n);
		json_list_feed(l, (struct str){ piece, n }, at + n == text.len);
		while ((kind = json_list_next(l, &item)) == JSON_LIST_ITEM)
			buf_printf(&out, "%u@%u:%u+%u %.*s\n",
				(unsigned)item.index, item.place.line,
				item.place.column, (unsigned)item.place.offset,
				STR_ARG(item.raw));
		free(piece);
	}
	if (kind == JSON_LIST_ERROR) {
		must(json_list_error(l, &why) != ERR_OK);
		buf_printf(&out, "%s: %s", err_name(why.code), why.text);
	} else {
		buf_text(&out, "end");
	}
	must(json_list_next(l, &item) == kind); /* final */
	json_list_destroy(l);
	return buf_take(&out);
}

struct example {
	const char *path, *text, *expected;
};

#define TEN "1234567890"

static const struct example examples[] = {
	/* Where lists stand */
	{ NULL, "[]", "end" },
	{ NULL, " [ {\"a\":1} ,\n\n {} ] ",
		"0@1:4+3 {\"a\":1}\n1@3:2+15 {}\nend" },
	{ NULL, "{\"elements\":[{\"a\":[{}]}, 7],\"total\":[1,{}]}",
		"0@1:14+13 {\"a\":[{}]}\n1@1:26+25 7\nend" },
	{ NULL, "{\"page\":{\"elements\":[1]},\"elements\":[2]}",
		"0@1:38+37 2\nend" },
	{ "$", "[1]", "0@1:2+1 1\nend" },
	{ "$.a.b", "{\"b\":[1],\"a\":{\"x\":{\"b\":[2]},\"b\":[3]}}",
		"0@1:34+33 3\nend" },
	{ "$.a", "{\"x\":null,\"y\":\"s\",\"\\u0061\":[3]}",
		"0@1:29+28 3\nend" },
	{ "$.\xC3\xA9", "{\"\xC3\xA9\":[\"\xC3\xA9\",1]}",
		"0@1:7+7 \"\xC3\xA9\"\n1@1:11+12 1\nend" },
	/* Elements of every kind, as they stand */
	{ NULL, "[1.50,\"a\\\"]\",null,true,false,[ [ ] ],{ \"a\" : 1 }]",
		"0@1:2+1 1.50\n1@1:7+6 \"a\\\"]\"\n2@1:14+13 null\n"
		"3@1:19+18 true\n4@1:24+23 false\n5@1:30+29 [ [ ] ]\n"
		"6@1:38+37 { \"a\" : 1 }\nend" },
	/* No list, another thing, two lists */
	{ NULL, "",
		"ERR_INVALID: line 1, column 1: expected a value, found "
		"the end of the text" },
	{ NULL, "{}",
		"ERR_INVALID: line 1, column 3: there is no list "
		"$.elements" },
	{ NULL, "7",
		"ERR_INVALID: line 1, column 1: expected a list at $, "
		"found a number" },
	{ NULL, "{\"elements\":null}",
		"ERR_INVALID: line 1, column 13: expected a list at "
		"$.elements, found null" },
	{ "$", "{}",
		"ERR_INVALID: line 1, column 1: expected a list at $, "
		"found an object" },
	{ "$.a.b", "{\"a\":[]}",
		"ERR_INVALID: line 1, column 6: expected an object on the way "
		"to $.a.b, found a list" },
	{ "$.a", "{\"a\":[1],\"a\":[2]}",
		"0@1:7+6 1\nERR_INVALID: line 1, column 14: the list $.a "
		"stands here for the second time" },
	{ "$.a.b", "{\"a\":{\"b\":[1]},\"a\":{\"b\":[2]}}",
		"0@1:12+11 1\nERR_INVALID: line 1, column 25: the list $.a.b "
		"stands here for the second time" },
	/* What is wrong in the text, before, in and behind the list */
	{ NULL, "{\"x\":],\"elements\":[1]}",
		"ERR_INVALID: line 1, column 6: expected a value, found ']'" },
	{ NULL, "[{\"a\":1},\n{\"a\" 1}]",
		"0@1:2+1 {\"a\":1}\nERR_INVALID: line 2, column 6: expected "
		"':' after the key, found '1'" },
	{ NULL, "[1,2",
		"0@1:2+1 1\n1@1:4+3 2\nERR_INVALID: line 1, column 5: "
		"expected ',' or ']', found the end of the text" },
	{ NULL, "[1] x",
		"0@1:2+1 1\nERR_INVALID: line 1, column 5: expected "
		"nothing more after the value, found 'x'" },
	{ NULL, "[[[[[[[",
		"ERR_INVALID: line 1, column 7: nested more than 6 "
		"levels deep" },
	{ NULL, "[\"\xFF\"]",
		"ERR_INVALID: line 1, column 2: expected UTF-8 in the string" },
	/* 30 bytes an element, not one more */
	{ NULL, "[\"" TEN TEN "12345678\",1]",
		"0@1:2+1 \"" TEN TEN "12345678\"\n1@1:33+32 1\nend" },
	{ NULL, "[1,\"" TEN TEN "123456789\",1]",
		"0@1:2+1 1\nERR_LIMIT: line 1, column 4: an element of more "
		"than 30 bytes" },
	{ NULL, "[" TEN TEN TEN "]", "0@1:2+1 " TEN TEN TEN "\nend" },
	{ NULL, "[" TEN TEN TEN "1]",
		"ERR_LIMIT: line 1, column 2: an element "
		"of more than 30 bytes" },
	{ NULL, "[[1234567,1234567,1234567,1234],{}]",
		"0@1:2+1 [1234567,1234567,1234567,1234]\n1@1:33+32 {}\nend" },
	{ NULL, "[\n[1234567,1234567,1234567,12345],{}]",
		"ERR_LIMIT: line 2, column 1: an element of more than 30 "
		"bytes" },
	{ NULL, "[[1234567,1234567,1234567,1234567 x",
		"ERR_LIMIT: line 1, column 2: an element of more than 30 "
		"bytes" },
	{ NULL, "[[12, \"" TEN TEN TEN TEN TEN,
		"ERR_LIMIT: line 1, column 2: an element of more than 30 "
		"bytes" },
	{ NULL, "{\"" TEN TEN TEN "\":1,\"elements\":[]}",
		"ERR_LIMIT: line 1, column 2: a name or value of more than 30 "
		"bytes" },
	{ NULL,
		"{\"x\":[" TEN "," TEN "," TEN "," TEN
		"],          \"elements\":[\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n"
		"\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n1]}",
		"0@37:1+109 1\nend" },
};

static void examples_are_cut_as_expected(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(examples); i++) {
		struct str text = str_of(examples[i].text);
		char *got = trace_pieces(
			text, examples[i].path, text.len, text.len);

		assert_string_equal(got, examples[i].expected);
		free(got);
	}
}

static void cuts_change_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(examples); i++) {
		struct str text = str_of(examples[i].text);

		for (size_t first = 0; first <= text.len; first++)
			for (size_t step = 1; step <= 3; step++) {
				char *got = trace_pieces(text, examples[i].path,
					first, step == 3 ? text.len : step);

				assert_string_equal(got, examples[i].expected);
				free(got);
			}
	}
}

static void bad_paths(void **state)
{
	struct json_list_options options = { .max_item = 1, .max_depth = 1 };
	struct diag why;

	(void)state;
	options.items_path = STR("$.a[0].b");
	assert_null(json_list_create(&options, &why));
	assert_string_equal(why.text, "path \"$.a[0].b\": the way to a list "
				      "has names only, no [...]");
	options.items_path = STR("a");
	assert_null(json_list_create(&options, &why));
	assert_string_equal(why.text, "path \"a\": character 1: expected '$'");
}

/* 100,000 elements, and one of 8 MB byte by byte: neither may take long. */
static void large_lists(void **state)
{
	struct json_list_options options = { .max_item = 10u << 20,
		.max_depth = 4 };
	struct diag why;
	struct json_list *l = json_list_create(&options, &why);
	struct json_item item;
	unsigned long count = 0;

	(void)state;
	json_list_feed(l, STR("{\"elements\":[0"), false);
	assert_int_equal(json_list_next(l, &item), JSON_LIST_MORE);
	for (int i = 0; i < 100000; i++) {
		json_list_feed(l, STR(",{\"id\":\"abc\",\"n\":[1,2]}"), false);
		while (json_list_next(l, &item) == JSON_LIST_ITEM)
			count++;
	}
	json_list_feed(l, STR(",[\""), false);
	while (json_list_next(l, &item) == JSON_LIST_ITEM)
		count++;
	for (int i = 0; i < 8 << 20; i++) {
		json_list_feed(l, STR("x"), false);
		assert_int_equal(json_list_next(l, &item), JSON_LIST_MORE);
	}
	json_list_feed(l, STR("\"]]}"), true);
	assert_int_equal(json_list_next(l, &item), JSON_LIST_ITEM);
	assert_int_equal(item.raw.len, (8 << 20) + 4);
	assert_int_equal(item.index, 100001);
	assert_int_equal(count, 100001);
	assert_int_equal(json_list_next(l, &item), JSON_LIST_END);
	json_list_destroy(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(examples_are_cut_as_expected),
		cmocka_unit_test(cuts_change_nothing),
		cmocka_unit_test(bad_paths),
		cmocka_unit_test(large_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
