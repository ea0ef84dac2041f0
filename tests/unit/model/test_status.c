/* Every pair of statuses against the documented order (docs/orders.md). */
#include "golden.h"

/* Ranks as documented; 999 = final. */
static const struct {
	const char *name;
	int rank;
	const char *back; /* the exception, if any */
} orders[] = {
	{ "CREATING", 0, "" },
	{ "DRAFT_ORDER", 10, "" },
	{ "ORDER_DRAFT_ON_HOLD", 20, "" },
	{ "BLOCKED_BY_POLICY", 30, "DRAFT_ORDER" },
	{ "BLOCKED_BY_PAYMENT", 40, "DRAFT_ORDER" },
	{ "ORDER_CREATED", 50, "BLOCKED_BY_PAYMENT" },
	{ "WAITING_CUSTOMER_APPROVAL", 60, "" },
	{ "WAITING_SUPPLIER_APPROVAL", 70, "" },
	{ "ACCEPTED_BY_SUPPLIER", 80, "" },
	{ "WAITING_FULFILLMENT", 90, "" },
	{ "WAITING_SHIPMENT", 100, "" },
	{ "PARTIALLY_CANCELED", 110, "" },
	{ "PARTIALLY_SHIPPED", 110, "" },
	{ "SHIPPED", 120, "" },
	{ "INCIDENT", 120, "" },
	{ "COMPLETED", 999, "" },
	{ "CANCELED", 999, "" },
	{ "DECLINED_BY_CUSTOMER", 999, "" },
	{ "DECLINED_BY_SUPPLIER", 999, "" },
};
#define ORDERS (sizeof orders / sizeof *orders)

static status_index order_status(const char *name)
{
	status_index s;

	assert_true(status_parse(EXPORT_ORDER, str_of(name), &s));
	assert_string_equal(status_name(EXPORT_ORDER, s), name);
	return s;
}

static void every_pair_of_orders(void **state)
{
	(void)state;
	assert_int_equal(status_count(EXPORT_ORDER), ORDERS);
	for (size_t i = 0; i < ORDERS; i++) {
		for (size_t j = 0; j < ORDERS; j++) {
			bool refused = i != j &&
				       (orders[i].rank == 999 ||
					       orders[j].rank < orders[i].rank);

			if (strcmp(orders[i].back, orders[j].name) == 0)
				refused = false;
			assert_int_equal(status_is_regression(EXPORT_ORDER,
						 order_status(orders[i].name),
						 order_status(orders[j].name)),
				refused);
		}
	}
}

static void incidents(void **state)
{
	(void)state;
	assert_int_equal(status_count(EXPORT_INCIDENT), 3);
	for (status_index i = 0; i < 3; i++)
		for (status_index j = 0; j < 3; j++)
			assert_int_equal(
				status_is_regression(EXPORT_INCIDENT, i, j),
				j < i);
	assert_string_equal(
		status_names(EXPORT_INCIDENT), "OPEN, ON_GOING, CLOSED");
}

static void names(void **state)
{
	status_index s;
	struct buf all = buf_make(4096);

	(void)state;
	assert_true(status_parse(EXPORT_ORDER, STR("DRAFT_ORDER_ON_HOLD"), &s));
	assert_int_equal(s, status_default(EXPORT_ORDER));
	assert_string_equal(
		status_name(EXPORT_ORDER, s), "ORDER_DRAFT_ON_HOLD");
	assert_true(status_parse(EXPORT_ORDER, STR("CREATED"), &s));
	assert_string_equal(status_name(EXPORT_ORDER, s), "ORDER_CREATED");
	assert_false(status_parse(EXPORT_ORDER, STR("shipped"), &s));
	assert_false(status_parse(EXPORT_ORDER, STR(""), &s));
	for (status_index i = 0; i < status_count(EXPORT_ORDER); i++)
		buf_printf(&all, "%s%s", i > 0 ? ", " : "",
			status_name(EXPORT_ORDER, i));
	assert_string_equal(all.data, status_names(EXPORT_ORDER));
	buf_release(&all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_pair_of_orders),
		cmocka_unit_test(incidents),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
