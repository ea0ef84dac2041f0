#include "sluice/text/json_flat.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json_number.h"
#include "sluice/base/arena.h"
#include "sluice/base/mem.h"

/* Up to so many keys are compared with each other. */
#define COMPARED_MAX 32

struct json_flat {
	struct json_scan scan;
	struct json_token token;
	struct json_member *members;
	size_t count, room;
	struct arena arena; /* texts with escapes */
	struct json_problem *problem;

	/* The keys of the object before: mostly those of this one, too, and
	 * then known to be different from each other. */
	struct str *known; /* in `keys` */
	size_t known_count, known_room;
	struct arena keys;
};

struct json_flat *json_flat_create(void)
{
	return mem_alloc(sizeof(struct json_flat));
}

static void forget(struct json_flat *f)
{
	for (size_t i = 0; i < f->count; i++)
		json_decref(f->members[i].value);
	f->count = 0;
	arena_reset(&f->arena);
}

void json_flat_destroy(struct json_flat *f)
{
	if (f == NULL)
		return;
	forget(f);
	arena_release(&f->arena);
	arena_release(&f->keys);
	free(f->members);
	free(f->known);
	free(f);
}

static bool fail(struct json_flat *f, const char *what)
{
	f->problem->place = f->token.place;
	(void)snprintf(f->problem->text, sizeof f->problem->text, "%s", what);
	return false;
}

/* --- values --------------------------------------------------------------- */

static bool text_of(struct json_flat *f, struct str *out)
{
	struct buf scratch = buf_make(f->token.raw.len + 1);

	if (!f->token.escaped) {
		*out = json_token_text(&f->token, NULL);
		return true;
	}
	*out = json_token_text(&f->token, &scratch);
	out->ptr = arena_dup(&f->arena, *out);
	buf_release(&scratch);
	return memchr(out->ptr, '\0', out->len) == NULL ||
	       fail(f, "\\u0000 can't stand in a text");
}

/* An object or a list, as a tree. */
static json_t *nested(struct json_flat *f)
{
	struct json_place place = f->token.place;
	const char *from = f->token.raw.ptr;
	enum json_kind kind =
		json_scan_skip(&f->scan, f->token.depth, &f->token);
	struct str raw;
	json_t *tree;

	if (kind == TOKEN_ERROR) {
		fail(f, f->scan.error);
		return NULL;
	}
	raw = (struct str){ from,
		(size_t)(f->token.raw.ptr + f->token.raw.len - from) };
	tree = json_tree(raw, f->problem);
	if (tree == NULL)
		f->problem->place = json_place_in(place, f->problem->place);
	return tree;
}

static json_t *value_of(struct json_flat *f)
{
	const char *what;
	json_t *number;

	switch (f->token.kind) {
	case TOKEN_OBJECT_BEGIN:
	case TOKEN_ARRAY_BEGIN:
		return nested(f);
	case TOKEN_TRUE:
		return json_true();
	case TOKEN_FALSE:
		return json_false();
	case TOKEN_NULL:
		return json_null();
	default:
		number = json_number(f->token.raw, &what);
		if (number == NULL)
			fail(f, what);
		return number;
	}
}

static bool take_value(struct json_flat *f, struct json_member *m)
{
	if (f->token.kind == TOKEN_STRING)
		return text_of(f, &m->text);
	m->value = value_of(f);
	return m->value != NULL;
}

/* --- members -------------------------------------------------------------- */

static struct json_member *add(struct json_flat *f)
{
	if (f->count == f->room) {
		f->room = f->room == 0 ? 64 : f->room * 2;
		f->members =
			mem_resize(f->members, f->room * sizeof *f->members);
	}
	f->members[f->count] = (struct json_member){ .value = NULL };
	return &f->members[f->count++];
}

static bool next(struct json_flat *f)
{
	return json_scan_next(&f->scan, &f->token) != TOKEN_ERROR ||
	       fail(f, f->scan.error);
}

/* The token is a key. */
static bool take_member(struct json_flat *f)
{
	struct json_member *m = add(f);

	return text_of(f, &m->key) && next(f) && take_value(f, m);
}

static bool take_all(struct json_flat *f)
{
	if (!next(f))
		return false;
	if (f->token.kind != TOKEN_OBJECT_BEGIN)
		return fail(f, "expected an object");
	while (next(f)) {
		if (f->token.kind == TOKEN_OBJECT_END)
			return next(f); /* the end of the text */
		if (!take_member(f))
			return false;
	}
	return false;
}

/* --- keys ----------------------------------------------------------------- */

static bool are_known(const struct json_flat *f)
{
	if (f->count != f->known_count)
		return false;
	for (size_t i = 0; i < f->count; i++)
		if (!str_eq(f->members[i].key, f->known[i]))
			return false;
	return true;
}

static bool differ_in_pairs(const struct json_flat *f)
{
	for (size_t i = 1; i < f->count; i++)
		for (size_t k = 0; k < i; k++)
			if (str_eq(f->members[i].key, f->members[k].key))
				return false;
	return true;
}

static bool differ_in_set(const struct json_flat *f)
{
	json_t *set = json_object();
	bool differ = true;

	for (size_t i = 0; i < f->count; i++)
		json_object_setn_new_nocheck(set, f->members[i].key.ptr,
			f->members[i].key.len, json_true());
	differ = json_object_size(set) == f->count;
	json_decref(set);
	return differ;
}

static void learn(struct json_flat *f)
{
	if (f->known_room < f->count) {
		f->known_room = f->count;
		f->known =
			mem_resize(f->known, f->known_room * sizeof *f->known);
	}
	arena_reset(&f->keys);
	for (size_t i = 0; i < f->count; i++) {
		struct str key = f->members[i].key;

		f->known[i] = (struct str){ arena_dup(&f->keys, key), key.len };
	}
	f->known_count = f->count;
}

static bool check_keys(struct json_flat *f, struct str text)
{
	if (are_known(f))
		return true;
	if (f->count <= COMPARED_MAX ? differ_in_pairs(f) : differ_in_set(f)) {
		learn(f);
		return true;
	}
	/* A tree says where. */
	json_decref(json_tree(text, f->problem));
	return false;
}

const struct json_member *json_flat_read(struct json_flat *f, struct str text,
	size_t *count, struct json_problem *problem)
{
	static const struct json_member none;

	forget(f);
	f->problem = problem;
	json_scan_init(&f->scan, JSON_SCAN_DEPTH_MAX);
	json_scan_feed(&f->scan, text, 0, true);
	if (!take_all(f) || !check_keys(f, text))
		return NULL;
	*count = f->count;
	return f->count == 0 ? &none : f->members;
}
