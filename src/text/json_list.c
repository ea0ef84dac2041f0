/* Two machines on one row of tokens.  Outside of the list the names of the path
 * are followed down:
 *
 *	AT_VALUE --object--> IN_OBJECT --right name--> AT_VALUE
 *	                     IN_OBJECT --other name--> AT_OTHER --> IN_OBJECT
 *	AT_VALUE --array, all names seen--> IN_LIST --its end--> IN_OBJECT
 *
 * and below it only the depth counts.
 *
 * The scanner never sees a byte more than an element may have, from where the
 * element begins.  So the limit strikes at the same byte however the text was
 * cut, and before whatever may be wrong behind it. */
#include "sluice/text/json_list.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "sluice/base/mem.h"
#include "sluice/base/must.h"
#include "sluice/text/json_path.h"

#define PIECE_SIZE ((size_t)64 << 10)

enum state {
	AT_VALUE,  /* the value of a name on the path comes */
	AT_OTHER,  /* the value of another name */
	IN_OTHER,  /* in it, a container */
	IN_OBJECT, /* a name of an object on the path, or its end */
	IN_LIST,   /* an element, or the end of the list */
	IN_ITEM,   /* in an element, a container */
	FAILED
};

struct json_list {
	size_t max_item;
	struct json_path path;
	bool guess; /* no path was given: the document's first token tells */

	struct json_scan scan;
	struct buf window, scratch;
	struct str input;
	bool last, ended; /* no chunk follows; the scanner knows */
	bool starved;     /* the scanner has nothing left to look at */
	size_t used;      /* of the window, when it starved */
	size_t wanted;    /* bytes behind them that make a look worth while */
	struct json_place cut; /* of the token that it starved at */

	enum state state;
	size_t seen;    /* names on the path that we are inside of */
	unsigned depth; /* IN_OTHER, IN_ITEM: of the container; IN_LIST: of
			 * the elements */
	bool found;     /* the list has begun */
	size_t item_at; /* in the window */
	struct json_item item;

	enum err code;
	char error[JSON_SCAN_ERROR_SIZE];
	struct json_place error_place;
};

/* Errors ------------------------------------------------------------------ */

static enum json_list_kind fail(struct json_list *l, enum err code,
	struct json_place place, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

static enum json_list_kind fail(struct json_list *l, enum err code,
	struct json_place place, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(l->error, sizeof l->error, fmt, args);
	va_end(args);
	l->code = code;
	l->error_place = place;
	l->state = FAILED;
	return JSON_LIST_ERROR;
}

static enum json_list_kind too_long(
	struct json_list *l, struct json_place place)
{
	const char *what = l->state == IN_ITEM || l->state == IN_LIST
				   ? "an element"
				   : "a name or value";

	return fail(l, ERR_LIMIT, l->state == IN_ITEM ? l->item.place : place,
		"%s of more than %zu bytes", what, l->max_item);
}

static const char *name_of(enum json_kind kind)
{
	switch (kind) {
	case TOKEN_OBJECT_BEGIN:
		return "an object";
	case TOKEN_ARRAY_BEGIN:
		return "a list";
	case TOKEN_STRING:
		return "a text";
	case TOKEN_NUMBER:
		return "a number";
	case TOKEN_NULL:
		return "null";
	default:
		return "true or false";
	}
}

/* The path as people wrote it, or would have. */
static struct str path_text(const struct json_list *l)
{
	return str_of(l->path.text);
}

/* Outside of the list ------------------------------------------------------ */

static bool is_begin(enum json_kind kind)
{
	return kind == TOKEN_OBJECT_BEGIN || kind == TOKEN_ARRAY_BEGIN;
}

static void follow(struct json_list *l, const char *path)
{
	struct diag why;

	json_path_release(&l->path);
	must(json_path_parse(&l->path, str_of(path), &why) == ERR_OK);
	l->guess = false;
}

static void begin_list(struct json_list *l, const struct json_token *t)
{
	if (l->found) {
		fail(l, ERR_INVALID, t->place,
			"the list %.*s stands here for the second time",
			STR_ARG(path_text(l)));
		return;
	}
	l->found = true;
	l->state = IN_LIST;
	l->depth = t->depth + 1;
}

static void at_value(struct json_list *l, const struct json_token *t)
{
	bool inside = t->depth > 0;

	if (l->guess)
		follow(l, t->kind == TOKEN_OBJECT_BEGIN ? "$.elements" : "$");
	l->seen += inside;
	if (l->seen == l->path.count && t->kind == TOKEN_ARRAY_BEGIN) {
		begin_list(l, t);
	} else if (l->seen < l->path.count && t->kind == TOKEN_OBJECT_BEGIN) {
		l->state = IN_OBJECT;
	} else {
		fail(l, ERR_INVALID, t->place, "expected %s %.*s, found %s",
			l->seen == l->path.count ? "a list at"
						 : "an object on the way to",
			STR_ARG(path_text(l)), name_of(t->kind));
	}
}

static void at_other(struct json_list *l, const struct json_token *t)
{
	l->state = is_begin(t->kind) ? IN_OTHER : IN_OBJECT;
	l->depth = t->depth;
}

static void in_other(struct json_list *l, const struct json_token *t)
{
	if (t->depth == l->depth)
		l->state = IN_OBJECT;
}

/* The list or an object on the path has ended. */
static void leave(struct json_list *l)
{
	l->state = IN_OBJECT;
	if (l->seen > 0)
		l->seen--;
}

static void in_object(struct json_list *l, const struct json_token *t)
{
	struct str name;

	if (t->kind == TOKEN_OBJECT_END) {
		leave(l);
		return;
	}
	name = json_token_text(t, &l->scratch);
	l->state =
		str_eq(name, l->path.steps[l->seen].name) ? AT_VALUE : AT_OTHER;
}

/* In the list: true when an element is complete -----------------------------
 */

static bool give(struct json_list *l)
{
	struct json_item *item = &l->item;

	item->raw = (struct str){ l->window.data + l->item_at,
		json_scan_used(&l->scan) - l->item_at };
	if (item->raw.len > l->max_item) {
		too_long(l, item->place);
		return false;
	}
	l->state = IN_LIST;
	return true;
}

static bool in_list(struct json_list *l, const struct json_token *t)
{
	if (t->depth < l->depth) {
		leave(l);
		return false;
	}
	l->item.kind = t->kind;
	l->item.place = t->place;
	l->item_at = (size_t)(t->raw.ptr - l->window.data);
	if (!is_begin(t->kind))
		return give(l);
	l->state = IN_ITEM;
	return false;
}

static bool in_item(struct json_list *l, const struct json_token *t)
{
	bool ends = t->kind == TOKEN_OBJECT_END || t->kind == TOKEN_ARRAY_END;

	return ends && t->depth == l->depth && give(l);
}

/* The driver -------------------------------------------------------------- */

static bool token(struct json_list *l, const struct json_token *t)
{
	if (l->state != IN_ITEM && t->raw.len > l->max_item) {
		too_long(l, t->place);
		return false;
	}
	switch (l->state) {
	case AT_VALUE:
		at_value(l, t);
		return false;
	case AT_OTHER:
		at_other(l, t);
		return false;
	case IN_OTHER:
		in_other(l, t);
		return false;
	case IN_OBJECT:
		in_object(l, t);
		return false;
	case IN_LIST:
		return in_list(l, t);
	default:
		return in_item(l, t);
	}
}

/* The scanner needs more to go on.  A token that is cut off is looked at again
 * from its beginning, so that it pays to wait until it has twice the length. */
static void starve(struct json_list *l, const struct json_token *t)
{
	size_t keep = json_scan_used(&l->scan), cut;

	l->used = 0;
	cut = l->window.len - keep;
	if (l->state == IN_ITEM) {
		l->used = keep - l->item_at;
		keep = l->item_at;
		l->item_at = 0;
	}
	buf_drop(&l->window, keep);
	l->wanted = cut * 2;
	l->cut = t->place;
	l->starved = true;
}

/* False: the chunk is used up, or the token too long for any. */
static bool feed(struct json_list *l)
{
	size_t room = l->max_item + 1 - l->window.len;
	size_t waiting = l->window.len - l->used, n;

	do {
		n = PIECE_SIZE > waiting ? PIECE_SIZE : waiting;
		n = n < room ? n : room;
		n = n < l->input.len ? n : l->input.len;
		buf_put(&l->window, l->input.ptr, n);
		l->input.ptr += n;
		l->input.len -= n;
		room -= n;
		waiting += n;
	} while (n > 0 && waiting < l->wanted);
	l->ended = l->last && l->input.len == 0 && room > 0;
	if (waiting < l->wanted && room > 0 && !l->ended)
		return false;
	l->starved = false;
	json_scan_feed(&l->scan, buf_view(&l->window), l->used, l->ended);
	return true;
}

static enum json_list_kind end(struct json_list *l, const struct json_token *t)
{
	if (l->found)
		return JSON_LIST_END;
	return fail(l, ERR_INVALID, t->place, "there is no list %.*s",
		STR_ARG(path_text(l)));
}

enum json_list_kind json_list_next(struct json_list *l, struct json_item *item)
{
	struct json_token t;

	while (l->state != FAILED) {
		if (l->starved && l->window.len > l->max_item)
			return too_long(l, l->cut);
		if (l->starved && l->input.len == 0 && !l->last)
			return JSON_LIST_MORE;
		if (l->starved && !feed(l))
			return JSON_LIST_MORE;
		switch (json_scan_next(&l->scan, &t)) {
		case TOKEN_END:
			return end(l, &t);
		case TOKEN_ERROR:
			return fail(
				l, ERR_INVALID, t.place, "%s", l->scan.error);
		case TOKEN_MORE:
			starve(l, &t);
			break;
		default:
			if (!token(l, &t))
				break;
			*item = l->item;
			l->item.index++;
			return JSON_LIST_ITEM;
		}
	}
	return JSON_LIST_ERROR;
}

void json_list_feed(struct json_list *l, struct str chunk, bool last)
{
	must(l->input.len == 0 && !l->last);
	l->input = chunk;
	l->last = last;
}

enum err json_list_error(const struct json_list *l, struct diag *why)
{
	must(l->state == FAILED);
	return diag_set(why, l->code, "line %u, column %u: %s",
		l->error_place.line, l->error_place.column, l->error);
}

/* Life -------------------------------------------------------------------- */

static enum err parse_path(
	struct json_list *l, struct str path, struct diag *why)
{
	enum err e = json_path_parse(&l->path, path, why);

	for (size_t i = 0; e == ERR_OK && i < l->path.count; i++)
		if (l->path.steps[i].kind != JSON_STEP_NAME)
			e = diag_set(why, ERR_INVALID,
				"path \"%.*s\": the way to a list has names "
				"only, no [...]",
				STR_ARG(path));
	return e;
}

struct json_list *json_list_create(
	const struct json_list_options *options, struct diag *why)
{
	struct json_list *l = mem_alloc(sizeof *l);

	must(options->max_item > 0 && options->max_item < SIZE_MAX / 4);
	l->max_item = options->max_item;
	l->guess = options->items_path.ptr == NULL;
	if (!l->guess && parse_path(l, options->items_path, why) != ERR_OK) {
		json_list_destroy(l);
		return NULL;
	}
	l->window = buf_make(l->max_item + 1);
	l->scratch = buf_make(l->max_item + 1);
	json_scan_init(&l->scan, options->max_depth);
	l->starved = true;
	return l;
}

void json_list_destroy(struct json_list *l)
{
	if (l == NULL)
		return;
	json_path_release(&l->path);
	buf_release(&l->window);
	buf_release(&l->scratch);
	free(l);
}
