/* Entities in memory for tests of imports: what the store would answer. */
#ifndef SLUICE_TEST_ENTITY_WORLD_H
#define SLUICE_TEST_ENTITY_WORLD_H

#include "golden.h"

#include "../../../src/model/json_write.h"
#include "sluice/model/entity_field.h"

struct world {
	json_t *kinds; /* number of the kind -> id -> text */
};

static inline void world_put(
	struct world *w, enum entity_kind kind, struct str id, struct str text)
{
	char key[8];
	json_t *ids;

	snprintf(key, sizeof key, "%d", kind);
	ids = json_object_get(w->kinds, key);
	if (ids == NULL) {
		ids = json_object();
		json_object_set_new(w->kinds, key, ids);
	}
	json_object_setn_new(
		ids, id.ptr, id.len, json_stringn(text.ptr, text.len));
}

static inline struct str world_get(
	void *arg, enum entity_kind kind, struct str id)
{
	struct world *w = arg;
	char key[8];
	const json_t *text;

	snprintf(key, sizeof key, "%d", kind);
	text = json_object_getn(json_object_get(w->kinds, key), id.ptr, id.len);
	return text == NULL ? STR("") : json_text(text);
}

static inline enum entity_kind world_kind(const char *name)
{
	enum entity_kind kind;

	if (strcmp(name, "VARIANT") == 0)
		return ENTITY_VARIANT;
	if (strcmp(name, "OFFER_PRICE") == 0)
		return ENTITY_OFFER_PRICE;
	if (!entity_kind_parse(str_of(name), &kind))
		fail_msg("no kind: %s", name);
	return kind;
}

/* {"STORE":["S1"],"PRODUCT":{"P1":{...},"P2":"owner"}} */
static inline void world_fill(struct world *w, const json_t *given)
{
	const char *kind, *id;
	json_t *ids, *value;
	size_t i;

	w->kinds = json_object();
	json_object_foreach ((json_t *)(uintptr_t)given, kind, ids) {
		json_array_foreach (ids, i, value) {
			world_put(w, world_kind(kind), json_text(value),
				STR("{}"));
		}
		if (!json_is_object(ids))
			continue;
		json_object_foreach (ids, id, value) {
			char *text = json_is_string(value)
					     ? strdup(json_string_value(value))
					     : json_dumps(value, JSON_COMPACT);

			world_put(
				w, world_kind(kind), str_of(id), str_of(text));
			free(text);
		}
	}
}

/* What an import step does with an entity. */
static inline void world_write(struct world *w, const struct entity *e)
{
	world_put(w, e->kind, e->external_id, e->text);
	for (const struct entity_claim *c = e->claims; c != NULL; c = c->next)
		world_put(
			w, c->kind, c->id, c->held ? e->external_id : STR(""));
}

#endif
