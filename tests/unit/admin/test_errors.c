/* The bodies of errors (contract section 2). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../../../src/admin/call.h"
#include "../../../src/admin/event_answer.h"

static json_t *members(unsigned status, const char *code, const char *message,
	const struct faults *f)
{
	struct buf b = buf_make(10000);
	json_t *value;

	buf_char(&b, '{');
	error_members(&b, status, code, message, f);
	buf_char(&b, '}');
	value = json_loadb(b.data, b.len, 0, NULL);
	buf_release(&b);
	assert_non_null(value);
	return value;
}

static const char *text(json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static void test_without_faults(void **state)
{
	json_t *e = members(409, "DUPLICATE_NAME", "say \"no\"", NULL);

	(void)state;
	assert_int_equal(json_integer_value(json_object_get(e, "status")), 409);
	assert_string_equal(text(e, "error"), "Conflict");
	assert_string_equal(text(e, "code"), "DUPLICATE_NAME");
	assert_string_equal(text(e, "message"), "say \"no\"");
	assert_int_equal(json_array_size(json_object_get(e, "errors")), 0);
	json_decref(e);
}

static void test_with_all_faults(void **state)
{
	struct arena arena = { NULL };
	struct faults f;
	json_t *e, *first;

	(void)state;
	faults_init(&f, &arena);
	faults_add(&f, FAULT_ENUM, "a.b", "a.b is one");
	faults_add(&f, FAULT_UNKNOWN_FIELD, "c", "two");
	e = members(400, faults_code(&f), faults_message(&f), &f);
	first = json_array_get(json_object_get(e, "errors"), 0);
	assert_string_equal(text(e, "code"), "VALIDATION_FAILED");
	assert_string_equal(
		text(e, "message"), "2 faults; the first: a.b is one");
	assert_string_equal(text(first, "code"), "F-E-008");
	assert_string_equal(text(first, "field"), "a.b");
	assert_string_equal(text(first, "message"), "a.b is one");
	json_decref(e);
	arena_release(&arena);
}

/* Whoever reads a message alone must know what it is about. */
static void test_messages_name_the_field(void **state)
{
	static const struct {
		const char *field, *message, *shown;
	} rows[] = {
		{ "name", "must not be blank", "name must not be blank" },
		{ "ids", "needs at least one id", "ids needs at least one id" },
		{ "retry.a", "expected a text", "retry.a: expected a text" },
		{ "name", "filename hostnames names name_",
			"name: filename hostnames names name_" },
		{ "name", "name is required", "name is required" },
		{ "name", "surname or name", "surname or name" },
		{ "a[2].b", "Unknown field a[2].b", "Unknown field a[2].b" },
		{ "", "must be an object", "must be an object" },
	};
	struct arena arena = { NULL };
	struct faults f;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		json_t *e, *fault;

		faults_init(&f, &arena);
		faults_add(&f, FAULT_INVALID, rows[i].field, "%s",
			rows[i].message);
		e = members(400, faults_code(&f), faults_message(&f), &f);
		fault = json_array_get(json_object_get(e, "errors"), 0);
		assert_string_equal(text(e, "message"), rows[i].shown);
		assert_string_equal(text(fault, "message"), rows[i].shown);
		json_decref(e);
	}
	arena_release(&arena);
}

static void test_errors_of_lower_floors(void **state)
{
	static const struct {
		enum err e;
		unsigned status;
		const char *code;
	} rows[] = {
		{ ERR_STORE_FULL, 507, "STORE_FULL" },
		{ ERR_NO_SPACE, 507, "STORE_FULL" },
		{ ERR_CONFLICT, 409, "CONFLICT" },
		{ ERR_NOT_FOUND, 404, "NOT_FOUND" },
		{ ERR_IO, 500, "INTERNAL_ERROR" },
		{ ERR_CORRUPT, 500, "INTERNAL_ERROR" },
	};
	const char *code;
	unsigned status;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		err_answer(rows[i].e, &status, &code);
		assert_int_equal(status, rows[i].status);
		assert_string_equal(code, rows[i].code);
	}
}

static void test_events(void **state)
{
	struct diag why = { .code = ERR_STORE_FULL, .text = "full" };
	struct event_answer a;

	(void)state;
	a = event_answer(EVENT_FAILED, NULL, &why);
	assert_int_equal(a.status, 507);
	assert_string_equal(a.message, "full");
	a = event_answer(EVENT_REGRESSION, NULL, &why);
	assert_int_equal(a.status, 409);
	a = event_answer(EVENT_CREATED, NULL, &why);
	assert_int_equal(a.status, 201);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_without_faults),
		cmocka_unit_test(test_with_all_faults),
		cmocka_unit_test(test_messages_name_the_field),
		cmocka_unit_test(test_errors_of_lower_floors),
		cmocka_unit_test(test_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
