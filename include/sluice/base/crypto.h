/* Hashing, randomness and sealing, all by GnuTLS (libmicrohttpd's TLS loads it
 * anyway, see docs/decisions/0003-crypto.md).  Nothing is computed here by
 * ourselves. */
#ifndef SLUICE_BASE_CRYPTO_H
#define SLUICE_BASE_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sluice/base/buf.h"
#include "sluice/base/err.h"
#include "sluice/base/str.h"

#define SHA256_SIZE     32
#define SEAL_KEY_SIZE   32
#define SEAL_NONCE_SIZE 12
#define SEAL_TAG_SIZE   16

/* Unpredictable bytes from the system.  For floors 5 and up; below, they come
 * in as arguments. */
void crypto_random(void *out, size_t len);

void crypto_sha256(struct str data, uint8_t out[SHA256_SIZE]);

/* Compares in a time that depends on `len` only. */
bool crypto_equal(const void *a, const void *b, size_t len);

/* "k3bX..." without padding, URL-safe alphabet (RFC 4648 section 5). */
void crypto_base64url(struct buf *out, const void *data, size_t len);

/* PBKDF2 with HMAC-SHA-256 (RFC 8018): a slow hash of a password.  `salt` must
 * be fresh random bytes. */
void crypto_password_hash(struct str password, struct str salt,
	unsigned iterations, uint8_t out[SHA256_SIZE]);

/* AES-256-GCM.  Appends nonce, ciphertext and tag to `out`.  `nonce` must be
 * fresh random bytes; `context` is authenticated but not stored (what the
 * secret belongs to, so that one can't be moved to another record). */
void crypto_seal(struct buf *out, const uint8_t key[SEAL_KEY_SIZE],
	const uint8_t nonce[SEAL_NONCE_SIZE], struct str context,
	struct str plain);

/* The reverse.  ERR_SECRET: the key or the context does not fit, or the bytes
 * were changed; nothing is appended then. */
enum err crypto_open(struct buf *out, const uint8_t key[SEAL_KEY_SIZE],
	struct str context, struct str sealed) WARN_UNUSED;

#endif
