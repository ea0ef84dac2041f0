/* Members read one by one are those of the tree, and so are the faults. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sluice/base/buf.h"
#include "sluice/base/mem.h"
#include "sluice/text/json_flat.h"

/* The tree that the members would make. */
static json_t *tree_of(const struct json_member *members, size_t count)
{
	json_t *object = json_object();

	for (size_t i = 0; i < count; i++) {
		const struct json_member *m = &members[i];
		json_t *value = m->value == NULL
					? json_stringn(m->text.ptr, m->text.len)
					: json_incref(m->value);

		json_object_setn_new(object, m->key.ptr, m->key.len, value);
	}
	return object;
}

static void compare(struct json_flat *f, const char *text)
{
	struct json_problem a = { .text = "" }, b = { .text = "" };
	size_t count = 0;
	/* Memory of its own: reading past its end shows. */
	size_t len = strlen(text);
	char *copy = malloc(len == 0 ? 1 : len);
	struct str s = { copy, len };
	const struct json_member *members;
	json_t *tree, *mine;

	memcpy(copy, text, len);
	tree = json_tree(s, &a);
	members = json_flat_read(f, s, &count, &b);
	if (tree == NULL) {
		assert_null(members);
		assert_string_equal(a.text, b.text);
		assert_int_equal(a.place.line, b.place.line);
		assert_int_equal(a.place.column, b.place.column);
		assert_int_equal(a.place.offset, b.place.offset);
	} else {
		assert_non_null(members);
		mine = tree_of(members, count);
		assert_true(json_equal(tree, mine));
		assert_int_equal(json_object_size(tree), count);
		json_decref(mine);
	}
	json_decref(tree);
	free(copy);
}

static void same_as_tree(void **state)
{
	static const char *const texts[] = {
		"{}",
		" { } ",
		"{\"a\":\"b\"}",
		"{\"a\":\"b\",\"c\":1,\"d\":1.5,\"e\":true,\"f\":false}",
		"{\"g\":null}",
		"{\"a\\u00e9\\n\":\"x\\\"y\\u20ac\"}",
		"{\"a\":{\"b\":[1,{\"c\":\"d\"}]},\"e\":[]}",
		"{\n\"a\":\n\"b\"\n}",
		"{\"long text over eight\":\"caf\xC3\xA9 and more of it\"}",
		"{\"a\":-12.25e3,\"b\":-0,\"c\":9223372036854775807}",
		/* what is wrong */
		"",
		"{",
		"{\"a\"",
		"{\"a\":",
		"{\"a\":1",
		"{\"a\":1,",
		"{\"a\":1,}",
		"{\"a\":1}x",
		"{\"a\":01}",
		"{\"a\":[1,2}",
		"{\"a\":\"b}",
		"{\"a\":\"\x01\"}",
		"{\"a\":\"\\x\"}",
		"{\"a\":\"\\u0000\"}",
		"{\"\\u0000\":1}",
		"{\"a\":\"\xFF 12345678\"}",
		"{\"a\":99999999999999999999}",
		"{\"a\":\n[1,99999999999999999999]}",
		"{\"a\":1e999}",
		"{\"a\":1,\"a\":2}",
		"{\"a\":1,\"b\":{\"c\":1,\"c\":2}}",
		"{\"a\":1,\n\"b\":{\n\"c\":1,\"c\":2}}",
		"{\"a\":1,\"b\":2,\"a\":3}",
		"{a:1}",
		"{\"a\":nope}",
	};
	struct json_flat *f = json_flat_create();

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		compare(f, texts[i]);
		compare(f, texts[i]); /* now with the keys of the one before */
	}
	json_flat_destroy(f);
}

static void keys_are_remembered(void **state)
{
	struct json_flat *f = json_flat_create();

	(void)state;
	compare(f, "{\"a\":1,\"b\":2}");
	compare(f, "{\"a\":1,\"a\":2}");
	compare(f, "{\"a\":1}");
	compare(f, "{\"b\":1,\"a\":2}");
	compare(f, "{\"a\":1,\"b\":2,\"c\":3}");
	json_flat_destroy(f);
}

static void many_keys(void **state)
{
	struct json_flat *f = json_flat_create();
	struct buf text = buf_make(1 << 16);

	(void)state;
	buf_char(&text, '{');
	for (int i = 0; i < 200; i++)
		buf_printf(
			&text, "%s\"key%d\":\"%d\"", i == 0 ? "" : ",", i, i);
	buf_char(&text, '}');
	compare(f, text.data);
	text.len--;
	buf_text(&text, ",\"key77\":1}");
	compare(f, text.data);
	json_flat_destroy(f);
	buf_release(&text);
}

static void only_objects(void **state)
{
	struct json_flat *f = json_flat_create();
	struct json_problem problem;
	size_t count;

	(void)state;
	assert_null(json_flat_read(f, STR("[1]"), &count, &problem));
	assert_string_equal(problem.text, "expected an object");
	json_flat_destroy(f);
	json_flat_destroy(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_as_tree),
		cmocka_unit_test(keys_are_remembered),
		cmocka_unit_test(many_keys),
		cmocka_unit_test(only_objects),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
