/* Reading bodies: where we are, what is wrong there, and forms: JSON objects
 * that fill a C struct by a table.
 *
 * A form is an array of `struct form_field`; each names a key, its type and
 * the member of the target struct.  Reading reports every fault (unknown keys
 * with a "did you mean") and fills what is right.  Strings and lists in the
 * target are owned by it. */
#ifndef SLUICE_SRC_MODEL_JSON_READ_H
#define SLUICE_SRC_MODEL_JSON_READ_H

#include <jansson.h>
#include <stdbool.h>

#include "json_write.h"
#include "sluice/base/must.h"
#include "sluice/base/uuid.h"
#include "sluice/model/fault.h"

#define TEXT_MAX                                                               \
	(64u << 10) /* bytes of a text that has no limit of its own            \
		     */
#define SECRET_MASK "***"

/* A chain on the stack, made into text only when something is wrong. */
struct path {
	const struct path *up; /* NULL: the body itself */
	const char *key;       /* NULL: the element `index` of an array */
	size_t index;
};

/* "lines.line[2].quantity", in the arena. */
const char *path_text(const struct path *p, struct arena *arena);

/* The message templates of facts.md 5.1. */
void fault_missing(struct faults *f, const struct path *p);
void fault_enum(struct faults *f, const struct path *p, struct str value,
	const char *names);
void fault_boolean(struct faults *f, const struct path *p);
void fault_length(struct faults *f, const struct path *p, size_t limit);
void fault_format(struct faults *f, const struct path *p, const char *type);
void fault_bound(struct faults *f, const struct path *p, const char *condition,
	const char *value);

/* Any code, with the path as field. */
#define fault_at(f, p, code, ...)                                              \
	faults_add((f), (code), path_text((p), (f)->arena), __VA_ARGS__)

/* Faults for the keys of `object` that `name(ctx, 0..count-1)` doesn't list. */
void fault_unknown_keys(struct faults *f, const struct path *p,
	const json_t *object, size_t count,
	const char *(*name)(const void *ctx, size_t i), const void *ctx);
void fault_unknown_key(struct faults *f, const struct path *p, const char *key,
	size_t count, const char *(*name)(const void *ctx, size_t i),
	const void *ctx);

/* Text that XML 1.0 can hold: UTF-8 without control characters save tab, LF
 * and CR, without U+FFFE and U+FFFF. */
bool text_is_clean(struct str s);

/* Without any control character: ids, names. */
bool text_is_line(struct str s);

/* A JSON boolean or its name in any case. */
bool read_boolean(const json_t *value, bool *out);

/* Any JSON number. */
bool read_number(const json_t *value, double *out);

/* A number without a fraction and below AMOUNT_LIMIT. */
bool read_integer(const json_t *value, int64_t *out);

enum form_type {
	FORM_TEXT,    /* char *; one line of min..max bytes */
	FORM_SECRET,  /* char *; min..max bytes, any text */
	FORM_BOOL,    /* bool; JSON booleans only */
	FORM_UINT,    /* unsigned, min..max */
	FORM_UINT16,  /* uint16_t, min..max */
	FORM_UUID,    /* struct uuid */
	FORM_TEXTS,   /* struct texts; each one line of 1..max bytes */
	FORM_OBJECT,  /* a form of its own in the same target */
	FORM_IGNORED, /* known, but read only for clients */
	FORM_READ,    /* by `read` */
};

struct form_field {
	const char *key;
	enum form_type type;
	bool required;
	size_t offset; /* of the member */
	size_t min, max;
	const struct form_field *fields; /* FORM_OBJECT */
	size_t count;
	void (*read)(struct faults *f, const struct path *p,
		const json_t *value, void *target);
};

#define FORM_FIELDS(table) .fields = (table), .count = ARRAY_LEN(table)

/* Reads `object` into `target`.  A NULL or JSON null value is an absent one.
 * A value that isn't an object is one fault. */
void form_read(struct faults *f, const struct path *p,
	const struct form_field *fields, size_t count, const json_t *object,
	void *target);

/* Owned list of owned strings, as in the public structs: a `char **` with a
 * `size_t` right behind it. */
struct texts {
	char **list;
	size_t count;
};

bool texts_read(struct faults *f, const struct path *p, const json_t *value,
	size_t max, struct texts *out);
json_t *texts_to_json(char *const *list, size_t count);
void texts_free(char **list, size_t count);

/* Sorts and drops duplicates; they are freed when `owned`. */
size_t texts_sort_unique(const char **list, size_t count, bool owned);

/* A time of a stored record; 0 when it isn't there. */
int64_t stored_time(const json_t *object, const char *key);
json_t *time_to_json(int64_t ms);

#endif
