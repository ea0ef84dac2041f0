/* docs/entities.md shows the tables of the entities as they are: what stands
 * between its first table and its end is written here.  When it differs,
 * SLUICE_WRITE_EXPECTED=1 writes it anew. */
#include "golden.h"

#include "sluice/model/entity_field.h"

#define PAGE  "../../docs/entities.md"
#define BEGIN "<!-- tables -->\n"

static void put_names(struct buf *out, const char *names, const char *quote)
{
	struct str name;
	bool first = true;

	while (entity_names_next(&names, &name)) {
		buf_printf(out, "%s%s%.*s%s", first ? "" : ", ", quote,
			STR_ARG(name), quote);
		first = false;
	}
}

static void put_type(struct buf *out, const struct entity_field *f)
{
	buf_text(out, entity_type_name(f->type));
	if (f->type == ENTITY_ENUM || f->type == ENTITY_ENUMS)
		buf_printf(out, " %s", f->values);
	if (f->type == ENTITY_REF || f->type == ENTITY_REFS)
		buf_printf(out, " to %s",
			f->target == ENTITY_VARIANT ? "variants"
			: f->target == ENTITY_OFFER_PRICE
				? "offer prices"
				: entity_kind_name(f->target));
	if (f->limit > 0)
		buf_printf(out, ", up to %u characters", f->limit);
	if (f->min > 0)
		buf_printf(out, ", from %u", f->min);
}

static const char *const needs[] = { [OPT] = "",
	[REQ] = "yes",
	[MULTI] = "several stores",
	[EITHER] = "one of them" };
static const char *const edits[] = {
	[NO] = "no", [YES] = "yes", [ADD] = "adds", [ACT] = "acts"
};

static void put_section(struct buf *out, const struct entity_section *s)
{
	buf_text(out,
		"| JSON key | CSV header | create | update | editable | type | "
		"default |\n|---|---|---|---|---|---|---|\n");
	for (size_t i = 0; i < s->count; i++) {
		const struct entity_field *f = &s->fields[i];

		buf_printf(out, "| `%s`", f->key);
		if (f->aliases != NULL) {
			buf_text(out, ", also ");
			put_names(out, f->aliases, "`");
		}
		buf_text(out, " | ");
		put_names(out, f->labels, "");
		buf_printf(out, " | %s | %s | %s | ", needs[f->create],
			needs[f->update], edits[f->edit]);
		put_type(out, f);
		buf_printf(out, " | %s |\n",
			f->initial == NULL    ? ""
			: *f->initial == '\0' ? "(empty)"
					      : f->initial);
	}
	if (s->prefix != NULL)
		buf_printf(out,
			"| `%s<id>` | %s<id> | | | yes | text; blank deletes "
			"| |\n",
			s->prefix, s->prefix);
}

static void put_kind(struct buf *out, const struct entity_table *t)
{
	buf_printf(out, "\n## %s\n\n", entity_kind_name(t->kind));
	if (t->note != NULL)
		buf_printf(out, "%s\n\n", t->note);
	put_section(out, &t->top);
	if (t->list_key == NULL)
		return;
	buf_printf(out, "\nItems, in JSON a list `%s`", t->list_key);
	if (t->list_aliases != NULL) {
		buf_text(out, " (also ");
		put_names(out, t->list_aliases, "`");
		buf_char(out, ')');
	}
	buf_text(out, ", in CSV columns of the row:\n\n");
	put_section(out, &t->item);
}

static void put_order(struct buf *out)
{
	const enum entity_kind *order = entity_recommended_order();
	size_t count;
	const struct entity_edge *edges = entity_edges(&count);

	buf_text(out, "\n## Recommended order\n\n");
	for (size_t i = 0; i < ENTITY_KINDS; i++)
		buf_printf(out, "%zu. %s\n", i + 1, entity_kind_name(order[i]));
	buf_text(out, "\n| before | after | because |\n|---|---|---|\n");
	for (size_t i = 0; i < count; i++)
		buf_printf(out, "| %s | %s | %s |\n",
			entity_kind_name(edges[i].before),
			entity_kind_name(edges[i].after), edges[i].reason);
}

static void write_page(const char *page, size_t head, const struct buf *tables)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof path, "%s/golden/%s", TEST_DIR, PAGE);
	f = fopen(path, "wb");
	assert_non_null(f);
	fwrite(page, 1, head, f);
	fwrite(tables->data, 1, tables->len, f);
	fclose(f);
}

static void tables_are_shown(void **state)
{
	char *page = golden_text(PAGE);
	char *begin = strstr(page, BEGIN);
	struct buf tables = buf_make(1 << 20);

	(void)state;
	assert_non_null(begin);
	begin += strlen(BEGIN);
	for (size_t k = 0; k < ENTITY_KINDS; k++)
		put_kind(&tables, entity_table((enum entity_kind)k));
	put_order(&tables);
	if (getenv("SLUICE_WRITE_EXPECTED") != NULL)
		write_page(page, (size_t)(begin - page), &tables);
	else if (strcmp(begin, tables.data) != 0)
		fail_msg("docs/entities.md is out of date: run this test with "
			 "SLUICE_WRITE_EXPECTED=1");
	buf_release(&tables);
	free(page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tables_are_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
