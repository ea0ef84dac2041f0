/* What the tests of documents share: golden files and short ways to make a
 * document. */
#ifndef SLUICE_TEST_MODEL_GOLDEN_H
#define SLUICE_TEST_MODEL_GOLDEN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sluice/base/mem.h"
#include "sluice/model/render.h"

#define NOW 1717497000000 /* 2024-06-04T10:30:00Z */

/* The file as text; free() it. */
static inline char *golden_text(const char *name)
{
	char path[512];
	FILE *f;
	char *text = mem_alloc(1 << 20);

	snprintf(path, sizeof path, "%s/golden/%s", TEST_DIR, name);
	f = fopen(path, "rb");
	assert_non_null(f);
	text[fread(text, 1, (1 << 20) - 1, f)] = '\0';
	fclose(f);
	return text;
}

/* A body that must be fine. */
static inline struct document *document_of(
	enum export_entity entity, const char *json, const char *reference)
{
	struct arena arena = { 0 };
	struct faults faults;
	json_error_t error;
	json_t *body = json_loads(json, 0, &error);
	struct document *d;

	if (body == NULL)
		fail_msg("not JSON: %s", error.text);
	faults_init(&faults, &arena);
	d = document_from_json(entity, body, reference, NULL, NOW, &faults);
	for (size_t i = 0; i < faults.count; i++)
		print_error("%s %s: %s\n", faults.list[i].code,
			faults.list[i].field, faults.list[i].message);
	assert_non_null(d);
	json_decref(body);
	arena_release(&arena);
	return d;
}

/* The bytes of a document in a format; free() them. */
static inline char *rendered(
	const struct document *d, enum export_format format)
{
	struct buf out = buf_make(64u << 20);

	render_document(d, format, &out);
	assert_false(out.full);
	return buf_take(&out);
}

static inline char *stored(const struct document *d)
{
	struct buf out = buf_make(64u << 20);

	document_to_text(d, &out);
	assert_false(out.full);
	return buf_take(&out);
}

/* Drops white space between elements (XML) or tokens (JSON), in place. */
static inline char *squeeze_xml(char *s)
{
	char *to = s;

	for (char *from = s; *from != '\0';) {
		*to++ = *from;
		if (*from++ != '>')
			continue;
		if (from[strspn(from, " \n\r\t")] == '<' ||
			from[strspn(from, " \n\r\t")] == '\0')
			from += strspn(from, " \n\r\t");
	}
	*to = '\0';
	return s;
}

static inline char *squeeze_json(char *s)
{
	char *to = s, *from = s;
	int quoted = 0;

	for (; *from != '\0'; from++) {
		if (*from == '"' && (from == s || from[-1] != '\\'))
			quoted = !quoted;
		if (quoted || strchr(" \n\r\t", *from) == NULL)
			*to++ = *from;
	}
	*to = '\0';
	return s;
}

#endif
