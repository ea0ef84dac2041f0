/* The transaction of a turn. */
#include "internal.h"
#include "sluice/base/clock.h"
#include "sluice/base/log.h"

static void close_cursors(struct txn *t)
{
	for (size_t i = 0; i < ARRAY_LEN(t->cursors); i++) {
		if (t->cursors[i] != NULL)
			mdb_cursor_close(t->cursors[i]);
		t->cursors[i] = NULL;
	}
}

/* Takes over a map that another process made larger.  LMDB allows it only
 * while this process has no transaction. */
static int begin(struct store *s, unsigned flags, MDB_txn **out)
{
	int rc = mdb_txn_begin(s->env, NULL, flags, out);

	if (rc != MDB_MAP_RESIZED || s->read.open || s->write.open)
		return rc;
	log_warn("database: another process made it larger; limits.mapSize "
		 "differs between them");
	if (s->read.mdb != NULL)
		mdb_txn_abort(s->read.mdb);
	s->read.mdb = NULL;
	rc = mdb_env_set_mapsize(s->env, 0);
	return rc != 0 ? rc : mdb_txn_begin(s->env, NULL, flags, out);
}

/* --- reading -------------------------------------------------------------- */

/* A read transaction is kept between turns, reset: renewing it costs a
 * fraction of a new one and holds no snapshot meanwhile. */
static int begin_read(struct store *s)
{
	struct txn *t = &s->read;
	int rc = MDB_BAD_TXN;

	if (t->mdb != NULL) {
		rc = mdb_txn_renew(t->mdb);
		if (rc == 0)
			return 0;
		mdb_txn_abort(t->mdb);
		t->mdb = NULL;
	}
	return begin(s, MDB_RDONLY, &t->mdb);
}

struct txn *store_read(struct store *s)
{
	struct txn *t = &s->read;
	int rc;

	if (s->write.open)
		return &s->write;
	if (t->open)
		return t;
	t->store = s;
	t->writing = false;
	t->error = ERR_OK;
	rc = begin_read(s);
	if (rc != 0) {
		t->mdb = NULL;
		log_error("%s: %s", "reading the database",
			err_text(txn_fail(t, rc, "reading the database")));
	}
	t->open = true;
	return t;
}

void store_end_turn(struct store *s)
{
	must(!s->write.open);
	if (!s->read.open)
		return;
	close_cursors(&s->read);
	if (s->read.mdb != NULL)
		mdb_txn_reset(s->read.mdb);
	s->read.open = false;
}

/* --- writing -------------------------------------------------------------- */

enum err store_write(struct store *s, struct txn **out)
{
	struct txn *t = &s->write;
	int rc;

	if (!t->open) {
		if (s->broken)
			return ERR_IO;
		t->error = ERR_OK;
		rc = begin(s, 0, &t->mdb);
		if (rc != 0) {
			s->last_error =
				lmdb_diag(&t->why, rc, "opening a transaction");
			log_error("database: %s", t->why.text);
			return s->last_error;
		}
		t->store = s;
		t->writing = true;
		t->open = true;
	}
	*out = t;
	return t->error;
}

bool store_is_writing(const struct store *s)
{
	return s->write.open;
}

static void end_write(struct store *s)
{
	s->write.mdb = NULL;
	s->write.open = false;
	ranked_forget(s);
	buf_clear(&s->scratch);
	buf_clear(&s->old);
	/* One large record must not cost its size for ever. */
	if (s->scratch.cap > (1u << 20))
		buf_release(&s->scratch);
}

void store_abort(struct store *s)
{
	if (!s->write.open)
		return;
	close_cursors(&s->write);
	mdb_txn_abort(s->write.mdb);
	end_write(s);
}

/* After a failed write or fsync nobody knows what is on the disk: LMDB's
 * two meta pages keep the old state readable, but nothing more is written. */
static bool is_final(enum err e)
{
	return e == ERR_IO || e == ERR_CORRUPT || e == ERR_BUG;
}

static enum err finish(struct store *s, struct diag *why)
{
	uint64_t before = clock_monotonic_ns();
	int rc = mdb_txn_commit(s->write.mdb);
	enum err e;

	end_write(s);
	s->commit_ns_last = clock_monotonic_ns() - before;
	if (rc == 0) {
		s->commits++;
		s->commit_ns_total += s->commit_ns_last;
		return ERR_OK;
	}
	e = lmdb_diag(why, lmdb_reason(s, rc), "writing the database");
	s->broken = is_final(e);
	return e;
}

enum err store_commit(struct store *s, struct diag *why)
{
	struct txn *t = &s->write;
	enum err e;

	if (!t->open)
		return ERR_OK;
	e = t->error != ERR_OK ? t->error : ranked_flush_all(t);
	if (e != ERR_OK) {
		(void)diag_set(why, e, "database: %s", t->why.text);
		/* A large turn writes pages before its commit. */
		s->broken = s->broken || e == ERR_IO;
		store_abort(s);
	} else {
		close_cursors(t);
		e = finish(s, why);
	}
	s->last_error = e;
	return e;
}

enum err txn_error(const struct txn *t)
{
	return t->error;
}

void txn_close_all(struct store *s)
{
	must(!s->write.open && !s->read.open);
	if (s->read.mdb != NULL)
		mdb_txn_abort(s->read.mdb);
	s->read.mdb = NULL;
}
