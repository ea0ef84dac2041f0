#include "ftp_mlsd.h"
#include "ftp_private.h"

#define NAMES_MAX (64u << 20) /* bytes of an NLST */

static struct str folder_of(const char *path)
{
	return strcmp(path, ".") == 0 ? STR("") : str_of(path);
}

static CURLcode ask_about(
	struct ftp_lane *lane, struct str folder, struct str name)
{
	ftp_set_common(lane);
	ftp_set_url(lane, folder, name);
	ftp_set_no_body(lane);
	SET(lane, CURLOPT_FILETIME, 1L);
	return ftp_perform(lane);
}

static bool is_unknown_command(const struct ftp_lane *lane)
{
	int code = lane->talk.code;

	return code == 500 || code == 502 || code == 504;
}

/* SIZE is refused for folders. */
static CURLcode put_name(
	struct ftp_lane *lane, struct str folder, struct str name)
{
	struct buf line = buf_make(FTP_LINE_MAX * 2);
	struct sftp_attrs a = { 0 };
	const char *type = NULL;
	CURLcode code = ask_about(lane, folder, name);

	if (code == CURLE_OK) {
		a = ftp_attrs_now(lane);
		type = a.has_size ? "file" : NULL;
	} else if (lane->talk.code == 550) {
		type = "dir";
		code = CURLE_OK;
	}
	if (code == CURLE_OK) {
		ftp_mlsd_write(&line, type, &a, name);
		if (!ftp_lane_give(lane, line.data, line.len))
			code = CURLE_ABORTED_BY_CALLBACK;
	}
	buf_release(&line);
	return code;
}

/* Some servers put the folder before each name. */
static struct str last_part(struct str line)
{
	const char *slash = memrchr(line.ptr, '/', line.len);
	size_t skip = slash == NULL ? 0 : (size_t)(slash - line.ptr) + 1;

	return (struct str){ line.ptr + skip, line.len - skip };
}

static CURLcode put_names(struct ftp_lane *lane, struct str folder)
{
	struct str rest = buf_view(&lane->names);
	CURLcode code = CURLE_OK;

	while (rest.len > 0 && code == CURLE_OK) {
		const char *end = memchr(rest.ptr, '\n', rest.len);
		size_t len = end != NULL ? (size_t)(end - rest.ptr) : rest.len;
		struct str name = { rest.ptr, len };

		rest.ptr += len + (end != NULL);
		rest.len -= len + (end != NULL);
		if (name.len > 0 && name.ptr[name.len - 1] == '\r')
			name.len--;
		name = last_part(name);
		if (name.len > FTP_PATH_MAX)
			return CURLE_WEIRD_SERVER_REPLY;
		if (name.len > 0 && !str_eq(name, STR(".")) &&
			!str_eq(name, STR("..")))
			code = put_name(lane, folder, name);
	}
	return code;
}

/* A server without MLSD: the names, then each one's size and time.  (LIST is
 * meant for people: no two servers write it alike.) */
static CURLcode list_names(struct ftp_lane *lane, struct str folder)
{
	CURLcode code;

	lane->names.max = NAMES_MAX;
	buf_clear(&lane->names);
	lane->names_only = true;
	ftp_set_common(lane);
	ftp_set_url(lane, folder, STR(""));
	SET(lane, CURLOPT_DIRLISTONLY, 1L);
	code = ftp_perform(lane);
	lane->names_only = false;
	if (lane->names.full)
		code = CURLE_FILESIZE_EXCEEDED;
	if (code == CURLE_OK)
		code = put_names(lane, folder);
	buf_release(&lane->names);
	return code;
}

CURLcode ftp_list_run(struct ftp_lane *lane)
{
	struct str folder = folder_of(lane->in->path);
	CURLcode code;

	if (!atomic_load(&lane->dest->no_mlsd)) {
		ftp_set_common(lane);
		ftp_set_url(lane, folder, STR(""));
		SET(lane, CURLOPT_CUSTOMREQUEST, "MLSD");
		code = ftp_perform(lane);
		if (code != CURLE_FTP_COULDNT_RETR_FILE ||
			!is_unknown_command(lane))
			return code;
		atomic_store(&lane->dest->no_mlsd, true);
	}
	return list_names(lane, folder);
}
