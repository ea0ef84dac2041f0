/* Files that were handed in lie in the spool until nothing needs them any more.
 * Private to the import queue. */
#ifndef SLUICE_JOBS_IMPORT_UPLOAD_H
#define SLUICE_JOBS_IMPORT_UPLOAD_H

#include <stdbool.h>

#include "sluice/base/uuid.h"

struct hub;

/* Now.  A nil id is no upload: nothing happens. */
void import_upload_remove(struct hub *hub, struct uuid upload_id);

/* At the end of the turn: when it is kept, or when it is not. */
void import_upload_end(struct hub *hub, struct uuid upload_id, bool when_kept);

#endif
