/* The document that rows are being gathered for.
 *
 * A file has a row per line of an order, and an order that comes in as several
 * rows must go out as a whole: rows of one document that follow each other are
 * gathered and become one event, when a row of another one comes, the status
 * moves on or the file ends.  Each row is checked, and reported, by itself. */
#ifndef SLUICE_SRC_JOBS_IMPORT_GROUP_H
#define SLUICE_SRC_JOBS_IMPORT_GROUP_H

#include <jansson.h>

#include "import_apply_private.h"
#include "sluice/base/buf.h"

/* What a kind does with a row in normal form, in which null deletes. */
struct import_document_kind {
	/* Faults where the row can't be applied; nothing is changed yet, and
	 * apply() can't fail behind it.  May be NULL. */
	void (*check)(struct import_apply *a, struct import_row *row,
		const json_t *normal);
	/* The body of a document that isn't there; NULL: it has to be. */
	json_t *(*create)(struct import_apply *a, const json_t *normal);
	/* True: the body is another one now. */
	bool (*apply)(struct import_apply *a, const json_t *normal);
	const char *status_key; /* of the row */
	/* Of the document: the status, the list of lines (and what wraps it),
	 * and the two ids of a line. */
	const char *body_status_key;
	const char *lines_key, *lines_item;
	const char *line_id_key, *line_external_key;
};

extern const struct import_document_kind import_kind_order,
	import_kind_order_status, import_kind_incident;

struct import_group {
	const struct import_document_kind *kind;
	enum export_entity entity;
	char reference[REFERENCE_MAX + 1];   /* "": no document is open */
	char external_id[REFERENCE_MAX + 1]; /* or "" */

	/* How it was stored, to see whether somebody else changed it since. */
	bool existed;
	int64_t stored_at;
	status_index stored_status;

	json_t *body;        /* with the rows so far; NULL: there is none */
	status_index status; /* of the body */
	/* The rows that changed it since the last event, as JSON texts with a
	 * NUL behind each: there may be many for one body. */
	struct buf rows;
	size_t size;                    /* bytes that the body may come to */
	json_t *by_id, *by_external_id; /* lines of the body */
	bool doubled; /* some lines share an id: the last one has it */
};

/* A fault at a field of the row, with its column. */
void import_row_fault(struct import_row *row, enum entity_kind kind,
	const char *key, const char *code, const char *message);

/* Sets a member unless it has the value already; takes `value` over.  A null
 * deletes.  True: something changed. */
bool import_set(json_t *object, const char *key, json_t *value);

/* The member, an object; made when it isn't there. */
json_t *import_object(json_t *object, const char *key);

/* The body's list of lines, made when it isn't there. */
json_t *import_lines(struct import_group *g);

/* By the id, or else by the external id; NULL: there is none. */
json_t *import_line(
	struct import_group *g, const json_t *id, const json_t *external_id);
void import_index_lines(struct import_group *g); /* of a whole body */
void import_line_added(struct import_group *g, json_t *line);
void import_line_removed(struct import_group *g, json_t *line);

#endif
