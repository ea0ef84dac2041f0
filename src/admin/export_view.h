/* What the views of exports share (contract 2.4). */
#ifndef SLUICE_ADMIN_EXPORT_VIEW_H
#define SLUICE_ADMIN_EXPORT_VIEW_H

#include "call.h"
#include "sluice/store/record_export.h"

/* Writes one export, without the closing brace. */
void export_put(struct buf *out, const struct export *x);

/* The export of the path, as far as the key sees it; false: answered 404. */
bool export_find(struct call *c, struct export *out);

/* The list's filters from the query. */
void export_filter_read(
	const struct call *c, struct export_filter *out, struct faults *f);

#endif
