/* Passwords of customer users: rules, and the hash that is all we keep. */
#ifndef SLUICE_MODEL_PASSWORD_H
#define SLUICE_MODEL_PASSWORD_H

#include "sluice/base/buf.h"
#include "sluice/base/crypto.h"

#define PASSWORD_HASH_MAX  256
#define PASSWORD_SALT_SIZE 16

/* What a password lacks, NULL when it will do: 8 to 255 characters, a small
 * and a capital letter, a digit, no white space. */
const char *password_fault(struct str password);

/* "pbkdf2-sha256$<iterations>$<salt>$<hash>": says how it was made, so the
 * number of iterations can rise.  `salt`: fresh random bytes.  Takes a few
 * milliseconds, by intention. */
void password_hash(struct str password, const uint8_t salt[PASSWORD_SALT_SIZE],
	struct buf *out);

/* Was `hash` made of this password?  False for anything that is no hash. */
bool password_fits(struct str password, struct str hash);

#endif
