/* Random order bodies, made from the table of fields: each key is there, null
 * or absent; texts are hostile. */
#ifndef SLUICE_TEST_MODEL_RANDOM_ORDER_H
#define SLUICE_TEST_MODEL_RANDOM_ORDER_H

#include "../../../src/model/field.h"
#include "golden.h"

/* xorshift64*: the same orders on every run. */
static inline uint64_t random_next(uint64_t *seed)
{
	*seed ^= *seed >> 12;
	*seed ^= *seed << 25;
	*seed ^= *seed >> 27;
	return *seed * UINT64_C(2685821657736338717);
}

static inline size_t random_below(uint64_t *seed, size_t n)
{
	return (size_t)(random_next(seed) >> 33) % n;
}

static inline json_t *random_text(uint64_t *seed, bool one_line)
{
	static const char *const pieces[] = { "a", "0", " ", "&", "<", ">",
		"\"", "'", "]]>", "<!--", "&amp;", "&#0;", "\\", "/", "é",
		"\xE2\x82\xAC", "\xF0\x9F\x9A\x80", "\xC2\x85", "\xE2\x80\xA8",
		"%", ",", ";", "||", "\x7F", "\t", "\n", "\r", "\r\n" };
	size_t kinds = ARRAY_LEN(pieces) - (one_line ? 5 : 0);
	struct buf text = buf_make(4096);
	json_t *s;

	for (size_t n = random_below(seed, 12); n > 0; n--)
		buf_text(&text, pieces[random_below(seed, kinds)]);
	s = json_string(buf_view(&text).ptr);
	buf_release(&text);
	return s;
}

static inline json_t *random_amount(uint64_t *seed)
{
	double x = (double)(int64_t)random_next(seed);

	switch (random_below(seed, 6)) {
	case 0:
		return json_integer((json_int_t)random_below(seed, 1000));
	case 1: /* money */
		return json_real((double)random_below(seed, 10000000) / 100);
	case 2:
		return json_real(-(double)random_below(seed, 1000) / 8);
	case 3:
		return json_real(x / 3e9);
	case 4:
		return json_real(x / 1e26);
	default:
		return json_real(x / 1e4 - 0.1);
	}
}

static inline json_t *random_time(uint64_t *seed)
{
	static const char *const times[] = { "2025-03-24T14:32:31.824Z",
		"2024-05-28T15:01:29.000+00:00", "2024-06-04T10:30:00Z",
		"2000-02-29T23:59:59.9+0530", "0001-01-01T00:00:00Z",
		"9999-12-31T23:59:59.999Z" };

	return json_string(times[random_below(seed, ARRAY_LEN(times))]);
}

static inline json_t *random_bool(uint64_t *seed)
{
	static const char *const texts[] = { "true", "false", "TRUE", "False" };
	size_t n = random_below(seed, 6);

	return n < 4 ? json_string(texts[n]) : json_boolean(n == 5);
}

static inline json_t *random_object(
	uint64_t *seed, const struct field *fields, size_t count);

static inline json_t *random_list(uint64_t *seed, const struct field *field)
{
	json_t *array = json_array(), *o;

	for (size_t n = random_below(seed, 4); n > 0; n--)
		json_array_append_new(
			array, field->type == FIELD_VALUES
				       ? random_text(seed, false)
				       : random_object(seed, field->fields,
						 field->count));
	if (field->item == NULL)
		return array;
	o = json_object();
	json_object_set_new(o, field->item, array);
	return o;
}

static inline json_t *random_value(uint64_t *seed, const struct field *field)
{
	switch (field->type) {
	case FIELD_ID:
		return field->required ? json_string("172-1")
				       : random_text(seed, true);
	case FIELD_BOOL:
		return random_bool(seed);
	case FIELD_COUNT:
		return json_integer((json_int_t)random_below(seed, 100000));
	case FIELD_AMOUNT:
		return random_amount(seed);
	case FIELD_TIME:
	case FIELD_TIME_S:
		return random_time(seed);
	case FIELD_STATUS:
		return json_string("SHIPPED");
	case FIELD_OBJECT:
		return random_object(seed, field->fields, field->count);
	case FIELD_LIST:
	case FIELD_ARRAY:
	case FIELD_VALUES:
		return random_list(seed, field);
	default:
		return random_text(seed, false);
	}
}

static inline json_t *random_object(
	uint64_t *seed, const struct field *fields, size_t count)
{
	json_t *o = json_object();
	/* From anywhere in the table on: the order of keys must not matter. */
	size_t from = random_below(seed, count);

	for (size_t i = 0; i < count; i++) {
		const struct field *f = &fields[(from + i) % count];
		size_t luck = random_below(seed, 8);

		if (luck == 0 && !f->required)
			continue;
		json_object_set_new(o, f->key,
			luck == 1 && !f->required ? json_null()
						  : random_value(seed, f));
	}
	return o;
}

static inline struct document *random_order(uint64_t *seed)
{
	json_t *body = random_object(
		seed, document_order.fields, document_order.count);
	char *text = json_dumps(body, 0);
	struct document *d = document_of(EXPORT_ORDER, text, NULL);

	json_decref(body);
	free(text);
	return d;
}

#endif
