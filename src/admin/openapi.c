#include "openapi.h"

#include <string.h>

#include "route.h"
#include "sluice/base/buf.h"

#define DOCUMENT_SIZE_MAX (1u << 20)

/* The one operation that should be used no more. */
#define DEPRECATED "getExportJobV1"

struct query_text {
	const char *name, *schema, *text;
};

/* What the names in the route table's query column mean. */
/* clang-format off */
static const struct query_text query_texts[] = {
	{ "active",      "{\"type\":\"boolean\"}", "Only active or only inactive ones" },
	{ "clientId",    "{\"type\":\"string\",\"format\":\"uuid\"}", "Only jobs of this connection" },
	{ "dryRun",      "{\"type\":\"boolean\",\"default\":false}", "Do everything but write, and answer the same report" },
	{ "entity",      "{\"type\":\"string\"}",  "Only this entity; of export jobs: ORDER or INCIDENT" },
	{ "externalId",  "{\"type\":\"string\"}",  "How the external id begins" },
	{ "folder",      "{\"type\":\"string\"}",  "Also write, rename and remove a probe file in this folder" },
	{ "from",        "{\"type\":\"string\",\"format\":\"date-time\"}", "Triggered (executions: made) at this time or later" },
	{ "jobId",       "{\"type\":\"string\",\"format\":\"uuid\"}", "Only of this import job" },
	{ "jobOutId",    "{\"type\":\"string\",\"format\":\"uuid\"}", "Only of this export job" },
	{ "name",        "{\"type\":\"string\"}",  "In lists: part of the name, without regard to case; of an upload: the file's name, which tells its format (.csv, .json, .xml, each also with .gz)" },
	{ "page",        "{\"type\":\"integer\",\"minimum\":0,\"default\":0}", "Number of the page, from 0" },
	{ "reference",   "{\"type\":\"string\"}",  "Of the order or incident: whole for exports and previews, its beginning in lists of orders and incidents" },
	{ "render",      "{\"type\":\"string\",\"enum\":[\"fresh\"]}", "Render again with today's job and data" },
	{ "rows",        "{\"type\":\"integer\",\"minimum\":1,\"maximum\":100,\"default\":10}", "How many rows" },
	{ "size",        "{\"type\":\"integer\",\"minimum\":1,\"maximum\":500,\"default\":20}", "Rows of a page" },
	{ "sort",        "{\"type\":\"string\"}",  "field:asc or field:desc" },
	{ "status",      "{\"type\":\"string\"}",  "Only with this status" },
	{ "supplierExternalIds", "{\"type\":\"array\",\"items\":{\"type\":\"string\"}}", "Jobs whose scope names one of these suppliers" },
	{ "to",          "{\"type\":\"string\",\"format\":\"date-time\"}", "Triggered (executions: made) before this time" },
	{ "type",        "{\"type\":\"string\"}",  "Only connections of this type" },
};
/* clang-format on */

static void put_string(struct buf *out, const char *text)
{
	buf_json_string(out, str_of(text));
}

/* --- parameters ----------------------------------------------------------- */

static void put_parameter(struct buf *out, struct str name, const char *in,
	const char *schema, const char *text, bool *first)
{
	buf_text(out, *first ? "{\"name\":" : ",{\"name\":");
	*first = false;
	buf_json_string(out, name);
	buf_printf(out, ",\"in\":\"%s\",\"required\":%s,\"schema\":%s", in,
		strcmp(in, "path") == 0 ? "true" : "false", schema);
	if (text != NULL) {
		buf_text(out, ",\"description\":");
		put_string(out, text);
	}
	buf_char(out, '}');
}

static void put_query(struct buf *out, struct str name, bool *first)
{
	for (size_t i = 0; i < ARRAY_LEN(query_texts); i++)
		if (str_eq(name, str_of(query_texts[i].name)))
			return put_parameter(out, name, "query",
				query_texts[i].schema, query_texts[i].text,
				first);
	must(false); /* a query parameter without a description */
}

static void put_parameters(struct buf *out, const struct route *r)
{
	bool first = true;

	buf_text(out, ",\"parameters\":[");
	for (const char *p = strchr(r->path, '{'); p != NULL;
		p = strchr(p, '{')) {
		size_t len = strcspn(++p, "}");

		put_parameter(out, (struct str){ p, len }, "path",
			"{\"type\":\"string\"}", NULL, &first);
	}
	for (const char *p = r->query; *p != '\0';) {
		size_t len = strcspn(p, " ");

		put_query(out, (struct str){ p, len }, &first);
		p += len + (p[len] == ' ');
	}
	buf_char(out, ']');
}

/* --- bodies --------------------------------------------------------------- */

/* Schemas that aren't JSON; a body may have several types. */
static const struct {
	const char *schema, *type;
} media_types[] = {
	{ "Csv", "text/csv" },
	{ "File", "text/csv" },
	{ "File", "application/json" },
	{ "File", "application/xml" },
	{ "File", "application/octet-stream" },
	{ "Lines", "application/x-ndjson" },
	{ "Text", "text/plain" },
};

static void put_media(
	struct buf *out, const char *type, const char *schema, bool first)
{
	buf_printf(out,
		"%s\"%s\":{\"schema\":"
		"{\"$ref\":\"#/components/schemas/%s\"}}",
		first ? "" : ",", type, schema);
}

static void put_content(struct buf *out, const char *schema)
{
	bool first = true;

	buf_text(out, "\"content\":{");
	for (size_t i = 0; i < ARRAY_LEN(media_types); i++) {
		if (strcmp(media_types[i].schema, schema) != 0)
			continue;
		put_media(out, media_types[i].type, schema, first);
		first = false;
	}
	if (first)
		put_media(out, "application/json", schema, true);
	buf_char(out, '}');
}

/* --- answers -------------------------------------------------------------- */

/* Beside the route's `success`. */
struct answer_text {
	const char *id; /* operationId */
	unsigned status;
	const char *text, *schema;
};

struct header_text {
	const char *id;
	unsigned status;
	const char *name, *text;
};

/* clang-format off */
static const struct answer_text more_answers[] = {
	{ "healthReady", 503, "Not ready", "Health" },
	{ "putEntity",   201, "Created",   "Entity" },
	{ "putIncident", 201, "Created",   "Incident" },
	{ "putOrder",    201, "Created",   "Order" },
};

static const struct header_text headers[] = {
	{ "ADM-JOBOUT-300",     204, "Warning",     "When the list is empty now: the job exports for all suppliers" },
	{ "createConnection",   201, "Location",    "The path of the new connection" },
	{ "createExportJob",    201, "Location",    "The path of the new job" },
	{ "createImportJob",    201, "Location",    "The path of the new job" },
	{ "createSession",      204, "Set-Cookie",  "The session" },
	{ "deleteSession",      204, "Set-Cookie",  "Takes the session's cookie away" },
	{ "duplicateExportJob", 201, "Location",    "The path of the new job" },
	{ "duplicateImportJob", 201, "Location",    "The path of the new job" },
	{ "getExportJobV1",     200, "Deprecation", "true" },
	{ "getExportJobV1",     200, "Link",        "The successor of this call" },
	{ "getRejects",         200, "Content-Disposition", "attachment, with a file name" },
};
/* clang-format on */

static void put_headers(struct buf *out, const char *id, unsigned status)
{
	bool any = false;

	for (size_t i = 0; i < ARRAY_LEN(headers); i++) {
		const struct header_text *h = &headers[i];

		if (h->status != status || strcmp(h->id, id) != 0)
			continue;
		buf_printf(out, "%s\"%s\":{\"description\":",
			any ? "," : ",\"headers\":{", h->name);
		put_string(out, h->text);
		buf_text(out, ",\"schema\":{\"type\":\"string\"}}");
		any = true;
	}
	if (any)
		buf_char(out, '}');
}

static void put_response(struct buf *out, const char *id, unsigned status,
	const char *text, const char *schema)
{
	buf_printf(out, "\"%u\":{\"description\":\"%s\"", status, text);
	put_headers(out, id, status);
	if (*schema != '\0') {
		buf_char(out, ',');
		put_content(out, schema);
	}
	buf_text(out, "},");
}

static void put_responses(struct buf *out, const struct route *r)
{
	buf_text(out, ",\"responses\":{");
	put_response(out, r->id, r->success, "Success", r->gives);
	for (size_t i = 0; i < ARRAY_LEN(more_answers); i++) {
		const struct answer_text *a = &more_answers[i];

		if (strcmp(a->id, r->id) == 0)
			put_response(out, a->id, a->status, a->text, a->schema);
	}
	buf_text(out, "\"default\":{\"description\":\"An error\",");
	put_content(out, "Error");
	buf_text(out, "}}");
}

/* --- operations ----------------------------------------------------------- */

static void put_operation(struct buf *out, const struct route *r)
{
	static const char *const roles[] = { "OPERATOR_READER", "OPERATOR_USER",
		"OPERATOR_ADMIN" };

	buf_text(out, "{\"operationId\":");
	put_string(out, r->id);
	buf_text(out, ",\"summary\":");
	put_string(out, r->summary);
	if (r->access == FOR_ANYONE)
		buf_text(out, ",\"security\":[]");
	else
		buf_printf(out, ",\"description\":\"Needs %s.\"",
			roles[r->access]);
	if (strcmp(r->id, DEPRECATED) == 0)
		buf_text(out, ",\"deprecated\":true");
	put_parameters(out, r);
	if (*r->takes != '\0') {
		buf_text(out, ",\"requestBody\":{\"required\":true,");
		put_content(out, r->takes);
		buf_char(out, '}');
	}
	put_responses(out, r);
	buf_char(out, '}');
}

/* --- the document --------------------------------------------------------- */

static void put_method(struct buf *out, const char *method)
{
	buf_char(out, '"');
	for (; *method != '\0'; method++)
		buf_char(out, (char)(*method | 0x20));
	buf_text(out, "\":");
}

/* Routes of one path stand together in the table. */
static void put_paths(struct buf *out)
{
	const char *path = "";

	for (size_t i = 0; i < route_count; i++) {
		if (strcmp(routes[i].path, path) == 0) {
			buf_char(out, ',');
		} else {
			buf_text(out, i == 0 ? "" : "},");
			path = routes[i].path;
			put_string(out, path);
			buf_text(out, ":{");
		}
		put_method(out, routes[i].method);
		put_operation(out, &routes[i]);
	}
	buf_char(out, '}');
}

static void put_schemas(struct buf *out)
{
	for (size_t i = 0; i < openapi_schema_count; i++)
		buf_printf(out, "%s\"%s\":%s", i == 0 ? "" : ",",
			openapi_schemas[i].name, openapi_schemas[i].json);
}

char *openapi_make(const char *version)
{
	struct buf out = buf_make(DOCUMENT_SIZE_MAX);

	buf_text(&out, "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"Sluice\","
		       "\"version\":");
	put_string(&out, version);
	buf_text(&out, "},\"security\":[{\"key\":[]},{\"session\":[]}],"
		       "\"paths\":{");
	put_paths(&out);
	buf_text(&out, "},\"components\":{\"securitySchemes\":{"
		       "\"key\":{\"type\":\"apiKey\",\"in\":\"header\","
		       "\"name\":\"dj-api-key\"},"
		       "\"session\":{\"type\":\"apiKey\",\"in\":\"cookie\","
		       "\"name\":\"sluice-session\"}},\"schemas\":{");
	put_schemas(&out);
	buf_text(&out, "}}}");
	must(!out.full);
	return buf_take(&out);
}
