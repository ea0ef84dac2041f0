/* The environment: opening, closing, figures. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"
#include "sluice/base/mem.h"

#define READERS_MAX 126
#define TABLES_MAX  64

_Static_assert(TABLE_COUNT <= TABLES_MAX, "raise TABLES_MAX");

static bool database_exists(const char *dir)
{
	char *path = mem_printf("%s/data.mdb", dir);
	bool there = access(path, F_OK) == 0;

	free(path);
	return there;
}

static enum err env_open(struct store *s, const char *path, size_t map_size,
	unsigned flags, struct diag *why)
{
	/* NOTLS: read and write transactions belong to the turn, not to the
	 * thread.  No WRITEMAP: a stray write must not reach the file. */
	int rc = mdb_env_create(&s->env);

	if (rc == 0)
		rc = mdb_env_set_mapsize(s->env, map_size);
	if (rc == 0)
		rc = mdb_env_set_maxdbs(s->env, TABLES_MAX);
	if (rc == 0)
		rc = mdb_env_set_maxreaders(s->env, READERS_MAX);
	if (rc == 0)
		rc = mdb_env_open(s->env, path, MDB_NOTLS | flags, 0600);
	if (rc != 0) {
		(void)lmdb_diag(why, rc, path);
		return diag_wrap(why, "opening the database");
	}
	return ERR_OK;
}

/* Places in the reader table whose processes died would keep old pages. */
static void clear_readers(struct store *s)
{
	int dead;

	(void)mdb_reader_check(s->env, &dead);
}

static enum err open_all(
	struct store *s, const struct store_options *options, struct diag *why)
{
	enum err e = ERR_OK;

	if (options->must_exist && !database_exists(options->dir))
		return diag_set(why, ERR_NOT_FOUND,
			"there is no database in %s; start the gateway there "
			"first, or choose another --data-dir",
			options->dir);
	e = make_directory(options->dir, why);
	if (e == ERR_OK && options->exclusive)
		e = lock_directory(s, why);
	if (e == ERR_OK)
		e = env_open(s, s->dir, options->map_size, 0, why);
	if (e == ERR_OK) {
		clear_readers(s);
		e = schema_open(s, options->exclusive, why);
	}
	if (e == ERR_OK && options->with_secrets)
		e = secret_open(s, why);
	return e;
}

static struct store *store_make(const char *dir)
{
	struct store *s = mem_alloc(sizeof *s);

	s->lock_fd = -1;
	s->dir = mem_strdup(dir);
	s->scratch = buf_make(UINT32_MAX);
	s->old = buf_make(UINT32_MAX);
	s->ranked = mem_alloc(RANKED_MAX * sizeof *s->ranked);
	ranked_forget(s);
	return s;
}

static enum err opened(struct store *s, enum err e, struct store **out)
{
	*out = e == ERR_OK ? s : NULL;
	if (e != ERR_OK)
		store_close(s);
	return e;
}

enum err store_open(struct store **out, const struct store_options *options,
	struct diag *why)
{
	struct store *s = store_make(options->dir);

	return opened(s, open_all(s, options, why), out);
}

/* --- scratch -------------------------------------------------------------- */

/* NOLOCK: nobody else can find the file. */
#define SCRATCH_FLAGS (MDB_NOSUBDIR | MDB_NOLOCK | MDB_NOSYNC)

/* LMDB opens files by their name, hence this short life with one. */
static enum err scratch_env(struct store *s, size_t map_size, struct diag *why)
{
	char *path = mem_printf("%s/scratch-XXXXXX", s->dir);
	int fd = mkstemp(path);
	enum err e;

	if (fd < 0) {
		e = diag_set(why, err_from_errno(errno), "making %s: %s", path,
			strerror(errno));
	} else {
		close(fd);
		e = env_open(s, path, map_size, SCRATCH_FLAGS, why);
		unlink(path);
	}
	free(path);
	return e;
}

enum err store_open_scratch(
	struct store **out, const char *dir, size_t map_size, struct diag *why)
{
	struct store *s = store_make(dir);
	enum err e = scratch_env(s, map_size, why);

	if (e == ERR_OK)
		e = schema_open(s, false, why);
	return opened(s, e, out);
}

/* --- closing -------------------------------------------------------------- */

void store_close(struct store *s)
{
	if (s == NULL)
		return;
	txn_close_all(s);
	if (s->env != NULL)
		mdb_env_close(s->env);
	/* Last: it says that the files are free. */
	if (s->lock_fd >= 0)
		close(s->lock_fd);
	mem_wipe(s->secret, sizeof s->secret);
	buf_release(&s->scratch);
	buf_release(&s->old);
	ranked_forget(s);
	for (unsigned i = 0; i < RANKED_MAX; i++)
		buf_release(&s->ranked[i].keys);
	free(s->ranked);
	free(s->dir);
	free(s);
}

/* --- figures -------------------------------------------------------------- */

/* Pages on the list of free pages: each of its records begins with how many
 * it holds. */
static uint64_t free_pages(MDB_txn *txn)
{
	MDB_cursor *c;
	MDB_val k, v;
	uint64_t n = 0;

	if (mdb_cursor_open(txn, 0, &c) != 0)
		return 0;
	while (mdb_cursor_get(c, &k, &v, MDB_NEXT) == 0) {
		size_t count = 0;

		if (v.mv_size >= sizeof count)
			memcpy(&count, v.mv_data, sizeof count);
		n += count;
	}
	mdb_cursor_close(c);
	return n;
}

void store_usage(struct store *s, struct store_usage *out)
{
	MDB_envinfo info = { 0 };
	MDB_stat stat = { 0 };
	struct stat file = { 0 };
	mdb_filehandle_t fd;
	struct txn *t = store_read(s);
	uint64_t pages;

	(void)mdb_env_info(s->env, &info);
	(void)mdb_env_stat(s->env, &stat);
	if (mdb_env_get_fd(s->env, &fd) == 0)
		(void)fstat(fd, &file);
	pages = info.me_last_pgno + 1;
	if (t->mdb != NULL && !t->writing)
		pages -= free_pages(t->mdb);
	*out = (struct store_usage){
		.map_size = info.me_mapsize,
		.used_bytes = pages * stat.ms_psize,
		.file_bytes = (uint64_t)file.st_size,
		.commits = s->commits,
		.commit_ns_last = s->commit_ns_last,
		.commit_ns_total = s->commit_ns_total,
		.last_error = s->last_error,
	};
}
