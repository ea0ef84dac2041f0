/* The entries of one folder, as the server sends them.
 *
 * The contract is that of op.h.  Names are checked: "." and ".." are left out,
 * one with a slash or a NUL in it ends the listing with ERR_PROTO, since it
 * could lead out of the folder. */
#ifndef SLUICE_LOOP_SFTP_LIST_H
#define SLUICE_LOOP_SFTP_LIST_H

#include "sluice/base/str.h"
#include "sluice/loop/sftp_file.h"
#include "sluice/loop/sftp_pool.h"

struct sftp_list_in {
	struct sftp_pool *pool;
	const struct ssh_target *target; /* copied by the start */
	const char *path; /* "" or ".": the login folder; borrowed */
	/* One entry, from the loop, in the server's order; the name lives for
	 * the call only.  attrs are the entry's own, of a link not of what it
	 * points to.  An error ends the listing with it.  op_cancel() is
	 * allowed in it. */
	enum err (*entry)(
		void *arg, struct str name, const struct sftp_attrs *attrs);
	void *entry_arg;
	size_t max_entries;   /* more: ERR_LIMIT; 0: 1,000,000 */
	uint64_t deadline_ms; /* for everything, from the start; 0: 15 min */
	const char *who;      /* for the trace, or NULL */
};

struct sftp_list {
	struct op op;           /* result: op.status, op.why */
	struct sftp_list_in in; /* set by the caller before the start */

	size_t entries; /* told so far */

	/* private */
	struct sftp_job job;
	struct timer deadline;
	size_t handle_len;
	char handle[256];
};

enum err sftp_list_start(struct sftp_list *list, op_done_fn done) WARN_UNUSED;

#endif
