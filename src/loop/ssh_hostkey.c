#include "ssh_hostkey.h"

#include <stdio.h>

#include "sluice/base/crypto.h"

static const struct {
	const char *name, *methods;
} kinds[SSH_KEY_KINDS + 1] = {
	[SSH_KEY_ED25519] = { "ed25519", "ssh-ed25519" },
	[SSH_KEY_ECDSA] = { "ecdsa", "ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,"
				     "ecdsa-sha2-nistp521" },
	[SSH_KEY_RSA] = { "rsa", "rsa-sha2-512,rsa-sha2-256" },
	[SSH_KEY_ANY] = { "any",
		"ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,"
		"ecdsa-sha2-nistp521,rsa-sha2-512,rsa-sha2-256" },
};

const char *ssh_key_kind_name(enum ssh_key_kind kind)
{
	return kinds[kind].name;
}

int ssh_hostkey_want(LIBSSH2_SESSION *session, enum ssh_key_kind kind)
{
	return libssh2_session_method_pref(
		session, LIBSSH2_METHOD_HOSTKEY, kinds[kind].methods);
}

static enum ssh_key_kind kind_of(int libssh2_type)
{
	switch (libssh2_type) {
	case LIBSSH2_HOSTKEY_TYPE_ED25519:
		return SSH_KEY_ED25519;
	case LIBSSH2_HOSTKEY_TYPE_RSA:
		return SSH_KEY_RSA;
	default:
		return SSH_KEY_ECDSA;
	}
}

enum ssh_key_kind ssh_hostkey_seen(
	LIBSSH2_SESSION *session, char fingerprint[FINGERPRINT_SIZE])
{
	const char *hash =
		libssh2_hostkey_hash(session, LIBSSH2_HOSTKEY_HASH_SHA256);
	struct buf text = buf_make(FINGERPRINT_SIZE);
	size_t len;
	int type = LIBSSH2_HOSTKEY_TYPE_UNKNOWN;

	fingerprint[0] = '\0';
	if (hash == NULL)
		return SSH_KEY_ANY;
	crypto_base64url(&text, hash, SHA256_SIZE);
	snprintf(fingerprint, FINGERPRINT_SIZE, "SHA256:%s", text.data);
	buf_release(&text);
	for (char *p = fingerprint; *p != '\0'; p++) /* RFC 4648 section 4 */
		*p = *p == '-' ? '+' : *p == '_' ? '/' : *p;
	libssh2_session_hostkey(session, &len, &type);
	return kind_of(type);
}

/* People paste fingerprints with padding, too. */
static bool same(struct str pin, struct str seen)
{
	while (pin.len > 0 && pin.ptr[pin.len - 1] == '=')
		pin.len--;
	return seen.len > 0 && str_eq(pin, seen);
}

bool ssh_hostkey_is_pinned(
	const struct ssh_target *target, const char *fingerprint)
{
	for (size_t i = 0; i < target->host_key_count; i++)
		if (same(str_trim(str_of(target->host_keys[i])),
			    str_of(fingerprint)))
			return true;
	return false;
}
