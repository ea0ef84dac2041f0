/* What the command line calls once its arguments are in order.
 *
 * Every command returns the exit code of the process: 0 done, 1 it failed, 2
 * wrong usage or wrong configuration.  Errors are one plain sentence on
 * stderr, printed by the command; results go to stdout.  The configuration is
 * borrowed for the call. */
#ifndef SLUICE_APP_COMMANDS_H
#define SLUICE_APP_COMMANDS_H

#include <stdbool.h>
#include <stddef.h>

#include "sluice/app/config.h"

enum {
	EXIT_OK = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2
};

/* Runs the gateway in the foreground until SIGTERM or SIGINT; SIGHUP reads the
 * configuration again (config_reload()) and reopens the log. */
int command_serve(const struct config *config);

/* Makes a key and prints it once.  `role` is one of the three roles; `stores`
 * has `n` external ids, none meaning all stores. */
int command_key_add(const struct config *config, const char *name,
	const char *role, const char *const *stores, size_t n);
int command_key_list(const struct config *config);
int command_key_revoke(const struct config *config, const char *name);

/* Prints the expression in words and its next fire times after `from`.
 * `count` and `from` are as the user wrote them; NULL: 10, now. */
int command_cron(const char *expression, const char *count, const char *from);

/* Writes a copy of the database that can be opened as it is; `file` must not
 * exist. */
int command_backup(const struct config *config, const char *file);

int command_version(bool json);

/* Validates the configuration at `source`; see config_check_machine(). */
int command_check(const struct config_source *source);

/* Prints docs/configuration.md. */
int command_check_docs(void);

#endif
