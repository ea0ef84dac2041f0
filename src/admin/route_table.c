#include "route.h"
#include "views.h"

#define EXPORT_FILTERS "jobOutId status reference from to"
#define JOB_FILTERS    "name entity active clientId"

/* clang-format off */
#define ROUTE(path, method, access, body, handler, query, id, success, takes, gives, summary) \
	{ path, method, access, body, handler, query, id, success, takes, gives, summary },

const struct route routes[] = {
ROUTE("/health/live", "GET", FOR_ANYONE, TAKES_NOTHING, health_live, "",
	"healthLive", 200, "", "Health", "Is the process alive")
ROUTE("/health/ready", "GET", FOR_ANYONE, TAKES_NOTHING, health_ready, "",
	"healthReady", 200, "", "Health", "Is the gateway ready to serve; 503 with the reasons when it isn't")
ROUTE("/metrics", "GET", FOR_READER, TAKES_NOTHING, metrics_show, "",
	"metrics", 200, "", "Text", "Figures for Prometheus, as text")
ROUTE("/openapi.json", "GET", FOR_READER, TAKES_NOTHING, openapi_show, "",
	"openapi", 200, "", "Any", "This description")
ROUTE("/v1/entities/{entity}", "GET", FOR_READER, TAKES_NOTHING, entity_list, "page size sort externalId",
	"listEntities", 200, "", "EntityList", "The entities of one kind")
ROUTE("/v1/entities/{entity}/{externalId}", "GET", FOR_READER, TAKES_NOTHING, entity_show, "",
	"getEntity", 200, "", "Entity", "One entity")
ROUTE("/v1/entities/{entity}/{externalId}", "PUT", FOR_USER, TAKES_JSON, entity_put, "",
	"putEntity", 200, "Any", "Entity", "Creates (201) or updates (200) one entity")
ROUTE("/v1/incidents", "GET", FOR_READER, TAKES_NOTHING, incident_list, "page size sort status reference",
	"listIncidents", 200, "", "IncidentList", "Incidents")
ROUTE("/v1/incidents/{orderIncidentId}", "GET", FOR_READER, TAKES_NOTHING, incident_show, "",
	"getIncident", 200, "", "Incident", "One incident")
ROUTE("/v1/incidents/{orderIncidentId}", "PUT", FOR_USER, TAKES_JSON, incident_put, "",
	"putIncident", 200, "Incident", "Incident", "Creates (201) or replaces (200) an incident")
ROUTE("/v1/incidents/{orderIncidentId}/status", "PATCH", FOR_USER, TAKES_JSON, incident_set_status, "",
	"setIncidentStatus", 200, "Status", "Incident", "Moves an incident to another status")
ROUTE("/v1/keys", "GET", FOR_ADMIN, TAKES_NOTHING, key_list, "page size sort",
	"listKeys", 200, "", "KeyList", "API keys, never their text")
ROUTE("/v1/keys", "POST", FOR_ADMIN, TAKES_JSON, key_create, "",
	"createKey", 201, "KeyInput", "NewKey", "Makes a key; the answer is the only place that shows it")
ROUTE("/v1/keys/{name}", "DELETE", FOR_ADMIN, TAKES_NOTHING, key_delete, "",
	"deleteKey", 204, "", "", "Revokes a key")
ROUTE("/v1/mapper/client", "GET", FOR_READER, TAKES_NOTHING, connection_list, "page size sort name type active",
	"listConnections", 200, "", "ConnectionList", "Connections")
ROUTE("/v1/mapper/client", "POST", FOR_USER, TAKES_JSON, connection_create, "",
	"createConnection", 201, "ConnectionInput", "Connection", "Makes a connection")
ROUTE("/v1/mapper/client/{id}", "DELETE", FOR_ADMIN, TAKES_NOTHING, connection_delete, "",
	"deleteConnection", 204, "", "", "Removes a connection that no job uses")
ROUTE("/v1/mapper/client/{id}", "GET", FOR_READER, TAKES_NOTHING, connection_show, "",
	"getConnection", 200, "", "Connection", "One connection, secrets masked")
ROUTE("/v1/mapper/client/{id}", "PUT", FOR_USER, TAKES_JSON, connection_replace, "",
	"replaceConnection", 200, "ConnectionInput", "Connection", "Replaces a connection; a secret given as *** is kept")
ROUTE("/v1/mapper/client/{id}/activate", "POST", FOR_USER, TAKES_NOTHING, connection_activate, "",
	"activateConnection", 204, "", "", "Lets data flow over a connection")
ROUTE("/v1/mapper/client/{id}/disable", "POST", FOR_USER, TAKES_NOTHING, connection_disable, "",
	"disableConnection", 204, "", "", "Stops data on a connection; what is due waits")
ROUTE("/v1/mapper/client/{id}/test", "POST", FOR_USER, TAKES_NOTHING, connection_test, "folder",
	"testConnection", 200, "", "ConnectionTest", "Tries a connection, step by step")
ROUTE("/v1/mapper/executions", "GET", FOR_READER, TAKES_NOTHING, execution_list, "page size sort jobId status from to",
	"listExecutions", 200, "", "ExecutionList", "Executions of import jobs, newest first")
ROUTE("/v1/mapper/executions/{id}", "GET", FOR_READER, TAKES_NOTHING, execution_show, "",
	"getExecution", 200, "", "Execution", "One execution; its counters move while it runs")
ROUTE("/v1/mapper/executions/{id}/cancel", "POST", FOR_USER, TAKES_NOTHING, execution_cancel, "",
	"cancelExecution", 202, "", "Execution", "Cancels an execution that waits or runs; rows that it wrote stay")
ROUTE("/v1/mapper/executions/{id}/errors", "GET", FOR_READER, TAKES_NOTHING, execution_errors, "page size sort",
	"listRejectedRows", 200, "", "RejectedRowList", "The rejected rows of an execution, with what is wrong with each")
ROUTE("/v1/mapper/executions/{id}/rejects.csv", "GET", FOR_READER, TAKES_NOTHING, execution_rejects, "",
	"getRejects", 200, "", "Csv", "The rejected rows as a CSV file, to be mended and imported again")
ROUTE("/v1/mapper/exports", "GET", FOR_READER, TAKES_NOTHING, export_list, "page size sort " EXPORT_FILTERS,
	"listExports", 200, "", "ExportList", "Exports, newest first")
ROUTE("/v1/mapper/exports/retry", "POST", FOR_USER, TAKES_NOTHING, export_retry_many, EXPORT_FILTERS " render",
	"retryExports", 202, "", "Retried", "Retries all failed and cancelled exports that match")
ROUTE("/v1/mapper/exports/{id}", "GET", FOR_READER, TAKES_NOTHING, export_show, "",
	"getExport", 200, "", "ExportWithAttempts", "One export with its attempts")
ROUTE("/v1/mapper/exports/{id}/cancel", "POST", FOR_USER, TAKES_NOTHING, export_cancel_one, "",
	"cancelExport", 202, "", "Export", "Cancels an export")
ROUTE("/v1/mapper/exports/{id}/payload", "GET", FOR_READER, TAKES_NOTHING, export_payload, "",
	"getExportPayload", 200, "", "Text", "The very bytes of the file")
ROUTE("/v1/mapper/exports/{id}/retry", "POST", FOR_USER, TAKES_NOTHING, export_retry_one, "render",
	"retryExport", 202, "", "Export", "Retries a failed or cancelled export")
ROUTE("/v1/mapper/job", "GET", FOR_READER, TAKES_NOTHING, import_list, "page size sort " JOB_FILTERS,
	"listImportJobs", 200, "", "ImportJobList", "Import jobs")
ROUTE("/v1/mapper/job", "POST", FOR_USER, TAKES_JSON, import_create, "",
	"createImportJob", 201, "ImportJobInput", "ImportJob", "Makes an import job")
ROUTE("/v1/mapper/job/order", "GET", FOR_READER, TAKES_NOTHING, import_order, "page size",
	"listImportJobsInOrder", 200, "", "ImportJobInOrderList", "Import jobs in the recommended order of their entities, with the reasons")
ROUTE("/v1/mapper/job/preview", "POST", FOR_USER, TAKES_JSON, import_preview, "rows",
	"previewImportJob", 200, "ImportJobDraft", "ImportPreview", "The first rows of a job's source, raw and mapped; nothing is written")
ROUTE("/v1/mapper/job/{id}", "DELETE", FOR_ADMIN, TAKES_NOTHING, import_delete, "",
	"deleteImportJob", 204, "", "", "Removes an import job that no other runs after; its history stays")
ROUTE("/v1/mapper/job/{id}", "GET", FOR_READER, TAKES_NOTHING, import_show, "",
	"getImportJobV1", 200, "", "ImportJob", "One import job")
ROUTE("/v1/mapper/job/{id}", "PUT", FOR_USER, TAKES_JSON, import_replace, "",
	"replaceImportJob", 200, "ImportJobInput", "ImportJob", "Replaces an import job")
ROUTE("/v1/mapper/job/{id}/duplicate", "POST", FOR_USER, TAKES_NOTHING, import_duplicate, "",
	"duplicateImportJob", 201, "", "ImportJob", "Makes an inactive copy of an import job")
ROUTE("/v1/mapper/job/{id}/file", "POST", FOR_USER, TAKES_FILE, import_file, "name dryRun",
	"importFile", 202, "File", "Execution", "Imports the file in the body; with dryRun only as a rehearsal")
ROUTE("/v1/mapper/job/{id}/run", "POST", FOR_USER, TAKES_NOTHING, import_run, "",
	"runImportJob", 202, "", "Execution", "Runs an import job now, from its source")
ROUTE("/v1/mapper/jobout", "GET", FOR_READER, TAKES_NOTHING, job_list, "page size sort supplierExternalIds name entity active",
	"listExportJobs", 200, "", "ExportJobList", "Export jobs")
ROUTE("/v1/mapper/jobout", "POST", FOR_USER, TAKES_JSON, job_create, "",
	"createExportJob", 201, "ExportJobInput", "ExportJob", "Makes an export job")
ROUTE("/v1/mapper/jobout/preview", "POST", FOR_USER, TAKES_JSON, job_preview, "reference",
	"previewExportJob", 200, "ExportJobDraft", "Preview", "The file that a job would send, for a sample or one order")
ROUTE("/v1/mapper/jobout/{id}", "DELETE", FOR_ADMIN, TAKES_NOTHING, job_delete, "",
	"deleteExportJob", 204, "", "", "Removes an export job; what was not delivered is cancelled")
ROUTE("/v1/mapper/jobout/{id}", "GET", FOR_READER, TAKES_NOTHING, job_show_v1, "",
	"getExportJobV1", 200, "", "ExportJob", "One export job (deprecated: use /v2)")
ROUTE("/v1/mapper/jobout/{id}", "PUT", FOR_USER, TAKES_JSON, job_replace, "",
	"replaceExportJob", 200, "ExportJobInput", "ExportJob", "Replaces an export job")
ROUTE("/v1/mapper/jobout/{id}/duplicate", "POST", FOR_USER, TAKES_NOTHING, job_duplicate, "",
	"duplicateExportJob", 201, "", "ExportJob", "Makes an inactive copy of an export job")
ROUTE("/v1/orders", "GET", FOR_READER, TAKES_NOTHING, order_list, "page size sort status reference",
	"listOrders", 200, "", "OrderList", "Orders")
ROUTE("/v1/orders/bulk", "POST", FOR_USER, TAKES_LINES, bulk_orders, "",
	"putOrders", 200, "Lines", "Lines", "Creates or replaces many orders, one JSON document per line")
ROUTE("/v1/orders/{reference}", "GET", FOR_READER, TAKES_NOTHING, order_show, "",
	"getOrder", 200, "", "Order", "One order")
ROUTE("/v1/orders/{reference}", "PUT", FOR_USER, TAKES_JSON, order_put, "",
	"putOrder", 200, "Order", "Order", "Creates (201) or replaces (200) an order")
ROUTE("/v1/orders/{reference}/status", "PATCH", FOR_USER, TAKES_JSON, order_set_status, "",
	"setOrderStatus", 200, "Status", "Order", "Moves an order to another status")
ROUTE("/v1/session", "DELETE", FOR_READER, TAKES_NOTHING, session_delete, "",
	"deleteSession", 204, "", "", "Ends the session of the cookie")
ROUTE("/v1/session", "POST", FOR_ANYONE, TAKES_NOTHING, session_create, "",
	"createSession", 204, "", "", "A key in dj-api-key becomes a session cookie")
ROUTE("/v2/jobouts/{id}/suppliers", "DELETE", FOR_ADMIN, TAKES_JSON, job_suppliers_remove, "",
	"ADM-JOBOUT-300", 204, "SupplierIds", "", "Removes suppliers from an export job's scope")
ROUTE("/v2/jobouts/{id}/suppliers", "PATCH", FOR_USER, TAKES_JSON, job_suppliers_add, "",
	"ADM-JOBOUT-200", 204, "SupplierIds", "", "Adds suppliers to an export job's scope")
ROUTE("/v2/mapper/job/{id}", "GET", FOR_READER, TAKES_NOTHING, import_show, "",
	"getImportJob", 200, "", "ImportJob", "One import job")
ROUTE("/v2/mapper/job/{id}", "PATCH", FOR_USER, TAKES_JSON, import_rename, "",
	"renameImportJob", 200, "JobName", "ImportJob", "Gives an import job another name")
ROUTE("/v2/mapper/jobout/{id}", "GET", FOR_READER, TAKES_NOTHING, job_show, "",
	"getExportJob", 200, "", "ExportJob", "One export job")
};
/* clang-format on */

const size_t route_count = sizeof routes / sizeof routes[0];
