#include "config_internal.h"

#include <ctype.h>
#include <stdio.h>

#include "sluice/base/must.h"

#define KIB UINT64_C(1024)
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)
#define TIB (1024 * GIB)

static const char *const log_levels[] = { "error", "warn", "info", "debug",
	NULL };
static const char *const log_formats[] = { "text", "json", NULL };

/* The table.  Its order is that of docs/configuration.md; the keys of a section
 * stand together. */
/* clang-format off */
/*   key, member,
 *           default,  least, most, unit | names,  when it takes effect,
 *           what it is */
#define OPTIONS(TEXT, PATH, BOOL, INT, SIZE, ENUM, LIST) \
TEXT("listen", listen, \
     "127.0.0.1:8480", RESTART, \
     "Address and port of the HTTP server, IPv6 addresses in brackets; " \
     "port 0 takes any free one.") \
PATH("dataDir", data_dir, \
     "./data", RESTART, \
     "Folder of the database, the secret key and the first admin key; " \
     "made when it is missing.") \
BOOL("multiStore", multi_store, \
     "false", RESTART, \
     "Whether the hub serves several stores; STANDARD file names then " \
     "carry the store id.") \
ENUM("log.level", log.level, \
     "info", log_levels, RELOAD, \
     "The least important kind of line that is logged.") \
ENUM("log.format", log.format, \
     "text", log_formats, RELOAD, \
     "Form of the log lines: text for people, json for collectors.") \
PATH("log.file", log.file, \
     "", RELOAD, \
     "File to which the log is appended; empty for stderr.") \
PATH("tls.certificate", tls.certificate, \
     "", RESTART, \
     "PEM file of the server's certificate chain; together with tls.key " \
     "it turns HTTPS on.") \
PATH("tls.key", tls.key, \
     "", RESTART, \
     "PEM file of the certificate's private key.") \
SIZE("limits.requestBody", limits.request_body, \
     "8MiB", 1 * KIB, 1 * GIB, RELOAD, \
     "Longest body of an ordinary request; a longer one is answered 413.") \
SIZE("limits.bulkBody", limits.bulk_body, \
     "256MiB", 1 * KIB, 64 * GIB, RELOAD, \
     "Longest body of a bulk request.") \
SIZE("limits.row", limits.row, \
     "1MiB", 1 * KIB, 64 * MIB, RELOAD, \
     "Longest single record: one line of a bulk request, one row or " \
     "element of an import file.") \
SIZE("limits.field", limits.field, \
     "1MiB", 1 * KIB, 1 * GIB, RELOAD, \
     "Longest cell of an import file.") \
INT( "limits.columns", limits.columns, \
     "4096", 1, 100000, "", RELOAD, \
     "Most columns of an import file.") \
SIZE("limits.file", limits.file, \
     "64GiB", 1 * MIB, 16 * TIB, RELOAD, \
     "Largest import file, as it comes and unpacked.") \
SIZE("limits.header", limits.header, \
     "32KiB", 4 * KIB, 1 * MIB, RESTART, \
     "Memory for the request line and the headers of one connection.") \
SIZE("limits.payload", limits.payload, \
     "16MiB", 1 * KIB, 1 * GIB, RELOAD, \
     "Longest rendered export.") \
SIZE("limits.mapSize", limits.map_size, \
     "64GiB", 16 * MIB, 16 * TIB, RESTART, \
     "Greatest size of the database; it is address space only, the disk " \
     "is used as the database fills.") \
INT( "limits.connections", limits.connections, \
     "1024", 1, 65536, "", RESTART, \
     "HTTP connections at the same time.") \
INT( "limits.connectionsPerAddress", limits.connections_per_address, \
     "0", 0, 65536, "", RESTART, \
     "HTTP connections at the same time from one address; 0 for no " \
     "limit.") \
INT( "limits.requestTimeoutSeconds", limits.request_timeout_seconds, \
     "60", 1, 3600, "seconds", RESTART, \
     "Time after which an HTTP connection that stands still is closed.") \
INT( "limits.requestsPerSecond", limits.requests_per_second, \
     "0", 0, 1000000, "", RELOAD, \
     "Requests per second of one API key, answered 429 above; 0 for no " \
     "limit.") \
INT( "retention.historyDays", retention.history_days, \
     "90", 1, 36500, "days", RELOAD, \
     "Age at which finished exports and executions leave the history.") \
INT( "retention.historyCount", retention.history_count, \
     "1000000", 1, 1000000000, "", RELOAD, \
     "Number of finished exports and executions that the history keeps " \
     "at most.") \
INT( "retry.maxRetries", retry.max_retries, \
     "5", 0, 100, "", RELOAD, \
     "Automatic retries of a failed export, for jobs that do not set " \
     "their own.") \
INT( "retry.intervalSeconds", retry.interval_seconds, \
     "900", 1, 604800, "seconds", RELOAD, \
     "Time between two attempts, for jobs that do not set their own.") \
INT( "imports.maxRunning", imports.max_running, \
     "4", 1, 64, "", RELOAD, \
     "Import jobs that run at the same time; further ones wait.") \
INT( "imports.stabilitySeconds", imports.stability_seconds, \
     "2", 1, 3600, "seconds", RELOAD, \
     "Time between the two looks at a directory; a file whose size or time " \
     "changes in between is still being written and not taken.") \
INT( "imports.moveRetrySeconds", imports.move_retry_seconds, \
     "60", 1, 86400, "seconds", RELOAD, \
     "Time after which the move of a processed file is tried again.") \
INT( "imports.rejectsKept", imports.rejects_kept, \
     "1000000", 1, 100000000, "", RELOAD, \
     "Rejected rows of one execution that are kept with their reasons; " \
     "further ones are only counted.") \
LIST("http.allowedHosts", http.allowed_hosts, \
     "", RELOAD, \
     "Host names under which browsers may reach the gateway, beside " \
     "localhost and numeric addresses: a session cookie sent to any other " \
     "name is refused (DNS rebinding).") \
INT( "sftp.maxFiles", sftp.max_files, \
     "128", 1, 1024, "", RELOAD, \
     "Files under way at the same time in one SFTP session.") \
INT( "sftp.connectTimeoutSeconds", sftp.connect_timeout_seconds, \
     "10", 1, 600, "seconds", RELOAD, \
     "Time limit for finding the address of an SFTP server, and again " \
     "for the connection to it.") \
INT( "sftp.authenticateTimeoutSeconds", sftp.authenticate_timeout_seconds, \
     "20", 1, 600, "seconds", RELOAD, \
     "Time limit for the SSH handshake, and again for the authentication.") \
INT( "sftp.idleTimeoutSeconds", sftp.idle_timeout_seconds, \
     "60", 1, 86400, "seconds", RELOAD, \
     "Time without a byte after which a busy SFTP session is given up.") \
INT( "shutdown.graceSeconds", shutdown.grace_seconds, \
     "10", 0, 600, "seconds", RELOAD, \
     "Time that work under way gets to settle when the gateway is " \
     "stopped.")
/* clang-format on */

#define MEMBER(m) offsetof(struct config, m)
#define TEXT(key, m, def, when, text)                                          \
	{ key, OPTION_TEXT, MEMBER(m), def, 0, 0, "", NULL, when, text },
#define PATH(key, m, def, when, text)                                          \
	{ key, OPTION_PATH, MEMBER(m), def, 0, 0, "", NULL, when, text },
#define BOOL(key, m, def, when, text)                                          \
	{ key, OPTION_BOOL, MEMBER(m), def, 0, 0, "", NULL, when, text },
#define INT(key, m, def, min, max, unit, when, text)                           \
	{ key, OPTION_INT, MEMBER(m), def, min, max, unit, NULL, when, text },
#define SIZE(key, m, def, min, max, when, text)                                \
	{ key, OPTION_SIZE, MEMBER(m), def, min, max, "", NULL, when, text },
#define ENUM(key, m, def, names, when, text)                                   \
	{ key, OPTION_ENUM, MEMBER(m), def, 0, 0, "", names, when, text },
#define LIST(key, m, def, when, text)                                          \
	{ key, OPTION_LIST, MEMBER(m), def, 0, 0, "", NULL, when, text },

const struct option options[] = { OPTIONS(
	TEXT, PATH, BOOL, INT, SIZE, ENUM, LIST) };

/* The table writes through offsets, so hold each member's type against it. */
#define IS(m, type)                                                            \
	_Static_assert(                                                        \
		_Generic(((struct config *)0)->m, type : 1, default : 0),      \
		"the table and struct config differ in the type of " #m);
#define IS_TEXT(key, m, def, when, text)           IS(m, char *)
#define IS_BOOL(key, m, def, when, text)           IS(m, bool)
#define IS_INT(key, m, def, min, max, u, w, text)  IS(m, unsigned)
#define IS_SIZE(key, m, def, min, max, when, text) IS(m, uint64_t)
#define IS_ENUM(key, m, def, names, when, text)    IS(m, unsigned)
#define IS_LIST(key, m, def, when, text)           IS(m, struct config_list)
OPTIONS(IS_TEXT, IS_TEXT, IS_BOOL, IS_INT, IS_SIZE, IS_ENUM, IS_LIST)
_Static_assert(sizeof(options) / sizeof(options[0]) == OPTION_COUNT, "count");

const struct option *option_find(struct str key)
{
	for (size_t i = 0; i < OPTION_COUNT; i++)
		if (str_eq(str_of(options[i].key), key))
			return &options[i];
	return NULL;
}

const struct option *option_find_section(struct str name)
{
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		struct str key = str_of(options[i].key);

		if (key.len > name.len && key.ptr[name.len] == '.' &&
			memcmp(key.ptr, name.ptr, name.len) == 0)
			return &options[i];
	}
	return NULL;
}

char *option_variable(const struct option *o, char out[OPTION_KEY_SIZE])
{
	int n = snprintf(out, OPTION_KEY_SIZE, "SLUICE_%s", o->key);

	must(n > 0 && n < OPTION_KEY_SIZE);
	for (char *p = out; *p != '\0'; p++)
		*p = *p == '.' ? '_' : (char)toupper((unsigned char)*p);
	return out;
}
