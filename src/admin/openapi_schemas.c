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
	",\"privateKeyPassphrase\":" TEXT ",\"hostKeys\":" TEXTS ",\"fsync\":" BOOLEAN ",\"maxConcurrent\":" NUMBER ",\"timeouts\":" OBJECT( \
	"\"resolve\":" SECONDS ",\"connect\":" SECONDS ",\"handshake\":" SECONDS ",\"authenticate\":" SECONDS ",\"open\":" SECONDS \
	",\"idle\":" SECONDS ",\"close\":" SECONDS ",\"keepalive\":" SECONDS ",\"poolIdle\":" SECONDS) \
	",\"circuitBreaker\":" NEEDS("\"failures\"", "\"failures\":" NUMBER) ",\"requestsPerSecond\":" NUMBER \
	",\"allowedHosts\":" TEXTS ",\"allowPrivateNetworks\":" BOOLEAN
#define JOB "\"name\":" TEXT ",\"active\":" BOOLEAN ",\"entity\":" ENTITY_NAMES ",\"exportMethod\":" ENUM("\"SFTP_CLIENT\",\"API_CLIENT\"") \
	",\"clientId\":" ID ",\"outputFolder\":" TEXT ",\"createFolder\":" BOOLEAN ",\"format\":" FORMATS \
	",\"fileNameFormat\":" ENUM("\"SHORT\",\"STANDARD\",\"LONG\"") ",\"triggerStatuses\":" TEXTS ",\"supplierExternalIds\":" TEXTS \
	",\"allowMultiplePerStatus\":" BOOLEAN ",\"retry\":" OBJECT("\"maxRetries\":" NUMBER ",\"intervalSeconds\":" NUMBER \
	",\"permanentStatusCodes\":{\"type\":\"array\",\"items\":" NUMBER "}")
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
{ "Entity", "{\"type\":\"object\",\"additionalProperties\":true,\"properties\":{\"externalId\":" TEXT ",\"createdAt\":" TIME ",\"updatedAt\":" TIME
	",\"executionId\":{\"type\":[\"string\",\"null\"],\"format\":\"uuid\"}}}" },
{ "EntityList", LIST("Entity") },
{ "Error", OBJECT("\"status\":" NUMBER ",\"error\":" TEXT ",\"code\":" TEXT ",\"message\":" TEXT ",\"errors\":{\"type\":\"array\",\"items\":"
	OBJECT("\"code\":" TEXT ",\"field\":" TEXT ",\"message\":" TEXT) "}") },
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
{ "Health", OBJECT("\"status\":" ENUM("\"UP\",\"DOWN\"") ",\"reasons\":" TEXTS) },
{ "Incident", ANY },
{ "IncidentList", LIST("Incident") },
{ "Key", OBJECT(KEY) },
{ "KeyInput", STRICT("\"name\",\"role\"", "\"name\":" TEXT ",\"role\":" ROLES ",\"stores\":" TEXTS) },
{ "KeyList", LIST("Key") },
{ "Lines", TEXT },
{ "NewKey", ALSO("Key", "\"key\":" TEXT) },
{ "Order", ANY },
{ "OrderList", LIST("Order") },
{ "Preview", OBJECT("\"fileName\":" TEXT ",\"path\":" TEXT ",\"contentType\":" TEXT ",\"payload\":" TEXT) },
{ "Retried", OBJECT("\"retried\":" NUMBER) },
{ "Status", STRICT("\"status\"", "\"status\":" TEXT) },
{ "SupplierIds", STRICT("\"supplierExternalIds\"", "\"supplierExternalIds\":{\"type\":\"array\",\"minItems\":1,\"items\":" TEXT "}") },
{ "Text", TEXT },
};
/* clang-format on */

const size_t openapi_schema_count =
	sizeof openapi_schemas / sizeof openapi_schemas[0];
