#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sluice/base/buf.h"
#include "sluice/base/must.h"
#include "sluice/text/charset.h"
#include "sluice/text/csv.h"

/* All of the text in pieces of `step` bytes; what stood before an error stays
 * in `out`. */
static enum err convert(enum charset set, enum charset_bad bad, struct str text,
	size_t step, struct buf *out, struct diag *why)
{
	struct charset_stream *s = charset_create(set, bad, why);
	enum err e = ERR_OK;
	struct str piece;

	assert_non_null(s);
	buf_clear(out);
	for (size_t at = 0; at < text.len && e == ERR_OK; at += step) {
		size_t n = text.len - at < step ? text.len - at : step;

		charset_feed(s, (struct str){ text.ptr + at, n });
		while ((e = charset_next(s, &piece, why)) == ERR_OK &&
			piece.len > 0)
			buf_str(out, piece);
	}
	charset_destroy(s);
	return e;
}

static void check(enum charset set, struct str text, struct str expected)
{
	struct buf out = buf_make(1 << 24);
	struct diag why;

	for (size_t step = 1; step <= text.len; step++) {
		assert_int_equal(
			convert(set, CHARSET_FAIL, text, step, &out, &why),
			ERR_OK);
		assert_true(str_eq(buf_view(&out), expected));
	}
	buf_release(&out);
}

static void known_texts(void **state)
{
	(void)state;
	check(CHARSET_UTF_8, STR("\xC3\xA9\xFF\0x"), STR("\xC3\xA9\xFF\0x"));
	check(CHARSET_ISO_8859_1, STR("a\xE9\x80\0\xFFz"),
		STR("a\xC3\xA9\xC2\x80\0\xC3\xBFz"));
	check(CHARSET_WINDOWS_1252, STR("\x80 \x9C\xE9\x99\xFF"),
		STR("\xE2\x82\xAC \xC5\x93\xC3\xA9\xE2\x84\xA2\xC3\xBF"));
	check(CHARSET_WINDOWS_1252, STR("\xEF\xBB"), STR("\xC3\xAF\xC2\xBB"));
	check(CHARSET_WINDOWS_1252, STR("\xEF x\xBB\xBF"),
		STR("\xC3\xAF x\xC2\xBB\xC2\xBF"));
}

static void large_texts_come_in_pieces(void **state)
{
	struct buf text = buf_make(1 << 20), out = buf_make(1 << 22);
	struct diag why;

	(void)state;
	for (int i = 0; i < 300000; i++)
		buf_char(&text, '\x80');
	assert_int_equal(convert(CHARSET_WINDOWS_1252, CHARSET_FAIL,
				 buf_view(&text), 299999, &out, &why),
		ERR_OK);
	assert_int_equal(out.len, 900000);
	assert_true(str_is_utf8(buf_view(&out)));
	buf_release(&text);
	buf_release(&out);
}

static void bad_bytes_are_placed(void **state)
{
	struct str text = STR("ab\r\nc\rd\n\xE9\x81z");
	struct buf out = buf_make(100);
	struct diag why;

	(void)state;
	for (size_t step = 1; step <= text.len; step++) {
		assert_int_equal(convert(CHARSET_WINDOWS_1252, CHARSET_FAIL,
					 text, step, &out, &why),
			ERR_INVALID);
		assert_string_equal(why.text,
			"line 4: the byte 0x81 (at offset "
			"9) means nothing in "
			"WINDOWS-1252");
		assert_true(
			str_eq(buf_view(&out), STR("ab\r\nc\rd\n\xC3\xA9")));
	}
	buf_release(&out);
}

static void bad_bytes_are_marked(void **state)
{
	struct charset_stream *s;
	struct str piece;
	struct diag why;

	(void)state;
	s = charset_create(CHARSET_WINDOWS_1252, CHARSET_MARK, &why);
	charset_feed(s, STR("\x81\x8Dk\x9D\xE9"));
	assert_int_equal(charset_next(s, &piece, &why), ERR_OK);
	assert_true(str_eq(piece, STR("\xFF\xFFk\xFF\xC3\xA9")));
	assert_int_equal(charset_next(s, &piece, &why), ERR_OK);
	assert_int_equal(piece.len, 0);
	assert_int_equal(charset_marked(s), 3);
	charset_destroy(s);
}

static void a_marked_row_is_refused_and_the_next_one_read(void **state)
{
	struct csv_limits limits = { 100, 100, 10 };
	struct csv *c = csv_create(';', &limits);
	struct buf out = buf_make(100);
	struct csv_row row;
	struct diag why;

	(void)state;
	assert_int_equal(convert(CHARSET_WINDOWS_1252, CHARSET_MARK,
				 STR("a;\x81\n\xE9;b\n"), 2, &out, &why),
		ERR_OK);
	csv_feed(c, buf_view(&out), true);
	assert_int_equal(csv_next(c, &row), CSV_BAD);
	assert_int_equal(row.fault, CSV_FAULT_UTF8);
	assert_int_equal(row.fault_column, 2);
	assert_int_equal(csv_next(c, &row), CSV_ROW);
	assert_true(str_eq(row.fields[0], STR("\xC3\xA9")));
	csv_destroy(c);
	buf_release(&out);
}

static void a_byte_order_mark_contradicts(void **state)
{
	struct str text = STR("\xEF\xBB\xBFName;Town");
	struct buf out = buf_make(100);
	struct diag why;

	(void)state;
	for (size_t step = 1; step <= text.len; step++) {
		assert_int_equal(convert(CHARSET_ISO_8859_1, CHARSET_MARK, text,
					 step, &out, &why),
			ERR_INVALID);
		assert_string_equal(why.text,
			"the text begins with a UTF-8 byte order mark, so it "
			"is not ISO-8859-1; set the encoding to UTF-8");
	}
	buf_release(&out);
}

/* Every byte that means something comes back from UTF-8 as it was. */
static void back_and_forth(void **state)
{
	struct buf text = buf_make(16), back = buf_make(16);
	struct diag why;

	(void)state;
	for (int set = CHARSET_ISO_8859_1; set < CHARSET_COUNT; set++)
		for (int byte = 1; byte < 256; byte++) {
			char c = (char)byte;

			if (convert((enum charset)set, CHARSET_FAIL,
				    (struct str){ &c, 1 }, 1, &text,
				    &why) != ERR_OK)
				continue;
			buf_clear(&back);
			charset_put((enum charset)set, buf_view(&text), &back);
			assert_int_equal(back.len, 1);
			assert_int_equal((unsigned char)*back.data, byte);
		}
	buf_release(&text);
	buf_release(&back);
}

static void check_put(enum charset set, struct str text, struct str expected)
{
	struct buf out = buf_make(64);

	charset_put(set, text, &out);
	assert_true(str_eq(buf_view(&out), expected));
	buf_release(&out);
}

static void what_an_encoding_lacks_is_a_question_mark(void **state)
{
	(void)state;
	check_put(CHARSET_UTF_8, STR("\xE2\x82\xAC\xF0\x9F\x98\x80"),
		STR("\xE2\x82\xAC\xF0\x9F\x98\x80"));
	check_put(CHARSET_ISO_8859_1,
		STR("\xE2\x82\xAC \xF0\x9F\x98\x80 \xC3\xA9"), STR("? ? \xE9"));
	check_put(CHARSET_WINDOWS_1252,
		STR("\xE2\x82\xAC \xF0\x9F\x98\x80 \xC2\x81"), STR("\x80 ? ?"));
	check_put(CHARSET_ISO_8859_1, STR("a\xE2\x82"), STR("a??"));
}

static void names(void **state)
{
	enum charset set;

	(void)state;
	for (int i = 0; i < CHARSET_COUNT; i++) {
		assert_true(charset_from_name(
			str_of(charset_name((enum charset)i)), &set));
		assert_int_equal(set, i);
	}
	assert_false(charset_from_name(STR("KOI8-R"), &set));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_texts),
		cmocka_unit_test(large_texts_come_in_pieces),
		cmocka_unit_test(bad_bytes_are_placed),
		cmocka_unit_test(bad_bytes_are_marked),
		cmocka_unit_test(a_marked_row_is_refused_and_the_next_one_read),
		cmocka_unit_test(a_byte_order_mark_contradicts),
		cmocka_unit_test(back_and_forth),
		cmocka_unit_test(what_an_encoding_lacks_is_a_question_mark),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
