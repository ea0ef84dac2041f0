/* Any text as a path, a line break, any JSON: no crash; a path that was taken
 * reads the same again, and only texts change the buffer. */
#include "sluice/base/must.h"
#include "sluice/text/json_path.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void evaluate(const struct json_path *path, const json_t *root)
{
	struct buf out = buf_make(1 << 20);
	enum json_found found;
	json_t *value;

	buf_text(&out, "before");
	found = json_path_text(path, root, &out);
	must(out.full || memcmp(out.data, "before", 6) == 0);
	must(found == JSON_FOUND_TEXT || out.len == 6);
	must(str_is_utf8(buf_view(&out)) || out.full);
	if (!path->joins) {
		value = json_path_get(path, root);
		must(value != NULL || found != JSON_FOUND_TEXT);
		must((found == JSON_FOUND_ABSENT) <= (value == NULL));
	}
	buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *line = size == 0 ? NULL : memchr(data, '\n', size);
	size_t len = line == NULL ? size : (size_t)(line - data);
	struct json_path path;
	struct diag why;
	json_t *root;

	if (json_path_parse(&path, (struct str){ (const char *)data, len },
		    &why) != ERR_OK) {
		must(path.text == NULL && why.code == ERR_INVALID);
		return 0;
	}
	root = json_loadb(
		(const char *)data + len, size - len, JSON_DECODE_ANY, NULL);
	if (root != NULL)
		evaluate(&path, root);
	json_decref(root);
	json_path_release(&path);
	return 0;
}
