#include "sftp_pool_private.h"

#include <stdlib.h>

#include "op_private.h"
#include "sluice/base/mem.h"
#include "sluice/base/must.h"

/* One session and whether it is still offered to jobs. */
struct lane {
	struct ssh_session session; /* lane_of() */
	struct link link;           /* in its destination */
	struct sftp_dest *dest;
	struct timer unused;
	bool ready, ending;
	bool warm; /* it has answered an operation to its end */
};

struct sftp_dest {
	struct link link; /* in its pool */
	struct sftp_pool *pool;
	struct ssh_target *target;
	struct link lanes;
	unsigned lane_count;        /* that are not ending */
	struct link waiting;        /* jobs, oldest first */
	enum ssh_key_kind key_kind; /* that matched a pin the last time */
	bool one_lane; /* a second session failed: do not try again */
	bool retired;  /* forgotten, or there is a newer version */
	struct deferred wakeup;
};

struct sftp_pool {
	struct loop *loop;
	struct link dests;
	struct sftp_pool_watcher *watcher;
	void (*closed)(void *arg);
	void *closed_arg;
	bool closing;
	struct deferred wakeup;
	struct sftp_pool_numbers ever; /* only what outlives a session */
};

static struct lane *lane_of(struct ssh_session *s)
{
	return container_of(s, struct lane, session);
}

static struct lane *lane_of_client(struct sftp_client *c)
{
	return lane_of(container_of(c, struct ssh_session, client));
}

static struct sftp_client *client_of(struct lane *lane)
{
	return &lane->session.client;
}

/* --- destinations -------------------------------------------------------- */

static void on_dest_wakeup(struct deferred *d);

static void wake(struct sftp_dest *dest)
{
	loop_defer(dest->pool->loop, &dest->wakeup, on_dest_wakeup);
}

static struct sftp_dest *find(
	struct sftp_pool *pool, const struct ssh_target *target)
{
	list_for_each (l, &pool->dests) {
		struct sftp_dest *dest =
			container_of(l, struct sftp_dest, link);

		if (!uuid_eq(dest->target->id, target->id))
			continue;
		if (dest->target->version == target->version && !dest->retired)
			return dest;
		dest->retired = true;
		wake(dest);
	}
	return NULL;
}

static struct sftp_dest *make(
	struct sftp_pool *pool, const struct ssh_target *target)
{
	struct sftp_dest *dest = mem_alloc(sizeof *dest);

	dest->pool = pool;
	dest->target = ssh_target_copy(target);
	dest->key_kind = SSH_KEY_ANY;
	list_init(&dest->lanes);
	list_init(&dest->waiting);
	list_append(&pool->dests, &dest->link);
	return dest;
}

static void on_pool_wakeup(struct deferred *d)
{
	struct sftp_pool *pool = container_of(d, struct sftp_pool, wakeup);

	if (pool->closing && list_empty(&pool->dests))
		pool->closed(pool->closed_arg);
}

static void drop_if_unused(struct sftp_dest *dest)
{
	struct sftp_pool *pool = dest->pool;

	if (!list_empty(&dest->lanes) || !list_empty(&dest->waiting))
		return;
	loop_undefer(&dest->wakeup);
	list_remove(&dest->link);
	ssh_target_destroy(dest->target);
	free(dest);
	if (pool->closing)
		loop_defer(pool->loop, &pool->wakeup, on_pool_wakeup);
}

/* --- lanes --------------------------------------------------------------- */

static void end_lane(struct lane *lane)
{
	if (lane->ending)
		return;
	lane->ending = true;
	lane->dest->lane_count--;
	timer_stop(lane->dest->pool->loop, &lane->unused);
	ssh_session_end(&lane->session);
}

static void on_unused(struct timer *t)
{
	struct lane *lane = container_of(t, struct lane, unused);

	end_lane(lane);
}

static void on_step(struct ssh_session *s, enum ssh_step step, uint64_t ms,
	const struct diag *why)
{
	struct sftp_pool_watcher *w = lane_of(s)->dest->pool->watcher;

	if (w != NULL)
		w->step(w, s, step, ms, why);
}

static void on_ready(struct ssh_session *s)
{
	struct lane *lane = lane_of(s);

	lane->ready = true;
	lane->dest->key_kind = s->want;
	wake(lane->dest);
}

/* Takes a job off `list` and tells it; it may be gone after that. */
static void lose(struct sftp_job *job, const struct diag *why)
{
	if (job->client != NULL) {
		sftp_client_remove(job);
	} else {
		list_remove(&job->link);
	}
	job->dest = NULL;
	job->calls->lost(job, why);
}

/* A warm session that dies before it answered has probably been dead for some
 * time: back to the queue, in front, once. */
static bool start_over(struct lane *lane, struct sftp_job *job)
{
	if (!lane->warm || job->answered || job->retried ||
		!job->calls->restartable || job->op->canceled)
		return false;
	job->retried = true;
	sftp_client_remove(job);
	list_append(lane->dest->waiting.next, &job->link);
	return true;
}

static void lose_lane_jobs(struct lane *lane, const struct diag *why)
{
	struct sftp_client *c = client_of(lane);

	while (!list_empty(&c->jobs)) { /* the last first: see start_over() */
		struct sftp_job *job =
			container_of(c->jobs.prev, struct sftp_job, link);

		if (!start_over(lane, job))
			lose(job, why);
	}
}

/* What is submitted by the callbacks goes to a new session. */
static void lose_waiting(struct sftp_dest *dest, const struct diag *why)
{
	struct link jobs;

	list_move_all(&jobs, &dest->waiting);
	while (!list_empty(&jobs))
		lose(list_first(&jobs, struct sftp_job, link), why);
}

/* Jobs that had not started yet outlive a session that worked once: the next
 * one will tell whether the server is there. */
static void on_lost(struct ssh_session *s, const struct diag *why)
{
	struct lane *lane = lane_of(s);
	struct sftp_dest *dest = lane->dest;

	lane->ending = true;
	dest->lane_count--;
	timer_stop(dest->pool->loop, &lane->unused);
	dest->pool->ever.sessions_failed++;
	if (lane->ready)
		lose_lane_jobs(lane, why);
	else if (dest->lane_count > 0)
		dest->one_lane = true;
	else
		lose_waiting(dest, why);
	wake(dest);
}

static void on_closed(struct ssh_session *s)
{
	struct lane *lane = lane_of(s);
	struct sftp_dest *dest = lane->dest;

	dest->pool->ever.bytes_sent += s->bytes_sent;
	dest->pool->ever.bytes_received += s->bytes_received;
	list_remove(&lane->link);
	free(lane);
	wake(dest);
}

static const struct ssh_session_events lane_events = {
	.step = on_step,
	.ready = on_ready,
	.lost = on_lost,
	.closed = on_closed,
};

static void make_lane(struct sftp_dest *dest)
{
	struct lane *lane = mem_alloc(sizeof *lane);

	lane->dest = dest;
	lane->session.want = dest->key_kind;
	list_append(&dest->lanes, &lane->link);
	dest->lane_count++;
	dest->pool->ever.sessions_made++;
	ssh_session_start(
		&lane->session, dest->pool->loop, dest->target, &lane_events);
}

/* --- jobs ---------------------------------------------------------------- */

/* Small and big ones in one lane hold each other up. */
static bool would_mix(const struct sftp_client *c, const struct sftp_job *job)
{
	return job->big ? c->job_count > c->big_count : c->big_count > 0;
}

/* The lane for the job; NULL: it must wait (and perhaps a lane was made). */
static struct lane *choose(struct sftp_dest *dest, const struct sftp_job *job)
{
	struct lane *fallback = NULL;
	bool coming = false, mixed = false;

	list_for_each (l, &dest->lanes) {
		struct lane *lane = container_of(l, struct lane, link);
		struct sftp_client *c = client_of(lane);
		bool full = c->job_count >= dest->target->max_files;

		if (lane->ending)
			continue;
		if (!lane->ready) {
			coming = true;
		} else if (would_mix(c, job)) {
			mixed = true;
			fallback = full ? fallback : lane;
		} else if (!full) {
			return lane;
		}
	}
	if (coming)
		return NULL;
	if (dest->lane_count == 0 ||
		(mixed && dest->lane_count == 1 && !dest->one_lane)) {
		make_lane(dest);
		return NULL;
	}
	return fallback;
}

static void start_jobs(struct sftp_dest *dest)
{
	struct sftp_job *job;
	struct lane *lane;

	while (!list_empty(&dest->waiting)) {
		job = list_first(&dest->waiting, struct sftp_job, link);
		lane = choose(dest, job);
		if (lane == NULL)
			return;
		list_remove(&job->link);
		sftp_client_add(client_of(lane), job);
		job->calls->start(job); /* may end it */
	}
}

static void settle_lane(struct lane *lane)
{
	struct sftp_dest *dest = lane->dest;
	struct loop *loop = dest->pool->loop;

	if (lane->ending)
		return;
	if (client_of(lane)->job_count > 0) {
		timer_stop(loop, &lane->unused);
	} else if (dest->retired || dest->pool->closing) {
		if (list_empty(&dest->waiting))
			end_lane(lane);
	} else if (lane->ready && !timer_is_set(&lane->unused)) {
		sftp_client_rest(client_of(lane));
		timer_set(loop, &lane->unused, dest->target->timeouts.pool_idle,
			on_unused);
	}
}

static void on_dest_wakeup(struct deferred *d)
{
	struct sftp_dest *dest = container_of(d, struct sftp_dest, wakeup);

	start_jobs(dest);
	list_for_each (l, &dest->lanes)
		settle_lane(container_of(l, struct lane, link));
	drop_if_unused(dest);
}

/* --- for the operations -------------------------------------------------- */

struct loop *sftp_pool_loop(const struct sftp_pool *pool)
{
	return pool->loop;
}

enum err sftp_pool_submit(struct sftp_pool *pool,
	const struct ssh_target *target, struct sftp_job *job, struct diag *why)
{
	if (pool->closing)
		return diag_set(
			why, ERR_CONFLICT, "the gateway is shutting down");
	job->dest = find(pool, target);
	if (job->dest == NULL)
		job->dest = make(pool, target);
	job->client = NULL;
	job->outstanding = 0;
	job->retried = false;
	list_append(&job->dest->waiting, &job->link);
	wake(job->dest);
	return ERR_OK;
}

void sftp_pool_leave(struct sftp_job *job)
{
	struct sftp_dest *dest = job->dest;

	if (dest == NULL)
		return;
	if (job->client != NULL) {
		lane_of_client(job->client)->warm |= job->answered;
		sftp_client_remove(job);
	} else {
		list_remove(&job->link);
	}
	job->dest = NULL;
	wake(dest);
}

const struct ssh_target *sftp_job_target(const struct sftp_job *job)
{
	return job->dest->target;
}

void sftp_pool_watch(struct sftp_pool *pool, struct sftp_pool_watcher *w)
{
	pool->watcher = w;
}

/* --- public -------------------------------------------------------------- */

struct sftp_pool *sftp_pool_create(struct loop *loop)
{
	struct sftp_pool *pool = mem_alloc(sizeof *pool);

	pool->loop = loop;
	list_init(&pool->dests);
	return pool;
}

static void cancel_all(struct link *jobs)
{
	list_for_each (l, jobs)
		op_cancel(container_of(l, struct sftp_job, link)->op);
}

void sftp_pool_close(
	struct sftp_pool *pool, void (*closed)(void *arg), void *arg)
{
	must(!pool->closing);
	pool->closing = true;
	pool->closed = closed;
	pool->closed_arg = arg;
	list_for_each (l, &pool->dests) {
		struct sftp_dest *dest =
			container_of(l, struct sftp_dest, link);

		cancel_all(&dest->waiting);
		list_for_each (m, &dest->lanes)
			cancel_all(
				&client_of(container_of(m, struct lane, link))
					 ->jobs);
		wake(dest);
	}
	loop_defer(pool->loop, &pool->wakeup, on_pool_wakeup);
}

void sftp_pool_destroy(struct sftp_pool *pool)
{
	if (pool == NULL)
		return;
	must(list_empty(&pool->dests));
	loop_undefer(&pool->wakeup);
	free(pool);
}

void sftp_pool_forget(struct sftp_pool *pool, struct uuid id)
{
	list_for_each (l, &pool->dests) {
		struct sftp_dest *dest =
			container_of(l, struct sftp_dest, link);

		if (!uuid_eq(dest->target->id, id))
			continue;
		dest->retired = true;
		wake(dest);
	}
}

static void add_lane(struct sftp_pool_numbers *n, struct lane *lane)
{
	n->sessions++;
	n->under_way += client_of(lane)->job_count;
	n->bytes_sent += lane->session.bytes_sent;
	n->bytes_received += lane->session.bytes_received;
	if (lane->session.io == NULL)
		return;
	n->bytes_sent += lane->session.io->sent;
	n->bytes_received += lane->session.io->received;
}

struct sftp_pool_numbers sftp_pool_numbers(const struct sftp_pool *pool)
{
	struct sftp_pool_numbers n = pool->ever;

	list_for_each (l, &pool->dests) {
		struct sftp_dest *dest =
			container_of(l, struct sftp_dest, link);

		n.destinations++;
		list_for_each (w, &dest->waiting)
			n.waiting++;
		list_for_each (m, &dest->lanes)
			add_lane(&n, container_of(m, struct lane, link));
	}
	return n;
}
