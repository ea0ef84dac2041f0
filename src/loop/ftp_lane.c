#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ftp_private.h"
#include "sluice/base/mem.h"
#include "sluice/base/must.h"

#define STACK_BYTES (1u << 20)

/* --- sockets: shutting them down ends whatever the thread waits for ------- */

static bool keep_socket(struct ftp_lane *lane, int fd)
{
	bool kept = false;

	pthread_mutex_lock(&lane->mutex);
	for (size_t i = 0; i < FTP_SOCKETS_MAX && !kept && !lane->stop; i++)
		if (lane->sockets[i] < 0) {
			lane->sockets[i] = fd;
			kept = true;
		}
	pthread_mutex_unlock(&lane->mutex);
	return kept;
}

static curl_socket_t open_socket(
	void *arg, curlsocktype purpose, struct curl_sockaddr *a)
{
	int fd = socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);

	(void)purpose;
	if (fd >= 0 && keep_socket(arg, fd))
		return fd;
	if (fd >= 0)
		close(fd);
	return CURL_SOCKET_BAD;
}

static int close_socket(void *arg, curl_socket_t fd)
{
	struct ftp_lane *lane = arg;

	pthread_mutex_lock(&lane->mutex);
	for (size_t i = 0; i < FTP_SOCKETS_MAX; i++)
		if (lane->sockets[i] == fd)
			lane->sockets[i] = -1;
	pthread_mutex_unlock(&lane->mutex);
	return close(fd);
}

static void shut_sockets(struct ftp_lane *lane)
{
	for (size_t i = 0; i < FTP_SOCKETS_MAX; i++)
		if (lane->sockets[i] >= 0)
			shutdown(lane->sockets[i], SHUT_RDWR);
}

static bool has_sockets(const struct ftp_lane *lane)
{
	bool any = false;

	for (size_t i = 0; i < FTP_SOCKETS_MAX; i++)
		any |= lane->sockets[i] >= 0;
	return any;
}

/* --- the loop's side ------------------------------------------------------ */

struct ftp_lane *ftp_lane_make(struct ftp_dest *dest)
{
	struct ftp_lane *lane = mem_alloc(sizeof *lane);

	list_init(&lane->link);
	lane->dest = dest;
	lane->easy = curl_easy_init();
	lane->multi = curl_multi_init();
	/* nothing but memory can be missing */
	must(lane->easy != NULL && lane->multi != NULL);
	must(pthread_mutex_init(&lane->mutex, NULL) == 0);
	must(pthread_cond_init(&lane->room, NULL) == 0);
	lane->ahead = buf_make(FTP_AHEAD_CAP);
	for (size_t i = 0; i < FTP_SOCKETS_MAX; i++)
		lane->sockets[i] = -1;
	return lane;
}

/* The sockets first: libcurl would wait for the answer to its QUIT. */
void ftp_lane_destroy(struct ftp_lane *lane)
{
	must(lane->work == NULL);
	shut_sockets(lane);
	curl_easy_cleanup(lane->easy);
	curl_multi_cleanup(lane->multi);
	buf_release(&lane->ahead);
	buf_release(&lane->names);
	pthread_cond_destroy(&lane->room);
	pthread_mutex_destroy(&lane->mutex);
	free(lane);
}

static void work_in_thread(void *arg)
{
	struct ftp_lane *lane = arg;
	struct ftp_pool *pool = lane->dest->pool;

	ftp_request_run(lane);
	pthread_mutex_lock(&lane->mutex);
	lane->finished = true;
	pthread_mutex_unlock(&lane->mutex);
	ftp_pool_nudge(pool);
}

enum err ftp_lane_begin(
	struct ftp_lane *lane, struct ftp_work *work, struct diag *why)
{
	uv_thread_options_t options = { .flags = UV_THREAD_HAS_STACK_SIZE,
		.stack_size = STACK_BYTES };
	int rc;

	lane->in = &work->call->in;
	lane->stop = lane->finished = lane->attrs_known = false;
	lane->attrs = (struct sftp_attrs){ 0 };
	lane->talk = (struct ftp_talk){ 0 };
	lane->why = (struct diag){ .code = ERR_OK };
	lane->sent = 0;
	lane->began = uv_hrtime();
	buf_clear(&lane->ahead);
	rc = uv_thread_create_ex(&lane->thread, &options, work_in_thread, lane);
	if (rc != 0)
		return diag_set(why, ERR_IO, "can't start a thread: %s",
			uv_strerror(rc));
	lane->work = work;
	return ERR_OK;
}

void ftp_lane_stop(struct ftp_lane *lane)
{
	pthread_mutex_lock(&lane->mutex);
	lane->stop = true;
	if (!lane->finished)
		shut_sockets(lane);
	pthread_cond_signal(&lane->room);
	pthread_mutex_unlock(&lane->mutex);
}

bool ftp_lane_take(struct ftp_lane *lane, struct buf *front)
{
	struct buf taken;
	bool finished;

	pthread_mutex_lock(&lane->mutex);
	taken = lane->ahead;
	lane->ahead = *front;
	*front = taken;
	finished = lane->finished;
	pthread_cond_signal(&lane->room);
	pthread_mutex_unlock(&lane->mutex);
	if (!finished)
		return false;
	uv_thread_join(&lane->thread);
	lane->kept = has_sockets(lane) && !lane->stop;
	return true;
}

/* --- the thread's side ---------------------------------------------------- */

bool ftp_lane_stopped(struct ftp_lane *lane)
{
	bool stop;

	pthread_mutex_lock(&lane->mutex);
	stop = lane->stop;
	pthread_mutex_unlock(&lane->mutex);
	return stop;
}

bool ftp_lane_give(struct ftp_lane *lane, const void *data, size_t len)
{
	bool stop, nudge = false;

	pthread_mutex_lock(&lane->mutex);
	while (lane->ahead.len >= FTP_AHEAD_MAX && !lane->stop)
		pthread_cond_wait(&lane->room, &lane->mutex);
	stop = lane->stop;
	if (!stop) {
		nudge = lane->ahead.len == 0;
		buf_put(&lane->ahead, data, len);
		stop = lane->ahead.full;
	}
	pthread_mutex_unlock(&lane->mutex);
	if (nudge)
		ftp_pool_nudge(lane->dest->pool);
	return !stop;
}

static int on_progress(void *arg, curl_off_t down_total, curl_off_t down,
	curl_off_t up_total, curl_off_t up)
{
	(void)down_total;
	(void)down;
	(void)up_total;
	(void)up;
	return ftp_lane_stopped(arg) ? 1 : 0;
}

void ftp_lane_watch(struct ftp_lane *lane)
{
	CURL *easy = lane->easy;

	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(easy, CURLOPT_XFERINFODATA, lane);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, lane);
	curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
	curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, lane);
}
