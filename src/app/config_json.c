/* The configuration file: nested objects whose paths are the keys. */
#include <stdio.h>

#include "config_internal.h"
#include "sluice/base/must.h"
#include "sluice/text/json_scan.h"

#define DEPTH_MAX 32
#define TEXT_MAX  (64 * 1024)
#define ITEMS_MAX 256

struct reader {
	struct loader *l;
	struct json_scan scan;
	struct json_token token;
	struct origin at; /* of the token */
	struct buf text;  /* scratch for unescaping */
	/* The lines of what was seen, 0: not yet; a section counts by its first
	 * option. */
	unsigned key_lines[OPTION_COUNT], section_lines[OPTION_COUNT];
};

/* Which tokens an option takes, by type. */
static const unsigned accepted[] = {
	[OPTION_TEXT] = 1u << TOKEN_STRING,
	[OPTION_PATH] = 1u << TOKEN_STRING,
	[OPTION_BOOL] = 1u << TOKEN_TRUE | 1u << TOKEN_FALSE,
	[OPTION_INT] = 1u << TOKEN_NUMBER,
	[OPTION_SIZE] = 1u << TOKEN_NUMBER | 1u << TOKEN_STRING,
	[OPTION_ENUM] = 1u << TOKEN_STRING,
	[OPTION_LIST] = 1u << TOKEN_ARRAY_BEGIN,
};

/* The next token; false: the file ends here, and a syntax error is reported. */
static bool next(struct reader *r)
{
	enum json_kind kind = json_scan_next(&r->scan, &r->token);

	r->at.line = r->token.place.line;
	r->at.column = r->token.place.column;
	if (kind == TOKEN_ERROR)
		fault_at(r->l, &r->at, "%s", r->scan.error);
	return kind < TOKEN_END;
}

/* Passes the value that the token begins. */
static bool skip_value(struct reader *r)
{
	if (r->token.kind != TOKEN_OBJECT_BEGIN &&
		r->token.kind != TOKEN_ARRAY_BEGIN)
		return true;
	if (json_scan_skip(&r->scan, r->token.depth, &r->token) < TOKEN_END)
		return true;
	r->at.line = r->token.place.line;
	r->at.column = r->token.place.column;
	fault_at(r->l, &r->at, "%s", r->scan.error);
	return false;
}

/* Unknown keys ------------------------------------------------------------ */

static const char *option_key(const void *ctx, size_t i)
{
	(void)ctx;
	return options[i].key;
}

static const char *option_last_name(const void *ctx, size_t i)
{
	const char *dot = strrchr(options[i].key, '.');

	(void)ctx;
	return dot == NULL ? options[i].key : dot + 1;
}

static const char *option_section(const void *sections, size_t i)
{
	return ((const char(*)[OPTION_KEY_SIZE])sections)[i];
}

/* The nearest section to a key of the outermost object: "logs" is "log". */
static const char *nearest_section(
	struct str key, char sections[OPTION_COUNT][OPTION_KEY_SIZE])
{
	size_t count = 0;

	for (size_t i = 0; i < OPTION_COUNT; i++) {
		const char *dot = strrchr(options[i].key, '.');

		if (dot != NULL)
			snprintf(sections[count++], OPTION_KEY_SIZE, "%.*s",
				(int)(dot - options[i].key), options[i].key);
	}
	return str_nearest(key, count, option_section, sections);
}

/* Somebody may have slipped in the name, or put it in the wrong section. */
static const char *likely_key(struct str full, struct str name,
	char sections[OPTION_COUNT][OPTION_KEY_SIZE])
{
	const char *found = nearest_section(full, sections), *key, *last;

	if (found != NULL && str_distance(full, str_of(found)) <= 2)
		return found;
	key = str_nearest(full, OPTION_COUNT, option_key, NULL);
	last = str_nearest(name, OPTION_COUNT, option_last_name, NULL);
	for (size_t i = 0; key == NULL && last != NULL && i < OPTION_COUNT; i++)
		if (option_last_name(NULL, i) == last)
			key = options[i].key;
	return key != NULL ? key : found;
}

static void fault_unknown(struct reader *r, struct str full, struct str name)
{
	char sections[OPTION_COUNT][OPTION_KEY_SIZE];
	const char *likely = likely_key(full, name, sections);
	struct str shown = text_shown(full);

	if (memchr(full.ptr, '.', full.len) && option_find(name) != NULL)
		fault_at(r->l, &r->at,
			"unknown key %.*s: dots mean nesting, as in "
			"{\"log\": {\"level\": \"info\"}}",
			STR_ARG(shown));
	else if (likely != NULL)
		fault_at(r->l, &r->at, "unknown key %.*s, did you mean %s?",
			STR_ARG(shown), likely);
	else
		fault_at(r->l, &r->at, "unknown key %.*s", STR_ARG(shown));
}

/* Values ------------------------------------------------------------------ */

static struct str token_shown(const struct json_token *t)
{
	if (t->kind == TOKEN_OBJECT_BEGIN)
		return STR("an object");
	if (t->kind == TOKEN_ARRAY_BEGIN)
		return STR("a list");
	return text_shown(t->raw);
}

/* The value of the string token, as far as the configuration takes one. */
static bool token_text(struct reader *r, struct str *text)
{
	buf_clear(&r->text);
	*text = json_token_text(&r->token, &r->text);
	return !r->text.full && text->len <= TEXT_MAX;
}

static bool read_item(struct reader *r, struct config_list *list)
{
	struct str text;

	if (r->token.kind != TOKEN_STRING || list->count == ITEMS_MAX ||
		!token_text(r, &text) || text.len == 0 || !str_is_utf8(text))
		return false;
	list->items[list->count++] = arena_dup(&r->l->config->memory, text);
	return true;
}

static bool read_list(struct reader *r, const struct option *o)
{
	struct origin at = r->at;
	char *items[ITEMS_MAX];
	struct config_list list = { .items = items };
	bool good = true;

	for (;;) {
		if (!next(r))
			return false;
		if (r->token.kind == TOKEN_ARRAY_END)
			break;
		if (read_item(r, &list))
			continue;
		good = false;
		fault_at(r->l, &r->at,
			"%s must hold up to %d texts that are not empty, "
			"not %.*s",
			o->key, ITEMS_MAX, STR_ARG(token_shown(&r->token)));
		if (!skip_value(r))
			return false;
	}
	if (good)
		option_set_list(r->l, o, &list, &at);
	return true;
}

static bool read_value(struct reader *r, const struct option *o)
{
	struct str text = r->token.raw;

	if (!(accepted[o->type] & 1u << r->token.kind)) {
		fault_wrong(r->l, o, token_shown(&r->token), &r->at);
		return skip_value(r);
	}
	if (r->token.kind == TOKEN_ARRAY_BEGIN)
		return read_list(r, o);
	if (r->token.kind == TOKEN_STRING && !token_text(r, &text))
		fault_at(r->l, &r->at, "%s is longer than %d bytes", o->key,
			TEXT_MAX);
	else
		option_set(r->l, o, text, &r->at);
	return true;
}

/* Objects ----------------------------------------------------------------- */

static bool read_object(struct reader *r, struct str prefix);

static bool read_section(struct reader *r, struct str full)
{
	if (r->token.kind == TOKEN_OBJECT_BEGIN)
		return read_object(r, full);
	fault_at(r->l, &r->at, "%.*s must be an object, not %.*s",
		STR_ARG(full), STR_ARG(token_shown(&r->token)));
	return skip_value(r);
}

/* Twice the same key in one file is a slip; the first one counts. */
static bool is_first(struct reader *r, unsigned *line, struct str full)
{
	if (*line == 0) {
		*line = r->at.line;
		return true;
	}
	fault_at(r->l, &r->at, "duplicate key %.*s, it is on line %u already",
		STR_ARG(full), *line);
	return false;
}

/* "log" and "level" to "log.level"; lives as long as the configuration. */
static struct str join(struct reader *r, struct str prefix, struct str name)
{
	struct buf full = buf_make(SIZE_MAX / 2);
	struct str kept;

	buf_str(&full, prefix);
	buf_text(&full, prefix.len == 0 ? "" : ".");
	buf_str(&full, name);
	kept = (struct str){ arena_dup(&r->l->config->memory, buf_view(&full)),
		full.len };
	buf_release(&full);
	return kept;
}

/* The token is a key. */
static bool read_member(struct reader *r, struct str prefix)
{
	struct str name = json_token_text(&r->token, &r->text);
	struct str full = join(r, prefix, name);
	const struct option *o = option_find(full);
	const struct option *first = option_find_section(full);
	bool read = true;

	if (prefix.len == 0 && memchr(name.ptr, '.', name.len) != NULL)
		o = first = NULL;
	if (o != NULL)
		read = is_first(r, &r->key_lines[option_index(o)], full);
	else if (first != NULL)
		is_first(r, &r->section_lines[option_index(first)], full);
	else
		fault_unknown(r, full, name);
	if (!next(r))
		return false;
	if (o != NULL && read)
		return read_value(r, o);
	return first != NULL ? read_section(r, full) : skip_value(r);
}

/* The token is the '{'. */
static bool read_object(struct reader *r, struct str prefix)
{
	for (;;) {
		if (!next(r))
			return false;
		if (r->token.kind == TOKEN_OBJECT_END)
			return true;
		if (!read_member(r, prefix))
			return false;
	}
}

void config_read_json(struct loader *l, const char *name, struct str text)
{
	struct reader r = { .l = l,
		.at = { .source = name, .prefix = "" },
		.text = buf_make(TEXT_MAX) };

	json_scan_init(&r.scan, DEPTH_MAX);
	json_scan_feed(&r.scan, text, 0, true);
	if (next(&r)) {
		if (r.token.kind != TOKEN_OBJECT_BEGIN)
			fault_at(l, &r.at,
				"the configuration must be an object, not "
				"%.*s",
				STR_ARG(token_shown(&r.token)));
		else if (read_object(&r, STR("")))
			next(&r);
	}
	buf_release(&r.text);
}
