/* XML as in seed 002: what is absent is left out, empty texts stay as
 * <x></x>, empty collections are <x/>.  A plain writer: libxml2's is more than
 * ten times slower (architecture.md section 8), and checks this one in the
 * tests. */
#include "field.h"
#include "number.h"
#include "put.h"
#include "render_forms.h"

#define DECLARATION                                                            \
	"<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>"
#define NAMESPACE "http://djust.com/export/type"

/* Between the element's name and its '>'. */
#define TYPE_STRING                                                            \
	" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\""             \
	" xmlns:xs=\"http://www.w3.org/2001/XMLSchema\""                       \
	" xsi:type=\"xs:string\">"

typedef void put_field(
	struct buf *out, const struct field *field, const json_t *value);

static void put_fields(struct buf *out, const struct field *fields,
	size_t count, const json_t *object);

static bool is_special(unsigned char c)
{
	return c == '&' || c == '<' || c == '>' || c == '\r';
}

/* CR is escaped because a parser turns a bare one into LF. */
static void put_special(struct buf *out, char c)
{
	switch (c) {
	case '&':
		put_str(out, STR("&amp;"));
		break;
	case '<':
		put_str(out, STR("&lt;"));
		break;
	case '>':
		put_str(out, STR("&gt;"));
		break;
	default:
		put_str(out, STR("&#13;"));
	}
}

static void put_escaped(struct buf *out, struct str s)
{
	size_t from = 0;

	for (size_t i = 0; i < s.len; i++) {
		if (!is_special((unsigned char)s.ptr[i]))
			continue;
		put_str(out, (struct str){ s.ptr + from, i - from });
		put_special(out, s.ptr[i]);
		from = i + 1;
	}
	put_str(out, (struct str){ s.ptr + from, s.len - from });
}

static void put_text(
	struct buf *out, const struct field *field, const json_t *value)
{
	put_str(out, field->open);
	put_escaped(out, json_text(value));
	put_str(out, field->close);
}

/* An element whose opening tag (`open`) gets the type attributes. */
static void put_typed_element(
	struct buf *out, struct str open, struct str close, const json_t *value)
{
	buf_put(out, open.ptr, open.len - 1);
	put_str(out, STR(TYPE_STRING));
	put_escaped(out, json_text(value));
	put_str(out, close);
}

static void put_typed(
	struct buf *out, const struct field *field, const json_t *value)
{
	put_typed_element(out, field->open, field->close, value);
}

static void put_bool(
	struct buf *out, const struct field *field, const json_t *value)
{
	put_str(out, field->open);
	put_str(out, json_is_true(value) ? STR("true") : STR("false"));
	put_str(out, field->close);
}

static void put_count(
	struct buf *out, const struct field *field, const json_t *value)
{
	put_str(out, field->open);
	put_integer(out, json_integer_value(value));
	put_str(out, field->close);
}

static void put_amount_field(
	struct buf *out, const struct field *field, const json_t *value)
{
	put_str(out, field->open);
	put_amount(out, json_real_value(value));
	put_str(out, field->close);
}

static void put_time_s(
	struct buf *out, const struct field *field, const json_t *value)
{
	put_str(out, field->open);
	put_seconds(out, json_text(value));
	put_str(out, field->close);
}

static void put_object(
	struct buf *out, const struct field *field, const json_t *value)
{
	put_str(out, field->open);
	put_fields(out, field->fields, field->count, value);
	put_str(out, field->close);
}

static void put_list(
	struct buf *out, const struct field *field, const json_t *value)
{
	const json_t *items = list_items(field, value);

	put_str(out, field->open);
	for (size_t i = 0; i < json_array_size(items); i++) {
		const json_t *item = json_array_get(items, i);

		if (field->type == FIELD_VALUES) {
			put_typed_element(
				out, field->item_open, field->item_close, item);
			continue;
		}
		put_str(out, field->item_open);
		put_fields(out, field->fields, field->count, item);
		put_str(out, field->item_close);
	}
	put_str(out, field->close);
}

/* A plain array has no element of its own: its key is repeated. */
static void put_array(
	struct buf *out, const struct field *field, const json_t *value)
{
	for (size_t i = 0; i < json_array_size(value); i++)
		put_object(out, field, json_array_get(value, i));
}

static put_field *const writers[FIELD_TYPE_COUNT] = {
	[FIELD_TEXT] = put_text,
	[FIELD_ID] = put_text,
	[FIELD_TYPED] = put_typed,
	[FIELD_BOOL] = put_bool,
	[FIELD_COUNT] = put_count,
	[FIELD_AMOUNT] = put_amount_field,
	[FIELD_TIME] = put_text,
	[FIELD_TIME_S] = put_time_s,
	[FIELD_STATUS] = put_text,
	[FIELD_OBJECT] = put_object,
	[FIELD_LIST] = put_list,
	[FIELD_ARRAY] = put_array,
	[FIELD_VALUES] = put_list,
};

static bool is_wrapped(const struct field *field)
{
	return field->type == FIELD_LIST || field->type == FIELD_VALUES;
}

static void put_fields(struct buf *out, const struct field *fields,
	size_t count, const json_t *object)
{
	struct cursor at = cursor_of(object);

	for (const struct field *f = fields; f < fields + count; f++) {
		const json_t *value = cursor_take(&at, f);

		if (f->presence >= CSV_ONLY ||
			(value == NULL &&
				(f->presence == WHEN_SET || !is_wrapped(f))))
			continue;
		if (is_wrapped(f) && json_array_size(list_items(f, value)) == 0)
			put_str(out, f->empty);
		else
			writers[f->type](out, f, value);
	}
}

void render_xml(const struct document *d, struct buf *out)
{
	const struct document_kind *kind = document_kind(d->entity);

	put_str(out, STR(DECLARATION));
	buf_printf(out, "<%s xmlns=\"" NAMESPACE "\">", kind->root);
	put_fields(out, kind->fields, kind->count, d->body);
	buf_printf(out, "</%s>", kind->root);
}
