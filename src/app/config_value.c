/* From texts to the members of struct config, and back. */
#include <limits.h>
#include <stdio.h>

#include "config_internal.h"
#include "sluice/base/must.h"

#define TEXT_MAX  4096 /* of any one value */
#define SHOWN_MAX 60   /* of a value in a message */

static const struct {
	struct str name;
	unsigned shift;
} units[] = {
	{ { "TiB", 3 }, 40 },
	{ { "GiB", 3 }, 30 },
	{ { "MiB", 3 }, 20 },
	{ { "KiB", 3 }, 10 },
	{ { "B", 1 }, 0 },
	{ { "", 0 }, 0 },
};

/* Texts from values ------------------------------------------------------- */

void size_format(uint64_t size, struct buf *out)
{
	size_t i = 0;

	while (units[i].shift > 0 &&
		(size == 0 || size % (UINT64_C(1) << units[i].shift) != 0))
		i++;
	buf_printf(out, "%llu", (unsigned long long)(size >> units[i].shift));
	if (units[i].shift > 0)
		buf_str(out, units[i].name);
}

static void describe_names(const char *const *names, struct buf *out)
{
	for (size_t i = 0; names[i] != NULL; i++) {
		if (i > 0)
			buf_text(out, names[i + 1] == NULL ? " or " : ", ");
		buf_text(out, names[i]);
	}
}

static void describe_size(const struct option *o, struct buf *out)
{
	buf_text(out, "a size from ");
	size_format(o->min, out);
	buf_text(out, " to ");
	size_format(o->max, out);
}

void option_describe(const struct option *o, struct buf *out)
{
	switch (o->type) {
	case OPTION_TEXT:
		buf_text(out, "a text");
		break;
	case OPTION_PATH:
		buf_text(out, "a path");
		break;
	case OPTION_BOOL:
		buf_text(out, "true or false");
		break;
	case OPTION_INT:
		buf_printf(out, "a whole number from %llu to %llu%s%s",
			(unsigned long long)o->min, (unsigned long long)o->max,
			o->unit[0] == '\0' ? "" : " ", o->unit);
		break;
	case OPTION_SIZE:
		describe_size(o, out);
		break;
	case OPTION_ENUM:
		describe_names(o->names, out);
		break;
	case OPTION_LIST:
		buf_text(out, "a list of texts");
		break;
	}
}

static void format_list(const struct config_list *list, struct buf *out)
{
	for (size_t i = 0; i < list->count; i++) {
		buf_text(out, i == 0 ? "" : ",");
		buf_text(out, list->items[i]);
	}
}

void option_format(
	const struct option *o, const struct config *config, struct buf *out)
{
	const void *member = (const char *)config + o->offset;

	switch (o->type) {
	case OPTION_TEXT:
	case OPTION_PATH:
		buf_text(out, *(char *const *)member);
		break;
	case OPTION_BOOL:
		buf_text(out, *(const bool *)member ? "true" : "false");
		break;
	case OPTION_INT:
		buf_printf(out, "%u", *(const unsigned *)member);
		break;
	case OPTION_SIZE:
		size_format(*(const uint64_t *)member, out);
		break;
	case OPTION_ENUM:
		buf_text(out, o->names[*(const unsigned *)member]);
		break;
	case OPTION_LIST:
		format_list(member, out);
		break;
	}
}

bool option_equal(
	const struct option *o, const struct config *a, const struct config *b)
{
	struct buf x = buf_make(SIZE_MAX / 2), y = x;
	bool equal;

	option_format(o, a, &x);
	option_format(o, b, &y);
	equal = str_eq(buf_view(&x), buf_view(&y));
	buf_release(&x);
	buf_release(&y);
	return equal;
}

/* Values from texts ------------------------------------------------------- */

static bool parse_size(struct str text, uint64_t *out)
{
	struct str unit = text, number = text;
	uint64_t n;

	while (unit.len > 0 && unit.ptr[0] >= '0' && unit.ptr[0] <= '9')
		unit = (struct str){ unit.ptr + 1, unit.len - 1 };
	number.len = text.len - unit.len;
	unit = str_trim(unit);
	if (!str_to_u64(number, UINT64_MAX, &n))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (!str_eq_nocase(unit, units[i].name))
			continue;
		*out = n << units[i].shift;
		return *out >> units[i].shift == n;
	}
	return false;
}

static bool set_text(
	struct loader *l, const struct option *o, struct str text, void *member)
{
	(void)o;
	if (text.len > TEXT_MAX || !str_is_utf8(text))
		return false;
	*(char **)member = arena_dup(&l->config->memory, text);
	return true;
}

static bool set_bool(
	struct loader *l, const struct option *o, struct str text, void *member)
{
	bool yes = str_eq(text, STR("true"));

	(void)l;
	(void)o;
	if (!yes && !str_eq(text, STR("false")))
		return false;
	*(bool *)member = yes;
	return true;
}

static bool set_int(
	struct loader *l, const struct option *o, struct str text, void *member)
{
	uint64_t n;

	(void)l;
	must(o->max <= UINT_MAX);
	if (!str_to_u64(text, o->max, &n) || n < o->min)
		return false;
	*(unsigned *)member = (unsigned)n;
	return true;
}

static bool set_size(
	struct loader *l, const struct option *o, struct str text, void *member)
{
	uint64_t n;

	(void)l;
	if (!parse_size(text, &n) || n < o->min || n > o->max)
		return false;
	*(uint64_t *)member = n;
	return true;
}

static bool set_enum(
	struct loader *l, const struct option *o, struct str text, void *member)
{
	(void)l;
	for (unsigned i = 0; o->names[i] != NULL; i++) {
		if (!str_eq(text, str_of(o->names[i])))
			continue;
		*(unsigned *)member = i;
		return true;
	}
	return false;
}

void option_set_list(struct loader *l, const struct option *o,
	const struct config_list *items, const struct origin *at)
{
	struct config_list *list = option_member(o, l->config);
	size_t size = items->count * sizeof *items->items;

	list->count = items->count;
	list->items = arena_alloc(&l->config->memory, size);
	if (size > 0)
		memcpy(list->items, items->items, size);
	l->origins[option_index(o)] = *at;
}

/* Outside the file a list is divided by commas. */
static bool set_list(
	struct loader *l, const struct option *o, struct str text, void *member)
{
	char *items[TEXT_MAX / 2];
	struct config_list list = { .items = items };

	if (text.len >= TEXT_MAX || !str_is_utf8(text))
		return false;
	while (text.len > 0) {
		const char *comma = memchr(text.ptr, ',', text.len);
		size_t len =
			comma == NULL ? text.len : (size_t)(comma - text.ptr);
		struct str item = str_trim((struct str){ text.ptr, len });

		if (item.len == 0)
			return false;
		items[list.count++] = arena_dup(&l->config->memory, item);
		len += comma != NULL;
		text = (struct str){ text.ptr + len, text.len - len };
	}
	*(struct config_list *)member = (struct config_list){ 0 };
	option_set_list(l, o, &list, &(struct origin){ 0 });
	return true;
}

static bool (*const setters[])(
	struct loader *, const struct option *, struct str, void *) = {
	[OPTION_TEXT] = set_text,
	[OPTION_PATH] = set_text,
	[OPTION_BOOL] = set_bool,
	[OPTION_INT] = set_int,
	[OPTION_SIZE] = set_size,
	[OPTION_ENUM] = set_enum,
	[OPTION_LIST] = set_list,
};

/* A number as it is, a text in quotes. */
static void fault_value(struct loader *l, const struct option *o,
	struct str text, const struct origin *at)
{
	struct str shown = text_shown(text);
	struct buf got = buf_make(SIZE_MAX / 2);
	bool number = text.len > 0;

	for (size_t i = 0; i < text.len; i++)
		number = number && text.ptr[i] != '\0' &&
			 strchr("0123456789+-.eE", text.ptr[i]) != NULL;
	buf_printf(&got, number ? "%.*s" : "\"%.*s\"", STR_ARG(shown));
	fault_wrong(l, o, buf_view(&got), at);
	buf_release(&got);
}

bool option_set(struct loader *l, const struct option *o, struct str text,
	const struct origin *at)
{
	if (!setters[o->type](l, o, text, option_member(o, l->config))) {
		fault_value(l, o, text, at);
		return false;
	}
	l->origins[option_index(o)] = *at;
	return true;
}

/* Faults ------------------------------------------------------------------ */

struct str text_shown(struct str s)
{
	if (s.len <= SHOWN_MAX)
		return s;
	s.len = SHOWN_MAX;
	while (s.len > 0 && ((unsigned char)s.ptr[s.len] & 0xC0) == 0x80)
		s.len--;
	return s;
}

static const char *name_at(const void *names, size_t i)
{
	return ((const char *const *)names)[i];
}

static const char *nearest_name(const struct option *o, struct str got)
{
	size_t count = 0;

	if (o->type != OPTION_ENUM)
		return NULL;
	while (o->names[count] != NULL)
		count++;
	if (got.len >= 2 && got.ptr[0] == '"')
		got = (struct str){ got.ptr + 1, got.len - 2 };
	return str_nearest(str_trim(got), count, name_at, o->names);
}

void fault_wrong(struct loader *l, const struct option *o, struct str got,
	const struct origin *at)
{
	struct buf text = buf_make(SIZE_MAX / 2);
	const char *nearest = nearest_name(o, got);

	buf_printf(&text, "%s must be ", o->key);
	option_describe(o, &text);
	if (o->type == OPTION_SIZE)
		buf_text(&text, " (8388608 or \"8MiB\")");
	buf_printf(&text, ", not %.*s", STR_ARG(got));
	if (nearest != NULL)
		buf_printf(&text, ", did you mean %s?", nearest);
	fault_at(l, at, "%s", text.data);
	buf_release(&text);
}
