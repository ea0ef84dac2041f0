#ifndef SLUICE_SRC_JOBS_IMPORT_PREVIEW_ROW_H
#define SLUICE_SRC_JOBS_IMPORT_PREVIEW_ROW_H

#include "sluice/jobs/import_reader.h"

/* Appends {"line","raw":{},"mapped":{},"errors":[]}.  `header` names the cells
 * of a CSV row; `mapped` is what mapping and transcoding made of it. */
void import_preview_row(struct buf *out, const struct import_row *row,
	const struct str *header, size_t header_count);

#endif
