/* Properties: what a plain writer writes is read back equal, however the text
 * is cut; and the ways of finding special bytes agree. */
#include "../../../src/text/csv_block.h"
#include "test_csv_trace.h"

#define ROWS    60
#define COLUMNS 5

static uint32_t seed;

static unsigned below(unsigned n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

/* Texts of what is hard to read, and of letters. */
static void random_value(struct buf *out)
{
	static const char *const parts[] = { "\"", ",", "\n", "\r", "\r\n", " ",
		";", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\t",
		"plain text", "a", "b", "\xEF\xBB\xBF", "" };
	unsigned len = below(3) == 0 ? below(12) : below(3);

	for (unsigned i = 0; i < len; i++)
		buf_text(out, parts[below(ARRAY_LEN(parts))]);
}

static bool needs_quotes(struct str value)
{
	for (size_t i = 0; i < value.len; i++)
		if (strchr(",\r\n", value.ptr[i]) != NULL)
			return true;
	return value.len > 0 && value.ptr[0] == '"';
}

static void write_value(struct buf *out, struct str value, bool quotes)
{
	if (!quotes) {
		buf_str(out, value);
		return;
	}
	buf_char(out, '"');
	for (size_t i = 0; i < value.len; i++) {
		if (value.ptr[i] == '"')
			buf_char(out, '"');
		buf_char(out, value.ptr[i]);
	}
	buf_char(out, '"');
}

static unsigned count_lines(struct str s)
{
	unsigned n = 0;

	for (size_t i = 0; i < s.len; i++)
		n += s.ptr[i] == '\r' ||
		     (s.ptr[i] == '\n' && (i == 0 || s.ptr[i - 1] != '\r'));
	return n;
}

/* Writes one row, and how the scanner's trace of it has to look. */
static void random_row(struct buf *text, struct buf *expected, unsigned *line)
{
	static const char *const ends[] = { "\n", "\r\n", "\r" };
	struct buf value = buf_make(1000), values = buf_make(10000);
	unsigned count = 1 + below(COLUMNS), from = *line;

	for (unsigned i = 0; i < count; i++) {
		bool quotes;

		buf_clear(&value);
		random_value(&value);
		/* A byte order mark is dropped, and an empty line no row. */
		quotes = needs_quotes(buf_view(&value)) || below(3) == 0 ||
			 text->len == 0 || count == 1;
		if (i > 0)
			buf_char(text, ',');
		write_value(text, buf_view(&value), quotes);
		buf_printf(&values, "[%.*s]", STR_ARG(buf_view(&value)));
		*line += count_lines(buf_view(&value));
	}
	buf_text(text, ends[below(3)]);
	buf_printf(expected, "%u", from);
	if (*line != from)
		buf_printf(expected, "-%u", *line);
	buf_printf(expected, " %s\n", values.data);
	(*line)++;
	buf_release(&value);
	buf_release(&values);
}

static void rows_are_read_back(void **state)
{
	static const struct csv_limits limits = { 2000, 1000, COLUMNS };

	(void)state;
	for (uint32_t round = 1; round <= 300; round++) {
		struct buf text = buf_make(1 << 20), all = buf_make(1 << 20);
		unsigned line = 1;
		char *got;

		seed = round * 7919;
		for (int i = 0; i < ROWS; i++)
			random_row(&text, &all, &line);
		got = trace_pieces(
			buf_view(&text), text.len, 1, false, &limits);
		assert_string_equal(got, all.data);
		free(got);
		got = trace_pieces(buf_view(&text), 1 + below(200),
			1 + below(100), false, &limits);
		assert_string_equal(got, all.data);
		free(got);
		buf_release(&text);
		buf_release(&all);
	}
}

static void random_rows_with_every_cut(void **state)
{
	static const struct csv_limits limits = { 60, 30, 4 };

	(void)state;
	for (uint32_t round = 1; round <= 20; round++) {
		struct buf text = buf_make(1 << 20), all = buf_make(1 << 20);
		unsigned line = 1;
		char *whole, *got;

		seed = round;
		for (int i = 0; i < 8; i++)
			random_row(&text, &all, &line);
		whole = trace_pieces(
			buf_view(&text), text.len, 1, false, &limits);
		for (size_t cut = 0; cut <= text.len; cut++) {
			got = trace_pieces(buf_view(&text), cut, text.len - cut,
				false, &limits);
			assert_string_equal(got, whole);
			free(got);
		}
		got = trace_pieces(buf_view(&text), 1, 1, true, &limits);
		assert_string_equal(got, whole);
		free(got);
		free(whole);
		buf_release(&text);
		buf_release(&all);
	}
}

static void all_ways_to_find_special_bytes(void **state)
{
	static const char bytes[] = { ',', '"', '\n', '\r', '\0', 'a', ';',
		(char)0x80, (char)0xFF, (char)0xA2, ' ', (char)0x8A };
	char block[CSV_BLOCK];

	(void)state;
	seed = 7;
	for (int round = 0; round < 20000; round++) {
		unsigned kinds = 1 + below(sizeof bytes);
		struct csv_marks a, b;

		for (size_t i = 0; i < sizeof block; i++)
			block[i] = bytes[below(3) > 0 ? 5 : below(kinds)];
		a = csv_marks(block, ',');
		b = csv_marks_loop(block, ',');
		assert_int_equal(a.special, b.special);
		assert_int_equal(a.high != 0, b.high != 0);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
		a = csv_marks_words(block, ',');
		assert_int_equal(a.special, b.special);
		assert_int_equal(a.high != 0, b.high != 0);
#endif
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_read_back),
		cmocka_unit_test(random_rows_with_every_cut),
		cmocka_unit_test(all_ways_to_find_special_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
