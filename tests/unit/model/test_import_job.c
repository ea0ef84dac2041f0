/* Import jobs: each fault with its field, the store's form, what the source
 * tells about formats, and which files a job takes. */
#include "faults.h"

#include "sluice/model/import_job.h"

#define ID  "01234567-89ab-7def-8123-456789abcdef"
#define ID2 "01234567-89ab-7def-8123-456789abcde0"

/* By hand, and from a connection; the rest of the body follows. */
#define HAND(rest)                                                             \
	"{'name':'n','entity':'SUPPLIER','csv':{'delimiter':';'}" rest "}"
#define FROM(rest)                                                             \
	"{'name':'n','entity':'SUPPLIER','clientId':'" ID                      \
	"','csv':{'delimiter':';'}" rest "}"
#define SOURCE(inside) FROM(",'source':{" inside "}")
#define BULK           "'inboundDirectory':'in','outboundDirectory':'out'"

static struct import_job *read_as(const char *text, enum connection_type type,
	bool preview, const char *faults_wanted)
{
	struct arena arena = { 0 };
	struct faults faults;
	json_t *body = json_of(text);
	struct import_job *j;

	faults_init(&faults, &arena);
	j = import_job_from_json(body, type, preview, &faults);
	expect_faults(&faults, faults_wanted);
	assert_int_equal(j == NULL, *faults_wanted != '\0');
	json_decref(body);
	arena_release(&arena);
	return j;
}

static struct import_job *read_job(const char *text)
{
	return read_as(text, CONNECTION_SFTP, false, "");
}

static void faults_of_bodies(void **state)
{
	static const struct {
		const char *body, *faults;
	} cases[] = {
		{ "[]", "INVALID_VALUE " },
		{ "{}", "REQUIRED entity; REQUIRED name" },
		{ "{'name':' ','entity':'SUPLIER'}",
			"REQUIRED name; INVALID_VALUE entity" },
		{ "{'name':'n','entity':'VARIANT'}", "INVALID_VALUE entity" },
		{ "{'name':'n','entity':7}", "INVALID_VALUE entity" },
		{ HAND(",'cronExpresion':'@daily'"),
			"UNKNOWN_FIELD cronExpresion" },
		{ HAND(",'active':'true'"), "INVALID_VALUE active" },
		{ HAND(",'cronExpression':'61 * * * *'"),
			"INVALID_VALUE cronExpression" },
		{ HAND(",'cronExpression':''"),
			"INVALID_VALUE cronExpression" },
		{ HAND(",'cronExpression':'0 0 30 2 *'"),
			"INVALID_VALUE cronExpression" },
		{ HAND(",'cronExpression':5"), "INVALID_VALUE cronExpression" },
		{ HAND(",'executionPolicy':'NOW'"),
			"INVALID_VALUE executionPolicy" },
		{ HAND(",'simultaneousExecution':1"),
			"INVALID_VALUE simultaneousExecution" },
		{ HAND(",'catchUp':'ALL'"), "INVALID_VALUE catchUp" },
		{ HAND(",'storeExternalId':''"), "REQUIRED storeExternalId" },
		{ HAND(",'retry':{'maxRetries':101,'intervalSeconds':0}"),
			"INVALID_VALUE retry.maxRetries; "
			"INVALID_VALUE retry.intervalSeconds" },
		{ HAND(",'retry':{'permanentStatusCodes':[]}"),
			"UNKNOWN_FIELD retry.permanentStatusCodes" },
		{ HAND(",'after':'" ID "'"), "INVALID_VALUE after" },
		{ HAND(",'after':['" ID "','x','" ID "']"),
			"INVALID_VALUE after[1]; NOT_ALLOWED after[2]" },
		{ HAND(",'mapping':[]"), "INVALID_VALUE mapping" },
		{ HAND(",'mapping':{'nmae':'x','externalId':{}}"),
			"UNKNOWN_FIELD mapping.nmae; "
			"INVALID_VALUE mapping.externalId" },
		{ HAND(",'transcoding':{}"), "INVALID_VALUE transcoding" },
		{ HAND(",'transcoding':[{'field':'statsu','values':{}}]"),
			"UNKNOWN_FIELD transcoding[0].field" },
		{ HAND(",'transcoding':[{'field':'status','values':{},"
		       "'onMiss':'DEFAULT'}]"),
			"REQUIRED transcoding[0].default" },
		{ "{'name':'n','entity':'SUPPLIER'}",
			"REQUIRED csv.delimiter" },
		{ "{'name':'n','entity':'SUPPLIER','csv':null}",
			"REQUIRED csv.delimiter" },
		{ "{'name':'n','entity':'SUPPLIER','csv':7}",
			"INVALID_VALUE csv" },
		{ "{'name':'n','entity':'SUPPLIER','csv':{'delimiter':'\\t',"
		  "'encoding':'UTF8','quote':'x'}}",
			"INVALID_VALUE csv.delimiter; "
			"INVALID_VALUE csv.encoding; UNKNOWN_FIELD csv.quote" },
		{ "{'name':'n','entity':'SUPPLIER','csv':{'delimiter':';;'}}",
			"INVALID_VALUE csv.delimiter" },
		{ "{'name':'n','entity':'X','clientId':'1','cronExpression':'',"
		  "'csv':{'delimiter':''}}",
			"INVALID_VALUE entity; INVALID_VALUE clientId; "
			"INVALID_VALUE cronExpression; "
			"INVALID_VALUE csv.delimiter; REQUIRED source" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		read_as(cases[i].body, CONNECTION_TYPE_COUNT, false,
			cases[i].faults);
}

static void faults_of_sources(void **state)
{
	static const struct {
		const char *body, *faults;
	} cases[] = {
		{ FROM(""), "REQUIRED source" },
		{ SOURCE(""), "REQUIRED source.path" },
		{ SOURCE("'itemsPath':'$.a'"), "REQUIRED source.path" },
		{ FROM(",'source':'in/x.csv'"), "INVALID_VALUE source" },
		{ SOURCE("'file':'x.csv'"),
			"UNKNOWN_FIELD source.file; REQUIRED source.path" },
		{ SOURCE("'path':''"), "INVALID_VALUE source.path" },
		{ SOURCE("'path':'in/'"), "INVALID_VALUE source.path" },
		{ SOURCE("'path':'in/.'"), "INVALID_VALUE source.path" },
		{ SOURCE("'path':'../x.csv'"), "INVALID_VALUE source.path" },
		{ SOURCE("'path':'a/../x.csv'"), "INVALID_VALUE source.path" },
		{ SOURCE("'path':'a/..'"), "INVALID_VALUE source.path" },
		{ SOURCE("'path':'a\\nb.csv'"), "INVALID_VALUE source.path" },
		{ SOURCE("'path':'a\\rb.csv'"), "INVALID_VALUE source.path" },
		{ SOURCE("'path':['x.csv']"), "INVALID_VALUE source.path" },
		{ SOURCE("'path':'x.csv'," BULK ",'errorDirectory':'e',"
			 "'pattern':'*'"),
			"NOT_ALLOWED source.inboundDirectory; "
			"NOT_ALLOWED source.outboundDirectory; "
			"NOT_ALLOWED source.errorDirectory; "
			"NOT_ALLOWED source.pattern" },
		{ SOURCE("'inboundDirectory':'in'"),
			"REQUIRED source.outboundDirectory" },
		{ SOURCE("'outboundDirectory':'out'"),
			"REQUIRED source.inboundDirectory" },
		{ SOURCE("'pattern':'*'"), "REQUIRED source.inboundDirectory" },
		{ SOURCE("'inboundDirectory':'a/../b',"
			 "'outboundDirectory':'','errorDirectory':3"),
			"INVALID_VALUE source.inboundDirectory; "
			"INVALID_VALUE source.outboundDirectory; "
			"INVALID_VALUE source.errorDirectory" },
		{ SOURCE("'inboundDirectory':'in','outboundDirectory':'./in/',"
			 "'errorDirectory':'in//'"),
			"NOT_ALLOWED source.outboundDirectory; "
			"NOT_ALLOWED source.errorDirectory" },
		{ SOURCE("'inboundDirectory':'/','outboundDirectory':'//.'"),
			"NOT_ALLOWED source.outboundDirectory" },
		{ SOURCE(BULK ",'pattern':''"),
			"INVALID_VALUE source.pattern" },
		{ SOURCE(BULK ",'pattern':'a/b'"),
			"INVALID_VALUE source.pattern" },
		{ SOURCE(BULK ",'pattern':'[a'"),
			"INVALID_VALUE source.pattern" },
		{ SOURCE(BULK ",'pattern':'*.xml'"),
			"NOT_ALLOWED source.pattern" },
		{ SOURCE("'path':'x.xml.gz'"), "NOT_ALLOWED source.path" },
		{ SOURCE("'apiCalls':[]"), "NOT_ALLOWED source.apiCalls" },
		{ SOURCE("'path':'x.json','itemsPath':'a..b'"),
			"INVALID_VALUE source.itemsPath" },
		{ SOURCE("'path':'x.json','itemsPath':'$.a[*]'"),
			"INVALID_VALUE source.itemsPath" },
		{ FROM(",'source':{'path':'x.json','itemsPath':'$.a'},"
		       "'itemsPath':'$.b'"),
			"NOT_ALLOWED itemsPath" },
		{ "{'name':'n','entity':'NAVIGATION_CATEGORY','clientId':'" ID
		  "','csv':{'delimiter':','},'source':{'path':'n.csv'}}",
			"REQUIRED storeExternalId" },
		{ "{'name':'n','entity':'SUPPLIER','clientId':'" ID
		  "','source':{'path':'n.csv'}}",
			"REQUIRED csv.delimiter" },
		{ "{'name':'n','entity':'SUPPLIER','clientId':'" ID
		  "','source':{" BULK "}}",
			"REQUIRED csv.delimiter" },
		{ "{'name':'n','entity':'SUPPLIER','clientId':'" ID
		  "','source':{" BULK ",'pattern':'*'}}",
			"REQUIRED csv.delimiter" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		read_as(cases[i].body, CONNECTION_SFTP, false, cases[i].faults);
	read_as(SOURCE("'path':'x.csv'"), CONNECTION_API, false,
		"NOT_ALLOWED clientId");
}

/* A body that names its own fault: what a person reads. */
static void messages(void **state)
{
	static const struct {
		const char *body, *part;
	} cases[] = {
		{ HAND(",'exeutionPolicy':'x'"),
			"did you mean executionPolicy?" },
		{ HAND(",'mapping':{'nmae':'x'}"), "did you mean name?" },
		{ HAND(",'cronExpression':'61 * * * *'"),
			"minute, column 1: 61 is out of range" },
		{ "{'name':'n','entity':'SUPLIER'}", "did you mean SUPPLIER?" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct arena arena = { 0 };
		struct faults faults;
		json_t *body = json_of(cases[i].body);

		faults_init(&faults, &arena);
		assert_null(import_job_from_json(
			body, CONNECTION_TYPE_COUNT, false, &faults));
		assert_int_equal(faults.count, 1);
		if (strstr(faults.list[0].message, cases[i].part) == NULL)
			fail_msg("%s", faults.list[0].message);
		json_decref(body);
		arena_release(&arena);
	}
}

static void right_ones(void **state)
{
	/* Where no CSV file can come, no delimiter is asked for. */
	static const char *const bodies[] = {
		"{'name':'n','entity':'SUPPLIER','clientId':'" ID
		"','source':{'path':'in/x.json'}}",
		"{'name':'n','entity':'SUPPLIER','clientId':'" ID
		"','source':{" BULK ",'pattern':'*.JSON.gz'}}",
		"{'name':'n','entity':'ORDER_STATUS','clientId':'" ID
		"','source':{" BULK ",'pattern':'*.xml'}}",
		"{'name':'n','entity':'NAVIGATION_CATEGORY','clientId':'" ID
		"','storeExternalId':'s','csv':{'delimiter':','},"
		"'source':{'path':'n.csv'}}",
		"{'name':'n','entity':'NAVIGATION_CATEGORY',"
		"'csv':{'delimiter':','}}",
		"{'name':'n','entity':'ORDER_STATUS'}",
		"{'name':'n','entity':'CATALOG_VIEW'}",
		HAND(",'clientId':null,'cronExpression':null,'source':null,"
		     "'mapping':null,'transcoding':null,'after':null"),
		HAND(",'source':{}"),
		/* Good in one of the forms that a file by hand can have. */
		"{'name':'n','entity':'ACCOUNT','csv':{'delimiter':','},"
		"'mapping':{'address':'$.addresses'}}",
		HAND(",'mapping':{'name':'$ [x'}"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++)
		import_job_destroy(read_job(bodies[i]));
}

static void defaults(void **state)
{
	struct import_job *j = read_job(HAND(""));

	(void)state;
	assert_true(j->active);
	assert_false(j->has_client);
	assert_false(j->simultaneous);
	assert_int_equal(j->policy, POLICY_RUN_IMMEDIATELY);
	assert_int_equal(j->catch_up, CATCH_UP_NONE);
	assert_int_equal(j->encoding, CHARSET_UTF_8);
	assert_int_equal(j->retry.max_retries, 0);
	assert_int_equal(j->retry.interval_seconds, 60);
	assert_null(j->cron_expression);
	assert_false(import_job_has_source(j));
	assert_false(import_job_is_bulk(j));
	import_job_destroy(j);
	read_as("{'entity':'STORE','csv':{'delimiter':','}}",
		CONNECTION_TYPE_COUNT, false, "REQUIRED name");
	import_job_destroy(read_as("{'entity':'STORE','csv':{'delimiter':','}}",
		CONNECTION_TYPE_COUNT, true, ""));
}

static void expect_same(const struct import_job *j, const json_t *want)
{
	json_t *have = import_job_to_json(j);

	if (!json_equal(have, want))
		fail_msg("%s", json_dumps(have, 0));
	json_decref(have);
}

static void stored_and_back(void **state)
{
	struct import_job *j = read_job(
		"{'name':'n','active':false,'entity':'ORDER_STATUS',"
		"'clientId':'" ID "','cronExpression':'0 0 2 * * ?',"
		"'executionPolicy':'WAIT_FOR_NEXT',"
		"'simultaneousExecution':true,'catchUp':'LAST',"
		"'storeExternalId':'s','source':{'inboundDirectory':'/in//a/',"
		"'outboundDirectory':'./out','errorDirectory':'err/./x'},"
		"'csv':{'delimiter':',','encoding':'WINDOWS-1252'},"
		"'itemsPath':'$.a','mapping':{'orderStatus':'Etat'},"
		"'transcoding':[{'field':'orderStatus','values':{'A':'SHIPPED'}"
		"}],'retry':{'maxRetries':3,'intervalSeconds':5},"
		"'after':['" ID "','" ID2 "']}");
	struct import_job *again, *copy;
	json_t *first, *want;
	char *text;

	(void)state;
	assert_true(import_job_is_bulk(j));
	assert_true(import_job_has_source(j));
	j->id.bytes[3] = 7;
	j->created_at = 1000;
	j->updated_at = 2001;
	first = import_job_to_json(j);
	want = json_of("{'id':'00000007-0000-0000-0000-000000000000',"
		       "'name':'n','active':false,'entity':'ORDER_STATUS',"
		       "'clientId':'" ID "','cronExpression':'0 0 2 * * ?',"
		       "'executionPolicy':'WAIT_FOR_NEXT',"
		       "'simultaneousExecution':true,'catchUp':'LAST',"
		       "'storeExternalId':'s','source':{"
		       "'inboundDirectory':'/in/a','outboundDirectory':'out',"
		       "'errorDirectory':'err/x','pattern':'*.csv',"
		       "'itemsPath':'$.a'},'csv':{'delimiter':',',"
		       "'encoding':'WINDOWS-1252'},"
		       "'mapping':{'orderStatus':'Etat'},'transcoding':["
		       "{'field':'orderStatus','values':{'A':'SHIPPED'}}],"
		       "'retry':{'maxRetries':3,'intervalSeconds':5},"
		       "'after':['" ID "','" ID2 "'],"
		       "'createdAt':'1970-01-01T00:00:01.000Z',"
		       "'updatedAt':'1970-01-01T00:00:02.001Z'}");
	text = json_dumps(first, JSON_COMPACT);
	{
		char *wanted = json_dumps(want, JSON_COMPACT);

		assert_string_equal(text, wanted);
		free(wanted);
	}
	free(text);
	again = import_job_from_stored(first);
	assert_non_null(again);
	assert_int_equal(again->updated_at, 2001);
	expect_same(again, first);
	copy = import_job_copy(j);
	import_job_destroy(j);
	expect_same(copy, first);
	json_object_del(first, "id");
	assert_null(import_job_from_stored(first));
	json_decref(first);
	json_decref(want);
	import_job_destroy(again);
	import_job_destroy(copy);
}

static void short_ones_leave_out(void **state)
{
	struct import_job *j = read_as("{'entity':'SUPPLIER','clientId':'" ID
				       "','source':{'path':'./a//b.json'}}",
		CONNECTION_FTP, true, "");
	json_t *want = json_of(
		"{'id':'00000000-0000-0000-0000-000000000000','active':true,"
		"'entity':'SUPPLIER','clientId':'" ID "',"
		"'executionPolicy':'RUN_IMMEDIATELY',"
		"'simultaneousExecution':false,'catchUp':'NONE',"
		"'source':{'path':'a/b.json'},'csv':{'encoding':'UTF-8'},"
		"'retry':{'maxRetries':0,'intervalSeconds':60},'after':[],"
		"'createdAt':'1970-01-01T00:00:00.000Z',"
		"'updatedAt':'1970-01-01T00:00:00.000Z'}");

	(void)state;
	expect_same(j, want);
	json_decref(want);
	import_job_destroy(j);
}

static void compiled(void **state)
{
	struct import_job *j = read_job(
		"{'name':'n','entity':'ACCOUNT','csv':{'delimiter':','},"
		"'mapping':{'address':'$.addresses'}}");
	struct mapping *m = import_job_mapping(j, IMPORT_JSON);
	struct transcode *t = import_job_transcode(j);

	(void)state;
	assert_non_null(m);
	assert_non_null(t);
	assert_null(import_job_mapping(j, IMPORT_CSV));
	mapping_destroy(m);
	transcode_destroy(t);
	import_job_destroy(j);
}

static void formats(void **state)
{
	static const struct {
		const char *name;
		int format; /* -1: does not tell */
	} names[] = { { "a.csv", IMPORT_CSV }, { "A.CSV.GZ", IMPORT_CSV },
		{ ".json", IMPORT_JSON }, { "x.xml.gz", IMPORT_XML },
		{ "x.gz", -1 }, { "csv", -1 }, { "", -1 }, { "x.csv.zip", -1 },
		{ "x.jsonl", -1 } };
	static const struct {
		const char *text;
		enum import_format format;
	} texts[] = { { "", IMPORT_CSV }, { "  \r\n", IMPORT_CSV },
		{ " <a/>", IMPORT_XML }, { "\xEF\xBB\xBF\n[", IMPORT_JSON },
		{ "{", IMPORT_JSON }, { "a;b", IMPORT_CSV },
		{ "\"a\"", IMPORT_CSV }, { "\xEF\xBB\xBF", IMPORT_CSV } };

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		enum import_format f = IMPORT_FORMAT_COUNT;

		assert_int_equal(
			import_format_of_name(str_of(names[i].name), &f),
			names[i].format >= 0);
		if (names[i].format >= 0)
			assert_int_equal(f, names[i].format);
	}
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		assert_int_equal(import_format_of_text(str_of(texts[i].text)),
			texts[i].format);
	for (int k = 0; k < ENTITY_KINDS; k++) {
		enum entity_kind kind = (enum entity_kind)k;

		assert_true(import_format_allowed(kind, IMPORT_CSV));
		assert_true(import_format_allowed(kind, IMPORT_JSON));
		assert_int_equal(import_format_allowed(kind, IMPORT_XML),
			kind == ENTITY_ORDER_STATUS);
	}
}

static void files_taken(void **state)
{
	static const struct {
		const char *pattern, *name;
		bool taken;
	} cases[] = {
		{ "*.csv", "a.csv", true },
		{ "*.csv", "a.CSV", false },
		{ "*.csv", ".a.csv", false },
		{ "*", "a.csv.part", false },
		{ "*", "a.tmp", false },
		{ "*", "a.csv.filepart", false },
		{ "*", "a.partial", true },
		{ "*", "part", true },
		{ "*", "", false },
		{ "*", "a/b", false },
		{ "s-[0-9]*.csv", "s-1.csv", true },
		{ "s-[0-9]*.csv", "s-x.csv", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *body = mem_printf(
			SOURCE(BULK ",'pattern':'%s'"), cases[i].pattern);
		struct import_job *j = read_job(body);

		if (import_job_takes(j, str_of(cases[i].name)) !=
			cases[i].taken)
			fail_msg("%s: %s", cases[i].pattern, cases[i].name);
		import_job_destroy(j);
		free(body);
	}
}

static void client_ids(void **state)
{
	json_t *body = json_of("{'clientId':'" ID "'}");
	struct uuid id;

	(void)state;
	assert_true(import_job_client_id(body, &id));
	assert_int_equal(id.bytes[15], 0xEF);
	json_decref(body);
	body = json_of("{'clientId':'x'}");
	assert_false(import_job_client_id(body, &id));
	json_decref(body);
	body = json_of("[1]");
	assert_false(import_job_client_id(body, &id));
	json_decref(body);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(faults_of_bodies),
		cmocka_unit_test(faults_of_sources),
		cmocka_unit_test(messages),
		cmocka_unit_test(right_ones),
		cmocka_unit_test(defaults),
		cmocka_unit_test(stored_and_back),
		cmocka_unit_test(short_ones_leave_out),
		cmocka_unit_test(compiled),
		cmocka_unit_test(formats),
		cmocka_unit_test(files_taken),
		cmocka_unit_test(client_ids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
