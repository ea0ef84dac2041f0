#include "sluice/model/document.h"

#include <stdlib.h>

#include "field.h"
#include "sluice/base/clock.h"
#include "sluice/base/mem.h"
#include "sluice/text/json_tree.h"

const struct document_kind *document_kind(enum export_entity entity)
{
	static const struct document_kind *const kinds[EXPORT_ENTITY_COUNT] = {
		[EXPORT_ORDER] = &document_order,
		[EXPORT_INCIDENT] = &document_incident,
	};

	must(entity < EXPORT_ENTITY_COUNT);
	return kinds[entity];
}

static const char *text_of(const json_t *object, const char *key)
{
	const char *text =
		key == NULL ? NULL
			    : json_string_value(json_object_get(object, key));

	return text == NULL ? "" : text;
}

/* Takes the body over.  False when it lacks what every document has. */
static bool document_index(struct document *d)
{
	const struct document_kind *kind = document_kind(d->entity);
	const json_t *supplier =
		kind->supplier_object == NULL
			? d->body
			: json_object_get(d->body, kind->supplier_object);

	d->reference = text_of(d->body, kind->reference_key);
	d->external_id = text_of(d->body, kind->external_key);
	d->supplier_external_id = text_of(supplier, kind->supplier_key);
	d->store_external_id = text_of(d->body, "storeExternalId");
	d->order_reference = text_of(d->body, kind->order_key);
	return status_parse(d->entity,
		       str_of(text_of(d->body, kind->status_key)),
		       &d->status) &&
	       time_parse(
		       str_of(text_of(d->body, "createdAt")), &d->created_at) &&
	       time_parse(
		       str_of(text_of(d->body, "updatedAt")), &d->updated_at);
}

static struct document *document_new(enum export_entity entity, json_t *body)
{
	struct document *d = mem_alloc(sizeof *d);

	d->entity = entity;
	d->body = body;
	if (document_index(d))
		return d;
	document_destroy(d);
	return NULL;
}

/* What stands for the keys that a body leaves out. */
static json_t *defaults_for(const struct document_kind *kind,
	const char *reference, const struct document *old, int64_t now_ms)
{
	json_t *o = json_object();
	status_index status =
		old != NULL ? old->status : status_default(kind->entity);

	if (reference != NULL)
		json_object_set_new(
			o, kind->reference_key, json_string(reference));
	json_object_set_new(o, kind->status_key,
		json_string(status_name(kind->entity, status)));
	json_object_set_new(o, "createdAt",
		time_to_json(old != NULL ? old->created_at : now_ms));
	json_object_set_new(o, "updatedAt", time_to_json(now_ms));
	return o;
}

static void check_reference(const struct document_kind *kind,
	const json_t *body, const char *reference, struct faults *faults)
{
	const json_t *own = json_object_get(body, kind->reference_key);
	struct path at = { .key = kind->reference_key };

	if (reference != NULL && json_is_string(own) &&
		!str_eq(json_text(own), str_of(reference)))
		fault_at(faults, &at, FAULT_INVALID,
			"Field %s differs from the one in the path, %s",
			kind->reference_key, reference);
}

struct document *document_from_json(enum export_entity entity,
	const json_t *body, const char *reference, const struct document *old,
	int64_t now_ms, struct faults *faults)
{
	const struct document_kind *kind = document_kind(entity);
	json_t *fallback, *normal;

	/* A byte that isn't UTF-8 can't become JSON; the path may hold one. */
	if (reference != NULL && !str_is_utf8(str_of(reference))) {
		struct path at = { .key = kind->reference_key };

		fault_format(faults, &at, "text in UTF-8");
		return NULL;
	}
	check_reference(kind, body, reference, faults);
	fallback = defaults_for(kind, reference, old, now_ms);
	normal = document_read(kind, body, fallback, faults);
	json_decref(fallback);
	return normal == NULL ? NULL : document_new(entity, normal);
}

/* A record of a version with another table: read it as if it came in. */
static json_t *renew(const struct document_kind *kind, json_t *body)
{
	struct arena arena = { 0 };
	struct faults faults;
	json_t *normal;

	faults_init(&faults, &arena);
	normal = document_read(kind, body, NULL, &faults);
	arena_release(&arena);
	json_decref(body);
	return normal;
}

enum err document_from_text(
	enum export_entity entity, struct str text, struct document **out)
{
	const struct document_kind *kind = document_kind(entity);
	json_t *body = json_tree(text, NULL);

	*out = NULL;
	if (body != NULL && !document_is_normal(kind, body))
		body = renew(kind, body);
	if (body == NULL)
		return ERR_CORRUPT;
	*out = document_new(entity, body);
	return *out == NULL ? ERR_CORRUPT : ERR_OK;
}

void document_to_text(const struct document *d, struct buf *out)
{
	json_write(d->body, out);
}

/* Existing keys keep their place, so the body stays in normal form. */
void document_set_status(
	struct document *d, status_index status, int64_t now_ms)
{
	json_object_set_new(d->body, document_kind(d->entity)->status_key,
		json_string(status_name(d->entity, status)));
	json_object_set_new(d->body, "updatedAt", time_to_json(now_ms));
	d->status = status;
	d->updated_at = now_ms;
}

void document_destroy(struct document *d)
{
	if (d == NULL)
		return;
	json_decref(d->body);
	free(d);
}
