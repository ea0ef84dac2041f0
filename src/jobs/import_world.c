#include "import_world.h"

#include <stdlib.h>

#include "sluice/base/mem.h"

/* Address space and, at the most, bytes of the disk. */
#define SCRATCH_MAX ((size_t)64 << 30)

/* Uncommitted pages are memory. */
#define WRITES_MAX 5000

/* --- a scratch store ------------------------------------------------------ */

enum err import_scratch_open(
	struct import_scratch *s, struct hub *hub, struct diag *why)
{
	enum err e;

	s->writes = 0;
	e = store_open_scratch(&s->store, hub->data_dir, SCRATCH_MAX, why);
	return e == ERR_OK ? e
			   : diag_wrap(why, "a scratch file for the import");
}

void import_scratch_close(struct import_scratch *s)
{
	if (s->store == NULL)
		return;
	store_abort(s->store);
	store_end_turn(s->store);
	store_close(s->store);
	s->store = NULL;
}

enum err import_scratch_txn(struct import_scratch *s, struct txn **out)
{
	struct diag why;
	enum err e;

	if (++s->writes % WRITES_MAX == 0) {
		e = store_commit(s->store, &why);
		if (e != ERR_OK)
			return e;
	}
	return store_write(s->store, out);
}

/* --- both ----------------------------------------------------------------- */

enum err world_write(struct import_world *w, struct txn **out)
{
	return world_is_dry(w) ? import_scratch_txn(&w->overlay, out)
			       : turn_write(w->hub, out);
}

/* The overlay's transaction for reading: the one that is open for writing, or
 * one that ends when the next commit does. */
static struct txn *overlay_read(struct import_world *w)
{
	struct txn *t;

	return store_write(w->overlay.store, &t) == ERR_OK
		       ? t
		       : store_read(w->overlay.store);
}

enum err world_entity(struct import_world *w, enum entity_kind kind,
	struct str external_id, struct entity_row *out)
{
	enum err e = ERR_NOT_FOUND;

	if (world_is_dry(w))
		e = record_entity_get(overlay_read(w), kind, external_id, out);
	return e == ERR_NOT_FOUND ? record_entity_get(turn_read(w->hub), kind,
					    external_id, out)
				  : e;
}

enum err world_document(struct import_world *w, enum export_entity entity,
	struct str reference, struct document_row *out)
{
	enum err e = ERR_NOT_FOUND;

	if (world_is_dry(w))
		e = record_document_get(
			overlay_read(w), entity, reference, out);
	return e == ERR_NOT_FOUND ? record_document_get(turn_read(w->hub),
					    entity, reference, out)
				  : e;
}

enum err world_document_by_external_id(struct import_world *w,
	enum export_entity entity, struct str external_id,
	struct document_row *out)
{
	enum err e = ERR_NOT_FOUND;

	if (world_is_dry(w))
		e = record_document_find_external(
			overlay_read(w), entity, external_id, out);
	return e == ERR_NOT_FOUND
		       ? record_document_find_external(
				 turn_read(w->hub), entity, external_id, out)
		       : e;
}
