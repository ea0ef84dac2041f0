/* By which names a browser with a session may call the gateway. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../../../src/admin/host.h"
#include "sluice/base/must.h"

static char name[] = "Hub.example.com";
static char *const names[] = { name };

static bool trusted(const char *header)
{
	return host_is_trusted(header, names, 1);
}

static void test_trusted(void **state)
{
	static const char *const right[] = { "localhost", "LOCALHOST:8480",
		"127.0.0.1", "127.0.0.1:8480", "192.168.7.1:80", "[::1]",
		"[::1]:8480", "[2001:db8::7]", "hub.example.com",
		"hub.EXAMPLE.com:443" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(right); i++)
		assert_true(trusted(right[i]));
}

static void test_not_trusted(void **state)
{
	static const char *const wrong[] = { "", ":", ":8480", "evil.example",
		"evil.example:8480", "localhost.evil.example", "localhost:x",
		"localhost:80:80", "127.0.0.1.evil.example", "127.0.0.1:80a",
		"::1", "[::1", "[::1]x", "[127.0.0.1]", "[localhost]",
		"[evil.example]", "1.2.3", "256.1.1.1", "hub.example.com.evil",
		"xhub.example.com",
		"11111111111111111111111111111111111111111111111111111111111" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		assert_false(trusted(wrong[i]));
	assert_false(trusted(NULL));
	assert_false(host_is_trusted("hub.example.com", NULL, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_trusted),
		cmocka_unit_test(test_not_trusted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
