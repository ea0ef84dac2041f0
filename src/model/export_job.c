#include "sluice/model/export_job.h"

#include <stddef.h>
#include <stdlib.h>

#include "folder.h"
#include "sluice/base/mem.h"

#define CODES_MAX 500

static const char *const methods[] = {
	[METHOD_SFTP] = "SFTP_CLIENT",
	[METHOD_API] = "API_CLIENT",
};

#define ENUM_READER(name, member, parse, names)                                \
	static void name(struct faults *f, const struct path *p,               \
		const json_t *value, void *target)                             \
	{                                                                      \
		struct export_job *j = target;                                 \
                                                                               \
		if (!json_is_string(value) ||                                  \
			!parse(json_text(value), &j->member))                  \
			fault_at(f, p, FAULT_INVALID, "must be one of %s",     \
				names);                                        \
	}

ENUM_READER(read_entity, entity, export_entity_parse, "ORDER, INCIDENT")
ENUM_READER(read_format, format, export_format_parse, "XML, JSON, CSV")
ENUM_READER(read_name_format, file_name_format, file_name_format_parse,
	"SHORT, STANDARD")

static void read_method(struct faults *f, const struct path *p,
	const json_t *value, void *target)
{
	struct str name = json_is_string(value) ? json_text(value) : STR("");

	((struct export_job *)target)->method = METHOD_SFTP;
	if (str_eq(name, str_of(methods[METHOD_API])))
		fault_at(f, p, FAULT_INVALID,
			"API_CLIENT is not served by this version yet");
	else if (!str_eq(name, str_of(methods[METHOD_SFTP])))
		fault_at(f, p, FAULT_INVALID,
			"must be one of SFTP_CLIENT, API_CLIENT");
}

static void read_folder(struct faults *f, const struct path *p,
	const json_t *value, void *target)
{
	struct export_job *j = target;
	struct str s = json_is_string(value) ? json_text(value) : STR("");

	if (!folder_is_safe(s)) {
		fault_at(f, p, FAULT_INVALID,
			"must be a folder of 1 to %d bytes without a segment "
			".. and without control characters",
			FOLDER_MAX);
		return;
	}
	while (s.len > 1 && s.ptr[s.len - 1] == '/')
		s.len--;
	j->output_folder = mem_dup(s.ptr, s.len);
}

/* The entity stands before it in the table and is read by now. */
static void read_statuses(struct faults *f, const struct path *p,
	const json_t *value, void *target)
{
	struct export_job *j = target;

	if (!json_is_array(value) || json_array_size(value) == 0) {
		fault_at(f, p, FAULT_REQUIRED, "needs at least one status");
		return;
	}
	for (size_t i = 0; i < json_array_size(value); i++) {
		const json_t *item = json_array_get(value, i);
		struct path at = { .up = p, .index = i };
		status_index status;

		if (!json_is_string(item))
			fault_at(f, &at, FAULT_INVALID, "expected a text");
		else if (!status_parse(j->entity, json_text(item), &status))
			fault_enum(f, &at, json_text(item),
				status_names(j->entity));
		else
			j->trigger_statuses |= UINT32_C(1) << status;
	}
}

static void read_suppliers(struct faults *f, const struct path *p,
	const json_t *value, void *target)
{
	struct export_job *j = target;
	struct texts ids = { 0 };

	texts_read(f, p, value, REFERENCE_MAX, &ids);
	j->supplier_external_ids = ids.list;
	j->supplier_count = texts_sort_unique(
		(const char **)(void *)ids.list, ids.count, true);
}

static void read_codes(struct faults *f, const struct path *p,
	const json_t *value, void *target)
{
	struct export_job *j = target;
	size_t n = json_array_size(value);

	if (!json_is_array(value) || n > CODES_MAX) {
		fault_at(f, p, FAULT_INVALID, "expected a list of numbers");
		return;
	}
	j->permanent_status_codes =
		mem_alloc(n * sizeof *j->permanent_status_codes);
	for (size_t i = 0; i < n; i++) {
		struct path at = { .up = p, .index = i };
		int64_t code;

		if (read_integer(json_array_get(value, i), &code) &&
			code >= 100 && code <= 599)
			j->permanent_status_codes[j->permanent_status_count++] =
				(uint16_t)code;
		else
			fault_at(f, &at, FAULT_INVALID,
				"expected a whole number from 100 to 599");
	}
}

static void refuse_suppliers(struct faults *f, const struct path *p,
	const json_t *value, void *target)
{
	(void)value, (void)target;
	fault_at(f, p, FAULT_NOT_ALLOWED,
		"suppliers is no longer accepted, use supplierExternalIds");
}

static void refuse_api_key(struct faults *f, const struct path *p,
	const json_t *value, void *target)
{
	(void)value, (void)target;
	fault_at(f, p, FAULT_NOT_ALLOWED,
		"only together with exportMethod API_CLIENT");
}

#define AT(member) offsetof(struct export_job, member)

static const struct form_field retry_fields[] = {
	{ .key = "maxRetries",
		.type = FORM_UINT,
		.offset = AT(retry.max_retries),
		.min = 0,
		.max = 100 },
	{ .key = "intervalSeconds",
		.type = FORM_UINT,
		.offset = AT(retry.interval_seconds),
		.min = 1,
		.max = 604800 },
	{ .key = "permanentStatusCodes",
		.type = FORM_READ,
		.read = read_codes },
};

static const struct form_field job_fields[] = {
	{ .key = "id", .type = FORM_IGNORED },
	{ .key = "createdAt", .type = FORM_IGNORED },
	{ .key = "updatedAt", .type = FORM_IGNORED },
	{ .key = "name",
		.type = FORM_TEXT,
		.offset = AT(name),
		.min = 1,
		.max = 200 },
	{ .key = "active", .type = FORM_BOOL, .offset = AT(active) },
	{ .key = "entity",
		.type = FORM_READ,
		.required = true,
		.read = read_entity },
	{ .key = "exportMethod",
		.type = FORM_READ,
		.required = true,
		.read = read_method },
	{ .key = "clientId", .type = FORM_UUID, .offset = AT(client_id) },
	{ .key = "outputFolder", .type = FORM_READ, .read = read_folder },
	{ .key = "createFolder",
		.type = FORM_BOOL,
		.offset = AT(create_folder) },
	{ .key = "format", .type = FORM_READ, .read = read_format },
	{ .key = "fileNameFormat",
		.type = FORM_READ,
		.read = read_name_format },
	{ .key = "triggerStatuses",
		.type = FORM_READ,
		.required = true,
		.read = read_statuses },
	{ .key = "allowMultiplePerStatus",
		.type = FORM_BOOL,
		.offset = AT(allow_multiple_per_status) },
	{ .key = "supplierExternalIds",
		.type = FORM_READ,
		.read = read_suppliers },
	{ .key = "suppliers", .type = FORM_READ, .read = refuse_suppliers },
	{ .key = "retry", .type = FORM_OBJECT, FORM_FIELDS(retry_fields) },
	{ .key = "apiCall", .type = FORM_READ, .read = refuse_api_key },
	{ .key = "mapping", .type = FORM_READ, .read = refuse_api_key },
	{ .key = "gzip", .type = FORM_READ, .read = refuse_api_key },
};

/* An API job is refused for its method alone: one fault, not four. */
static bool is_api_job(const json_t *body)
{
	const json_t *method = json_object_get(body, "exportMethod");

	return json_is_string(method) &&
	       str_eq(json_text(method), str_of(methods[METHOD_API]));
}

static void require(const json_t *body, const char *key, struct faults *faults)
{
	const json_t *value = json_object_get(body, key);

	if (value == NULL || json_is_null(value))
		faults_add(faults, FAULT_REQUIRED, key, "%s is required", key);
}

static void check_multiple(const struct export_job *j, struct faults *faults)
{
	uint32_t on_hold = UINT32_C(1) << status_default(EXPORT_ORDER);

	if (!j->allow_multiple_per_status)
		return;
	if (j->entity != EXPORT_ORDER || !(j->trigger_statuses & on_hold))
		faults_add(faults, FAULT_NOT_ALLOWED, "allowMultiplePerStatus",
			"only together with trigger status %s",
			status_name(
				EXPORT_ORDER, status_default(EXPORT_ORDER)));
}

/* Also when it is null, which the form takes for absent. */
static void check_old_key(const json_t *body, struct faults *faults)
{
	struct path at = { .key = "suppliers" };

	if (json_is_null(json_object_get(body, at.key)))
		refuse_suppliers(faults, &at, NULL, NULL);
}

static void check_job(const struct export_job *j, const json_t *body,
	bool preview, struct faults *faults)
{
	if (!json_is_object(body))
		return; /* has its fault */
	require(body, "format", faults);
	require(body, "outputFolder", faults);
	if (!preview) {
		require(body, "name", faults);
		require(body, "clientId", faults);
	}
	check_multiple(j, faults);
	check_old_key(body, faults);
}

struct export_job *export_job_from_json(const json_t *body,
	const struct retry_policy *defaults, bool preview,
	struct faults *faults)
{
	struct export_job *j = mem_alloc(sizeof *j);

	j->active = true;
	j->retry = *defaults;
	if (is_api_job(body)) {
		struct path at = { .key = "exportMethod" };

		read_method(faults, &at, json_object_get(body, at.key), j);
	} else {
		form_read(faults, NULL, job_fields, ARRAY_LEN(job_fields), body,
			j);
		check_job(j, body, preview, faults);
	}
	if (!faults_any(faults))
		return j;
	export_job_destroy(j);
	return NULL;
}

void export_job_destroy(struct export_job *j)
{
	if (j == NULL)
		return;
	free(j->name);
	free(j->output_folder);
	free(j->permanent_status_codes);
	texts_free(j->supplier_external_ids, j->supplier_count);
	free(j);
}
