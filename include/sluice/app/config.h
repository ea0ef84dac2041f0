/* The configuration: one table (src/app/config_table.c) is the source of the
 * parser, the defaults, `sluice check`, the environment names and
 * docs/configuration.md.
 *
 * Precedence, weakest first: default, file, environment (SLUICE_LOG_LEVEL for
 * log.level), command line.  Loading reports every fault that it finds, each
 * with its place, so that a file is mended in one go. */
#ifndef SLUICE_APP_CONFIG_H
#define SLUICE_APP_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sluice/base/arena.h"
#include "sluice/base/buf.h"
#include "sluice/base/log.h"
#include "sluice/base/str.h"

#define CONFIG_DEFAULT_FILE "sluice.json"

/* Holds the secret key and is read elsewhere; not a key of the table. */
#define CONFIG_SECRET_VARIABLE "SLUICE_SECRET_KEY"

/* One setting of the command line: `option` is how the user wrote it. */
struct config_override {
	const char *option, *key, *value;
};

/* Where to read from.  All zero: the defaults, and ./sluice.json if there. */
struct config_source {
	const char *file; /* must exist; NULL: ./sluice.json, if there */
	struct str text;  /* if ptr is set: read instead of the file */
	char *const *environment; /* NAME=value, NULL at the end; NULL: none;
				     must outlive the configuration */
	const struct config_override *overrides;
	size_t override_count;
};

struct config_list {
	char **items;
	size_t count;
};

/* Every text is there (never NULL), NUL terminated and lives as long as the
 * struct.  Ranges are those of docs/configuration.md.  The struct may be moved
 * by assignment; release it once. */
struct config {
	char *listen;
	char *data_dir;
	bool multi_store;
	struct {
		enum log_level level;
		enum log_format format;
		char *file; /* "": stderr */
	} log;
	struct {
		char *certificate, *key; /* both "" or both a path */
	} tls;
	struct {
		uint64_t request_body, bulk_body, row;
		uint64_t header, payload, map_size;
		uint64_t field, file; /* of import files */
		unsigned columns;
		unsigned connections;
		unsigned connections_per_address; /* 0: no limit */
		unsigned request_timeout_seconds;
		unsigned requests_per_second; /* of one key; 0: no limit */
	} limits;
	struct {
		unsigned history_days, history_count;
	} retention;
	struct {
		unsigned max_retries, interval_seconds;
	} retry;
	struct {
		unsigned max_running, stability_seconds;
		unsigned move_retry_seconds, rejects_kept;
	} imports;
	struct {
		struct config_list allowed_hosts;
	} http;
	struct {
		unsigned max_files;
		unsigned connect_timeout_seconds;
		unsigned authenticate_timeout_seconds;
		unsigned idle_timeout_seconds;
	} sftp;
	struct {
		unsigned grace_seconds;
	} shutdown;

	/* Derived from `listen`. */
	char *listen_host; /* a numeric address, without brackets */
	unsigned listen_port;

	struct config_source source; /* private: for config_reload() */
	struct arena memory;         /* private */
};

struct config_fault {
	bool warning;          /* does not keep the configuration from use */
	const char *source;    /* file name, "environment" or "command line" */
	unsigned line, column; /* from 1; 0: none */
	const char *message;
};

struct config_faults {
	struct config_fault *items; /* in the order of their discovery */
	size_t count, errors;       /* errors: those that are no warnings */
	size_t cap;                 /* private */
	struct arena memory;        /* private; zero-initialise the struct */
};

/* Fills `config` (whatever it holds is overwritten, not released) and adds
 * what it finds wrong to `faults`.  True: no errors, the configuration is to
 * be used.  Release `config` in either case. */
bool config_load(struct config *config, const struct config_source *from,
	struct config_faults *faults) __attribute__((warn_unused_result));
void config_release(struct config *config);

/* Reads again, for SIGHUP, from where `running` came from. */
bool config_reload(struct config *fresh, const struct config *running,
	struct config_faults *faults) __attribute__((warn_unused_result));

/* Looks at the machine: can the TLS files be read, can the data directory be
 * written or made?  Adds to `faults`; true: all well. */
bool config_check_machine(
	const struct config *config, struct config_faults *faults);

/* "sluice.json:3:12: unknown key ..." without a line break. */
void config_fault_format(const struct config_fault *fault, struct buf *out);
void config_faults_release(struct config_faults *faults);

/* Appends the keys, divided by ", ", whose value differs and takes effect only
 * after a restart; returns their number. */
size_t config_changes_needing_restart(const struct config *running,
	const struct config *fresh, struct buf *names);

/* Gives `fresh` the running values of those keys, so that after a SIGHUP it
 * can take the place of `running`. */
void config_keep_running(struct config *fresh, const struct config *running);

/* docs/configuration.md. */
void config_write_docs(struct buf *out);

/* "127.0.0.1:8480" or "[::1]:8480" in its parts; false: it is neither.  Port 0
 * means any free port. */
bool config_split_address(struct str text, struct str *host, unsigned *port);

#endif
