/* The order in which import jobs should run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sluice/model/import_order.h"

static struct uuid id_of(uint8_t n)
{
	return (struct uuid){ { n } };
}

static struct import_job job(
	uint8_t id, const char *name, enum entity_kind entity)
{
	return (struct import_job){ .id = id_of(id),
		.name = (char *)(uintptr_t)name,
		.entity = entity };
}

static void expect(
	const struct import_job **jobs, size_t count, const char *const *names)
{
	import_order_sort(jobs, count);
	for (size_t i = 0; i < count; i++)
		assert_string_equal(jobs[i]->name, names[i]);
}

static void by_entity_then_name(void **state)
{
	struct import_job offers = job(1, "offers", ENTITY_OFFER);
	struct import_job b = job(2, "b", ENTITY_PRODUCT);
	struct import_job a = job(3, "a", ENTITY_PRODUCT);
	struct import_job suppliers = job(4, "suppliers", ENTITY_SUPPLIER);
	const struct import_job *jobs[] = { &offers, &b, &a, &suppliers };

	(void)state;
	expect(jobs, 4,
		(const char *const[]){ "suppliers", "a", "b", "offers" });
}

static void after_moves_back(void **state)
{
	struct uuid after[] = { id_of(1), id_of(2) };
	struct import_job offers = job(1, "offers", ENTITY_OFFER);
	struct import_job products = job(2, "products", ENTITY_PRODUCT);
	struct import_job suppliers = job(3, "suppliers", ENTITY_SUPPLIER);
	const struct import_job *jobs[] = { &suppliers, &offers, &products };

	(void)state;
	suppliers.after = after;
	suppliers.after_count = 2;
	expect(jobs, 3,
		(const char *const[]){ "offers", "products", "suppliers" });
}

static void circles_and_strangers(void **state)
{
	struct uuid to_b = id_of(2), to_a = id_of(1), gone = id_of(9);
	struct import_job a = job(1, "a", ENTITY_STORE);
	struct import_job b = job(2, "b", ENTITY_STORE);
	struct import_job c = job(3, "c", ENTITY_STORE);
	const struct import_job *jobs[] = { &c, &b, &a };

	(void)state;
	a.after = &to_b;
	b.after = &to_a;
	c.after = &gone;
	a.after_count = b.after_count = c.after_count = 1;
	expect(jobs, 3, (const char *const[]){ "b", "a", "c" });
	import_order_sort(jobs, 0);
}

static void reasons(void **state)
{
	struct uuid after = id_of(3);
	struct import_job offers = job(1, "offers", ENTITY_OFFER);
	struct import_job products = job(2, "products", ENTITY_PRODUCT);
	struct import_job stores = job(3, "stores", ENTITY_STORE);

	(void)state;
	assert_string_equal(import_order_reason(&offers, &products),
		"An offer puts a variant of a product up for sale.");
	assert_null(import_order_reason(&products, &offers));
	assert_null(import_order_reason(&offers, &stores));
	offers.after = &after;
	offers.after_count = 1;
	assert_non_null(strstr(import_order_reason(&offers, &stores), "after"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_entity_then_name),
		cmocka_unit_test(after_moves_back),
		cmocka_unit_test(circles_and_strangers),
		cmocka_unit_test(reasons),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
