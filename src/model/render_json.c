/* JSON as in seed 002: null for what is absent, booleans as strings, times
 * with +00:00. */
#include "field.h"
#include "number.h"
#include "put.h"
#include "render_forms.h"

typedef void put_value(
	struct buf *out, const struct field *field, const json_t *value);

static void put_fields(struct buf *out, const struct field *fields,
	size_t count, const json_t *object);

static void put_text(
	struct buf *out, const struct field *field, const json_t *value)
{
	(void)field;
	buf_json_string(out, json_text(value));
}

static void put_bool(
	struct buf *out, const struct field *field, const json_t *value)
{
	(void)field;
	put_str(out, json_is_true(value) ? STR("\"true\"") : STR("\"false\""));
}

static void put_count(
	struct buf *out, const struct field *field, const json_t *value)
{
	(void)field;
	put_integer(out, json_integer_value(value));
}

static void put_real(
	struct buf *out, const struct field *field, const json_t *value)
{
	(void)field;
	put_amount(out, json_real_value(value));
}

static void put_time(
	struct buf *out, const struct field *field, const json_t *value)
{
	struct str time = json_text(value);

	(void)field;
	buf_char(out, '"');
	buf_put(out, time.ptr, time.len - 1); /* without the Z */
	put_str(out, STR("+00:00\""));
}

static void put_time_s(
	struct buf *out, const struct field *field, const json_t *value)
{
	(void)field;
	buf_char(out, '"');
	put_seconds(out, json_text(value));
	buf_char(out, '"');
}

static void put_object(
	struct buf *out, const struct field *field, const json_t *value)
{
	put_fields(out, field->fields, field->count, value);
}

/* Any list; `value` NULL is an empty one. */
static void put_list(
	struct buf *out, const struct field *field, const json_t *value)
{
	const json_t *items = list_items(field, value);

	if (field->item != NULL) {
		buf_char(out, '{');
		put_str(out, field->item_json);
	}
	buf_char(out, '[');
	for (size_t i = 0; i < json_array_size(items); i++) {
		if (i > 0)
			buf_char(out, ',');
		if (field->type == FIELD_VALUES)
			put_text(out, field, json_array_get(items, i));
		else
			put_object(out, field, json_array_get(items, i));
	}
	buf_char(out, ']');
	if (field->item != NULL)
		buf_char(out, '}');
}

static put_value *const writers[FIELD_TYPE_COUNT] = {
	[FIELD_TEXT] = put_text,
	[FIELD_ID] = put_text,
	[FIELD_TYPED] = put_text,
	[FIELD_BOOL] = put_bool,
	[FIELD_COUNT] = put_count,
	[FIELD_AMOUNT] = put_real,
	[FIELD_TIME] = put_time,
	[FIELD_TIME_S] = put_time_s,
	[FIELD_STATUS] = put_text,
	[FIELD_OBJECT] = put_object,
	[FIELD_LIST] = put_list,
	[FIELD_ARRAY] = put_list,
	[FIELD_VALUES] = put_list,
};

static void put_fields(struct buf *out, const struct field *fields,
	size_t count, const json_t *object)
{
	struct cursor at = cursor_of(object);
	char before = '{';

	for (const struct field *f = fields; f < fields + count; f++) {
		const json_t *value = cursor_take(&at, f);

		if (f->presence >= CSV_ONLY ||
			(value == NULL && f->presence == WHEN_SET))
			continue;
		buf_char(out, before);
		before = ',';
		put_str(out, f->json);
		if (value == NULL && f->type < FIELD_LIST)
			put_str(out, STR("null"));
		else
			writers[f->type](out, f, value);
	}
	if (before == '{')
		buf_char(out, '{');
	buf_char(out, '}');
}

void render_json(const struct document *d, struct buf *out)
{
	const struct document_kind *kind = document_kind(d->entity);

	put_fields(out, kind->fields, kind->count, d->body);
}
