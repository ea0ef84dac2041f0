#include "pool_call.h"

#include "sluice/base/must.h"

static void on_run(uv_work_t *uv)
{
	struct pool_call *call = container_of(uv, struct pool_call, uv);

	call->run(call);
}

static void on_done(uv_work_t *uv, int status)
{
	struct pool_call *call = container_of(uv, struct pool_call, uv);

	must(status == 0); /* nobody cancels */
	call->busy = false;
	call->done(call);
}

void pool_call_start(struct loop *loop, struct pool_call *call,
	void (*run)(struct pool_call *call),
	void (*done)(struct pool_call *call))
{
	must(!call->busy);
	call->busy = true;
	call->run = run;
	call->done = done;
	must(uv_queue_work(&loop->uv, &call->uv, on_run, on_done) == 0);
}
