/* What every asynchronous operation of this floor promises (architecture.md
 * section 4); sftp_put, sftp_get, sftp_list, sftp_probe, ... embed it.
 *
 *  - <operation>_start() either fails and never calls back, or succeeds and
 *    calls back exactly once, from the loop, never from within the start.
 *  - op_cancel() may come at any time in between, any number of times.  The
 *    callback still comes: with ERR_CANCELED, or, past the operation's commit
 *    point, with how it really ended (ERR_UNKNOWN when nobody can know).
 *  - When the callback runs, nothing of the operation is open any more; the
 *    struct may be freed or started again right there.
 *  - The caller owns the struct and everything that its `in` fields point to
 *    until that call. */
#ifndef SLUICE_LOOP_OP_H
#define SLUICE_LOOP_OP_H

#include <stdbool.h>

#include "sluice/base/diag.h"
#include "sluice/base/sm.h"
#include "sluice/loop/loop.h"

struct op;
typedef void (*op_done_fn)(struct op *op);

struct op {
	enum err status; /* the result, once called back */
	struct diag why; /* what people read when status is not ERR_OK */

	/* private */
	struct loop *loop;
	struct sm sm;
	op_done_fn done;
	void (*on_cancel)(struct op *op);
	bool canceled, active;
	struct deferred wakeup;
};

static inline bool op_is_active(const struct op *op)
{
	return op->active;
}

/* Nothing happens when the operation is not under way. */
void op_cancel(struct op *op);

#endif
