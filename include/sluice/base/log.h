/* The log: one line per event, as text or JSON, to stderr or a file.
 *
 * text:  2026-11-20T10:00:00.123Z info  export 0192...: delivered in 12 ms
 * json:  {"time":"...","level":"info","message":"export 0192...: ..."}
 *
 * A message is one sentence that names what, where and, for an error, what to
 * do.  Secrets never go into it. */
#ifndef SLUICE_BASE_LOG_H
#define SLUICE_BASE_LOG_H

#include <stdbool.h>

#include "sluice/base/diag.h"

enum log_level {
	LOG_ERROR,
	LOG_WARN,
	LOG_INFO,
	LOG_DEBUG
};
enum log_format {
	LOG_TEXT,
	LOG_JSON
};

/* Before the first call: info, text, stderr. */
void log_configure(enum log_level level, enum log_format format);

/* Send lines to `path` (append, mode 0640), or to stderr for NULL or "".
 * When it can't be opened the old target stays. */
enum err log_open(const char *path, struct diag *why) WARN_UNUSED;

/* Open the same path again, after a log rotation (SIGHUP). */
enum err log_reopen(struct diag *why) WARN_UNUSED;

/* Read only from outside: what is printed. */
extern enum log_level log_threshold;

void log_write(enum log_level level, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* The arguments are evaluated only when the line is printed. */
#define log_at(level, ...)                                                     \
	do {                                                                   \
		if ((level) <= log_threshold)                                  \
			log_write((level), __VA_ARGS__);                       \
	} while (0)
#define log_error(...) log_at(LOG_ERROR, __VA_ARGS__)
#define log_warn(...)  log_at(LOG_WARN, __VA_ARGS__)
#define log_info(...)  log_at(LOG_INFO, __VA_ARGS__)
#define log_debug(...) log_at(LOG_DEBUG, __VA_ARGS__)

#endif
