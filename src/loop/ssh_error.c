#include "ssh_error.h"

#include "ssh_io.h"

static const struct {
	int rc;
	enum err err;
	const char *text; /* NULL: libssh2's own */
} table[] = {
	{ LIBSSH2_ERROR_SOCKET_SEND, ERR_NET, "sending failed" },
	{ LIBSSH2_ERROR_SOCKET_RECV, ERR_NET, "receiving failed" },
	{ LIBSSH2_ERROR_SOCKET_DISCONNECT, ERR_NET,
		"the server ended the connection" },
	{ LIBSSH2_ERROR_SOCKET_TIMEOUT, ERR_TIMEOUT, NULL },
	{ LIBSSH2_ERROR_TIMEOUT, ERR_TIMEOUT, NULL },
	{ LIBSSH2_ERROR_BANNER_RECV, ERR_PROTO,
		"no SSH greeting (is that an SSH server?)" },
	{ LIBSSH2_ERROR_BANNER_SEND, ERR_NET, NULL },
	{ LIBSSH2_ERROR_KEX_FAILURE, ERR_UNSUPPORTED,
		"no key exchange method, cipher or host key type in common" },
	{ LIBSSH2_ERROR_METHOD_NONE, ERR_UNSUPPORTED, NULL },
	{ LIBSSH2_ERROR_METHOD_NOT_SUPPORTED, ERR_UNSUPPORTED, NULL },
	{ LIBSSH2_ERROR_AUTHENTICATION_FAILED, ERR_AUTH, NULL },
	{ LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED, ERR_AUTH, NULL },
	{ LIBSSH2_ERROR_KEYFILE_AUTH_FAILED, ERR_AUTH, NULL },
	{ LIBSSH2_ERROR_FILE, ERR_AUTH, NULL },
	{ LIBSSH2_ERROR_PASSWORD_EXPIRED, ERR_AUTH, "the password expired" },
	{ LIBSSH2_ERROR_CHANNEL_FAILURE, ERR_UNSUPPORTED,
		"the server refused a channel (too many sessions?)" },
	{ LIBSSH2_ERROR_CHANNEL_REQUEST_DENIED, ERR_UNSUPPORTED,
		"the server offers no SFTP subsystem" },
	{ LIBSSH2_ERROR_CHANNEL_CLOSED, ERR_NET,
		"the server closed the channel" },
	{ LIBSSH2_ERROR_CHANNEL_EOF_SENT, ERR_NET,
		"the server closed the channel" },
};

enum err ssh_error(LIBSSH2_SESSION *session, const struct ssh_io *io, long rc,
	struct diag *d)
{
	char *text = NULL;

	if (io != NULL && io->error == ENOBUFS)
		return diag_set(d, ERR_PROTO, "the server does not read");
	if (io != NULL && io->error != 0)
		return diag_set(d, ERR_NET, "%s", strerror(io->error));
	if (io != NULL && io->eof)
		return diag_set(d, ERR_NET, "the server ended the connection");
	libssh2_session_last_error(session, &text, NULL, 0);
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		if (table[i].rc == rc)
			return diag_set(d, table[i].err, "%s",
				table[i].text != NULL ? table[i].text : text);
	return diag_set(d, ERR_PROTO, "%s (libssh2 %ld)",
		text != NULL && *text != '\0' ? text : "SSH error", rc);
}
