#include "ssh_session_private.h"

#include "sluice/base/must.h"

/* HANDSHAKE and HOSTKEY: which methods, and whose key. */

/* AES-CTR with an ETM MAC before GCM: libssh2 hands the cipher 16 bytes at a
 * time, which costs GCM half as much again (1 GiB: 2.0 against 2.9 s of our
 * CPU).  ETM before plain MACs; nothing with SHA-1, CBC or a small group. */
static const struct {
	int type;
	const char *methods;
} preferences[] = {
	{ LIBSSH2_METHOD_KEX,
		"curve25519-sha256,curve25519-sha256@libssh.org,"
		"ecdh-sha2-nistp256,ecdh-sha2-nistp384,ecdh-sha2-nistp521,"
		"diffie-hellman-group-exchange-sha256,"
		"diffie-hellman-group16-sha512,"
		"diffie-hellman-group18-sha512,"
		"diffie-hellman-group14-sha256" },
#define CIPHERS                                                                \
	"aes128-ctr,aes192-ctr,aes256-ctr,aes128-gcm@openssh.com,"             \
	"aes256-gcm@openssh.com,chacha20-poly1305@openssh.com"
	{ LIBSSH2_METHOD_CRYPT_CS, CIPHERS },
	{ LIBSSH2_METHOD_CRYPT_SC, CIPHERS },
#define MACS                                                                   \
	"hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,"         \
	"hmac-sha2-256,hmac-sha2-512"
	{ LIBSSH2_METHOD_MAC_CS, MACS },
	{ LIBSSH2_METHOD_MAC_SC, MACS },
};

int session_prepare(struct ssh_session *s)
{
	int rc;

	s->ssh = libssh2_session_init_ex(NULL, NULL, NULL, s->io);
	must(s->ssh != NULL);
	libssh2_session_set_blocking(s->ssh, 0);
	ssh_io_attach(s->io, s->ssh);
	rc = ssh_hostkey_want(s->ssh, s->want);
	for (size_t i = 0; i < ARRAY_LEN(preferences) && rc == 0; i++)
		rc = libssh2_session_method_pref(
			s->ssh, preferences[i].type, preferences[i].methods);
	return rc;
}

/* Another connection, asking for a kind of host key that was not tried yet. */
static bool try_other_kind(struct ssh_session *s)
{
	for (unsigned kind = 0; kind < SSH_KEY_KINDS; kind++) {
		if (s->tried & 1u << kind)
			continue;
		s->want = (enum ssh_key_kind)kind;
		session_drop_connection(s);
		session_move(s, CONNECT);
		return true;
	}
	return false;
}

static bool has_seen_key(const struct ssh_session *s)
{
	for (int kind = 0; kind < SSH_KEY_KINDS; kind++)
		if (s->seen[kind][0] != '\0')
			return true;
	return false;
}

static void list_seen(const struct ssh_session *s, struct buf *out)
{
	for (int kind = 0; kind < SSH_KEY_KINDS; kind++)
		if (s->seen[kind][0] != '\0')
			buf_printf(out, "%s%s (%s)", out->len > 0 ? ", " : "",
				s->seen[kind],
				ssh_key_kind_name((enum ssh_key_kind)kind));
}

/* Says what the server shows, and what to do. */
static enum step refuse_key(struct ssh_session *s)
{
	const struct ssh_target *t = s->target;
	struct buf seen = buf_make(DIAG_SIZE), pins = buf_make(DIAG_SIZE);
	struct diag why;

	list_seen(s, &seen);
	for (size_t i = 0; i < t->host_key_count; i++)
		buf_printf(&pins, "%s%s", i > 0 ? ", " : "", t->host_keys[i]);
	if (t->host_key_count == 0)
		diag_set(&why, ERR_HOSTKEY,
			"no host key is pinned: server shows %s; compare with "
			"the server's operator, then pin it",
			buf_view(&seen).ptr);
	else
		diag_set(&why, ERR_HOSTKEY,
			"host key changed: server shows %s, pinned are %s",
			buf_view(&seen).ptr, buf_view(&pins).ptr);
	buf_release(&seen);
	buf_release(&pins);
	return session_fail(s, &why);
}

enum step step_handshake(struct ssh_session *s)
{
	int rc = libssh2_session_handshake(s->ssh, s->io->fd);

	if (rc == LIBSSH2_ERROR_EAGAIN)
		return STEP_WAIT;
	if (rc == 0)
		return session_move(s, HOSTKEY);
	/* In a second round that only means: no key of that kind. */
	if (!has_seen_key(s) || rc != LIBSSH2_ERROR_KEX_FAILURE)
		return session_fail_ssh(s, rc);
	s->tried |= (uint8_t)(1u << s->want);
	return try_other_kind(s) ? STEP_NEXT : refuse_key(s);
}

enum step step_hostkey(struct ssh_session *s)
{
	char fingerprint[FINGERPRINT_SIZE];
	enum ssh_key_kind kind = ssh_hostkey_seen(s->ssh, fingerprint);

	if (kind == SSH_KEY_ANY)
		return session_fail_with(
			s, ERR_PROTO, "the server shows no host key");
	memcpy(s->seen[kind], fingerprint, sizeof fingerprint);
	s->tried |= (uint8_t)(1u << kind);
	if (ssh_hostkey_is_pinned(s->target, fingerprint)) {
		s->want = kind;
		session_report(s, NULL);
		ssh_auth_init(&s->auth, s->target, s->ssh, s->io);
		return session_move(s, AUTH);
	}
	return try_other_kind(s) ? STEP_NEXT : refuse_key(s);
}
