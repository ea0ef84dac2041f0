/* Where the fields of an entity come from (contract section 5): an import
 * job's `mapping`, read once, then compiled for a CSV header or for JSON
 * objects, so that a row costs no lookups.
 *
 * A field that the mapping names comes from what it names.  One that it leaves
 * out comes from its documented header or key, unless the mapping uses that
 * column (key) for another field.  CF_... and attribute-... need no mapping. */
#ifndef SLUICE_MODEL_MAPPING_H
#define SLUICE_MODEL_MAPPING_H

#include "sluice/model/entity.h"
#include "sluice/text/json_flat.h"
#include "sluice/text/xml_records.h"

enum mapping_form {
	MAPPING_CSV,  /* sources are headers */
	MAPPING_JSON, /* sources are keys or paths: $.a.b, $.a[0].b, $.a[*].b */
};

struct mapping;

/* `object` may be NULL (no mapping).  Faults are at "mapping.<field>", with a
 * "did you mean" for unknown fields; NULL then. */
struct mapping *mapping_from_json(enum entity_kind kind, enum mapping_form form,
	const json_t *object, struct faults *faults);
void mapping_destroy(struct mapping *m); /* NULL is fine */

/* As it was given; empty without one.  For storing and showing. */
json_t *mapping_to_json(const struct mapping *m);

/* --- CSV ---------------------------------------------------------------------
 */

struct mapping_csv;

/* What a header lacks or has too much; lists joined with ", ", in the arena. */
struct mapping_header {
	const char *missing;  /* required columns: the file can't be read */
	const char *doubled;  /* two columns for one field: neither can it */
	const char *unmapped; /* columns that the mapping names but no field
				 needs: a warning */
	const char *unknown;  /* columns that nothing uses: warnings, but for
				 those of rejects.csv */
	size_t unmapped_count, unknown_count;
};

/* Borrows mapping and header; both live longer.  `found` is filled; NULL when
 * missing or doubled isn't "". */
struct mapping_csv *mapping_csv_open(const struct mapping *m,
	const struct str *header, size_t count, struct arena *arena,
	struct mapping_header *found);
void mapping_csv_close(struct mapping_csv *c); /* NULL is fine */

/* Would this many required columns be there with another header (that of the
 * other delimiter)?  For "the other delimiter would fit". */
bool mapping_csv_fits(
	const struct mapping *m, const struct str *header, size_t count);

/* A row; its cells are clean UTF-8 without NUL, missing ones are blank.  The
 * input is the mapping's and good until the next row; joined texts are in the
 * arena.  Cells beyond the header are not read. */
struct entity_input *mapping_csv_row(struct mapping_csv *c,
	const struct str *cells, size_t count, struct arena *arena);

/* What rejects.csv adds to the columns of a file: __line, __code, __message.
 * They may stay when it is mended and imported again. */
#define REJECT_COLUMNS 3
extern const char *const reject_columns[REJECT_COLUMNS];

/* And the column of rows that were no CSV: their JSON. */
#define REJECT_ELEMENT "element"
bool is_reject_column(struct str name);

/* --- JSON --------------------------------------------------------------------
 */

struct mapping_json;

struct mapping_json *mapping_json_open(const struct mapping *m);
void mapping_json_close(struct mapping_json *j); /* NULL is fine */

/* An object; as mapping_csv_row().  `*unknown` counts keys that nothing uses.
 * NULL: not an object, or a key in two spellings (a fault says so). */
struct entity_input *mapping_json_row(struct mapping_json *j,
	const json_t *object, struct faults *faults, size_t *unknown);

/* The same for an object whose members were read one by one, which is faster;
 * only when the mapping doesn't ask for the object as a whole. */
bool mapping_json_is_direct(const struct mapping_json *j);
struct entity_input *mapping_json_members(struct mapping_json *j,
	const struct json_member *members, size_t count, struct faults *faults,
	size_t *unknown);

/* --- XML ---------------------------------------------------------------------
 */

/* A record as the JSON object that mapping_json_row() reads: the local names
 * of its elements and their texts.  A fresh reference; NULL and a fault: an
 * element stands twice. */
json_t *mapping_xml_object(
	const struct xml_record *record, struct faults *faults);

#endif
