/* The handlers of the route table, one file per resource. */
#ifndef SLUICE_ADMIN_VIEWS_H
#define SLUICE_ADMIN_VIEWS_H

#include "call.h"
#include "sluice/model/entity.h"
#include "sluice/model/status.h"

/* view_bulk.c */
void bulk_orders(struct call *c);

/* view_connection.c */
void connection_activate(struct call *c);
void connection_create(struct call *c);
void connection_delete(struct call *c);
void connection_disable(struct call *c);
void connection_list(struct call *c);
void connection_replace(struct call *c);
void connection_show(struct call *c);

/* view_connection_test.c */
void connection_test(struct call *c);

/* view_document.c */
struct document_row;
struct document_filter;
struct list_query;

/* Answers with the row when `e` is ERR_OK and the key sees it. */
void document_answer(struct call *c, enum export_entity entity, const char *id,
	enum err e, const struct document_row *row);

/* A page of those that match and that the key sees; `prefix` (or NULL) of the
 * reference. */
void document_answer_list(struct call *c, struct document_filter *filter,
	const char *prefix, struct list_query *q);
void incident_list(struct call *c);
void incident_put(struct call *c);
void incident_set_status(struct call *c);
void incident_show(struct call *c);
void order_list(struct call *c);
void order_put(struct call *c);
void order_set_status(struct call *c);
void order_show(struct call *c);

/* view_entity_document.c */
void entity_document_list(struct call *c, enum entity_kind kind);
void entity_document_put(struct call *c, enum entity_kind kind);
void entity_document_show(struct call *c, enum entity_kind kind);

/* view_entity.c */
void entity_list(struct call *c);
void entity_put(struct call *c);
void entity_show(struct call *c);

/* view_execution.c */
void execution_cancel(struct call *c);
void execution_list(struct call *c);
void execution_show(struct call *c);

/* view_execution_errors.c */
void execution_errors(struct call *c);

/* view_execution_rejects.c */
void execution_rejects(struct call *c);

/* view_export.c */
void export_list(struct call *c);
void export_payload(struct call *c);
void export_show(struct call *c);

/* view_export_change.c */
void export_cancel_one(struct call *c);
void export_retry_many(struct call *c);
void export_retry_one(struct call *c);

/* view_health.c */
void health_live(struct call *c);
void health_ready(struct call *c);

/* view_import_file.c */
void import_file(struct call *c);

/* view_import_job.c */
void import_create(struct call *c);
void import_delete(struct call *c);
void import_duplicate(struct call *c);
void import_list(struct call *c);
void import_rename(struct call *c);
void import_replace(struct call *c);
void import_show(struct call *c);

/* view_import_order.c */
void import_order(struct call *c);

/* view_import_preview.c */
void import_preview(struct call *c);

/* view_import_run.c */
void import_run(struct call *c);

/* view_job.c */
void job_create(struct call *c);
void job_delete(struct call *c);
void job_duplicate(struct call *c);
void job_list(struct call *c);
void job_replace(struct call *c);
void job_show(struct call *c);
void job_show_v1(struct call *c);

/* view_job_preview.c */
void job_preview(struct call *c);

/* view_job_suppliers.c */
void job_suppliers_add(struct call *c);
void job_suppliers_remove(struct call *c);

/* view_key.c */
void key_create(struct call *c);
void key_delete(struct call *c);
void key_list(struct call *c);

/* view_metrics.c */
void metrics_show(struct call *c);

/* view_openapi.c */
void openapi_show(struct call *c);

/* view_session.c */
void session_create(struct call *c);
void session_delete(struct call *c);

#endif
