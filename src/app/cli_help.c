/* What people read: usage, and what was wrong with their call. */
#include <stdarg.h>
#include <string.h>

#include "cli_internal.h"

void help_overview(FILE *out)
{
	fputs("usage: sluice COMMAND [OPTION]...\n"
	      "\n"
	      "Sluice is a data hub gateway: import jobs bring business "
	      "entities in,\n"
	      "export jobs send orders and incidents out.\n"
	      "\n"
	      "commands:\n",
		out);
	for (size_t i = 0; i < command_count; i++)
		fprintf(out, "  %-12s %s\n", commands[i].name,
			commands[i].summary);
	fputs("  help COMMAND Prints the usage of a command.\n"
	      "\n"
	      "Every command takes -c FILE (configuration) and --data-dir DIR; "
	      "see\n"
	      "sluice COMMAND --help.  Exit code: 0 done, 1 it failed, 2 wrong "
	      "usage or\n"
	      "wrong configuration.\n",
		out);
}

static void help_option(const struct cli_option *o, FILE *out)
{
	char left[64];

	snprintf(left, sizeof left, "%c%c%s--%s%s%s",
		o->letter == 0 ? ' ' : '-', o->letter == 0 ? ' ' : o->letter,
		o->letter == 0 ? "  " : ", ", o->name,
		o->arg == NULL ? "" : " ", o->arg == NULL ? "" : o->arg);
	fprintf(out, "  %-26s %s\n", left, o->text);
}

void help_command(const struct command *command, FILE *out)
{
	fprintf(out, "usage: sluice %s %s\n\n%s\n\noptions:\n", command->name,
		command->usage, command->summary);
	for (size_t i = 0; i < OPT_COUNT; i++)
		if ((command->options >> i & 1) && cli_options[i].text != NULL)
			help_option(&cli_options[i], out);
}

void help_group(const char *word, FILE *out)
{
	size_t len = strlen(word);

	fputs("usage:\n", out);
	for (size_t i = 0; i < command_count; i++)
		if (strncmp(commands[i].name, word, len) == 0 &&
			commands[i].name[len] == ' ')
			fprintf(out, "  sluice %s %s\n      %s\n",
				commands[i].name, commands[i].usage,
				commands[i].summary);
}

/* Wrong calls ------------------------------------------------------------- */

int usage_error(const char *fmt, ...)
{
	va_list args;

	fputs("sluice: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	return EXIT_USAGE;
}

/* The first word of a command ("key"), for typos in it. */
static const char *first_word(const void *words, size_t i)
{
	return ((const char(*)[32])words)[i];
}

int usage_unknown_command(const char *word)
{
	char words[32][32];
	size_t n = 0;
	const char *nearest;

	for (; n < command_count; n++)
		snprintf(words[n], sizeof words[n], "%.*s",
			(int)strcspn(commands[n].name, " "), commands[n].name);
	snprintf(words[n++], sizeof words[0], "help");
	nearest = str_nearest(str_of(word), n, first_word, words);
	if (nearest != NULL)
		return usage_error(
			"unknown command %s, did you mean %s?", word, nearest);
	return usage_error(
		"unknown command %s; sluice --help lists the commands", word);
}

/* The options of one command, for typos in them. */
static const char *option_name(const void *command, size_t i)
{
	const struct command *c = command;

	return (c->options >> i & 1) && cli_options[i].text != NULL
		       ? cli_options[i].name
		       : "";
}

int usage_unknown_option(const struct command *command, const char *option)
{
	size_t dashes = strspn(option, "-");
	struct str name = { option + dashes, strcspn(option + dashes, "=") };
	const char *nearest = NULL;

	if (name.len > 1)
		nearest = str_nearest(name, OPT_COUNT, option_name, command);
	if (nearest != NULL && nearest[0] != '\0')
		return usage_error("%s: unknown option %.*s%.*s, did you mean "
				   "--%s?",
			command->name, (int)dashes, option, STR_ARG(name),
			nearest);
	return usage_error(
		"%s: unknown option %.*s%.*s; sluice %s --help lists "
		"the options",
		command->name, (int)dashes, option, STR_ARG(name),
		command->name);
}

int usage_incomplete_group(const char *group, const char *wrong)
{
	size_t len = strlen(group);
	char list[128] = "";
	size_t n = 0;

	for (size_t i = 0; i < command_count; i++) {
		const char *name = commands[i].name;

		if (strncmp(name, group, len) == 0 && name[len] == ' ' &&
			n < sizeof list)
			n += (size_t)snprintf(list + n, sizeof list - n, "%s%s",
				n == 0 ? "" : ", ", name + len + 1);
	}
	if (wrong != NULL)
		return usage_error("%s: unknown command %s; say one of: %s",
			group, wrong, list);
	return usage_error(
		"%s: say what to do with it, one of: %s", group, list);
}

void print_faults(const struct config_faults *faults)
{
	struct buf line = buf_make(64 * 1024);

	for (size_t i = 0; i < faults->count; i++) {
		buf_clear(&line);
		config_fault_format(&faults->items[i], &line);
		fprintf(stderr, "%s\n", line.data);
	}
	buf_release(&line);
}
