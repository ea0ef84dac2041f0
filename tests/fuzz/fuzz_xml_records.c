/* Any bytes, at once and in pieces: no crash, the same records and the same
 * outcome, and nothing past the limits.  The first two bytes choose limits and
 * pieces. */
#include "sluice/base/must.h"
#include "sluice/text/xml_records.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t fold(uint64_t sum, struct str s)
{
	sum = sum * 31 + s.len;
	for (size_t i = 0; i < s.len; i++)
		sum = sum * 31 + (unsigned char)s.ptr[i];
	return sum;
}

static uint64_t take(uint64_t sum, const struct xml_record *r,
	const struct xml_records_options *options)
{
	size_t bytes = 0;

	must(r->line > 0 && r->count <= options->max_fields);
	for (size_t i = 0; i < r->count; i++) {
		must(r->fields[i].name.len > 0);
		must(str_is_utf8(r->fields[i].name));
		must(str_is_utf8(r->fields[i].text));
		bytes += r->fields[i].name.len + r->fields[i].text.len;
		sum = fold(sum, r->fields[i].name);
		sum = fold(sum, r->fields[i].text);
	}
	must(bytes <= options->max_record);
	return sum * 31 + r->line;
}

static uint64_t read_all(struct str text, size_t piece,
	const struct xml_records_options *options)
{
	struct xml_records *x = xml_records_create(options);
	struct xml_record record;
	enum xml_kind kind = XML_MORE;
	uint64_t sum = 0;
	struct diag why;

	for (size_t at = 0, n; kind == XML_MORE; at += n) {
		n = text.len - at < piece ? text.len - at : piece;
		xml_records_feed(x, (struct str){ text.ptr + at, n },
			at + n == text.len);
		while ((kind = xml_records_next(x, &record)) == XML_RECORD)
			sum = take(sum, &record, options);
	}
	if (kind == XML_ERROR) {
		must(xml_records_error(x, &why) != ERR_OK);
		must(strncmp(why.text, "line ", 5) == 0);
		must(str_is_utf8(str_of(why.text)));
	}
	xml_records_destroy(x);
	return sum * 31 + (uint64_t)kind;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct xml_records_options all[] = {
		{ "OrderStatuses", "OrderStatus", 1 << 20, 100 },
		{ "a", "b", 16, 2 },
		{ "a", "b", 1000, 1000 },
	};
	const struct xml_records_options *options;
	struct str text;
	uint64_t sum;

	if (size < 2)
		return 0;
	options = &all[data[0] % ARRAY_LEN(all)];
	text = (struct str){ (const char *)data + 2, size - 2 };
	sum = read_all(text, SIZE_MAX, options);
	must(read_all(text, 1, options) == sum);
	must(read_all(text, 1u + data[1], options) == sum);
	return 0;
}
