#include "sluice/app/cli.h"

#include <errno.h>
#include <getopt.h>
#include <string.h>
#include <unistd.h>

#include "cli_internal.h"
#include "sluice/base/must.h"

/* What getopt answers for option 0; no letter is that high. */
#define FIRST_LONG 256

/* Options ----------------------------------------------------------------- */

struct getopt_tables {
	char letters[2 * OPT_COUNT + 3];
	struct option longs[OPT_COUNT + 1];
};

static void make_tables(unsigned mask, struct getopt_tables *t)
{
	char *letter = t->letters;
	struct option *l = t->longs;

	*letter++ = ':'; /* tell a missing value from an unknown option */
	for (int i = 0; i < OPT_COUNT; i++) {
		const struct cli_option *o = &cli_options[i];

		if (!(mask >> i & 1))
			continue;
		*l++ = (struct option){ o->name,
			o->arg == NULL ? no_argument : required_argument, NULL,
			FIRST_LONG + i };
		if (o->letter == 0)
			continue;
		*letter++ = o->letter;
		if (o->arg != NULL)
			*letter++ = ':';
	}
	*letter = '\0';
	*l = (struct option){ 0 };
}

/* The option behind getopt's value, or NULL. */
static const struct cli_option *option_of(int value)
{
	if (value >= FIRST_LONG)
		return &cli_options[value - FIRST_LONG];
	for (size_t i = 0; i < OPT_COUNT; i++)
		if (value != 0 && cli_options[i].letter == value)
			return &cli_options[i];
	return NULL;
}

static int set_option(
	struct cli *cli, const struct cli_option *o, const char *value)
{
	void *member = (char *)cli + o->offset;

	if (o->arg == NULL) {
		*(bool *)member = true;
	} else if (!o->repeated) {
		*(const char **)member = value;
	} else if (cli->store_count == STORES_MAX) {
		return usage_error("--%s can be given %d times at most",
			o->name, STORES_MAX);
	} else {
		cli->stores[cli->store_count++] = value;
	}
	return EXIT_OK;
}

/* getopt() refused the option that ends before argv[optind]. */
static int refused(const struct cli *cli, int why, char **argv)
{
	const struct cli_option *o = option_of(optopt);
	char letter[3] = { '-', (char)optopt, '\0' };

	if (why == ':' && o != NULL)
		return usage_error("%s: --%s needs a value: --%s %s",
			cli->command->name, o->name, o->name, o->arg);
	if (o != NULL && optopt >= FIRST_LONG)
		return usage_error(
			"%s: --%s takes no value", cli->command->name, o->name);
	return usage_unknown_option(
		cli->command, optopt == 0 ? argv[optind - 1] : letter);
}

static int take_operands(struct cli *cli, int argc, char **argv)
{
	const struct command *c = cli->command;
	int wanted = c->operand != NULL;

	if (cli->help)
		return EXIT_OK;
	if (argc < wanted || (wanted && argv[0][0] == '\0'))
		return usage_error("%s: the %s is missing: sluice %s %s",
			c->name, c->operand, c->name, c->usage);
	if (argc > wanted)
		return usage_error("%s: unexpected argument %s; sluice %s "
				   "--help shows the usage",
			c->name, argv[wanted], c->name);
	if (wanted)
		cli->operand = argv[0];
	return EXIT_OK;
}

/* argv[0] is the last word of the command. */
static int parse(struct cli *cli, int argc, char **argv)
{
	struct getopt_tables t;
	int value, code = EXIT_OK;

	make_tables(cli->command->options, &t);
	opterr = 0;
	optind = 0; /* glibc: start afresh */
	while (code == EXIT_OK && (value = getopt_long(argc, argv, t.letters,
					   t.longs, NULL)) != -1)
		code = value == '?' || value == ':'
			       ? refused(cli, value, argv)
			       : set_option(cli, option_of(value), optarg);
	if (code != EXIT_OK)
		return code;
	return take_operands(cli, argc - optind, argv + optind);
}

/* Running ----------------------------------------------------------------- */

struct config_source cli_source(
	const struct cli *cli, struct config_override overrides[2])
{
	struct config_source source = { .file = cli->file,
		.environment = environ,
		.overrides = overrides };

	if (cli->data_dir != NULL)
		overrides[source.override_count++] =
			(struct config_override){ "--data-dir", "dataDir",
				cli->data_dir };
	if (cli->listen != NULL)
		overrides[source.override_count++] =
			(struct config_override){ "--listen", "listen",
				cli->listen };
	return source;
}

static int run_configured(const struct cli *cli)
{
	struct config_override overrides[2];
	struct config_source source = cli_source(cli, overrides);
	struct config_faults faults = { 0 };
	struct config config;
	int code = EXIT_USAGE;
	bool good = config_load(&config, &source, &faults);

	print_faults(&faults);
	config_faults_release(&faults);
	if (good)
		code = cli->command->run(cli, &config);
	config_release(&config);
	return code;
}

static int run(const struct cli *cli)
{
	const struct command *c = cli->command;
	int code = EXIT_OK;

	if (cli->help) {
		help_command(c, stdout);
		return EXIT_OK;
	}
	if (c->check != NULL)
		code = c->check(cli);
	if (code != EXIT_OK)
		return code;
	return c->bare ? c->run(cli, NULL) : run_configured(cli);
}

static bool is_help(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

/* "sluice help", "sluice help key add". */
static int help(size_t count, char *const *words)
{
	size_t used;
	const struct command *command = command_find(words, count, &used);

	if (count == 0 || is_help(words[0]))
		help_overview(stdout);
	else if (command != NULL)
		help_command(command, stdout);
	else if (command_is_group(words[0]))
		help_group(words[0], stdout);
	else
		return usage_unknown_command(words[0]);
	return EXIT_OK;
}

static int no_command(size_t count, char *const *words)
{
	if (words[0][0] == '-')
		return usage_error("%s is out of place: the command comes "
				   "first, as in sluice serve -c FILE",
			words[0]);
	if (!command_is_group(words[0]))
		return usage_unknown_command(words[0]);
	if (count > 1 && is_help(words[1])) {
		help_group(words[0], stdout);
		return EXIT_OK;
	}
	return usage_incomplete_group(
		words[0], count > 1 && words[1][0] != '-' ? words[1] : NULL);
}

static int dispatch(int argc, char **argv)
{
	size_t count = (size_t)argc - 1, used;
	struct cli cli = { 0 };
	int code;

	if (count == 0)
		return usage_error("say what to do, as in sluice serve; sluice "
				   "--help lists the commands");
	if (is_help(argv[1]))
		return help(0, NULL);
	if (strcmp(argv[1], "help") == 0)
		return help(count - 1, argv + 2);
	if (strcmp(argv[1], "--version") == 0)
		return command_version(false);
	cli.command = command_find(argv + 1, count, &used);
	if (cli.command == NULL)
		return no_command(count, argv + 1);
	code = parse(&cli, argc - (int)used, argv + used);
	return code == EXIT_OK ? run(&cli) : code;
}

int cli_main(int argc, char **argv)
{
	int code = argc < 1 ? EXIT_USAGE : dispatch(argc, argv);

	if (fflush(stdout) != 0 && code == EXIT_OK) {
		fprintf(stderr, "sluice: can't write the output: %s\n",
			strerror(errno));
		code = EXIT_FAILED;
	}
	return code;
}
