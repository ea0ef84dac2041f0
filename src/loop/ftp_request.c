#include <string.h>

#include "ftp_private.h"

#define BUFFER_BYTES 131072L

/* --- options -------------------------------------------------------------- */

void ftp_note_option(struct ftp_lane *lane, CURLcode code)
{
	if (lane->refused == CURLE_OK)
		lane->refused = code;
}

static void put_encoded(struct buf *out, struct str s)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz"
				    "0123456789-._~/";

	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];

		if (memchr(plain, c, sizeof plain - 1) != NULL)
			buf_char(out, (char)c);
		else
			buf_printf(out, "%%%02X", c);
	}
}

/* The first slash only ends the host's name: what follows starts at the login
 * folder, unless it starts with a slash of its own. */
void ftp_set_url(struct ftp_lane *lane, struct str folder, struct str name)
{
	const struct ftp_target *t = lane->dest->target;
	bool ipv6 = strchr(t->hostname, ':') != NULL;
	struct buf url = buf_make(8 * FTP_PATH_MAX);

	buf_printf(&url, "%s://%s%s%s:%u/",
		t->tls == FTP_TLS_IMPLICIT ? "ftps" : "ftp", ipv6 ? "[" : "",
		t->hostname, ipv6 ? "]" : "", t->port);
	put_encoded(&url, folder);
	if (folder.len > 0 && folder.ptr[folder.len - 1] != '/')
		buf_char(&url, '/');
	put_encoded(&url, name);
	if (url.full)
		ftp_note_option(lane, CURLE_URL_MALFORMAT);
	SET(lane, CURLOPT_URL, buf_view(&url).ptr);
	buf_release(&url);
}

/* "in/a.csv" is the name a.csv in the folder in/. */
static void set_file_url(struct ftp_lane *lane, const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t len = slash == NULL ? 0 : (size_t)(slash - path) + 1;

	ftp_set_url(lane, (struct str){ path, len }, str_of(path + len));
}

static void set_tls(struct ftp_lane *lane)
{
	const struct ftp_target *t = lane->dest->target;
	struct curl_blob ca;

	SET(lane, CURLOPT_USE_SSL,
		t->tls == FTP_TLS_NONE ? (long)CURLUSESSL_NONE
				       : (long)CURLUSESSL_ALL);
	SET(lane, CURLOPT_FTPSSLAUTH, (long)CURLFTPAUTH_TLS);
	SET(lane, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(lane, CURLOPT_SSL_VERIFYPEER, 1L);
	SET(lane, CURLOPT_SSL_VERIFYHOST, 2L);
	if (t->ca_certificates == NULL)
		return;
	ca = (struct curl_blob){ .data = (char *)(uintptr_t)t->ca_certificates,
		.len = strlen(t->ca_certificates),
		.flags = CURL_BLOB_NOCOPY };
	SET(lane, CURLOPT_CAINFO_BLOB, &ca);
	SET(lane, CURLOPT_CAPATH, NULL); /* not the system's beside it */
}

static size_t on_body(char *data, size_t one, size_t len, void *arg);

void ftp_set_common(struct ftp_lane *lane)
{
	const struct ftp_target *t = lane->dest->target;
	long idle_s = (long)(t->idle_ms + 999) / 1000;

	curl_easy_reset(lane->easy); /* keeps the connection */
	lane->refused = CURLE_OK;
	lane->curl_words[0] = '\0';
	ftp_lane_watch(lane);
	ftp_talk_watch(lane);
	SET(lane, CURLOPT_PROTOCOLS_STR, "ftp,ftps");
	SET(lane, CURLOPT_ERRORBUFFER, lane->curl_words);
	SET(lane, CURLOPT_PROXY, ""); /* whatever the environment says */
	SET(lane, CURLOPT_QUICK_EXIT, 1L);
	SET(lane, CURLOPT_PATH_AS_IS, 1L);
	SET(lane, CURLOPT_FTP_FILEMETHOD, (long)CURLFTPMETHOD_SINGLECWD);
	SET(lane, CURLOPT_FTP_SKIP_PASV_IP, 1L);
	SET(lane, CURLOPT_USERNAME, t->username != NULL ? t->username : "");
	SET(lane, CURLOPT_PASSWORD, t->password != NULL ? t->password : "");
	SET(lane, CURLOPT_CONNECTTIMEOUT_MS, (long)t->connect_ms);
	SET(lane, CURLOPT_SERVER_RESPONSE_TIMEOUT, idle_s);
	SET(lane, CURLOPT_LOW_SPEED_LIMIT, 1L);
	SET(lane, CURLOPT_LOW_SPEED_TIME, idle_s);
	SET(lane, CURLOPT_BUFFERSIZE, BUFFER_BYTES);
	SET(lane, CURLOPT_WRITEFUNCTION, on_body);
	SET(lane, CURLOPT_WRITEDATA, lane);
	set_tls(lane);
}

/* libcurl 7.88 forgets to wait for the control connection while it begins TLS
 * on the data connection, and looks again after a fifth of a second or a whole
 * one.  So we look: the more often, the less time ago something moved. */
static int wait_ms(const struct ftp_lane *lane)
{
	uint64_t quiet = (uv_hrtime() - lane->talk.moved) / 1000000;

	return quiet < 4 ? 1 : quiet > 200 ? 50 : (int)(quiet / 4);
}

static CURLcode transfer(struct ftp_lane *lane)
{
	CURLcode code = CURLE_OUT_OF_MEMORY;
	CURLMcode rc = curl_multi_add_handle(lane->multi, lane->easy);
	const CURLMsg *message;
	int running = 1, left;

	lane->talk.moved = uv_hrtime();
	while (rc == CURLM_OK) {
		rc = curl_multi_perform(lane->multi, &running);
		if (rc == CURLM_OK && running == 0)
			break;
		if (rc == CURLM_OK)
			rc = curl_multi_poll(
				lane->multi, NULL, 0, wait_ms(lane), NULL);
	}
	message = curl_multi_info_read(lane->multi, &left);
	if (message != NULL && message->msg == CURLMSG_DONE)
		code = message->data.result;
	curl_multi_remove_handle(lane->multi, lane->easy);
	return code;
}

CURLcode ftp_perform(struct ftp_lane *lane)
{
	ftp_talk_reset(&lane->talk);
	return lane->refused != CURLE_OK ? lane->refused : transfer(lane);
}

/* --- what comes back ------------------------------------------------------ */

struct sftp_attrs ftp_attrs_now(struct ftp_lane *lane)
{
	struct sftp_attrs a = { 0 };
	curl_off_t size = -1, mtime = -1;

	curl_easy_getinfo(
		lane->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &size);
	curl_easy_getinfo(lane->easy, CURLINFO_FILETIME_T, &mtime);
	a.has_size = size >= 0;
	a.size = a.has_size ? (uint64_t)size : 0;
	a.has_times = mtime >= 0 && mtime <= UINT32_MAX;
	a.mtime = a.has_times ? (uint32_t)mtime : 0;
	return a;
}

static void note_attrs(struct ftp_lane *lane)
{
	struct sftp_attrs a = ftp_attrs_now(lane);

	pthread_mutex_lock(&lane->mutex);
	lane->attrs = a;
	lane->attrs_known = true;
	pthread_mutex_unlock(&lane->mutex);
}

static size_t on_body(char *data, size_t one, size_t len, void *arg)
{
	struct ftp_lane *lane = arg;

	(void)one; /* is 1 */
	if (lane->names_only) {
		buf_put(&lane->names, data, len);
		return lane->names.full ? 0 : len;
	}
	if (lane->in->action == FTP_GET && !lane->attrs_known)
		note_attrs(lane);
	return ftp_lane_give(lane, data, len) ? len : 0;
}

/* --- the actions ---------------------------------------------------------- */

/* What libcurl makes of size and time looks like the header of a message. */
static size_t on_header(char *data, size_t one, size_t len, void *arg)
{
	(void)data;
	(void)one;
	(void)arg;
	return len;
}

void ftp_set_no_body(struct ftp_lane *lane)
{
	SET(lane, CURLOPT_NOBODY, 1L);
	SET(lane, CURLOPT_WRITEFUNCTION, on_header);
}

static CURLcode get(struct ftp_lane *lane)
{
	CURLcode code;

	ftp_set_common(lane);
	set_file_url(lane, lane->in->path);
	SET(lane, CURLOPT_FILETIME, 1L);
	code = ftp_perform(lane);
	if (code == CURLE_OK && !lane->attrs_known)
		note_attrs(lane);
	return code;
}

static CURLcode stat_file(struct ftp_lane *lane)
{
	CURLcode code;

	ftp_set_common(lane);
	set_file_url(lane, lane->in->path);
	ftp_set_no_body(lane);
	SET(lane, CURLOPT_FILETIME, 1L);
	code = ftp_perform(lane);
	if (code != CURLE_OK)
		return code;
	note_attrs(lane);
	/* Without SIZE and MDTM nothing says that there is such a file. */
	return lane->attrs.has_size || lane->attrs.has_times
		       ? CURLE_OK
		       : CURLE_UNSUPPORTED_PROTOCOL;
}

static struct curl_slist *add_command(struct ftp_lane *lane,
	struct curl_slist *list, const char *verb, const char *path)
{
	struct buf line = buf_make(FTP_PATH_MAX + 16);
	struct curl_slist *longer;

	buf_printf(&line, "%s%s", verb, path);
	longer = curl_slist_append(list, buf_view(&line).ptr);
	if (longer == NULL)
		ftp_note_option(lane, CURLE_OUT_OF_MEMORY);
	buf_release(&line);
	return longer != NULL ? longer : list;
}

/* Commands in the login folder, after a NOOP: when that has no answer, a kept
 * connection was dead and nothing has happened yet. */
static CURLcode command(struct ftp_lane *lane, const char *verb,
	const char *verb2, const char *path2)
{
	struct curl_slist *commands = NULL;
	CURLcode code;

	ftp_set_common(lane);
	ftp_set_url(lane, STR(""), STR(""));
	ftp_set_no_body(lane);
	commands = add_command(lane, commands, "NOOP", "");
	commands = add_command(lane, commands, verb, lane->in->path);
	if (verb2 != NULL)
		commands = add_command(lane, commands, verb2, path2);
	SET(lane, CURLOPT_PREQUOTE, commands);
	code = ftp_perform(lane);
	curl_slist_free_all(commands);
	return code;
}

static CURLcode rename_file(struct ftp_lane *lane)
{
	return command(lane, "RNFR ", "RNTO ", lane->in->to);
}

static CURLcode remove_file(struct ftp_lane *lane)
{
	return command(lane, "DELE ", NULL, NULL);
}

static CURLcode make_folder(struct ftp_lane *lane)
{
	return command(lane, "MKD ", NULL, NULL);
}

static size_t on_want(char *out, size_t one, size_t room, void *arg)
{
	struct ftp_lane *lane = arg;
	size_t len = lane->in->data.len - lane->sent;

	(void)one; /* is 1 */
	if (len > room)
		len = room;
	memcpy(out, lane->in->data.ptr + lane->sent, len);
	lane->sent += len;
	return len;
}

static CURLcode put_file(struct ftp_lane *lane)
{
	lane->sent = 0;
	ftp_set_common(lane);
	set_file_url(lane, lane->in->path);
	SET(lane, CURLOPT_UPLOAD, 1L);
	SET(lane, CURLOPT_READFUNCTION, on_want);
	SET(lane, CURLOPT_READDATA, lane);
	SET(lane, CURLOPT_INFILESIZE_LARGE, (curl_off_t)lane->in->data.len);
	return ftp_perform(lane);
}

static CURLcode (*const actions[])(struct ftp_lane *lane) = {
	[FTP_LIST] = ftp_list_run,
	[FTP_GET] = get,
	[FTP_STAT] = stat_file,
	[FTP_RENAME] = rename_file,
	[FTP_REMOVE] = remove_file,
	[FTP_MKDIR] = make_folder,
	[FTP_PUT] = put_file,
};

/* A kept connection that says nothing to the first command, or only goodbye,
 * has probably been dead for some time. */
static bool was_stale(struct ftp_lane *lane, CURLcode code)
{
	const struct ftp_talk *talk = &lane->talk;

	return lane->kept && code != CURLE_OK && !lane->attrs_known &&
	       !talk->committing && !ftp_lane_stopped(lane) &&
	       (talk->answers == 0 ||
		       (talk->answers == 1 && talk->code == 421));
}

static bool is_of_tls(CURLcode code)
{
	return code == CURLE_PEER_FAILED_VERIFICATION ||
	       code == CURLE_SSL_CONNECT_ERROR ||
	       code == CURLE_SSL_CACERT_BADFILE;
}

/* With implicit TLS the greeting comes after the handshake. */
static void note_connected(struct ftp_lane *lane, CURLcode code)
{
	curl_off_t us = 0;

	if (lane->dest->target->tls != FTP_TLS_IMPLICIT || lane->kept)
		return;
	curl_easy_getinfo(lane->easy, CURLINFO_CONNECT_TIME_T, &us);
	if (us > 0 || is_of_tls(code))
		lane->talk.reached[FTP_STAGE_CONNECTED] =
			lane->began + (uint64_t)us * 1000;
}

void ftp_request_run(struct ftp_lane *lane)
{
	CURLcode code = actions[lane->in->action](lane);

	if (was_stale(lane, code))
		code = actions[lane->in->action](lane);
	note_connected(lane, code);
	(void)ftp_error(lane, code, &lane->why);
}
