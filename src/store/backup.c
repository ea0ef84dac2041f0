/* A copy of the database beside a running gateway: LMDB reads one snapshot, so
 * the copy is consistent whatever is written meanwhile. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "internal.h"
#include "sluice/base/mem.h"

static enum err failed(
	const char *what, const char *path, int rc, struct diag *why)
{
	return diag_set(
		why, err_from_errno(rc), "%s %s: %s", what, path, strerror(rc));
}

static enum err copy(struct store *s, const char *path, struct diag *why)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	int rc;

	if (fd < 0 && errno == EEXIST)
		return diag_set(why, ERR_EXISTS,
			"%s exists: another backup is under way, or one was "
			"broken off; remove it then",
			path);
	if (fd < 0)
		return failed("making", path, errno, why);
	rc = mdb_env_copyfd2(s->env, fd, MDB_CP_COMPACT);
	if (rc == 0 && fsync(fd) != 0)
		rc = errno;
	if (close(fd) != 0 && rc == 0)
		rc = errno;
	if (rc == 0)
		return ERR_OK;
	unlink(path);
	return lmdb_diag(why, rc, path);
}

static enum err sync_above(const char *path, struct diag *why)
{
	char *copy_of = mem_strdup(path);
	int fd = open(dirname(copy_of), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = fd < 0 || fsync(fd) != 0 ? errno : 0;

	if (fd >= 0)
		close(fd);
	free(copy_of);
	return rc == 0 ? ERR_OK
		       : failed("syncing the folder of", path, rc, why);
}

static enum err already_there(const char *path, struct diag *why)
{
	return diag_set(why, ERR_EXISTS,
		"%s exists already; choose another name", path);
}

/* Never over a file that came into being meanwhile. */
static enum err publish(const char *tmp, const char *path, struct diag *why)
{
	int rc = 0;

	if (renameat2(AT_FDCWD, tmp, AT_FDCWD, path, RENAME_NOREPLACE) != 0)
		rc = errno;
	/* Not every file system knows the flag. */
	if (rc == EINVAL && access(path, F_OK) != 0)
		rc = rename(tmp, path) == 0 ? 0 : errno;
	if (rc == 0)
		return sync_above(path, why);
	unlink(tmp);
	return rc == EEXIST || rc == EINVAL
		       ? already_there(path, why)
		       : failed("renaming to", path, rc, why);
}

enum err store_backup(struct store *s, const char *path, struct diag *why)
{
	char *tmp;
	enum err e;

	if (access(path, F_OK) == 0)
		return already_there(path, why);
	tmp = mem_printf("%s.tmp", path);
	e = copy(s, tmp, why);
	if (e == ERR_OK)
		e = publish(tmp, path, why);
	free(tmp);
	return e;
}
