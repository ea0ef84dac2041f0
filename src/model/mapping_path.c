#include "mapping_path.h"

#include <stdlib.h>

#include "json_read.h"
#include "sluice/base/mem.h"
#include "sluice/text/json_path.h"

#define JOINED_MAX (1u << 20)

struct mapping_path {
	char *key; /* a bare one; NULL: the path it is */
	struct json_path path;
};

struct mapping_path *mapping_path_parse(struct str text, struct diag *why)
{
	struct mapping_path *p = mem_alloc(sizeof *p);

	if (text.len > 0 && text.ptr[0] != '$') {
		p->key = mem_dup(text.ptr, text.len);
		return p;
	}
	if (json_path_parse(&p->path, text, why) == ERR_OK)
		return p;
	free(p);
	return NULL;
}

void mapping_path_free(struct mapping_path *p)
{
	if (p == NULL)
		return;
	if (p->key == NULL)
		json_path_release(&p->path);
	free(p->key);
	free(p);
}

struct str mapping_path_root(const struct mapping_path *p)
{
	if (p->key != NULL)
		return str_of(p->key);
	if (p->path.count == 0 || p->path.steps[0].kind != JSON_STEP_NAME)
		return STR("");
	return p->path.steps[0].name;
}

void mapping_path_find(const struct mapping_path *p, const json_t *object,
	struct arena *arena, struct entity_given *out)
{
	struct buf joined = buf_make(JOINED_MAX);

	*out = (struct entity_given){ 0 };
	if (p->key != NULL) {
		out->json = json_object_get(object, p->key);
	} else if (!p->path.joins) {
		out->json = json_path_get(&p->path, object);
	} else if (json_path_text(&p->path, object, &joined) ==
		   JSON_FOUND_TEXT) {
		out->text = (struct str){ NULL, joined.len };
		out->text.ptr = arena_dup(arena, buf_view(&joined));
	}
	buf_release(&joined);
}
