#include "openapi.h"

/* clang-format off */
#define TEXT     "{\"type\":\"string\"}"
#define NUMBER   "{\"type\":\"integer\"}"
#define BOOLEAN  "{\"type\":\"boolean\"}"
#define TIME     "{\"type\":\"string\",\"format\":\"date-time\"}"
#define NO_TIME  "{\"type\":[\"string\",\"null\"],\"format\":\"date-time\"}"
#define ID       "{\"type\":\"string\",\"format\":\"uuid\"}"
#define TEXTS    "{\"type\":\"array\",\"items\":" TEXT "}"
#define ANY      "{\"type\":\"object\",\"additionalProperties\":true}"
#define REF(n)   "{\"$ref\":\"#/components/schemas/" n "\"}"
#define MANY(n)  "{\"type\":\"array\",\"items\":" REF(n) "}"
#define OBJECT(properties) "{\"type\":\"object\",\"properties\":{" properties "}}"
#define NEEDS(required, properties) "{\"type\":\"object\",\"required\":[" required "],\"properties\":{" properties "}}"
#define STRICT(required, properties) "{\"type\":\"object\",\"additionalProperties\":false,\"required\":[" required "],\"properties\":{" properties "}}"
#define ALSO(n, properties) "{\"allOf\":[" REF(n) "," OBJECT(properties) "]}"
#define LIST(n) OBJECT("\"content\":" MANY(n) ",\"number\":" NUMBER ",\"size\":" NUMBER ",\"numberOfElements\":" NUMBER \
	",\"totalElements\":" NUMBER ",\"totalPages\":" NUMBER ",\"first\":" BOOLEAN ",\"last\":" BOOLEAN ",\"empty\":" BOOLEAN)
#define ENUM(values) "{\"type\":\"string\",\"enum\":[" values "]}"
#define ENTITY_NAMES ENUM("\"ORDER\",\"INCIDENT\"")
#define FORMATS ENUM("\"XML\",\"JSON\",\"CSV\"")
#define ROLES ENUM("\"OPERATOR_READER\",\"OPERATOR_USER\",\"OPERATOR_ADMIN\"")
#define STATES ENUM("\"EXPORT_PENDING\",\"EXPORT_RUNNING\",\"EXPORT_RETRYING\",\"EXPORT_SUCCESS\",\"EXPORT_FAILED\",\"EXPORT_CANCELLED\"")
#define OUTCOMES ENUM("\"RUNNING\",\"SUCCESS\",\"FAILURE\",\"CANCELLED\",\"UNKNOWN\"")

#define SECONDS "{\"type\":\"integer\",\"minimum\":1,\"maximum\":3600}"
#define CONNECTION "\"name\":" TEXT ",\"active\":" BOOLEAN ",\"clientConfiguration\":" NEEDS("\"type\",\"connectionInformation\"", \
	"\"type\":" ENUM("\"SFTP_CLIENT\",\"FTP_CLIENT\",\"API_CLIENT\",\"API_OAUTH2_CLIENT\"") ",\"connectionInformation\":" REF("ConnectionInformation"))
#define INFORMATION "\"hostname\":" TEXT ",\"port\":" NUMBER ",\"username\":" TEXT ",\"password\":" TEXT ",\"privateKey\":" TEXT \
	",\"privateKeyPassphrase\":" TEXT ",\"hostKeys\":" TEXTS ",\"fsync\":" BOOLEAN ",\"tls\":" ENUM("\"EXPLICIT\",\"IMPLICIT\",\"NONE\"") ",\"caCertificates\":" TEXT ",\"maxConcurrent\":" NUMBER ",\"timeouts\":" OBJECT( \
	"\"resolve\":" SECONDS ",\"connect\":" SECONDS ",\"handshake\":" SECONDS ",\"authenticate\":" SECONDS ",\"open\":" SECONDS \
	",\"idle\":" SECONDS ",\"close\":" SECONDS ",\"keepalive\":" SECONDS ",\"poolIdle\":" SECONDS) \
	",\"circuitBreaker\":" NEEDS("\"failures\"", "\"failures\":" NUMBER) ",\"requestsPerSecond\":" NUMBER \
	",\"allowedHosts\":" TEXTS ",\"allowPrivateNetworks\":" BOOLEAN
#define JOB "\"name\":" TEXT ",\"active\":" BOOLEAN ",\"entity\":" ENTITY_NAMES ",\"exportMethod\":" ENUM("\"SFTP_CLIENT\",\"API_CLIENT\"") \
	",\"clientId\":" ID ",\"outputFolder\":" TEXT ",\"createFolder\":" BOOLEAN ",\"format\":" FORMATS \
	",\"fileNameFormat\":" ENUM("\"SHORT\",\"STANDARD\",\"LONG\"") ",\"triggerStatuses\":" TEXTS ",\"supplierExternalIds\":" TEXTS \
	",\"allowMultiplePerStatus\":" BOOLEAN ",\"retry\":" OBJECT("\"maxRetries\":" NUMBER ",\"intervalSeconds\":" NUMBER \
	",\"permanentStatusCodes\":{\"type\":\"array\",\"items\":" NUMBER "}")
#define ANY_ENTITY ENUM("\"ACCOUNT\",\"ASSORTMENT\",\"ATTRIBUTE\",\"CATALOG_VIEW\",\"CLASSIFICATION_CATEGORY\",\"CUSTOMER_USER\",\"INCIDENT\"" \
	",\"NAVIGATION_CATEGORY\",\"OFFER\",\"ORDER\",\"ORDER_STATUS\",\"PRODUCT\",\"PRODUCT_TAG\",\"RELATED_PRODUCT\",\"STORE\",\"SUPPLIER\"")
#define OR_NULL(type) "{\"type\":[\"" type "\",\"null\"]}"
#define NO_ID    "{\"type\":[\"string\",\"null\"],\"format\":\"uuid\"}"
#define OBJECTS(properties) "{\"type\":\"array\",\"items\":" OBJECT(properties) "}"
#define IMPORT_JOB "\"name\":" TEXT ",\"active\":" BOOLEAN ",\"entity\":" ANY_ENTITY ",\"clientId\":" NO_ID ",\"storeExternalId\":" OR_NULL("string") \
	",\"cronExpression\":" OR_NULL("string") ",\"executionPolicy\":" ENUM("\"RUN_IMMEDIATELY\",\"WAIT_FOR_NEXT\"") ",\"simultaneousExecution\":" BOOLEAN \
	",\"catchUp\":" ENUM("\"NONE\",\"LAST\"") ",\"source\":{\"type\":[\"object\",\"null\"],\"properties\":{\"path\":" OR_NULL("string") \
	",\"inboundDirectory\":" OR_NULL("string") ",\"outboundDirectory\":" OR_NULL("string") ",\"errorDirectory\":" OR_NULL("string") ",\"pattern\":" OR_NULL("string") ",\"itemsPath\":" OR_NULL("string") "}}" \
	",\"itemsPath\":" OR_NULL("string") ",\"csv\":" OBJECT("\"delimiter\":{\"enum\":[\",\",\";\",null]},\"encoding\":" ENUM("\"UTF-8\",\"ISO-8859-1\",\"WINDOWS-1252\"")) \
	",\"mapping\":{\"type\":[\"object\",\"null\"],\"additionalProperties\":true},\"transcoding\":{\"type\":[\"array\",\"null\"],\"items\":" NEEDS("\"field\",\"values\"", \
	"\"field\":" TEXT ",\"values\":" ANY ",\"onMiss\":" ENUM("\"KEEP\",\"REJECT\",\"DEFAULT\"") ",\"default\":" TEXT) "}" \
	",\"retry\":" OBJECT("\"maxRetries\":" NUMBER ",\"intervalSeconds\":" NUMBER) ",\"after\":{\"type\":\"array\",\"items\":" ID "}"
#define JOB_STATES ENUM("\"JOB_PENDING\",\"JOB_RUNNING\",\"JOB_SUCCESS\",\"JOB_PARTIAL\",\"JOB_FAILED\",\"JOB_CANCELLED\",\"JOB_INTERRUPTED\",\"JOB_SKIPPED\"")
#define EXECUTION "\"id\":" ID ",\"jobId\":" ID ",\"jobName\":" TEXT ",\"entity\":" ANY_ENTITY \
	",\"trigger\":" ENUM("\"SCHEDULED\",\"MANUAL\",\"FILE\",\"AFTER\",\"RECOVERY\"") ",\"scheduledFor\":" NO_TIME ",\"status\":" JOB_STATES \
	",\"startedAt\":" NO_TIME ",\"finishedAt\":" NO_TIME ",\"rowsRead\":" NUMBER ",\"created\":" NUMBER ",\"updated\":" NUMBER ",\"unchanged\":" NUMBER \
	",\"rejected\":" NUMBER ",\"warnings\":" NUMBER ",\"bytesRead\":" NUMBER ",\"files\":" OBJECTS("\"name\":" TEXT ",\"path\":" OR_NULL("string") ",\"bytes\":" NUMBER \
	",\"rowsRead\":" NUMBER ",\"rejected\":" NUMBER ",\"status\":" ENUM("\"RUNNING\",\"DONE\",\"FAILED\"") ",\"message\":" OR_NULL("string") ",\"movedTo\":" OR_NULL("string")) ",\"message\":" TEXT ",\"createdAt\":" TIME \
	",\"dryRun\":" BOOLEAN ",\"recovers\":" ID ",\"rejectsKept\":" NUMBER ",\"fileName\":" TEXT ",\"warningMessages\":{\"type\":\"array\"},\"transcodingMisses\":{\"type\":\"array\"}"
#define ROW_FAULT "\"code\":" TEXT ",\"field\":" TEXT ",\"column\":" OR_NULL("string") ",\"value\":" OR_NULL("string") ",\"message\":" TEXT
#define KEY "\"name\":" TEXT ",\"role\":" ROLES ",\"stores\":" TEXTS ",\"createdAt\":" TIME ",\"lastUsedAt\":" NO_TIME
#define MADE "\"id\":" ID ",\"createdAt\":" TIME ",\"updatedAt\":" TIME

const struct openapi_schema openapi_schemas[] = {
{ "Any", ANY },
{ "Attempt", OBJECT("\"number\":" NUMBER ",\"startedAt\":" TIME ",\"finishedAt\":" NO_TIME ",\"outcome\":" OUTCOMES
	",\"code\":" TEXT ",\"message\":" TEXT ",\"httpStatus\":{\"type\":[\"integer\",\"null\"]},\"remotePath\":" TEXT ",\"bytes\":" NUMBER) },
{ "Connection", ALSO("ConnectionInput", MADE) },
{ "ConnectionInformation", NEEDS("\"hostname\",\"username\"", INFORMATION) },
{ "ConnectionInput", NEEDS("\"name\",\"clientConfiguration\"", CONNECTION) },
{ "ConnectionList", LIST("Connection") },
{ "ConnectionTest", OBJECT("\"ok\":" BOOLEAN ",\"steps\":{\"type\":\"array\",\"items\":" OBJECT(
	"\"step\":" ENUM("\"resolve\",\"connect\",\"hostKey\",\"authenticate\",\"list\",\"write\"") ",\"ok\":" BOOLEAN ",\"milliseconds\":" NUMBER
	",\"message\":" TEXT) "},\"hostKeys\":" TEXTS) },
{ "Csv", TEXT },
{ "Entity", "{\"type\":\"object\",\"additionalProperties\":true,\"properties\":{\"externalId\":" TEXT ",\"createdAt\":" TIME ",\"updatedAt\":" TIME
	",\"executionId\":{\"type\":[\"string\",\"null\"],\"format\":\"uuid\"}}}" },
{ "EntityList", LIST("Entity") },
{ "Error", OBJECT("\"status\":" NUMBER ",\"error\":" TEXT ",\"code\":" TEXT ",\"message\":" TEXT ",\"errors\":{\"type\":\"array\",\"items\":"
	OBJECT("\"code\":" TEXT ",\"field\":" TEXT ",\"message\":" TEXT) "}") },
{ "Execution", OBJECT(EXECUTION) },
{ "ExecutionList", LIST("Execution") },
{ "Export", OBJECT("\"id\":" ID ",\"jobOutId\":" ID ",\"jobName\":" TEXT ",\"clientId\":" ID ",\"entity\":" ENTITY_NAMES ",\"reference\":" TEXT
	",\"triggerStatus\":" TEXT ",\"supplierExternalId\":" TEXT ",\"storeExternalId\":" TEXT ",\"status\":" STATES ",\"format\":" FORMATS
	",\"fileName\":" TEXT ",\"remotePath\":" TEXT ",\"createdAt\":" TIME ",\"updatedAt\":" TIME ",\"nextAttemptAt\":" NO_TIME
	",\"retriesLeft\":" NUMBER ",\"attemptCount\":" NUMBER ",\"payloadSize\":" NUMBER ",\"message\":" TEXT) },
{ "ExportJob", ALSO("ExportJobInput", MADE ",\"suppliers\":{\"type\":\"array\",\"items\":" OBJECT("\"externalId\":" TEXT ",\"name\":" TEXT) "}") },
{ "ExportJobDraft", NEEDS("\"entity\",\"exportMethod\",\"outputFolder\",\"format\",\"triggerStatuses\"", JOB) },
{ "ExportJobInput", "{\"allOf\":[" REF("ExportJobDraft") "],\"required\":[\"name\",\"clientId\"]}" },
{ "ExportJobList", LIST("ExportJob") },
{ "ExportList", LIST("Export") },
{ "ExportWithAttempts", ALSO("Export", "\"attempts\":" MANY("Attempt")) },
{ "File", "{\"type\":\"string\",\"format\":\"binary\"}" },
{ "Health", OBJECT("\"status\":" ENUM("\"UP\",\"DOWN\"") ",\"reasons\":" TEXTS) },
{ "ImportJob", ALSO("ImportJobInput", MADE) },
{ "ImportJobDraft", NEEDS("\"entity\"", IMPORT_JOB) },
{ "ImportJobInput", "{\"allOf\":[" REF("ImportJobDraft") "],\"required\":[\"name\"]}" },
{ "ImportJobList", LIST("ImportJob") },
{ "ImportJobInOrder", ALSO("ImportJob", "\"runsAfter\":{\"type\":\"array\",\"items\":" OBJECT("\"id\":" ID ",\"name\":" TEXT ",\"entity\":" TEXT ",\"reason\":" TEXT) "}") },
{ "ImportJobInOrderList", LIST("ImportJobInOrder") },
{ "ImportPreview", OBJECT("\"file\":" TEXT ",\"rows\":" OBJECTS("\"line\":" NUMBER ",\"raw\":" ANY ",\"mapped\":" ANY ",\"errors\":" OBJECTS(ROW_FAULT)) ",\"warnings\":{\"type\":\"array\"}") },
{ "Incident", ANY },
{ "IncidentList", LIST("Incident") },
{ "JobName", STRICT("\"jobName\"", "\"jobName\":" TEXT) },
{ "Key", OBJECT(KEY) },
{ "KeyInput", STRICT("\"name\",\"role\"", "\"name\":" TEXT ",\"role\":" ROLES ",\"stores\":" TEXTS) },
{ "KeyList", LIST("Key") },
{ "Lines", TEXT },
{ "NewKey", ALSO("Key", "\"key\":" TEXT) },
{ "Order", ANY },
{ "OrderList", LIST("Order") },
{ "Preview", OBJECT("\"fileName\":" TEXT ",\"path\":" TEXT ",\"contentType\":" TEXT ",\"payload\":" TEXT) },
{ "RejectedRow", OBJECT("\"number\":" NUMBER ",\"file\":" TEXT ",\"line\":" NUMBER "," ROW_FAULT ",\"errors\":" OBJECTS(ROW_FAULT)) },
{ "RejectedRowList", LIST("RejectedRow") },
{ "Retried", OBJECT("\"retried\":" NUMBER) },
{ "Status", STRICT("\"status\"", "\"status\":" TEXT) },
{ "SupplierIds", STRICT("\"supplierExternalIds\"", "\"supplierExternalIds\":{\"type\":\"array\",\"minItems\":1,\"items\":" TEXT "}") },
{ "Text", TEXT },
};
/* clang-format on */

const size_t openapi_schema_count =
	sizeof openapi_schemas / sizeof openapi_schemas[0];
