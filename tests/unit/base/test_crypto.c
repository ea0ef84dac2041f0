#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sluice/base/crypto.h"

static const uint8_t key[SEAL_KEY_SIZE] = { 1, 2, 3 };
static const uint8_t nonce[SEAL_NONCE_SIZE] = { 9, 8, 7 };

static void sha256_of_abc(void **state)
{
	/* FIPS 180-4, example 1. */
	static const uint8_t expected[SHA256_SIZE] = { 0xba, 0x78, 0x16, 0xbf,
		0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40, 0xde, 0x5d, 0xae,
		0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c,
		0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad };
	uint8_t got[SHA256_SIZE];

	(void)state;
	crypto_sha256(STR("abc"), got);
	assert_memory_equal(got, expected, sizeof got);
	assert_true(crypto_equal(got, expected, sizeof got));
	got[31] ^= 1;
	assert_false(crypto_equal(got, expected, sizeof got));
}

static void base64url(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = { { "f", "Zg" }, { "fo", "Zm8" }, { "foo", "Zm9v" },
		{ "\xFB\xEF\xFF", "--__" } };
	struct buf b = buf_make(100);

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		buf_clear(&b);
		crypto_base64url(&b, cases[i].in, strlen(cases[i].in));
		assert_string_equal(b.data, cases[i].out);
	}
	buf_release(&b);
}

static void random_bytes_differ(void **state)
{
	uint8_t a[32], b[32];

	(void)state;
	crypto_random(a, sizeof a);
	crypto_random(b, sizeof b);
	assert_memory_not_equal(a, b, sizeof a);
}

static void sealed_texts_open_again(void **state)
{
	static const char *const texts[] = { "", "x", "a longer secret text" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct buf sealed = buf_make(1000), plain = buf_make(1000);
		struct str text = str_of(texts[i]);

		crypto_seal(&sealed, key, nonce, STR("here"), text);
		assert_int_equal(
			sealed.len, SEAL_NONCE_SIZE + text.len + SEAL_TAG_SIZE);
		buf_text(&plain, "=");
		assert_int_equal(crypto_open(&plain, key, STR("here"),
					 buf_view(&sealed)),
			ERR_OK);
		assert_string_equal(plain.data + 1, texts[i]);
		assert_int_equal(plain.len, 1 + text.len);
		buf_release(&sealed);
		buf_release(&plain);
	}
}

static void a_nul_stands_behind_the_sealed_bytes(void **state)
{
	struct buf b = buf_make(1000);

	(void)state;
	memset(buf_reserve(&b, 200), 'x', 200);
	crypto_seal(&b, key, nonce, STR(""), STR("secret"));
	assert_int_equal(b.data[b.len], 0);
	buf_release(&b);
}

static void what_does_not_fit_is_refused(void **state)
{
	static const uint8_t other[SEAL_KEY_SIZE] = { 1, 2, 4 };
	struct buf sealed = buf_make(1000), plain = buf_make(1000);
	struct str cut;

	(void)state;
	crypto_seal(&sealed, key, nonce, STR("here"), STR("secret"));
	cut = buf_view(&sealed);
	assert_int_equal(
		crypto_open(&plain, other, STR("here"), cut), ERR_SECRET);
	assert_int_equal(
		crypto_open(&plain, key, STR("there"), cut), ERR_SECRET);
	for (cut.len = 0; cut.len < sealed.len; cut.len++)
		assert_int_equal(
			crypto_open(&plain, key, STR("here"), cut), ERR_SECRET);
	for (size_t i = 0; i < sealed.len; i++) {
		sealed.data[i] ^= 1;
		assert_int_equal(crypto_open(&plain, key, STR("here"),
					 buf_view(&sealed)),
			ERR_SECRET);
		sealed.data[i] ^= 1;
	}
	assert_int_equal(plain.len, 0);
	buf_release(&sealed);
	buf_release(&plain);
}

static void a_cap_is_a_limit(void **state)
{
	struct buf sealed = buf_make(1000), plain = buf_make(3);

	(void)state;
	crypto_seal(&sealed, key, nonce, STR(""), STR("secret"));
	assert_int_equal(crypto_open(&plain, key, STR(""), buf_view(&sealed)),
		ERR_LIMIT);
	buf_release(&sealed);
	sealed = buf_make(SEAL_NONCE_SIZE + 3);
	crypto_seal(&sealed, key, nonce, STR(""), STR("secret"));
	assert_true(sealed.full);
	buf_release(&sealed);
	buf_release(&plain);
}

/* The first vector of RFC 7914 section 11, cut to 32 bytes. */
static void password_hash_is_pbkdf2(void **state)
{
	static const uint8_t want[] = { 0x55, 0xac, 0x04, 0x6e, 0x56, 0xe3,
		0x08, 0x9f, 0xec, 0x16, 0x91, 0xc2, 0x25, 0x44, 0xb6, 0x05 };
	uint8_t hash[SHA256_SIZE];

	(void)state;
	crypto_password_hash(STR("passwd"), STR("salt"), 1, hash);
	assert_memory_equal(hash, want, sizeof want);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(password_hash_is_pbkdf2),
		cmocka_unit_test(sha256_of_abc),
		cmocka_unit_test(base64url),
		cmocka_unit_test(random_bytes_differ),
		cmocka_unit_test(sealed_texts_open_again),
		cmocka_unit_test(a_nul_stands_behind_the_sealed_bytes),
		cmocka_unit_test(what_does_not_fit_is_refused),
		cmocka_unit_test(a_cap_is_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
