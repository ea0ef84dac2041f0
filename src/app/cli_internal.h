/* Shared by the parts of app/cli only: the two tables. */
#ifndef SLUICE_APP_CLI_INTERNAL_H
#define SLUICE_APP_CLI_INTERNAL_H

#include <stdio.h>

#include "sluice/app/commands.h"
#include "sluice/base/str.h"

enum {
	STORES_MAX = 256
};

/* What the arguments said. */
struct cli {
	const struct command *command;
	const char *file, *data_dir, *listen;
	const char *name, *role;
	const char *number, *from;
	const char *stores[STORES_MAX];
	size_t store_count;
	bool json, docs, help;
	const char *operand;
};

enum cli_option_id {
	OPT_CONFIG,
	OPT_DATA_DIR,
	OPT_LISTEN,
	OPT_NAME,
	OPT_ROLE,
	OPT_STORE,
	OPT_NUMBER,
	OPT_FROM,
	OPT_JSON,
	OPT_DOCS,
	OPT_HELP,
	OPT_COUNT
};

struct cli_option {
	const char *name; /* "data-dir" */
	char letter;      /* 0: none */
	const char *arg;  /* "DIR"; NULL: the option takes no value */
	size_t offset;    /* in struct cli: a const char *, or a bool */
	bool repeated;    /* goes to stores[] */
	const char *text; /* NULL: not in the help */
};

extern const struct cli_option cli_options[OPT_COUNT];

struct command {
	const char *name;    /* "serve", "key add" */
	const char *usage;   /* what follows the name */
	const char *summary; /* one sentence */
	unsigned options;    /* bit n: takes option n */
	const char *operand; /* its name, when there must be one; or NULL */
	bool bare;           /* runs without a configuration */
	/* Looks at the arguments before the configuration is read; NULL: all
	 * is well.  Returns an exit code and prints why. */
	int (*check)(const struct cli *cli);
	/* `config` is NULL for a bare command. */
	int (*run)(const struct cli *cli, const struct config *config);
};

extern const struct command commands[];
extern const size_t command_count;

/* The command at the front of words[0..count); NULL: there is none.  *used is
 * the number of its words. */
const struct command *command_find(
	char *const *words, size_t count, size_t *used);

/* Is it the first of two words ("key")? */
bool command_is_group(const char *word);

/* Where the settings of the configuration come from; `overrides` has room for
 * two and must outlive the result. */
struct config_source cli_source(
	const struct cli *cli, struct config_override overrides[2]);

void help_overview(FILE *out);
void help_command(const struct command *command, FILE *out);
void help_group(const char *word, FILE *out);

/* One sentence on stderr, with "sluice: " before it; returns EXIT_USAGE. */
int usage_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
int usage_unknown_command(const char *word);
int usage_unknown_option(const struct command *command, const char *option);
int usage_incomplete_group(const char *group, const char *wrong);

/* Prints every fault on stderr, one per line. */
void print_faults(const struct config_faults *faults);

#endif
