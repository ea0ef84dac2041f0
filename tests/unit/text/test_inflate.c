#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <zlib.h>

#include "sluice/base/buf.h"
#include "sluice/base/must.h"
#include "sluice/text/inflate.h"

#define MB ((size_t)1 << 20)

static const struct inflate_limits no_limits = { 0, 0 };

static void pack(struct buf *out, struct str text)
{
	z_stream z = { 0 };
	size_t room;

	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, 0), Z_OK);
	room = deflateBound(&z, text.len) + 64;
	z.next_out = (unsigned char *)buf_reserve(out, room);
	z.avail_out = (unsigned)room;
	z.next_in = (unsigned char *)(uintptr_t)text.ptr;
	z.avail_in = (unsigned)text.len;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	out->len += room - z.avail_out;
	deflateEnd(&z);
}

/* All of the text in pieces of `step` bytes; what came out is in `out`. */
static enum err unpack(const struct inflate_limits *limits, struct str text,
	size_t step, struct buf *out, struct diag *why)
{
	struct inflate_stream *z = inflate_create(limits);
	enum err e = ERR_OK;
	struct str piece;
	bool last = false;

	buf_clear(out);
	for (size_t at = 0; !last && e == ERR_OK; at += step) {
		size_t n = text.len - at < step ? text.len - at : step;

		last = at + n == text.len;
		inflate_feed(z, (struct str){ text.ptr + at, n }, last);
		while ((e = inflate_next(z, &piece, why)) == ERR_OK &&
			piece.len > 0)
			buf_str(out, piece);
	}
	inflate_destroy(z);
	return e;
}

static void check(struct str packed, struct str expected)
{
	struct buf out = buf_make(16 * MB);
	struct diag why;

	for (size_t step = 1; step <= packed.len + 1; step++) {
		assert_int_equal(
			unpack(&no_limits, packed, step, &out, &why), ERR_OK);
		assert_true(str_eq(buf_view(&out), expected));
	}
	buf_release(&out);
}

static void check_error(struct str packed, enum err code, const char *text)
{
	struct buf out = buf_make(16 * MB);
	struct diag why;

	for (size_t step = 1; step <= packed.len + 1; step++) {
		assert_int_equal(
			unpack(&no_limits, packed, step, &out, &why), code);
		if (text != NULL)
			assert_string_equal(why.text, text);
	}
	buf_release(&out);
}

static void what_is_not_packed_passes(void **state)
{
	(void)state;
	check(STR(""), STR(""));
	check(STR("a,b\n"), STR("a,b\n"));
	check(STR("\x1F"), STR("\x1F"));
	check(STR("\x1Fx"), STR("\x1Fx"));
	check(STR("\x8B\x1F"), STR("\x8B\x1F"));
	check(STR("\0\x1F\x8B"), STR("\0\x1F\x8B"));
}

static void packed_parts_are_unpacked(void **state)
{
	struct buf packed = buf_make(MB);

	(void)state;
	pack(&packed, STR("hello, hello, hello\n"));
	check(buf_view(&packed), STR("hello, hello, hello\n"));
	pack(&packed, STR(""));
	pack(&packed, STR("second"));
	check(buf_view(&packed), STR("hello, hello, hello\nsecond"));
	buf_put(&packed, "\0\0\0", 3);
	check(buf_view(&packed), STR("hello, hello, hello\nsecond"));
	buf_release(&packed);
}

static void something_behind_the_packed_part(void **state)
{
	struct buf packed = buf_make(MB);
	char text[100];

	(void)state;
	pack(&packed, STR("abc"));
	snprintf(text, sizeof text,
		"gzip: something else follows the packed data (byte %zu)",
		packed.len + 1);
	buf_put(&packed, "\0x", 2);
	check_error(buf_view(&packed), ERR_INVALID, text);
	packed.len -= 2;
	buf_put(&packed, "\x1Fx", 2);
	check_error(buf_view(&packed), ERR_INVALID, NULL);
	buf_release(&packed);
}

static void cut_off_anywhere(void **state)
{
	struct buf packed = buf_make(MB);
	char text[100];

	(void)state;
	pack(&packed, STR("hello, hello, hello\n"));
	for (size_t n = 2; n < packed.len; n++) {
		snprintf(text, sizeof text, "gzip: cut off after %zu bytes", n);
		check_error((struct str){ packed.data, n }, ERR_INVALID, text);
	}
	buf_release(&packed);
}

static void damaged_data_is_never_taken(void **state)
{
	struct str text = STR("some text that will not come out changed");
	struct buf packed = buf_make(MB), out = buf_make(MB);
	struct diag why;

	(void)state;
	pack(&packed, text);
	for (size_t bit = 16; bit < packed.len * 8; bit++) {
		packed.data[bit / 8] ^= (char)(1 << bit % 8);
		if (unpack(&no_limits, buf_view(&packed), 7, &out, &why) ==
			ERR_OK)
			/* time, flags and system in the header say nothing */
			assert_true(str_eq(buf_view(&out), text));
		else
			assert_memory_equal(why.text, "gzip: ", 6);
		packed.data[bit / 8] ^= (char)(1 << bit % 8);
	}
	buf_release(&packed);
	buf_release(&out);
}

static void large_files_come_in_pieces(void **state)
{
	struct buf text = buf_make(8 * MB), packed = buf_make(8 * MB),
		   out = buf_make(8 * MB);
	struct diag why;

	(void)state;
	for (unsigned i = 0; text.len < 4 * MB; i++)
		buf_printf(&text, "%u;", i * 2654435761u);
	pack(&packed, buf_view(&text));
	assert_int_equal(
		unpack(&no_limits, buf_view(&packed), 65536, &out, &why),
		ERR_OK);
	assert_true(str_eq(buf_view(&out), buf_view(&text)));
	buf_release(&text);
	buf_release(&packed);
	buf_release(&out);
}

static void limits_are_kept(void **state)
{
	struct inflate_limits small = { 5 * MB, 0 }, ratio = { 0, 100 },
			      both = { 10 * MB, 1100 };
	struct buf zeros = buf_make(16 * MB), packed = buf_make(16 * MB),
		   out = buf_make(16 * MB);
	struct diag why;

	(void)state;
	for (size_t i = 0; i < 10 * MB; i++)
		buf_char(&zeros, '\0');
	pack(&packed, buf_view(&zeros));
	assert_int_equal(
		unpack(&both, buf_view(&packed), 1000, &out, &why), ERR_OK);
	assert_int_equal(out.len, 10 * MB);
	assert_int_equal(
		unpack(&small, buf_view(&packed), 1000, &out, &why), ERR_LIMIT);
	assert_string_equal(why.text, "more than 5242880 bytes when unpacked");
	assert_in_range(out.len, 0, 5 * MB);
	assert_int_equal(
		unpack(&ratio, buf_view(&packed), 1000, &out, &why), ERR_LIMIT);
	assert_string_equal(
		why.text, "unpacks to more than 100 times its size");
	assert_in_range(out.len, 0, 2 * MB);
	assert_int_equal(unpack(&small, buf_view(&zeros), 100000, &out, &why),
		ERR_LIMIT);
	assert_string_equal(why.text, "more than 5242880 bytes");
	buf_release(&zeros);
	buf_release(&packed);
	buf_release(&out);
}

static void whether_it_was_packed(void **state)
{
	struct inflate_stream *z = inflate_create(&no_limits);
	struct buf packed = buf_make(MB);
	struct str piece;
	struct diag why;

	(void)state;
	pack(&packed, STR("x"));
	assert_false(inflate_is_packed(z));
	inflate_feed(z, buf_view(&packed), true);
	assert_int_equal(inflate_next(z, &piece, &why), ERR_OK);
	assert_true(str_eq(piece, STR("x")));
	assert_true(inflate_is_packed(z));
	inflate_destroy(z);
	buf_release(&packed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_packed_passes),
		cmocka_unit_test(packed_parts_are_unpacked),
		cmocka_unit_test(something_behind_the_packed_part),
		cmocka_unit_test(cut_off_anywhere),
		cmocka_unit_test(damaged_data_is_never_taken),
		cmocka_unit_test(large_files_come_in_pieces),
		cmocka_unit_test(limits_are_kept),
		cmocka_unit_test(whether_it_was_packed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
