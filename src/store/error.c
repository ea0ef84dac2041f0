#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>

#include "internal.h"
#include "sluice/base/log.h"

#define DISK_FULL (64u << 10) /* bytes; a disk with less is full */

static const struct {
	int rc;
	enum err code;
	const char *text; /* NULL: LMDB's own */
} lmdb_errors[] = {
	{ MDB_SUCCESS, ERR_OK, NULL },
	{ MDB_NOTFOUND, ERR_NOT_FOUND, NULL },
	{ MDB_KEYEXIST, ERR_EXISTS, NULL },
	{ MDB_MAP_FULL, ERR_STORE_FULL,
		"the database is full; raise limits.mapSize and restart" },
	{ MDB_MAP_RESIZED, ERR_STORE_FULL,
		"another process made the database larger" },
	{ MDB_TXN_FULL, ERR_LIMIT, "too much was written in one turn" },
	{ MDB_READERS_FULL, ERR_LIMIT, "too many processes read the database" },
	{ MDB_CORRUPTED, ERR_CORRUPT, "the database file is damaged" },
	{ MDB_PAGE_NOTFOUND, ERR_CORRUPT, "the database file is damaged" },
	{ MDB_INVALID, ERR_CORRUPT, "the file is not a database" },
	{ MDB_VERSION_MISMATCH, ERR_CORRUPT,
		"the file was made by another version of LMDB" },
	{ MDB_PANIC, ERR_IO, "an earlier write to the disk failed" },
	{ ENOSPC, ERR_NO_SPACE, NULL },
	{ EDQUOT, ERR_NO_SPACE, NULL },
	{ EIO, ERR_IO, NULL },
};

enum err lmdb_err(int rc)
{
	for (size_t i = 0; i < ARRAY_LEN(lmdb_errors); i++) {
		if (lmdb_errors[i].rc == rc)
			return lmdb_errors[i].code;
	}
	/* LMDB's own numbers are negative, the system's are errno. */
	return rc < 0 ? ERR_BUG : err_from_errno(rc);
}

static const char *lmdb_text(int rc)
{
	for (size_t i = 0; i < ARRAY_LEN(lmdb_errors); i++) {
		if (lmdb_errors[i].rc == rc && lmdb_errors[i].text != NULL)
			return lmdb_errors[i].text;
	}
	return mdb_strerror(rc);
}

enum err lmdb_diag(struct diag *why, int rc, const char *what)
{
	return diag_set(why, lmdb_err(rc), "%s: %s", what, lmdb_text(rc));
}

int lmdb_reason(struct store *s, int rc)
{
	struct statvfs fs;
	int fd;

	if (rc != EIO || mdb_env_get_fd(s->env, &fd) != 0 ||
		fstatvfs(fd, &fs) != 0)
		return rc;
	return fs.f_bavail * fs.f_frsize < DISK_FULL ? ENOSPC : EIO;
}

enum err txn_fail(struct txn *t, int rc, const char *what)
{
	if (t->error == ERR_OK)
		t->error = lmdb_diag(&t->why, lmdb_reason(t->store, rc), what);
	return t->error;
}

enum err txn_fail_with(struct txn *t, enum err e, const char *fmt, ...)
{
	char text[DIAG_SIZE];
	va_list args;

	if (t->error != ERR_OK)
		return t->error;
	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	t->error = diag_set(&t->why, e, "%s", text);
	return e;
}

/* Printable bytes as they are, the others as hex. */
static void key_print(const struct key *key, char *out, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < key->len && n + 5 < size; i++) {
		uint8_t c = key->bytes[i];
		bool plain = c > ' ' && c < 0x7f && c != '\\';

		n += (size_t)snprintf(
			out + n, size - n, plain ? "%c" : "\\x%02x", c);
	}
	out[n] = '\0';
}

enum err record_damaged(enum table table, const struct key *key)
{
	char text[256];

	key_print(key, text, sizeof text);
	log_error("database: the record %s in table %s is damaged; restore a "
		  "backup",
		text, tables[table].name);
	return ERR_CORRUPT;
}

enum err row_damaged(struct txn *t, enum table table, const struct key *key)
{
	char text[256];

	key_print(key, text, sizeof text);
	(void)record_damaged(table, key);
	return txn_fail_with(t, ERR_CORRUPT,
		"the record %s in table %s is damaged", text,
		tables[table].name);
}
