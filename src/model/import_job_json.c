/* Import jobs as JSON, and copies by way of it. */
#include "import_private.h"
#include "sluice/base/must.h"

static void put_text(json_t *o, const char *key, const char *text)
{
	if (text != NULL)
		json_object_set_new(o, key, json_string(text));
}

static void put_id(json_t *o, const char *key, struct uuid id)
{
	char text[UUID_TEXT_SIZE];

	put_text(o, key, uuid_format(id, text));
}

static void put_schedule(json_t *o, const struct import_job *j)
{
	put_text(o, "cronExpression", j->cron_expression);
	put_text(o, "executionPolicy",
		j->policy == POLICY_WAIT_FOR_NEXT ? "WAIT_FOR_NEXT"
						  : "RUN_IMMEDIATELY");
	json_object_set_new(
		o, "simultaneousExecution", json_boolean(j->simultaneous));
	put_text(o, "catchUp", j->catch_up == CATCH_UP_LAST ? "LAST" : "NONE");
}

static json_t *csv_to_json(const struct import_job *j)
{
	json_t *o = json_object();

	if (j->delimiter != 0)
		put_text(o, "delimiter", (const char[]){ j->delimiter, '\0' });
	put_text(o, "encoding", charset_name(j->encoding));
	return o;
}

static json_t *retry_to_json(const struct import_job *j)
{
	json_t *o = json_object();

	json_object_set_new(
		o, "maxRetries", json_integer(j->retry.max_retries));
	json_object_set_new(
		o, "intervalSeconds", json_integer(j->retry.interval_seconds));
	return o;
}

static json_t *after_to_json(const struct import_job *j)
{
	json_t *list = json_array();
	char text[UUID_TEXT_SIZE];

	for (size_t i = 0; i < j->after_count; i++)
		json_array_append_new(
			list, json_string(uuid_format(j->after[i], text)));
	return list;
}

static void put_rules(json_t *o, const struct import_job *j)
{
	if (j->mapping != NULL)
		json_object_set_new(o, "mapping", json_deep_copy(j->mapping));
	if (j->transcoding != NULL)
		json_object_set_new(
			o, "transcoding", json_deep_copy(j->transcoding));
}

json_t *import_job_to_json(const struct import_job *j)
{
	json_t *o = json_object(), *source = import_source_to_json(j);

	put_id(o, "id", j->id);
	put_text(o, "name", j->name);
	json_object_set_new(o, "active", json_boolean(j->active));
	put_text(o, "entity", entity_kind_name(j->entity));
	if (j->has_client)
		put_id(o, "clientId", j->client_id);
	put_schedule(o, j);
	put_text(o, "storeExternalId", j->store_external_id);
	if (json_object_size(source) > 0)
		json_object_set(o, "source", source);
	json_decref(source);
	json_object_set_new(o, "csv", csv_to_json(j));
	put_rules(o, j);
	json_object_set_new(o, "retry", retry_to_json(j));
	json_object_set_new(o, "after", after_to_json(j));
	json_object_set_new(o, "createdAt", time_to_json(j->created_at));
	json_object_set_new(o, "updatedAt", time_to_json(j->updated_at));
	return o;
}

struct import_job *import_job_from_stored(const json_t *stored)
{
	const json_t *id = json_object_get(stored, "id");
	struct arena arena = { 0 };
	struct import_job *j;
	struct faults faults;

	faults_init(&faults, &arena);
	/* As a preview: copies may have no name. */
	j = import_job_from_json(stored, CONNECTION_TYPE_COUNT, true, &faults);
	arena_release(&arena);
	if (j == NULL)
		return NULL;
	j->created_at = stored_time(stored, "createdAt");
	j->updated_at = stored_time(stored, "updatedAt");
	if (json_is_string(id) && uuid_parse(json_text(id), &j->id))
		return j;
	import_job_destroy(j);
	return NULL;
}

struct import_job *import_job_copy(const struct import_job *j)
{
	json_t *stored = import_job_to_json(j);
	struct import_job *copy = import_job_from_stored(stored);

	json_decref(stored);
	must(copy != NULL);
	return copy;
}
