/* Incoming entities into normal form, by the tables of their kinds. */
#include <math.h>

#include "entity_field.h"
#include "json_read.h"
#include "number.h"
#include "sluice/model/document.h"

#define JOINT         "||"
#define CUSTOM_PREFIX "CF_"
#define DEFAULT_STORE "default_store"
#define URL_MAX       2048

static bool check_text(const struct entity_reading *r, const struct path *p,
	const json_t *value, size_t max)
{
	if (!json_is_string(value))
		fault_format(r->faults, p, "text");
	else if (json_string_length(value) > max)
		fault_length(r->faults, p, max);
	else if (!text_is_clean(json_text(value)))
		fault_format(r->faults, p, "text without control characters");
	else
		return true;
	return false;
}

static json_t *read_text(const struct entity_reading *r, const struct path *p,
	const struct entity_field *field, json_t *value)
{
	(void)field;
	return check_text(r, p, value, TEXT_MAX) ? json_incref(value) : NULL;
}

static json_t *read_bool(const struct entity_reading *r, const struct path *p,
	const struct entity_field *field, json_t *value)
{
	bool is_true;

	(void)field;
	if (read_boolean(value, &is_true))
		return json_boolean(is_true);
	fault_boolean(r->faults, p);
	return NULL;
}

/* Whole numbers stay integers: 4, not 4.0. */
static json_t *read_from_zero(const struct entity_reading *r,
	const struct path *p, const struct entity_field *field, json_t *value)
{
	int64_t n;
	double x;

	(void)field;
	if (!read_number(value, &x))
		fault_format(r->faults, p, "number");
	else if (x < 0)
		fault_bound(r->faults, p, "greater than or equal", "0");
	else if (x >= AMOUNT_LIMIT)
		fault_bound(r->faults, p, "lower than", "10^15");
	else
		return read_integer(value, &n) ? json_integer(n) : json_real(x);
	return NULL;
}

static bool is_url(struct str s)
{
	static const char *const schemes[] = { "https://", "http://" };

	if (!text_is_line(s) || memchr(s.ptr, ' ', s.len) != NULL)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(schemes); i++) {
		size_t len = strlen(schemes[i]);

		if (s.len > len && strncasecmp(s.ptr, schemes[i], len) == 0 &&
			s.ptr[len] != '/')
			return true;
	}
	return false;
}

static json_t *read_url(const struct entity_reading *r, const struct path *p,
	const struct entity_field *field, json_t *value)
{
	(void)field;
	if (!check_text(r, p, value, URL_MAX))
		return NULL;
	if (is_url(json_text(value)))
		return json_incref(value);
	fault_at(r->faults, p, FAULT_FORMAT,
		"Field %s does not respect expected format URL, expected "
		"standard URL format",
		path_text(p, r->faults->arena));
	return NULL;
}

/* Is `s` among "A, B"? */
static bool is_listed(struct str s, const char *values)
{
	for (const char *at = values; *at != '\0';) {
		size_t len = strcspn(at, ",");

		if (str_eq(s, (struct str){ at, len }))
			return true;
		at += len;
		at += strspn(at, ", ");
	}
	return false;
}

static json_t *read_enum(const struct entity_reading *r, const struct path *p,
	const struct entity_field *field, json_t *value)
{
	if (!check_text(r, p, value, TEXT_MAX))
		return NULL;
	if (is_listed(json_text(value), field->values))
		return json_incref(value);
	fault_enum(r->faults, p, json_text(value), field->values);
	return NULL;
}

/* Adds one id to the list, once. */
static void add_ref(const struct entity_reading *r, const struct path *p,
	struct str id, json_t *list, json_t *seen)
{
	char *key;

	id = str_trim(id);
	if (id.len == 0)
		return;
	if (id.len > REFERENCE_MAX) {
		fault_length(r->faults, p, REFERENCE_MAX);
		return;
	}
	if (!text_is_line(id)) {
		fault_format(r->faults, p, "text without control characters");
		return;
	}
	key = arena_dup(r->faults->arena, id);
	if (json_object_get(seen, key) != NULL)
		return;
	json_object_set_new(seen, key, json_true());
	json_array_append_new(list, json_string(key));
}

static void split_refs(const struct entity_reading *r, const struct path *p,
	struct str text, json_t *list, json_t *seen)
{
	const char *joint;

	while ((joint = memmem(text.ptr, text.len, JOINT, 2)) != NULL) {
		size_t len = (size_t)(joint - text.ptr);

		add_ref(r, p, (struct str){ text.ptr, len }, list, seen);
		text = (struct str){ joint + 2, text.len - len - 2 };
	}
	add_ref(r, p, text, list, seen);
}

static void collect_refs(const struct entity_reading *r, const struct path *p,
	const json_t *value, json_t *list)
{
	json_t *seen = json_object();

	if (json_is_string(value)) {
		split_refs(r, p, json_text(value), list, seen);
	} else if (!json_is_array(value)) {
		fault_format(r->faults, p, "list of external ids");
	}
	for (size_t i = 0; i < json_array_size(value); i++) {
		struct path at = { .up = p, .index = i };
		const json_t *item = json_array_get(value, i);

		if (json_is_string(item))
			add_ref(r, &at, json_text(item), list, seen);
		else
			fault_format(r->faults, &at, "text");
	}
	json_decref(seen);
}

static bool ref_exists(
	const struct entity_reading *r, enum entity_kind target, const char *id)
{
	if (target == ENTITY_STORE && strcmp(id, DEFAULT_STORE) == 0)
		return true;
	return r->lookup->exists(r->lookup->arg, target, id);
}

static void check_refs(const struct entity_reading *r, const struct path *p,
	enum entity_kind target, const json_t *list)
{
	struct buf unknown = buf_make(1024);

	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *id = json_string_value(json_array_get(list, i));

		if (ref_exists(r, target, id))
			continue;
		if (unknown.len > 0)
			buf_text(&unknown, JOINT);
		buf_text(&unknown, id);
	}
	if (unknown.len > 0)
		fault_at(r->faults, p, FAULT_NO_REF,
			"At least one %s does not exist in Djust system : %s "
			"with type EXTERNAL_ID",
			path_text(p, r->faults->arena), buf_view(&unknown).ptr);
	buf_release(&unknown);
}

static json_t *read_refs(const struct entity_reading *r, const struct path *p,
	const struct entity_field *field, json_t *value)
{
	json_t *list = json_array();

	collect_refs(r, p, value, list);
	check_refs(r, p, field->target, list);
	return list;
}

static json_t *(*const readers[])(const struct entity_reading *r,
	const struct path *p, const struct entity_field *field,
	json_t *value) = {
	[ENTITY_TEXT] = read_text,
	[ENTITY_BOOL] = read_bool,
	[ENTITY_NUMBER] = read_from_zero,
	[ENTITY_URL] = read_url,
	[ENTITY_ENUM] = read_enum,
	[ENTITY_REFS] = read_refs,
};

static bool is_blank(const json_t *value)
{
	return value == NULL || json_is_null(value) ||
	       (json_is_string(value) && str_trim(json_text(value)).len == 0) ||
	       (json_is_array(value) && json_array_size(value) == 0);
}

static json_t *given_value(const struct entity_reading *r,
	const struct entity_field *field, const json_t *body)
{
	json_t *value = json_object_get(body, field->key);
	json_t *other = field->alias == NULL
				? NULL
				: json_object_get(body, field->alias);
	struct path at = { .key = field->alias };

	if (value != NULL && other != NULL)
		fault_at(r->faults, &at, FAULT_NOT_ALLOWED,
			"%s is another name of %s; give one of them",
			field->alias, field->key);
	return value != NULL ? value : other;
}

static json_t *initial_value(const struct entity_field *field)
{
	json_t *list;

	if (field->initial == NULL)
		return NULL;
	if (field->type == ENTITY_BOOL)
		return json_boolean(strcmp(field->initial, "TRUE") == 0);
	if (field->type != ENTITY_REFS)
		return json_string(field->initial);
	list = json_array();
	json_array_append_new(list, json_string(field->initial));
	return list;
}

/* What stands where the body has nothing. */
static json_t *kept_value(const struct entity_reading *r,
	const struct entity_field *field, const struct path *at)
{
	enum entity_need need = r->old == NULL ? field->create : field->update;
	json_t *old = json_object_get(r->old, field->key);

	if (need == REQ || (need == MULTI && r->multi_store)) {
		fault_missing(r->faults, at);
		return NULL;
	}
	return old != NULL      ? json_incref(old)
	       : r->old == NULL ? initial_value(field)
				: NULL;
}

static json_t *field_value(const struct entity_reading *r,
	const struct entity_field *field, const json_t *body)
{
	struct path at = { .key = field->key };
	json_t *value = given_value(r, field, body), *normal;

	if (is_blank(value))
		return kept_value(r, field, &at);
	normal = readers[field->type](r, &at, field, value);
	if (r->old == NULL || field->editable)
		return normal;
	json_decref(normal); /* checked, but it stays as it was */
	return json_incref(json_object_get(r->old, field->key));
}

/* The id stands in the path; the body may repeat it. */
static void check_external_id(const struct entity_reading *r,
	const struct entity_field *field, const json_t *body)
{
	struct str id = str_of(r->external_id);
	const json_t *own = given_value(r, field, body);
	struct path at = { .key = field->key };

	if (str_trim(id).len == 0)
		fault_missing(r->faults, &at);
	else if (id.len > REFERENCE_MAX)
		fault_length(r->faults, &at, REFERENCE_MAX);
	else if (!str_is_utf8(id) || !text_is_line(id))
		fault_format(r->faults, &at, "text without control characters");
	else if (!is_blank(own) &&
		 !(json_is_string(own) && str_eq(json_text(own), id)))
		fault_at(r->faults, &at, FAULT_INVALID,
			"Field %s differs from the one in the path, %s",
			field->key, r->external_id);
}

static bool is_custom(const struct entity_reading *r, const char *key)
{
	size_t len = sizeof CUSTOM_PREFIX - 1;

	return r->table->custom_fields &&
	       strncmp(key, CUSTOM_PREFIX, len) == 0 && key[len] != '\0';
}

static json_t *custom_value(
	const struct entity_reading *r, const struct path *at, json_t *value)
{
	struct buf text = buf_make(1024);
	json_t *out = NULL;

	if (json_is_string(value))
		return read_text(r, at, NULL, value);
	if (json_is_number(value) || json_is_boolean(value)) {
		json_write(value, &text);
		out = json_string(buf_view(&text).ptr);
	} else {
		fault_format(r->faults, at, "text");
	}
	buf_release(&text);
	return out;
}

/* A blank one deletes the value; one that isn't given stays. */
static void read_custom_fields(
	const struct entity_reading *r, const json_t *body, json_t *out)
{
	const char *key;
	json_t *value;

	json_object_foreach ((json_t *)(uintptr_t)r->old, key, value) {
		if (is_custom(r, key) && json_object_get(body, key) == NULL)
			json_object_set(out, key, value);
	}
	json_object_foreach ((json_t *)(uintptr_t)body, key, value) {
		struct path at = { .key = key };
		json_t *normal;

		if (!is_custom(r, key) || is_blank(value))
			continue;
		if (strlen(key) > REFERENCE_MAX || !text_is_line(str_of(key)))
			fault_format(r->faults, &at, "custom field id");
		normal = custom_value(r, &at, value);
		if (normal != NULL)
			json_object_set_new(out, key, normal);
	}
}

static const char *field_name(const void *ctx, size_t i)
{
	return ((const struct entity_table *)ctx)->fields[i].key;
}

static bool is_known(const struct entity_reading *r, const char *key)
{
	for (size_t i = 0; i < r->table->count; i++) {
		const struct entity_field *f = &r->table->fields[i];

		if (strcmp(key, f->key) == 0 ||
			(f->alias != NULL && strcmp(key, f->alias) == 0))
			return true;
	}
	return is_custom(r, key);
}

static void check_unknown(const struct entity_reading *r, const json_t *body)
{
	const char *key;
	json_t *value;

	json_object_foreach ((json_t *)(uintptr_t)body, key, value) {
		if (!is_known(r, key))
			fault_unknown_key(r->faults, NULL, key, r->table->count,
				field_name, r->table);
	}
}

json_t *entity_read(const struct entity_reading *r, const json_t *body)
{
	const struct entity_field *fields = r->table->fields;
	json_t *out;

	if (!json_is_object(body)) {
		fault_format(r->faults, NULL, "object");
		return NULL;
	}
	out = json_object();
	/* The first field of every table is the external id. */
	check_external_id(r, &fields[0], body);
	json_object_set_new(out, fields[0].key, json_string(r->external_id));
	for (size_t i = 1; i < r->table->count; i++) {
		json_t *value = field_value(r, &fields[i], body);

		if (value != NULL)
			json_object_set_new(out, fields[i].key, value);
	}
	read_custom_fields(r, body, out);
	check_unknown(r, body);
	if (r->table->settle != NULL)
		r->table->settle(out, body, r->faults);
	if (!faults_any(r->faults))
		return out;
	json_decref(out);
	return NULL;
}
