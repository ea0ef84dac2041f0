/* SFTP version 3 (draft-ietf-secsh-filexfer-02) as bytes: requests that we
 * write, replies that we read.  Pure: no socket, no session, no state, so that
 * a test and a fuzzer can feed it anything.
 *
 * Everything that a server sends is held against a bound before it is used; a
 * reply that breaks one is ERR_PROTO, whatever else it holds. */
#ifndef SLUICE_LOOP_SFTP_PACKET_H
#define SLUICE_LOOP_SFTP_PACKET_H

#include "sluice/base/buf.h"
#include "sluice/base/diag.h"
#include "sluice/loop/sftp_file.h"

#define SFTP_CHUNK_MAX  (256 * 1024)            /* of data in one packet */
#define SFTP_PACKET_MAX (SFTP_CHUNK_MAX + 1024) /* without its length */
#define SFTP_HANDLE_MAX 256
#define SFTP_PATH_MAX   4096
#define SFTP_NAME_MAX   1024 /* of one entry; a NAME's long name: 4096 */

enum sftp_type {
	SFTP_INIT = 1,
	SFTP_VERSION = 2,
	SFTP_OPEN = 3,
	SFTP_CLOSE = 4,
	SFTP_READ = 5,
	SFTP_WRITE = 6,
	SFTP_FSTAT = 8,
	SFTP_OPENDIR = 11,
	SFTP_READDIR = 12,
	SFTP_REMOVE = 13,
	SFTP_MKDIR = 14,
	SFTP_REALPATH = 16,
	SFTP_STAT = 17,
	SFTP_RENAME = 18,
	SFTP_STATUS = 101,
	SFTP_HANDLE = 102,
	SFTP_DATA = 103,
	SFTP_NAME = 104,
	SFTP_ATTRS = 105,
	SFTP_EXTENDED = 200,
	SFTP_EXTENDED_REPLY = 201,
};

enum sftp_status_code {
	SFTP_FX_OK = 0,
	SFTP_FX_EOF = 1,
	SFTP_FX_NO_SUCH_FILE = 2,
	SFTP_FX_PERMISSION_DENIED = 3,
	SFTP_FX_FAILURE = 4,
	SFTP_FX_BAD_MESSAGE = 5,
	SFTP_FX_NO_CONNECTION = 6,
	SFTP_FX_CONNECTION_LOST = 7,
	SFTP_FX_OP_UNSUPPORTED = 8,
};

#define SFTP_FXF_READ  0x01u
#define SFTP_FXF_WRITE 0x02u
#define SFTP_FXF_CREAT 0x08u
#define SFTP_FXF_TRUNC 0x10u

/* Is that a path we can send: not empty, not too long? */
enum err sftp_check_path(const char *path, struct diag *why) WARN_UNUSED;

/* --- requests: appended to `out`; `id` comes back in the reply ----------- */

void sftp_write_init(struct buf *out);
/* OPEN; mode: permission bits of a new file, 0: as the server likes. */
void sftp_write_open(struct buf *out, uint32_t id, const char *path,
	uint32_t flags, uint32_t mode);
void sftp_write_read(struct buf *out, uint32_t id, struct str handle,
	uint64_t offset, uint32_t len);
/* WRITE without its bytes: the caller appends `len` of them. */
void sftp_write_write(struct buf *out, uint32_t id, struct str handle,
	uint64_t offset, uint32_t len);
/* CLOSE, FSTAT, READDIR. */
void sftp_write_handle(
	struct buf *out, enum sftp_type type, uint32_t id, struct str handle);
/* OPENDIR, REMOVE, MKDIR, REALPATH, STAT. */
void sftp_write_path(
	struct buf *out, enum sftp_type type, uint32_t id, const char *path);
void sftp_write_rename(
	struct buf *out, uint32_t id, const char *from, const char *to);
/* EXTENDED `name` with up to two strings; a NULL pointer ends them. */
void sftp_write_extended(struct buf *out, uint32_t id, const char *name,
	struct str first, struct str second);

/* --- replies ------------------------------------------------------------- */

/* Looks at the start of a byte stream.  ERR_OK: `packet` (within `bytes`) is
 * the first one; with packet->ptr NULL, more bytes are needed. */
enum err sftp_frame(
	struct str bytes, struct str *packet, struct diag *why) WARN_UNUSED;

struct sftp_reply {
	enum sftp_type type;
	uint32_t id;         /* VERSION: the version */
	uint32_t code;       /* STATUS */
	struct str text;     /* STATUS: its message; HANDLE: the handle; DATA:
				the bytes; EXTENDED_REPLY: the rest; VERSION,
				NAME: what sftp_next_...() walks */
	uint32_t name_count; /* NAME */
	struct sftp_attrs attrs; /* ATTRS */
};

/* Everything in `reply` points into `packet`. */
enum err sftp_parse(struct str packet, struct sftp_reply *reply,
	struct diag *why) WARN_UNUSED;

struct sftp_entry {
	struct str name;
	struct sftp_attrs attrs;
};

/* The next of a NAME's entries, taken off `reply`; false at the end.  A NAME
 * that sftp_parse() let pass holds as many as it says. */
bool sftp_next_entry(struct sftp_reply *reply, struct sftp_entry *entry);

/* The next of a VERSION's extensions; false at the end. */
bool sftp_next_extension(
	struct sftp_reply *reply, struct str *name, struct str *data);

/* limits@openssh.com's four numbers, in a reply's text. */
bool sftp_parse_limits(
	struct str text, uint64_t *packet, uint64_t *read, uint64_t *write);

#endif
