#include <stdlib.h>

#include "ftp_private.h"
#include "loop_private.h"
#include "sluice/base/mem.h"
#include "sluice/base/must.h"

#define CONCURRENT_DEFAULT 2
#define CONCURRENT_MAX     16 /* threads; no server likes more */
#define CONNECT_MS         30000
#define IDLE_MS            60000
#define UNUSED_MS          60000 /* then a kept connection ends */

struct ftp_pool {
	struct loop *loop;
	struct link dests;
	uv_async_t nudge; /* from the threads */
	bool closing, closed_nudge;
	void (*closed)(void *arg);
	void *closed_arg;
	struct deferred wakeup;
};

/* --- targets -------------------------------------------------------------- */

struct ftp_target *ftp_target_copy(const struct ftp_target *t)
{
	struct ftp_target *copy = mem_alloc(sizeof *copy);
	unsigned many =
		t->max_concurrent > 0 ? t->max_concurrent : CONCURRENT_DEFAULT;

	*copy = *t;
	copy->name = mem_strdup(t->name != NULL ? t->name : t->hostname);
	copy->hostname = mem_strdup(t->hostname);
	copy->username = mem_strdup(t->username);
	copy->password = mem_strdup(t->password);
	copy->ca_certificates = mem_strdup(t->ca_certificates);
	copy->max_concurrent = many < CONCURRENT_MAX ? many : CONCURRENT_MAX;
	copy->connect_ms = t->connect_ms > 0 ? t->connect_ms : CONNECT_MS;
	copy->idle_ms = t->idle_ms > 0 ? t->idle_ms : IDLE_MS;
	return copy;
}

/* The copy owns its texts although their type says that nobody changes them. */
static char *own(const char *text)
{
	return (char *)(uintptr_t)text;
}

void ftp_target_destroy(struct ftp_target *t)
{
	if (t == NULL)
		return;
	free(own(t->name));
	free(own(t->hostname));
	free(own(t->username));
	mem_free_secret(own(t->password));
	free(own(t->ca_certificates));
	free(t);
}

/* --- destinations --------------------------------------------------------- */

static void on_dest_wakeup(struct deferred *d);
static void on_pool_wakeup(struct deferred *d);

static void wake(struct ftp_dest *dest)
{
	loop_defer(dest->pool->loop, &dest->wakeup, on_dest_wakeup);
}

static struct ftp_dest *find(
	struct ftp_pool *pool, const struct ftp_target *target)
{
	list_for_each (l, &pool->dests) {
		struct ftp_dest *dest = container_of(l, struct ftp_dest, link);

		if (!uuid_eq(dest->target->id, target->id))
			continue;
		if (dest->target->version == target->version && !dest->retired)
			return dest;
		dest->retired = true;
		wake(dest);
	}
	return NULL;
}

static struct ftp_dest *make(
	struct ftp_pool *pool, const struct ftp_target *target)
{
	struct ftp_dest *dest = mem_alloc(sizeof *dest);

	dest->pool = pool;
	dest->target = ftp_target_copy(target);
	list_init(&dest->lanes);
	list_init(&dest->waiting);
	list_append(&pool->dests, &dest->link);
	return dest;
}

static void drop_if_unused(struct ftp_dest *dest)
{
	struct ftp_pool *pool = dest->pool;

	if (!list_empty(&dest->lanes) || !list_empty(&dest->waiting))
		return;
	loop_undefer(&dest->wakeup);
	list_remove(&dest->link);
	ftp_target_destroy(dest->target);
	free(dest);
	if (pool->closing)
		loop_defer(pool->loop, &pool->wakeup, on_pool_wakeup);
}

/* --- lanes ---------------------------------------------------------------- */

static void end_lane(struct ftp_lane *lane)
{
	struct ftp_dest *dest = lane->dest;

	timer_stop(dest->pool->loop, &lane->unused);
	list_remove(&lane->link);
	dest->lane_count--;
	ftp_lane_destroy(lane);
}

static void on_unused(struct timer *t)
{
	struct ftp_lane *lane = container_of(t, struct ftp_lane, unused);
	struct ftp_dest *dest = lane->dest;

	end_lane(lane);
	wake(dest);
}

/* An idle one, best with a connection; else a new one; else NULL. */
static struct ftp_lane *choose(struct ftp_dest *dest)
{
	struct ftp_lane *idle = NULL;

	list_for_each (l, &dest->lanes) {
		struct ftp_lane *lane = container_of(l, struct ftp_lane, link);

		if (lane->work == NULL && (idle == NULL || lane->kept))
			idle = lane;
	}
	if (idle != NULL || dest->lane_count >= dest->target->max_concurrent)
		return idle;
	idle = ftp_lane_make(dest);
	list_append(&dest->lanes, &idle->link);
	dest->lane_count++;
	return idle;
}

static void start_works(struct ftp_dest *dest)
{
	struct ftp_lane *lane;

	while (!list_empty(&dest->waiting) && (lane = choose(dest)) != NULL) {
		struct ftp_work *work =
			list_first(&dest->waiting, struct ftp_work, link);

		list_remove(&work->link);
		timer_stop(dest->pool->loop, &lane->unused);
		ftp_work_begin(work, lane); /* may end it */
	}
}

static void settle_lane(struct ftp_lane *lane)
{
	struct ftp_dest *dest = lane->dest;

	if (lane->work != NULL)
		return;
	if (dest->retired || dest->pool->closing || !lane->kept)
		end_lane(lane);
	else if (!timer_is_set(&lane->unused))
		timer_set(
			dest->pool->loop, &lane->unused, UNUSED_MS, on_unused);
}

static void on_dest_wakeup(struct deferred *d)
{
	struct ftp_dest *dest = container_of(d, struct ftp_dest, wakeup);

	start_works(dest);
	list_for_each (l, &dest->lanes)
		settle_lane(container_of(l, struct ftp_lane, link));
	drop_if_unused(dest);
}

/* --- from the threads ----------------------------------------------------- */

void ftp_pool_nudge(struct ftp_pool *pool)
{
	uv_async_send(&pool->nudge);
}

/* Each look may end an operation whose callback starts or cancels others, but
 * neither lanes nor destinations go before their deferred call. */
static void on_nudge(uv_async_t *nudge)
{
	struct ftp_pool *pool = container_of(nudge, struct ftp_pool, nudge);

	list_for_each (l, &pool->dests) {
		struct ftp_dest *dest = container_of(l, struct ftp_dest, link);

		list_for_each (m, &dest->lanes) {
			struct ftp_lane *lane =
				container_of(m, struct ftp_lane, link);

			if (lane->work != NULL)
				ftp_work_look(lane->work);
		}
	}
}

/* --- for the operations --------------------------------------------------- */

struct loop *ftp_pool_loop(const struct ftp_pool *pool)
{
	return pool->loop;
}

enum err ftp_pool_submit(struct ftp_pool *pool, const struct ftp_target *target,
	struct ftp_work *work, struct diag *why)
{
	if (pool->closing)
		return diag_set(
			why, ERR_CONFLICT, "the gateway is shutting down");
	work->dest = find(pool, target);
	if (work->dest == NULL)
		work->dest = make(pool, target);
	list_append(&work->dest->waiting, &work->link);
	wake(work->dest);
	return ERR_OK;
}

void ftp_pool_leave(struct ftp_work *work)
{
	list_remove(&work->link);
	if (work->lane != NULL)
		work->lane->work = NULL;
	work->lane = NULL;
	wake(work->dest);
}

/* --- public --------------------------------------------------------------- */

static void on_nudge_closed(uv_handle_t *handle)
{
	struct ftp_pool *pool =
		container_of((uv_async_t *)handle, struct ftp_pool, nudge);

	pool->closed(pool->closed_arg);
}

static void on_pool_wakeup(struct deferred *d)
{
	struct ftp_pool *pool = container_of(d, struct ftp_pool, wakeup);

	if (!list_empty(&pool->dests) || pool->closed_nudge)
		return;
	pool->closed_nudge = true;
	uv_close((uv_handle_t *)&pool->nudge, on_nudge_closed);
}

struct ftp_pool *ftp_pool_create(struct loop *loop)
{
	struct ftp_pool *pool = mem_alloc(sizeof *pool);

	must(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
	pool->loop = loop;
	list_init(&pool->dests);
	must(uv_async_init(&loop->uv, &pool->nudge, on_nudge) == 0);
	return pool;
}

static void cancel_all(struct ftp_dest *dest)
{
	list_for_each (l, &dest->waiting)
		op_cancel(&container_of(l, struct ftp_work, link)->call->op);
	list_for_each (m, &dest->lanes) {
		struct ftp_lane *lane = container_of(m, struct ftp_lane, link);

		if (lane->work != NULL)
			op_cancel(&lane->work->call->op);
	}
}

void ftp_pool_close(struct ftp_pool *pool, void (*closed)(void *arg), void *arg)
{
	must(!pool->closing);
	pool->closing = true;
	pool->closed = closed;
	pool->closed_arg = arg;
	list_for_each (l, &pool->dests) {
		struct ftp_dest *dest = container_of(l, struct ftp_dest, link);

		cancel_all(dest);
		wake(dest);
	}
	loop_defer(pool->loop, &pool->wakeup, on_pool_wakeup);
}

void ftp_pool_destroy(struct ftp_pool *pool)
{
	if (pool == NULL)
		return;
	must(list_empty(&pool->dests));
	loop_undefer(&pool->wakeup);
	curl_global_cleanup();
	free(pool);
}

void ftp_pool_forget(struct ftp_pool *pool, struct uuid id)
{
	list_for_each (l, &pool->dests) {
		struct ftp_dest *dest = container_of(l, struct ftp_dest, link);

		if (!uuid_eq(dest->target->id, id))
			continue;
		dest->retired = true;
		wake(dest);
	}
}
