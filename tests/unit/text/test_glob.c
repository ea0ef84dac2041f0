/* Patterns of file names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sluice/text/glob.h"

static void table(void **state)
{
	static const struct {
		const char *pattern, *name;
		bool fits;
	} cases[] = {
		{ "", "", true },
		{ "", "a", false },
		{ "*", "", true },
		{ "**", "abc", true },
		{ "?", "", false },
		{ "?", "\xC3\xA9", true }, /* one character, two bytes */
		{ "??", "\xC3\xA9", false },
		{ "a", "a", true },
		{ "a", "ab", false },
		{ "ab", "a", false },
		{ "*.csv", "a.csv", true },
		{ "*.csv", "a.csv.gz", false },
		{ "*.csv", "a.CSV", false },
		{ "*.csv*", "a.csv.gz", true },
		{ "a*b*c", "aXbYbZc", true },
		{ "a*b*c", "aXbYbZ", false },
		{ "*aab", "aaaab", true },
		{ "*a?b", "aaxaab", true },
		{ "[abc]", "b", true },
		{ "[a-c]", "b", true },
		{ "[a-c]", "d", false },
		{ "[!a-c]", "d", true },
		{ "[^a-c]", "b", false },
		{ "[]]", "]", true },
		{ "[!]]", "]", false },
		{ "[a-]", "-", true },
		{ "[-a]", "-", true },
		{ "[[]x", "[x", true },
		{ "[*]", "*", true },
		{ "[*]", "a", false },
		{ "[\xC3\xA0-\xC3\xBF]", "\xC3\xA9", true },
		{ "[a", "a", false },
		{ "*[a", "a", false },
		{ "[c-a]", "b", false },
		{ "*[0-9].csv", "x12.csv", true },
		{ "*[0-9].csv", "x.csv", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		if (glob_match(str_of(cases[i].pattern),
			    str_of(cases[i].name)) != cases[i].fits)
			fail_msg("%s: %s", cases[i].pattern, cases[i].name);
}

static void valid(void **state)
{
	static const char *const right[] = { "", "*", "a]", "[]]", "[!]]",
		"[a]", "[a-z]", "[a-a]", "[[]", "x[0-9][!b]*" };
	static const char *const wrong[] = { "[", "[a", "[]", "[!]", "[z-a]",
		"a[", "[a-", "*[!" };

	(void)state;
	for (size_t i = 0; i < sizeof right / sizeof *right; i++)
		if (!glob_is_valid(str_of(right[i])))
			fail_msg("%s", right[i]);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		if (glob_is_valid(str_of(wrong[i])))
			fail_msg("%s", wrong[i]);
}

/* What would keep a backtracking matcher busy for ages. */
static void many_stars(void **state)
{
	char pattern[255], name[255];

	(void)state;
	for (size_t i = 0; i < sizeof pattern; i++)
		pattern[i] = i % 2 == 0 ? '*' : 'a';
	pattern[sizeof pattern - 1] = 'b';
	memset(name, 'a', sizeof name);
	assert_false(glob_match((struct str){ pattern, sizeof pattern },
		(struct str){ name, sizeof name }));
	name[sizeof name - 1] = 'b';
	assert_true(glob_match((struct str){ pattern, sizeof pattern },
		(struct str){ name, sizeof name }));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table),
		cmocka_unit_test(valid),
		cmocka_unit_test(many_stars),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
