/* Values with several parts: lists, price ranges, passwords. */
#include <stdlib.h>

#include "entity_private.h"
#include "sluice/base/crypto.h"
#include "sluice/base/must.h"
#include "sluice/model/document.h"
#include "sluice/model/password.h"

#define URL_MAX 2048

/* --- references ---------------------------------------------------------- */

bool entity_ref_exists(
	struct entity_checking *c, enum entity_kind target, struct str id)
{
	const struct entity_lookup *lookup = c->r->lookup;
	struct str text;

	if (target == ENTITY_STORE && str_eq(id, STR(DEFAULT_STORE)))
		return true;
	text = lookup->get(lookup->arg, target, id);
	return text.len > 0 && !entity_is_gone(target, text);
}

void fault_reference(const struct entity_at *at, const char *unknown)
{
	fault_at(at->c->faults, at->path, FAULT_NO_REF,
		"At least one %s does not exist in Djust system : %s with "
		"type EXTERNAL_ID",
		path_text(at->path, at->c->arena), unknown);
}

static void check_refs(
	const struct entity_at *at, const struct str *ids, size_t count)
{
	struct buf unknown = buf_make(1024);

	must(ids != NULL || count == 0);
	for (size_t i = 0; i < count; i++) {
		if (entity_ref_exists(at->c, at->field->target, ids[i]))
			continue;
		if (unknown.len > 0)
			buf_text(&unknown, ENTITY_JOINT);
		buf_str(&unknown, ids[i]);
	}
	if (unknown.len > 0)
		fault_reference(at, unknown.data);
	buf_release(&unknown);
}

/* --- lists ---------------------------------------------------------------- */

struct list {
	const struct entity_at *at;
	struct str *texts; /* in the arena */
	size_t count, cap;
};

static bool fits_list(const struct entity_at *at, struct str s)
{
	struct faults *f = at->c->faults;

	switch (at->field->type) {
	case ENTITY_URLS:
		if (s.len <= URL_MAX && norm_is_url(s))
			return true;
		fault_format(f, at->path, "URL, expected standard URL format");
		return false;
	case ENTITY_ENUMS:
		if (norm_is_listed(s, at->field->values))
			return true;
		fault_enum(f, at->path, s, at->field->values);
		return false;
	case ENTITY_TEXTS:
		if (s.len <= TEXT_MAX && text_is_clean(s))
			return true;
		fault_format(f, at->path, "text without control characters");
		return false;
	default:
		return norm_id_fits(at, s);
	}
}

static void list_add(struct list *l, const struct entity_at *at, struct str s)
{
	s = str_trim(s);
	if (s.len == 0 || !fits_list(at, s))
		return;
	if (l->count == l->cap) {
		size_t cap = l->cap * 2 + 8;
		struct str *more =
			arena_alloc(at->c->arena, cap * sizeof *more);

		if (l->count > 0)
			memcpy(more, l->texts, l->count * sizeof *more);
		l->texts = more;
		l->cap = cap;
	}
	l->texts[l->count++] = s;
}

static void split(struct list *l, struct str text)
{
	const char *joint;

	while ((joint = memmem(text.ptr, text.len, ENTITY_JOINT, 2)) != NULL) {
		size_t len = (size_t)(joint - text.ptr);

		list_add(l, l->at, (struct str){ text.ptr, len });
		text = (struct str){ joint + 2, text.len - len - 2 };
	}
	list_add(l, l->at, text);
}

static void collect_array(struct list *l)
{
	const struct entity_at *at = l->at;
	size_t i;
	json_t *item;

	json_array_foreach (at->json, i, item) {
		struct path path = { .up = at->path, .index = i };
		struct entity_at inner = *at;

		inner.path = &path;
		if (json_is_string(item))
			list_add(l, &inner, json_text(item));
		else
			fault_format(at->c->faults, &path, "text");
	}
}

/* Each text once, the first time counts. */
static size_t drop_doubles(struct str *texts, size_t count)
{
	json_t *seen;
	size_t n = 0;

	if (count < 2)
		return count;
	seen = json_object();
	for (size_t i = 0; i < count; i++) {
		if (json_object_getn(seen, texts[i].ptr, texts[i].len) != NULL)
			continue;
		json_object_setn_new(
			seen, texts[i].ptr, texts[i].len, json_true());
		texts[n++] = texts[i];
	}
	json_decref(seen);
	return n;
}

struct norm norm_read_list(const struct entity_at *at)
{
	struct list l = { .at = at };

	if (at->json == NULL)
		split(&l, at->text);
	else if (json_is_string(at->json))
		split(&l, json_text(at->json));
	else if (json_is_array(at->json))
		collect_array(&l);
	else
		fault_format(at->c->faults, at->path,
			"list of texts, or one text joined with ||");
	l.count = drop_doubles(l.texts, l.count);
	if (at->field->type == ENTITY_REFS)
		check_refs(at, l.texts, l.count);
	return norm_of_texts(l.texts, l.count, at->c->arena);
}

/* --- price ranges ----------------------------------------------------------
 */

struct range {
	uint64_t quantity;
	struct str price; /* a number as JSON */
};

/* "10:8.50": both parts are numbers of their own. */
static bool parse_range(
	const struct entity_at *at, struct str s, struct range *out)
{
	static const struct entity_field price = { .type = ENTITY_NUMBER };
	const char *colon = memchr(s.ptr, ':', s.len);
	size_t len = colon == NULL ? 0 : (size_t)(colon - s.ptr);
	struct entity_at inner = *at;
	size_t faults = at->c->faults->count;

	if (colon == NULL ||
		!str_to_u64(str_trim((struct str){ s.ptr, len }), 1000000000,
			&out->quantity) ||
		out->quantity == 0)
		return false;
	inner.field = &price;
	inner.json = NULL;
	out->price =
		norm_number(&inner, (struct str){ colon + 1, s.len - len - 1 })
			.text;
	return at->c->faults->count == faults;
}

static int compare_ranges(const void *a, const void *b)
{
	const struct range *x = a, *y = b;

	return (x->quantity > y->quantity) - (x->quantity < y->quantity);
}

static struct norm write_ranges(
	const struct entity_at *at, struct range *ranges, size_t count)
{
	struct buf out = buf_make(TEXT_MAX);
	struct norm n;

	qsort(ranges, count, sizeof *ranges, compare_ranges);
	for (size_t i = 0; i < count; i++)
		buf_printf(&out, "%s{\"quantity\":%llu,\"price\":%.*s}",
			i == 0 ? "[" : ",",
			(unsigned long long)ranges[i].quantity,
			STR_ARG(ranges[i].price));
	buf_char(&out, ']');
	n = norm_raw(out.full ? STR("[]") : buf_view(&out));
	n.text.ptr = arena_dup(at->c->arena, n.text);
	buf_release(&out);
	return n;
}

/* A JSON list of {"quantity","price"} says the same as the text. */
static struct str ranges_as_text(const struct entity_at *at)
{
	struct buf text = buf_make(TEXT_MAX);
	const char *copy;
	size_t i;
	json_t *item;

	json_array_foreach (at->json, i, item) {
		buf_text(&text, i == 0 ? "" : ENTITY_JOINT);
		json_write(json_object_get(item, "quantity"), &text);
		buf_char(&text, ':');
		json_write(json_object_get(item, "price"), &text);
	}
	copy = arena_dup(at->c->arena, buf_view(&text));
	buf_release(&text);
	return str_of(copy);
}

static bool is_range_list(const json_t *value)
{
	size_t i;
	json_t *item;

	json_array_foreach (value, i, item) {
		if (!json_is_number(json_object_get(item, "quantity")) ||
			!json_is_number(json_object_get(item, "price")))
			return false;
	}
	return json_is_array(value);
}

struct norm norm_read_ranges(const struct entity_at *at)
{
	static const struct entity_field texts = { .type = ENTITY_TEXTS };
	struct entity_at inner = *at;
	struct list l = { .at = &inner };
	struct range *ranges;
	struct str text;

	inner.field = &texts;
	if (at->json != NULL && is_range_list(at->json))
		text = ranges_as_text(at);
	else if (!norm_given_text(at, &text))
		return (struct norm){ NORM_NONE, { NULL, 0 } };
	split(&l, text);
	ranges = arena_alloc(at->c->arena, (l.count + 1) * sizeof *ranges);
	for (size_t i = 0; i < l.count; i++) {
		if (parse_range(at, l.texts[i], &ranges[i]) &&
			(i == 0 || ranges[i].quantity > ranges[i - 1].quantity))
			continue;
		fault_format(at->c->faults, at->path,
			"price ranges, expected QUANTITY:PRICE||... with "
			"rising quantities");
		return (struct norm){ NORM_NONE, { NULL, 0 } };
	}
	return write_ranges(at, ranges, l.count);
}

/* --- passwords -------------------------------------------------------------
 */

/* The same password again leaves the old hash, salt and all. */
struct norm norm_read_password(const struct entity_at *at)
{
	struct str old = norm_text(at->old, at->c->arena), s;
	struct buf hash = buf_make(PASSWORD_HASH_MAX);
	struct norm n = at->old;
	const char *wrong;

	if (!norm_given_text(at, &s) || str_eq(s, STR(SECRET_MASK)))
		return n;
	s = at->json == NULL ? at->text : json_text(at->json);
	wrong = password_fault(s);
	if (wrong != NULL) {
		fault_format(at->c->faults, at->path, wrong);
	} else if (!password_fits(s, old)) {
		password_hash(s, at->c->r->salt, &hash);
		n = norm_string(
			str_of(arena_dup(at->c->arena, buf_view(&hash))));
	}
	buf_release(&hash);
	return n;
}
