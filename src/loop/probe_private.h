/* What the probes of each protocol have in common. */
#ifndef SLUICE_LOOP_PROBE_PRIVATE_H
#define SLUICE_LOOP_PROBE_PRIVATE_H

#include "sluice/base/str.h"
#include "sluice/loop/op.h"
#include "sluice/loop/probe.h"
#include "sluice/loop/sftp_file.h"

#define PROBE_DEADLINE_MS (2 * 60 * 1000)
#define PROBE_FOLDER_MAX  2000
#define PROBE_ENTRIES_MAX 10000 /* enough to see that listing works */
#define PROBE_CONTENT     "This file tests a connection; delete it.\n"

/* A step that is reported twice (another address, another host key) keeps its
 * first time, and its last failure. */
void probe_note(struct probe_report *r, const char *name, uint64_t ms,
	enum err e, const char *message);

/* The steps that one operation is: listing the folder ... */
void probe_note_list(struct probe_report *r, uint64_t ms, const struct op *op,
	size_t entries);

/* ... and the last one of writing. */
void probe_note_write(struct probe_report *r, uint64_t ms, const struct op *op);

/* What listing calls for an entry: nobody looks at them. */
enum err probe_entry(
	void *arg, struct str name, const struct sftp_attrs *attrs);

/* Where the probe's file goes; owned by the caller. */
char *probe_path(const char *folder, const char *file_name);

#endif
