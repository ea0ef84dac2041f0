/* An import job: which entity comes from where, when, and how its rows are read
 * (contract 2.5, 4, 5 and 7). */
#ifndef SLUICE_MODEL_IMPORT_JOB_H
#define SLUICE_MODEL_IMPORT_JOB_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "sluice/base/uuid.h"
#include "sluice/model/connection.h"
#include "sluice/model/entity.h"
#include "sluice/model/export_job.h"
#include "sluice/model/mapping.h"
#include "sluice/model/transcode.h"
#include "sluice/text/charset.h"
#include "sluice/text/cron.h"

enum execution_policy {
	POLICY_RUN_IMMEDIATELY, /* a second one waits */
	POLICY_WAIT_FOR_NEXT,   /* a second one is skipped */
};

enum catch_up {
	CATCH_UP_NONE,
	CATCH_UP_LAST, /* the last slot missed during downtime runs */
};

/* What a file holds.  Known by its name (.csv, .json, .xml, each also with
 * .gz), else by its first byte that is no blank ('<', '[' and '{', anything
 * else is CSV). */
enum import_format {
	IMPORT_CSV,
	IMPORT_JSON,
	IMPORT_XML, /* ORDER_STATUS only */
	IMPORT_FORMAT_COUNT
};

const char *import_format_name(enum import_format f); /* "CSV" */

/* False: the name does not tell. */
bool import_format_of_name(struct str name, enum import_format *out);

/* The format by the beginning of the (unpacked) content; `head` has at least
 * one byte that is no blank, or is all there is. */
enum import_format import_format_of_text(struct str head);

/* Can files of this format bring this entity (facts.md 3.7)? */
bool import_format_allowed(enum entity_kind kind, enum import_format f);

struct import_source {
	/* One file, or the directories of bulk mode; NULL: not given. */
	char *path;
	char *inbound_directory, *outbound_directory, *error_directory;
	char *pattern; /* of file names, text/glob.h; "*.csv" in bulk mode */
};

struct import_job {
	struct uuid id;
	int64_t created_at, updated_at; /* ms */
	char *name;
	bool active; /* governs the schedule and `after`; by hand it runs
			anyway */
	enum entity_kind entity;
	bool has_client;
	struct uuid client_id;   /* without: takes files by hand only */
	char *store_external_id; /* or NULL */
	char *cron_expression;   /* as given, or NULL */
	struct cron cron;        /* when there is one */
	enum execution_policy policy;
	bool simultaneous;
	enum catch_up catch_up;
	struct import_source source;
	char delimiter; /* ',' or ';'; 0: not given, no CSV file can be read */
	enum charset encoding;
	char *items_path; /* JSON: where the list is; or NULL */
	/* Of reaching the source (nothing read yet); default 0 retries. */
	struct retry_policy retry;
	struct uuid *after; /* ids of jobs */
	size_t after_count;
	json_t *mapping;     /* as given, checked; or NULL */
	json_t *transcoding; /* same */
};

/* Reads a POST or PUT body: every fault at once, mapping, transcoding, cron
 * expression and source included.  `type` is that of the connection that the
 * body names, CONNECTION_TYPE_COUNT when it names none or there is none: the
 * caller looks it up (import_job_client_id()) and reports unknown ones, names
 * in use, unknown ids in `after` and circles.  `preview` lets the name be
 * absent.  Id and times are left alone. */
struct import_job *import_job_from_json(const json_t *body,
	enum connection_type type, bool preview, struct faults *faults);

/* The body's clientId; false: none, or no id. */
bool import_job_client_id(const json_t *body, struct uuid *out);

/* The stored form, and the answer's form; a fresh reference. */
json_t *import_job_to_json(const struct import_job *j);
struct import_job *import_job_from_stored(const json_t *stored);
struct import_job *import_job_copy(const struct import_job *j);
void import_job_destroy(struct import_job *j); /* NULL is fine */

/* The job's mapping and transcoding, compiled; the caller destroys them.  The
 * mapping is never NULL for the format that the source's name tells; where it
 * tells none (and for files by hand) the mapping was checked to be good for at
 * least one format, and NULL says that it is not for this one: the file can't
 * be read.  XML takes the JSON form: mapping_xml_object(). */
struct mapping *import_job_mapping(
	const struct import_job *j, enum import_format format);
struct transcode *import_job_transcode(const struct import_job *j);

/* Directories, not a single file. */
static inline bool import_job_is_bulk(const struct import_job *j)
{
	return j->source.inbound_directory != NULL;
}

/* Has it a source that it can run from by itself? */
bool import_job_has_source(const struct import_job *j);

/* Bulk mode's choice (contract 4.8): false for names that begin with '.', end
 * in .part, .tmp or .filepart, or don't fit the pattern. */
bool import_job_takes(const struct import_job *j, struct str file_name);

#endif
