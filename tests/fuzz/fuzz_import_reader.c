/* Any file, in any format and encoding, cut in two ways: the same rows come
 * out, their raw forms are JSON, and nothing crashes. */
#include <stdlib.h>

#include "sluice/base/mem.h"
#include "sluice/base/must.h"
#include "sluice/jobs/import_reader.h"

#define TRACE_MAX (1u << 24)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const names[] = { "f.csv", "f.json", "f.xml", "f" };

struct input {
	struct import_job job;
	const char *name;
	size_t cut;
	struct str bytes;
};

static void put_row(
	struct buf *out, enum import_kind kind, const struct import_row *row)
{
	struct buf raw = buf_make(TRACE_MAX);
	struct str id = STR("");
	json_t *json;

	import_row_raw(row, &raw);
	json = json_loadb(raw.data, raw.len, JSON_DECODE_ANY, NULL);
	must(json != NULL);
	json_decref(json);
	must(kind == IMPORT_ROW || row->faults->count > 0);
	if (kind == IMPORT_ROW)
		id = entity_input_id(row->in);
	buf_printf(out, "%d %llu %llu %llu ", (int)kind,
		(unsigned long long)row->line, (unsigned long long)row->column,
		(unsigned long long)row->warnings);
	buf_str(out, id);
	buf_str(out, buf_view(&raw));
	import_faults_put(out, row->faults);
	buf_release(&raw);
}

static void put_warning(void *arg, const char *sentence, uint64_t count)
{
	buf_printf(arg, "%s %llu\n", sentence, (unsigned long long)count);
}

static void put_end(
	struct buf *out, enum import_kind kind, const struct import_reader *r)
{
	struct diag why = { .text = "" };

	if (kind == IMPORT_FAILED)
		must(import_reader_error(r, &why) != ERR_OK);
	/* Of several things that are wrong with a piece of XML, the parser
	 * doesn't always see the first one first. */
	if (import_reader_format(r) == IMPORT_XML)
		why.text[0] = '\0';
	buf_printf(out, "%d %s\n", (int)kind, why.text);
	import_reader_warnings(r, put_warning, out);
}

static struct buf trace(const struct input *in, size_t cut)
{
	struct import_reader_options options = { .job = &in->job,
		.file_name = in->name,
		.limits = { 512, 256, 16, 1 << 16, 100, 16 } };
	struct buf out = buf_make(TRACE_MAX);
	struct diag why;
	struct import_reader *r = import_reader_create(&options, &why);
	enum import_kind kind = IMPORT_MORE;
	struct import_row row;
	size_t at = 0;

	if (r == NULL)
		return out;
	while (kind == IMPORT_MORE) {
		size_t left = in->bytes.len - at;
		size_t len = left < cut ? left : cut;
		char *chunk = mem_dup(in->bytes.ptr + at, len);

		at += len;
		import_reader_feed(
			r, (struct str){ chunk, len }, at == in->bytes.len);
		while ((kind = import_reader_next(r, &row)) <= IMPORT_BAD)
			put_row(&out, kind, &row);
		free(chunk);
	}
	put_end(&out, kind, r);
	import_reader_destroy(r);
	return out;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in;
	struct buf whole, pieces;

	if (size < 4)
		return 0;
	in = (struct input){
		.job = { .entity = (enum entity_kind)(data[0] % ENTITY_KINDS),
			.delimiter = data[1] & 1 ? ';' : ',',
			.encoding =
				(enum charset)(data[1] / 2 % CHARSET_COUNT) },
		.name = names[data[2] % ARRAY_LEN(names)],
		.cut = data[3] == 0 ? 1 : data[3],
		.bytes = { (const char *)data + 4, size - 4 },
	};
	whole = trace(&in, size);
	pieces = trace(&in, in.cut);
	must(str_eq(buf_view(&whole), buf_view(&pieces)));
	buf_release(&whole);
	buf_release(&pieces);
	return 0;
}
