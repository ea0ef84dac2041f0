/* Incoming documents into normal form, by the tables of the entities. */
#include <math.h>

#include "field.h"
#include "number.h"
#include "sluice/base/clock.h"

struct reading {
	struct faults *faults;
	enum export_entity entity;
};

typedef json_t *read_field(const struct reading *r, const struct path *p,
	const struct field *field, json_t *value);

static json_t *read_fields(const struct reading *r, const struct path *p,
	const struct field *fields, size_t count, const json_t *object,
	const json_t *fallback);

static bool check_text(const struct reading *r, const struct path *p,
	const json_t *value, size_t max, bool (*fits)(struct str))
{
	if (!json_is_string(value)) {
		fault_format(r->faults, p, "text");
		return false;
	}
	if (json_string_length(value) > max) {
		fault_length(r->faults, p, max);
		return false;
	}
	if (!fits(json_text(value))) {
		fault_format(r->faults, p, "text without control characters");
		return false;
	}
	return true;
}

static json_t *read_text(const struct reading *r, const struct path *p,
	const struct field *field, json_t *value)
{
	(void)field;
	if (!check_text(r, p, value, TEXT_MAX, text_is_clean))
		return NULL;
	return json_incref(value);
}

static json_t *read_id(const struct reading *r, const struct path *p,
	const struct field *field, json_t *value)
{
	if (!check_text(r, p, value, REFERENCE_MAX, text_is_line))
		return NULL;
	if (field->required && str_trim(json_text(value)).len == 0) {
		fault_missing(r->faults, p);
		return NULL;
	}
	return json_incref(value);
}

static json_t *read_bool(const struct reading *r, const struct path *p,
	const struct field *field, json_t *value)
{
	bool is_true;

	(void)field;
	if (read_boolean(value, &is_true))
		return json_boolean(is_true);
	fault_boolean(r->faults, p);
	return NULL;
}

static json_t *read_count(const struct reading *r, const struct path *p,
	const struct field *field, json_t *value)
{
	int64_t n;

	(void)field;
	if (!read_integer(value, &n))
		fault_format(r->faults, p, "integer");
	else if (n < 0)
		fault_bound(r->faults, p, "greater than or equal", "0");
	else
		return json_integer(n);
	return NULL;
}

static json_t *read_amount(const struct reading *r, const struct path *p,
	const struct field *field, json_t *value)
{
	double x;

	(void)field;
	if (!read_number(value, &x)) {
		fault_format(r->faults, p, "number");
	} else if (fabs(x) >= AMOUNT_LIMIT) {
		fault_at(r->faults, p, FAULT_RANGE,
			"Field %s is not in the correct range, expected a "
			"value between -10^15 and 10^15",
			path_text(p, r->faults->arena));
	} else {
		/* -0.0 would show in the text of the number. */
		return json_real(x == 0 ? 0.0 : x);
	}
	return NULL;
}

static json_t *read_time(const struct reading *r, const struct path *p,
	const struct field *field, json_t *value)
{
	char text[TIME_TEXT_SIZE];
	int64_t ms;

	(void)field;
	if (!json_is_string(value) || !time_parse(json_text(value), &ms)) {
		fault_format(r->faults, p, "date-time (ISO 8601)");
		return NULL;
	}
	return json_string(time_format(ms, TIME_ISO_MS, text));
}

static json_t *read_status(const struct reading *r, const struct path *p,
	const struct field *field, json_t *value)
{
	status_index status;

	(void)field;
	if (!json_is_string(value)) {
		fault_format(r->faults, p, "text");
		return NULL;
	}
	if (!status_parse(r->entity, json_text(value), &status)) {
		fault_enum(r->faults, p, json_text(value),
			status_names(r->entity));
		return NULL;
	}
	return json_string_nocheck(status_name(r->entity, status));
}

static json_t *read_object(const struct reading *r, const struct path *p,
	const struct field *field, json_t *value)
{
	return read_fields(r, p, field->fields, field->count, value, NULL);
}

static json_t *read_item(const struct reading *r, const struct path *p,
	const struct field *field, json_t *value)
{
	if (field->type == FIELD_VALUES)
		return read_text(r, p, field, value);
	return read_object(r, p, field, value);
}

static json_t *read_array(const struct reading *r, const struct path *p,
	const struct field *field, json_t *value)
{
	json_t *out;

	if (!json_is_array(value)) {
		fault_format(r->faults, p, "list");
		return NULL;
	}
	out = json_array();
	for (size_t i = 0; i < json_array_size(value); i++) {
		struct path at = { .up = p, .index = i };
		json_t *item =
			read_item(r, &at, field, json_array_get(value, i));

		if (item != NULL)
			json_array_append_new(out, item);
	}
	return out;
}

static const char *item_name(const void *ctx, size_t i)
{
	(void)i;
	return ctx;
}

static json_t *read_list(const struct reading *r, const struct path *p,
	const struct field *field, json_t *value)
{
	struct path at = { .up = p, .key = field->item };
	json_t *inner, *out, *items;

	if (!json_is_object(value)) {
		fault_format(r->faults, p, "object");
		return NULL;
	}
	inner = json_object_get(value, field->item);
	if (json_object_size(value) > (inner != NULL))
		fault_unknown_keys(
			r->faults, p, value, 1, item_name, field->item);
	items = inner == NULL || json_is_null(inner)
			? json_array()
			: read_array(r, &at, field, inner);
	if (items == NULL)
		return NULL;
	out = json_object();
	json_object_set_new_nocheck(out, field->item, items);
	return out;
}

static read_field *const readers[FIELD_TYPE_COUNT] = {
	[FIELD_TEXT] = read_text,
	[FIELD_ID] = read_id,
	[FIELD_TYPED] = read_text,
	[FIELD_BOOL] = read_bool,
	[FIELD_COUNT] = read_count,
	[FIELD_AMOUNT] = read_amount,
	[FIELD_TIME] = read_time,
	[FIELD_TIME_S] = read_time,
	[FIELD_STATUS] = read_status,
	[FIELD_OBJECT] = read_object,
	[FIELD_LIST] = read_list,
	[FIELD_ARRAY] = read_array,
	[FIELD_VALUES] = read_list,
};

static const char *field_name(const void *ctx, size_t i)
{
	return ((const struct field *)ctx)[i].key;
}

/* The value to read, or NULL; counts the keys that are known. */
static json_t *value_of(const struct field *field, const json_t *object,
	const json_t *fallback, size_t *known)
{
	json_t *value = json_object_getn(object, field->key, field->key_len);

	*known += value != NULL;
	if (value != NULL && !json_is_null(value))
		return value;
	return fallback == NULL
		       ? NULL
		       : json_object_getn(fallback, field->key, field->key_len);
}

static json_t *read_fields(const struct reading *r, const struct path *p,
	const struct field *fields, size_t count, const json_t *object,
	const json_t *fallback)
{
	json_t *out, *value, *normal;
	size_t known = 0;

	if (!json_is_object(object)) {
		fault_format(r->faults, p, "object");
		return NULL;
	}
	out = json_object();
	for (const struct field *f = fields; f < fields + count; f++) {
		struct path at = { .up = p, .key = f->key };

		value = value_of(f, object, fallback, &known);
		if (value == NULL && f->required)
			fault_missing(r->faults, &at);
		if (value == NULL)
			continue;
		normal = readers[f->type](r, &at, f, value);
		if (normal != NULL)
			json_object_setn_new_nocheck(
				out, f->key, f->key_len, normal);
	}
	if (known < json_object_size(object))
		fault_unknown_keys(
			r->faults, p, object, count, field_name, fields);
	return out;
}

json_t *document_read(const struct document_kind *kind, const json_t *body,
	const json_t *fallback, struct faults *faults)
{
	struct reading r = { faults, kind->entity };
	json_t *out = read_fields(
		&r, NULL, kind->fields, kind->count, body, fallback);

	if (!faults_any(faults))
		return out;
	json_decref(out);
	return NULL;
}
