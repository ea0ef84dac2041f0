/* The rows of a preview: raw, mapped and what is wrong with them. */
#include "import_fixture.h"

#include "../../../src/jobs/import_preview_row.h"

static char *preview(
	const struct import_job *job, const char *name, const char *text)
{
	struct import_reader_options ro = { .job = job,
		.file_name = name,
		.limits = { 1 << 20, 1 << 18, 1000, 0, 0, 64 } };
	struct import_apply_options ao = {
		.job = job, .dry_run = true, .now = BED_NOW
	};
	struct buf out = buf_make(1 << 20);
	struct import_reader *reader;
	struct import_apply *apply;
	struct import_row row;
	const struct str *header;
	enum import_kind kind;
	struct diag why;
	struct bed b;
	size_t count;

	bed_open(&b);
	reader = import_reader_create(&ro, &why);
	apply = import_apply_create(&b.hub, &ao, &why);
	import_reader_feed(reader, str_of(text), true);
	while ((kind = import_reader_next(reader, &row)) <= IMPORT_BAD) {
		if (kind == IMPORT_ROW)
			(void)import_apply_row(apply, &row, &why);
		header = import_reader_header(reader, &count);
		import_preview_row(&out, &row, header, count);
		buf_char(&out, '\n');
	}
	assert_int_equal(kind, IMPORT_END);
	import_apply_destroy(apply);
	import_reader_destroy(reader);
	bed_close(&b);
	return buf_take(&out);
}

static void csv_rows(void **state)
{
	struct import_job job = { .entity = ENTITY_SUPPLIER, .delimiter = ';' };
	char *have;

	(void)state;
	job.mapping = json_pack("{s:s,s:{s:s}}", "name", "label", "description",
		"value", "made here");
	job.transcoding = json_pack(
		"[{s:s,s:{s:s}}]", "field", "status", "values", "A", "ACTIVE");
	have = preview(&job, "in.csv",
		"Supplier External Id;label;Status;;CF_x\n"
		"S1;One;A;y;z;more\n"
		"S2;;Q\n"
		"S3;\"x\n");
	assert_string_equal(have,
		"{\"line\":2,\"raw\":{\"Supplier External Id\":\"S1\","
		"\"label\":\"One\",\"Status\":\"A\",\"column 4\":\"y\","
		"\"CF_x\":\"z\",\"column 6\":\"more\"},\"mapped\":{},"
		"\"errors\":[{\"code\":\"F-E-012\",\"field\":\"\",\"column\":"
		"null,\"value\":\"more\",\"message\":\"the row has 6 cells, "
		"the header only 5 columns: is a value with the delimiter in "
		"it not quoted?\"}]}\n"
		"{\"line\":3,\"raw\":{\"Supplier External Id\":\"S2\","
		"\"label\":\"\",\"Status\":\"Q\"},\"mapped\":{\"externalId\":"
		"\"S2\",\"description\":\"made here\",\"status\":\"Q\"},"
		"\"errors\":[{\"code\":\"F-E-001\",\"field\":\"name\","
		"\"column\":\"label\",\"value\":\"\",\"message\":\"Required "
		"field(s) name is/are missing or blank\"},{\"code\":"
		"\"F-E-008\",\"field\":\"status\",\"column\":\"Status\","
		"\"value\":\"Q\",\"message\":\"Unexpected value Q for field "
		"status, must be one of ACTIVE, INACTIVE\"}]}\n"
		"{\"line\":4,\"raw\":{\"Supplier External Id\":\"S3\","
		"\"label\":\"\\\"x\\n\"},\"mapped\":{},\"errors\":[{\"code\":"
		"\"F-E-012\",\"field\":\"\",\"column\":\"label\",\"value\":"
		"null,\"message\":\"line 4, column 2: the quote that opens "
		"here is never closed\"}]}\n");
	free(have);
	json_decref(job.mapping);
	json_decref(job.transcoding);
}

static void json_rows(void **state)
{
	struct import_job job = { .entity = ENTITY_ACCOUNT };
	char *have;

	(void)state;
	have = preview(&job, "in.json",
		"[{\"accountExternalId\":\"A1\",\"accountName\":\"\\\"\","
		"\"address\":[{\"addressExternalId\":\"1\"}],\"x\":[1]},\n7]");
	assert_non_null(strstr(have,
		"{\"line\":1,\"raw\":{\"accountExternalId\":\"A1\","
		"\"accountName\":\"\\\"\",\"address\":[{\"addressExternalId\":"
		"\"1\"}],\"x\":[1]},\"mapped\":{\"externalId\":\"A1\","
		"\"accountName\":\"\\\"\",\"address\":[{\"addressExternalId\":"
		"\"1\"}]},\"errors\":[{\"code\":\"F-E-001\","));
	assert_non_null(strstr(have,
		"{\"line\":2,\"raw\":\"7\",\"mapped\":{},\"errors\":[{\"code\":"
		"\"F-E-012\",\"field\":\"\",\"column\":null,\"value\":null,"
		"\"message\":\"Field body does not respect expected format "
		"object\"}]}\n"));
	free(have);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(csv_rows),
		cmocka_unit_test(json_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
