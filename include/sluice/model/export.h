/* One export: one document on its way to one destination (contract 2.4, 3).
 *
 * Its durable state changes through export_state_may_become() only:
 *
 *   PENDING -> RUNNING -> SUCCESS
 *      |         |  ^
 *      |         v  |
 *      |       RETRYING -> (RUNNING again)
 *      |         |
 *      v         v
 *   CANCELLED <- FAILED    retry by hand: FAILED, CANCELLED -> PENDING
 *
 * (RUNNING and RETRYING may become CANCELLED, too.) */
#ifndef SLUICE_MODEL_EXPORT_H
#define SLUICE_MODEL_EXPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "sluice/base/buf.h"
#include "sluice/base/err.h"
#include "sluice/base/str.h"
#include "sluice/base/uuid.h"
#include "sluice/model/export_job.h"

/* Stored numbers: append only. */
enum export_state {
	EXPORT_PENDING,
	EXPORT_RUNNING,
	EXPORT_RETRYING,
	EXPORT_SUCCESS,
	EXPORT_FAILED,
	EXPORT_CANCELLED,
	EXPORT_STATE_COUNT
};

const char *export_state_name(enum export_state s); /* "EXPORT_PENDING" */
bool export_state_parse(struct str text, enum export_state *out);
bool export_state_may_become(enum export_state from, enum export_state to);

/* Due states wait in the due index: PENDING and RETRYING. */
bool export_state_is_due(enum export_state s);

/* The row.  Texts are borrowed: from the record while the transaction lives,
 * or from whoever makes the row. */
struct export
{
	struct uuid id; /* UUIDv7: key order is the order of triggering */
	struct uuid job_id, client_id;
	struct str job_name;
	enum export_entity entity;
	struct str reference;
	status_index trigger_status;
	struct str supplier_external_id, store_external_id;
	enum export_state state;
	enum export_format format;
	int64_t created_at;        /* triggered, ms */
	int64_t updated_at;        /* last change of state, ms */
	int64_t next_attempt_at;   /* due; 0 when not in a due state */
	uint32_t attempts;         /* started so far, all rounds */
	uint32_t retries_left;     /* of this round, beyond the one that
				      next_attempt_at stands for */
	struct retry_policy retry; /* as the job had it at the trigger */
	bool create_folder;
	struct str folder;    /* remote folder */
	struct str file_name; /* final name in it */
	uint64_t payload_size;
	struct str message; /* the last attempt's error, "" on success */
};

enum attempt_outcome {
	ATTEMPT_RUNNING,
	ATTEMPT_SUCCESS,
	ATTEMPT_FAILURE,
	ATTEMPT_CANCELLED,
	ATTEMPT_UNKNOWN, /* the gateway died, or nobody can know */
};

const char *attempt_outcome_name(enum attempt_outcome o); /* "SUCCESS" */

struct export_attempt {
	uint32_t number;                 /* from 1 */
	int64_t started_at, finished_at; /* ms; finished 0: still running */
	enum attempt_outcome outcome;
	struct str code;    /* err_name(), "" on success */
	struct str message; /* the diag, "" on success */
	struct str remote_path;
	uint16_t http_status; /* 0: none (SFTP) */
	uint64_t bytes;
};

/* What follows a failed attempt at `now_ms`: RETRYING with the time of the
 * next one, or FAILED (rule 3.4).  Changes state, next_attempt_at and
 * retries_left of `x`. */
void export_after_failure(struct export *x, int64_t now_ms);

/* The retries that are still to come, for people: in RETRYING the one that has
 * its time counts, too, so that after the first of six failures it says 5. */
unsigned export_retries_to_come(const struct export *x);

/* Appends "<folder>/<file name>": where the file goes. */
void export_remote_path(const struct export *x, struct buf *out);

#endif
