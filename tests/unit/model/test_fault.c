/* Faults: their code on top, and messages that are too long. */
#include "golden.h"

#include "sluice/model/export.h"

static void codes(void **state)
{
	struct arena arena = { 0 };
	struct faults f;

	(void)state;
	faults_init(&f, &arena);
	assert_string_equal(faults_code(&f), "VALIDATION_FAILED");
	faults_add(&f, FAULT_ENUM, "a", "x");
	faults_add(&f, FAULT_ENUM, "b", "y");
	assert_string_equal(faults_code(&f), FAULT_ENUM);
	faults_add(&f, FAULT_BOOLEAN, "c", "z");
	assert_string_equal(faults_code(&f), "VALIDATION_FAILED");
	faults_init(&f, &arena);
	faults_add(&f, FAULT_REQUIRED, "a", "x");
	assert_string_equal(faults_code(&f), "VALIDATION_FAILED");
	arena_release(&arena);
}

static void long_messages_are_cut(void **state)
{
	struct arena arena = { 0 };
	struct faults f;
	char *text = mem_alloc(6001);

	(void)state;
	for (int i = 0; i < 6000; i += 3)
		memcpy(text + i, "\xE2\x82\xAC", 3);
	faults_init(&f, &arena);
	for (int shift = 0; shift < 3; shift++) {
		faults_add(&f, FAULT_ENUM, "a", "%.*s%s", shift, "xx", text);
		assert_true(str_is_utf8(str_of(f.list[shift].message)));
		assert_true(strlen(f.list[shift].message) > 2000);
		assert_true(strlen(f.list[shift].message) < 2048);
	}
	arena_release(&arena);
	free(text);
}

static void outcomes(void **state)
{
	enum export_state s;

	(void)state;
	assert_string_equal(attempt_outcome_name(ATTEMPT_RUNNING), "RUNNING");
	assert_string_equal(attempt_outcome_name(ATTEMPT_UNKNOWN), "UNKNOWN");
	assert_false(export_state_parse(STR("PENDING"), &s));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(codes),
		cmocka_unit_test(long_messages_are_cut),
		cmocka_unit_test(outcomes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
