#include "sluice/model/transcode.h"

#include <stdlib.h>

#include "json_read.h"
#include "sluice/base/mem.h"
#include "sluice/model/document.h"
#include "sluice/model/entity_field.h"

#define VALUES_MAX 100000 /* of one field */
#define VALUE_MAX  4096

enum on_miss {
	MISS_KEEP,
	MISS_REJECT,
	MISS_DEFAULT,
	MISS_COUNT
};

static const char *const miss_names[MISS_COUNT] = { "KEEP", "REJECT",
	"DEFAULT" };

struct miss {
	char *value;
	uint64_t count;
};

struct rule {
	int field; /* -1: a free key */
	char *key;
	json_t *values; /* owned; texts */
	enum on_miss on_miss;
	char *fallback;
	char *names;   /* of the inputs, for the message */
	json_t *index; /* value -> number in misses */
	struct miss *misses;
	size_t miss_count;
	uint64_t others;
};

struct transcode {
	struct rule *rules;
	size_t count;
	json_t *given;
};

/* --- configuration ----------------------------------------------------------
 */

static const char *const keys[] = { "field", "values", "onMiss", "default" };

static const char *key_name(const void *ctx, size_t i)
{
	(void)ctx;
	return keys[i];
}

static const char *field_name(const void *ctx, size_t i)
{
	return entity_field_at(ctx, i)->key;
}

static void read_field(struct rule *rule, const struct entity_table *t,
	const json_t *value, struct faults *f, const struct path *p)
{
	struct str name = json_text(value);
	const char *near;
	bool in_item;

	if (!json_is_string(value)) {
		fault_at(f, p, FAULT_REQUIRED, "expected the name of a field");
		return;
	}
	rule->field = entity_field_find(t, name, false);
	if (rule->field >= 0) {
		rule->key = mem_strdup(
			entity_field_at(t, (size_t)rule->field)->key);
		return;
	}
	rule->key = mem_strdup(name.ptr);
	if (entity_key_is_free(t, name, &in_item))
		return;
	near = str_nearest(name, entity_field_count(t), field_name, t);
	fault_at(f, p, FAULT_UNKNOWN_FIELD, "Unknown field %s%s%s%s", name.ptr,
		near == NULL ? "" : ", did you mean ", near == NULL ? "" : near,
		near == NULL ? "" : "?");
}

static void read_values(struct rule *rule, const json_t *values,
	struct faults *f, const struct path *p)
{
	struct buf names = buf_make(1024);
	const char *key;
	json_t *value;

	if (!json_is_object(values) || json_object_size(values) > VALUES_MAX) {
		fault_at(f, p, FAULT_INVALID,
			"expected an object of at most %d texts", VALUES_MAX);
		return;
	}
	json_object_foreach ((json_t *)(uintptr_t)values, key, value) {
		struct path at = { .up = p, .key = key };

		if (!json_is_string(value) ||
			json_string_length(value) > VALUE_MAX ||
			!text_is_clean(json_text(value)))
			fault_at(f, &at, FAULT_INVALID,
				"expected a text of at most %d bytes",
				VALUE_MAX);
		if (names.len + strlen(key) < 500)
			buf_printf(
				&names, "%s%s", names.len > 0 ? ", " : "", key);
	}
	rule->values = json_deep_copy(values);
	rule->names = buf_take(&names);
}

static void read_on_miss(struct rule *rule, const json_t *object,
	struct faults *f, const struct path *up)
{
	const json_t *value = json_object_get(object, "onMiss");
	const json_t *fallback = json_object_get(object, "default");
	struct path p = { .up = up, .key = "onMiss" };
	struct path q = { .up = up, .key = "default" };
	size_t i = 0;

	while (value != NULL && i < MISS_COUNT &&
		!(json_is_string(value) &&
			str_eq(json_text(value), str_of(miss_names[i]))))
		i++;
	if (i == MISS_COUNT)
		fault_at(f, &p, FAULT_ENUM,
			"onMiss must be one of KEEP, REJECT, DEFAULT");
	else
		rule->on_miss = (enum on_miss)i;
	if ((fallback != NULL) != (rule->on_miss == MISS_DEFAULT))
		fault_at(f, &q,
			fallback == NULL ? FAULT_REQUIRED : FAULT_NOT_ALLOWED,
			"default stands beside onMiss DEFAULT, and only there");
	else if (fallback != NULL && !json_is_string(fallback))
		fault_at(f, &q, FAULT_INVALID, "expected a text");
	else if (fallback != NULL)
		rule->fallback = mem_strdup(json_string_value(fallback));
}

static void read_rule(struct rule *rule, const struct entity_table *t,
	const json_t *object, struct faults *f, const struct path *p)
{
	struct path field = { .up = p, .key = "field" };
	struct path values = { .up = p, .key = "values" };

	rule->index = json_object();
	rule->field = -1;
	if (!json_is_object(object)) {
		fault_at(f, p, FAULT_INVALID, "expected a JSON object");
		return;
	}
	read_field(rule, t, json_object_get(object, "field"), f, &field);
	read_values(rule, json_object_get(object, "values"), f, &values);
	read_on_miss(rule, object, f, p);
	fault_unknown_keys(f, p, object, ARRAY_LEN(keys), key_name, NULL);
}

static void check_once(
	const struct transcode *t, struct faults *f, const struct path *p)
{
	const struct rule *last = &t->rules[t->count - 1];

	for (const struct rule *r = t->rules; r < last; r++)
		if (r->key != NULL && last->key != NULL &&
			strcmp(r->key, last->key) == 0)
			fault_at(f, p, FAULT_NOT_ALLOWED,
				"%s is transcoded twice", last->key);
}

struct transcode *transcode_from_json(
	enum entity_kind kind, const json_t *list, struct faults *faults)
{
	struct transcode *t = mem_alloc(sizeof *t);
	struct path up = { .key = "transcoding" };
	size_t i, before = faults->count;
	json_t *item;

	t->given = list == NULL || json_is_null(list) ? json_array()
						      : json_deep_copy(list);
	if (!json_is_array(t->given))
		fault_at(faults, &up, FAULT_INVALID, "expected a list");
	t->rules =
		mem_alloc((json_array_size(t->given) + 1) * sizeof *t->rules);
	json_array_foreach (t->given, i, item) {
		struct path p = { .up = &up, .index = i };

		read_rule(&t->rules[t->count++], entity_table(kind), item,
			faults, &p);
		check_once(t, faults, &p);
	}
	if (faults->count == before)
		return t;
	transcode_destroy(t);
	return NULL;
}

json_t *transcode_to_json(const struct transcode *t)
{
	return json_deep_copy(t->given);
}

static void forget_misses(struct rule *rule)
{
	for (size_t i = 0; i < rule->miss_count; i++)
		free(rule->misses[i].value);
	free(rule->misses);
	rule->misses = NULL;
	rule->miss_count = 0;
	rule->others = 0;
	json_object_clear(rule->index);
}

void transcode_reset(struct transcode *t)
{
	for (size_t i = 0; i < t->count; i++)
		forget_misses(&t->rules[i]);
}

void transcode_destroy(struct transcode *t)
{
	if (t == NULL)
		return;
	transcode_reset(t);
	for (size_t i = 0; i < t->count; i++) {
		free(t->rules[i].key);
		free(t->rules[i].fallback);
		free(t->rules[i].names);
		json_decref(t->rules[i].values);
		json_decref(t->rules[i].index);
	}
	free(t->rules);
	json_decref(t->given);
	free(t);
}

/* --- misses
 * -------------------------------------------------------------------- */

static void count_miss(struct rule *rule, struct str value)
{
	json_t *at = json_object_getn(rule->index, value.ptr, value.len);
	struct miss *miss;

	if (at != NULL) {
		rule->misses[json_integer_value(at)].count++;
		return;
	}
	if (rule->miss_count == TRANSCODE_MISSES_MAX ||
		value.len > REFERENCE_MAX) {
		rule->others++;
		return;
	}
	if (rule->misses == NULL)
		rule->misses =
			mem_alloc(TRANSCODE_MISSES_MAX * sizeof *rule->misses);
	miss = &rule->misses[rule->miss_count];
	*miss = (struct miss){ mem_dup(value.ptr, value.len), 1 };
	json_object_setn_new(rule->index, value.ptr, value.len,
		json_integer((json_int_t)rule->miss_count++));
}

static int compare_misses(const void *a, const void *b)
{
	const struct miss *x = *(const struct miss *const *)a;
	const struct miss *y = *(const struct miss *const *)b;

	return x->count != y->count
		       ? (x->count < y->count) - (x->count > y->count)
		       : strcmp(x->value, y->value);
}

static void tell_misses(const struct rule *rule,
	void (*each)(void *arg, const struct transcode_miss *miss), void *arg)
{
	const struct miss *sorted[TRANSCODE_MISSES_MAX];
	struct transcode_miss miss = { .field = rule->key };

	for (size_t i = 0; i < rule->miss_count; i++)
		sorted[i] = &rule->misses[i];
	if (rule->miss_count > 1)
		qsort(sorted, rule->miss_count, sizeof *sorted, compare_misses);
	for (size_t i = 0; i < rule->miss_count; i++) {
		miss.value = str_of(sorted[i]->value);
		miss.count = sorted[i]->count;
		each(arg, &miss);
	}
	miss.value = STR("");
	miss.count = rule->others;
	if (rule->others > 0)
		each(arg, &miss);
}

void transcode_misses(const struct transcode *t,
	void (*each)(void *arg, const struct transcode_miss *miss), void *arg)
{
	for (size_t i = 0; i < t->count; i++)
		tell_misses(&t->rules[i], each, arg);
}

/* --- rows
 * ----------------------------------------------------------------------- */

struct turning {
	struct rule *rule;
	const struct entity_input *in;
	const struct entity_given *given;
	struct faults *faults;
	bool ok;
};

static const json_t *find_value(const struct rule *rule, struct str text)
{
	return json_object_getn(rule->values, text.ptr, text.len);
}

static void reject(struct turning *w, struct str text)
{
	uint32_t column = w->given->column;
	size_t first = w->faults->count;
	struct path p = { .key = w->rule->key };

	w->ok = false;
	fault_enum(w->faults, &p, text, w->rule->names);
	faults_locate(w->faults, first,
		column > 0 && column <= w->in->header_count
			? w->in->header[column - 1]
			: (struct str){ NULL, 0 },
		text);
}

static struct str turn_one(struct turning *w, struct str text)
{
	const json_t *value = find_value(w->rule, text);

	if (value != NULL)
		return json_text(value);
	count_miss(w->rule, text);
	if (w->rule->on_miss == MISS_DEFAULT)
		return str_of(w->rule->fallback);
	if (w->rule->on_miss == MISS_REJECT)
		reject(w, text);
	return text;
}

static struct str turn_parts(struct turning *w, struct str text)
{
	struct buf out = buf_make(TEXT_MAX + 1);
	const char *joint;
	struct str all;

	while ((joint = memmem(text.ptr, text.len, "||", 2)) != NULL) {
		size_t len = (size_t)(joint - text.ptr);

		buf_str(&out, turn_one(w, (struct str){ text.ptr, len }));
		buf_text(&out, "||");
		text = (struct str){ joint + 2, text.len - len - 2 };
	}
	buf_str(&out, turn_one(w, text));
	all = (struct str){ NULL, out.len };
	all.ptr = arena_dup(w->faults->arena, buf_view(&out));
	buf_release(&out);
	return all;
}

static struct str turn(struct turning *w, struct str text)
{
	if (memmem(text.ptr, text.len, "||", 2) == NULL ||
		find_value(w->rule, text) != NULL)
		return turn_one(w, text);
	return turn_parts(w, text);
}

/* The value as a text: strings, numbers and booleans have one. */
static bool text_of(
	const struct entity_given *g, struct arena *arena, struct str *out)
{
	struct buf text = buf_make(64);

	*out = g->text;
	if (json_is_string(g->json))
		*out = json_text(g->json);
	if (json_is_number(g->json) || json_is_boolean(g->json)) {
		json_write(g->json, &text);
		*out = str_of(arena_dup(arena, buf_view(&text)));
	}
	buf_release(&text);
	return out->ptr != NULL && str_trim(*out).len > 0;
}

static bool apply(struct rule *rule, struct entity_input *in,
	struct entity_given *g, struct faults *faults)
{
	struct turning w = { rule, in, g, faults, true };
	struct str text, turned;

	if (!text_of(g, faults->arena, &text))
		return true;
	turned = turn(&w, text);
	if (turned.ptr != text.ptr)
		*g = (struct entity_given){ turned, NULL, g->column };
	return w.ok;
}

static bool apply_free(
	struct rule *rule, struct entity_input *in, struct faults *faults)
{
	for (size_t i = 0; i < in->extra_count; i++)
		if (str_eq(in->extras[i].key, str_of(rule->key)))
			return apply(rule, in, &in->extras[i].given, faults);
	return true;
}

bool transcode_apply(
	struct transcode *t, struct entity_input *in, struct faults *faults)
{
	bool ok = true;

	for (size_t i = 0; i < t->count; i++) {
		struct rule *rule = &t->rules[i];
		bool fine = rule->field < 0
				    ? apply_free(rule, in, faults)
				    : apply(rule, in, &in->fields[rule->field],
					      faults);

		ok = fine && ok;
	}
	return ok;
}
