#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sluice/base/arena.h"

static void memory_is_zeroed_aligned_and_apart(void **state)
{
	struct arena a = { 0 };
	unsigned char *last = NULL;

	(void)state;
	for (size_t size = 1; size < 3000; size += 7) {
		unsigned char *p = arena_alloc(&a, size);

		assert_int_equal((uintptr_t)p % 16, 0);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(p[i], 0);
		memset(p, 0xFF, size);
		assert_ptr_not_equal(p, last);
		last = p;
	}
	arena_release(&a);
}

static void a_large_one_gets_its_own_block(void **state)
{
	struct arena a = { 0 };
	char *p = arena_alloc(&a, 1000000);

	(void)state;
	memset(p, 1, 1000000);
	assert_non_null(arena_alloc(&a, 0));
	arena_release(&a);
	assert_null(a.blocks);
}

static void memory_used_again_is_zeroed(void **state)
{
	struct arena a = { 0 };

	(void)state;
	memset(arena_alloc(&a, 100), 0xFF, 100);
	arena_reset(&a);
	for (size_t i = 0; i < 100; i++)
		assert_int_equal(((char *)arena_alloc(&a, 1))[0], 0);
	arena_reset(&a);
	arena_release(&a);
	arena_reset(&a);
}

static void texts(void **state)
{
	struct arena a = { 0 };

	(void)state;
	assert_string_equal(arena_dup(&a, (struct str){ "abcdef", 3 }), "abc");
	assert_string_equal(arena_dup(&a, str_of(NULL)), "");
	assert_string_equal(arena_printf(&a, "%d-%s", 7, "x"), "7-x");
	assert_string_equal(arena_printf(&a, "%s", ""), "");
	assert_int_equal(strlen(arena_printf(&a, "%9000d", 1)), 9000);
	arena_release(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_zeroed_aligned_and_apart),
		cmocka_unit_test(a_large_one_gets_its_own_block),
		cmocka_unit_test(memory_used_again_is_zeroed),
		cmocka_unit_test(texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
