/* The one place where libssh2's return codes become ours. */
#ifndef SLUICE_LOOP_SSH_ERROR_H
#define SLUICE_LOOP_SSH_ERROR_H

#include <libssh2.h>

#include "sluice/base/diag.h"

struct ssh_io;

/* Sets and returns the error for `rc` (negative), with libssh2's message.  A
 * socket error or the peer's hanging up, known to `io`, says more and wins. */
enum err ssh_error(LIBSSH2_SESSION *session, const struct ssh_io *io, long rc,
	struct diag *d);

#endif
