/* One closed list of errors for the whole program.
 *
 * The class answers the only question that a job runner asks of a failure: is
 * it worth trying again, and do we know how it ended?  It stands beside the
 * code, so that retry policy is data and not a chain of conditions.
 *
 * Errors of a row or a request body (F-E-..., UNKNOWN_FIELD, ...) are data, see
 * model/fault.h; they are not in this list. */
#ifndef SLUICE_BASE_ERR_H
#define SLUICE_BASE_ERR_H

enum err_class {
	ERR_CLASS_NONE,
	ERR_CLASS_TRANSIENT,       /* may well work later, unchanged */
	ERR_CLASS_PERMANENT,       /* fails until somebody changes something */
	ERR_CLASS_UNKNOWN_OUTCOME, /* it may or may not have happened */
	ERR_CLASS_BUG,             /* ours */
};

/* clang-format off */
#define ERR_LIST(X)                                                           \
	X(ERR_OK,            NONE,            "success")                          \
	X(ERR_CANCELED,      PERMANENT,       "canceled")                         \
	X(ERR_TIMEOUT,       TRANSIENT,       "deadline passed")                  \
	X(ERR_RESOLVE,       TRANSIENT,       "host name not found")              \
	X(ERR_NET,           TRANSIENT,       "connection failed")                \
	X(ERR_PROTO,         TRANSIENT,       "peer broke the protocol")          \
	X(ERR_HOSTKEY,       PERMANENT,       "host key does not match")          \
	X(ERR_CERTIFICATE,   PERMANENT,       "certificate not trusted")          \
	X(ERR_AUTH,          PERMANENT,       "authentication refused")           \
	X(ERR_REMOTE,        TRANSIENT,       "remote file operation failed")     \
	X(ERR_REMOTE_ABSENT, PERMANENT,       "no such remote file or folder")    \
	X(ERR_REMOTE_DENIED, PERMANENT,       "remote permission denied")         \
	X(ERR_REMOTE_SIZE,   TRANSIENT,       "remote size differs")              \
	X(ERR_UNSUPPORTED,   PERMANENT,       "not supported by the peer")        \
	X(ERR_UNKNOWN,       UNKNOWN_OUTCOME, "outcome unknown")                  \
	X(ERR_NOT_FOUND,     PERMANENT,       "not found")                        \
	X(ERR_EXISTS,        PERMANENT,       "already exists")                   \
	X(ERR_CONFLICT,      PERMANENT,       "in the wrong state")               \
	X(ERR_INVALID,       PERMANENT,       "invalid")                          \
	X(ERR_LIMIT,         PERMANENT,       "limit exceeded")                   \
	X(ERR_LOCKED,        PERMANENT,       "in use by another process")        \
	X(ERR_SECRET,        PERMANENT,       "secret key does not fit")          \
	X(ERR_CORRUPT,       PERMANENT,       "stored record is damaged")         \
	X(ERR_STORE_FULL,    TRANSIENT,       "database is full")                 \
	X(ERR_NO_SPACE,      TRANSIENT,       "no space left on device")          \
	X(ERR_IO,            PERMANENT,       "input/output error")               \
	X(ERR_BUG,           BUG,             "internal error")
/* clang-format on */

enum err {
#define X(code, class, text) code,
	ERR_LIST(X)
#undef X
	ERR_COUNT
};

#define WARN_UNUSED __attribute__((warn_unused_result))

/* "ERR_NET"; stable, for logs, metrics and stored attempts. */
const char *err_name(enum err e);

/* "connection failed"; a lower-case phrase for people. */
const char *err_text(enum err e);

enum err_class err_class(enum err e);

/* The error for an errno value of a local file or socket call. */
enum err err_from_errno(int errnum);

#endif
