/* The inside of struct op, for the files that implement operations. */
#ifndef SLUICE_LOOP_OP_PRIVATE_H
#define SLUICE_LOOP_OP_PRIVATE_H

#include "sluice/loop/op.h"

/* First statement of an operation's start.  `on_cancel` is called at most
 * once, from the loop; it looks at the state and decides. */
void op_begin(struct op *op, struct loop *loop, op_done_fn done,
	void (*on_cancel)(struct op *op));

/* Remember the first failure; later ones are consequences. */
void op_fail(struct op *op, const struct diag *why);

/* Last statement of an operation: calls back, which may free it. */
void op_finish(struct op *op);

#endif
