#include <errno.h>

#include "internal.h"

const struct table_info tables[TABLE_COUNT] = {
#define X(symbol, name, ranked) { name, ranked },
	TABLES(X)
#undef X
};

static MDB_val val_of(struct str s)
{
	return (MDB_val){ s.len, (void *)(uintptr_t)s.ptr };
}

static struct str str_of_val(MDB_val v)
{
	return (struct str){ v.mv_data, v.mv_size };
}

/* An error of a read in the write transaction fails the turn, too: what would
 * be written on top of it can't be trusted. */
static enum err read_failed(struct txn *t, enum table table, int rc)
{
	if (rc == MDB_NOTFOUND)
		return ERR_NOT_FOUND;
	return txn_fail(t, rc, tables[table].name);
}

static size_t cursor_number(enum table table, struct str key)
{
	if (table == TABLE_ENTITY && key.len > 0 &&
		(uint8_t)key.ptr[0] < ENTITY_KIND_COUNT)
		return TABLE_COUNT + (uint8_t)key.ptr[0];
	return table;
}

struct MDB_cursor *table_cursor(struct txn *t, enum table table, struct str key)
{
	MDB_cursor **c = &t->cursors[cursor_number(table, key)];
	int rc;

	if (*c != NULL || t->mdb == NULL)
		return *c;
	rc = mdb_cursor_open(t->mdb, t->store->dbi[table], c);
	if (rc != 0) {
		*c = NULL;
		(void)txn_fail(t, rc, tables[table].name);
	}
	return *c;
}

enum err table_get(struct txn *t, enum table table, const struct key *key,
	struct str *value)
{
	MDB_val k = val_of(key_view(key)), v;
	MDB_cursor *c = table_cursor(t, table, key_view(key));
	int rc;

	if (c == NULL)
		return t->error;
	if (key->len == 0)
		return ERR_NOT_FOUND;
	rc = mdb_cursor_get(c, &k, &v, MDB_SET);
	if (rc != 0)
		return read_failed(t, table, rc);
	*value = str_of_val(v);
	return ERR_OK;
}

bool table_has(struct txn *t, enum table table, const struct key *key)
{
	struct str value;

	return table_get(t, table, key, &value) == ERR_OK;
}

/* --- writing -------------------------------------------------------------- */

static int raw_put(struct txn *t, enum table table, const struct key *key,
	struct str value, unsigned flags)
{
	MDB_val k = val_of(key_view(key)), v = val_of(value);
	MDB_cursor *c = table_cursor(t, table, key_view(key));

	must(t->writing && t->mdb != NULL);
	return c != NULL ? mdb_cursor_put(c, &k, &v, flags) : ENOMEM;
}

static enum err out_of_step(struct txn *t, enum table table)
{
	return txn_fail_with(t, ERR_CORRUPT,
		"table %s is out of step with its rows", tables[table].name);
}

enum err table_insert(struct txn *t, enum table table, const struct key *key,
	struct str value)
{
	int rc;

	if (t->error != ERR_OK)
		return t->error;
	rc = raw_put(t, table, key, value, MDB_NOOVERWRITE);
	if (rc == MDB_KEYEXIST)
		return out_of_step(t, table);
	if (rc != 0)
		return txn_fail(t, rc, tables[table].name);
	return tables[table].ranked != 0 ? ranked_note(t, table, key, 1)
					 : ERR_OK;
}

enum err table_replace(struct txn *t, enum table table, const struct key *key,
	struct str value)
{
	int rc;

	if (t->error != ERR_OK)
		return t->error;
	rc = raw_put(t, table, key, value, 0);
	return rc != 0 ? txn_fail(t, rc, tables[table].name) : ERR_OK;
}

enum err table_put(struct txn *t, enum table table, const struct key *key,
	struct str value)
{
	int rc;

	if (t->error != ERR_OK)
		return t->error;
	if (tables[table].ranked == 0)
		return table_replace(t, table, key, value);
	rc = raw_put(t, table, key, value, MDB_NOOVERWRITE);
	if (rc == 0)
		return ranked_note(t, table, key, 1);
	if (rc == MDB_KEYEXIST) /* the cursor stands on it */
		rc = raw_put(t, table, key, value, MDB_CURRENT);
	return rc != 0 ? txn_fail(t, rc, tables[table].name) : ERR_OK;
}

enum err table_remove(struct txn *t, enum table table, const struct key *key)
{
	MDB_val k = val_of(key_view(key));
	int rc;

	if (t->error != ERR_OK)
		return t->error;
	must(t->writing && t->mdb != NULL);
	rc = mdb_del(t->mdb, t->store->dbi[table], &k, NULL);
	if (rc == MDB_NOTFOUND)
		return out_of_step(t, table);
	if (rc != 0)
		return txn_fail(t, rc, tables[table].name);
	return tables[table].ranked != 0 ? ranked_note(t, table, key, -1)
					 : ERR_OK;
}

static bool entry_same(const struct index_entry *a, const struct index_entry *b)
{
	return a->present && b->present &&
	       str_eq(key_view(&a->key), key_view(&b->key));
}

enum err index_change(struct txn *t, const struct index_entry *old,
	const struct index_entry *new, size_t count)
{
	enum err e = t->error;

	for (size_t i = 0; i < count && e == ERR_OK; i++) {
		if (old != NULL && new != NULL && entry_same(&old[i], &new[i]))
			continue;
		if (old != NULL && old[i].present)
			e = table_remove(t, old[i].table, &old[i].key);
		if (e == ERR_OK && new != NULL &&new[i].present)
			e = table_insert(t, new[i].table, &new[i].key, STR(""));
	}
	return e;
}

/* --- walking -------------------------------------------------------------- */

static bool cursor_move(
	struct cursor *c, MDB_cursor_op op, const struct key *key)
{
	MDB_val k = key != NULL ? val_of(key_view(key)) : (MDB_val){ 0, NULL };
	MDB_val v;
	int rc;

	if (c->mdb == NULL)
		return false;
	rc = mdb_cursor_get(c->mdb, &k, &v, op);
	if (rc != 0) {
		if (rc != MDB_NOTFOUND)
			(void)txn_fail(c->txn, rc, "walking the database");
		return false;
	}
	c->key = str_of_val(k);
	c->value = str_of_val(v);
	return true;
}

bool cursor_open(struct cursor *c, struct txn *t, enum table table,
	const struct key *from)
{
	int rc;

	*c = (struct cursor){ .txn = t };
	if (t->mdb == NULL)
		return false;
	rc = mdb_cursor_open(t->mdb, t->store->dbi[table], &c->mdb);
	if (rc != 0) {
		c->mdb = NULL;
		(void)txn_fail(t, rc, tables[table].name);
		return false;
	}
	return cursor_seek(c, from);
}

bool cursor_seek(struct cursor *c, const struct key *from)
{
	if (from == NULL || from->len == 0)
		return cursor_move(c, MDB_FIRST, NULL);
	return cursor_move(c, MDB_SET_RANGE, from);
}

bool cursor_last(struct cursor *c)
{
	return cursor_move(c, MDB_LAST, NULL);
}

bool cursor_next(struct cursor *c)
{
	return cursor_move(c, MDB_NEXT, NULL);
}

bool cursor_prev(struct cursor *c)
{
	return cursor_move(c, MDB_PREV, NULL);
}

void cursor_close(struct cursor *c)
{
	if (c->mdb != NULL)
		mdb_cursor_close(c->mdb);
	c->mdb = NULL;
}

size_t table_remove_prefix(
	struct txn *t, enum table table, const struct key *prefix, size_t max)
{
	struct cursor c;
	size_t n = 0;
	bool more;

	must(tables[table].ranked == 0);
	if (t->error != ERR_OK)
		return 0;
	must(t->writing && t->mdb != NULL);
	more = cursor_open(&c, t, table, prefix);
	for (; more && n < max && key_has_prefix(c.key, prefix); n++) {
		int rc = mdb_cursor_del(c.mdb, 0);

		if (rc != 0) {
			(void)txn_fail(t, rc, tables[table].name);
			break;
		}
		more = cursor_next(&c); /* on what follows the removed one */
	}
	cursor_close(&c);
	return n;
}

bool key_has_prefix(struct str key, const struct key *prefix)
{
	return key.len >= prefix->len &&
	       (prefix->len == 0 ||
		       memcmp(key.ptr, prefix->bytes, prefix->len) == 0);
}
