/* The samples of the seeds, byte for byte but for white space. */
#include "golden.h"

static char *as_is(char *s)
{
	return s;
}

static void check(enum export_entity entity, const char *input,
	enum export_format format, const char *golden, char *(*squeeze)(char *))
{
	char *json = golden_text(input), *want = squeeze(golden_text(golden));
	struct document *d = document_of(entity, json, NULL);
	char *have = rendered(d, format);

	assert_string_equal(have, want);
	document_destroy(d);
	free(json);
	free(want);
	free(have);
}

static void seed_002_xml(void **state)
{
	(void)state;
	check(EXPORT_ORDER, "order-xml.json", FORMAT_XML, "order-xml.xml",
		squeeze_xml);
}

static void seed_002_json(void **state)
{
	(void)state;
	check(EXPORT_ORDER, "order-json.json", FORMAT_JSON,
		"order-json.expected.json", squeeze_json);
	/* What went out can come in again. */
	check(EXPORT_ORDER, "order-json.expected.json", FORMAT_JSON,
		"order-json.expected.json", squeeze_json);
}

static void seed_003_incident(void **state)
{
	(void)state;
	check(EXPORT_INCIDENT, "incident.json", FORMAT_JSON, "incident.json",
		squeeze_json);
	check(EXPORT_INCIDENT, "incident.json", FORMAT_XML,
		"incident.expected.xml", squeeze_xml);
}

static void csv_of_both(void **state)
{
	(void)state;
	check(EXPORT_ORDER, "order-csv.json", FORMAT_CSV,
		"order-csv.expected.csv", as_is);
	check(EXPORT_INCIDENT, "incident.json", FORMAT_CSV,
		"incident.expected.csv", as_is);
}

static void check_api(
	enum export_entity entity, const char *input, const char *golden)
{
	char *json = golden_text(input);
	char *want = squeeze_json(golden_text(golden));
	struct document *d = document_of(entity, json, NULL);
	struct buf have = buf_make(1 << 20);

	render_api_body(d, &have);
	assert_string_equal(have.data, want);
	buf_release(&have);
	document_destroy(d);
	free(json);
	free(want);
}

static void seed_003_api_bodies(void **state)
{
	(void)state;
	check_api(EXPORT_ORDER, "order-api.json", "order-api.expected.json");
	check_api(EXPORT_INCIDENT, "incident.json", "incident.json");
}

static void samples_render(void **state)
{
	(void)state;
	for (int e = 0; e < EXPORT_ENTITY_COUNT; e++) {
		struct document *d = render_sample((enum export_entity)e);
		char *xml = rendered(d, FORMAT_XML);
		char *want = squeeze_xml(golden_text(
			e == EXPORT_ORDER ? "order-xml.xml"
					  : "incident.expected.xml"));

		assert_string_equal(xml, want);
		free(xml);
		free(want);
		document_destroy(d);
	}
}

static void a_small_buffer_is_told(void **state)
{
	struct document *d = render_sample(EXPORT_ORDER);

	(void)state;
	for (int f = 0; f < FORMAT_COUNT; f++) {
		struct buf out = buf_make(500);

		render_document(d, (enum export_format)f, &out);
		assert_true(out.full);
		buf_release(&out);
	}
	document_destroy(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(seed_002_xml),
		cmocka_unit_test(seed_002_json),
		cmocka_unit_test(seed_003_incident),
		cmocka_unit_test(csv_of_both),
		cmocka_unit_test(seed_003_api_bodies),
		cmocka_unit_test(samples_render),
		cmocka_unit_test(a_small_buffer_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
