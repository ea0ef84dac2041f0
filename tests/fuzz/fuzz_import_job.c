/* Any body of an import job, mapping and transcoding included: faults that can
 * be shown, or a job that is the same after being stored.  Behind the body's
 * line: names of files that it may take. */
#include <stdlib.h>

#include "sluice/base/must.h"
#include "sluice/model/import_job.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_faults(const struct faults *f)
{
	must(faults_any(f));
	for (size_t i = 0; i < f->count; i++) {
		must(str_is_utf8(str_of(f->list[i].field)));
		must(str_is_utf8(str_of(f->list[i].message)));
		must(f->list[i].message[0] != '\0');
	}
}

static void check_stored(const struct import_job *j)
{
	json_t *first = import_job_to_json(j), *second;
	struct import_job *copy = import_job_from_stored(first);

	must(copy != NULL);
	second = import_job_to_json(copy);
	must(json_equal(first, second));
	json_decref(first);
	json_decref(second);
	import_job_destroy(copy);
}

/* A mapping for what the source's name tells, or for something at least. */
static void check_compiled(const struct import_job *j)
{
	const char *name =
		j->source.path != NULL ? j->source.path : j->source.pattern;
	enum import_format known = IMPORT_FORMAT_COUNT;
	size_t good = 0;

	if (!j->has_client || name == NULL ||
		!import_format_of_name(str_of(name), &known))
		known = IMPORT_FORMAT_COUNT;
	for (size_t f = 0; f < IMPORT_FORMAT_COUNT; f++) {
		struct mapping *m =
			import_job_mapping(j, (enum import_format)f);

		must(m != NULL || f != known);
		good += m != NULL;
		mapping_destroy(m);
	}
	must(good > 0);
	transcode_destroy(import_job_transcode(j));
}

static void check_names(const struct import_job *j, struct str names)
{
	while (names.len > 0) {
		const char *end = memchr(names.ptr, '\n', names.len);
		struct str one = names;

		if (end != NULL)
			one.len = (size_t)(end - names.ptr);
		must(!import_job_takes(j, one) ||
			(one.len > 0 && *one.ptr != '.' &&
				import_job_is_bulk(j)));
		names.ptr += one.len + (end != NULL);
		names.len -= one.len + (end != NULL);
	}
}

static void try_body(const json_t *body, enum connection_type type,
	bool preview, struct str names)
{
	struct arena arena = { 0 };
	struct faults faults;
	struct import_job *j;

	faults_init(&faults, &arena);
	j = import_job_from_json(body, type, preview, &faults);
	if (j == NULL) {
		check_faults(&faults);
	} else {
		check_stored(j);
		check_compiled(j);
		check_names(j, names);
	}
	import_job_destroy(j);
	arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str all = { (const char *)data, size };
	const char *end = size == 0 ? NULL : memchr(all.ptr, '\n', all.len);
	size_t len = end == NULL ? all.len : (size_t)(end - all.ptr);
	json_t *body = json_loadb(all.ptr, len, JSON_DECODE_ANY, NULL);
	struct str rest = { all.ptr + len, all.len - len };

	if (body == NULL)
		return 0;
	if (rest.len > 0)
		rest = (struct str){ rest.ptr + 1, rest.len - 1 };
	for (int t = 0; t <= CONNECTION_TYPE_COUNT; t++)
		try_body(body, (enum connection_type)t, t % 2 == 0, rest);
	json_decref(body);
	return 0;
}
