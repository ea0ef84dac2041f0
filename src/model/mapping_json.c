/* A mapping compiled for JSON objects.  Objects of a list mostly have the same
 * keys in the same order: what the n-th key was last time is tried first. */
#include <stdlib.h>

#include "entity_private.h"
#include "mapping_private.h"

#define MEMO_SIZE 256
#define UNKNOWN   (-3)
#define MAPPED    (-4) /* a rule's: not read by itself */

struct memo {
	char *key; /* NULL: none yet */
	size_t len;
	int field;
	bool in_item;
};

struct mapping_json {
	const struct mapping *m;
	struct entity_input in;
	struct memo memo[MEMO_SIZE];
	size_t fields;
	json_t *text_list; /* a text where a list should be */
};

struct mapping_json *mapping_json_open(const struct mapping *m)
{
	struct mapping_json *j = mem_alloc(sizeof *j);

	must(m->form == MAPPING_JSON);
	j->m = m;
	j->in.kind = m->kind;
	j->fields = entity_field_count(m->table);
	return j;
}

void mapping_json_close(struct mapping_json *j)
{
	if (j == NULL)
		return;
	for (size_t i = 0; i < MEMO_SIZE; i++)
		free(j->memo[i].key);
	json_decref(j->text_list);
	free(j);
}

static bool is_list_key(const struct entity_table *t, struct str key)
{
	const char *rest = t->list_aliases;
	struct str one;

	if (t->list_key != NULL && str_eq(str_of(t->list_key), key))
		return true;
	while (t->list_key != NULL && entity_names_next(&rest, &one))
		if (str_eq(one, key))
			return true;
	return false;
}

static int find_field(const struct mapping *m, struct str key, bool *in_item)
{
	int field = entity_field_find(m->table, key, false);

	if (mapping_uses(m, key))
		return MAPPED;
	if (field >= 0)
		return mapping_rule_of(m, field) != NULL ? UNKNOWN : field;
	if (is_list_key(m->table, key))
		return mapping_rule_of(m, FIELD_LIST) != NULL ? UNKNOWN
							      : FIELD_LIST;
	return entity_key_is_free(m->table, key, in_item) ? FIELD_FREE
							  : UNKNOWN;
}

static struct memo *recall(
	struct mapping_json *j, size_t position, struct str key)
{
	struct memo *memo = &j->memo[position % MEMO_SIZE];

	if (memo->key != NULL && memo->len == key.len &&
		memcmp(memo->key, key.ptr, key.len) == 0)
		return memo;
	free(memo->key);
	memo->key = mem_dup(key.ptr, key.len);
	memo->len = key.len;
	memo->in_item = false;
	memo->field = find_field(j->m, key, &memo->in_item);
	return memo;
}

static void add_extra(struct entity_input *in, const struct memo *memo,
	struct str key, struct entity_given given, size_t size,
	struct arena *arena)
{
	if (in->extras == NULL)
		in->extras = arena_alloc(arena, size * sizeof *in->extras);
	in->extras[in->extra_count++] =
		(struct entity_extra){ key, given, memo->in_item };
}

static bool set_field(struct entity_input *in, const struct entity_table *t,
	size_t field, struct str key, struct entity_given given,
	struct faults *f)
{
	struct path p = { .key = "" };
	struct entity_given *to = &in->fields[field];

	/* ACCOUNT: old bodies have a list where later ones have a boolean. */
	if (json_is_array(given.json) && is_list_key(t, key)) {
		in->items = given.json;
		return true;
	}
	if (to->json == NULL && to->text.ptr == NULL) {
		*to = given;
		return true;
	}
	p.key = arena_dup(f->arena, key);
	fault_at(f, &p, FAULT_FORMAT,
		"%s is another name of %s; give one of them", p.key,
		entity_field_at(t, field)->key);
	return false;
}

/* A text is none, which is for the reader of the list to say. */
static void set_list(struct mapping_json *j, struct entity_given given)
{
	if (given.json == NULL) {
		j->text_list = json_stringn(given.text.ptr, given.text.len);
		given.json = j->text_list;
	}
	j->in.items = json_is_null(given.json) ? NULL : given.json;
}

static bool take(struct mapping_json *j, const struct memo *memo,
	struct str key, struct entity_given given, size_t size,
	struct faults *f, size_t *unknown)
{
	switch (memo->field) {
	case MAPPED:
		return true;
	case UNKNOWN:
		++*unknown;
		return true;
	case FIELD_LIST:
		set_list(j, given);
		return true;
	case FIELD_FREE:
		add_extra(&j->in, memo, key, given, size, f->arena);
		return true;
	default:
		return set_field(&j->in, j->m->table, (size_t)memo->field, key,
			given, f);
	}
}

/* --- rules
 * ------------------------------------------------------------------------ */

static void join_one(
	struct buf *text, const struct entity_given *g, const char *separator)
{
	if (mapping_is_blank(g))
		return;
	if (text->len > 0 && separator != NULL)
		buf_text(text, separator);
	if (g->json == NULL)
		buf_str(text, g->text);
	else if (json_is_string(g->json))
		buf_str(text, json_text(g->json));
	else
		json_write(g->json, text);
}

static void run_rule(const struct mapping_rule *rule, const json_t *object,
	struct arena *arena, struct entity_given *out)
{
	struct buf text = buf_make(TEXT_MAX + 1);
	struct entity_given one;

	*out = (struct entity_given){ 0 };
	if (rule->constant != NULL)
		out->text = str_of(rule->constant);
	else if (rule->count == 1)
		mapping_path_find(rule->sources[0].path, object, arena, out);
	for (size_t i = 0; rule->count > 1 && i < rule->count; i++) {
		mapping_path_find(rule->sources[i].path, object, arena, &one);
		join_one(&text, &one, rule->separator);
	}
	if (text.len > 0)
		out->text = str_of(arena_dup(arena, buf_view(&text)));
	buf_release(&text);
	if (rule->fallback != NULL && mapping_is_blank(out))
		*out = (struct entity_given){ .text = str_of(rule->fallback) };
}

static void run_rules(
	struct mapping_json *j, const json_t *object, struct arena *arena)
{
	size_t size = json_object_size(object) + j->m->count;
	struct entity_given given;

	for (size_t i = 0; i < j->m->count; i++) {
		const struct mapping_rule *rule = &j->m->rules[i];
		struct memo free_key = { .in_item = rule->in_item };

		run_rule(rule, object, arena, &given);
		if (rule->field >= 0) {
			j->in.fields[rule->field] = given;
		} else if (rule->field == FIELD_LIST) {
			j->in.items =
				json_is_null(given.json) ? NULL : given.json;
		} else {
			add_extra(&j->in, &free_key, str_of(rule->key), given,
				size, arena);
		}
	}
}

static void loosen_all(struct mapping_json *j, struct arena *arena)
{
	for (size_t i = 0; i < j->fields; i++)
		if (j->in.fields[i].json != NULL)
			entity_given_loosen(
				entity_field_at(j->m->table, i)->type,
				&j->in.fields[i], arena);
}

/* --- rows
 * ---------------------------------------------------------------------------
 */

static bool take_keys(struct mapping_json *j, json_t *object, struct faults *f,
	size_t *unknown)
{
	size_t size = json_object_size(object) + j->m->count, position = 0;
	bool ok = true;

	for (void *at = json_object_iter(object); at != NULL;
		at = json_object_iter_next(object, at)) {
		struct str key = { json_object_iter_key(at),
			json_object_iter_key_len(at) };
		const struct memo *memo = recall(j, position++, key);
		struct entity_given given = { .json = json_object_iter_value(
						      at) };

		ok = take(j, memo, key, given, size, f, unknown) && ok;
	}
	return ok;
}

static bool take_members(struct mapping_json *j,
	const struct json_member *members, size_t count, struct faults *f,
	size_t *unknown)
{
	bool ok = true;

	for (size_t i = 0; i < count; i++) {
		const struct json_member *m = &members[i];
		const struct memo *memo = recall(j, i, m->key);
		struct entity_given given = { m->text, m->value, 0 };

		ok = take(j, memo, m->key, given, count, f, unknown) && ok;
	}
	return ok;
}

static void begin_row(struct mapping_json *j)
{
	struct entity_input *in = &j->in;

	memset(in->fields, 0, j->fields * sizeof *in->fields);
	in->items = NULL;
	in->extras = NULL;
	in->extra_count = 0;
	json_decref(j->text_list);
	j->text_list = NULL;
}

static struct entity_input *end_row(struct mapping_json *j, struct arena *arena)
{
	struct entity_input *in = &j->in;

	loosen_all(j, arena);
	if (in->extra_count > 1)
		qsort(in->extras, in->extra_count, sizeof *in->extras,
			entity_extras_compare);
	return in;
}

struct entity_input *mapping_json_row(struct mapping_json *j,
	const json_t *object, struct faults *faults, size_t *unknown)
{
	if (!json_is_object(object)) {
		fault_format(faults, NULL, "object");
		return NULL;
	}
	begin_row(j);
	if (!take_keys(j, (json_t *)(uintptr_t)object, faults, unknown))
		return NULL;
	run_rules(j, object, faults->arena);
	return end_row(j, faults->arena);
}

bool mapping_json_is_direct(const struct mapping_json *j)
{
	return j->m->count == 0;
}

struct entity_input *mapping_json_members(struct mapping_json *j,
	const struct json_member *members, size_t count, struct faults *faults,
	size_t *unknown)
{
	must(mapping_json_is_direct(j));
	begin_row(j);
	return take_members(j, members, count, faults, unknown)
		       ? end_row(j, faults->arena)
		       : NULL;
}
