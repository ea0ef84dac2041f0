#include "sluice/jobs/entity_write.h"

struct entity_row entity_row_of(const struct entity *e,
	const struct entity_row *old, int64_t now, struct uuid execution_id)
{
	return (struct entity_row){
		.kind = e->kind,
		.external_id = e->external_id,
		.name = e->name,
		.created_at = old != NULL ? old->created_at : now,
		.updated_at = now,
		.execution_id = execution_id,
		.store_ids = e->store_ids,
		.text = e->text,
	};
}

/* Ids inside lead to their owner; those that are gone, to nobody. */
static enum err write_claim(struct txn *t, const struct entity_row *owner,
	const struct entity_claim *claim)
{
	struct entity_row row = {
		.kind = claim->kind,
		.external_id = claim->id,
		.created_at = owner->updated_at,
		.updated_at = owner->updated_at,
		.execution_id = owner->execution_id,
		.text = claim->held ? owner->external_id : STR(""),
	};

	return record_entity_put(t, &row);
}

enum err entity_write(
	struct txn *t, const struct entity_row *row, const struct entity *e)
{
	enum err rc = record_entity_put(t, row);

	for (const struct entity_claim *claim = e->claims;
		claim != NULL && rc == ERR_OK; claim = claim->next)
		rc = write_claim(t, row, claim);
	return rc;
}
