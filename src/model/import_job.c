#include "sluice/model/import_job.h"

#include <stddef.h>
#include <stdlib.h>

#include "import_private.h"
#include "sluice/base/mem.h"
#include "sluice/model/document.h"

#define AFTER_MAX     100
#define RETRY_SECONDS 60

static const char *const policies[] = {
	[POLICY_RUN_IMMEDIATELY] = "RUN_IMMEDIATELY",
	[POLICY_WAIT_FOR_NEXT] = "WAIT_FOR_NEXT",
};

static const char *const catch_ups[] = {
	[CATCH_UP_NONE] = "NONE",
	[CATCH_UP_LAST] = "LAST",
};

/* --- readers of single keys ----------------------------------------------- */

static const char *kind_name(const void *ctx, size_t i)
{
	(void)ctx;
	return entity_kind_name((enum entity_kind)i);
}

static bool parse_entity(struct str text, enum entity_kind *out)
{
	return entity_kind_parse(text, out) && *out < ENTITY_KINDS;
}

static void read_entity(struct faults *f, const struct path *p,
	const json_t *value, void *target)
{
	struct import_job *j = target;
	struct str text = json_is_string(value) ? json_text(value) : STR("");
	const char *near;

	if (parse_entity(text, &j->entity))
		return;
	near = str_nearest(text, ENTITY_KINDS, kind_name, NULL);
	fault_at(f, p, FAULT_INVALID,
		"must be one of the sixteen entities: ACCOUNT, ASSORTMENT, "
		"ATTRIBUTE, CATALOG_VIEW, CLASSIFICATION_CATEGORY, "
		"CUSTOMER_USER, INCIDENT, NAVIGATION_CATEGORY, OFFER, ORDER, "
		"ORDER_STATUS, PRODUCT, PRODUCT_TAG, RELATED_PRODUCT, STORE, "
		"SUPPLIER%s%s%s",
		near == NULL ? "" : "; did you mean ", near == NULL ? "" : near,
		near == NULL ? "" : "?");
}

static void read_client(struct faults *f, const struct path *p,
	const json_t *value, void *target)
{
	struct import_job *j = target;

	j->has_client = true;
	if (!json_is_string(value) ||
		!uuid_parse(json_text(value), &j->client_id))
		fault_at(f, p, FAULT_INVALID, "expected an id (UUID)");
}

static void read_cron(struct faults *f, const struct path *p,
	const json_t *value, void *target)
{
	struct import_job *j = target;
	struct buf why = buf_make(2 * CRON_ERROR_SIZE);
	struct cron_error error;

	if (!json_is_string(value)) {
		fault_at(f, p, FAULT_INVALID, "expected a text");
	} else if (!cron_parse(json_text(value), &j->cron, &error)) {
		cron_error_put(&error, &why);
		fault_at(f, p, FAULT_INVALID, "%s", buf_view(&why).ptr);
	} else {
		j->cron_expression = mem_strdup(json_string_value(value));
	}
	buf_release(&why);
}

/* The number of the word in `names`, or a fault and 0. */
static unsigned read_word(struct faults *f, const struct path *p,
	const json_t *value, const char *const *names, unsigned count,
	const char *list)
{
	for (unsigned i = 0; i < count && json_is_string(value); i++)
		if (str_eq(json_text(value), str_of(names[i])))
			return i;
	fault_at(f, p, FAULT_INVALID, "must be one of %s", list);
	return 0;
}

static void read_policy(struct faults *f, const struct path *p,
	const json_t *value, void *target)
{
	((struct import_job *)target)->policy =
		(enum execution_policy)read_word(f, p, value, policies,
			ARRAY_LEN(policies), "RUN_IMMEDIATELY, WAIT_FOR_NEXT");
}

static void read_catch_up(struct faults *f, const struct path *p,
	const json_t *value, void *target)
{
	((struct import_job *)target)->catch_up = (enum catch_up)read_word(
		f, p, value, catch_ups, ARRAY_LEN(catch_ups), "NONE, LAST");
}

static void read_delimiter(struct faults *f, const struct path *p,
	const json_t *value, void *target)
{
	struct str s = json_is_string(value) ? json_text(value) : STR("");

	if (str_eq(s, STR(",")) || str_eq(s, STR(";")))
		((struct import_job *)target)->delimiter = *s.ptr;
	else
		fault_at(f, p, FAULT_INVALID, "must be \",\" or \";\"");
}

static void read_encoding(struct faults *f, const struct path *p,
	const json_t *value, void *target)
{
	struct import_job *j = target;

	if (!json_is_string(value) ||
		!charset_from_name(json_text(value), &j->encoding))
		fault_at(f, p, FAULT_INVALID,
			"must be one of UTF-8, ISO-8859-1, WINDOWS-1252");
}

static bool has_id(const struct import_job *j, struct uuid id)
{
	for (size_t i = 0; i < j->after_count; i++)
		if (uuid_eq(j->after[i], id))
			return true;
	return false;
}

static void read_after(struct faults *f, const struct path *p,
	const json_t *value, void *target)
{
	struct import_job *j = target;
	size_t n = json_array_size(value);

	if (!json_is_array(value) || n > AFTER_MAX) {
		fault_at(f, p, FAULT_INVALID,
			"expected a list of at most %d ids of jobs", AFTER_MAX);
		return;
	}
	j->after = n > 0 ? mem_alloc(n * sizeof *j->after) : NULL;
	for (size_t i = 0; i < n; i++) {
		const json_t *item = json_array_get(value, i);
		struct path at = { .up = p, .index = i };
		struct uuid id;

		if (!json_is_string(item) || !uuid_parse(json_text(item), &id))
			fault_at(f, &at, FAULT_INVALID,
				"expected the id of a job (UUID)");
		else if (has_id(j, id))
			fault_at(f, &at, FAULT_NOT_ALLOWED,
				"this job is named twice");
		else
			j->after[j->after_count++] = id;
	}
}

/* Kept as they are; checked at the end, by entity and formats. */
static void keep_mapping(struct faults *f, const struct path *p,
	const json_t *value, void *target)
{
	(void)f, (void)p;
	((struct import_job *)target)->mapping = json_deep_copy(value);
}

static void keep_transcoding(struct faults *f, const struct path *p,
	const json_t *value, void *target)
{
	(void)f, (void)p;
	((struct import_job *)target)->transcoding = json_deep_copy(value);
}

/* --- the form ------------------------------------------------------------- */

#define AT(member) offsetof(struct import_job, member)

static const struct form_field csv_fields[] = {
	{ .key = "delimiter", .type = FORM_READ, .read = read_delimiter },
	{ .key = "encoding", .type = FORM_READ, .read = read_encoding },
};

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
	{ .key = "clientId", .type = FORM_READ, .read = read_client },
	{ .key = "cronExpression", .type = FORM_READ, .read = read_cron },
	{ .key = "executionPolicy", .type = FORM_READ, .read = read_policy },
	{ .key = "simultaneousExecution",
		.type = FORM_BOOL,
		.offset = AT(simultaneous) },
	{ .key = "catchUp", .type = FORM_READ, .read = read_catch_up },
	{ .key = "storeExternalId",
		.type = FORM_TEXT,
		.offset = AT(store_external_id),
		.min = 1,
		.max = REFERENCE_MAX },
	{ .key = "source", .type = FORM_READ, .read = import_source_read },
	{ .key = "csv", .type = FORM_OBJECT, FORM_FIELDS(csv_fields) },
	{ .key = "itemsPath",
		.type = FORM_READ,
		.read = import_items_path_read },
	{ .key = "mapping", .type = FORM_READ, .read = keep_mapping },
	{ .key = "transcoding", .type = FORM_READ, .read = keep_transcoding },
	{ .key = "retry", .type = FORM_OBJECT, FORM_FIELDS(retry_fields) },
	{ .key = "after", .type = FORM_READ, .read = read_after },
};

/* --- what must fit together ----------------------------------------------- */

static bool given(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return value != NULL && !json_is_null(value);
}

static enum mapping_form form_of(enum import_format format)
{
	return format == IMPORT_CSV ? MAPPING_CSV : MAPPING_JSON;
}

/* The faults of the form that the mapping fits best; none when it fits one. */
static void check_mapping(const struct import_job *j, struct faults *faults)
{
	unsigned formats = import_source_formats(j);
	struct faults *best = NULL;

	for (size_t i = 0; i < IMPORT_FORMAT_COUNT; i++) {
		struct faults *own;

		if (!(formats & 1u << i))
			continue;
		own = arena_alloc(faults->arena, sizeof *own);
		faults_init(own, faults->arena);
		mapping_destroy(mapping_from_json(j->entity,
			form_of((enum import_format)i), j->mapping, own));
		if (best == NULL || own->count < best->count)
			best = own;
	}
	for (size_t i = 0; best != NULL && i < best->count; i++)
		faults_add(faults, best->list[i].code, best->list[i].field,
			"%s", best->list[i].message);
}

/* Uploads of kinds whose own form is another (ORDER_STATUS comes as XML,
 * CATALOG_VIEW as JSON) may do without: a CSV file is then refused. */
static bool may_lack_delimiter(const struct import_job *j)
{
	return !j->has_client && (j->entity == ENTITY_ORDER_STATUS ||
					 j->entity == ENTITY_CATALOG_VIEW);
}

static void check_delimiter(
	const struct import_job *j, const json_t *csv, struct faults *faults)
{
	unsigned formats = import_source_formats(j);

	if ((formats & 1u << IMPORT_CSV) && !given(csv, "delimiter") &&
		!may_lack_delimiter(j) &&
		(csv == NULL || json_is_null(csv) || json_is_object(csv)))
		faults_add(faults, FAULT_REQUIRED, "csv.delimiter",
			"csv.delimiter is required, \",\" or \";\": the job "
			"may "
			"come upon CSV files");
}

/* All that depends on the entity. */
static void check_content(const struct import_job *j, const json_t *body,
	enum connection_type type, struct faults *faults)
{
	import_source_check(j, type, faults);
	check_delimiter(j, json_object_get(body, "csv"), faults);
	check_mapping(j, faults);
	transcode_destroy(
		transcode_from_json(j->entity, j->transcoding, faults));
}

static bool names_source(const json_t *source)
{
	return given(source, "path") || given(source, "inboundDirectory") ||
	       given(source, "outboundDirectory") ||
	       given(source, "errorDirectory") || given(source, "pattern") ||
	       given(source, "apiCalls");
}

static void check_source_given(const json_t *body, struct faults *faults)
{
	const json_t *source = json_object_get(body, "source");

	if (!given(body, "source"))
		faults_add(faults, FAULT_REQUIRED, "source",
			"source is required beside clientId: path, or "
			"inboundDirectory and outboundDirectory");
	else if (json_is_object(source) && !names_source(source))
		faults_add(faults, FAULT_REQUIRED, "source.path",
			"path is required, or inboundDirectory and "
			"outboundDirectory");
}

static void check_job(const struct import_job *j, const json_t *body,
	enum connection_type type, bool preview, struct faults *faults)
{
	const json_t *entity = json_object_get(body, "entity");
	enum entity_kind kind;

	if (!json_is_object(body))
		return; /* has its fault */
	if (!preview && !given(body, "name"))
		faults_add(faults, FAULT_REQUIRED, "name", "name is required");
	if (j->has_client)
		check_source_given(body, faults);
	if (json_is_string(entity) && parse_entity(json_text(entity), &kind))
		check_content(j, body, type, faults);
}

struct import_job *import_job_from_json(const json_t *body,
	enum connection_type type, bool preview, struct faults *faults)
{
	struct import_job *j = mem_alloc(sizeof *j);

	j->active = true;
	j->retry.interval_seconds = RETRY_SECONDS;
	form_read(faults, NULL, job_fields, ARRAY_LEN(job_fields), body, j);
	check_job(j, body, type, preview, faults);
	if (!faults_any(faults))
		return j;
	import_job_destroy(j);
	return NULL;
}

bool import_job_client_id(const json_t *body, struct uuid *out)
{
	const json_t *value = json_object_get(body, "clientId");

	return json_is_string(value) && uuid_parse(json_text(value), out);
}

void import_job_destroy(struct import_job *j)
{
	if (j == NULL)
		return;
	import_source_release(&j->source);
	free(j->name);
	free(j->store_external_id);
	free(j->cron_expression);
	free(j->items_path);
	free(j->after);
	json_decref(j->mapping);
	json_decref(j->transcoding);
	free(j);
}

/* --- compiled ------------------------------------------------------------- */

struct mapping *import_job_mapping(
	const struct import_job *j, enum import_format format)
{
	struct arena arena = { 0 };
	struct faults faults;
	struct mapping *m;

	faults_init(&faults, &arena);
	m = mapping_from_json(j->entity, form_of(format), j->mapping, &faults);
	arena_release(&arena);
	return m;
}

struct transcode *import_job_transcode(const struct import_job *j)
{
	struct arena arena = { 0 };
	struct faults faults;
	struct transcode *t;

	faults_init(&faults, &arena);
	t = transcode_from_json(j->entity, j->transcoding, &faults);
	arena_release(&arena);
	must(t != NULL);
	return t;
}
