/* page, size, sort and the other query values; the body of a list. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../../../src/admin/query.h"

static struct arena arena;
static struct faults faults;

static int setup(void **state)
{
	(void)state;
	faults_init(&faults, &arena);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_release(&arena);
	return 0;
}

static struct list_query list_of(struct param *first)
{
	struct call c = { .query = first };
	struct list_query q;

	query_list(&c, "name createdAt", false, &faults, &q);
	return q;
}

static void test_defaults(void **state)
{
	struct list_query q = list_of(NULL);

	(void)state;
	assert_false(faults_any(&faults));
	assert_int_equal(q.page.size, 20);
	assert_int_equal(q.page.offset, 0);
	assert_int_equal(q.sort, 0);
	assert_false(q.page.descending);
}

static void test_page_size_sort(void **state)
{
	struct param sort = { "sort", "createdAt:desc", NULL };
	struct param size = { "size", "500", &sort };
	struct param page = { "page", "3", &size };
	struct list_query q = list_of(&page);

	(void)state;
	assert_false(faults_any(&faults));
	assert_int_equal(q.page.size, 500);
	assert_int_equal(q.page.offset, 1500);
	assert_int_equal(q.sort, 1);
	assert_true(q.page.descending);
}

static void test_faults_all_at_once(void **state)
{
	struct param sort = { "sort", "nope:asc", NULL };
	struct param size = { "size", "501", &sort };
	struct param page = { "page", "-1", &size };

	(void)state;
	(void)list_of(&page);
	assert_int_equal(faults.count, 3);
	assert_string_equal(faults.list[0].field, "page");
	assert_string_equal(faults.list[1].field, "size");
	assert_string_equal(faults.list[2].field, "sort");
}

static void test_more_faults(void **state)
{
	static const char *const wrong[][2] = { { "size", "0" },
		{ "size", "x" }, { "size", "" }, { "page", "1.5" },
		{ "page", "99999999999999999999" }, { "sort", "name:up" },
		{ "sort", ":asc" }, { "sort", "" } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		struct param p = { wrong[i][0], wrong[i][1], NULL };

		(void)list_of(&p);
		assert_int_equal(faults.count, i + 1);
	}
}

static void test_values(void **state)
{
	struct param time = { "from", "2025-03-24T14:32:31.824Z", NULL };
	struct param flag = { "active", "maybe", &time };
	struct param id = { "id", "not-an-id", &flag };
	struct call c = { .query = &id };
	struct uuid uuid;
	int64_t ms;
	bool b;

	(void)state;
	assert_true(query_time(&c, "from", &faults, &ms));
	assert_int_equal(ms, INT64_C(1742826751824));
	assert_false(query_time(&c, "to", &faults, &ms));
	assert_false(faults_any(&faults));
	assert_false(query_bool(&c, "active", &faults, &b));
	assert_false(query_uuid(&c, "id", &faults, &uuid));
	assert_int_equal(faults.count, 2);
}

/* A plus that was not encoded arrives as a blank. */
static void test_blank_before_an_offset(void **state)
{
	static const char *const wrong[] = { "2025-03-24 14:32:31Z",
		"2025-03-24T14:32:31 Z", "2025-03-24T14:32:31  02:00",
		"2025-03-24T14:32:31 02:00 ", " ", "" };
	struct param time = { "from", "2025-03-24T16:32:31.824 02:00", NULL };
	struct call c = { .query = &time };
	int64_t ms;

	(void)state;
	assert_true(query_time(&c, "from", &faults, &ms));
	assert_int_equal(ms, INT64_C(1742826751824));
	assert_false(faults_any(&faults));
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		time.value = wrong[i];
		assert_false(query_time(&c, "from", &faults, &ms));
	}
	assert_int_equal(faults.count, ARRAY_LEN(wrong));
}

static void check_list(
	uint64_t number, uint64_t total, size_t rows, const char *end)
{
	struct call c = { .body = buf_make(1000) };
	struct list_query q = { .number = number,
		.page = { .size = 2, .total = total } };

	list_begin(&c);
	for (size_t i = 0; i < rows; i++) {
		list_next(&c);
		buf_char(&c.body, '1');
	}
	list_end(&c, &q);
	assert_non_null(strstr(c.body.data, end));
	buf_release(&c.body);
}

static void test_list_bodies(void **state)
{
	(void)state;
	check_list(0, 0, 0,
		"{\"content\":[],\"number\":0,\"size\":2,"
		"\"numberOfElements\":0,\"totalElements\":0,\"totalPages\":0,"
		"\"first\":true,\"last\":true,\"empty\":true}");
	check_list(0, 5, 2,
		"{\"content\":[1,1],\"number\":0,\"size\":2,"
		"\"numberOfElements\":2,\"totalElements\":5,\"totalPages\":3,"
		"\"first\":true,\"last\":false,\"empty\":false}");
	check_list(2, 5, 1, "\"totalPages\":3,\"first\":false,\"last\":true");
	check_list(9, 5, 0,
		"\"totalPages\":3,\"first\":false,\"last\":true,\"empty\":"
		"true");
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_defaults),
		TEST(test_page_size_sort),
		TEST(test_faults_all_at_once),
		TEST(test_more_faults),
		TEST(test_values),
		TEST(test_blank_before_an_offset),
		TEST(test_list_bodies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
