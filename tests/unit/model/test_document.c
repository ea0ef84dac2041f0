/* Incoming orders and incidents: normal form, and every fault. */
#include "faults.h"

static struct document *read_document(enum export_entity entity,
	const char *text, const char *reference, const struct document *old,
	const char *faults_wanted)
{
	struct arena arena = { 0 };
	struct faults faults;
	json_t *body = json_of(text);
	struct document *d;

	faults_init(&faults, &arena);
	d = document_from_json(entity, body, reference, old, NOW, &faults);
	expect_faults(&faults, faults_wanted);
	assert_int_equal(d == NULL, *faults_wanted != '\0');
	json_decref(body);
	arena_release(&arena);
	return d;
}

static void faults_of_orders(void **state)
{
	static const struct {
		const char *body, *faults;
	} cases[] = {
		{ "[]", "F-E-012 " },
		{ "'x'", "F-E-012 " },
		{ "{}", "F-E-001 reference" },
		{ "{'reference':''}", "F-E-001 reference" },
		{ "{'reference':'  '}", "F-E-001 reference" },
		{ "{'reference':1}", "F-E-012 reference" },
		{ "{'reference':'a\\tb'}", "F-E-012 reference" },
		{ "{'reference':'a','stauts':'SHIPPED'}",
			"UNKNOWN_FIELD stauts" },
		{ "{'reference':'a','stauts':null}", "UNKNOWN_FIELD stauts" },
		{ "{'reference':'a','status':'DELIVERED'}", "F-E-008 status" },
		{ "{'reference':'a','status':1}", "F-E-012 status" },
		{ "{'reference':'a','createdAt':'yesterday'}",
			"F-E-012 createdAt" },
		{ "{'reference':'a','createdAt':'2024-02-30T00:00:00Z'}",
			"F-E-012 createdAt" },
		{ "{'reference':'a','incidentDeclared':'maybe'}",
			"F-E-009 incidentDeclared" },
		{ "{'reference':'a','incidentDeclared':1}",
			"F-E-009 incidentDeclared" },
		{ "{'reference':'a','initialPrice':1e15}",
			"F-E-007 initialPrice" },
		{ "{'reference':'a','initialPrice':'1'}",
			"F-E-012 initialPrice" },
		{ "{'reference':'a','leadTimeToShip':1.5}",
			"F-E-012 leadTimeToShip" },
		{ "{'reference':'a','leadTimeToShip':-1}",
			"F-E-006 leadTimeToShip" },
		{ "{'reference':'a','orderOrigin':'\\u0001'}",
			"F-E-012 orderOrigin" },
		{ "{'reference':'a','orderOrigin':'\\uffff'}",
			"F-E-012 orderOrigin" },
		{ "{'reference':'a','lines':[]}", "F-E-012 lines" },
		{ "{'reference':'a','lines':{'lines':[]}}",
			"UNKNOWN_FIELD lines.lines" },
		{ "{'reference':'a','lines':{'line':{}}}",
			"F-E-012 lines.line" },
		{ "{'reference':'a','lines':{'line':[{},{'quantity':'x'},3]}}",
			"F-E-012 lines.line[1].quantity; "
			"F-E-012 lines.line[2]" },
		{ "{'reference':'a','customFieldValues':{'customField':[{}]}}",
			"F-E-001 "
			"customFieldValues.customField[0].externalId" },
		{ "{'reference':'a','customFieldValues':{'customField':[{"
		  "'externalId':'x','listValue':{'value':[1]}}]}}",
			"F-E-012 customFieldValues.customField[0].listValue."
			"value[0]" },
		{ "{'reference':'a','supplierSnapshot':{'externalID':'1'},"
		  "'status':'X','incidentDeclared':2}",
			"F-E-009 incidentDeclared; "
			"UNKNOWN_FIELD supplierSnapshot.externalID; "
			"F-E-008 status" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		read_document(EXPORT_ORDER, cases[i].body, NULL, NULL,
			cases[i].faults);
}

static void faults_of_incidents(void **state)
{
	(void)state;
	read_document(
		EXPORT_INCIDENT, "{}", NULL, NULL, "F-E-001 orderIncidentId");
	read_document(EXPORT_INCIDENT, "{'incidentStatus':'SHIPPED'}", "i",
		NULL, "F-E-008 incidentStatus");
	read_document(EXPORT_INCIDENT, "{'orderLineIncident':{'line':[]}}", "i",
		NULL, "F-E-012 orderLineIncident");
	read_document(EXPORT_INCIDENT,
		"{'orderLineIncident':[{'incidentLineStatus':'x'}]}", "i", NULL,
		"F-E-008 orderLineIncident[0].incidentLineStatus");
}

static void references_agree(void **state)
{
	struct document *d;

	(void)state;
	read_document(EXPORT_ORDER, "{'reference':'b'}", "a", NULL,
		"INVALID_VALUE reference");
	d = read_document(EXPORT_ORDER, "{'reference':'a'}", "a", NULL, "");
	document_destroy(d);
	d = read_document(EXPORT_ORDER, "{}", "a/\xC3\xA9", NULL, "");
	assert_string_equal(d->reference, "a/\xC3\xA9");
	document_destroy(d);
	read_document(EXPORT_ORDER, "{}", "\xFF", NULL, "F-E-012 reference");
}

static void long_texts(void **state)
{
	char *reference = mem_alloc(257), *body;
	char *text = mem_alloc((64u << 10) + 2);

	(void)state;
	memset(reference, 'r', 256);
	read_document(EXPORT_ORDER, "{}", reference, NULL, "F-E-010 reference");
	reference[255] = '\0';
	document_destroy(
		read_document(EXPORT_ORDER, "{}", reference, NULL, ""));
	memset(text, 't', (64u << 10) + 1);
	body = mem_printf("{'orderOrigin':'%s'}", text);
	read_document(EXPORT_ORDER, body, "a", NULL, "F-E-010 orderOrigin");
	free(body);
	free(reference);
	free(text);
}

static void normal_form(void **state)
{
	struct document *d = read_document(EXPORT_ORDER,
		"{'status':'DRAFT_ORDER_ON_HOLD','reference':'r','id':null,"
		"'incidentDeclared':'TRUE','initialPrice':3,"
		"'leadTimeToShip':4.0,'storeExternalId':'s',"
		"'createdAt':'2024-05-28T17:01:29+02:00',"
		"'supplierSnapshot':{'externalId':'sup','name':null},"
		"'lines':{'line':null}}",
		NULL, NULL, "");
	char *text = stored(d);

	(void)state;
	assert_string_equal(text,
		"{\"createdAt\":\"2024-05-28T15:01:29.000Z\","
		"\"updatedAt\":\"2024-06-04T10:30:00.000Z\","
		"\"reference\":\"r\",\"incidentDeclared\":true,"
		"\"supplierSnapshot\":{\"externalId\":\"sup\"},"
		"\"status\":\"ORDER_DRAFT_ON_HOLD\",\"initialPrice\":3.0,"
		"\"lines\":{\"line\":[]},\"leadTimeToShip\":4,"
		"\"storeExternalId\":\"s\"}");
	assert_string_equal(d->supplier_external_id, "sup");
	assert_string_equal(d->store_external_id, "s");
	assert_string_equal(d->order_reference, "");
	assert_int_equal(d->updated_at, NOW);
	free(text);
	document_destroy(d);
}

static void the_old_one_lends(void **state)
{
	struct document *old = read_document(EXPORT_ORDER,
		"{'status':'SHIPPED','createdAt':'2020-01-01T00:00:00Z'}", "r",
		NULL, "");
	struct document *d = read_document(
		EXPORT_ORDER, "{'orderOrigin':'CART'}", "r", old, "");

	(void)state;
	assert_int_equal(d->status, old->status);
	assert_int_equal(d->created_at, old->created_at);
	assert_int_equal(d->updated_at, NOW);
	document_destroy(old);
	document_destroy(d);
	d = read_document(EXPORT_ORDER, "{}", "r", NULL, "");
	assert_int_equal(d->status, status_default(EXPORT_ORDER));
	assert_int_equal(d->created_at, NOW);
	document_destroy(d);
}

static void external_id_of_each_kind(void **state)
{
	struct document *d = read_document(EXPORT_ORDER,
		"{'reference':'a','externalId':'EXT-1'}", NULL, NULL, "");

	(void)state;
	assert_string_equal(d->external_id, "EXT-1");
	document_destroy(d);
	d = read_document(EXPORT_INCIDENT,
		"{'orderIncidentId':'i','orderIncidentExternalId':'EXT-2'}",
		NULL, NULL, "");
	assert_string_equal(d->external_id, "EXT-2");
	document_destroy(d);
	d = read_document(EXPORT_ORDER, "{'reference':'a'}", NULL, NULL, "");
	assert_string_equal(d->external_id, "");
	document_destroy(d);
}

static void set_status_keeps_the_form(void **state)
{
	struct document *d = render_sample(EXPORT_ORDER), *again;
	status_index shipped;
	char *text;

	(void)state;
	assert_true(status_parse(EXPORT_ORDER, STR("SHIPPED"), &shipped));
	document_set_status(d, shipped, NOW);
	text = stored(d);
	assert_non_null(strstr(text, "\"status\":\"SHIPPED\""));
	assert_non_null(
		strstr(text, "\"updatedAt\":\"2024-06-04T10:30:00.000Z\""));
	assert_int_equal(
		document_from_text(EXPORT_ORDER, str_of(text), &again), ERR_OK);
	assert_int_equal(again->status, shipped);
	assert_int_equal(again->updated_at, NOW);
	document_destroy(d);
	document_destroy(again);
	free(text);
}

static void damaged_texts(void **state)
{
	static const char *const texts[] = { "", "{", "[]", "{}", "null",
		"{\"reference\":\"r\"}",
		"{\"createdAt\":\"x\",\"updatedAt\":\"y\",\"reference\":\"r\","
		"\"status\":\"SHIPPED\"}",
		"{\"createdAt\":\"2024-05-28T15:01:29.000Z\",\"updatedAt\":"
		"\"2024-05-28T15:01:29.000Z\",\"reference\":\"r\","
		"\"status\":\"GONE\"}" };

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct document *d;

		assert_int_equal(
			document_from_text(EXPORT_ORDER, str_of(texts[i]), &d),
			ERR_CORRUPT);
		assert_null(d);
	}
}

/* Keys of another version's table order. */
static void another_order_is_mended(void **state)
{
	struct document *d;

	(void)state;
	assert_int_equal(
		document_from_text(EXPORT_ORDER,
			STR("{\"status\":\"SHIPPED\",\"reference\":\"r\","
			    "\"updatedAt\":\"2024-05-28T15:01:29.000Z\","
			    "\"createdAt\":\"2024-05-28T15:01:29.000Z\"}"),
			&d),
		ERR_OK);
	assert_string_equal(d->reference, "r");
	document_destroy(d);
}

static void many_faults_are_counted(void **state)
{
	struct arena arena = { 0 };
	struct faults faults;
	json_t *body = json_object();
	char key[16];

	(void)state;
	for (int i = 0; i < 5000; i++) {
		snprintf(key, sizeof key, "k%d", i);
		json_object_set_new(body, key, json_true());
	}
	faults_init(&faults, &arena);
	assert_null(document_from_json(
		EXPORT_ORDER, body, "r", NULL, NOW, &faults));
	assert_int_equal(faults.count, FAULTS_MAX);
	assert_int_equal(faults.left_out, 5000 - FAULTS_MAX);
	assert_string_equal(faults_code(&faults), "UNKNOWN_FIELD");
	json_decref(body);
	arena_release(&arena);
}

static void messages(void **state)
{
	struct arena arena = { 0 };
	struct faults f;
	json_t *body = json_of("{'status':'X','stats':1}");

	(void)state;
	faults_init(&f, &arena);
	assert_null(document_from_json(EXPORT_ORDER, body, "r", NULL, NOW, &f));
	assert_non_null(strstr(f.list[0].message,
		"Unexpected value X for field status, must be one of "
		"CREATING, DRAFT_ORDER, ORDER_DRAFT_ON_HOLD, "));
	assert_string_equal(
		f.list[1].message, "Unknown field stats, did you mean status?");
	assert_string_equal(faults_code(&f), "VALIDATION_FAILED");
	json_decref(body);
	arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(faults_of_orders),
		cmocka_unit_test(faults_of_incidents),
		cmocka_unit_test(references_agree),
		cmocka_unit_test(long_texts),
		cmocka_unit_test(normal_form),
		cmocka_unit_test(the_old_one_lends),
		cmocka_unit_test(external_id_of_each_kind),
		cmocka_unit_test(set_status_keeps_the_form),
		cmocka_unit_test(damaged_texts),
		cmocka_unit_test(another_order_is_mended),
		cmocka_unit_test(many_faults_are_counted),
		cmocka_unit_test(messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
