#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sluice/base/list.h"

struct item {
	int number;
	struct link link;
};

static int sum_in_order(struct link *head)
{
	int sum = 0;

	list_for_each (l, head)
		sum = sum * 10 + container_of(l, struct item, link)->number;
	return sum;
}

static void append_and_remove(void **state)
{
	struct link head;
	struct item a = { .number = 1 }, b = { .number = 2 },
		    c = { .number = 3 };

	(void)state;
	list_init(&head);
	assert_true(list_empty(&head));
	list_append(&head, &a.link);
	list_append(&head, &c.link);
	list_append(&c.link, &b.link);
	assert_int_equal(sum_in_order(&head), 123);
	assert_ptr_equal(list_first(&head, struct item, link), &a);
	list_remove(&b.link);
	list_remove(&b.link);
	assert_int_equal(sum_in_order(&head), 13);
	list_remove(&a.link);
	list_remove(&c.link);
	assert_true(list_empty(&head));
}

static void removing_while_walking(void **state)
{
	struct item items[4];
	struct link head;

	(void)state;
	list_init(&head);
	for (int i = 0; i < 4; i++) {
		items[i].number = i + 1;
		list_append(&head, &items[i].link);
	}
	list_for_each (l, &head) {
		if (container_of(l, struct item, link)->number % 2 == 0)
			list_remove(l);
	}
	assert_int_equal(sum_in_order(&head), 13);
}

static void moving_all(void **state)
{
	struct item a = { .number = 1 }, b = { .number = 2 };
	struct link from, to;

	(void)state;
	list_init(&from);
	list_move_all(&to, &from);
	assert_true(list_empty(&to));
	list_append(&from, &a.link);
	list_append(&from, &b.link);
	list_move_all(&to, &from);
	assert_true(list_empty(&from));
	assert_int_equal(sum_in_order(&to), 12);
	list_remove(&a.link);
	assert_int_equal(sum_in_order(&to), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(append_and_remove),
		cmocka_unit_test(removing_while_walking),
		cmocka_unit_test(moving_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
