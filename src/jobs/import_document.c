#include "import_apply_private.h"

enum import_result import_document_row(
	struct import_apply *a, struct import_row *row, struct diag *why)
{
	(void)row;
	diag_set(why, ERR_UNSUPPORTED, "%s can't be imported yet",
		entity_kind_name(a->job->entity));
	return RESULT_FAILED;
}

enum err import_document_flush(struct import_apply *a, struct diag *why)
{
	(void)a;
	(void)why;
	return ERR_OK;
}

void import_group_destroy(struct import_group *g)
{
	(void)g;
}
