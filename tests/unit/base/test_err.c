#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sluice/base/err.h"
#include "sluice/base/must.h"

static void every_error_has_name_text_and_class(void **state)
{
	(void)state;
	for (int i = 0; i < ERR_COUNT; i++) {
		assert_memory_equal(err_name((enum err)i), "ERR_", 4);
		assert_true(err_text((enum err)i)[0] != '\0');
		assert_int_equal(
			err_class((enum err)i) == ERR_CLASS_NONE, i == ERR_OK);
	}
}

static void classes_say_whether_to_try_again(void **state)
{
	(void)state;
	assert_string_equal(err_name(ERR_NET), "ERR_NET");
	assert_int_equal(err_class(ERR_NET), ERR_CLASS_TRANSIENT);
	assert_int_equal(err_class(ERR_AUTH), ERR_CLASS_PERMANENT);
	assert_int_equal(err_class(ERR_UNKNOWN), ERR_CLASS_UNKNOWN_OUTCOME);
	assert_int_equal(err_class(ERR_BUG), ERR_CLASS_BUG);
}

static void errno_values_are_mapped(void **state)
{
	static const struct {
		int errnum;
		enum err e;
	} cases[] = { { 0, ERR_OK }, { ENOENT, ERR_NOT_FOUND },
		{ EEXIST, ERR_EXISTS }, { ENOSPC, ERR_NO_SPACE },
		{ EDQUOT, ERR_NO_SPACE }, { ECONNREFUSED, ERR_NET },
		{ EPIPE, ERR_NET }, { ETIMEDOUT, ERR_TIMEOUT }, { EIO, ERR_IO },
		{ EACCES, ERR_IO }, { 99999, ERR_IO } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(err_from_errno(cases[i].errnum), cases[i].e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_error_has_name_text_and_class),
		cmocka_unit_test(classes_say_whether_to_try_again),
		cmocka_unit_test(errno_values_are_mapped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
