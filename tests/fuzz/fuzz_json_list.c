/* Any bytes, at once and in pieces: no crash, the same elements and the same
 * error; a document that was taken is one to jansson, too, with these elements.
 * The first two bytes choose the path and the pieces. */
#include <jansson.h>

#include "sluice/base/must.h"
#include "sluice/text/json_list.h"

#define MAX_ITEM 200

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const paths[] = { NULL, "$", "$.a", "$.a.b" };

struct result {
	uint64_t sum;
	size_t items;
	bool good;
};

static uint64_t fold(uint64_t sum, struct str s, struct json_place place)
{
	for (size_t i = 0; i < s.len; i++)
		sum = sum * 31 + (unsigned char)s.ptr[i];
	sum = sum * 31 + place.line;
	sum = sum * 31 + place.column;
	return sum * 31 + place.offset;
}

static struct result cut(struct str text, const char *path, size_t piece)
{
	struct json_list_options options = {
		.items_path = { path, path == NULL ? 0 : strlen(path) },
		.max_item = MAX_ITEM,
		.max_depth = 16
	};
	struct diag why;
	struct json_list *l = json_list_create(&options, &why);
	struct result r = { 0 };
	enum json_list_kind kind = JSON_LIST_MORE;
	struct json_item item;

	must(l != NULL);
	for (size_t at = 0, n; kind == JSON_LIST_MORE; at += n) {
		n = text.len - at < piece ? text.len - at : piece;
		json_list_feed(l, (struct str){ text.ptr + at, n },
			at + n == text.len);
		while ((kind = json_list_next(l, &item)) == JSON_LIST_ITEM) {
			must(item.index == r.items++);
			must(item.raw.len <= MAX_ITEM);
			must(memcmp(item.raw.ptr, text.ptr + item.place.offset,
				     item.raw.len) == 0);
			r.sum = fold(r.sum, item.raw, item.place);
		}
	}
	r.good = kind == JSON_LIST_END;
	if (!r.good) {
		json_list_error(l, &why);
		r.sum = fold(r.sum, str_of(why.text), (struct json_place){ 0 });
	}
	json_list_destroy(l);
	return r;
}

/* What jansson finds: the list by that path, or NULL. */
static const json_t *find(const json_t *root, const char *path)
{
	if (path == NULL && json_is_object(root))
		return json_object_get(root, "elements");
	if (path == NULL || path[1] == '\0')
		return root;
	root = json_object_get(root, "a");
	return path[3] == '\0' ? root : json_object_get(root, "b");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct result whole, pieces;
	const char *path;
	struct str text;
	json_t *root;

	if (size < 2)
		return 0;
	path = paths[data[0] % ARRAY_LEN(paths)];
	text = (struct str){ (const char *)data + 2, size - 2 };
	whole = cut(text, path, SIZE_MAX);
	pieces = cut(text, path, 1);
	must(pieces.sum == whole.sum && pieces.good == whole.good);
	pieces = cut(text, path, 1u + data[1]);
	must(pieces.sum == whole.sum && pieces.good == whole.good);
	root = json_loadb(text.ptr, text.len,
		JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
	if (root != NULL && whole.good)
		must(json_array_size(find(root, path)) == whole.items);
	json_decref(root);
	return 0;
}
