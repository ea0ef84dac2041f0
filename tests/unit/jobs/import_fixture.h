/* A hub with a real store, and imports of texts into it. */
#ifndef SLUICE_TEST_IMPORT_FIXTURE_H
#define SLUICE_TEST_IMPORT_FIXTURE_H

#include "../model/entity_world.h"

#include <dirent.h>
#include <unistd.h>

#include "sluice/jobs/event.h"
#include "sluice/jobs/hub.h"
#include "sluice/jobs/import_apply.h"
#include "sluice/store/record_document.h"
#include "sluice/store/record_entity.h"

#define BED_NOW INT64_C(1764000000000)

struct bed {
	char dir[64];
	struct hub hub;
};

static inline void bed_open(struct bed *b)
{
	struct store_options o = { .map_size = 1u << 30 };
	struct diag why;

	*b = (struct bed){ .hub = { .settings = { .payload_max = 1 << 20 } } };
	snprintf(b->dir, sizeof b->dir, "/tmp/sluice-import-XXXXXX");
	assert_non_null(mkdtemp(b->dir));
	o.dir = b->dir;
	if (store_open(&b->hub.store, &o, &why) != ERR_OK)
		fail_msg("%s", why.text);
	b->hub.data_dir = b->dir;
	list_init(&b->hub.turn.waiters);
	list_init(&b->hub.turn.steps);
}

static inline void bed_commit(struct bed *b)
{
	struct diag why;

	if (store_commit(b->hub.store, &why) != ERR_OK)
		fail_msg("%s", why.text);
	store_end_turn(b->hub.store);
}

static inline void bed_close(struct bed *b)
{
	char command[128];

	store_end_turn(b->hub.store);
	store_close(b->hub.store);
	snprintf(command, sizeof command, "rm -rf %s", b->dir);
	assert_int_equal(system(command), 0);
}

static inline void bed_entity(
	struct bed *b, enum entity_kind kind, struct str id, struct str text)
{
	struct entity_row row = { .kind = kind,
		.external_id = id,
		.created_at = 1,
		.updated_at = 1,
		.text = text };
	struct txn *t;

	row.store_ids = STR("");
	row.name = STR("");
	assert_int_equal(store_write(b->hub.store, &t), ERR_OK);
	assert_int_equal(record_entity_put(t, &row), ERR_OK);
}

/* "" when it isn't there. */
static inline struct str bed_text(
	struct bed *b, enum entity_kind kind, struct str id)
{
	struct entity_row row;

	return record_entity_get(store_read(b->hub.store), kind, id, &row) ==
			       ERR_OK
		       ? row.text
		       : STR("");
}

/* --- a run ---------------------------------------------------------------- */

struct run {
	struct bed *bed;
	struct import_job job;
	const char *file_name;
	bool dry_run;
	bool quiet; /* no texts of what was written */
	struct buf report;
	size_t results[RESULT_FAILED];
};

static inline void put_faults(struct buf *out, const struct faults *f)
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

static const char *const result_names[RESULT_FAILED + 1] = { "created",
	"updated", "unchanged", "rejected", "held", "failed" };

static inline void run_held(void *arg, uint32_t file, uint64_t line,
	struct str raw, enum import_result result, const struct faults *faults)
{
	struct run *r = arg;

	(void)raw;
	assert_int_equal(file, 7);
	r->results[result]++;
	r->results[RESULT_HELD]--;
	buf_printf(&r->report, "%llu %s\n", (unsigned long long)line,
		result_names[result]);
	if (faults != NULL)
		put_faults(&r->report, faults);
}

static inline void run_result(struct run *r, const struct import_row *row,
	enum import_result result, uint64_t number)
{
	struct str id =
		result < RESULT_REJECTED ? entity_input_id(row->in) : STR("");

	r->results[result]++;
	buf_printf(&r->report, "%llu %s", (unsigned long long)number,
		result_names[result]);
	if (result < RESULT_REJECTED)
		buf_printf(&r->report, " %.*s", STR_ARG(id));
	buf_char(&r->report, '\n');
	if (result < RESULT_REJECTED && !r->quiet &&
		!entity_kind_is_document(r->job.entity))
		buf_printf(&r->report, "  %.*s\n",
			STR_ARG(bed_text(r->bed, r->job.entity, id)));
	if (result == RESULT_REJECTED)
		put_faults(&r->report, row->faults);
}

/* False: the file could not be read as one; the report says why. */
static inline bool run_import(struct run *r, struct str text)
{
	struct import_reader_options ro = { .job = &r->job,
		.file_name = r->file_name,
		.limits = { 1 << 20, 1 << 18, 1000, 0, 0, 64 } };
	struct import_apply_options ao = {
		.job = &r->job, .dry_run = r->dry_run, .now = BED_NOW
	};
	struct diag why = { .text = "" };
	struct import_reader *reader = import_reader_create(&ro, &why);
	struct import_apply *apply =
		import_apply_create(&r->bed->hub, &ao, &why);
	struct import_row row;
	enum import_kind kind;
	enum import_result result;
	uint64_t number = 0;

	if (reader == NULL || apply == NULL)
		fail_msg("%s", why.text);
	r->report = buf_make(1u << 26);
	import_apply_file(apply, 7);
	import_reader_feed(reader, text, true);
	while ((kind = import_reader_next(reader, &row)) <= IMPORT_BAD) {
		number++;
		result = kind == IMPORT_BAD
				 ? RESULT_REJECTED
				 : import_apply_row(apply, &row, &why);
		if (result == RESULT_FAILED)
			fail_msg("%s", why.text);
		run_result(r, &row, result,
			row.element.len > 0 ? number : row.line);
	}
	if (kind == IMPORT_END) {
		if (import_apply_finish(apply, run_held, r, &why) != ERR_OK)
			fail_msg("%s", why.text);
	} else {
		assert_int_equal(kind, IMPORT_FAILED);
		import_reader_error(reader, &why);
		buf_printf(&r->report, "failed: %s\n", why.text);
		assert_int_equal(import_apply_flush(apply, &why), ERR_OK);
	}
	import_apply_destroy(apply);
	import_reader_destroy(reader);
	bed_commit(r->bed);
	return kind == IMPORT_END;
}

#endif
