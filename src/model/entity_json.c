/* JSON objects as rows: by the keys and aliases of the tables. */
#include <stdlib.h>

#include "entity_private.h"
#include "sluice/base/must.h"
#include "sluice/model/document.h"

/* What is being filled. */
struct filling {
	const struct entity_table *t;
	size_t first, count; /* the fields in question */
	bool in_item;
	struct entity_given *given;
	struct entity_extra *extras;
	size_t extra_count;
	struct faults *faults;
	const struct path *path;
};

static bool is_name(const struct entity_field *f, struct str key)
{
	const char *rest = f->aliases;
	struct str one;

	if (str_eq(str_of(f->key), key))
		return true;
	while (entity_names_next(&rest, &one))
		if (str_eq(one, key))
			return true;
	return false;
}

static int find_field(const struct filling *fill, struct str key)
{
	for (size_t i = 0; i < fill->count; i++)
		if (is_name(entity_field_at(fill->t, fill->first + i), key))
			return (int)i;
	return -1;
}

static bool is_list_key(const struct entity_table *t, struct str key)
{
	const char *rest = t->list_aliases;
	struct str one;

	if (t->list_key == NULL)
		return false;
	if (str_eq(str_of(t->list_key), key))
		return true;
	while (entity_names_next(&rest, &one))
		if (str_eq(one, key))
			return true;
	return false;
}

static bool is_text_like(enum entity_type type)
{
	return type == ENTITY_TEXT || type == ENTITY_ID || type == ENTITY_REF ||
	       type == ENTITY_REFS || type == ENTITY_IDS;
}

void entity_given_loosen(
	enum entity_type type, struct entity_given *g, struct arena *arena)
{
	struct buf text = buf_make(64);

	if (json_is_number(g->json) && is_text_like(type)) {
		json_write(g->json, &text);
		*g = (struct entity_given){
			.text = str_of(arena_dup(arena, buf_view(&text))),
		};
	} else if (json_is_string(g->json) &&
		   (type == ENTITY_NUMBER || type == ENTITY_COUNT)) {
		*g = (struct entity_given){ .text = json_text(g->json) };
	}
	buf_release(&text);
}

static void set_value(struct filling *fill, size_t i, const json_t *value)
{
	fill->given[i].json = value;
	entity_given_loosen(entity_field_at(fill->t, fill->first + i)->type,
		&fill->given[i], fill->faults->arena);
}

static void set_field(
	struct filling *fill, size_t i, const char *key, const json_t *value)
{
	const char *own = entity_field_at(fill->t, fill->first + i)->key;
	struct path at = { .up = fill->path, .key = key };

	if (fill->given[i].json != NULL || fill->given[i].text.ptr != NULL)
		fault_at(fill->faults, &at, FAULT_FORMAT,
			"%s is another name of %s; give one of them",
			strcmp(key, own) == 0 ? "an alias" : key, own);
	else
		set_value(fill, i, value);
}

static bool set_free(struct filling *fill, struct str key, const json_t *value)
{
	bool in_item;

	if (!entity_key_is_free(fill->t, key, &in_item) ||
		(fill->in_item && !in_item))
		return false;
	must(fill->extras != NULL);
	fill->extras[fill->extra_count++] =
		(struct entity_extra){ key, { .json = value }, in_item };
	return true;
}

static bool set_key(struct filling *fill, const char *key, const json_t *value)
{
	int i = find_field(fill, str_of(key));

	if (i >= 0)
		set_field(fill, (size_t)i, key, value);
	return i >= 0 || set_free(fill, str_of(key), value);
}

static const char *field_name(const void *ctx, size_t i)
{
	const struct filling *fill = ctx;

	return entity_field_at(fill->t, fill->first + i)->key;
}

int entity_extras_compare(const void *a, const void *b)
{
	const struct entity_extra *x = a, *y = b;
	size_t len = x->key.len < y->key.len ? x->key.len : y->key.len;
	int order = memcmp(x->key.ptr, y->key.ptr, len);

	return order != 0
		       ? order
		       : (x->key.len > y->key.len) - (x->key.len < y->key.len);
}

static void sort_extras(struct filling *fill)
{
	if (fill->extra_count > 1)
		qsort(fill->extras, fill->extra_count, sizeof *fill->extras,
			entity_extras_compare);
}

/* `body` is an object. */
static void fill_open(struct filling *fill, const json_t *body)
{
	size_t size = json_object_size(body);

	fill->extras = NULL;
	if (fill->t->top.prefix != NULL || fill->t->item.prefix != NULL)
		fill->extras = arena_alloc(
			fill->faults->arena, (size + 1) * sizeof *fill->extras);
}

static void fault_key(struct filling *fill, const char *key)
{
	fault_unknown_key(
		fill->faults, fill->path, key, fill->count, field_name, fill);
}

void entity_item_json(const struct entity_table *t, const json_t *item,
	bool strict, struct faults *faults, const struct path *path,
	struct entity_given given[ENTITY_FIELDS_MAX],
	struct entity_extra **free, size_t *free_count)
{
	struct filling fill = { .t = t,
		.first = t->top.count,
		.count = t->item.count,
		.in_item = true,
		.given = given,
		.faults = faults,
		.path = path };
	const char *key;
	json_t *value;

	fill_open(&fill, item);
	json_object_foreach ((json_t *)(uintptr_t)item, key, value) {
		if (!set_key(&fill, key, value) && strict)
			fault_key(&fill, key);
	}
	sort_extras(&fill);
	*free = fill.extras;
	*free_count = fill.extra_count;
}

static void take_key(struct entity_input *in, struct filling *fill,
	const char *key, const json_t *value, bool strict, size_t *unknown)
{
	/* ACCOUNT's shippingAddress is a list in old bodies, else a boolean. */
	if (is_list_key(fill->t, str_of(key)) &&
		(find_field(fill, str_of(key)) < 0 || json_is_array(value)))
		in->items = json_is_null(value) ? NULL : value;
	else if (set_key(fill, key, value))
		return;
	else if (strict)
		fault_key(fill, key);
	else if (unknown != NULL)
		++*unknown;
}

bool entity_input_json(struct entity_input *in, enum entity_kind kind,
	const json_t *body, bool strict, struct faults *faults, size_t *unknown)
{
	const struct entity_table *t = entity_table(kind);
	struct filling fill = { .t = t,
		.count = entity_field_count(t),
		.given = in->fields,
		.faults = faults };
	const char *key;
	json_t *value;

	*in = (struct entity_input){ .kind = kind, .strict = strict };
	if (!json_is_object(body)) {
		fault_format(faults, NULL, "object");
		return false;
	}
	fill_open(&fill, body);
	json_object_foreach ((json_t *)(uintptr_t)body, key, value) {
		take_key(in, &fill, key, value, strict, unknown);
	}
	sort_extras(&fill);
	in->extras = fill.extras;
	in->extra_count = fill.extra_count;
	return true;
}

static struct str given_text(const struct entity_given *g)
{
	if (g->json == NULL)
		return g->text.ptr == NULL ? STR("") : str_trim(g->text);
	return json_is_string(g->json) ? str_trim(json_text(g->json)) : STR("");
}

struct str entity_input_id(const struct entity_input *in)
{
	const struct entity_table *t = entity_table(in->kind);
	struct str id = given_text(&in->fields[0]);

	/* Documents: the reference wins, the external id stands second. */
	if (id.len == 0 && t->document)
		id = given_text(&in->fields[1]);
	return id;
}
