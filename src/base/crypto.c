#include "sluice/base/crypto.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

#include "sluice/base/must.h"

void crypto_random(void *out, size_t len)
{
	must(gnutls_rnd(GNUTLS_RND_KEY, out, len) == 0);
}

void crypto_sha256(struct str data, uint8_t out[SHA256_SIZE])
{
	must(gnutls_hash_fast(GNUTLS_DIG_SHA256, data.ptr, data.len, out) == 0);
}

bool crypto_equal(const void *a, const void *b, size_t len)
{
	return gnutls_memcmp(a, b, len) == 0;
}

void crypto_base64url(struct buf *out, const void *data, size_t len)
{
	gnutls_datum_t in = { (unsigned char *)(uintptr_t)data, (unsigned)len };
	gnutls_datum_t text;

	must(gnutls_base64_encode2(&in, &text) == 0);
	for (unsigned i = 0; i < text.size && text.data[i] != '='; i++) {
		char c = (char)text.data[i];

		buf_char(out, c == '+' ? '-' : c == '/' ? '_' : c);
	}
	gnutls_free(text.data);
}

void crypto_password_hash(struct str password, struct str salt,
	unsigned iterations, uint8_t out[SHA256_SIZE])
{
	gnutls_datum_t key = { (unsigned char *)(uintptr_t)password.ptr,
		(unsigned)password.len };
	gnutls_datum_t salted = { (unsigned char *)(uintptr_t)salt.ptr,
		(unsigned)salt.len };

	must(gnutls_pbkdf2(GNUTLS_MAC_SHA256, &key, &salted, iterations, out,
		     SHA256_SIZE) == 0);
}

static gnutls_aead_cipher_hd_t cipher_make(const uint8_t key[SEAL_KEY_SIZE])
{
	gnutls_datum_t k = { (unsigned char *)(uintptr_t)key, SEAL_KEY_SIZE };
	gnutls_aead_cipher_hd_t cipher;

	must(gnutls_aead_cipher_init(&cipher, GNUTLS_CIPHER_AES_256_GCM, &k) ==
		0);
	return cipher;
}

void crypto_seal(struct buf *out, const uint8_t key[SEAL_KEY_SIZE],
	const uint8_t nonce[SEAL_NONCE_SIZE], struct str context,
	struct str plain)
{
	gnutls_aead_cipher_hd_t cipher = cipher_make(key);
	size_t len = plain.len + SEAL_TAG_SIZE;
	char *to;

	buf_put(out, nonce, SEAL_NONCE_SIZE);
	to = buf_reserve(out, len);
	if (to != NULL) {
		must(gnutls_aead_cipher_encrypt(cipher, nonce, SEAL_NONCE_SIZE,
			     context.ptr, context.len, SEAL_TAG_SIZE, plain.ptr,
			     plain.len, to, &len) == 0);
		out->len += len;
		out->data[out->len] = '\0';
	}
	gnutls_aead_cipher_deinit(cipher);
}

enum err crypto_open(struct buf *out, const uint8_t key[SEAL_KEY_SIZE],
	struct str context, struct str sealed)
{
	gnutls_aead_cipher_hd_t cipher;
	enum err e = ERR_SECRET;
	size_t len;
	char *to;

	if (sealed.len < SEAL_NONCE_SIZE + SEAL_TAG_SIZE)
		return ERR_SECRET;
	/* GnuTLS wants room for the tag, too. */
	len = sealed.len - SEAL_NONCE_SIZE;
	to = buf_reserve(out, len);
	if (to == NULL)
		return ERR_LIMIT;
	cipher = cipher_make(key);
	if (gnutls_aead_cipher_decrypt(cipher, sealed.ptr, SEAL_NONCE_SIZE,
		    context.ptr, context.len, SEAL_TAG_SIZE,
		    sealed.ptr + SEAL_NONCE_SIZE, sealed.len - SEAL_NONCE_SIZE,
		    to, &len) == 0) {
		out->len += len;
		out->data[out->len] = '\0';
		e = ERR_OK;
	}
	gnutls_aead_cipher_deinit(cipher);
	return e;
}
