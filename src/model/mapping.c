/* An import job's mapping as it is configured. */
#include <stdlib.h>

#include "mapping_private.h"

#define SOURCES_MAX 32
#define SOURCE_MAX  1024
#define VALUE_MAX   4096

/* --- one rule ------------------------------------------------------------- */

static char *read_value(
	struct faults *f, const struct path *p, const json_t *value, size_t max)
{
	struct buf text = buf_make(VALUE_MAX);
	char *copy;

	if (json_is_string(value) && json_string_length(value) <= max &&
		text_is_clean(json_text(value)))
		return mem_strdup(json_string_value(value));
	if (!json_is_number(value) && !json_is_boolean(value)) {
		fault_at(f, p, FAULT_INVALID,
			"expected a text of at most %zu bytes", max);
		return NULL;
	}
	json_write(value, &text);
	copy = mem_strdup(buf_view(&text).ptr);
	buf_release(&text);
	return copy;
}

static void add_source(const struct mapping *m, struct mapping_rule *rule,
	struct faults *f, const struct path *p, const json_t *value)
{
	struct mapping_source *s = &rule->sources[rule->count];
	struct diag why;

	if (!json_is_string(value) || json_string_length(value) > SOURCE_MAX ||
		str_trim(json_text(value)).len == 0) {
		fault_at(f, p, FAULT_INVALID, "expected the name of a %s",
			m->form == MAPPING_CSV ? "column" : "key, or a path");
		return;
	}
	if (m->form == MAPPING_JSON) {
		s->path = mapping_path_parse(str_trim(json_text(value)), &why);
		if (s->path == NULL) {
			fault_at(f, p, FAULT_INVALID, "%s", why.text);
			return;
		}
	}
	s->text = mem_strdup(json_string_value(value));
	rule->count++;
}

static void read_sources(const struct mapping *m, struct mapping_rule *rule,
	struct faults *f, const struct path *up, const json_t *list)
{
	struct path p = { .up = up, .key = "sources" };
	size_t i, count = json_array_size(list);
	json_t *item;

	if (!json_is_array(list) || count == 0 || count > SOURCES_MAX) {
		fault_at(f, &p, FAULT_INVALID,
			"expected a list of 1 to %d sources", SOURCES_MAX);
		return;
	}
	rule->sources = mem_alloc(count * sizeof *rule->sources);
	json_array_foreach (list, i, item) {
		struct path at = { .up = &p, .index = i };

		add_source(m, rule, f, &at, item);
	}
}

static const char *const rule_keys[] = { "value", "source", "sources",
	"separator", "default" };

static const char *rule_key(const void *ctx, size_t i)
{
	(void)ctx;
	return rule_keys[i];
}

/* One of value, source and sources; separator beside sources only. */
static void check_members(
	struct faults *f, const struct path *p, const json_t *object)
{
	size_t origins = 0;

	for (size_t i = 0; i < 3; i++)
		origins += json_object_get(object, rule_keys[i]) != NULL;
	if (origins != 1)
		fault_at(f, p, FAULT_INVALID,
			"expected one of value, source and sources");
	if (json_object_get(object, "separator") != NULL &&
		json_object_get(object, "sources") == NULL)
		fault_at(f, p, FAULT_NOT_ALLOWED,
			"separator only stands beside sources");
	if (json_object_get(object, "default") != NULL &&
		json_object_get(object, "value") != NULL)
		fault_at(
			f, p, FAULT_NOT_ALLOWED, "a constant needs no default");
	fault_unknown_keys(f, p, object, ARRAY_LEN(rule_keys), rule_key, NULL);
}

static char *member(struct faults *f, const struct path *up,
	const json_t *object, const char *key, size_t max)
{
	const json_t *value = json_object_get(object, key);
	struct path p = { .up = up, .key = key };

	return value == NULL ? NULL : read_value(f, &p, value, max);
}

static void read_object(const struct mapping *m, struct mapping_rule *rule,
	struct faults *f, const struct path *p, const json_t *object)
{
	const json_t *source = json_object_get(object, "source");
	const json_t *sources = json_object_get(object, "sources");
	struct path at = { .up = p, .key = "source" };

	check_members(f, p, object);
	rule->constant = member(f, p, object, "value", VALUE_MAX);
	rule->fallback = member(f, p, object, "default", VALUE_MAX);
	rule->separator = member(f, p, object, "separator", 64);
	if (source != NULL) {
		rule->sources = mem_alloc(sizeof *rule->sources);
		add_source(m, rule, f, &at, source);
	} else if (sources != NULL) {
		read_sources(m, rule, f, p, sources);
	}
}

static void read_rule(const struct mapping *m, struct mapping_rule *rule,
	struct faults *f, const struct path *p, const json_t *value)
{
	if (json_is_object(value)) {
		read_object(m, rule, f, p, value);
		return;
	}
	rule->sources = mem_alloc(sizeof *rule->sources);
	add_source(m, rule, f, p, value);
}

/* --- all of them -------------------------------------------------------------
 */

static const char *field_name(const void *ctx, size_t i)
{
	return entity_field_at(ctx, i)->key;
}

/* The field that a mapping names, by key, alias or free key. */
static bool find_field(const struct mapping *m, struct mapping_rule *rule,
	struct faults *f, const struct path *up, const char *key)
{
	rule->key = mem_strdup(key);
	rule->field = entity_field_find(m->table, str_of(key), false);
	if (rule->field >= 0)
		return true;
	if (m->form == MAPPING_JSON && m->table->list_key != NULL &&
		strcmp(key, m->table->list_key) == 0) {
		rule->field = FIELD_LIST;
		return true;
	}
	rule->field = FIELD_FREE;
	if (entity_key_is_free(m->table, str_of(key), &rule->in_item))
		return true;
	fault_unknown_key(
		f, up, key, entity_field_count(m->table), field_name, m->table);
	return false;
}

static void check_once(struct mapping *m, const struct mapping_rule *rule,
	struct faults *f, const struct path *p)
{
	for (size_t i = 0; i < m->count; i++)
		if (rule->field != FIELD_FREE &&
			m->rules[i].field == rule->field)
			fault_at(f, p, FAULT_NOT_ALLOWED,
				"%s is another name of %s; give one of them",
				rule->key, m->rules[i].key);
}

static void read_rules(
	struct mapping *m, const json_t *object, struct faults *f)
{
	struct path up = { .key = "mapping" };
	const char *key;
	json_t *value;

	m->rules = mem_alloc((json_object_size(object) + 1) * sizeof *m->rules);
	json_object_foreach ((json_t *)(uintptr_t)object, key, value) {
		struct mapping_rule *rule = &m->rules[m->count];
		struct path p = { .up = &up, .key = key };

		if (find_field(m, rule, f, &up, key)) {
			check_once(m, rule, f, &p);
			read_rule(m, rule, f, &p, value);
		}
		m->count++;
	}
}

struct mapping *mapping_from_json(enum entity_kind kind, enum mapping_form form,
	const json_t *object, struct faults *faults)
{
	struct mapping *m = mem_alloc(sizeof *m);
	struct path p = { .key = "mapping" };
	size_t before = faults->count;

	m->kind = kind;
	m->form = form;
	m->table = entity_table(kind);
	m->given = object == NULL || json_is_null(object)
			   ? json_object()
			   : json_deep_copy(object);
	if (json_is_object(m->given))
		read_rules(m, m->given, faults);
	else
		fault_at(faults, &p, FAULT_INVALID, "expected a JSON object");
	if (faults->count == before)
		return m;
	mapping_destroy(m);
	return NULL;
}

static void free_rule(struct mapping_rule *rule)
{
	for (size_t i = 0; i < rule->count; i++) {
		free(rule->sources[i].text);
		mapping_path_free(rule->sources[i].path);
	}
	free(rule->sources);
	free(rule->key);
	free(rule->constant);
	free(rule->separator);
	free(rule->fallback);
}

void mapping_destroy(struct mapping *m)
{
	if (m == NULL)
		return;
	for (size_t i = 0; i < m->count; i++)
		free_rule(&m->rules[i]);
	free(m->rules);
	json_decref(m->given);
	free(m);
}

json_t *mapping_to_json(const struct mapping *m)
{
	return json_deep_copy(m->given);
}

const struct mapping_rule *mapping_rule_of(const struct mapping *m, int field)
{
	for (size_t i = 0; i < m->count; i++)
		if (m->rules[i].field == field)
			return &m->rules[i];
	return NULL;
}

/* Headers are compared without their blanks; keys exactly. */
bool mapping_same_name(const struct mapping *m, struct str a, struct str b)
{
	return m->form == MAPPING_CSV ? str_eq(str_trim(a), str_trim(b))
				      : str_eq(a, b);
}

bool mapping_uses(const struct mapping *m, struct str name)
{
	for (size_t i = 0; i < m->count; i++) {
		for (size_t j = 0; j < m->rules[i].count; j++) {
			const struct mapping_source *s =
				&m->rules[i].sources[j];
			struct str own = s->path == NULL
						 ? str_of(s->text)
						 : mapping_path_root(s->path);

			if (mapping_same_name(m, own, name))
				return true;
		}
	}
	return false;
}
