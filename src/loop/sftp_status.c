#include "sftp_client.h"

#define MESSAGE_SHOWN 160

static const struct {
	enum err err;
	const char *text;
} table[] = {
	[SFTP_FX_OK] = { ERR_PROTO, "unexpected success" },
	[SFTP_FX_EOF] = { ERR_REMOTE, "unexpected end of file" },
	[SFTP_FX_NO_SUCH_FILE] = { ERR_REMOTE_ABSENT,
		"no such file or folder" },
	[SFTP_FX_PERMISSION_DENIED] = { ERR_REMOTE_DENIED,
		"permission denied" },
	[SFTP_FX_FAILURE] = { ERR_REMOTE, "the server reports a failure" },
	[SFTP_FX_BAD_MESSAGE] = { ERR_REMOTE, "bad message" },
	[SFTP_FX_NO_CONNECTION] = { ERR_REMOTE, "no connection" },
	[SFTP_FX_CONNECTION_LOST] = { ERR_REMOTE, "connection lost" },
	[SFTP_FX_OP_UNSUPPORTED] = { ERR_UNSUPPORTED,
		"the server does not support that" },
};

/* A server's text goes into logs and pages: printable characters only, and not
 * too many. */
static void clean(struct str in, char out[MESSAGE_SHOWN + 1])
{
	size_t n = 0;
	bool utf8 = str_is_utf8(in);

	for (size_t i = 0; i < in.len && n < MESSAGE_SHOWN; i++) {
		unsigned char c = (unsigned char)in.ptr[i];

		if (c < 0x20 || c == 0x7F || (c >= 0x80 && !utf8))
			c = '?';
		out[n++] = (char)c;
	}
	if (n < in.len) /* cut: at the start of a character */
		while (n > 0 && ((unsigned char)in.ptr[n] & 0xC0) == 0x80)
			n--;
	out[n] = '\0';
}

/* "Failure" and the like only repeat the code. */
static bool says_more(const char *text, enum err err)
{
	return *text != '\0' && err == ERR_REMOTE &&
	       !str_eq_nocase(str_of(text), STR("failure"));
}

enum err sftp_status_error(const struct sftp_reply *reply, struct diag *d)
{
	bool known = reply->code < sizeof table / sizeof table[0];
	enum err err = known ? table[reply->code].err : ERR_REMOTE;
	char text[MESSAGE_SHOWN + 1];

	clean(reply->text, text);
	if (says_more(text, err))
		return diag_set(d, err, "the server says: %s", text);
	if (!known)
		return diag_set(
			d, err, "the server reports status %u", reply->code);
	return diag_set(d, err, "%s", table[reply->code].text);
}
