/* sluice cron "EXPR" [-n N] [--from TIME]: an expression in words, and when it
 * fires. */
#include <stdio.h>

#include "cli_internal.h"
#include "sluice/base/clock.h"
#include "sluice/base/must.h"
#include "sluice/text/cron.h"

#define COUNT_DEFAULT 10
#define COUNT_MAX     100000

/* What a shorter form of a time lacks; without a zone it is UTC. */
static const struct {
	const char *end, *missing;
} short_forms[] = {
	{ "", "" },
	{ "", "Z" },
	{ "", ":00Z" },
	{ "Z", ":00Z" },
	{ "", "T00:00:00Z" },
};

static bool parse_from(struct str text, int64_t *ms)
{
	for (size_t i = 0; i < ARRAY_LEN(short_forms); i++) {
		struct str end = str_of(short_forms[i].end);
		size_t kept = text.len - end.len;
		char full[64];
		int n;

		if (text.len < end.len || text.len > sizeof full / 2 ||
			memcmp(text.ptr + kept, end.ptr, end.len) != 0)
			continue;
		n = snprintf(full, sizeof full, "%.*s%s", (int)kept, text.ptr,
			short_forms[i].missing);
		if (time_parse((struct str){ full, (size_t)n }, ms))
			return true;
	}
	return false;
}

static int fail_expression(const char *text, const struct cron_error *why)
{
	struct buf reason = buf_make(2 * CRON_ERROR_SIZE);

	cron_error_put(why, &reason);
	usage_error("cron: \"%.*s\": %s", CRON_TEXT_MAX, text, reason.data);
	buf_release(&reason);
	return EXIT_USAGE;
}

static void print_words(const struct cron *cron)
{
	struct buf words = buf_make(CRON_WORDS_MAX);

	cron_describe(cron, &words);
	puts(words.data);
	buf_release(&words);
}

static void print_times(const struct cron *cron, uint64_t count, int64_t from)
{
	char text[TIME_TEXT_SIZE];

	for (; count > 0; count--) {
		if (!cron_next(cron, from, &from)) {
			time_format(from, TIME_ISO_MS, text);
			fprintf(stderr, "It does not fire after %s.\n", text);
			return;
		}
		puts(time_format(from, TIME_ISO_MS, text));
	}
}

int command_cron(const char *expression, const char *count, const char *from)
{
	struct cron cron;
	struct cron_error why;
	uint64_t n = COUNT_DEFAULT;
	int64_t after = clock_now_ms();

	if (!cron_parse(str_of(expression), &cron, &why))
		return fail_expression(expression, &why);
	if (count != NULL &&
		(!str_to_u64(str_of(count), COUNT_MAX, &n) || n == 0))
		return usage_error("cron: -n takes a number from 1 to %d, not "
				   "%.40s",
			COUNT_MAX, count);
	if (from != NULL && !parse_from(str_of(from), &after))
		return usage_error(
			"cron: --from takes an ISO 8601 time, as in "
			"2026-03-01T12:00:00Z or 2026-03-01, not %.40s",
			from);
	print_words(&cron);
	print_times(&cron, n, after);
	return EXIT_OK;
}
