#include "json_number.h"

#include <math.h>
#include <stdlib.h>

#include "sluice/base/buf.h"
#include "sluice/base/must.h"

/* What prices look like: a point among at most 14 digits.  The digits and the
 * power of ten are exact in a double, so their quotient is the nearest one,
 * the same that strtod() finds. */
static bool short_decimal(struct str raw, double *out)
{
	static const double powers[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7,
		1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15 };
	bool negative = raw.ptr[0] == '-';
	size_t point = raw.len;
	uint64_t digits = 0;

	if (raw.len >= ARRAY_LEN(powers))
		return false;
	for (size_t i = negative; i < raw.len; i++) {
		if (raw.ptr[i] == '.')
			point = i;
		else if (raw.ptr[i] >= '0' && raw.ptr[i] <= '9')
			digits = digits * 10 + (uint64_t)(raw.ptr[i] - '0');
		else
			return false;
	}
	if (point == raw.len)
		return false;
	*out = (double)digits / powers[raw.len - point - 1];
	if (negative)
		*out = -*out;
	return true;
}

static json_t *real(struct str raw, const char **what)
{
	struct buf copy;
	double x;

	if (short_decimal(raw, &x))
		return json_real(x);
	copy = buf_make(raw.len + 1);
	buf_str(&copy, raw);
	x = strtod(copy.data, NULL);
	buf_release(&copy);
	if (isfinite(x))
		return json_real(x);
	*what = "the number is too large";
	return NULL;
}

static json_t *integer(struct str raw, const char **what)
{
	bool negative = raw.ptr[0] == '-';
	uint64_t limit = (uint64_t)INT64_MAX + negative, n;

	raw.ptr += negative;
	raw.len -= negative;
	if (str_to_u64(raw, limit, &n))
		return json_integer((json_int_t)(negative ? 0 - n : n));
	*what = "the whole number is too large";
	return NULL;
}

json_t *json_number(struct str raw, const char **what)
{
	for (size_t i = 0; i < raw.len; i++)
		if (raw.ptr[i] == '.' || (raw.ptr[i] | 0x20) == 'e')
			return real(raw, what);
	return integer(raw, what);
}
