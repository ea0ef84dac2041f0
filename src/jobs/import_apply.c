#include "sluice/jobs/import_apply.h"

#include <stdlib.h>

#include "import_apply_private.h"
#include "sluice/base/mem.h"
#include "sluice/jobs/entity_write.h"
#include "sluice/model/document.h"
#include "sluice/model/entity_field.h"

/* --- life ----------------------------------------------------------------- */

static struct str look_up(void *arg, enum entity_kind kind, struct str id)
{
	struct import_apply *a = arg;
	struct entity_row row;

	return world_entity(&a->world, kind, id, &row) == ERR_OK ? row.text
								 : STR("");
}

static bool has_password(enum entity_kind kind)
{
	const struct entity_table *t = entity_table(kind);

	for (size_t i = 0; i < entity_field_count(t); i++)
		if (entity_field_at(t, i)->type == ENTITY_PASSWORD)
			return true;
	return false;
}

struct import_apply *import_apply_create(struct hub *hub,
	const struct import_apply_options *options, struct diag *why)
{
	struct import_apply *a = mem_alloc(sizeof *a);

	a->options = *options;
	a->job = options->job;
	a->now = options->now;
	a->world.hub = hub;
	a->lookup = (struct entity_lookup){ look_up, a };
	a->salted = has_password(a->job->entity);
	a->text = buf_make(DOCUMENT_MAX);
	a->old = buf_make(DOCUMENT_MAX);
	if (!options->dry_run ||
		import_scratch_open(&a->world.overlay, hub, why) == ERR_OK)
		return a;
	import_apply_destroy(a);
	return NULL;
}

void import_apply_destroy(struct import_apply *a)
{
	if (a == NULL)
		return;
	import_tree_destroy(a->tree);
	import_group_destroy(a->group);
	import_scratch_close(&a->world.overlay);
	buf_release(&a->text);
	buf_release(&a->old);
	free(a);
}

void import_apply_at(struct import_apply *a, int64_t now)
{
	a->now = now;
}

void import_apply_file(struct import_apply *a, uint32_t file)
{
	a->file = file;
}

/* --- for all sorts -------------------------------------------------------- */

struct entity_reading import_reading(
	struct import_apply *a, struct import_row *row)
{
	const char *store = a->job->store_external_id;
	struct entity_reading r = {
		.multi_store = a->world.hub->settings.multi_store,
		.store = str_of(store == NULL ? "" : store),
		.lookup = &a->lookup,
		.faults = row->faults,
	};

	if (a->salted)
		crypto_random(r.salt, sizeof r.salt);
	return r;
}

enum import_result import_failed(
	struct import_apply *a, struct str id, enum err e, struct diag *why)
{
	diag_set(why, e, "%s %.*s: %s", entity_kind_name(a->job->entity),
		STR_ARG(id), err_text(e));
	return RESULT_FAILED;
}

enum import_result import_damaged(
	struct import_apply *a, struct import_row *row, struct str id)
{
	faults_add(row->faults, FAULT_FORMAT, "",
		"the stored record of %s %.*s is damaged; the log says more",
		entity_kind_name(a->job->entity), STR_ARG(id));
	return RESULT_REJECTED;
}

/* --- what is kept --------------------------------------------------------- */

/* The texts of what is there, copied: the write takes away what was borrowed.
 * ERR_NOT_FOUND leaves `old` empty. */
static enum err find_old(
	struct import_apply *a, struct str id, struct entity_row *old)
{
	enum err e = world_entity(&a->world, a->job->entity, id, old);

	if (e != ERR_OK) {
		*old = (struct entity_row){ .text = STR("") };
		return e;
	}
	buf_clear(&a->old);
	buf_str(&a->old, old->text);
	old->text = buf_view(&a->old);
	return ERR_OK;
}

static enum import_result write_kept(struct import_apply *a,
	const struct entity *entity, const struct entity_row *old,
	struct diag *why)
{
	struct entity_row row =
		entity_row_of(entity, old, a->now, a->options.execution_id);
	struct txn *t;
	enum err e = world_write(&a->world, &t);

	if (e == ERR_OK)
		e = entity_write(t, &row, entity);
	if (e != ERR_OK)
		return import_failed(a, entity->external_id, e, why);
	return old == NULL ? RESULT_CREATED : RESULT_UPDATED;
}

static enum import_result apply_kept(
	struct import_apply *a, struct import_row *row, struct diag *why)
{
	struct entity_reading reading = import_reading(a, row);
	struct str id = entity_input_id(row->in);
	struct entity_row old;
	struct entity entity;
	enum err e = find_old(a, id, &old);

	if (e == ERR_CORRUPT)
		return import_damaged(a, row, id);
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return import_failed(a, id, e, why);
	reading.old = old.text;
	if (!entity_read(row->in, &reading, &a->text, &entity))
		return RESULT_REJECTED;
	if (e == ERR_OK && str_eq(entity.text, old.text))
		return RESULT_UNCHANGED;
	return write_kept(a, &entity, e == ERR_OK ? &old : NULL, why);
}

/* --- the outside ---------------------------------------------------------- */

enum import_result import_apply_row(
	struct import_apply *a, struct import_row *row, struct diag *why)
{
	const struct entity_table *t = entity_table(a->job->entity);

	if (t->document)
		return import_document_row(a, row, why);
	return t->tree ? import_tree_row(a, row, why) : apply_kept(a, row, why);
}

enum err import_apply_flush(struct import_apply *a, struct diag *why)
{
	return a->group == NULL ? ERR_OK : import_document_flush(a, why);
}

enum err import_apply_finish(struct import_apply *a, import_held_fn held,
	void *arg, struct diag *why)
{
	enum err e = import_apply_flush(a, why);

	return e != ERR_OK || a->tree == NULL
		       ? e
		       : import_tree_finish(a, held, arg, why);
}
