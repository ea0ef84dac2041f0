/* The route table: its order, what it finds, and what it refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../../../src/admin/route.h"
#include "sluice/base/must.h"

static const struct route *find(const char *method, const char *path)
{
	struct route_match m;

	route_find(method, path, &m);
	return m.route;
}

static void test_the_table_is_alphabetical(void **state)
{
	(void)state;
	for (size_t i = 1; i < route_count; i++) {
		int order = strcmp(routes[i - 1].path, routes[i].path);

		assert_true(order <= 0);
		if (order == 0)
			assert_true(strcmp(routes[i - 1].method,
					    routes[i].method) < 0);
	}
}

/* Contract section 2: readers only GET, users all but keys and deletes. */
static void test_roles(void **state)
{
	(void)state;
	for (size_t i = 0; i < route_count; i++) {
		const struct route *r = &routes[i];
		bool session = strcmp(r->path, "/v1/session") == 0;

		if (session || strncmp(r->path, "/health/", 8) == 0)
			continue;
		if (strncmp(r->path, "/v1/keys", 8) == 0 ||
			strcmp(r->method, "DELETE") == 0)
			assert_int_equal(r->access, FOR_ADMIN);
		else
			assert_int_equal(r->access,
				strcmp(r->method, "GET") == 0 ? FOR_READER
							      : FOR_USER);
	}
}

static void test_find(void **state)
{
	struct route_match m;

	(void)state;
	assert_string_equal(
		find("POST", "/v1/mapper/exports/retry")->id, "retryExports");
	assert_string_equal(
		find("POST", "/v1/mapper/exports/x/retry")->id, "retryExport");
	assert_string_equal(find("POST", "/v1/mapper/jobout/preview")->id,
		"previewExportJob");
	assert_string_equal(find("HEAD", "/v1/orders")->id, "listOrders");
	assert_string_equal(find("PUT", "/v1/orders/bulk")->id, "putOrder");
	route_find("PUT", "/v1/entities/SUPPLIER/a%2Fb", &m);
	assert_true(str_eq(m.params[0], STR("SUPPLIER")));
	assert_true(str_eq(m.params[1], STR("a%2Fb")));
}

static void test_not_found_and_not_allowed(void **state)
{
	struct arena arena = { NULL };
	struct route_match m;

	(void)state;
	route_find("GET", "/v1/orders/", &m);
	assert_null(m.route);
	assert_false(m.path_known);
	route_find("GET", "/v1/orders/a/b", &m);
	assert_false(m.path_known);
	route_find("GET", "/v1/order", &m);
	assert_false(m.path_known);
	route_find("PATCH", "/v1/orders/a", &m);
	assert_null(m.route);
	assert_true(m.path_known);
	assert_string_equal(
		route_allow("/v1/orders/a", &arena), "GET, HEAD, PUT");
	assert_string_equal(
		route_allow("/v1/orders/bulk", &arena), "GET, HEAD, POST, PUT");
	assert_string_equal(route_allow("/v1/keys/a", &arena), "DELETE");
	arena_release(&arena);
}

static void test_decode(void **state)
{
	struct arena arena = { NULL };

	(void)state;
	assert_string_equal(
		route_decode(STR("a%2Fb%20%c3%A9+"), &arena), "a/b \xc3\xa9+");
	assert_null(route_decode(STR("a%00b"), &arena));
	assert_null(route_decode(STR("a%2"), &arena));
	assert_null(route_decode(STR("a%zz"), &arena));
	assert_null(route_decode(STR("%ff"), &arena));
	arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_table_is_alphabetical),
		cmocka_unit_test(test_roles),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_not_found_and_not_allowed),
		cmocka_unit_test(test_decode),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
