#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sluice/base/mem.h"

static void memory_is_there_even_for_nothing(void **state)
{
	char *p = mem_alloc(0);

	(void)state;
	assert_non_null(p);
	p = mem_resize(p, 100);
	p[99] = 'x';
	p = mem_resize(p, 0);
	assert_non_null(p);
	free(p);
}

static void copies(void **state)
{
	char *dup = mem_dup("abcdef", 3), *none = mem_dup(NULL, 0);
	char *text = mem_strdup("abc"), *printed = mem_printf("%d-%s", 7, "x");

	(void)state;
	assert_string_equal(dup, "abc");
	assert_string_equal(none, "");
	assert_string_equal(text, "abc");
	assert_string_equal(printed, "7-x");
	assert_null(mem_strdup(NULL));
	free(dup);
	free(none);
	free(text);
	free(printed);
}

static void secrets_are_wiped(void **state)
{
	char secret[] = "secret";
	static const char zero[sizeof secret] = { 0 };

	(void)state;
	mem_wipe(secret, sizeof secret);
	assert_memory_equal(secret, zero, sizeof secret);
	mem_free_secret(NULL);
	mem_free_secret(mem_strdup("secret"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_there_even_for_nothing),
		cmocka_unit_test(copies),
		cmocka_unit_test(secrets_are_wiped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
