/* Which LMDB is in use. */
#ifndef SLUICE_STORE_VERSION_H
#define SLUICE_STORE_VERSION_H

/* "0.9.24"; static memory. */
const char *store_lmdb_version(void);

#endif
