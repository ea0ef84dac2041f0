/* Any mapping and transcoding, and rows through them: the first line is the
 * configuration as JSON, {"mapping":..,"transcoding":..,"rows":[..]}, the rest
 * CSV cells, one row per line.  Faults or a normal form, no crash. */
#include <stdlib.h>

#include "sluice/base/must.h"
#include "sluice/model/document.h"
#include "sluice/model/mapping.h"
#include "sluice/model/transcode.h"

#define CELLS_MAX 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct str get(void *arg, enum entity_kind kind, struct str id)
{
	(void)arg, (void)kind;
	return id.len > 0 && id.ptr[0] == 'x' ? STR("") : STR("{}");
}

static void try_row(
	struct entity_input *in, struct transcode *t, struct faults *faults)
{
	struct entity_lookup lookup = { get, NULL };
	struct entity_reading r = { .lookup = &lookup, .faults = faults };
	struct buf text = buf_make(DOCUMENT_MAX);
	struct entity e;
	json_t *json;

	if (in != NULL && transcode_apply(t, in, faults) &&
		entity_read(in, &r, &text, &e)) {
		json = json_loadb(
			e.text.ptr, e.text.len, JSON_REJECT_DUPLICATES, NULL);
		must(json_is_object(json));
		json_decref(json);
	}
	buf_release(&text);
}

/* Cells up to the line break, which is passed. */
static size_t split(struct str *rest, struct str cells[CELLS_MAX])
{
	size_t n = 0, i = 0, start = 0;

	for (; i <= rest->len; i++) {
		if (i < rest->len && rest->ptr[i] != ';' &&
			rest->ptr[i] != '\n')
			continue;
		if (n < CELLS_MAX)
			cells[n++] =
				(struct str){ rest->ptr + start, i - start };
		start = i + 1;
		if (i == rest->len || rest->ptr[i] == '\n')
			break;
	}
	i += i < rest->len;
	*rest = (struct str){ rest->ptr + i, rest->len - i };
	return n;
}

static void try_csv(
	enum entity_kind kind, const json_t *config, struct str rest)
{
	struct str header[CELLS_MAX], cells[CELLS_MAX];
	struct arena arena = { 0 };
	struct faults faults;
	struct mapping_header found;
	struct mapping *m;
	struct transcode *t;
	struct mapping_csv *c = NULL;
	size_t count = split(&rest, header);

	faults_init(&faults, &arena);
	m = mapping_from_json(
		kind, MAPPING_CSV, json_object_get(config, "mapping"), &faults);
	t = transcode_from_json(
		kind, json_object_get(config, "transcoding"), &faults);
	if (m != NULL && t != NULL)
		c = mapping_csv_open(m, header, count, &arena, &found);
	while (c != NULL && rest.len > 0) {
		size_t n = split(&rest, cells);

		faults_init(&faults, &arena);
		try_row(mapping_csv_row(c, cells, n, &arena), t, &faults);
	}
	mapping_csv_close(c);
	transcode_destroy(t);
	mapping_destroy(m);
	arena_release(&arena);
}

static void try_json(enum entity_kind kind, const json_t *config)
{
	const json_t *rows = json_object_get(config, "rows");
	struct arena arena = { 0 };
	struct faults faults;
	struct mapping *m;
	struct transcode *t;
	struct mapping_json *j = NULL;
	size_t i, unknown = 0;
	json_t *row;

	faults_init(&faults, &arena);
	m = mapping_from_json(kind, MAPPING_JSON,
		json_object_get(config, "mapping"), &faults);
	t = transcode_from_json(
		kind, json_object_get(config, "transcoding"), &faults);
	if (m != NULL && t != NULL)
		j = mapping_json_open(m);
	json_array_foreach (rows, i, row) {
		if (j == NULL)
			break;
		faults_init(&faults, &arena);
		try_row(mapping_json_row(j, row, &faults, &unknown), t,
			&faults);
	}
	mapping_json_close(j);
	transcode_destroy(t);
	mapping_destroy(m);
	arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str all = { (const char *)data, size };
	const char *end = size == 0 ? NULL : memchr(all.ptr, '\n', all.len);
	size_t len = end == NULL ? all.len : (size_t)(end - all.ptr);
	json_t *config = json_loadb(all.ptr, len, 0, NULL);
	struct str rest = { all.ptr + len, all.len - len };

	if (rest.len > 0)
		rest = (struct str){ rest.ptr + 1, rest.len - 1 };
	/* Cells are UTF-8 without NUL by contract. */
	for (size_t k = 0; config != NULL && k < ENTITY_KINDS; k++) {
		if (str_is_utf8(rest))
			try_csv((enum entity_kind)k, config, rest);
		try_json((enum entity_kind)k, config);
	}
	json_decref(config);
	return 0;
}
