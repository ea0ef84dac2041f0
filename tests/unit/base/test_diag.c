#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sluice/base/diag.h"
#include "sluice/base/str.h"

static void set_and_wrap_outward(void **state)
{
	struct diag d = { 0 };

	(void)state;
	assert_int_equal(
		diag_set(&d, ERR_REMOTE, "rename %s", "/a"), ERR_REMOTE);
	assert_int_equal(diag_wrap(&d, "sftp %s", "erp"), ERR_REMOTE);
	assert_int_equal(diag_wrap(&d, "export %d", 7), ERR_REMOTE);
	assert_string_equal(d.text, "export 7: sftp erp: rename /a");
}

static void no_diag_is_fine(void **state)
{
	(void)state;
	assert_int_equal(diag_set(NULL, ERR_IO, "x"), ERR_IO);
	assert_int_equal(diag_wrap(NULL, "x"), ERR_BUG);
}

static void line_breaks_become_blanks(void **state)
{
	struct diag d = { 0 };

	(void)state;
	(void)diag_set(&d, ERR_IO, "a\nb\tc");
	assert_string_equal(d.text, "a b c");
	(void)diag_wrap(&d, "x\r");
	assert_string_equal(d.text, "x : a b c");
}

/* "é" has two bytes, so one of two lengths cuts it. */
static void long_texts_are_cut_between_characters(void **state)
{
	(void)state;
	for (int shift = 0; shift < 2; shift++) {
		char text[2 * DIAG_SIZE + 2] = "x";
		struct diag d = { 0 };

		for (size_t i = (size_t)shift; i + 2 < sizeof text; i += 2)
			memcpy(text + i, "\xC3\xA9", 3);
		(void)diag_set(&d, ERR_IO, "%s", text);
		assert_true(strlen(d.text) > DIAG_SIZE - 5);
		assert_true(str_is_utf8(str_of(d.text)));
		(void)diag_wrap(&d, "around");
		assert_true(str_is_utf8(str_of(d.text)));
		assert_memory_equal(d.text, "around: ", 8);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(set_and_wrap_outward),
		cmocka_unit_test(no_diag_is_fine),
		cmocka_unit_test(line_breaks_become_blanks),
		cmocka_unit_test(long_texts_are_cut_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
