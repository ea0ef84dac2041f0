#include <stdlib.h>

#include "json_read.h"
#include "sluice/base/mem.h"

static void *member(const struct form_field *field, void *target)
{
	return (char *)target + field->offset;
}

/* A string of min..max bytes, or NULL and a fault. */
static const char *form_string(struct faults *f, const struct path *p,
	const json_t *value, size_t min, size_t max, bool (*fits)(struct str))
{
	struct str s;

	if (!json_is_string(value)) {
		fault_at(f, p, FAULT_INVALID, "expected a text");
		return NULL;
	}
	s = json_text(value);
	if (s.len < min || str_trim(s).len < min) {
		fault_at(f, p, FAULT_REQUIRED, "must not be blank");
		return NULL;
	}
	if (s.len > max) {
		fault_at(f, p, FAULT_INVALID, "must be at most %zu bytes long",
			max);
		return NULL;
	}
	if (memchr(s.ptr, '\0', s.len) != NULL || !fits(s)) {
		fault_at(f, p, FAULT_INVALID,
			"must not hold control characters");
		return NULL;
	}
	return s.ptr;
}

static bool fits_secret(struct str s)
{
	return str_is_utf8(s); /* a PEM has line breaks */
}

static void read_text(struct faults *f, const struct path *p,
	const struct form_field *field, const json_t *value, void *target)
{
	char **to = member(field, target);
	const char *text = form_string(f, p, value, field->min, field->max,
		field->type == FORM_SECRET ? fits_secret : text_is_line);

	if (text != NULL)
		*to = mem_strdup(text);
}

static void read_bool(struct faults *f, const struct path *p,
	const struct form_field *field, const json_t *value, void *target)
{
	if (json_is_boolean(value))
		*(bool *)member(field, target) = json_is_true(value);
	else
		fault_at(f, p, FAULT_INVALID, "expected true or false");
}

static bool form_number(struct faults *f, const struct path *p,
	const struct form_field *field, const json_t *value, int64_t *n)
{
	if (read_integer(value, n) && *n >= (int64_t)field->min &&
		*n <= (int64_t)field->max)
		return true;
	fault_at(f, p, FAULT_INVALID, "expected a whole number from %zu to %zu",
		field->min, field->max);
	return false;
}

static void read_uint(struct faults *f, const struct path *p,
	const struct form_field *field, const json_t *value, void *target)
{
	int64_t n;

	if (form_number(f, p, field, value, &n))
		*(unsigned *)member(field, target) = (unsigned)n;
}

static void read_uint16(struct faults *f, const struct path *p,
	const struct form_field *field, const json_t *value, void *target)
{
	int64_t n;

	if (form_number(f, p, field, value, &n))
		*(uint16_t *)member(field, target) = (uint16_t)n;
}

static void read_uuid(struct faults *f, const struct path *p,
	const struct form_field *field, const json_t *value, void *target)
{
	if (!json_is_string(value) ||
		!uuid_parse(json_text(value), member(field, target)))
		fault_at(f, p, FAULT_INVALID, "expected an id (UUID)");
}

static void read_texts(struct faults *f, const struct path *p,
	const struct form_field *field, const json_t *value, void *target)
{
	texts_read(f, p, value, field->max, member(field, target));
}

static void read_object(struct faults *f, const struct path *p,
	const struct form_field *field, const json_t *value, void *target)
{
	form_read(f, p, field->fields, field->count, value, target);
}

static void read_ignored(struct faults *f, const struct path *p,
	const struct form_field *field, const json_t *value, void *target)
{
	(void)f, (void)p, (void)field, (void)value, (void)target;
}

static void read_own(struct faults *f, const struct path *p,
	const struct form_field *field, const json_t *value, void *target)
{
	field->read(f, p, value, target);
}

static void (*const readers[])(struct faults *f, const struct path *p,
	const struct form_field *field, const json_t *value, void *target) = {
	[FORM_TEXT] = read_text,
	[FORM_SECRET] = read_text,
	[FORM_BOOL] = read_bool,
	[FORM_UINT] = read_uint,
	[FORM_UINT16] = read_uint16,
	[FORM_UUID] = read_uuid,
	[FORM_TEXTS] = read_texts,
	[FORM_OBJECT] = read_object,
	[FORM_IGNORED] = read_ignored,
	[FORM_READ] = read_own,
};

static const char *field_name(const void *ctx, size_t i)
{
	return ((const struct form_field *)ctx)[i].key;
}

void form_read(struct faults *f, const struct path *p,
	const struct form_field *fields, size_t count, const json_t *object,
	void *target)
{
	if (!json_is_object(object)) {
		fault_at(f, p, FAULT_INVALID, "expected a JSON object");
		return;
	}
	for (size_t i = 0; i < count; i++) {
		struct path at = { .up = p, .key = fields[i].key };
		const json_t *value = json_object_get(object, fields[i].key);

		if (value != NULL && !json_is_null(value))
			readers[fields[i].type](
				f, &at, &fields[i], value, target);
		else if (fields[i].required)
			fault_at(f, &at, FAULT_REQUIRED, "%s is required",
				path_text(&at, f->arena));
	}
	fault_unknown_keys(f, p, object, count, field_name, fields);
}

bool texts_read(struct faults *f, const struct path *p, const json_t *value,
	size_t max, struct texts *out)
{
	size_t faults = f->count + f->left_out, n = json_array_size(value);

	if (!json_is_array(value)) {
		fault_at(f, p, FAULT_INVALID, "expected a list of texts");
		return false;
	}
	out->list = n > 0 ? mem_alloc(n * sizeof *out->list) : NULL;
	out->count = 0;
	for (size_t i = 0; i < n; i++) {
		struct path at = { .up = p, .index = i };
		const char *text = form_string(
			f, &at, json_array_get(value, i), 1, max, text_is_line);

		if (text != NULL)
			out->list[out->count++] = mem_strdup(text);
	}
	return f->count + f->left_out == faults;
}

json_t *texts_to_json(char *const *list, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(array, json_string(list[i]));
	return array;
}

void texts_free(char **list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(list[i]);
	free(list);
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

size_t texts_sort_unique(const char **list, size_t count, bool owned)
{
	size_t kept = 0;

	if (count > 1)
		qsort(list, count, sizeof *list, compare_texts);
	for (size_t i = 0; i < count; i++) {
		if (kept == 0 || strcmp(list[kept - 1], list[i]) != 0)
			list[kept++] = list[i];
		else if (owned)
			free((void *)(uintptr_t)list[i]);
	}
	return kept;
}
