/* Runs all cases of tests/data/<entity>/<case>/:
 *
 *	case.json     {"world":{...},"mapping":{...},"transcoding":[...],
 *	               "multiStore":false,"store":"","exists":false} or absent
 *	input.csv     delimiter ';', no quotes; or input.json, a list
 *	expected.txt  what each row became, and its faults
 *
 * SLUICE_WRITE_EXPECTED=1 writes expected.txt anew; then read what changed. */
#include "entity_world.h"

#include <dirent.h>
#include <unistd.h>

#include "sluice/model/mapping.h"
#include "sluice/model/transcode.h"

#define CELLS_MAX 64

struct run {
	enum entity_kind kind;
	const json_t *config;
	struct world world;
	struct mapping *mapping;
	struct transcode *transcode;
	struct buf out;
	struct buf text;
};

static char *file_text(const char *dir, const char *name)
{
	char path[1024];
	char *text;
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	f = fopen(path, "rb");
	if (f == NULL)
		return NULL;
	text = mem_alloc(1 << 18);
	text[fread(text, 1, (1 << 18) - 1, f)] = '\0';
	fclose(f);
	return text;
}

static void put_faults(struct buf *out, const struct faults *f)
{
	for (size_t i = 0; i < f->count; i++) {
		buf_printf(out, "  %s %s", f->list[i].code, f->list[i].field);
		if (f->list[i].column != NULL)
			buf_printf(out, " [%s]", f->list[i].column);
		if (f->list[i].value != NULL)
			buf_printf(out, " <%s>", f->list[i].value);
		buf_printf(out, "\n    %s\n", f->list[i].message);
	}
}

/* What is not set is seen to be so. */
static __attribute__((noinline)) void soil_the_stack(void)
{
	volatile char soil[64 << 10];

	for (size_t i = 0; i < sizeof soil; i++)
		soil[i] = (char)0xA5;
}

static bool flag(const struct run *r, const char *key)
{
	return json_is_true(json_object_get(r->config, key));
}

/* The salt is always the same here, so hashes are, too. */
static void read_row(struct run *r, size_t line, struct entity_input *in,
	struct faults *faults)
{
	struct entity_lookup lookup = { world_get, &r->world };
	const char *store =
		json_string_value(json_object_get(r->config, "store"));
	struct str old = { "", 0 };
	struct entity e;
	const char *was;

	if (in != NULL && transcode_apply(r->transcode, in, faults)) {
		struct entity_reading reading = {
			.document_exists = flag(r, "exists"),
			.whole_tree = entity_table(r->kind)->tree,
			.multi_store = flag(r, "multiStore"),
			.store = str_of(store == NULL ? "" : store),
			.lookup = &lookup,
			.faults = faults,
		};

		if (!entity_kind_is_document(r->kind))
			old = world_get(
				&r->world, r->kind, entity_input_id(in));
		old.ptr = arena_dup(faults->arena, old);
		reading.old = old;
		soil_the_stack();
		if (entity_read(in, &reading, &r->text, &e)) {
			was = old.len == 0          ? "created"
			      : str_eq(old, e.text) ? "unchanged"
						    : "updated";
			buf_printf(&r->out, "%zu %s %.*s\n  %.*s\n", line, was,
				STR_ARG(e.external_id), STR_ARG(e.text));
			world_write(&r->world, &e);
			return;
		}
	}
	buf_printf(&r->out, "%zu rejected\n", line);
	put_faults(&r->out, faults);
}

/* --- CSV
 * ----------------------------------------------------------------------- */

static size_t split(char *line, struct str cells[CELLS_MAX])
{
	size_t n = 0;
	char *rest = line, *cell;

	while ((cell = strsep(&rest, ";")) != NULL && n < CELLS_MAX)
		cells[n++] = str_of(cell);
	return n;
}

static void put_header(struct run *r, const struct mapping_header *h)
{
	if (*h->missing != '\0')
		buf_printf(&r->out, "missing: %s\n", h->missing);
	if (*h->doubled != '\0')
		buf_printf(&r->out, "doubled: %s\n", h->doubled);
	if (*h->unmapped != '\0')
		buf_printf(&r->out, "unmapped: %s\n", h->unmapped);
	if (*h->unknown != '\0')
		buf_printf(&r->out, "unknown: %s\n", h->unknown);
}

static void run_rows(struct run *r, struct mapping_csv *c, char *rest)
{
	struct str cells[CELLS_MAX];
	struct arena arena = { 0 };
	struct faults faults;
	char *line;

	for (size_t n = 2; (line = strsep(&rest, "\n")) != NULL; n++) {
		size_t count = split(line, cells);

		if (*line == '\0' && count <= 1)
			continue;
		faults_init(&faults, &arena);
		read_row(r, n, mapping_csv_row(c, cells, count, &arena),
			&faults);
		arena_reset(&arena);
	}
	arena_release(&arena);
}

static void run_csv(struct run *r, char *text)
{
	struct str header[CELLS_MAX];
	struct arena arena = { 0 };
	struct mapping_header found;
	struct mapping_csv *c;
	char *rest = text;
	size_t count = split(strsep(&rest, "\n"), header);

	c = mapping_csv_open(r->mapping, header, count, &arena, &found);
	put_header(r, &found);
	if (c != NULL)
		run_rows(r, c, rest);
	mapping_csv_close(c);
	arena_release(&arena);
}

/* --- JSON
 * ---------------------------------------------------------------------- */

static void run_json(struct run *r, const char *text)
{
	struct mapping_json *j = mapping_json_open(r->mapping);
	json_t *list = json_loads(text, 0, NULL), *item;
	struct arena arena = { 0 };
	struct faults faults;
	size_t i, unknown = 0;

	assert_true(json_is_array(list));
	json_array_foreach (list, i, item) {
		struct entity_input *in;

		faults_init(&faults, &arena);
		in = mapping_json_row(j, item, &faults, &unknown);
		read_row(r, i + 1, in, &faults);
		arena_reset(&arena);
	}
	if (unknown > 0)
		buf_printf(&r->out, "unknown: %zu\n", unknown);
	json_decref(list);
	arena_release(&arena);
	mapping_json_close(j);
}

/* --- cases
 * --------------------------------------------------------------------- */

static void configure(struct run *r, enum mapping_form form)
{
	struct arena arena = { 0 };
	struct faults faults;

	faults_init(&faults, &arena);
	r->mapping = mapping_from_json(
		r->kind, form, json_object_get(r->config, "mapping"), &faults);
	r->transcode = transcode_from_json(
		r->kind, json_object_get(r->config, "transcoding"), &faults);
	put_faults(&r->out, &faults);
	assert_int_equal(faults.count, 0);
	arena_release(&arena);
}

static void put_miss(void *arg, const struct transcode_miss *miss)
{
	buf_printf(arg, "miss: %s <%.*s> %llu\n", miss->field,
		STR_ARG(miss->value), (unsigned long long)miss->count);
}

static void expect(const char *dir, const struct buf *have)
{
	char *want;
	char path[2048];
	FILE *f;

	if (getenv("SLUICE_WRITE_EXPECTED") != NULL) {
		snprintf(path, sizeof path, "%s/expected.txt", dir);
		f = fopen(path, "wb");
		assert_non_null(f);
		fputs(buf_view(have).ptr, f);
		fclose(f);
		return;
	}
	want = file_text(dir, "expected.txt");
	if (want == NULL || strcmp(want, buf_view(have).ptr) != 0) {
		fputs(buf_view(have).ptr, stderr);
		fail_msg("%s: expected.txt differs from the above", dir);
	}
	free(want);
}

static void run_case(enum entity_kind kind, const char *dir)
{
	char *config_text = file_text(dir, "case.json");
	char *csv = file_text(dir, "input.csv");
	char *json = file_text(dir, "input.json");
	json_t *config =
		json_loads(config_text == NULL ? "{}" : config_text, 0, NULL);
	struct run r = { .kind = kind,
		.config = config,
		.out = buf_make(1 << 20),
		.text = buf_make(1 << 20) };

	if (config == NULL || (csv == NULL) == (json == NULL))
		fail_msg("%s: case.json or input is wrong", dir);
	world_fill(&r.world, json_object_get(config, "world"));
	configure(&r, csv != NULL ? MAPPING_CSV : MAPPING_JSON);
	if (csv != NULL)
		run_csv(&r, csv);
	else
		run_json(&r, json);
	transcode_misses(r.transcode, put_miss, &r.out);
	expect(dir, &r.out);
	mapping_destroy(r.mapping);
	transcode_destroy(r.transcode);
	json_decref(r.world.kinds);
	json_decref(config);
	buf_release(&r.out);
	buf_release(&r.text);
	free(config_text);
	free(csv);
	free(json);
}

static size_t run_kind(enum entity_kind kind)
{
	struct dirent **entries;
	char base[512], dir[1024];
	size_t cases = 0;
	int n;

	snprintf(base, sizeof base, "%s/data/%s", TEST_DIR,
		entity_kind_name(kind));
	for (char *c = base + strlen(TEST_DIR); *c != '\0'; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c | 0x20);
	n = scandir(base, &entries, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		snprintf(dir, sizeof dir, "%s/%s", base, entries[i]->d_name);
		if (entries[i]->d_name[0] != '.') {
			run_case(kind, dir);
			cases++;
		}
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
	return cases;
}

static void all_cases(void **state)
{
	(void)state;
	for (size_t k = 0; k < ENTITY_KINDS; k++)
		if (run_kind((enum entity_kind)k) < 2)
			fail_msg("%s has too few cases",
				entity_kind_name((enum entity_kind)k));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_cases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
