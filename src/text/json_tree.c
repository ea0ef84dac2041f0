#include "sluice/text/json_tree.h"

#include <stdio.h>
#include <stdlib.h>

#include "json_number.h"
#include "sluice/base/must.h"

/* One text under way. */
struct builder {
	struct json_scan scan;
	struct json_token token;
	json_t *root;
	json_t *open[JSON_SCAN_DEPTH_MAX]; /* the containers around, borrowed */
	unsigned depth;
	struct str key; /* that the next value belongs to */
	struct buf key_scratch, scratch;
	struct json_problem *problem;
};

static bool fail(struct builder *b, const char *what)
{
	b->problem->place = b->token.place;
	(void)snprintf(b->problem->text, sizeof b->problem->text, "%s", what);
	return false;
}

/* --- values --------------------------------------------------------------- */

static bool text_of(struct builder *b, struct buf *scratch, struct str *out)
{
	*out = json_token_text(&b->token, scratch);
	if (b->token.escaped && memchr(out->ptr, '\0', out->len) != NULL)
		return fail(b, "\\u0000 can't stand in a text");
	return true;
}

static json_t *string(struct builder *b)
{
	struct str s;

	if (!text_of(b, &b->scratch, &s))
		return NULL;
	return json_stringn_nocheck(s.ptr, s.len);
}

static json_t *number(struct builder *b)
{
	const char *what;
	json_t *n = json_number(b->token.raw, &what);

	if (n == NULL)
		fail(b, what);
	return n;
}

/* NULL: the problem says why. */
static json_t *value(struct builder *b)
{
	switch (b->token.kind) {
	case TOKEN_OBJECT_BEGIN:
		return json_object();
	case TOKEN_ARRAY_BEGIN:
		return json_array();
	case TOKEN_STRING:
		return string(b);
	case TOKEN_NUMBER:
		return number(b);
	case TOKEN_TRUE:
		return json_true();
	case TOKEN_FALSE:
		return json_false();
	default:
		return json_null();
	}
}

static bool attach_member(struct builder *b, json_t *object, json_t *v)
{
	size_t size = json_object_size(object);

	if (json_object_setn_new_nocheck(object, b->key.ptr, b->key.len, v) !=
		0)
		return false;
	return json_object_size(object) > size ||
	       fail(b, "this object has the same key twice");
}

/* Into the container around it; takes over `v`. */
static bool attach(struct builder *b, json_t *v)
{
	json_t *around;

	if (b->depth == 0) {
		b->root = v;
		return true;
	}
	around = b->open[b->depth - 1];
	if (json_is_array(around))
		return json_array_append_new(around, v) == 0;
	return attach_member(b, around, v);
}

static bool take_value(struct builder *b)
{
	bool opens = b->token.kind == TOKEN_OBJECT_BEGIN ||
		     b->token.kind == TOKEN_ARRAY_BEGIN;
	json_t *v;

	if (b->depth == 0 && !opens)
		return fail(b, "expected an object or a list");
	v = value(b);
	if (v == NULL || !attach(b, v))
		return false;
	if (opens)
		b->open[b->depth++] = v;
	return true;
}

static bool take_token(struct builder *b)
{
	switch (b->token.kind) {
	case TOKEN_ERROR:
		return fail(b, b->scan.error);
	case TOKEN_KEY:
		return text_of(b, &b->key_scratch, &b->key);
	case TOKEN_OBJECT_END:
	case TOKEN_ARRAY_END:
		b->depth--;
		return true;
	default:
		return take_value(b);
	}
}

static void builder_init(
	struct builder *b, struct str text, struct json_problem *problem)
{
	b->root = NULL;
	b->depth = 0;
	b->scratch = buf_make(text.len + 1);
	b->key_scratch = buf_make(text.len + 1);
	b->problem = problem;
	*problem = (struct json_problem){ .text = "out of memory" };
	json_scan_init(&b->scan, JSON_SCAN_DEPTH_MAX);
	json_scan_feed(&b->scan, text, 0, true);
}

json_t *json_tree(struct str text, struct json_problem *problem)
{
	struct json_problem unwanted;
	struct builder b;
	bool ok = true;

	builder_init(&b, text, problem != NULL ? problem : &unwanted);
	while (ok && json_scan_next(&b.scan, &b.token) != TOKEN_END)
		ok = take_token(&b);
	if (!ok) {
		json_decref(b.root);
		b.root = NULL;
	}
	buf_release(&b.scratch);
	buf_release(&b.key_scratch);
	return b.root;
}
