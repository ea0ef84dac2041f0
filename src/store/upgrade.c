/* Databases of an older schema, brought up to date in place.
 *
 * Slice by slice, each in a transaction of its own, so that neither memory nor
 * the file grows with the database.  Every step may be broken off anywhere and
 * done again from its beginning. */
#include "codec.h"
#include "internal.h"
#include "sluice/base/log.h"

#define SLICE (4u << 20) /* bytes of rows */

/* --- 2: documents are found by their external ids ------------------------- */

/* A document that can't be read stays as it is: whoever reads it hears of
 * it. */
static enum err note_external(struct txn *t, const struct cursor *at)
{
	struct key key = key_text(at->key);
	struct document_row row;
	struct document *d;
	enum err e = ERR_OK;

	if (!document_decode(at->value, key_view(&key), &row) ||
		document_from_text(row.entity, row.text, &d) != ERR_OK) {
		(void)record_damaged(TABLE_DOCUMENT, &key);
		return ERR_OK;
	}
	row.external_id = str_of(d->external_id);
	if (row.external_id.len > 0)
		e = record_document_put(t, &row);
	document_destroy(d);
	return e;
}

/* From `*at` on; where the next slice begins, len 0 at the end. */
static enum err external_ids(struct txn *t, struct key *at)
{
	struct cursor c;
	size_t bytes = 0;
	enum err e = ERR_OK;
	bool more = cursor_open(&c, t, TABLE_DOCUMENT, at);

	while (e == ERR_OK && more && bytes < SLICE) {
		bytes += c.value.len;
		*at = key_text(c.key);
		e = note_external(t, &c);
		/* The write may have moved what the cursor stood on. */
		*at = key_join(at, "", 1);
		more = cursor_seek(&c, at);
	}
	cursor_close(&c);
	if (!more)
		at->len = 0;
	return e != ERR_OK ? e : txn_error(t);
}

/* --- the steps ------------------------------------------------------------ */

static const struct step {
	unsigned version;
	const char *what;
	enum err (*slice)(struct txn *t, struct key *at);
} steps[] = {
	{ 2, "finding documents by their external ids", external_ids },
};

static enum err run_step(
	struct store *s, const struct step *step, struct diag *why)
{
	struct key at = key_bytes("", 0);
	struct txn *t;
	enum err e;

	log_info("database: upgrade to schema %u: %s", step->version,
		step->what);
	do {
		e = store_write(s, &t);
		if (e != ERR_OK)
			return diag_set(why, e, "%s", s->write.why.text);
		(void)step->slice(t, &at); /* sticky */
		e = store_commit(s, why);
		store_end_turn(s);
	} while (e == ERR_OK && at.len > 0);
	return e;
}

enum err schema_upgrade(struct store *s, unsigned upgraded, struct diag *why)
{
	enum err e = schema_mark(s, SCHEMA_VERSION, upgraded, why);

	for (size_t i = 0; e == ERR_OK && i < ARRAY_LEN(steps); i++) {
		if (steps[i].version > upgraded)
			e = run_step(s, &steps[i], why);
	}
	if (e == ERR_OK)
		e = schema_mark(s, SCHEMA_VERSION, SCHEMA_VERSION, why);
	if (e != ERR_OK)
		return diag_wrap(why, "upgrading the database in %s", s->dir);
	return ERR_OK;
}
