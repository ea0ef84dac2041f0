#include "sluice/base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sluice/base/buf.h"
#include "sluice/base/clock.h"
#include "sluice/base/mem.h"

#define LINE_MAX_SIZE 4096

static const char *const level_names[] = { "error", "warn", "info", "debug" };

enum log_level log_threshold = LOG_INFO;
static enum log_format log_format = LOG_TEXT;
static char *log_path; /* NULL: stderr */
static int log_fd = STDERR_FILENO;

void log_configure(enum log_level level, enum log_format format)
{
	log_threshold = level;
	log_format = format;
}

enum err log_open(const char *path, struct diag *why)
{
	int fd = STDERR_FILENO;
	char *name = NULL;

	if (path != NULL && path[0] != '\0') {
		fd = open(
			path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
		if (fd < 0)
			return diag_set(why, err_from_errno(errno),
				"log file %s: %s", path, strerror(errno));
		name = mem_strdup(path);
	}
	if (log_fd != STDERR_FILENO)
		close(log_fd);
	free(log_path);
	log_fd = fd;
	log_path = name;
	return ERR_OK;
}

enum err log_reopen(struct diag *why)
{
	char *path = mem_strdup(log_path);
	enum err e = log_open(path, why);

	free(path);
	return e;
}

static void put_line(struct buf *line, enum log_level level, const char *text)
{
	char now[TIME_TEXT_SIZE];

	time_format(clock_now_ms(), TIME_ISO_MS, now);
	if (log_format == LOG_TEXT) {
		buf_printf(line, "%s %-5s %s\n", now, level_names[level], text);
		return;
	}
	buf_printf(line, "{\"time\":\"%s\",\"level\":\"%s\",\"message\":", now,
		level_names[level]);
	buf_json_string(line, str_of(text));
	buf_text(line, "}\n");
}

void log_write(enum log_level level, const char *fmt, ...)
{
	struct buf line = buf_make(SIZE_MAX / 2);
	char text[LINE_MAX_SIZE];
	va_list args;
	ssize_t done;

	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	for (char *p = text; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20)
			*p = ' ';
	put_line(&line, level, text);
	/* A log that can't be written must not stop an order. */
	done = write(log_fd, line.data, line.len);
	(void)done;
	buf_release(&line);
}
