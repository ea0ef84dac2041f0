#include "number.h"
#include "put.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "sluice/base/must.h"

#define DIGITS_MAX 20 /* of an int64 */

/* Two at a time, from the end. */
static size_t digits_of(uint64_t n, char out[DIGITS_MAX])
{
	static const char pairs[] = "0001020304050607080910111213141516171819"
				    "2021222324252627282930313233343536373839"
				    "4041424344454647484950515253545556575859"
				    "6061626364656667686970717273747576777879"
				    "8081828384858687888990919293949596979899";
	char digits[DIGITS_MAX];
	size_t at = DIGITS_MAX;

	for (; n >= 100; n /= 100) {
		at -= 2;
		memcpy(digits + at, pairs + 2 * (n % 100), 2);
	}
	at -= 2;
	memcpy(digits + at, pairs + 2 * n, 2);
	at += n < 10; /* no leading zero */
	memcpy(out, digits + at, DIGITS_MAX - at);
	return DIGITS_MAX - at;
}

void put_integer(struct buf *out, int64_t n)
{
	uint64_t magnitude = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
	char text[DIGITS_MAX];

	if (n < 0)
		buf_char(out, '-');
	put_str(out, (struct str){ text, digits_of(magnitude, text) });
}

/* `n` / 10^decimals. */
static void put_decimal(struct buf *out, uint64_t n, size_t decimals)
{
	char digits[DIGITS_MAX], text[2 * DIGITS_MAX + 2];
	size_t len = digits_of(n, digits), pad, whole;

	if (decimals == 0) {
		memcpy(text, digits, len);
		text[len] = '.';
		text[len + 1] = '0';
		put_str(out, (struct str){ text, len + 2 });
		return;
	}
	pad = len > decimals ? 0 : decimals + 1 - len;
	memset(text, '0', pad);
	whole = len + pad - decimals;
	memcpy(text + pad, digits, len);
	memmove(text + whole + 1, text + whole, decimals);
	text[whole] = '.';
	put_str(out, (struct str){ text, len + pad + 1 });
}

/* Money has few decimals.  Both `n` (below 10^15) and the power of ten are
 * exact doubles, so their quotient is the double nearest to the decimal text:
 * when it equals `x` the text reads back as `x`.  Texts of up to 15 digits
 * never share a double, so the first hit is the shortest. */
static bool put_short(struct buf *out, double x)
{
	static const double powers[] = { 1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6 };

	for (size_t d = 0; d < ARRAY_LEN(powers); d++) {
		double scaled = x * powers[d] + 0.5;
		uint64_t n;

		if (scaled >= 1e15)
			return false;
		n = (uint64_t)scaled;
		if ((double)n / powers[d] == x) {
			put_decimal(out, n, d);
			return true;
		}
	}
	return false;
}

/* Lays out d.ddde+xx without an exponent. */
static void put_unscaled(struct buf *out, char *text)
{
	char *e = strchr(text, 'e');
	long point = strtol(e + 1, NULL, 10) + 1;
	size_t len;

	memmove(text + 1, text + 2, (size_t)(e - text - 2)); /* the point */
	len = (size_t)(e - text) - 1;
	while (len > 1 && text[len - 1] == '0')
		len--;
	if (point <= 0)
		buf_text(out, "0.");
	for (long i = point; i < 0; i++)
		buf_char(out, '0');
	for (size_t i = 0; i < len || (long)i < point; i++) {
		if (i > 0 && (long)i == point)
			buf_char(out, '.');
		buf_char(out, i < len ? text[i] : '0');
	}
	if (point > 0 && (long)len <= point)
		buf_text(out, ".0");
}

void put_amount(struct buf *out, double x)
{
	char text[32];

	if (x < 0)
		buf_char(out, '-');
	x = fabs(x);
	if (put_short(out, x))
		return;
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof text, "%.*e", digits - 1, x);
		if (strtod(text, NULL) == x)
			break;
	}
	put_unscaled(out, text);
}
