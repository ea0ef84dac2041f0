/* Transcoding: configuration, misses, lists. */
#include "faults.h"

#include "sluice/model/transcode.h"

static struct transcode *read_config(const char *text, const char *want)
{
	struct arena arena = { 0 };
	struct faults faults;
	json_t *list = json_of(text);
	struct transcode *t;

	faults_init(&faults, &arena);
	t = transcode_from_json(ENTITY_SUPPLIER, list, &faults);
	expect_faults(&faults, want);
	assert_int_equal(t == NULL, *want != '\0');
	if (t != NULL) {
		json_t *again = transcode_to_json(t);

		assert_true(json_equal(again, list));
		json_decref(again);
	}
	json_decref(list);
	arena_release(&arena);
	return t;
}

static void configurations(void **state)
{
	static const struct {
		const char *text, *faults;
	} cases[] = {
		{ "{}", "INVALID_VALUE transcoding" },
		{ "[1]", "INVALID_VALUE transcoding[0]" },
		{ "[{}]", "REQUIRED transcoding[0].field; "
			  "INVALID_VALUE transcoding[0].values" },
		{ "[{'field':'sttaus','values':{}}]",
			"UNKNOWN_FIELD transcoding[0].field" },
		{ "[{'field':'status','values':{'a':1}}]",
			"INVALID_VALUE transcoding[0].values.a" },
		{ "[{'field':'status','values':{},'onMiss':'DROP'}]",
			"F-E-008 transcoding[0].onMiss" },
		{ "[{'field':'status','values':{},'onMiss':'DEFAULT'}]",
			"REQUIRED transcoding[0].default" },
		{ "[{'field':'status','values':{},'default':'x'}]",
			"NOT_ALLOWED transcoding[0].default" },
		{ "[{'field':'status','values':{},'onMiss':'DEFAULT',"
		  "'default':1}]",
			"INVALID_VALUE transcoding[0].default" },
		{ "[{'field':'status','values':{},'vlaues':{}}]",
			"UNKNOWN_FIELD transcoding[0].vlaues" },
		{ "[{'field':'status','values':{}},"
		  "{'field':'status','values':{}}]",
			"NOT_ALLOWED transcoding[1]" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		read_config(cases[i].text, cases[i].faults);
	transcode_destroy(read_config("[]", ""));
	transcode_destroy(read_config("[{'field':'CF_x','values':{'a':'b'},"
				      "'onMiss':'KEEP'}]",
		""));
}

static int field_of(const char *name)
{
	return strcmp(name, "status") == 0 ? 12 : 11;
}

/* What becomes of a text. */
static void expect_text(struct transcode *t, const char *field,
	const char *text, const char *want, const char *faults_wanted)
{
	struct arena arena = { 0 };
	struct faults faults;
	struct entity_input in = { .kind = ENTITY_SUPPLIER };
	struct entity_given *g = &in.fields[field_of(field)];

	faults_init(&faults, &arena);
	g->text = str_of(text);
	assert_int_equal(
		transcode_apply(t, &in, &faults), *faults_wanted == '\0');
	expect_faults(&faults, faults_wanted);
	if (!str_eq(g->text, str_of(want)))
		fail_msg("%.*s", STR_ARG(g->text));
	arena_release(&arena);
}

static void values(void **state)
{
	struct transcode *t =
		read_config("[{'field':'status','values':{'A':'ACTIVE','':'x'},"
			    "'onMiss':'REJECT'},{'field':'accountExternalId',"
			    "'values':{'1':'A1','2':'A2','1||9':'both'}}]",
			"");

	(void)state;
	expect_text(t, "status", "A", "ACTIVE", "");
	expect_text(t, "status", "a", "a", "F-E-008 status");
	expect_text(t, "status", " ", " ", "");
	expect_text(t, "accountExternalId", "1||2||3", "A1||A2||3", "");
	expect_text(t, "accountExternalId", "1||9", "both", "");
	transcode_destroy(t);
}

struct told {
	size_t calls;
	uint64_t first, last;
	bool others;
};

static void note(void *arg, const struct transcode_miss *miss)
{
	struct told *told = arg;

	if (told->calls++ == 0)
		told->first = miss->count;
	told->last = miss->count;
	told->others = miss->value.len == 0;
}

static void misses_are_counted_up_to_a_cap(void **state)
{
	struct transcode *t =
		read_config("[{'field':'status','values':{}}]", "");
	struct told told = { 0 };
	char text[16];

	(void)state;
	for (int i = 0; i < 2 * TRANSCODE_MISSES_MAX; i++) {
		snprintf(text, sizeof text, "v%d", i);
		expect_text(t, "status", text, text, "");
		expect_text(t, "status", "v7", "v7", "");
	}
	transcode_misses(t, note, &told);
	assert_int_equal(told.calls, TRANSCODE_MISSES_MAX + 1);
	assert_int_equal(told.first, 2 * TRANSCODE_MISSES_MAX + 1);
	assert_true(told.others);
	assert_true(told.last >= TRANSCODE_MISSES_MAX);
	transcode_reset(t);
	told = (struct told){ 0 };
	transcode_misses(t, note, &told);
	assert_int_equal(told.calls, 0);
	transcode_destroy(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(configurations),
		cmocka_unit_test(values),
		cmocka_unit_test(misses_are_counted_up_to_a_cap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
