/* Export jobs: each fault, the store's form, and what a job selects. */
#include "faults.h"

#include "sluice/model/export_job.h"

#define ID "01234567-89ab-7def-8123-456789abcdef"
#define MORE(rest)                                                             \
	"{'name':'n','entity':'ORDER','exportMethod':'SFTP_CLIENT',"           \
	"'clientId':'" ID "','outputFolder':'/out','format':'XML'," rest "}"
#define TRIGGER "'triggerStatuses':['SHIPPED']"

static const struct retry_policy defaults = { 5, 900 };

static struct export_job *read_job(
	const char *text, bool preview, const char *faults_wanted)
{
	struct arena arena = { 0 };
	struct faults faults;
	json_t *body = json_of(text);
	struct export_job *j;

	faults_init(&faults, &arena);
	j = export_job_from_json(body, &defaults, preview, &faults);
	expect_faults(&faults, faults_wanted);
	assert_int_equal(j == NULL, *faults_wanted != '\0');
	json_decref(body);
	arena_release(&arena);
	return j;
}

static void faults_of_bodies(void **state)
{
	static const struct {
		const char *body, *faults;
	} cases[] = {
		{ "[]", "INVALID_VALUE " },
		{ "{}", "REQUIRED entity; REQUIRED exportMethod; "
			"REQUIRED triggerStatuses; REQUIRED format; "
			"REQUIRED outputFolder; REQUIRED name; "
			"REQUIRED clientId" },
		{ MORE(TRIGGER ",'suppliers':['a']"), "NOT_ALLOWED suppliers" },
		{ MORE(TRIGGER ",'fromat':'XML'"), "UNKNOWN_FIELD fromat" },
		{ MORE(TRIGGER ",'gzip':true,'mapping':{}"),
			"NOT_ALLOWED mapping; NOT_ALLOWED gzip" },
		{ MORE("'triggerStatuses':[]"), "REQUIRED triggerStatuses" },
		{ MORE("'triggerStatuses':['X',1,'OPEN']"),
			"F-E-008 triggerStatuses[0]; "
			"INVALID_VALUE triggerStatuses[1]; "
			"F-E-008 triggerStatuses[2]" },
		{ MORE(TRIGGER ",'allowMultiplePerStatus':true"),
			"NOT_ALLOWED allowMultiplePerStatus" },
		{ MORE(TRIGGER ",'retry':{'maxRetries':101}"),
			"INVALID_VALUE retry.maxRetries" },
		{ MORE(TRIGGER ",'retry':{'intervalSeconds':0,'max':1}"),
			"INVALID_VALUE retry.intervalSeconds; "
			"UNKNOWN_FIELD retry.max" },
		{ MORE(TRIGGER ",'retry':{'permanentStatusCodes':[404,99]}"),
			"INVALID_VALUE retry.permanentStatusCodes[1]" },
		{ MORE(TRIGGER ",'supplierExternalIds':['a','']"),
			"REQUIRED supplierExternalIds[1]" },
		{ MORE(TRIGGER ",'fileNameFormat':'MEDIUM'"),
			"INVALID_VALUE fileNameFormat" },
		{ MORE(TRIGGER ",'active':'true'"), "INVALID_VALUE active" },
		{ "{'exportMethod':'API_CLIENT','apiCall':{}}",
			"INVALID_VALUE exportMethod" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		read_job(cases[i].body, false, cases[i].faults);
}

static void folders(void **state)
{
	static const char *const wrong[] = { "", "..", "a/..", "/../x",
		"a/../b", "a\\u0001", "a\\nb" };
	static const char *const right[][2] = { { "/", "/" }, { "a/", "a" },
		{ "/a//", "/a" }, { "a/..b", "a/..b" }, { "...", "..." } };

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		char *body = mem_printf("{'entity':'ORDER','exportMethod':"
					"'SFTP_CLIENT','format':'XML',"
					"'outputFolder':'%s'," TRIGGER "}",
			wrong[i]);

		read_job(body, true, "INVALID_VALUE outputFolder");
		free(body);
	}
	for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
		char *body = mem_printf("{'entity':'ORDER','exportMethod':"
					"'SFTP_CLIENT','format':'XML',"
					"'outputFolder':'%s'," TRIGGER "}",
			right[i][0]);
		struct export_job *j = read_job(body, true, "");

		assert_string_equal(j->output_folder, right[i][1]);
		export_job_destroy(j);
		free(body);
	}
}

static void stored_and_back(void **state)
{
	struct export_job *j = read_job(
		MORE("'triggerStatuses':['CREATED','DRAFT_ORDER_ON_HOLD'],"
		     "'allowMultiplePerStatus':true,'active':false,"
		     "'fileNameFormat':'LONG','createFolder':true,"
		     "'supplierExternalIds':['b','a','b'],'id':'x',"
		     "'retry':{'maxRetries':0,'permanentStatusCodes':[400]}"),
		false, "");
	struct export_job *again, *copy;
	json_t *first, *second, *third;

	(void)state;
	assert_int_equal(j->supplier_count, 2);
	assert_string_equal(j->supplier_external_ids[0], "a");
	assert_int_equal(j->retry.interval_seconds, 900);
	assert_int_equal(j->file_name_format, FILE_NAME_STANDARD);
	j->id.bytes[3] = 7;
	j->created_at = NOW;
	first = export_job_to_json(j);
	again = export_job_from_stored(first);
	assert_non_null(again);
	second = export_job_to_json(again);
	assert_true(json_equal(first, second));
	copy = export_job_copy(again);
	export_job_destroy(again);
	third = export_job_to_json(copy);
	assert_true(json_equal(first, third));
	export_job_destroy(copy);
	export_job_destroy(j);
	json_decref(first);
	json_decref(second);
	json_decref(third);
}

static void suppliers_come_and_go(void **state)
{
	static const char *const more[] = { "c", "a", "c", "b" };
	static const char *const gone[] = { "z", "a", "c" };
	struct export_job *j = read_job(
		MORE(TRIGGER ",'supplierExternalIds':['b']"), false, "");

	(void)state;
	assert_true(export_job_suppliers_add(j, more, 4));
	assert_false(export_job_suppliers_add(j, more, 4));
	assert_int_equal(j->supplier_count, 3);
	assert_true(export_job_has_supplier(j, "c"));
	assert_true(export_job_suppliers_remove(j, gone, 3));
	assert_false(export_job_suppliers_remove(j, gone, 3));
	assert_int_equal(j->supplier_count, 1);
	assert_string_equal(j->supplier_external_ids[0], "b");
	export_job_destroy(j);
}

static void supplier_lists(void **state)
{
	static const struct {
		const char *body, *faults;
		size_t count;
	} cases[] = {
		{ "{'supplierExternalIds':['b','a','b']}", "", 2 },
		{ "{'supplierExternalIds':[]}", "REQUIRED supplierExternalIds",
			0 },
		{ "{}", "REQUIRED supplierExternalIds", 0 },
		{ "[]", "INVALID_VALUE ", 0 },
		{ "{'supplierExternalIds':'a'}",
			"INVALID_VALUE supplierExternalIds", 0 },
		{ "{'supplierExternalIds':['a'],'x':1}", "UNKNOWN_FIELD x", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct arena arena = { 0 };
		struct faults faults;
		json_t *body = json_of(cases[i].body);
		size_t count;
		const char **ids;

		faults_init(&faults, &arena);
		ids = export_job_supplier_ids_from_json(body, &count, &faults);
		expect_faults(&faults, cases[i].faults);
		assert_int_equal(count, cases[i].count);
		if (count > 0)
			assert_string_equal(ids[0], "a");
		json_decref(body);
		arena_release(&arena);
	}
}

static void selection(void **state)
{
	struct export_job *j = read_job(MORE(TRIGGER), false, "");
	struct document *d = render_sample(EXPORT_ORDER);
	static const char *const own[] = { "1234" }, *const other[] = { "x" };

	(void)state;
	assert_false(export_job_selects(j, d));
	assert_true(status_parse(EXPORT_ORDER, STR("SHIPPED"), &d->status));
	assert_true(export_job_selects(j, d));
	export_job_suppliers_add(j, other, 1);
	assert_false(export_job_selects(j, d));
	export_job_suppliers_add(j, own, 1);
	assert_true(export_job_selects(j, d));
	j->active = false;
	assert_false(export_job_selects(j, d));
	export_job_destroy(j);
	document_destroy(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(faults_of_bodies),
		cmocka_unit_test(folders),
		cmocka_unit_test(stored_and_back),
		cmocka_unit_test(suppliers_come_and_go),
		cmocka_unit_test(supplier_lists),
		cmocka_unit_test(selection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
