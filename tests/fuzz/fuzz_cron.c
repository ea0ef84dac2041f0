/* Any bytes: no crash; an error with a place in the text, or fire times that
 * go forward and words. */
#include "sluice/base/must.h"
#include "sluice/text/cron.h"

#define START INT64_C(1704067200000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_error(const struct cron_error *why, size_t size)
{
	struct buf out = buf_make(2 * CRON_ERROR_SIZE);

	must(why->field != NULL && why->text[0] != '\0');
	must(strlen(why->text) < CRON_ERROR_SIZE - 1);
	must(why->column >= 1 && why->column <= size + 1);
	cron_error_put(why, &out);
	must(!out.full);
	buf_release(&out);
}

static void check_times(const struct cron *cron)
{
	int64_t at = INT64_MIN, next;

	must(cron_next(cron, at, &next));
	for (int i = 0; i < 8 && cron_next(cron, at, &next); i++) {
		must(next > at && next >= 0 && next % 1000 == 0);
		/* From anywhere before it, it is the next one. */
		at = next - 1;
		must(cron_next(cron, at, &next) && next == at + 1);
		at = i == 3 && next < START ? START : next;
	}
}

static void check_words(const struct cron *cron)
{
	struct buf out = buf_make(CRON_WORDS_MAX);

	cron_describe(cron, &out);
	must(out.len > 0 && !out.full);
	must(memchr(out.data, '\n', out.len) == NULL);
	must(strstr(out.data, "  ") == NULL);
	buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size };
	struct cron cron;
	struct cron_error why;

	if (!cron_parse(text, &cron, &why)) {
		check_error(&why, size);
		return 0;
	}
	check_times(&cron);
	check_words(&cron);
	return 0;
}
