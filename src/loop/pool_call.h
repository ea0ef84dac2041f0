/* One blocking call at a time in libuv's thread pool, for those whose work the
 * kernel can't do behind a poll (files). */
#ifndef SLUICE_POOL_CALL_H
#define SLUICE_POOL_CALL_H

#include <stdbool.h>

#include "loop_private.h"

struct pool_call {
	uv_work_t uv;
	bool busy;
	/* In a thread of the pool: it has what `call` is embedded in to itself
	 * as far as the loop's side keeps its hands off while `busy`. */
	void (*run)(struct pool_call *call);
	void (*done)(struct pool_call *call); /* from the loop; may free it */
};

/* Must not be busy.  The memory must live until `done`. */
void pool_call_start(struct loop *loop, struct pool_call *call,
	void (*run)(struct pool_call *call),
	void (*done)(struct pool_call *call));

#endif
