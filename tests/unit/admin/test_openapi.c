/* The description holds every route and nothing else. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../../src/admin/openapi.h"
#include "../../../src/admin/route.h"

static json_t *doc;

static int setup(void **state)
{
	char *text = openapi_make("1.2.3");
	json_error_t e;

	(void)state;
	doc = json_loads(text, JSON_REJECT_DUPLICATES, &e);
	if (doc == NULL)
		print_error("%d:%d %s\n", e.line, e.column, e.text);
	free(text);
	return doc == NULL;
}

static int teardown(void **state)
{
	(void)state;
	json_decref(doc);
	return 0;
}

static json_t *operation(const struct route *r)
{
	char method[16];
	size_t i = 0;

	for (; r->method[i] != '\0'; i++)
		method[i] = (char)tolower(r->method[i]);
	method[i] = '\0';
	return json_object_get(
		json_object_get(json_object_get(doc, "paths"), r->path),
		method);
}

static void test_every_route_is_there(void **state)
{
	(void)state;
	for (size_t i = 0; i < route_count; i++) {
		json_t *o = operation(&routes[i]);

		assert_non_null(o);
		assert_string_equal(
			json_string_value(json_object_get(o, "operationId")),
			routes[i].id);
		assert_non_null(json_object_get(o, "responses"));
		assert_int_equal(*routes[i].takes != '\0',
			json_object_get(o, "requestBody") != NULL);
	}
}

static void test_nothing_else_is_there(void **state)
{
	size_t count = 0;
	const char *path;
	json_t *item;

	(void)state;
	json_object_foreach (json_object_get(doc, "paths"), path, item) {
		count += json_object_size(item);
	}
	assert_int_equal(count, route_count);
}

static void test_operation_ids_are_unique(void **state)
{
	(void)state;
	for (size_t i = 0; i < route_count; i++)
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(routes[i].id, routes[k].id);
}

static void check_schema(const char *name)
{
	json_t *schemas =
		json_object_get(json_object_get(doc, "components"), "schemas");

	assert_non_null(json_object_get(schemas, name));
}

/* Every $ref anywhere names a schema that is there. */
static void check_refs(json_t *value)
{
	const char *key;
	json_t *item;
	size_t i;

	json_object_foreach (value, key, item) {
		if (strcmp(key, "$ref") == 0)
			check_schema(strrchr(json_string_value(item), '/') + 1);
		check_refs(item);
	}
	json_array_foreach (value, i, item) {
		check_refs(item);
	}
}

static void test_references(void **state)
{
	(void)state;
	check_refs(doc);
	assert_string_equal(
		json_string_value(json_object_get(doc, "openapi")), "3.1.0");
}

/* A parameter for each {..} of the path and each name of the query. */
static void test_parameters(void **state)
{
	(void)state;
	for (size_t i = 0; i < route_count; i++) {
		size_t wanted = *routes[i].query != '\0';
		json_t *list =
			json_object_get(operation(&routes[i]), "parameters");

		for (const char *p = routes[i].query; *p != '\0'; p++)
			wanted += *p == ' ';
		for (const char *p = routes[i].path; *p != '\0'; p++)
			wanted += *p == '{';
		assert_int_equal(json_array_size(list), wanted);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_route_is_there),
		cmocka_unit_test(test_nothing_else_is_there),
		cmocka_unit_test(test_operation_ids_are_unique),
		cmocka_unit_test(test_references),
		cmocka_unit_test(test_parameters),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
