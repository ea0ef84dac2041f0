#include "sluice/loop/op.h"

#include "op_private.h"
#include "sluice/base/must.h"

void op_begin(struct op *op, struct loop *loop, op_done_fn done,
	void (*on_cancel)(struct op *op))
{
	must(!op->active);
	*op = (struct op){
		.loop = loop,
		.done = done,
		.on_cancel = on_cancel,
		.active = true,
	};
}

void op_fail(struct op *op, const struct diag *why)
{
	if (op->status != ERR_OK)
		return;
	op->status = why->code;
	op->why = *why;
}

void op_finish(struct op *op)
{
	must(op->active);
	loop_undefer(&op->wakeup);
	op->active = false;
	op->done(op); /* may free op: nothing may follow */
}

static void on_wakeup(struct deferred *d)
{
	struct op *op = container_of(d, struct op, wakeup);

	op->on_cancel(op);
}

/* Delivered from the loop: the caller may be anywhere, even inside one of the
 * operation's own callbacks. */
void op_cancel(struct op *op)
{
	if (!op->active || op->canceled)
		return;
	op->canceled = true;
	loop_defer(op->loop, &op->wakeup, on_wakeup);
}
