/* Is a body in normal form?  What the store gives back is, unless the record
 * is damaged or was written by a version with another table. */
#include "field.h"

static const json_type json_types[FIELD_TYPE_COUNT] = {
	[FIELD_TEXT] = JSON_STRING,
	[FIELD_ID] = JSON_STRING,
	[FIELD_TYPED] = JSON_STRING,
	[FIELD_BOOL] = JSON_TRUE, /* or false */
	[FIELD_COUNT] = JSON_INTEGER,
	[FIELD_AMOUNT] = JSON_REAL,
	[FIELD_TIME] = JSON_STRING,
	[FIELD_TIME_S] = JSON_STRING,
	[FIELD_STATUS] = JSON_STRING,
	[FIELD_OBJECT] = JSON_OBJECT,
	[FIELD_LIST] = JSON_OBJECT,
	[FIELD_ARRAY] = JSON_ARRAY,
	[FIELD_VALUES] = JSON_OBJECT,
};

static bool is_normal_object(
	const struct field *fields, size_t count, const json_t *object);

static bool is_normal_list(const struct field *field, const json_t *value)
{
	const json_t *items = list_items(field, value);

	if (!json_is_array(items) ||
		(field->item != NULL && json_object_size(value) != 1))
		return false;
	for (size_t i = 0; i < json_array_size(items); i++) {
		const json_t *item = json_array_get(items, i);

		if (field->type == FIELD_VALUES
				? !json_is_string(item)
				: !is_normal_object(
					  field->fields, field->count, item))
			return false;
	}
	return true;
}

static bool is_normal_value(const struct field *field, const json_t *value)
{
	if (json_typeof(value) != json_types[field->type] &&
		!(field->type == FIELD_BOOL && json_is_false(value)))
		return false;
	if (field->type == FIELD_OBJECT)
		return is_normal_object(field->fields, field->count, value);
	if (field->type >= FIELD_LIST)
		return is_normal_list(field, value);
	return true;
}

static bool is_normal_object(
	const struct field *fields, size_t count, const json_t *object)
{
	struct cursor at;

	if (!json_is_object(object))
		return false;
	at = cursor_of(object);
	for (const struct field *f = fields; f < fields + count; f++) {
		const json_t *value = cursor_take(&at, f);

		if (value == NULL ? f->required : !is_normal_value(f, value))
			return false;
	}
	return at.iter == NULL;
}

bool document_is_normal(const struct document_kind *kind, const json_t *body)
{
	return is_normal_object(kind->fields, kind->count, body);
}
