/* What is wrong with a body or a row: data for people and clients, all of it
 * at once, not the first only (contract section 2, facts.md 5.1).
 *
 * `code` is one of the stable identifiers below; `field` is the dotted path of
 * the JSON key ("lines.line[2].quantity"), or "" for the body as a whole. */
#ifndef SLUICE_MODEL_FAULT_H
#define SLUICE_MODEL_FAULT_H

#include <stdbool.h>
#include <stddef.h>

#include "sluice/base/arena.h"

/* Functional errors of facts.md 5.1. */
#define FAULT_MISSING   "F-E-001" /* mandatory field missing or blank */
#define FAULT_NO_REF    "F-E-002" /* reference to something unknown */
#define FAULT_DUPLICATE "F-E-003" /* unique reference exists already */
#define FAULT_BOUND     "F-E-006" /* number beyond a bound */
#define FAULT_RANGE     "F-E-007" /* number outside a range */
#define FAULT_ENUM      "F-E-008" /* not in the enumeration */
#define FAULT_BOOLEAN   "F-E-009" /* not a boolean */
#define FAULT_LENGTH    "F-E-010" /* text too long */
#define FAULT_ATTRIBUTE "F-E-011" /* attributes that the category requires */
#define FAULT_FORMAT    "F-E-012" /* generic format */
#define FAULT_NO_PRICE  "F-E-013" /* no price for quantity 1 */
#define FAULT_NO_TARGET "F-E-033" /* account or address not found */

/* Faults of API bodies that are not business entities. */
#define FAULT_UNKNOWN_FIELD "UNKNOWN_FIELD"
#define FAULT_REQUIRED      "REQUIRED"
#define FAULT_INVALID       "INVALID_VALUE"
#define FAULT_NOT_ALLOWED   "NOT_ALLOWED" /* not together with something */

#define FAULTS_MAX 100 /* further ones are only counted */

struct fault {
	const char *code;    /* a literal */
	const char *field;   /* in the arena */
	const char *message; /* in the arena */
	/* Rows of files only, else NULL; in the arena. */
	const char *column; /* the header of the column */
	const char *value;  /* what stood there, shortened */
};

struct faults {
	struct arena *arena; /* set by the owner; outlives the faults */
	struct fault list[FAULTS_MAX];
	size_t count; /* of list */
	size_t left_out;
};

void faults_init(struct faults *f, struct arena *arena);

void faults_add(struct faults *f, const char *code, const char *field,
	const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* Says where the faults from number `first` on come from, unless they say so
 * already; `column` and `value` may be NULL. */
void faults_locate(
	struct faults *f, size_t first, struct str column, struct str value);

static inline bool faults_any(const struct faults *f)
{
	return f->count > 0;
}

/* The code that stands at the top of the answer: the F-E-... code or
 * UNKNOWN_FIELD when all faults share it, else "VALIDATION_FAILED". */
const char *faults_code(const struct faults *f);

#endif
