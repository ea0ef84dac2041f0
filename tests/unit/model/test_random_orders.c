/* 10,000 random orders: what we write, other people's parsers read back equal,
 * field by field. */
#include "random_order.h"

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <math.h>

#define ORDERS 10000

/* What a text field of an export must say for the value of the normal form. */
static void expect_text(struct buf *out, const struct field *f,
	const json_t *value, enum export_format format)
{
	buf_clear(out);
	if (json_is_boolean(value))
		buf_text(out, json_is_true(value) ? "true" : "false");
	else if (f->type == FIELD_TIME && format == FORMAT_JSON)
		buf_printf(out, "%.23s+00:00", json_string_value(value));
	else
		buf_text(out, json_string_value(value));
}

static void check_scalar(
	const struct field *f, const json_t *value, xmlNodePtr node)
{
	xmlChar *text = xmlNodeGetContent(node);
	struct buf want = buf_make(1 << 20);

	if (json_is_number(value)) {
		assert_true(
			strtod((char *)text, NULL) == json_number_value(value));
		assert_null(strpbrk((char *)text, "eE"));
		assert_int_equal(
			strchr((char *)text, '.') != NULL, json_is_real(value));
	} else {
		expect_text(&want, f, value, FORMAT_XML);
		assert_string_equal(text, buf_view(&want).ptr);
	}
	assert_int_equal(xmlHasNsProp(node, (const xmlChar *)"type",
				 (const xmlChar *)"http://www.w3.org/2001/"
						  "XMLSchema-instance") != NULL,
		f->type == FIELD_TYPED || f->type == FIELD_VALUES);
	buf_release(&want);
	xmlFree(text);
}

static void check_xml(const struct field *fields, size_t count,
	const json_t *object, xmlNodePtr parent);

static void check_xml_value(
	const struct field *f, const json_t *value, xmlNodePtr node)
{
	const json_t *items = list_items(f, value);
	xmlNodePtr item = node->children;

	if (f->type == FIELD_OBJECT) {
		check_xml(f->fields, f->count, value, node);
	} else if (f->item != NULL) {
		for (size_t i = 0; i < json_array_size(items); i++) {
			assert_non_null(item);
			assert_string_equal(item->name, f->item);
			if (f->type == FIELD_VALUES)
				check_scalar(f, json_array_get(items, i), item);
			else
				check_xml(f->fields, f->count,
					json_array_get(items, i), item);
			item = item->next;
		}
		assert_null(item);
	} else {
		check_scalar(f, value, node);
	}
}

static void check_xml(const struct field *fields, size_t count,
	const json_t *object, xmlNodePtr parent)
{
	xmlNodePtr node = parent->children;

	for (const struct field *f = fields; f < fields + count; f++) {
		const json_t *value = json_object_get(object, f->key);
		bool collection = f->item != NULL && f->presence == ALWAYS;

		if (f->presence >= CSV_ONLY || (value == NULL && !collection))
			continue;
		assert_non_null(node);
		assert_string_equal(node->name, f->key);
		assert_string_equal(
			node->ns->href, "http://djust.com/export/type");
		check_xml_value(f, value, node);
		node = node->next;
	}
	assert_null(node);
}

static void xml_reads_back(const struct document *d)
{
	char *xml = rendered(d, FORMAT_XML);
	xmlDocPtr doc = xmlReadMemory(xml, (int)strlen(xml), NULL, NULL,
		XML_PARSE_NONET | XML_PARSE_NOERROR);

	if (doc == NULL)
		fail_msg("does not parse: %s", xml);
	assert_string_equal(xmlDocGetRootElement(doc)->name, "Order");
	check_xml(document_order.fields, document_order.count, d->body,
		xmlDocGetRootElement(doc));
	xmlFreeDoc(doc);
	free(xml);
}

static void check_json(const struct field *fields, size_t count,
	const json_t *object, json_t *have);

static void check_json_list(
	const struct field *f, const json_t *value, const json_t *have)
{
	const json_t *want = list_items(f, value), *items = list_items(f, have);

	assert_true(json_is_array(items));
	assert_int_equal(json_array_size(items), json_array_size(want));
	for (size_t i = 0; i < json_array_size(items); i++) {
		json_t *item = json_array_get(items, i);

		if (f->type == FIELD_VALUES)
			assert_true(json_equal(item, json_array_get(want, i)));
		else
			check_json(f->fields, f->count, json_array_get(want, i),
				item);
	}
}

static void check_json_value(
	const struct field *f, const json_t *value, json_t *have)
{
	struct buf want = buf_make(1 << 20);

	if (f->type >= FIELD_LIST) {
		check_json_list(f, value, have);
	} else if (value == NULL) {
		assert_true(json_is_null(have));
	} else if (f->type == FIELD_OBJECT) {
		check_json(f->fields, f->count, value, have);
	} else if (json_is_number(value)) {
		assert_true(json_equal(value, have));
	} else {
		expect_text(&want, f, value, FORMAT_JSON);
		assert_string_equal(
			json_string_value(have), buf_view(&want).ptr);
	}
	buf_release(&want);
}

static void check_json(const struct field *fields, size_t count,
	const json_t *object, json_t *have)
{
	void *at = json_object_iter(have);

	for (const struct field *f = fields; f < fields + count; f++) {
		const json_t *value = json_object_get(object, f->key);

		if (f->presence >= CSV_ONLY ||
			(value == NULL && f->presence == WHEN_SET))
			continue;
		assert_non_null(at);
		assert_string_equal(json_object_iter_key(at), f->key);
		check_json_value(f, value, json_object_iter_value(at));
		at = json_object_iter_next(have, at);
	}
	assert_null(at);
}

static void json_reads_back(const struct document *d)
{
	char *text = rendered(d, FORMAT_JSON);
	json_t *have = json_loads(text, JSON_REJECT_DUPLICATES, NULL);

	assert_non_null(have);
	check_json(document_order.fields, document_order.count, d->body, have);
	json_decref(have);
	free(text);
}

/* Stored and read again it is the same document, and so are its exports. */
static void storage_keeps_it(const struct document *d)
{
	char *text = stored(d), *again;
	struct document *copy;

	assert_true(document_is_normal(&document_order, d->body));
	assert_int_equal(
		document_from_text(EXPORT_ORDER, str_of(text), &copy), ERR_OK);
	assert_true(json_equal(copy->body, d->body));
	assert_int_equal(copy->updated_at, d->updated_at);
	again = stored(copy);
	assert_string_equal(text, again);
	document_destroy(copy);
	free(text);
	free(again);
}

static void ten_thousand(void **state)
{
	uint64_t seed = 88172645463325252;

	(void)state;
	for (int i = 0; i < ORDERS; i++) {
		struct document *d = random_order(&seed);
		char *csv = rendered(d, FORMAT_CSV);

		xml_reads_back(d);
		json_reads_back(d);
		storage_keeps_it(d);
		free(csv);
		document_destroy(d);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ten_thousand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
