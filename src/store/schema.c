/* The tables, the schema version and the marks in the table meta. */
#include <stdio.h>

#include "internal.h"

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

static enum err put_number(struct txn *t, const char *name, unsigned n)
{
	char text[16];

	snprintf(text, sizeof text, "%u", n);
	return meta_put(t, name, str_of(text));
}

enum err schema_mark(
	struct store *s, unsigned schema, unsigned upgraded, struct diag *why)
{
	struct txn *t;
	enum err e = store_write(s, &t);

	if (e != ERR_OK)
		return diag_set(why, e, "%s", s->write.why.text);
	e = put_number(t, "schema", schema);
	if (e == ERR_OK)
		e = put_number(t, "upgraded", upgraded);
	(void)e; /* sticky: the commit answers it */
	return store_commit(s, why);
}

/* Which records may be in there, and up to where the rest was brought up to
 * date.  Before there was an upgrade nobody noted the latter. */
struct versions {
	unsigned schema, upgraded;
};

static enum err read_number(
	struct store *s, const char *name, unsigned *out, struct diag *why)
{
	struct str text = STR("");
	uint64_t n;
	enum err e = meta_get(store_read(s), name, &text);

	if (e == ERR_NOT_FOUND)
		return e;
	if (e == ERR_OK && str_to_u64(text, UINT32_MAX, &n)) {
		*out = (unsigned)n;
		return ERR_OK;
	}
	return diag_set(why, ERR_CORRUPT,
		"the database in %s has no schema version", s->dir);
}

static enum err read_versions(
	struct store *s, struct versions *v, struct diag *why)
{
	enum err e = read_number(s, "schema", &v->schema, why);

	if (e != ERR_OK)
		return e;
	if (v->schema > SCHEMA_VERSION)
		return diag_set(why, ERR_UNSUPPORTED,
			"the database in %s was written by a newer version "
			"(schema %u, this one knows %d): use that version, "
			"or a backup from before",
			s->dir, v->schema, SCHEMA_VERSION);
	v->upgraded = 1;
	e = read_number(s, "upgraded", &v->upgraded, why);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* A command beside a gateway leaves the upgrade to the gateway: it reads and
 * writes nothing that has changed. */
enum err schema_open(struct store *s, bool upgrade, struct diag *why)
{
	struct versions v = { 0 };
	int rc = open_existing(s);
	enum err e;

	if (rc == MDB_NOTFOUND)
		rc = create_tables(s);
	if (rc != 0) {
		(void)lmdb_diag(why, rc, "opening the tables");
		return diag_wrap(why, "database in %s", s->dir);
	}
	e = read_versions(s, &v, why);
	store_end_turn(s);
	if (e == ERR_NOT_FOUND)
		return schema_mark(s, SCHEMA_VERSION, SCHEMA_VERSION, why);
	if (e == ERR_OK && upgrade && v.upgraded < SCHEMA_VERSION)
		return schema_upgrade(s, v.upgraded, why);
	return e;
}
