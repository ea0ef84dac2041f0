/* The tables, the schema version and the marks in the table meta. */
#include <stdio.h>

#include "internal.h"

#define SCHEMA_VERSION 1

/* --- meta ----------------------------------------------------------------- */

static struct key meta_key(const char *name)
{
	return key_text(str_of(name));
}

enum err meta_get(struct txn *t, const char *name, struct str *value)
{
	struct key key = meta_key(name);
	struct str record;
	struct unpack u;
	enum err e = table_get(t, TABLE_META, &key, &record);

	if (e != ERR_OK)
		return e;
	if (unpack_begin(&u, TABLE_META, record, 1) == 0)
		return record_damaged(TABLE_META, &key);
	*value = unpack_str(&u);
	return unpack_end(&u) ? ERR_OK : record_damaged(TABLE_META, &key);
}

enum err meta_put(struct txn *t, const char *name, struct str value)
{
	struct key key = meta_key(name);
	struct buf *out = &t->store->scratch;

	pack_begin(out, 1);
	pack_str(out, value);
	return table_put(t, TABLE_META, &key, pack_end(out, TABLE_META));
}

bool store_is_new(struct store *s)
{
	struct str value;

	return meta_get(store_read(s), "started", &value) == ERR_NOT_FOUND;
}

enum err store_mark_started(struct txn *t)
{
	return meta_put(t, "started", STR("1"));
}

/* --- opening -------------------------------------------------------------- */

static int open_tables(struct store *s, MDB_txn *txn, unsigned flags)
{
	int rc = 0;

	for (enum table i = 0; rc == 0 && i < TABLE_COUNT; i++)
		rc = mdb_dbi_open(txn, tables[i].name, flags, &s->dbi[i]);
	return rc;
}

/* Handles stay with the environment once the transaction that opened them has
 * ended well.  Tables that are all there need no write transaction, so that a
 * command beside a gateway doesn't wait for it. */
static int open_existing(struct store *s)
{
	MDB_txn *txn;
	int rc = mdb_txn_begin(s->env, NULL, MDB_RDONLY, &txn);

	if (rc != 0)
		return rc;
	rc = open_tables(s, txn, 0);
	if (rc != 0) {
		mdb_txn_abort(txn);
		return rc;
	}
	return mdb_txn_commit(txn);
}

static int create_tables(struct store *s)
{
	MDB_txn *txn;
	int rc = mdb_txn_begin(s->env, NULL, 0, &txn);

	if (rc != 0)
		return rc;
	rc = open_tables(s, txn, MDB_CREATE);
	if (rc != 0) {
		mdb_txn_abort(txn);
		return rc;
	}
	return mdb_txn_commit(txn);
}

static enum err write_version(struct store *s, struct diag *why)
{
	struct txn *t;
	char text[16];
	enum err e = store_write(s, &t);

	if (e != ERR_OK)
		return diag_set(why, e, "%s", s->write.why.text);
	snprintf(text, sizeof text, "%d", SCHEMA_VERSION);
	e = meta_put(t, "schema", str_of(text));
	(void)e; /* sticky: the commit answers it */
	return store_commit(s, why);
}

static enum err check_version(
	struct store *s, struct str text, struct diag *why)
{
	uint64_t version;

	if (!str_to_u64(text, UINT32_MAX, &version))
		return diag_set(why, ERR_CORRUPT,
			"the database in %s has no schema version", s->dir);
	if (version > SCHEMA_VERSION)
		return diag_set(why, ERR_UNSUPPORTED,
			"the database in %s was written by a newer version "
			"(schema %llu, this one knows %d): use that version, "
			"or a backup from before",
			s->dir, (unsigned long long)version, SCHEMA_VERSION);
	return ERR_OK;
}

enum err schema_open(struct store *s, struct diag *why)
{
	struct str version = { "", 0 };
	int rc = open_existing(s);
	enum err e;

	if (rc == MDB_NOTFOUND)
		rc = create_tables(s);
	if (rc != 0) {
		(void)lmdb_diag(why, rc, "opening the tables");
		return diag_wrap(why, "database in %s", s->dir);
	}
	e = meta_get(store_read(s), "schema", &version);
	if (e == ERR_OK)
		e = check_version(s, version, why);
	else if (e != ERR_NOT_FOUND)
		(void)diag_set(
			why, e, "the database in %s: %s", s->dir, err_text(e));
	store_end_turn(s);
	return e == ERR_NOT_FOUND ? write_version(s, why) : e;
}
