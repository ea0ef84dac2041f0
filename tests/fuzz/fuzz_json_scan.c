/* Any bytes, at once and in two windows: no crash, and the same tokens. */
#include "sluice/base/must.h"
#include "sluice/text/json_scan.h"

#define DEPTH 16

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t fold(
	uint64_t sum, const struct json_token *t, struct buf *scratch)
{
	must(t->depth <= DEPTH);
	if (t->kind == TOKEN_KEY || t->kind == TOKEN_STRING) {
		struct str text = json_token_text(t, scratch);

		must(!scratch->full && text.len <= t->raw.len - 2);
		sum = sum * 31 + text.len;
	}
	sum = sum * 31 + (uint64_t)t->kind + t->place.offset;
	return sum * 31 + t->place.line + t->place.column;
}

/* Everything that comes out, folded into a number; the first window has
 * `first` bytes, the second is the whole text. */
static uint64_t scan(struct str text, size_t first)
{
	struct buf scratch = buf_make(1 << 24);
	struct json_scan s;
	struct json_token t;
	uint64_t sum = 0;

	json_scan_init(&s, DEPTH);
	json_scan_feed(
		&s, (struct str){ text.ptr, first }, 0, first == text.len);
	do {
		if (json_scan_next(&s, &t) == TOKEN_MORE)
			json_scan_feed(&s, text, json_scan_used(&s), true);
		else
			sum = fold(sum, &t, &scratch);
	} while (t.kind != TOKEN_END && t.kind != TOKEN_ERROR);
	buf_release(&scratch);
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size };
	uint64_t whole = scan(text, size);

	/* A byte order mark that is cut in two is told as plain bytes; only
	 * the words differ. */
	must(scan(text, size / 2) == whole);
	must(scan(text, size / 3) == whole);
	return 0;
}
