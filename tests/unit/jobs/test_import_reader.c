/* Files of all formats become rows, however their bytes are cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
/* cmocka wants the ones above first */
#include <cmocka.h>
#include <zlib.h>

#include "sluice/base/mem.h"
#include "sluice/base/must.h"
#include "sluice/jobs/import_reader.h"

static const struct import_limits roomy = {
	.row = 4096, .field = 1024, .columns = 64, .depth = 16
};

struct file {
	const char *name;
	struct str bytes;
	struct import_job job;
	struct import_limits limits;
};

static struct file supplier_csv(const char *text)
{
	return (struct file){
		.name = "in.csv",
		.bytes = str_of(text),
		.job = { .entity = ENTITY_SUPPLIER, .delimiter = ';' },
		.limits = roomy,
	};
}

static struct file supplier_json(const char *text)
{
	struct file f = supplier_csv(text);

	f.name = "in.json";
	return f;
}

/* --- the trace ------------------------------------------------------------ */

static void put_faults(struct buf *out, const struct faults *faults)
{
	for (size_t i = 0; i < faults->count; i++) {
		const struct fault *f = &faults->list[i];

		buf_printf(out, " %s", f->code);
		if (f->column != NULL)
			buf_printf(out, " [%s]", f->column);
		if (f->value != NULL)
			buf_printf(out, " <%s>", f->value);
		buf_printf(out, " %s", f->message);
	}
}

static void put_row(
	struct buf *out, enum import_kind kind, const struct import_row *row)
{
	struct str id = STR("");

	if (kind == IMPORT_ROW)
		id = entity_input_id(row->in);
	buf_printf(out, "%llu:%llu %s", (unsigned long long)row->line,
		(unsigned long long)row->column,
		kind == IMPORT_ROW ? "row " : "bad");
	buf_str(out, id);
	put_faults(out, row->faults);
	if (row->warnings > 0)
		buf_printf(out, " warnings=%llu",
			(unsigned long long)row->warnings);
	buf_char(out, ' ');
	import_row_raw(row, out);
	buf_char(out, '\n');
}

static void put_warning(void *arg, const char *sentence, uint64_t count)
{
	buf_printf(arg, "warning: %s (%llu)\n", sentence,
		(unsigned long long)count);
}

static void put_end(
	struct buf *out, enum import_kind kind, const struct import_reader *r)
{
	struct diag why;

	if (kind == IMPORT_FAILED) {
		assert_int_not_equal(import_reader_error(r, &why), ERR_OK);
		buf_printf(
			out, "failed %s: %s\n", err_name(why.code), why.text);
	} else {
		assert_int_equal(kind, IMPORT_END);
		buf_printf(out, "end\n");
	}
	import_reader_warnings(r, put_warning, out);
}

/* `size` bytes at a time; each chunk in memory of its own, so that reading
 * what was given back shows under a sanitizer. */
static char *trace(const struct file *f, size_t size)
{
	struct import_reader_options options = {
		.job = &f->job, .file_name = f->name, .limits = f->limits
	};
	struct buf out = buf_make(1 << 20);
	struct diag why;
	struct import_reader *r = import_reader_create(&options, &why);
	struct import_row row;
	enum import_kind kind = IMPORT_MORE;
	size_t at = 0;

	if (r == NULL) {
		buf_printf(
			&out, "refused %s: %s\n", err_name(why.code), why.text);
		return buf_take(&out);
	}
	while (kind == IMPORT_MORE) {
		size_t len =
			f->bytes.len - at < size ? f->bytes.len - at : size;
		char *chunk = mem_dup(f->bytes.ptr + at, len);

		at += len;
		import_reader_feed(
			r, (struct str){ chunk, len }, at == f->bytes.len);
		while ((kind = import_reader_next(r, &row)) <= IMPORT_BAD)
			put_row(&out, kind, &row);
		free(chunk);
	}
	put_end(&out, kind, r);
	import_reader_destroy(r);
	return buf_take(&out);
}

/* The same in every cut. */
static void expect(const struct file *f, const char *wanted)
{
	char *whole = trace(f, f->bytes.len + 1);

	assert_string_equal(whole, wanted);
	for (size_t size = 1; size <= f->bytes.len; size++) {
		char *cut = trace(f, size);

		assert_string_equal(cut, wanted);
		free(cut);
	}
	free(whole);
}

static void expect_csv(const char *text, const char *wanted)
{
	struct file f = supplier_csv(text);

	expect(&f, wanted);
}

static void expect_json(const char *text, const char *wanted)
{
	struct file f = supplier_json(text);

	expect(&f, wanted);
}

#define HEADER "Supplier External Id;Supplier Name\n"

/* --- CSV ------------------------------------------------------------------ */

static void csv_rows(void **state)
{
	(void)state;
	expect_csv(HEADER "S1;One\r\n\nS2;\"a;\n\"\"b\"\nS3\nS4;Four;;",
		"2:1 row S1 [\"S1\",\"One\"]\n"
		"4:1 row S2 [\"S2\",\"a;\\n\\\"b\"]\n"
		"6:1 row S3 [\"S3\"]\n"
		"7:1 row S4 [\"S4\",\"Four\",\"\",\"\"]\n"
		"end\n");
	expect_csv("\xEF\xBB\xBF" HEADER "S1;One",
		"2:1 row S1 [\"S1\",\"One\"]\n"
		"end\n");
	expect_csv(HEADER, "end\n");
}

static void csv_bad_rows(void **state)
{
	static const char nul[] = HEADER "S1;a\0b\nS2;Two\n";
	struct file f = supplier_csv("");

	(void)state;
	f.bytes = (struct str){ nul, sizeof nul - 1 };
	expect(&f, "2:2 bad F-E-012 [Supplier Name] line 2, column 2: a NUL "
		   "byte [\"S1\",\"a\357\277\275b\"]\n"
		   "3:1 row S2 [\"S2\",\"Two\"]\nend\n");
	expect_csv(HEADER "S1;a\xFF\xC3\nS2;Two\n",
		"2:2 bad F-E-012 [Supplier Name] line 2, column 2: bytes that "
		"are no text in the file's encoding "
		"[\"S1\",\"a\xEF\xBF\xBD\xEF\xBF\xBD\"]\n"
		"3:1 row S2 [\"S2\",\"Two\"]\nend\n");
	expect_csv(HEADER "S1;One;x; ;y\nS2;\"b\" c\n",
		"2:1 bad F-E-012 <x> the row has 5 cells, the header only 2 "
		"columns: is a value with the delimiter in it not quoted? "
		"[\"S1\",\"One\",\"x\",\" \",\"y\"]\n"
		"3:2 bad F-E-012 [Supplier Name] line 3, column 2: text after "
		"the closing quote (a quote inside quotes is written twice) "
		"[\"S2\",\"\\\"b\\\" c\"]\n"
		"end\n");
	expect_csv(HEADER "S1;\"One\nS2;Two\n",
		"2:2 bad F-E-012 [Supplier Name] line 2, column 2: the quote "
		"that opens here is never closed "
		"[\"S1\",\"\\\"One\\nS2;Two\\n\"]\nend\n");
}

static void csv_long_rows(void **state)
{
	struct file f = supplier_csv(HEADER "S1;123456789\nS2;1\n");

	(void)state;
	f.limits.field = 20;
	f.bytes = str_of(HEADER "S1;12345678901234567890X\nS2;1\n");
	expect(&f, "2:2 bad F-E-010 line 2, column 2: the field is longer than "
		   "the limit [\"S1\"]\n"
		   "3:1 row S2 [\"S2\",\"1\"]\nend\n");
	f.limits.field = 1024;
	f.limits.columns = 3;
	f.bytes = str_of(HEADER "S1;1;2;3;4\nS2;1\n");
	expect(&f, "2:4 bad F-E-012 line 2, column 4: more columns than the "
		   "limit [\"S1\",\"1\",\"2\"]\n"
		   "3:1 row S2 [\"S2\",\"1\"]\nend\n");
}

static void csv_headers(void **state)
{
	(void)state;
	expect_csv("", "failed ERR_INVALID: in.csv: the file is empty; a "
		       "header row is required\n");
	expect_csv("\n\n", "failed ERR_INVALID: in.csv: the file is empty; a "
			   "header row is required\n");
	expect_csv("Supplier Name;Status\nOne;ACTIVE\n",
		"failed ERR_INVALID: in.csv: line 1: the header lacks required "
		"columns: Supplier External Id\n");
	expect_csv("Supplier External Id,Supplier Name\nS1,One\n",
		"failed ERR_INVALID: in.csv: the delimiter looks wrong: with "
		"',' the header has all required columns, with ';' it lacks "
		"Supplier External Id; set the job's csv.delimiter\n");
	expect_csv("Supplier External Id;externalId\nS1;S1\n",
		"failed ERR_INVALID: in.csv: line 1: the header has two "
		"columns for one field: externalId\n");
	expect_csv("Supplier External Id;A;A\n",
		"failed ERR_INVALID: in.csv: header: columns 2 and 3 of the "
		"header have the same name \"A\"\n");
	expect_csv("\"Supplier External Id\n",
		"failed ERR_INVALID: in.csv: header: line 1, column 1: the "
		"quote that opens here is never closed\n");
	expect_csv(
		"Supplier External Id;Colour;Supplier Name;Size\nS1;red;One\n",
		"2:1 row S1 [\"S1\",\"red\",\"One\"]\nend\n"
		"warning: unknown columns are not read: Colour, Size (2)\n");
}

static void csv_without_delimiter(void **state)
{
	struct file f = supplier_csv(HEADER);

	(void)state;
	f.job.delimiter = '\0';
	expect(&f, "failed ERR_INVALID: in.csv: the job has no csv.delimiter: "
		   "set it to ',' or ';'\n");
}

static void csv_encodings(void **state)
{
	struct file f =
		supplier_csv(HEADER "S1;\x80 caf\xE9\nS2;\x81\nS3;\"\xE9;\"\n");

	(void)state;
	f.job.encoding = CHARSET_WINDOWS_1252;
	expect(&f,
		"2:1 row S1 [\"S1\",\"\xE2\x82\xAC caf\xC3\xA9\"]\n"
		"3:2 bad F-E-012 [Supplier Name] line 3, column 2: bytes that "
		"are no text in the file's encoding [\"S2\",\"\xEF\xBF\xBD\"]\n"
		"4:1 row S3 [\"S3\",\"\xC3\xA9;\"]\nend\n");
	f.job.encoding = CHARSET_ISO_8859_1;
	f.bytes = str_of(HEADER "S1;caf\xE9\n");
	expect(&f, "2:1 row S1 [\"S1\",\"caf\xC3\xA9\"]\nend\n");
}

/* --- mapping and transcoding ---------------------------------------------- */

static void mapped_and_transcoded(void **state)
{
	struct file f = supplier_csv("no;label;state\nS1;One;A\nS2;Two;Z\n");

	(void)state;
	f.job.mapping = json_pack("{s:s,s:s,s:s,s:s}", "externalId", "no",
		"name", "label", "status", "state", "logo", "picture");
	f.job.transcoding = json_pack("[{s:s,s:{s:s},s:s}]", "field", "status",
		"values", "A", "ACTIVE", "onMiss", "REJECT");
	expect(&f,
		"2:1 row S1 [\"S1\",\"One\",\"A\"]\n"
		"3:1 bad F-E-008 [state] <Z> Unexpected value Z for field "
		"status, must be one of A [\"S2\",\"Two\",\"Z\"]\nend\n"
		"warning: columns of the mapping are not there: picture (1)\n");
	json_decref(f.job.mapping);
	json_decref(f.job.transcoding);
}

/* --- JSON ----------------------------------------------------------------- */

static void json_rows(void **state)
{
	static const char *const wanted =
		"1:2 row S1 {\"externalId\":\"S1\"}\n"
		"2:1 row S2 warnings=1 {\"externalId\":\"S2\",\"x\":1}\nend\n";
	struct file f;

	(void)state;
	expect_json("[{\"externalId\":\"S1\"},\n"
		    "{\"externalId\":\"S2\",\"x\":1}]",
		wanted);
	expect_json("\xEF\xBB\xBF[{\"externalId\":\"S1\"},\n"
		    "{\"externalId\":\"S2\",\"x\":1}]",
		wanted);
	expect_json("{\"elements\":[{\"externalId\":\"S1\"}],\"paging\":{}}",
		"1:14 row S1 {\"externalId\":\"S1\"}\nend\n");
	expect_json("[]", "end\n");
	f = supplier_json("{\"a\":{\"b\":[{\"externalId\":\"S1\"}]}}");
	f.job.items_path = (char *)(uintptr_t) "$.a.b";
	expect(&f, "1:12 row S1 {\"externalId\":\"S1\"}\nend\n");
}

static void json_bad_rows(void **state)
{
	(void)state;
	expect_json("[1,\n "
		    "{\"name\":\"a\",\"name\":\"b\"},{\"externalId\":\"S1\"}]",
		"1:2 bad F-E-012 Field body does not respect expected format "
		"object "
		"\"1\"\n"
		"2:2 bad F-E-012 line 2, column 21: this object has the same "
		"key twice "
		"\"{\\\"name\\\":\\\"a\\\",\\\"name\\\":\\\"b\\\"}\"\n"
		"2:26 row S1 {\"externalId\":\"S1\"}\nend\n");
	expect_json("[99999999999999999999]",
		"1:2 bad F-E-012 Field body does not respect expected format "
		"object \"99999999999999999999\"\nend\n");
	expect_json("[{\"externalId\":\"S1\"}",
		"1:2 row S1 {\"externalId\":\"S1\"}\n"
		"failed ERR_INVALID: in.json: line 1, column 21: expected ',' "
		"or ']', found the end of the text\n");
	expect_json("", "failed ERR_INVALID: in.json: line 1, column 1: "
			"expected a value, found the end of the text\n");
}

static void json_limits(void **state)
{
	struct file f = supplier_json("[{\"externalId\":\"0123456789\"}]");

	(void)state;
	f.limits.row = 16;
	expect(&f, "failed ERR_LIMIT: in.json: line 1, column 2: an element of "
		   "more than 16 bytes\n");
}

/* --- formats -------------------------------------------------------------- */

static void formats_by_content(void **state)
{
	struct file f = supplier_csv("\n \n [{\"externalId\":\"S1\"}]");

	(void)state;
	f.name = "upload";
	expect(&f, "3:3 row S1 {\"externalId\":\"S1\"}\nend\n");
	f.bytes = str_of("\n" HEADER "S1;One\n");
	expect(&f, "3:1 row S1 [\"S1\",\"One\"]\nend\n");
	f.name = NULL;
	f.bytes = str_of("  ");
	expect(&f,
		"failed ERR_INVALID: header: the header row holds no name\n");
	f.bytes = str_of("<OrderStatuses/>");
	expect(&f, "failed ERR_INVALID: SUPPLIER can't be imported from XML "
		   "files\n");
	f.name = "in.xml";
	expect(&f, "refused ERR_INVALID: in.xml: SUPPLIER can't be imported "
		   "from XML files\n");
}

static void xml_rows(void **state)
{
	struct file f = supplier_csv(
		"<?xml version=\"1.0\"?>\n"
		"<OrderStatuses xmlns=\"http://djust.com/export/type\">\n"
		"<OrderStatus><orderReference>R1</"
		"orderReference><status>SHIPPED</status></OrderStatus>\n"
		"<OrderStatus><orderExternalId>a&amp;b</"
		"orderExternalId><status>SHIPPED</status><x/></OrderStatus>\n"
		"<OrderStatus><status>A</status><status>B</status></"
		"OrderStatus></OrderStatuses>");

	(void)state;
	f.name = "status.xml";
	f.job.entity = ENTITY_ORDER_STATUS;
	f.job.delimiter = '\0';
	expect(&f, "3:1 row R1 "
		   "{\"orderReference\":\"R1\",\"status\":\"SHIPPED\"}\n"
		   "4:1 row a&b warnings=1 "
		   "{\"orderExternalId\":\"a&b\",\"status\":\"SHIPPED\",\"x\":"
		   "\"\"}\n"
		   "5:1 bad F-E-012 <status> stands twice in one record "
		   "{\"status\":\"A\",\"status\":\"B\"}\nend\n");
}

/* --- gzip ----------------------------------------------------------------- */

static struct str packed(const char *text, char out[4096])
{
	z_stream z = { 0 };

	assert_int_equal(
		deflateInit2(&z, 9, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY),
		Z_OK);
	z.next_in = (Bytef *)(uintptr_t)text;
	z.avail_in = (uInt)strlen(text);
	z.next_out = (Bytef *)out;
	z.avail_out = 4096;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	return (struct str){ out, z.total_out };
}

static void packed_files(void **state)
{
	char bytes[4096];
	struct file f = supplier_csv("");

	(void)state;
	f.name = "in.csv.gz";
	f.bytes = packed(HEADER "S1;One\n", bytes);
	expect(&f, "2:1 row S1 [\"S1\",\"One\"]\nend\n");
	f.bytes.len -= 1;
	expect(&f, "2:1 row S1 [\"S1\",\"One\"]\n"
		   "failed ERR_INVALID: in.csv.gz: gzip: cut off after 55 "
		   "bytes\n");
	f.limits.unpacked = 20;
	f.bytes.len += 1;
	expect(&f, "failed ERR_LIMIT: in.csv.gz: more than 20 bytes when "
		   "unpacked\n");
}

static void raw_is_bounded(void **state)
{
	struct str cells[2];
	struct import_row row = { .cells = cells, .cell_count = 2 };
	struct buf out = buf_make(1 << 22);
	char *big = mem_alloc(1 << 20);

	(void)state;
	memset(big, 'x', 1 << 20);
	cells[0] = cells[1] = (struct str){ big, 1 << 20 };
	import_row_raw(&row, &out);
	assert_in_range(out.len, 1000, 300 << 10);
	assert_int_equal(out.data[out.len - 1], ']');
	buf_clear(&out);
	row.element = cells[0];
	import_row_raw(&row, &out);
	assert_in_range(out.len, 1000, 300 << 10);
	assert_int_equal(out.data[0], '"');
	buf_release(&out);
	free(big);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(csv_rows),
		cmocka_unit_test(csv_bad_rows),
		cmocka_unit_test(csv_long_rows),
		cmocka_unit_test(csv_headers),
		cmocka_unit_test(csv_without_delimiter),
		cmocka_unit_test(csv_encodings),
		cmocka_unit_test(mapped_and_transcoded),
		cmocka_unit_test(json_rows),
		cmocka_unit_test(json_bad_rows),
		cmocka_unit_test(json_limits),
		cmocka_unit_test(formats_by_content),
		cmocka_unit_test(xml_rows),
		cmocka_unit_test(packed_files),
		cmocka_unit_test(raw_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
