/* File names: contract rule 6. */
#include "golden.h"

#include "sluice/model/export.h"

struct name_case {
	enum export_entity entity;
	const char *reference, *supplier, *store;
	enum file_name_format format;
	bool multi;
	const char *name;
};

static char *name_of(const struct name_case *c)
{
	struct document d = {
		.entity = c->entity,
		.reference = c->reference,
		.supplier_external_id = c->supplier,
		.store_external_id = c->store,
	};
	struct buf out = buf_make(4096);

	render_file_name(&d, FORMAT_JSON, c->format, c->multi, NOW, &out);
	assert_true(out.len <= 255);
	return buf_take(&out);
}

static void names(void **state)
{
	static const struct name_case cases[] = {
		{ EXPORT_ORDER, "172-189-1896838-1", "123", "", FILE_NAME_SHORT,
			false, "172-189-1896838-1.json" },
		{ EXPORT_ORDER, "172-189-1896838-1", "123", "s",
			FILE_NAME_STANDARD, false,
			"DJUST_172-189-1896838-1_123_20240604T103000_orders."
			"json" },
		{ EXPORT_ORDER, "1", "2", "paris", FILE_NAME_STANDARD, true,
			"DJUST_1_2_paris_20240604T103000_orders.json" },
		{ EXPORT_ORDER, "1", "", "", FILE_NAME_STANDARD, true,
			"DJUST_1__default_store_20240604T103000_orders.json" },
		{ EXPORT_INCIDENT, "INCIDENT_1234", "SUPP_321", "s",
			FILE_NAME_STANDARD, true,
			"DJUST_INCIDENT_1234_SUPP_321_20240604T103000_"
			"incidents.json" },
		{ EXPORT_INCIDENT, "I", "S", "", FILE_NAME_SHORT, false,
			"I.json" },
		{ EXPORT_ORDER, "..", "", "", FILE_NAME_SHORT, false,
			"%2E..json" },
		{ EXPORT_ORDER, "../../etc/passwd", ".x", "",
			FILE_NAME_STANDARD, false,
			"DJUST_%2E.%2F..%2Fetc%2Fpasswd_%2Ex_20240604T103000_"
			"orders.json" },
		{ EXPORT_ORDER, "a%2F b", "", "", FILE_NAME_SHORT, false,
			"a%252F%20b.json" },
		{ EXPORT_ORDER, "é~\\", "", "", FILE_NAME_SHORT, false,
			"%C3%A9%7E%5C.json" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *name = name_of(&cases[i]);

		assert_string_equal(name, cases[i].name);
		free(name);
	}
}

/* Too long for a file name: cut, but never the same name twice. */
static void long_ids(void **state)
{
	char id[2][256];
	struct name_case c = { .reference = id[0],
		.supplier = id[0],
		.store = id[0],
		.multi = true };

	(void)state;
	for (int shift = 0; shift < 3; shift++) {
		for (int format = 0; format < 2; format++) {
			char *a, *b;

			memset(id[0], 'x', (size_t)shift);
			memset(id[0] + shift, ' ', 255 - (size_t)shift);
			id[0][255] = '\0';
			memcpy(id[1], id[0], 256);
			id[1][254] = '!';
			c.format = (enum file_name_format)format;
			c.reference = id[0];
			a = name_of(&c);
			c.reference = id[1];
			b = name_of(&c);
			assert_string_not_equal(a, b);
			assert_non_null(strchr(a, '~'));
			/* No escape is cut. */
			assert_true(strchr(a, '~')[-3] == '%');
			free(a);
			free(b);
		}
	}
}

static void remote_paths(void **state)
{
	static const char *const paths[][2] = { { "/out", "/out/a.xml" },
		{ "/", "/a.xml" }, { "out", "out/a.xml" }, { "", "a.xml" } };

	(void)state;
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		struct export x = { .folder = str_of(paths[i][0]),
			.file_name = STR("a.xml") };
		struct buf out = buf_make(100);

		export_remote_path(&x, &out);
		assert_string_equal(out.data, paths[i][1]);
		buf_release(&out);
	}
}

static void states(void **state)
{
	static const char *const moves[EXPORT_STATE_COUNT] = { "RC", "YSFC",
		"RFC", "", "PC", "P" };
	static const char letters[] = "PRYSFC";
	enum export_state parsed;

	(void)state;
	for (int i = 0; i < EXPORT_STATE_COUNT; i++) {
		enum export_state from = (enum export_state)i;

		assert_true(export_state_parse(
			str_of(export_state_name(from)), &parsed));
		assert_int_equal(parsed, from);
		for (int j = 0; j < EXPORT_STATE_COUNT; j++)
			assert_int_equal(export_state_may_become(
						 from, (enum export_state)j),
				strchr(moves[i], letters[j]) != NULL);
		assert_int_equal(export_state_is_due(from),
			from == EXPORT_PENDING || from == EXPORT_RETRYING);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(long_ids),
		cmocka_unit_test(remote_paths),
		cmocka_unit_test(states),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
