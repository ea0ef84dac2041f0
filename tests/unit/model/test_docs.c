/* docs/orders.md shows the tables of the fields as they are.  When this fails,
 * put the printed table in. */
#include "../../../src/model/field.h"
#include "golden.h"

static const char *const type_names[FIELD_TYPE_COUNT] = {
	[FIELD_TEXT] = "text",
	[FIELD_ID] = "id",
	[FIELD_TYPED] = "text",
	[FIELD_BOOL] = "boolean",
	[FIELD_COUNT] = "count",
	[FIELD_AMOUNT] = "amount",
	[FIELD_TIME] = "time",
	[FIELD_TIME_S] = "time (seconds)",
	[FIELD_STATUS] = "status",
	[FIELD_VALUES] = "list of texts",
};

static const char *const presences[] = {
	[ALWAYS] = "",
	[WHEN_SET] = "only when set",
	[CSV_ONLY] = "not in XML and JSON",
	[NOT_EXPORTED] = "not exported",
};

static void put_rows(struct buf *out, const struct field *fields, size_t count,
	const char *prefix)
{
	for (const struct field *f = fields; f < fields + count; f++) {
		char path[256];
		bool many = f->type == FIELD_LIST || f->type == FIELD_ARRAY;

		snprintf(path, sizeof path, "%s%s%s%s%s", prefix, f->key,
			f->item == NULL ? "" : ".",
			f->item == NULL ? "" : f->item,
			many || f->item != NULL ? "[]" : "");
		if (f->fields == NULL) {
			buf_printf(out, "| `%s` | %s | %s%s |\n", path,
				type_names[f->type], presences[f->presence],
				f->required ? "required" : "");
			continue;
		}
		if (f->presence != ALWAYS)
			buf_printf(out, "| `%s` | %s | %s |\n", path,
				many ? "list" : "object",
				presences[f->presence]);
		strcat(path, ".");
		put_rows(out, f->fields, f->count, path);
	}
}

static void check(const struct document_kind *kind, const char *doc)
{
	struct buf table = buf_make(1 << 20);

	buf_text(&table, "| field | type | note |\n|---|---|---|\n");
	put_rows(&table, kind->fields, kind->count, "");
	if (strstr(doc, table.data) == NULL) {
		fputs(table.data, stderr); /* too long for fail_msg() */
		fail_msg("docs/orders.md lacks the table above");
	}
	buf_release(&table);
}

static void tables_are_shown(void **state)
{
	char *doc = golden_text("../../docs/orders.md");

	(void)state;
	check(&document_order, doc);
	check(&document_incident, doc);
	for (int e = 0; e < EXPORT_ENTITY_COUNT; e++)
		for (status_index s = 0;
			s < status_count((enum export_entity)e); s++)
			assert_non_null(strstr(
				doc, status_name((enum export_entity)e, s)));
	free(doc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tables_are_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
