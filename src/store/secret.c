/* The secret key that seals connections: from the environment or from the file
 * secret.key in the data directory, made on the first start.
 *
 * A record in the table meta, sealed with it, tells whether a key fits this
 * database, before anything is written with the wrong one. */
#include <errno.h>
#include <fcntl.h>
#include <gnutls/gnutls.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"
#include "sluice/base/mem.h"

#define VARIABLE   "SLUICE_SECRET_KEY"
#define CHECK_NAME "secret-check"
#define CHECK_TEXT STR("sluice")

/* --- the text of a key ---------------------------------------------------- */

static bool decode_hex(struct str text, uint8_t out[SEAL_KEY_SIZE])
{
	if (text.len != 2 * SEAL_KEY_SIZE)
		return false;
	for (size_t i = 0; i < SEAL_KEY_SIZE; i++) {
		char pair[3] = { text.ptr[2 * i], text.ptr[2 * i + 1], '\0' };
		char *end;

		if (pair[0] == '-' || pair[0] == '+' || pair[0] == ' ')
			return false;
		out[i] = (uint8_t)strtoul(pair, &end, 16);
		if (*end != '\0')
			return false;
	}
	return true;
}

static bool decode_base64(struct str text, uint8_t out[SEAL_KEY_SIZE])
{
	gnutls_datum_t in = { (unsigned char *)(uintptr_t)text.ptr,
		(unsigned)text.len };
	gnutls_datum_t raw;
	bool fits;

	if (text.len > 64 || gnutls_base64_decode2(&in, &raw) != 0)
		return false;
	fits = raw.size == SEAL_KEY_SIZE;
	if (fits)
		memcpy(out, raw.data, SEAL_KEY_SIZE);
	mem_wipe(raw.data, raw.size);
	gnutls_free(raw.data);
	return fits;
}

static enum err decode(
	struct store *s, struct str text, const char *where, struct diag *why)
{
	text = str_trim(text);
	if (decode_hex(text, s->secret) || decode_base64(text, s->secret))
		return ERR_OK;
	return diag_set(why, ERR_SECRET,
		"%s does not hold a key: 32 bytes as base64, or 64 hex digits",
		where);
}

/* --- the file ------------------------------------------------------------- */

static enum err file_failed(
	const char *what, const char *path, struct diag *why)
{
	int rc = errno;

	return diag_set(
		why, err_from_errno(rc), "%s %s: %s", what, path, strerror(rc));
}

static enum err read_file(
	struct store *s, int fd, const char *path, struct diag *why)
{
	struct stat st;
	char text[128];
	ssize_t n;
	enum err e;

	if (fstat(fd, &st) != 0)
		return file_failed("reading", path, why);
	if ((st.st_mode & 077) != 0)
		return diag_set(why, ERR_SECRET,
			"%s can be read by others than its owner: chmod 600 "
			"it (and make a new key if somebody may have seen it)",
			path);
	n = read(fd, text, sizeof text);
	if (n < 0)
		return file_failed("reading", path, why);
	e = decode(s, (struct str){ text, (size_t)n }, path, why);
	mem_wipe(text, sizeof text);
	return e;
}

static bool sync_directory(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool done = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	return done;
}

/* The file appears under its name whole or not at all: a start that was broken
 * off must not leave an empty key behind. */
static bool write_text(const char *path, const char *text, size_t len)
{
	char *tmp = mem_printf("%s.tmp", path);
	bool done = false;
	int fd;

	(void)unlink(tmp);
	fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd >= 0) {
		done = write(fd, text, len) == (ssize_t)len && fsync(fd) == 0 &&
		       rename(tmp, path) == 0;
		close(fd);
	}
	free(tmp);
	return done;
}

static enum err write_file(struct store *s, const char *path, struct diag *why)
{
	char text[2 * SEAL_KEY_SIZE + 2];
	bool done;

	/* This key and the nonce of its check record are the only random bytes
	 * that this floor draws by itself: they are needed before anybody
	 * above could hand them in. */
	crypto_random(s->secret, sizeof s->secret);
	for (size_t i = 0; i < SEAL_KEY_SIZE; i++)
		snprintf(text + 2 * i, 3, "%02x", s->secret[i]);
	text[2 * SEAL_KEY_SIZE] = '\n';
	done = write_text(path, text, 2 * SEAL_KEY_SIZE + 1) &&
	       sync_directory(s->dir);
	mem_wipe(text, sizeof text);
	return done ? ERR_OK : file_failed("making", path, why);
}

static enum err load_file(
	struct store *s, const char *path, bool may_make, struct diag *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	enum err e;

	if (fd < 0 && errno != ENOENT)
		return file_failed("opening", path, why);
	if (fd < 0 && may_make)
		return write_file(s, path, why);
	if (fd < 0)
		return diag_set(why, ERR_SECRET,
			"%s is missing, and this database is sealed with it: "
			"restore the file or set " VARIABLE,
			path);
	e = read_file(s, fd, path, why);
	close(fd);
	return e;
}

/* --- the check record ----------------------------------------------------- */

static enum err check_write(struct store *s, struct diag *why)
{
	struct buf sealed = buf_make(256);
	uint8_t nonce[SEAL_NONCE_SIZE];
	struct txn *t;
	enum err e = store_write(s, &t);

	if (e != ERR_OK)
		return diag_set(why, e, "%s", s->write.why.text);
	crypto_random(nonce, sizeof nonce);
	crypto_seal(&sealed, s->secret, nonce, STR(CHECK_NAME), CHECK_TEXT);
	e = meta_put(t, CHECK_NAME, buf_view(&sealed));
	(void)e; /* sticky: the commit answers it */
	buf_release(&sealed);
	return store_commit(s, why);
}

static enum err check_read(
	struct store *s, struct str sealed, const char *where, struct diag *why)
{
	struct buf plain = buf_make(256);
	enum err e = crypto_open(&plain, s->secret, STR(CHECK_NAME), sealed);

	buf_release(&plain);
	if (e == ERR_OK)
		return e;
	return diag_set(why, ERR_SECRET,
		"the secret key in %s does not fit this database: restore the "
		"right secret.key or set " VARIABLE,
		where);
}

static enum err load(
	struct store *s, bool sealed, struct str check, struct diag *why)
{
	const char *variable = getenv(VARIABLE);
	bool from_file = variable == NULL || *variable == '\0';
	char *path = mem_printf("%s/secret.key", s->dir);
	const char *where = from_file ? path : VARIABLE;
	enum err e = from_file ? load_file(s, path, !sealed, why)
			       : decode(s, str_of(variable), where, why);

	if (e == ERR_OK && sealed)
		e = check_read(s, check, where, why);
	free(path);
	return e;
}

enum err secret_open(struct store *s, struct diag *why)
{
	struct str check = { "", 0 };
	enum err e = meta_get(store_read(s), CHECK_NAME, &check);
	bool sealed = e == ERR_OK;

	if (sealed || e == ERR_NOT_FOUND)
		e = load(s, sealed, check, why);
	else
		(void)diag_set(
			why, e, "the database in %s: %s", s->dir, err_text(e));
	store_end_turn(s);
	if (e == ERR_OK && !sealed)
		e = check_write(s, why);
	s->has_secret = e == ERR_OK;
	return e;
}
