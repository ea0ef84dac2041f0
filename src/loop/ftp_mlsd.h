/* One line of a listing in the form of RFC 3659 section 7:
 *
 *   type=file;size=1234;modify=20260101120000; products.csv
 *
 * Strict, since it decides what is read and moved: a fact that we use and
 * can't read, or a name that leads out of the folder, is ERR_PROTO. */
#ifndef SLUICE_LOOP_FTP_MLSD_H
#define SLUICE_LOOP_FTP_MLSD_H

#include "sluice/base/buf.h"
#include "sluice/base/diag.h"
#include "sluice/loop/sftp_file.h"

#define FTP_LINE_MAX 8192

struct ftp_entry {
	struct str name; /* in the line */
	struct sftp_attrs attrs;
	bool skip; /* the folder itself, or the one above */
};

/* `line` is without its line end. */
enum err ftp_mlsd_read(
	struct str line, struct ftp_entry *out, struct diag *why) WARN_UNUSED;

/* The other way; for names that came without facts.  A NULL type: unknown. */
void ftp_mlsd_write(struct buf *out, const char *type,
	const struct sftp_attrs *attrs, struct str name);

#endif
