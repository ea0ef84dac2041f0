/* The data directory, and who may use it.
 *
 * LMDB lets any number of processes write, one at a time.  Two gateways would
 * both deliver the same exports, hence a lock of our own. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"
#include "sluice/base/mem.h"

/* With the directories above it. */
enum err make_directory(const char *dir, struct diag *why)
{
	char *path = mem_strdup(dir);
	int rc = 0;

	for (char *at = path + 1; rc == 0 && *path != '\0'; at++) {
		char end = *at;

		if (end != '/' && end != '\0')
			continue;
		*at = '\0';
		if (mkdir(path, 0700) != 0 && errno != EEXIST)
			rc = errno;
		*at = end;
		if (end == '\0')
			break;
	}
	free(path);
	if (rc == 0)
		return ERR_OK;
	return diag_set(why, err_from_errno(rc),
		"making the data directory %s: %s", dir, strerror(rc));
}

static enum err refuse(struct store *s, int fd, struct diag *why)
{
	char pid[24] = "?";
	ssize_t n = pread(fd, pid, sizeof pid - 1, 0);

	if (n > 0)
		pid[n] = '\0';
	pid[strcspn(pid, "\n")] = '\0';
	close(fd);
	return diag_set(why, ERR_LOCKED,
		"another gateway (pid %s) uses %s; stop it or choose another "
		"--data-dir",
		pid, s->dir);
}

static enum err lock_failed(const char *path, int fd, struct diag *why)
{
	int rc = errno;

	if (fd >= 0)
		close(fd);
	return diag_set(
		why, err_from_errno(rc), "locking %s: %s", path, strerror(rc));
}

/* The lock ends with the process, however it ends; the pid in the file is
 * for the other's message only. */
static enum err take(struct store *s, const char *path, struct diag *why)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	char pid[24];
	int len = snprintf(pid, sizeof pid, "%ld\n", (long)getpid());

	if (fd < 0)
		return lock_failed(path, fd, why);
	if (flock(fd, LOCK_EX | LOCK_NB) != 0)
		return errno == EWOULDBLOCK ? refuse(s, fd, why)
					    : lock_failed(path, fd, why);
	if (ftruncate(fd, 0) != 0 || pwrite(fd, pid, (size_t)len, 0) != len)
		return lock_failed(path, fd, why);
	s->lock_fd = fd;
	return ERR_OK;
}

enum err lock_directory(struct store *s, struct diag *why)
{
	char *path = mem_printf("%s/lock", s->dir);
	enum err e = take(s, path, why);

	free(path);
	return e;
}
