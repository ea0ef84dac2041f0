/* Passwords of customer users. */
#include "golden.h"

#include "sluice/model/password.h"

static void rules(void **state)
{
	char longest[300];

	(void)state;
	assert_null(password_fault(STR("Abcdefg1")));
	assert_null(password_fault(STR("Ünïcödé-Abc1!")));
	assert_non_null(password_fault(STR("Abcdef1")));
	assert_non_null(password_fault(STR("abcdefg1")));
	assert_non_null(password_fault(STR("ABCDEFG1")));
	assert_non_null(password_fault(STR("Abcdefgh")));
	assert_non_null(password_fault(STR("Abc defg1")));
	memset(longest, 'a', sizeof longest);
	memcpy(longest, "A1", 2);
	assert_null(password_fault((struct str){ longest, 255 }));
	assert_non_null(password_fault((struct str){ longest, 256 }));
}

static void hashes(void **state)
{
	uint8_t salt[PASSWORD_SALT_SIZE] = "0123456789abcde";
	struct buf a = buf_make(PASSWORD_HASH_MAX);
	struct buf b = buf_make(PASSWORD_HASH_MAX);

	(void)state;
	password_hash(STR("Abcdefg1"), salt, &a);
	assert_int_equal(strncmp(a.data, "pbkdf2-sha256$", 14), 0);
	assert_null(strstr(a.data, "Abcdefg1"));
	salt[0]++;
	password_hash(STR("Abcdefg1"), salt, &b);
	assert_string_not_equal(a.data, b.data);
	assert_true(password_fits(STR("Abcdefg1"), buf_view(&a)));
	assert_true(password_fits(STR("Abcdefg1"), buf_view(&b)));
	assert_false(password_fits(STR("Abcdefg2"), buf_view(&a)));
	buf_release(&a);
	buf_release(&b);
}

static void no_hashes(void **state)
{
	static const char *const texts[] = { "", "pbkdf2-sha256$",
		"pbkdf2-sha256$$$", "pbkdf2-sha256$0$aa$bb",
		"pbkdf2-sha256$9999999$aa$bb", "pbkdf2-sha256$1$aa",
		"pbkdf2-sha256$1$aa$bb" };

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		assert_false(password_fits(STR("Abcdefg1"), str_of(texts[i])));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules),
		cmocka_unit_test(hashes),
		cmocka_unit_test(no_hashes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
