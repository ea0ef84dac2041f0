/* Mappings as they are configured; what they do is in tests/data. */
#include "faults.h"

#include "sluice/model/mapping.h"

static void expect_config(enum entity_kind kind, enum mapping_form form,
	const char *text, const char *want)
{
	struct arena arena = { 0 };
	struct faults faults;
	json_t *object = json_of(text);
	struct mapping *m;

	faults_init(&faults, &arena);
	m = mapping_from_json(kind, form, object, &faults);
	expect_faults(&faults, want);
	assert_int_equal(m == NULL, *want != '\0');
	if (m != NULL) {
		json_t *again = mapping_to_json(m);

		assert_true(json_equal(again, object));
		json_decref(again);
	}
	mapping_destroy(m);
	json_decref(object);
	arena_release(&arena);
}

static void csv(const char *text, const char *want)
{
	expect_config(ENTITY_SUPPLIER, MAPPING_CSV, text, want);
}

static void configurations(void **state)
{
	(void)state;
	csv("{}", "");
	csv("{'name':'Supplier Name','CF_x':'X','accountsId':'A'}", "");
	csv("{'name':{'value':5},'status':{'value':true}}", "");
	csv("{'name':{'source':'a','default':'b'}}", "");
	csv("{'name':{'sources':['a','b'],'separator':' ','default':'x'}}", "");
	csv("[]", "INVALID_VALUE mapping");
	csv("{'nmae':'x'}", "UNKNOWN_FIELD mapping.nmae");
	csv("{'CF_':'x'}", "UNKNOWN_FIELD mapping.CF_");
	csv("{'address':'x'}", "UNKNOWN_FIELD mapping.address");
	csv("{'name':''}", "INVALID_VALUE mapping.name");
	csv("{'name':null}", "INVALID_VALUE mapping.name");
	csv("{'name':{}}", "INVALID_VALUE mapping.name");
	csv("{'name':{'value':'a','source':'b'}}",
		"INVALID_VALUE mapping.name");
	csv("{'name':{'value':{}}}", "INVALID_VALUE mapping.name.value");
	csv("{'name':{'value':'a','default':'b'}}", "NOT_ALLOWED mapping.name");
	csv("{'name':{'source':'a','separator':'b'}}",
		"NOT_ALLOWED mapping.name");
	csv("{'name':{'source':'a','defualt':'b'}}",
		"UNKNOWN_FIELD mapping.name.defualt");
	csv("{'name':{'sources':[]}}", "INVALID_VALUE mapping.name.sources");
	csv("{'name':{'sources':['a',1]}}",
		"INVALID_VALUE mapping.name.sources[1]");
	csv("{'accountsId':'a','accountExternalId':'b'}",
		"NOT_ALLOWED mapping.accountExternalId");
}

static void paths(void **state)
{
	(void)state;
	expect_config(ENTITY_ACCOUNT, MAPPING_JSON,
		"{'accountName':'$.a[0].b','address':'$.list',"
		"'deleted':'gone','CF_x':'$.a[*].b'}",
		"");
	expect_config(ENTITY_ACCOUNT, MAPPING_JSON,
		"{'accountName':'$.a[','deleted':'$.'}",
		"INVALID_VALUE mapping.accountName; "
		"INVALID_VALUE mapping.deleted");
}

static void a_typo_gets_a_hint(void **state)
{
	struct arena arena = { 0 };
	struct faults faults;
	json_t *object = json_of("{'nmae':'x'}");

	(void)state;
	faults_init(&faults, &arena);
	assert_null(mapping_from_json(
		ENTITY_SUPPLIER, MAPPING_CSV, object, &faults));
	assert_non_null(strstr(faults.list[0].message, "did you mean name?"));
	json_decref(object);
	arena_release(&arena);
}

static void the_other_delimiter_would_fit(void **state)
{
	const struct str one = STR("Supplier External Id,Supplier Name");
	const struct str two[] = { STR("Supplier External Id"),
		STR("Supplier Name") };
	struct arena arena = { 0 };
	struct faults faults;
	struct mapping *m;

	(void)state;
	faults_init(&faults, &arena);
	m = mapping_from_json(ENTITY_SUPPLIER, MAPPING_CSV, NULL, &faults);
	assert_false(mapping_csv_fits(m, &one, 1));
	assert_true(mapping_csv_fits(m, two, 2));
	mapping_destroy(m);
	arena_release(&arena);
}

/* Short rows have blank cells; long ones are cut at the header. */
/* rejects.csv comes back with three columns more. */
static void columns_of_rejects_are_not_unknown(void **state)
{
	static const struct str header[] = { { "Supplier External Id", 20 },
		{ "Supplier Name", 13 }, { "__line", 6 }, { " __code", 7 },
		{ "__message", 9 }, { "__lines", 7 } };
	struct arena arena = { 0 };
	struct mapping_header found;
	struct mapping_csv *c;
	struct faults faults;
	struct mapping *m;

	(void)state;
	faults_init(&faults, &arena);
	m = mapping_from_json(ENTITY_SUPPLIER, MAPPING_CSV, NULL, &faults);
	assert_non_null(m);
	c = mapping_csv_open(m, header, 6, &arena, &found);
	assert_non_null(c);
	assert_string_equal(found.unknown, "__lines");
	assert_int_equal(found.unknown_count, 1);
	mapping_csv_close(c);
	mapping_destroy(m);
	arena_release(&arena);
}

static void rows_of_any_length(void **state)
{
	const struct str header[] = { STR("externalId"), STR("name") };
	const struct str cells[] = { STR("S1"), STR("Acme"), STR("more") };
	struct arena arena = { 0 };
	struct mapping_header found;
	struct entity_input *in;
	struct faults faults;
	struct mapping *m;
	struct mapping_csv *c;

	(void)state;
	faults_init(&faults, &arena);
	m = mapping_from_json(ENTITY_SUPPLIER, MAPPING_CSV, NULL, &faults);
	c = mapping_csv_open(m, header, 2, &arena, &found);
	in = mapping_csv_row(c, cells, 3, &arena);
	assert_true(str_eq(entity_input_id(in), STR("S1")));
	assert_true(str_eq(in->fields[1].text, STR("Acme")));
	in = mapping_csv_row(c, cells, 1, &arena);
	assert_int_equal(in->fields[1].text.len, 0);
	in = mapping_csv_row(c, cells, 0, &arena);
	assert_int_equal(entity_input_id(in).len, 0);
	mapping_csv_close(c);
	mapping_destroy(m);
	arena_release(&arena);
}

/* As in contract 4.10, with the keys of the entity or with a mapping's. */
static void xml_record(
	const struct xml_record *record, const char *mapping, const char *want)
{
	struct arena arena = { 0 };
	struct entity_input *in;
	struct faults faults;
	json_t *rules = json_of(mapping), *object;
	struct mapping_json *j;
	struct mapping *m;
	size_t unknown = 0;

	faults_init(&faults, &arena);
	m = mapping_from_json(
		ENTITY_ORDER_STATUS, MAPPING_JSON, rules, &faults);
	assert_non_null(m);
	j = mapping_json_open(m);
	object = mapping_xml_object(record, &faults);
	if (object != NULL) {
		in = mapping_json_row(j, object, &faults, &unknown);
		assert_true(str_eq(entity_input_id(in), STR("A-1")));
		assert_string_equal(
			json_string_value(in->fields[2].json), "SHIPPED");
	}
	expect_faults(&faults, want);
	json_decref(object);
	json_decref(rules);
	mapping_json_close(j);
	mapping_destroy(m);
	arena_release(&arena);
}

static void xml_records_as_rows(void **state)
{
	const struct xml_field plain[] = {
		{ STR("orderReference"), STR("A-1") },
		{ STR("orderExternalId"), STR("") },
		{ STR("status"), STR("SHIPPED") },
		{ STR("status"), STR("SHIPPED") },
	};
	const struct xml_field other[] = {
		{ STR("no"), STR(" A-1 ") },
		{ STR("state"), STR("SHIPPED") },
	};

	(void)state;
	xml_record(&(struct xml_record){ 1, plain, 3 }, "{}", "");
	xml_record(&(struct xml_record){ 1, plain, 4 }, "{}", "F-E-012 status");
	xml_record(&(struct xml_record){ 1, other, 2 },
		"{'orderReference':'no','status':'$.state'}", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(configurations),
		cmocka_unit_test(paths),
		cmocka_unit_test(a_typo_gets_a_hint),
		cmocka_unit_test(the_other_delimiter_would_fit),
		cmocka_unit_test(columns_of_rejects_are_not_unknown),
		cmocka_unit_test(rows_of_any_length),
		cmocka_unit_test(xml_records_as_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
