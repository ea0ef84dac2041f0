/* Query parameters: each route names those it knows, the rest is refused. */
#ifndef SLUICE_ADMIN_QUERY_H
#define SLUICE_ADMIN_QUERY_H

#include "call.h"

#define PAGE_SIZE_DEFAULT 20
#define PAGE_SIZE_MAX     500

/* Reads them all into c->query.  False: answered (an unknown one, one that
 * isn't UTF-8, or one that takes a single value and comes twice). */
bool query_read(struct call *c);

/* The value of a parameter, or NULL; query_next() for those that may come
 * repeatedly (from == NULL: the first). */
const char *query_get(const struct call *c, const char *name);
const struct param *query_next(
	const struct call *c, const struct param *from, const char *name);

/* The values below add to `f` what is wrong with them.  True: there is one,
 * and it is right. */
bool query_uuid(const struct call *c, const char *name, struct faults *f,
	struct uuid *out);
bool query_time(
	const struct call *c, const char *name, struct faults *f, int64_t *out);
bool query_bool(
	const struct call *c, const char *name, struct faults *f, bool *out);

/* `from` and `to`, each as if it were without end when it isn't there.  True:
 * one of them is. */
bool query_period(const struct call *c, struct faults *f, int64_t *from_ms,
	int64_t *to_ms);

/* A whole number from `min` to `max`, else (absent or wrong) the fallback. */
uint64_t query_number(const struct call *c, const char *name, uint64_t min,
	uint64_t max, uint64_t fallback, struct faults *f);

/* page, size and sort of a list. */
struct list_query {
	struct page page;
	uint64_t number; /* of the page */
	size_t sort;     /* index into the names that were given */
};

/* `sorts`: space-separated names; the first is the default, falling when
 * `falling`.  "": the list has one order only, and the route no `sort`. */
void query_list(const struct call *c, const char *sorts, bool falling,
	struct faults *f, struct list_query *out);

/* The body of a list: list_begin(); list_next() before each row; list_end()
 * once page.total is known. */
void list_begin(struct call *c);
void list_next(struct call *c);
void list_end(struct call *c, const struct list_query *q);

/* Ends the list and answers 200 with it; or with the error `e` that reading
 * the rows ended with. */
void list_answer(struct call *c, const struct list_query *q, enum err e);

#endif
