/* The loop floor's view of a connection: what an SFTP session or an FTPS call
 * needs of it, with the gateway's defaults filled in.  Borrowed from the
 * connection. */
#ifndef SLUICE_JOBS_TARGET_H
#define SLUICE_JOBS_TARGET_H

#include "sluice/loop/ftp.h"
#include "sluice/loop/ssh_target.h"
#include "sluice/model/connection.h"

struct hub;

struct ssh_target target_ssh(const struct hub *hub, const struct connection *c);
struct ftp_target target_ftp(const struct hub *hub, const struct connection *c);

#endif
