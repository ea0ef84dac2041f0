/* Export jobs as JSON, and copies by way of it. */
#include "json_read.h"
#include "sluice/base/mem.h"
#include "sluice/model/export_job.h"

static void put_text(json_t *o, const char *key, const char *text)
{
	json_object_set_new(
		o, key, text == NULL ? json_null() : json_string(text));
}

static json_t *statuses_to_json(const struct export_job *j)
{
	json_t *array = json_array();

	for (size_t s = 0; s < status_count(j->entity); s++)
		if (j->trigger_statuses & UINT32_C(1) << s)
			json_array_append_new(
				array, json_string(status_name(
					       j->entity, (status_index)s)));
	return array;
}

static json_t *retry_to_json(const struct export_job *j)
{
	json_t *o = json_object(), *codes;

	json_object_set_new(
		o, "maxRetries", json_integer(j->retry.max_retries));
	json_object_set_new(
		o, "intervalSeconds", json_integer(j->retry.interval_seconds));
	if (j->permanent_status_count == 0)
		return o;
	codes = json_array();
	for (size_t i = 0; i < j->permanent_status_count; i++)
		json_array_append_new(
			codes, json_integer(j->permanent_status_codes[i]));
	json_object_set_new(o, "permanentStatusCodes", codes);
	return o;
}

static void put_destination(json_t *o, const struct export_job *j)
{
	char id[UUID_TEXT_SIZE];

	put_text(o, "exportMethod", "SFTP_CLIENT");
	put_text(o, "clientId",
		uuid_is_nil(j->client_id) ? NULL
					  : uuid_format(j->client_id, id));
	put_text(o, "outputFolder", j->output_folder);
	json_object_set_new(o, "createFolder", json_boolean(j->create_folder));
	put_text(o, "format", export_format_name(j->format));
	put_text(o, "fileNameFormat",
		file_name_format_name(j->file_name_format));
}

json_t *export_job_to_json(const struct export_job *j)
{
	json_t *o = json_object();
	char id[UUID_TEXT_SIZE];

	put_text(o, "id", uuid_format(j->id, id));
	put_text(o, "name", j->name);
	json_object_set_new(o, "active", json_boolean(j->active));
	json_object_set_new(o, "createdAt", time_to_json(j->created_at));
	json_object_set_new(o, "updatedAt", time_to_json(j->updated_at));
	put_text(o, "entity", export_entity_name(j->entity));
	put_destination(o, j);
	json_object_set_new(o, "triggerStatuses", statuses_to_json(j));
	json_object_set_new(o, "allowMultiplePerStatus",
		json_boolean(j->allow_multiple_per_status));
	json_object_set_new(o, "supplierExternalIds",
		texts_to_json(j->supplier_external_ids, j->supplier_count));
	json_object_set_new(o, "retry", retry_to_json(j));
	return o;
}

struct export_job *export_job_from_stored(const json_t *stored)
{
	static const struct retry_policy none = { 0, 1 };
	const json_t *id = json_object_get(stored, "id");
	struct arena arena = { 0 };
	struct export_job *j;
	struct faults faults;

	faults_init(&faults, &arena);
	/* As a preview: a job that was never stored has no connection. */
	j = export_job_from_json(stored, &none, true, &faults);
	arena_release(&arena);
	if (j == NULL)
		return NULL;
	j->created_at = stored_time(stored, "createdAt");
	j->updated_at = stored_time(stored, "updatedAt");
	if (json_is_string(id) && uuid_parse(json_text(id), &j->id))
		return j;
	export_job_destroy(j);
	return NULL;
}

struct export_job *export_job_copy(const struct export_job *j)
{
	struct export_job *copy = mem_dup(j, sizeof *j);
	size_t codes =
		j->permanent_status_count * sizeof *j->permanent_status_codes;

	copy->name = mem_strdup(j->name);
	copy->output_folder = mem_strdup(j->output_folder);
	copy->permanent_status_codes =
		codes > 0 ? mem_dup(j->permanent_status_codes, codes) : NULL;
	copy->supplier_external_ids = NULL;
	copy->supplier_count = 0;
	export_job_suppliers_add(copy,
		(const char *const *)(void *)j->supplier_external_ids,
		j->supplier_count);
	return copy;
}
