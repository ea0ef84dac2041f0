/* The columns of rejects.csv: all that the files of an execution had, in the
 * order in which they appeared. */
#ifndef SLUICE_ADMIN_REJECT_COLUMNS_H
#define SLUICE_ADMIN_REJECT_COLUMNS_H

#include <jansson.h>

#include "sluice/base/arena.h"
#include "sluice/base/buf.h"

#define COLUMNS_MAX 20000 /* further ones have no name in rejects.csv */

/* Where a cell goes that has no column. */
#define COLUMN_DROPPED                                                         \
	SIZE_MAX                    /* ours, of a file that was rejected       \
				       before */
#define COLUMN_EXTRA (SIZE_MAX - 1) /* behind the last column */

struct reject_columns {
	struct arena *arena; /* for names */
	json_t *index;       /* name -> number; owned */
	const char **names;  /* owned */
	size_t count;
	bool frozen; /* no more of them: they are on their way out */

	/* The file that was looked at last: where its cells go. */
	struct buf header;
	size_t *places;
	size_t place_count;
};

void reject_columns_init(struct reject_columns *k, struct arena *arena);
void reject_columns_release(struct reject_columns *k);

/* A column by name; new ones are added, while there is room (COLUMN_EXTRA). */
size_t reject_column(struct reject_columns *k, const char *name);

/* Looks at a file's header, a JSON list of names, and adds what is new. */
void reject_columns_file(struct reject_columns *k, struct str header);

/* Where the cell number `i` of a row of that file goes. */
static inline size_t reject_place(const struct reject_columns *k, size_t i)
{
	return i < k->place_count ? k->places[i] : COLUMN_EXTRA;
}

/* Appends a cell as RFC 4180 has it, quoted where it must be. */
void reject_put_cell(struct buf *out, struct str cell, char delimiter);

#endif
