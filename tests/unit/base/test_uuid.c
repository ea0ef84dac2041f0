#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sluice/base/must.h"
#include "sluice/base/uuid.h"

static const uint8_t noise[8] = { 0xFF, 1, 2, 3, 4, 5, 6, 7 };

static void layout_of_version_7(void **state)
{
	struct uuid_source source = { 0 };
	struct uuid id = uuid_make(&source, INT64_C(0x0123456789AB), noise);
	char text[UUID_TEXT_SIZE];

	(void)state;
	assert_string_equal(
		uuid_format(id, text), "01234567-89ab-7000-bf01-020304050607");
	assert_true(uuid_time(id) == INT64_C(0x0123456789AB));
}

static void order_rises_whatever_the_clock_does(void **state)
{
	struct uuid_source source = { 0 };
	struct uuid last = { { 0 } };

	(void)state;
	for (int i = 0; i < 20000; i++) {
		int64_t now = 1000000 + (i % 3 == 0 ? -i : i / 5000);
		struct uuid id = uuid_make(&source, now, noise);

		assert_true(memcmp(id.bytes, last.bytes, sizeof id.bytes) > 0);
		assert_int_equal(id.bytes[6] >> 4, 7);
		assert_int_equal(id.bytes[8] >> 6, 2);
		last = id;
	}
}

static void the_floor_is_below_every_id_of_its_time(void **state)
{
	struct uuid_source source = { 0 };
	static const uint8_t zero[8] = { 0 };
	struct uuid id = uuid_make(&source, 5000, zero);
	struct uuid low = uuid_floor(5000), high = uuid_floor(5001);

	(void)state;
	assert_true(memcmp(low.bytes, id.bytes, 16) < 0);
	assert_true(memcmp(high.bytes, id.bytes, 16) > 0);
	assert_true(uuid_is_nil(uuid_floor(-1)));
}

static void reading_and_writing(void **state)
{
	static const char *const wrong[] = { "",
		"01234567-89ab-7000-bf01-02030405060",
		"01234567-89ab-7000-bf01-0203040506077",
		"01234567089ab-7000-bf01-02030405060",
		"01234567-89ab-7000-bf0102030405-0607",
		"g1234567-89ab-7000-bf01-020304050607",
		"{1234567-89ab-7000-bf01-020304050607" };
	struct uuid id;
	char text[UUID_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		assert_false(uuid_parse(str_of(wrong[i]), &id));
	assert_true(
		uuid_parse(STR("01234567-89AB-7000-BF01-020304050607"), &id));
	assert_string_equal(
		uuid_format(id, text), "01234567-89ab-7000-bf01-020304050607");
	assert_false(uuid_is_nil(id));
	assert_true(uuid_eq(id, id));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(layout_of_version_7),
		cmocka_unit_test(order_rises_whatever_the_clock_does),
		cmocka_unit_test(the_floor_is_below_every_id_of_its_time),
		cmocka_unit_test(reading_and_writing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
