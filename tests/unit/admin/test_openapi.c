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

static json_t *walk(json_t *value, const char *path)
{
	char key[64];

	while (*path != '\0') {
		size_t len = strcspn(path, "|");

		assert_true(len < sizeof key);
		memcpy(key, path, len);
		key[len] = '\0';
		value = json_object_get(value, key);
		path += len + (path[len] == '|');
	}
	return value;
}

/* Every status and header that only some calls have. */
static void test_answers(void **state)
{
	static const char *const there[] = {
		"/v1/orders/{reference}|put|responses|200|content",
		"/v1/orders/{reference}|put|responses|201|content",
		"/v1/incidents/{orderIncidentId}|put|responses|200|content",
		"/v1/incidents/{orderIncidentId}|put|responses|201|content",
		"/v1/entities/{entity}/{externalId}|put|responses|200|content",
		"/v1/entities/{entity}/{externalId}|put|responses|201|content",
		"/health/ready|get|responses|503|content",
		"/v1/mapper/client|post|responses|201|headers|Location",
		"/v1/mapper/jobout|post|responses|201|headers|Location",
		"/v1/mapper/jobout/{id}/duplicate|post|responses|201|headers|"
		"Location",
		"/v1/mapper/jobout/{id}|get|responses|200|headers|Deprecation",
		"/v1/mapper/jobout/{id}|get|responses|200|headers|Link",
		"/v2/jobouts/{id}/suppliers|delete|responses|204|headers|"
		"Warning",
		"/v1/session|post|responses|204|headers|Set-Cookie",
		"/v1/mapper/job|post|responses|201|headers|Location",
		"/v1/mapper/job/{id}/duplicate|post|responses|201|headers|"
		"Location",
		"/v1/mapper/job/{id}/file|post|requestBody|content|text/csv",
		"/v1/mapper/job/{id}/file|post|requestBody|content|"
		"application/json",
		"/v1/mapper/job/{id}/file|post|requestBody|content|"
		"application/xml",
		"/v1/mapper/executions/{id}/rejects.csv|get|responses|200|"
		"content|text/csv",
		"/v1/mapper/executions/{id}/rejects.csv|get|responses|200|"
		"headers|Content-Disposition",
	};
	json_t *paths = json_object_get(doc, "paths");

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(there); i++) {
		if (walk(paths, there[i]) == NULL)
			fail_msg("%s is missing", there[i]);
	}
	assert_null(walk(paths, "/health/live|get|responses|503"));
	assert_null(walk(
		paths, "/v2/mapper/jobout/{id}|get|responses|200|headers"));
}

static void test_only_the_old_call_is_deprecated(void **state)
{
	(void)state;
	for (size_t i = 0; i < route_count; i++)
		assert_int_equal(json_is_true(json_object_get(
					 operation(&routes[i]), "deprecated")),
			strcmp(routes[i].id, "getExportJobV1") == 0);
}

static bool requires(const char *path, const char *key)
{
	json_t *list = walk(doc, path), *item;
	size_t i;

	json_array_foreach (list, i, item) {
		if (strcmp(json_string_value(item), key) == 0)
			return true;
	}
	return false;
}

#define SCHEMA(rest) "components|schemas|" rest

static void test_what_bodies_require(void **state)
{
	(void)state;
	assert_true(requires(SCHEMA("ConnectionInput|required"), "name"));
	assert_true(requires(SCHEMA("ConnectionInput|properties|"
				    "clientConfiguration|required"),
		"type"));
	assert_true(
		requires(SCHEMA("ConnectionInformation|required"), "hostname"));
	assert_true(requires(SCHEMA("ExportJobDraft|required"), "format"));
	assert_false(requires(SCHEMA("ExportJobDraft|required"), "clientId"));
	assert_true(requires(SCHEMA("KeyInput|required"), "role"));
	assert_true(requires(SCHEMA("Status|required"), "status"));
	assert_non_null(
		walk(doc, SCHEMA("ExportJobDraft|properties|retry|properties|"
				 "permanentStatusCodes|items")));
	assert_non_null(walk(doc,
		SCHEMA("ConnectionInformation|properties|timeouts|properties|"
		       "poolIdle")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_route_is_there),
		cmocka_unit_test(test_nothing_else_is_there),
		cmocka_unit_test(test_operation_ids_are_unique),
		cmocka_unit_test(test_references),
		cmocka_unit_test(test_parameters),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_only_the_old_call_is_deprecated),
		cmocka_unit_test(test_what_bodies_require),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
