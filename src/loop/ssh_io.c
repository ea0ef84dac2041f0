#include "ssh_io.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <unistd.h>

#include "loop_private.h"
#include "sluice/base/mem.h"
#include "sluice/base/must.h"

#define QUICK_ACK_BYTES 16384 /* more than a session's beginning has */

static int socket_error(int fd)
{
	int error = 0;
	socklen_t len = sizeof error;

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0)
		return errno;
	return error;
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
	struct ssh_io *io = container_of(poll, struct ssh_io, poll);

	if (status < 0) { /* libuv has stopped the handle */
		io->error = socket_error(io->fd);
		if (io->error == 0)
			io->error = ECONNRESET;
		io->events = 0;
		events = UV_READABLE | UV_WRITABLE;
	}
	io->on_ready(io, events);
}

static int begin_connect(const struct address *to)
{
	int fd = socket(to->sa.ss_family,
		SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int one = 1, saved;

	if (fd < 0)
		return -1;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof one);
	if (connect(fd, (const struct sockaddr *)&to->sa, to->len) == 0 ||
		errno == EINPROGRESS)
		return fd;
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

struct ssh_io *ssh_io_open(struct loop *loop, const struct address *to,
	void (*on_ready)(struct ssh_io *io, int uv_events),
	void (*on_closed)(void *owner), void *owner, struct diag *why)
{
	int fd = begin_connect(to);
	struct ssh_io *io;

	if (fd < 0) {
		diag_set(why, ERR_NET, "%s", strerror(errno));
		return NULL;
	}
	io = mem_alloc(sizeof *io);
	io->on_ready = on_ready;
	io->on_closed = on_closed;
	io->owner = owner;
	io->fd = fd;
	io->out.buf = buf_make(SSH_IO_OUT_MAX);
	io->in = mem_alloc(SSH_IO_IN_SIZE);
	must(uv_poll_init(&loop->uv, &io->poll, fd) == 0);
	io->events = UV_WRITABLE;
	must(uv_poll_start(&io->poll, io->events, on_poll) == 0);
	return io;
}

enum err ssh_io_connected(struct ssh_io *io, struct diag *why)
{
	int error = io->error != 0 ? io->error : socket_error(io->fd);

	if (error != 0)
		return diag_set(why, ERR_NET, "%s", strerror(error));
	return ERR_OK;
}

/* While a session is being made, server and client say little and in turn, and
 * sshd holds its next word back until the last one is acknowledged (it sets
 * TCP_NODELAY later).  An ACK that waits for company cost 40 ms of the 85 that
 * a session took.  The kernel forgets this setting by itself. */
static void acknowledge_at_once(struct ssh_io *io)
{
	int one = 1;

	if (io->received < QUICK_ACK_BYTES)
		setsockopt(io->fd, IPPROTO_TCP, TCP_QUICKACK, &one, sizeof one);
}

bool ssh_io_fill(struct ssh_io *io)
{
	ssize_t n;

	if (io->in_head < io->in_len)
		return true; /* the rest first: during the handshake */
	io->in_head = io->in_len = 0;
	if (io->eof || io->error != 0 || io->dead)
		return false;
	do
		n = recv(io->fd, io->in, SSH_IO_IN_SIZE, 0);
	while (n < 0 && errno == EINTR);
	if (n > 0) {
		acknowledge_at_once(io);
		io->in_len = (size_t)n;
		io->received += (uint64_t)n;
		return true;
	}
	if (n == 0)
		io->eof = true;
	else if (errno != EAGAIN)
		io->error = errno;
	return false;
}

void ssh_io_flush(struct ssh_io *io)
{
	struct str s = fifo_view(&io->out);
	ssize_t n;

	if (s.len == 0 || io->error != 0 || io->dead)
		return;
	do
		n = send(io->fd, s.ptr, s.len, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n > 0) {
		fifo_drop(&io->out, (size_t)n);
		io->sent += (uint64_t)n;
	} else if (n < 0 && errno != EAGAIN) {
		io->error = errno;
	}
}

void ssh_io_wait(struct ssh_io *io, bool more)
{
	int events = UV_READABLE;

	if (more || fifo_len(&io->out) > 0)
		events |= UV_WRITABLE;
	if (io->dead || events == io->events)
		return;
	io->events = events;
	must(uv_poll_start(&io->poll, events, on_poll) == 0);
}

void ssh_io_mute(struct ssh_io *io)
{
	io->events = 0;
	uv_poll_stop(&io->poll);
}

static void on_closed(uv_handle_t *handle)
{
	struct ssh_io *io = handle->data;
	void (*closed)(void *owner) = io->on_closed;
	void *owner = io->owner;

	free(io->in);
	buf_release(&io->out.buf);
	free(io);
	closed(owner);
}

void ssh_io_close(struct ssh_io *io)
{
	io->dead = true;
	io->poll.data = io;
	shutdown(io->fd, SHUT_RDWR);
	uv_close((uv_handle_t *)&io->poll, on_closed);
	close(io->fd);
}

/* --- libssh2's side ------------------------------------------------------ */

static LIBSSH2_SEND_FUNC(on_libssh2_send)
{
	struct ssh_io *io = *abstract;

	(void)socket;
	(void)flags;
	if (io->dead || io->error != 0)
		return -EPIPE;
	buf_put(&io->out.buf, buffer, length);
	if (io->out.buf.full) {
		io->error = ENOBUFS;
		return -ENOBUFS;
	}
	return (ssize_t)length;
}

static LIBSSH2_RECV_FUNC(on_libssh2_recv)
{
	struct ssh_io *io = *abstract;
	size_t n = io->in_len - io->in_head;

	(void)socket;
	(void)flags;
	if (io->dead)
		return -EPIPE;
	if (n == 0)
		return io->error != 0 ? -io->error : io->eof ? 0 : -EAGAIN;
	if (n > length)
		n = length;
	memcpy(buffer, io->in + io->in_head, n);
	io->in_head += n;
	return (ssize_t)n;
}

void ssh_io_attach(struct ssh_io *io, LIBSSH2_SESSION *session)
{
	must(*libssh2_session_abstract(session) == io);
	libssh2_session_callback_set2(session, LIBSSH2_CALLBACK_SEND,
		(libssh2_cb_generic *)on_libssh2_send);
	libssh2_session_callback_set2(session, LIBSSH2_CALLBACK_RECV,
		(libssh2_cb_generic *)on_libssh2_recv);
}
