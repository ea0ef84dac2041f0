#include "sluice/model/password.h"

#include <stdlib.h>

#include "sluice/base/must.h"

/* About 5 ms of one core, as much as a slice of import work may take; stored
 * with each hash. */
#define ITERATIONS     20000
#define ITERATIONS_MAX 1000000
#define SCHEME         "pbkdf2-sha256$"

const char *password_fault(struct str password)
{
	size_t small = 0, capitals = 0, digits = 0, blanks = 0, length = 0;

	for (size_t i = 0; i < password.len; i++) {
		unsigned char c = (unsigned char)password.ptr[i];

		small += c >= 'a' && c <= 'z';
		capitals += c >= 'A' && c <= 'Z';
		digits += c >= '0' && c <= '9';
		blanks += c <= ' ' || c == 0x7F;
		length += (c & 0xC0) != 0x80;
	}
	if (length >= 8 && length <= 255 && small > 0 && capitals > 0 &&
		digits > 0 && blanks == 0)
		return NULL;
	return "password, expected 8 to 255 characters with a small letter, a "
	       "capital letter and a digit, without white space";
}

/* salt and iterations -> "...$salt$hash" */
static void put_hash(struct str password, struct str salt, unsigned iterations,
	struct buf *out)
{
	uint8_t hash[SHA256_SIZE];

	crypto_password_hash(password, salt, iterations, hash);
	buf_printf(out, SCHEME "%u$%.*s$", iterations, STR_ARG(salt));
	crypto_base64url(out, hash, sizeof hash);
}

void password_hash(struct str password, const uint8_t salt[PASSWORD_SALT_SIZE],
	struct buf *out)
{
	struct buf text = buf_make(64);

	/* The salt is used in the form in which it is kept. */
	crypto_base64url(&text, salt, PASSWORD_SALT_SIZE);
	put_hash(password, buf_view(&text), ITERATIONS, out);
	buf_release(&text);
}

static bool take_until_dollar(struct str *rest, struct str *part)
{
	const char *end = memchr(rest->ptr, '$', rest->len);
	size_t len = end == NULL ? 0 : (size_t)(end - rest->ptr);

	if (len == 0)
		return false;
	*part = (struct str){ rest->ptr, len };
	*rest = (struct str){ end + 1, rest->len - len - 1 };
	return true;
}

bool password_fits(struct str password, struct str hash)
{
	struct buf again = buf_make(PASSWORD_HASH_MAX);
	struct str rest = hash, count, salt;
	uint64_t iterations;
	bool fits = false;

	if (hash.len > sizeof SCHEME &&
		memcmp(hash.ptr, SCHEME, sizeof SCHEME - 1) == 0) {
		rest.ptr += sizeof SCHEME - 1;
		rest.len -= sizeof SCHEME - 1;
		if (take_until_dollar(&rest, &count) &&
			take_until_dollar(&rest, &salt) && salt.len < 64 &&
			str_to_u64(count, ITERATIONS_MAX, &iterations) &&
			iterations > 0)
			put_hash(password, salt, (unsigned)iterations, &again);
		fits = again.len == hash.len &&
		       crypto_equal(again.data, hash.ptr, hash.len);
	}
	buf_release(&again);
	return fits;
}
