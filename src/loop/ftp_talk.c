/* What goes over the control connection, watched in the thread: how far the
 * login came, whether the command that counts was sent and answered, and the
 * server's last words.  Nothing is kept of what goes out: the password is
 * among it. */
#include "ftp_private.h"

static const char *const commits[] = {
	[FTP_RENAME] = "RNTO ",
	[FTP_REMOVE] = "DELE ",
	[FTP_MKDIR] = "MKD ",
	[FTP_PUT] = "STOR ",
};

static bool begins(struct str line, const char *head)
{
	size_t len = strlen(head);

	return line.len >= len && memcmp(line.ptr, head, len) == 0;
}

static bool is_commit(const struct ftp_lane *lane, struct str line)
{
	size_t action = lane->in->action;
	const char *verb = action < sizeof commits / sizeof commits[0]
				   ? commits[action]
				   : NULL;

	return verb != NULL && begins(line, verb);
}

static void reach(struct ftp_lane *lane, enum ftp_stage stage)
{
	if (lane->talk.reached[stage] == 0)
		lane->talk.reached[stage] = uv_hrtime();
}

static void on_sent(struct ftp_lane *lane, struct str line)
{
	struct ftp_talk *talk = &lane->talk;

	if (begins(line, "USER ") && lane->dest->target->tls != FTP_TLS_NONE)
		reach(lane, FTP_STAGE_SECURED);
	talk->logging_in |= begins(line, "USER ") || begins(line, "PASS ");
	talk->committing |= is_commit(lane, line);
}

/* "550 No such file"; but not "550-There are", which goes on. */
static int code_of(struct str line)
{
	int code = 0;

	if (line.len < 4 || line.ptr[3] != ' ')
		return 0;
	for (size_t i = 0; i < 3; i++) {
		if (line.ptr[i] < '0' || line.ptr[i] > '9')
			return 0;
		code = code * 10 + (line.ptr[i] - '0');
	}
	return code;
}

/* A server's text goes into logs and pages: printable characters only, not too
 * many, and never the password. */
static void keep_words(struct ftp_lane *lane, struct str text)
{
	const char *password = lane->dest->target->password;
	struct ftp_talk *talk = &lane->talk;
	bool utf8 = str_is_utf8(text);
	size_t n = 0;

	for (; n < text.len && n < FTP_WORDS_MAX; n++) {
		unsigned char c = (unsigned char)text.ptr[n];

		if (c < 0x20 || c == 0x7F || (c >= 0x80 && !utf8))
			c = '?';
		talk->words[n] = (char)c;
	}
	if (n < text.len) /* cut: at the start of a character */
		while (n > 0 && ((unsigned char)text.ptr[n] & 0xC0) == 0x80)
			n--;
	talk->words[n] = '\0';
	if (password != NULL && *password != '\0' &&
		strstr(talk->words, password) != NULL)
		strcpy(talk->words, "(not shown: it repeats the password)");
}

static void on_answer(struct ftp_lane *lane, struct str line)
{
	struct ftp_talk *talk = &lane->talk;
	int code = code_of(line);

	if (code == 0)
		return;
	reach(lane, FTP_STAGE_CONNECTED);
	talk->code = code;
	talk->answers++;
	keep_words(lane, str_trim((struct str){ line.ptr + 4, line.len - 4 }));
	if (talk->logging_in && code >= 200 && code < 300)
		reach(lane, FTP_STAGE_LOGGED_IN);
	talk->logging_in = false;
	talk->committed |= talk->committing && code >= 200;
}

static int on_debug(
	CURL *easy, curl_infotype type, char *data, size_t len, void *arg)
{
	struct ftp_lane *lane = arg;
	struct str line = { data, len };

	(void)easy;
	if (type != CURLINFO_TEXT)
		lane->talk.moved = uv_hrtime();
	if (type == CURLINFO_HEADER_OUT)
		on_sent(lane, line);
	else if (type == CURLINFO_HEADER_IN)
		on_answer(lane, line);
	return 0;
}

void ftp_talk_watch(struct ftp_lane *lane)
{
	curl_easy_setopt(lane->easy, CURLOPT_VERBOSE, 1L);
	curl_easy_setopt(lane->easy, CURLOPT_DEBUGFUNCTION, on_debug);
	curl_easy_setopt(lane->easy, CURLOPT_DEBUGDATA, lane);
}

/* A new request; the stages are the connection's. */
void ftp_talk_reset(struct ftp_talk *talk)
{
	talk->words[0] = '\0';
	talk->code = 0;
	talk->answers = 0;
	talk->committing = talk->committed = talk->logging_in = false;
}
