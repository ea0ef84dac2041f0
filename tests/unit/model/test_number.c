/* Amounts: the shortest decimal that reads back, as Java writes it. */
#include "../../../src/model/number.h"
#include "random_order.h"

#include <math.h>

static void known_texts(void **state)
{
	static const struct {
		double x;
		const char *text;
	} known[] = {
		{ 0, "0.0" },
		{ -0.0, "0.0" },
		{ 1, "1.0" },
		{ 20, "20.0" },
		{ 117.45, "117.45" },
		{ 140.94, "140.94" },
		{ 0.7, "0.7" },
		{ 0.1 + 0.2, "0.30000000000000004" },
		{ 1e-7, "0.0000001" },
		{ -23.49, "-23.49" },
		{ 100, "100.0" },
		{ 0.05, "0.05" },
		{ 999999999999999, "999999999999999.0" },
		{ 123456789.125, "123456789.125" },
		{ 99999999999999.98, "99999999999999.98" },
		{ 1.0 / 3, "0.3333333333333333" },
		{ 1e6, "1000000.0" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		struct buf out = buf_make(512);

		put_amount(&out, known[i].x);
		assert_string_equal(out.data, known[i].text);
		buf_release(&out);
	}
}

/* printf at rising precision is the slow but plain definition. */
static void is_shortest(double x)
{
	struct buf out = buf_make(1024);
	char plain[64];
	size_t digits = 0, most = 1;

	put_amount(&out, x);
	assert_true(strtod(out.data, NULL) == x);
	for (; most < 17; most++) {
		snprintf(plain, sizeof plain, "%.*e", (int)most - 1, x);
		if (strtod(plain, NULL) == x)
			break;
	}
	for (const char *c = out.data + strspn(out.data, "-0."); *c != '\0';
		c++)
		digits += *c != '.';
	while (digits > 0 && out.data[out.len - 1] == '0' &&
		out.data[out.len - 2] != '.')
		fail_msg("trailing zero: %s", out.data);
	/* Zeros that only hold the place don't count: 1200.0 */
	if (fabs(x) < 1e6 && x != trunc(x))
		assert_int_equal(digits, most);
	buf_release(&out);
}

static void random_amounts(void **state)
{
	uint64_t seed = 4711;

	(void)state;
	for (int i = 0; i < 300000; i++) {
		json_t *x = random_amount(&seed);

		is_shortest(json_number_value(x));
		json_decref(x);
	}
}

static void integers(void **state)
{
	struct buf out = buf_make(512);

	(void)state;
	put_integer(&out, 0);
	buf_char(&out, ' ');
	put_integer(&out, INT64_MIN);
	buf_char(&out, ' ');
	put_integer(&out, INT64_MAX);
	buf_char(&out, ' ');
	put_integer(&out, 100);
	assert_string_equal(
		out.data, "0 -9223372036854775808 9223372036854775807 100");
	buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_texts),
		cmocka_unit_test(random_amounts),
		cmocka_unit_test(integers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
