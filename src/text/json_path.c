#include "sluice/text/json_path.h"

#include <stdio.h>
#include <stdlib.h>

#include "sluice/base/mem.h"
#include "sluice/base/must.h"

/* Parsing ----------------------------------------------------------------- */

struct parser {
	struct json_path *path;
	struct str text;
	size_t at;
	struct diag *why;
};

static enum err expected(const struct parser *p, const char *what)
{
	size_t character = 1;

	for (size_t i = 0; i < p->at; i++)
		character += ((unsigned char)p->text.ptr[i] & 0xC0) != 0x80;
	return diag_set(p->why, ERR_INVALID,
		"path \"%.*s\": character %zu: expected %s", STR_ARG(p->text),
		character, what);
}

static bool at(const struct parser *p, char c)
{
	return p->at < p->text.len && p->text.ptr[p->at] == c;
}

static bool in_name(char c)
{
	return c != '.' && c != '[' && c != ']' && (unsigned char)c >= 0x20;
}

/* Behind a '.'. */
static enum err parse_name(struct parser *p, struct json_step *step)
{
	size_t from = p->at;

	while (p->at < p->text.len && in_name(p->text.ptr[p->at]))
		p->at++;
	if (p->at == from)
		return expected(p, "a name after '.'");
	*step = (struct json_step){ .kind = JSON_STEP_NAME,
		.name = { p->text.ptr + from, p->at - from } };
	return ERR_OK;
}

/* Behind a '['. */
static enum err parse_index(struct parser *p, struct json_step *step)
{
	struct str digits = { p->text.ptr + p->at, 0 };
	uint64_t index = 0;

	if (at(p, '*')) {
		p->path->joins = true;
		*step = (struct json_step){ .kind = JSON_STEP_ALL };
		p->at++;
	} else {
		while (p->at + digits.len < p->text.len &&
			digits.ptr[digits.len] >= '0' &&
			digits.ptr[digits.len] <= '9')
			digits.len++;
		if (!str_to_u64(digits, JSON_PATH_INDEX_MAX, &index))
			return expected(p, "a number or '*' after '['");
		*step = (struct json_step){ .kind = JSON_STEP_INDEX,
			.index = (size_t)index };
		p->at += digits.len;
	}
	if (!at(p, ']'))
		return expected(p, "']'");
	p->at++;
	return ERR_OK;
}

static enum err parse_step(struct parser *p, struct json_step *step)
{
	if (at(p, '.')) {
		p->at++;
		return parse_name(p, step);
	}
	if (at(p, '[')) {
		p->at++;
		return parse_index(p, step);
	}
	return expected(p, "'.', '[' or the end");
}

static enum err parse(struct parser *p)
{
	enum err e = ERR_OK;

	if (!at(p, '$'))
		return expected(p, "'$'");
	p->at++;
	while (p->at < p->text.len && e == ERR_OK) {
		if (p->path->count == JSON_PATH_STEPS_MAX)
			return expected(p, "the end (paths have at most 16 "
					   "steps)");
		e = parse_step(p, &p->path->steps[p->path->count]);
		p->path->count++;
	}
	return e;
}

enum err json_path_parse(
	struct json_path *path, struct str text, struct diag *why)
{
	struct parser p = { .path = path, .text = text, .why = why };
	enum err e;

	*path = (struct json_path){ 0 };
	if (text.len > JSON_PATH_LEN_MAX)
		return diag_set(why, ERR_INVALID,
			"a path of more than %d bytes", JSON_PATH_LEN_MAX);
	if (!str_is_utf8(text))
		return diag_set(why, ERR_INVALID, "a path that is not UTF-8");
	path->text = mem_dup(text.ptr, text.len);
	p.text.ptr = path->text;
	e = parse(&p);
	if (e != ERR_OK)
		json_path_release(path);
	return e;
}

void json_path_release(struct json_path *path)
{
	free(path->text);
	*path = (struct json_path){ 0 };
}

/* Texts of values --------------------------------------------------------- */

static void trim_zeros(char *text)
{
	char *end = text + strlen(text);

	if (strchr(text, '.') == NULL)
		return;
	while (end[-1] == '0')
		end--;
	if (end[-1] == '.')
		end--;
	*end = '\0';
}

/* As many digits as it takes to mean this double and no other. */
static void put_real(struct buf *out, double x)
{
	char text[400]; /* a double has up to 309 digits before the point */
	long decimals = 14;

	for (;; decimals++) {
		snprintf(text, sizeof text, "%.*e", (int)decimals, x);
		if (decimals == 16 || strtod(text, NULL) == x)
			break;
	}
	decimals -= strtol(strchr(text, 'e') + 1, NULL, 10);
	snprintf(
		text, sizeof text, "%.*f", decimals < 0 ? 0 : (int)decimals, x);
	trim_zeros(text);
	buf_text(out, strcmp(text, "-0") == 0 ? "0" : text);
}

static enum json_found put_value(const json_t *value, struct buf *out)
{
	switch (json_typeof(value)) {
	case JSON_STRING:
		buf_put(out, json_string_value(value),
			json_string_length(value));
		return JSON_FOUND_TEXT;
	case JSON_INTEGER:
		buf_printf(out, "%lld", (long long)json_integer_value(value));
		return JSON_FOUND_TEXT;
	case JSON_REAL:
		put_real(out, json_real_value(value));
		return JSON_FOUND_TEXT;
	case JSON_TRUE:
		buf_text(out, "TRUE");
		return JSON_FOUND_TEXT;
	case JSON_FALSE:
		buf_text(out, "FALSE");
		return JSON_FOUND_TEXT;
	case JSON_NULL:
		return JSON_FOUND_NULL;
	default:
		return JSON_FOUND_MISFIT;
	}
}

/* Evaluating -------------------------------------------------------------- */

/* One step down, not for JSON_STEP_ALL; NULL: *found says why. */
static json_t *go(const struct json_step *step, const json_t *value,
	enum json_found *found)
{
	bool by_name = step->kind == JSON_STEP_NAME;
	json_t *next = NULL;

	*found = JSON_FOUND_ABSENT;
	if (json_is_null(value))
		*found = JSON_FOUND_NULL;
	else if (by_name ? !json_is_object(value) : !json_is_array(value))
		*found = JSON_FOUND_MISFIT;
	else if (by_name)
		next = json_object_getn(value, step->name.ptr, step->name.len);
	else
		next = json_array_get(value, step->index);
	return next;
}

static enum json_found put_from(const struct json_path *path, size_t i,
	const json_t *value, struct buf *out);

static enum json_found put_all(const struct json_path *path, size_t i,
	const json_t *list, struct buf *out)
{
	enum json_found found = JSON_FOUND_NULL, one;
	size_t before;

	if (json_is_null(list))
		return JSON_FOUND_NULL;
	if (!json_is_array(list))
		return JSON_FOUND_MISFIT;
	for (size_t k = 0; k < json_array_size(list); k++) {
		before = out->len;
		if (found == JSON_FOUND_TEXT)
			buf_text(out, JSON_PATH_JOINT);
		one = put_from(path, i, json_array_get(list, k), out);
		if (one == JSON_FOUND_MISFIT)
			return one;
		if (one == JSON_FOUND_TEXT)
			found = one;
		else if (out->data != NULL)
			out->len = before;
	}
	return found;
}

/* The steps from `i` on, going out from `value`. */
static enum json_found put_from(const struct json_path *path, size_t i,
	const json_t *value, struct buf *out)
{
	enum json_found found;

	for (; i < path->count; i++) {
		if (path->steps[i].kind == JSON_STEP_ALL)
			return put_all(path, i + 1, value, out);
		value = go(&path->steps[i], value, &found);
		if (value == NULL)
			return found;
	}
	return put_value(value, out);
}

enum json_found json_path_text(
	const struct json_path *path, const json_t *root, struct buf *out)
{
	size_t before = out->len;
	enum json_found found = put_from(path, 0, root, out);

	if (out->data != NULL && found != JSON_FOUND_TEXT)
		out->len = before;
	if (out->data != NULL)
		out->data[out->len] = '\0';
	return found;
}

json_t *json_path_get(const struct json_path *path, const json_t *root)
{
	json_t *value = (json_t *)(uintptr_t)root;
	enum json_found found;

	must(!path->joins);
	for (size_t i = 0; value != NULL && i < path->count; i++)
		value = go(&path->steps[i], value, &found);
	return value;
}
