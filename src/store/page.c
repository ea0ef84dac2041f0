#include "sluice/store/page.h"

bool store_scope_allows(const struct store_scope *scope, struct str store_id)
{
	if (scope->count == 0)
		return true;
	for (size_t i = 0; i < scope->count; i++) {
		if (str_eq(str_of(scope->ids[i]), store_id))
			return true;
	}
	return false;
}
