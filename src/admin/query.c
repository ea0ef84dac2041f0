#include "query.h"

#include <stdio.h>

#include "route.h"
#include "sluice/base/clock.h"

#define PAGE_NUMBER_MAX (UINT64_C(1) << 40)

/* Those that may come repeatedly. */
#define LIST_PARAMETERS "supplierExternalIds"

/* --- reading -------------------------------------------------------------- */

/* Space-separated words, as they stand in the route table. */
static bool word_at(const char *words, size_t index, struct str *out)
{
	const char *p = words;

	while (p != NULL && *p != '\0') {
		size_t len = strcspn(p, " ");

		if (index-- == 0) {
			*out = (struct str){ p, len };
			return true;
		}
		p += len + (p[len] == ' ');
	}
	return false;
}

static bool word_find(const char *words, struct str word, size_t *index)
{
	struct str w;

	for (size_t i = 0; word_at(words, i, &w); i++)
		if (str_eq(w, word)) {
			*index = i;
			return true;
		}
	return false;
}

struct reading {
	struct call *c;
	struct param **tail;
};

static void take(void *arg, const char *name, const char *value)
{
	struct reading *reading = arg;
	struct param *p = arena_alloc(&reading->c->arena, sizeof *p);

	p->name = name;
	p->value = value;
	*reading->tail = p;
	reading->tail = &p->next;
}

static void refuse_unknown(struct call *c, const char *name)
{
	const char *known = c->route->query;

	name = shown(&c->arena, name);
	if (known == NULL || *known == '\0')
		answer_error(c, 400, "UNKNOWN_PARAMETER",
			"unknown query parameter '%s': this call takes none",
			name);
	else
		answer_error(c, 400, "UNKNOWN_PARAMETER",
			"unknown query parameter '%s'; known are: %s", name,
			known);
}

/* The second coming of one that takes a single value. */
static bool comes_twice(const struct call *c, const struct param *p)
{
	const struct param *first = query_next(c, NULL, p->name);
	size_t index;

	return first != p && query_next(c, first, p->name) == p &&
	       !word_find(LIST_PARAMETERS, str_of(p->name), &index);
}

static void refuse_twice(struct call *c)
{
	struct faults *f = call_faults(c);

	for (const struct param *p = c->query; p != NULL; p = p->next)
		if (comes_twice(c, p))
			faults_add(f, FAULT_INVALID, p->name,
				"%s must not be given twice", p->name);
	answer_faults(c, f);
}

bool query_read(struct call *c)
{
	struct reading reading = { c, &c->query };
	bool twice = false;
	size_t index;

	http_request_query_each(c->request, take, &reading);
	for (const struct param *p = c->query; p != NULL; p = p->next) {
		if (!str_is_utf8(str_of(p->name)) ||
			!str_is_utf8(str_of(p->value))) {
			answer_error(
				c, 400, FAULT_INVALID, "the query isn't UTF-8");
			return false;
		}
		if (!word_find(c->route->query, str_of(p->name), &index)) {
			refuse_unknown(c, p->name);
			return false;
		}
		twice = twice || comes_twice(c, p);
	}
	if (twice)
		refuse_twice(c);
	return !twice;
}

const struct param *query_next(
	const struct call *c, const struct param *from, const char *name)
{
	const struct param *p = from == NULL ? c->query : from->next;

	while (p != NULL && strcmp(p->name, name) != 0)
		p = p->next;
	return p;
}

const char *query_get(const struct call *c, const char *name)
{
	const struct param *p = query_next(c, NULL, name);

	return p == NULL ? NULL : p->value;
}

/* --- values --------------------------------------------------------------- */

bool query_uuid(const struct call *c, const char *name, struct faults *f,
	struct uuid *out)
{
	const char *value = query_get(c, name);

	if (value == NULL)
		return false;
	if (uuid_parse(str_of(value), out))
		return true;
	faults_add(f, FAULT_INVALID, name, "%s: '%s' is not an id (a UUID)",
		name, value);
	return false;
}

/* An offset's plus that was not encoded arrives as a blank. */
static bool parse_time(const char *value, int64_t *out)
{
	const char *blank = strrchr(value, ' ');
	char text[TIME_TEXT_SIZE * 2];

	if (time_parse(str_of(value), out))
		return true;
	if (blank == NULL || strlen(value) >= sizeof text)
		return false;
	(void)snprintf(text, sizeof text, "%.*s+%s", (int)(blank - value),
		value, blank + 1);
	return time_parse(str_of(text), out);
}

bool query_time(
	const struct call *c, const char *name, struct faults *f, int64_t *out)
{
	const char *value = query_get(c, name);

	if (value == NULL)
		return false;
	if (parse_time(value, out))
		return true;
	faults_add(f, FAULT_INVALID, name,
		"%s: '%s' is not a time like 2025-03-24T14:32:31.824Z", name,
		value);
	return false;
}

bool query_period(const struct call *c, struct faults *f, int64_t *from_ms,
	int64_t *to_ms)
{
	bool from, to;

	*from_ms = 0;
	*to_ms = INT64_MAX;
	from = query_time(c, "from", f, from_ms);
	to = query_time(c, "to", f, to_ms);
	return from || to;
}

bool query_bool(
	const struct call *c, const char *name, struct faults *f, bool *out)
{
	const char *value = query_get(c, name);

	if (value == NULL)
		return false;
	*out = strcmp(value, "true") == 0;
	if (*out || strcmp(value, "false") == 0)
		return true;
	faults_add(f, FAULT_INVALID, name, "%s must be true or false, not '%s'",
		name, value);
	return false;
}

/* --- page, size, sort ----------------------------------------------------- */

uint64_t query_number(const struct call *c, const char *name, uint64_t min,
	uint64_t max, uint64_t fallback, struct faults *f)
{
	const char *value = query_get(c, name);
	uint64_t n;

	if (value == NULL)
		return fallback;
	if (str_to_u64(str_of(value), max, &n) && n >= min)
		return n;
	if (max == PAGE_NUMBER_MAX)
		faults_add(f, FAULT_INVALID, name,
			"%s must be a whole number from %u, not '%s'", name,
			(unsigned)min, value);
	else
		faults_add(f, FAULT_INVALID, name,
			"%s must be a whole number from %u to %u, not '%s'",
			name, (unsigned)min, (unsigned)max, value);
	return fallback;
}

static void read_sort(const struct call *c, const char *sorts, struct faults *f,
	struct list_query *out)
{
	const char *value = query_get(c, "sort");
	const char *colon, *direction;

	if (value == NULL)
		return;
	colon = strchr(value, ':');
	direction = colon == NULL ? "asc" : colon + 1;
	out->page.descending = strcmp(direction, "desc") == 0;
	if (!word_find(sorts,
		    (struct str){ value, colon == NULL
						 ? strlen(value)
						 : (size_t)(colon - value) },
		    &out->sort) ||
		(!out->page.descending && strcmp(direction, "asc") != 0))
		faults_add(f, FAULT_INVALID, "sort",
			"sort must be <field>:asc or <field>:desc, not '%s'; "
			"fields: %s",
			value, sorts);
}

void query_list(const struct call *c, const char *sorts, bool falling,
	struct faults *f, struct list_query *out)
{
	*out = (struct list_query){ .page.descending = falling };
	out->number = query_number(c, "page", 0, PAGE_NUMBER_MAX, 0, f);
	out->page.size = (size_t)query_number(
		c, "size", 1, PAGE_SIZE_MAX, PAGE_SIZE_DEFAULT, f);
	out->page.offset = out->number * out->page.size;
	read_sort(c, sorts, f, out);
}

/* --- the body of a list --------------------------------------------------- */

void list_begin(struct call *c)
{
	c->rows = 0;
	buf_text(&c->body, "{\"content\":[");
}

void list_next(struct call *c)
{
	if (c->rows++ > 0)
		buf_char(&c->body, ',');
}

static const char *truth(bool b)
{
	return b ? "true" : "false";
}

void list_end(struct call *c, const struct list_query *q)
{
	uint64_t size = q->page.size, total = q->page.total;
	uint64_t pages = (total + size - 1) / size;

	buf_printf(&c->body,
		"],\"number\":%llu,\"size\":%llu,\"numberOfElements\":%zu,"
		"\"totalElements\":%llu,\"totalPages\":%llu,"
		"\"first\":%s,\"last\":%s,\"empty\":%s}",
		(unsigned long long)q->number, (unsigned long long)size,
		c->rows, (unsigned long long)total, (unsigned long long)pages,
		truth(q->number == 0), truth(q->number + 1 >= pages),
		truth(c->rows == 0));
}

void list_answer(struct call *c, const struct list_query *q, enum err e)
{
	if (e != ERR_OK)
		return answer_err(c, e, NULL);
	list_end(c, q);
	answer_now(c, 200);
}
