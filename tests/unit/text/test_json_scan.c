#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sluice/base/must.h"
#include "sluice/text/json_scan.h"

static const char *const kind_names[] = { "{", "}", "[", "]", "key", "string",
	"number", "true", "false", "null", "end", "more", "error" };

/* "kind@line:column" of every token, divided by spaces. */
static char *trace(struct str text, struct json_scan *s)
{
	struct buf out = buf_make(1 << 20);
	struct json_token t;

	json_scan_init(s, 8);
	json_scan_feed(s, text, 0, true);
	do {
		json_scan_next(s, &t);
		buf_printf(&out, "%s%s@%u:%u", out.len == 0 ? "" : " ",
			kind_names[t.kind], t.place.line, t.place.column);
	} while (t.kind < TOKEN_END);
	return buf_take(&out);
}

static void check_trace(const char *text, const char *expected)
{
	struct json_scan s;
	char *got = trace(str_of(text), &s);

	assert_string_equal(got, expected);
	free(got);
}

static void tokens_with_places(void **state)
{
	(void)state;
	check_trace("{\n  \"a\": [1, true],\n  \"b\": null}",
		"{@1:1 key@2:3 [@2:8 number@2:9 true@2:12 ]@2:16 key@3:3 "
		"null@3:8 }@3:12 end@3:13");
	check_trace(" \"x\" \n", "string@1:2 end@2:1");
	check_trace("[]", "[@1:1 ]@1:2 end@1:3");
	check_trace("{}", "{@1:1 }@1:2 end@1:3");
	check_trace("{\"a\":{},\"a\":[[]]}",
		"{@1:1 key@1:2 {@1:6 }@1:7 key@1:9 [@1:13 [@1:14 ]@1:15 "
		"]@1:16 }@1:17 end@1:18");
}

static void columns_count_characters(void **state)
{
	(void)state;
	check_trace("[\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\", 1]",
		"[@1:1 string@1:2 number@1:9 ]@1:10 end@1:11");
}

static void offsets_count_bytes(void **state)
{
	struct json_scan s;
	struct json_token t;

	(void)state;
	json_scan_init(&s, 8);
	json_scan_feed(&s, STR("[\"\xC3\xA9\", 17]"), 0, true);
	json_scan_next(&s, &t);
	json_scan_next(&s, &t);
	assert_int_equal(t.place.offset, 1);
	assert_int_equal(t.depth, 1);
	json_scan_next(&s, &t);
	assert_int_equal(t.place.offset, 7);
	assert_true(str_eq(t.raw, STR("17")));
}

struct bad {
	const char *text, *place, *message;
};

static const struct bad bads[] = {
	{ "", "1:1", "expected a value, found the end of the text" },
	{ "  \n ", "2:2", "expected a value, found the end of the text" },
	{ "[1,]", "1:4", "expected a value, found ']'" },
	{ "[1 2]", "1:4", "expected ',' or ']', found '2'" },
	{ "[1", "1:3", "expected ',' or ']', found the end of the text" },
	{ "[1}", "1:3", "expected ',' or ']', found '}'" },
	{ "{\"a\" 1}", "1:6", "expected ':' after the key, found '1'" },
	{ "{\"a\":1,}", "1:8", "expected a key in double quotes, found '}'" },
	{ "{a:1}", "1:2", "expected a key in double quotes or '}', found 'a'" },
	{ "{\"a\":}", "1:6", "expected a value, found '}'" },
	{ "{\"a\":1", "1:7", "expected ',' or '}', found the end of the text" },
	{ "1 1", "1:3", "expected nothing more after the value, found '1'" },
	{ "01", "1:1",
		"expected a value, found a bare word (texts need double "
		"quotes)" },
	{ "[1.]", "1:2",
		"expected a value or ']', found a bare word (texts need double "
		"quotes)" },
	{ "+1", "1:1",
		"expected a value, found a bare word (texts need double "
		"quotes)" },
	{ ".5", "1:1",
		"expected a value, found a bare word (texts need double "
		"quotes)" },
	{ "1e", "1:1",
		"expected a value, found a bare word (texts need double "
		"quotes)" },
	{ "-", "1:1",
		"expected a value, found a bare word (texts need double "
		"quotes)" },
	{ "NaN", "1:1",
		"expected a value, found a bare word (texts need double "
		"quotes)" },
	{ "True", "1:1",
		"expected a value, found a bare word (texts need double "
		"quotes)" },
	{ "// x\n1", "1:1",
		"expected a value, found '/' (JSON has no comments)" },
	{ "\"a", "1:1",
		"expected '\"' to close the string, found the end of the "
		"text" },
	{ "\"\xC3\xA9\n\"", "1:3",
		"expected '\"' to close the string, found the byte 0x0A" },
	{ "\"ab\\x\"", "1:4",
		"expected an escape such as \\n or \\u00e9 after the "
		"backslash" },
	{ "\"\\u12G4\"", "1:2",
		"expected an escape such as \\n or \\u00e9 after the "
		"backslash" },
	{ "\"\\uD800\\u0041\"", "1:2",
		"expected an escape such as \\n or \\u00e9 after the "
		"backslash" },
	{ "\"\\uDC00\"", "1:2",
		"expected an escape such as \\n or \\u00e9 after the "
		"backslash" },
	{ "\"\xC0\x80\"", "1:1", "expected UTF-8 in the string" },
	{ "\"\xED\xA0\x80\"", "1:1", "expected UTF-8 in the string" },
	{ "\xEF\xBB\xBF{}", "1:1",
		"expected a value, found a byte order mark; save the text as "
		"UTF-8 without one" },
	{ "[[[[[[[[[", "1:9", "nested more than 8 levels deep" },
};

static void errors_name_place_and_expectation(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bads); i++) {
		struct json_scan s;
		char *got = trace(str_of(bads[i].text), &s);
		char *place = strrchr(got, '@');

		assert_string_equal(s.error, bads[i].message);
		assert_non_null(place);
		assert_string_equal(place + 1, bads[i].place);
		free(got);
	}
}

static void an_error_is_final(void **state)
{
	struct json_scan s;
	struct json_token t;

	(void)state;
	json_scan_init(&s, 8);
	json_scan_feed(&s, STR("x 1"), 0, true);
	assert_int_equal(json_scan_next(&s, &t), TOKEN_ERROR);
	assert_int_equal(json_scan_next(&s, &t), TOKEN_ERROR);
	assert_int_equal(t.place.column, 1);
}

static void nul_bytes_are_refused(void **state)
{
	struct json_scan s;
	char *got = trace(STR("[1,\0]"), &s);

	(void)state;
	assert_string_equal(s.error, "expected a value, found the byte 0x00");
	free(got);
}

static struct str text_of(const char *json, struct buf *scratch)
{
	struct json_scan s;
	struct json_token t;

	json_scan_init(&s, 8);
	json_scan_feed(&s, str_of(json), 0, true);
	assert_int_equal(json_scan_next(&s, &t), TOKEN_STRING);
	return json_token_text(&t, scratch);
}

static void strings_are_unescaped(void **state)
{
	struct buf scratch = buf_make(64);

	(void)state;
	assert_true(str_eq(text_of("\"plain\"", &scratch), STR("plain")));
	assert_null(scratch.data);
	assert_true(
		str_eq(text_of("\"a\\\"\\\\\\/\\b\\f\\n\\r\\tz\"", &scratch),
			STR("a\"\\/\b\f\n\r\tz")));
	assert_true(str_eq(
		text_of("\"\\u0041\\u00e9\\u20AC\\uD83D\\uDE00\"", &scratch),
		STR("A\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80")));
	assert_true(str_eq(text_of("\"\\u0000\"", &scratch), STR("\0")));
	assert_true(str_eq(text_of("\"\"", &scratch), STR("")));
	buf_release(&scratch);
}

static void numbers_keep_their_text(void **state)
{
	static const char *const good[] = { "0", "-0", "10", "0.5", "-1.25e+10",
		"1E5", "123456789012345678901234567890" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		struct json_scan s;
		struct json_token t;

		json_scan_init(&s, 8);
		json_scan_feed(&s, str_of(good[i]), 0, true);
		assert_int_equal(json_scan_next(&s, &t), TOKEN_NUMBER);
		assert_true(str_eq(t.raw, str_of(good[i])));
	}
}

static void skip_ends_with_the_container(void **state)
{
	struct json_scan s;
	struct json_token t;

	(void)state;
	json_scan_init(&s, 8);
	json_scan_feed(&s, STR("[{\"a\":[{}]},7]"), 0, true);
	json_scan_next(&s, &t);
	json_scan_next(&s, &t);
	assert_int_equal(json_scan_skip(&s, t.depth, &t), TOKEN_OBJECT_END);
	assert_int_equal(json_scan_next(&s, &t), TOKEN_NUMBER);
}

/* Feeds `step` bytes at a time and must see the same tokens as at once. */
static char *trace_in_steps(struct str text, size_t step)
{
	struct buf out = buf_make(1 << 20), window = buf_make(1 << 20);
	struct json_scan s;
	struct json_token t;
	size_t given = 0;

	json_scan_init(&s, 8);
	for (;;) {
		if (json_scan_next(&s, &t) == TOKEN_MORE) {
			size_t n = text.len - given < step ? text.len - given
							   : step;

			buf_drop(&window, json_scan_used(&s));
			buf_put(&window, text.ptr + given, n);
			given += n;
			json_scan_feed(
				&s, buf_view(&window), 0, given == text.len);
			continue;
		}
		buf_printf(&out, "%s%s@%u:%u", out.len == 0 ? "" : " ",
			kind_names[t.kind], t.place.line, t.place.column);
		if (t.kind >= TOKEN_END)
			break;
	}
	buf_release(&window);
	return buf_take(&out);
}

static void windows_of_any_size_give_the_same(void **state)
{
	static const char text[] = "{ \"k\\u00e9\" : [ 12.5e3 , "
				   "\"\\uD83D\\uDE00\xC3\xA9\",\n true "
				   "], \"n\":null, \"o\":{\"x\":-1} }\n";

	(void)state;
	for (size_t step = 1; step < sizeof text; step++) {
		struct json_scan s;
		char *whole = trace(STR(text), &s);
		char *parts = trace_in_steps(STR(text), step);

		assert_string_equal(parts, whole);
		free(whole);
		free(parts);
	}
	for (size_t i = 0; i < ARRAY_LEN(bads); i++) {
		struct json_scan s;
		char *whole = trace(str_of(bads[i].text), &s);
		char *parts = trace_in_steps(str_of(bads[i].text), 1);

		if (bads[i].text[0] != '\xEF')
			assert_string_equal(parts, whole);
		free(whole);
		free(parts);
	}
}

/* How a long list is cut into its elements: the window keeps an element from
 * its first byte on. */
static void elements_can_be_cut_from_a_stream(void **state)
{
	static const char text[] = "[{\"a\":1},{\"b\":[2,3]},  {\"c\":{}}]";
	struct buf out = buf_make(1000);
	struct json_scan s;
	struct json_token t;
	uint64_t from = 0;

	(void)state;
	json_scan_init(&s, 8);
	json_scan_feed(&s, STR(text), 0, true);
	while (json_scan_next(&s, &t) < TOKEN_END) {
		if (t.kind == TOKEN_OBJECT_BEGIN && t.depth == 1)
			from = t.place.offset;
		if (t.kind == TOKEN_OBJECT_END && t.depth == 1)
			buf_printf(&out, "%.*s;",
				(int)(t.place.offset + 1 - from), text + from);
	}
	assert_int_equal(t.kind, TOKEN_END);
	assert_string_equal(out.data, "{\"a\":1};{\"b\":[2,3]};{\"c\":{}};");
	buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tokens_with_places),
		cmocka_unit_test(columns_count_characters),
		cmocka_unit_test(offsets_count_bytes),
		cmocka_unit_test(errors_name_place_and_expectation),
		cmocka_unit_test(an_error_is_final),
		cmocka_unit_test(nul_bytes_are_refused),
		cmocka_unit_test(strings_are_unescaped),
		cmocka_unit_test(numbers_keep_their_text),
		cmocka_unit_test(skip_ends_with_the_container),
		cmocka_unit_test(windows_of_any_size_give_the_same),
		cmocka_unit_test(elements_can_be_cut_from_a_stream),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
