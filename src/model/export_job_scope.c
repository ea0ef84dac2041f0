/* Which documents a job exports; above all, of which suppliers. */
#include <stdlib.h>

#include "json_read.h"
#include "sluice/base/mem.h"
#include "sluice/model/export_job.h"

static int compare(const void *key, const void *item)
{
	return strcmp(key, *(const char *const *)item);
}

bool export_job_has_supplier(const struct export_job *j, const char *id)
{
	return j->supplier_count > 0 &&
	       bsearch(id, j->supplier_external_ids, j->supplier_count,
		       sizeof *j->supplier_external_ids, compare) != NULL;
}

bool export_job_suppliers_add(
	struct export_job *j, const char *const *ids, size_t count)
{
	size_t before = j->supplier_count, n = before;

	if (count == 0)
		return false;
	j->supplier_external_ids = mem_resize(j->supplier_external_ids,
		(before + count) * sizeof *j->supplier_external_ids);
	for (size_t i = 0; i < count; i++)
		j->supplier_external_ids[n++] = mem_strdup(ids[i]);
	j->supplier_count = texts_sort_unique(
		(const char **)(void *)j->supplier_external_ids, n, true);
	return j->supplier_count != before;
}

bool export_job_suppliers_remove(
	struct export_job *j, const char *const *ids, size_t count)
{
	size_t before = j->supplier_count, kept = 0;
	const char **gone;

	if (count == 0)
		return false;
	gone = mem_dup(ids, count * sizeof *gone);
	count = texts_sort_unique(gone, count, false);
	for (size_t i = 0; i < before; i++) {
		char *id = j->supplier_external_ids[i];

		if (bsearch(id, gone, count, sizeof *gone, compare) != NULL)
			free(id);
		else
			j->supplier_external_ids[kept++] = id;
	}
	free(gone);
	j->supplier_count = kept;
	return kept != before;
}

/* In the arena: the list outlives nobody's request. */
static const char **lend(const struct texts *ids, struct arena *arena)
{
	const char **list = arena_alloc(arena, ids->count * sizeof *list);

	for (size_t i = 0; i < ids->count; i++)
		list[i] = arena_dup(arena, str_of(ids->list[i]));
	return list;
}

static void read_ids(struct faults *f, const struct path *p,
	const json_t *value, void *target)
{
	texts_read(f, p, value, REFERENCE_MAX, target);
	if (json_is_array(value) && json_array_size(value) == 0)
		fault_at(f, p, FAULT_REQUIRED, "needs at least one id");
}

const char **export_job_supplier_ids_from_json(
	const json_t *body, size_t *count, struct faults *faults)
{
	static const struct form_field fields[] = {
		{ .key = "supplierExternalIds",
			.type = FORM_READ,
			.required = true,
			.read = read_ids },
	};
	struct texts ids = { 0 };
	const char **list = NULL;

	*count = 0;
	form_read(faults, NULL, fields, ARRAY_LEN(fields), body, &ids);
	if (!faults_any(faults)) {
		list = lend(&ids, faults->arena);
		*count = texts_sort_unique(list, ids.count, false);
	}
	texts_free(ids.list, ids.count);
	return list;
}

bool export_job_selects(const struct export_job *j, const struct document *d)
{
	return j->active && j->entity == d->entity &&
	       (j->trigger_statuses & UINT32_C(1) << d->status) != 0 &&
	       (j->supplier_count == 0 ||
		       export_job_has_supplier(j, d->supplier_external_id));
}
