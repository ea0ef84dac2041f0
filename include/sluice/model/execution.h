/* One run of an import job (contract 2.6, 4.1).
 *
 * Its durable state changes through execution_state_may_become() only:
 *
 *   PENDING -> RUNNING -> SUCCESS | PARTIAL | FAILED | CANCELLED | INTERRUPTED
 *      |
 *      +----> CANCELLED | FAILED (its job or file is gone)
 *
 *   SKIPPED: born so, never runs.
 *
 * INTERRUPTED: the gateway died (or was stopped) while it ran; a new execution
 * with trigger RECOVERY does the work from the start, which is safe because
 * rows that are there already come out unchanged. */
#ifndef SLUICE_MODEL_EXECUTION_H
#define SLUICE_MODEL_EXECUTION_H

#include <stdbool.h>
#include <stdint.h>

#include "sluice/base/buf.h"
#include "sluice/base/str.h"
#include "sluice/base/uuid.h"
#include "sluice/model/entity.h"
#include "sluice/model/import_job.h"

/* Stored numbers: append only. */
enum execution_state {
	EXECUTION_PENDING,
	EXECUTION_RUNNING,
	EXECUTION_SUCCESS,
	EXECUTION_PARTIAL,
	EXECUTION_FAILED,
	EXECUTION_CANCELLED,
	EXECUTION_INTERRUPTED,
	EXECUTION_SKIPPED,
	EXECUTION_STATE_COUNT
};

const char *execution_state_name(enum execution_state s); /* "JOB_PENDING" */
bool execution_state_parse(struct str text, enum execution_state *out);
bool execution_state_may_become(
	enum execution_state from, enum execution_state to);
bool execution_state_is_final(enum execution_state s);

enum execution_trigger {
	TRIGGER_SCHEDULED,
	TRIGGER_MANUAL,
	TRIGGER_FILE,
	TRIGGER_AFTER,
	TRIGGER_RECOVERY,
	TRIGGER_COUNT
};

const char *execution_trigger_name(enum execution_trigger t); /* "SCHEDULED" */

struct execution_counts {
	uint64_t rows_read; /* good and bad ones; headers are none */
	uint64_t created, updated, unchanged, rejected;
	uint64_t warnings;
	uint64_t bytes_read; /* as they came, packed or not */
};

/* The row.  Texts are borrowed: from the record while the transaction lives,
 * or from whoever makes the row. */
struct execution {
	struct uuid id; /* UUIDv7: key order is the order of making */
	struct uuid job_id;
	struct str job_name;
	enum entity_kind entity;
	enum execution_trigger trigger;
	enum execution_state state;
	bool dry_run;
	int64_t created_at;              /* ms; that of the id */
	int64_t scheduled_for;           /* the slot; 0: none */
	int64_t started_at, finished_at; /* 0: not yet */
	struct execution_counts counts;
	uint64_t rejects_kept; /* rows in record_reject; the rest of
				  counts.rejected is only counted */
	uint32_t round;        /* recoveries in a row before this one */
	struct uuid recovers;  /* RECOVERY: the interrupted one; else nil */
	/* A file by hand: its name as given, and that it lies in the spool
	 * (dataDir/spool/<id in the first of the recoveries' chain>). */
	struct str upload_name; /* "": none */
	struct uuid upload_id;
	uint64_t upload_bytes;
	struct str message; /* why it was skipped, failed, ...; "" */
	/* JSON object {"files":[...],"warningMessages":[...],
	 * "transcodingMisses":[...]}; "" until there is something to tell. */
	struct str report;
};

/* What overlap makes of a new execution (rule 4.1), given how many of the
 * job's executions run and wait.  PENDING may start at once when none runs or
 * the job allows several; `*why` is the reason of SKIPPED, else NULL. */
enum execution_state execution_on_overlap(enum execution_policy policy,
	bool simultaneous, unsigned running, unsigned waiting,
	const char **why);

/* How a run that came to its end is called (contract 2.6): rows were rejected
 * or not, came through or not; `failed`: the source could not be read. */
enum execution_state execution_outcome(
	const struct execution_counts *c, bool failed);

/* The members of the answer's JSON object, contract 2.6's first and in its
 * order, without braces. */
void execution_put(struct buf *out, const struct execution *x);

#endif
