/* How fast does one core read a CSV file of suppliers?
 *
 *     bench_csv               1,000,000 rows of each kind, from memory
 *     bench_csv write FILE    writes the plain kind into a file
 *     bench_csv read FILE     reads a file in pieces of 256 KiB
 *
 * csv_peer.py runs the last two beside Python's csv module. */
#include <stdio.h>
#include <stdlib.h>

#include "sluice/base/buf.h"
#include "sluice/base/clock.h"
#include "sluice/base/must.h"
#include "sluice/text/csv.h"

#define ROWS  1000000
#define CHUNK ((size_t)256 << 10)
#define TRIES 5

enum kind {
	KIND_PLAIN,
	KIND_ACCENTS, /* some fields with characters beyond ASCII */
	KIND_QUOTED,  /* every field in quotes, some with quotes inside */
	KIND_COUNT
};

static const char *const kind_names[KIND_COUNT] = { "plain", "accents",
	"quoted" };

static const char *const headers[] = { "Supplier External Id", "Supplier Name",
	"Description", "Mark Supplier as Inactive", "Street", "Zip Code",
	"City", "Country", "Phone", "E-mail", "Website", "Return Policy",
	"CF_rating" };

/* Generating -------------------------------------------------------------- */

static void put_field(struct buf *out, enum kind kind, size_t column,
	const char *text, unsigned n)
{
	if (column > 0)
		buf_char(out, ';');
	if (kind == KIND_QUOTED)
		buf_char(out, '"');
	buf_printf(out, "%s%u", text, n);
	if (kind == KIND_QUOTED && column == 2)
		buf_text(out, " 19\"\" rack; 42 U");
	if (kind == KIND_QUOTED)
		buf_char(out, '"');
}

static void put_row(struct buf *out, enum kind kind, unsigned i)
{
	static const char *const texts[KIND_COUNT][ARRAY_LEN(headers)] = {
		{ "SUP-", "Brightwater Tools ", "Hand tools and fixings, lot ",
			"FALSE", "Harbour Road ", "75", "Nantes ", "FR",
			"+33 2 40 00 ", "orders@supplier", "https://s.test/",
			"30 days, policy ", "4." },
		{ "SUP-", "Soci\xC3\xA9t\xC3\xA9 ",
			"Outillage \xC3\xA0 main, lot ", "FALSE",
			"All\xC3\xA9"
			"e ",
			"75", "Besan\xC3\xA7on ", "FR", "+33 2 40 00 ",
			"orders@supplier", "https://s.test/",
			"30 jours apr\xC3\xA8s ", "4." },
	};
	const char *const *text = texts[kind == KIND_ACCENTS];

	for (size_t c = 0; c < ARRAY_LEN(headers); c++)
		put_field(
			out, kind, c, text[c], i * (unsigned)(c + 7) % 100000);
	buf_char(out, '\n');
}

static struct buf generate(enum kind kind)
{
	struct buf out = buf_make((size_t)1 << 30);

	for (size_t c = 0; c < ARRAY_LEN(headers); c++) {
		buf_text(&out, c == 0 ? "" : ";");
		buf_text(&out, headers[c]);
	}
	buf_char(&out, '\n');
	for (unsigned i = 0; i < ROWS; i++)
		put_row(&out, kind, i);
	must(!out.full);
	return out;
}

/* Reading ----------------------------------------------------------------- */

struct sums {
	uint64_t rows, fields, bytes;
};

static void read_chunk(
	struct csv *c, struct str chunk, bool last, struct sums *sums)
{
	struct csv_row row;
	enum csv_kind kind;

	csv_feed(c, chunk, last);
	while ((kind = csv_next(c, &row)) < CSV_MORE) {
		must(kind == CSV_ROW);
		sums->rows++;
		sums->fields += row.count;
		for (size_t i = 0; i < row.count; i++)
			sums->bytes += row.fields[i].len;
	}
}

static struct csv *scanner(void)
{
	struct csv_limits limits = { 16u << 20, 1u << 20, 10000 };

	return csv_create(';', &limits);
}

static void read_memory(struct str text, struct sums *sums)
{
	struct csv *c = scanner();

	for (size_t at = 0; at < text.len; at += CHUNK) {
		size_t n = text.len - at < CHUNK ? text.len - at : CHUNK;

		read_chunk(c, (struct str){ text.ptr + at, n },
			at + n == text.len, sums);
	}
	csv_destroy(c);
}

static void report(const char *name, uint64_t ns, size_t bytes, uint64_t rows)
{
	double seconds = (double)ns / 1e9;

	printf("%-10s %6.1f MB %8llu rows %7.3f s %10.0f rows/s %7.0f MB/s\n",
		name, (double)bytes / 1e6, (unsigned long long)rows, seconds,
		(double)rows / seconds, (double)bytes / 1e6 / seconds);
}

/* The best of some tries: what disturbs makes it slower, never faster. */
static void measure(enum kind kind)
{
	struct buf text = generate(kind);
	uint64_t best = UINT64_MAX;

	for (int i = 0; i < TRIES; i++) {
		struct sums sums = { 0 };
		uint64_t start = clock_monotonic_ns(), took;

		read_memory(buf_view(&text), &sums);
		took = clock_monotonic_ns() - start;
		must(sums.rows == ROWS + 1);
		must(sums.fields == sums.rows * ARRAY_LEN(headers));
		best = took < best ? took : best;
	}
	report(kind_names[kind], best, text.len, ROWS);
	buf_release(&text);
}

/* Files ------------------------------------------------------------------- */

static int write_file(const char *path)
{
	struct buf text = generate(KIND_PLAIN);
	FILE *file = fopen(path, "wb");
	bool good = file != NULL &&
		    fwrite(text.data, 1, text.len, file) == text.len;

	good = (file == NULL || fclose(file) == 0) && good;
	buf_release(&text);
	if (!good)
		perror(path);
	return good ? 0 : 1;
}

static int read_file(const char *path)
{
	static char chunk[CHUNK];
	uint64_t start = clock_monotonic_ns(), bytes = 0;
	struct sums sums = { 0 };
	FILE *file = fopen(path, "rb");
	struct csv *c;
	size_t n;

	if (file == NULL) {
		perror(path);
		return 1;
	}
	setvbuf(file, NULL, _IONBF, 0);
	c = scanner();
	do {
		n = fread(chunk, 1, sizeof chunk, file);
		bytes += n;
		read_chunk(c, (struct str){ chunk, n }, n == 0, &sums);
	} while (n > 0);
	report("file", clock_monotonic_ns() - start, bytes, sums.rows - 1);
	csv_destroy(c);
	fclose(file);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "write") == 0)
		return write_file(argv[2]);
	if (argc == 3 && strcmp(argv[1], "read") == 0)
		return read_file(argv[2]);
	for (int kind = 0; kind < KIND_COUNT; kind++)
		measure((enum kind)kind);
	return 0;
}
