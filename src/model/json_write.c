#include "json_write.h"

#include "number.h"
#include "put.h"

static void write_array(const json_t *array, struct buf *out)
{
	buf_char(out, '[');
	for (size_t i = 0; i < json_array_size(array); i++) {
		if (i > 0)
			buf_char(out, ',');
		json_write(json_array_get(array, i), out);
	}
	buf_char(out, ']');
}

static void write_object(const json_t *object, struct buf *out)
{
	json_t *o =
		(json_t *)(uintptr_t)object; /* jansson's iter takes no const */
	char before = '{';

	for (void *i = json_object_iter(o); i != NULL;
		i = json_object_iter_next(o, i)) {
		buf_char(out, before);
		before = ',';
		buf_json_string(out, (struct str){ json_object_iter_key(i),
					     json_object_iter_key_len(i) });
		buf_char(out, ':');
		json_write(json_object_iter_value(i), out);
	}
	if (before == '{')
		buf_char(out, '{');
	buf_char(out, '}');
}

void json_write(const json_t *value, struct buf *out)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		write_object(value, out);
		break;
	case JSON_ARRAY:
		write_array(value, out);
		break;
	case JSON_STRING:
		buf_json_string(out, json_text(value));
		break;
	case JSON_INTEGER:
		put_integer(out, json_integer_value(value));
		break;
	case JSON_REAL:
		put_amount(out, json_real_value(value));
		break;
	case JSON_TRUE:
		buf_text(out, "true");
		break;
	case JSON_FALSE:
		buf_text(out, "false");
		break;
	case JSON_NULL:
		buf_text(out, "null");
		break;
	}
}
