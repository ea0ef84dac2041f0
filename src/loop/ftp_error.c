#include <string.h>

#include "ftp_private.h"

#define BY_REPLY ERR_COUNT /* the server's answer tells */

/* libcurl's codes; with no text, libcurl's own sentence is shown. */
static const struct {
	CURLcode code;
	enum err err;
	const char *text;
} table[] = {
	{ CURLE_COULDNT_RESOLVE_HOST, ERR_RESOLVE, "host name not found" },
	{ CURLE_COULDNT_CONNECT, ERR_NET, NULL },
	{ CURLE_OPERATION_TIMEDOUT, ERR_TIMEOUT, NULL },
	{ CURLE_PEER_FAILED_VERIFICATION, ERR_CERTIFICATE, NULL },
	{ CURLE_SSL_CACERT_BADFILE, ERR_INVALID,
		"caCertificates can't be read as PEM certificates" },
	{ CURLE_USE_SSL_FAILED, ERR_UNSUPPORTED,
		"the server offers no TLS; nothing was sent in plain text" },
	{ CURLE_SSL_CONNECT_ERROR, ERR_PROTO, NULL },
	{ CURLE_LOGIN_DENIED, ERR_AUTH, "the server refuses the login" },
	{ CURLE_REMOTE_ACCESS_DENIED, BY_REPLY, NULL },
	{ CURLE_REMOTE_FILE_NOT_FOUND, BY_REPLY, NULL },
	{ CURLE_FTP_COULDNT_RETR_FILE, BY_REPLY, NULL },
	{ CURLE_QUOTE_ERROR, BY_REPLY, NULL },
	{ CURLE_UPLOAD_FAILED, BY_REPLY, NULL },
	{ CURLE_REMOTE_DISK_FULL, BY_REPLY, NULL },
	{ CURLE_REMOTE_FILE_EXISTS, BY_REPLY, NULL },
	{ CURLE_FTP_COULDNT_USE_REST, BY_REPLY, NULL },
	{ CURLE_PARTIAL_FILE, ERR_REMOTE_SIZE, NULL },
	{ CURLE_RECV_ERROR, ERR_NET, NULL },
	{ CURLE_SEND_ERROR, ERR_NET, NULL },
	{ CURLE_GOT_NOTHING, ERR_NET, NULL },
	{ CURLE_FTP_CANT_GET_HOST, ERR_NET, NULL },
	{ CURLE_WEIRD_SERVER_REPLY, ERR_PROTO, NULL },
	{ CURLE_FTP_WEIRD_PASS_REPLY, ERR_PROTO, NULL },
	{ CURLE_FTP_WEIRD_PASV_REPLY, ERR_PROTO, NULL },
	{ CURLE_FTP_WEIRD_227_FORMAT, ERR_PROTO, NULL },
	{ CURLE_FTP_COULDNT_SET_TYPE, ERR_PROTO, NULL },
	{ CURLE_FILESIZE_EXCEEDED, ERR_LIMIT,
		"the folder's list of names is too long" },
	{ CURLE_UNSUPPORTED_PROTOCOL, ERR_UNSUPPORTED,
		"the server tells neither size nor time of files" },
	{ CURLE_URL_MALFORMAT, ERR_INVALID, "the path is too long" },
	{ CURLE_ABORTED_BY_CALLBACK, ERR_CANCELED, "canceled" },
	{ CURLE_WRITE_ERROR, ERR_CANCELED, "canceled" },
	{ CURLE_OUT_OF_MEMORY, ERR_BUG, "out of memory" },
	{ CURLE_UNKNOWN_OPTION, ERR_BUG, NULL },
	{ CURLE_NOT_BUILT_IN, ERR_BUG, NULL },
};

/* RFC 959 has one number for most that can be wrong with a file: 550.  The
 * words that servers use tell more. */
static const struct {
	const char *part;
	enum err err;
} phrases[] = {
	{ "no such", ERR_REMOTE_ABSENT },
	{ "not found", ERR_REMOTE_ABSENT },
	{ "doesn't exist", ERR_REMOTE_ABSENT },
	{ "does not exist", ERR_REMOTE_ABSENT },
	{ "denied", ERR_REMOTE_DENIED },
	{ "not permitted", ERR_REMOTE_DENIED },
	{ "not allowed", ERR_REMOTE_DENIED },
	{ "prohibited", ERR_REMOTE_DENIED },
	{ "read-only", ERR_REMOTE_DENIED },
};

static enum err by_words(const struct ftp_talk *talk)
{
	for (size_t i = 0; i < sizeof phrases / sizeof phrases[0]; i++)
		if (strcasestr(talk->words, phrases[i].part) != NULL)
			return phrases[i].err;
	return ERR_REMOTE;
}

static enum err by_code(const struct ftp_talk *talk)
{
	enum err e;

	switch (talk->code) {
	case 421:
		return ERR_NET;
	case 500:
	case 501:
	case 502:
	case 504:
		return ERR_UNSUPPORTED;
	case 530:
	case 532:
		return ERR_AUTH;
	case 553:
		return ERR_REMOTE_DENIED;
	case 550:
		e = by_words(talk);
		/* of what should be there; a command that makes something
		 * fails for other reasons */
		return e == ERR_REMOTE && !talk->committing ? ERR_REMOTE_ABSENT
							    : e;
	default:
		return by_words(talk);
	}
}

static enum err tell_reply(const struct ftp_talk *talk, struct diag *why)
{
	if (talk->code == 0)
		return diag_set(why, ERR_NET, "the server did not answer");
	return diag_set(why, by_code(talk), "the server says: %d %s",
		talk->code, talk->words);
}

static enum err tell_connect(const struct ftp_lane *lane, struct diag *why)
{
	const struct ftp_target *t = lane->dest->target;
	long errnum = 0;

	curl_easy_getinfo(lane->easy, CURLINFO_OS_ERRNO, &errnum);
	return diag_set(why, ERR_NET, "connect to %s port %u: %s", t->hostname,
		t->port, errnum != 0 ? strerror((int)errnum) : "failed");
}

static enum err tell(const struct ftp_lane *lane, CURLcode code, enum err err,
	const char *text, struct diag *why)
{
	const struct ftp_talk *talk = &lane->talk;

	if (err == BY_REPLY)
		return tell_reply(talk, why);
	if (code == CURLE_COULDNT_CONNECT)
		return tell_connect(lane, why);
	if (text == NULL)
		text = lane->curl_words[0] != '\0' ? lane->curl_words
						   : curl_easy_strerror(code);
	if (talk->code >= 400)
		return diag_set(
			why, err, "%s: %d %s", text, talk->code, talk->words);
	return diag_set(why, err, "%s", text);
}

static size_t row_of(CURLcode code)
{
	size_t i = 0;

	while (i < sizeof table / sizeof table[0] && table[i].code != code)
		i++;
	return i;
}

enum err ftp_error(const struct ftp_lane *lane, CURLcode code, struct diag *why)
{
	const struct ftp_talk *talk = &lane->talk;
	size_t row = row_of(code);

	*why = (struct diag){ .code = ERR_OK };
	if (code == CURLE_OK)
		return ERR_OK;
	if (row < sizeof table / sizeof table[0])
		tell(lane, code, table[row].err, table[row].text, why);
	else
		tell(lane, code, ERR_NET, NULL, why);
	if (talk->committing && !talk->committed) {
		diag_wrap(why, "asked for, and no answer came: it may or may "
			       "not have happened");
		why->code = ERR_UNKNOWN;
	}
	return why->code;
}
