/* The commands and their options, as tables. */
#include <string.h>

#include "cli_internal.h"
#include "sluice/base/must.h"

const struct cli_option cli_options[OPT_COUNT] = {
	[OPT_CONFIG] = { "config", 'c', "FILE", offsetof(struct cli, file),
		false,
		"configuration file (default: ./sluice.json, if there)" },
	[OPT_DATA_DIR] = { "data-dir", 0, "DIR", offsetof(struct cli, data_dir),
		false, "folder of the database; overrides dataDir" },
	[OPT_LISTEN] = { "listen", 0, "ADDR:PORT", offsetof(struct cli, listen),
		false, "address of the HTTP server; overrides listen" },
	[OPT_NAME] = { "name", 0, "NAME", offsetof(struct cli, name), false,
		"name of the key, to tell it from others" },
	[OPT_ROLE] = { "role", 0, "ROLE", offsetof(struct cli, role), false,
		"OPERATOR_READER, OPERATOR_USER or OPERATOR_ADMIN" },
	[OPT_STORE] = { "store", 0, "STORE", offsetof(struct cli, stores), true,
		"limits the key to this store; may be repeated" },
	[OPT_NUMBER] = { "number", 'n', "N", offsetof(struct cli, number),
		false, "how many fire times (default: 10)" },
	[OPT_FROM] = { "from", 0, "TIME", offsetof(struct cli, from), false,
		"fire times after this one, ISO 8601 (default: now)" },
	[OPT_JSON] = { "json", 0, NULL, offsetof(struct cli, json), false,
		"print JSON" },
	[OPT_DOCS] = { "docs", 0, NULL, offsetof(struct cli, docs), false,
		NULL },
	[OPT_HELP] = { "help", 'h', NULL, offsetof(struct cli, help), false,
		"print this help" },
};

static const char *const roles[] = { "OPERATOR_READER", "OPERATOR_USER",
	"OPERATOR_ADMIN" };

static int run_serve(const struct cli *cli, const struct config *config)
{
	(void)cli;
	return command_serve(config);
}

static int run_check(const struct cli *cli, const struct config *config)
{
	struct config_override overrides[2];
	struct config_source source = cli_source(cli, overrides);

	(void)config;
	return cli->docs ? command_check_docs() : command_check(&source);
}

static const char *role_at(const void *ctx, size_t i)
{
	(void)ctx;
	return roles[i];
}

static int check_role(const char *role)
{
	const char *nearest;

	for (size_t i = 0; i < ARRAY_LEN(roles); i++)
		if (strcmp(role, roles[i]) == 0)
			return EXIT_OK;
	nearest = str_nearest(str_of(role), ARRAY_LEN(roles), role_at, NULL);
	return usage_error("unknown role %s%s%s; a role is one of "
			   "OPERATOR_READER, OPERATOR_USER, OPERATOR_ADMIN",
		role, nearest == NULL ? "" : ", did you mean ",
		nearest == NULL ? "" : nearest);
}

/* Before the configuration is read, so that a wrong call is told first. */
static int check_key_add(const struct cli *cli)
{
	if (cli->name == NULL || cli->name[0] == '\0')
		return usage_error(
			"key add: give the key a name with --name NAME");
	if (!str_is_utf8(str_of(cli->name)))
		return usage_error("key add: the name must be UTF-8");
	if (cli->role == NULL)
		return usage_error(
			"key add: give the key a role with --role ROLE, one of "
			"OPERATOR_READER, OPERATOR_USER, OPERATOR_ADMIN");
	for (size_t i = 0; i < cli->store_count; i++)
		if (cli->stores[i][0] == '\0')
			return usage_error(
				"key add: --store needs a store's external id");
	return check_role(cli->role);
}

static int run_key_add(const struct cli *cli, const struct config *config)
{
	return command_key_add(
		config, cli->name, cli->role, cli->stores, cli->store_count);
}

static int run_key_list(const struct cli *cli, const struct config *config)
{
	(void)cli;
	return command_key_list(config);
}

static int run_key_revoke(const struct cli *cli, const struct config *config)
{
	return command_key_revoke(config, cli->operand);
}

static int run_cron(const struct cli *cli, const struct config *config)
{
	(void)config;
	return command_cron(cli->operand, cli->number, cli->from);
}

static int run_backup(const struct cli *cli, const struct config *config)
{
	return command_backup(config, cli->operand);
}

static int run_version(const struct cli *cli, const struct config *config)
{
	(void)config;
	return command_version(cli->json);
}

#define BIT(id) (1u << (id))
#define COMMON  (BIT(OPT_CONFIG) | BIT(OPT_DATA_DIR) | BIT(OPT_HELP))

const struct command commands[] = {
	{ .name = "serve",
		.usage = "[-c FILE] [--data-dir DIR] [--listen ADDR:PORT]",
		.summary = "Runs the gateway in the foreground.",
		.options = COMMON | BIT(OPT_LISTEN),
		.run = run_serve },
	{ .name = "check",
		.usage = "[-c FILE] [--data-dir DIR]",
		.summary = "Validates the configuration and names every fault.",
		.options = COMMON | BIT(OPT_DOCS),
		.bare = true,
		.run = run_check },
	{ .name = "key add",
		.usage = "--name NAME --role ROLE [--store STORE]...",
		.summary = "Makes an API key and prints it, once.",
		.options =
			COMMON | BIT(OPT_NAME) | BIT(OPT_ROLE) | BIT(OPT_STORE),
		.check = check_key_add,
		.run = run_key_add },
	{ .name = "key list",
		.usage = "[-c FILE] [--data-dir DIR]",
		.summary = "Lists the API keys, never the keys themselves.",
		.options = COMMON,
		.run = run_key_list },
	{ .name = "key revoke",
		.usage = "NAME",
		.summary = "Makes the API key of this name invalid.",
		.options = COMMON,
		.operand = "NAME",
		.run = run_key_revoke },
	{ .name = "cron",
		.usage = "\"EXPR\" [-n N] [--from TIME]",
		.summary = "Says when a cron expression fires, in words and "
			   "times (UTC).",
		.options = COMMON | BIT(OPT_NUMBER) | BIT(OPT_FROM),
		.operand = "EXPR",
		.bare = true,
		.run = run_cron },
	{ .name = "backup",
		.usage = "FILE",
		.summary =
			"Copies the database, also beside a running gateway.",
		.options = COMMON,
		.operand = "FILE",
		.run = run_backup },
	{ .name = "version",
		.usage = "[--json]",
		.summary = "Prints the version and those of the libraries.",
		.options = COMMON | BIT(OPT_JSON),
		.bare = true,
		.run = run_version },
};
const size_t command_count = ARRAY_LEN(commands);

/* Does `name` ("key add") begin with these words? */
static size_t words_matched(const char *name, char *const *words, size_t count)
{
	size_t used = 0;

	while (used < count) {
		size_t len = strcspn(name, " ");

		if (strlen(words[used]) != len ||
			strncmp(words[used], name, len) != 0)
			return 0;
		used++;
		if (name[len] == '\0')
			return used;
		name += len + 1;
	}
	return 0;
}

const struct command *command_find(
	char *const *words, size_t count, size_t *used)
{
	for (size_t i = 0; i < command_count; i++) {
		*used = words_matched(commands[i].name, words, count);
		if (*used > 0)
			return &commands[i];
	}
	return NULL;
}

bool command_is_group(const char *word)
{
	size_t len = strlen(word);

	for (size_t i = 0; i < command_count; i++)
		if (strncmp(commands[i].name, word, len) == 0 &&
			commands[i].name[len] == ' ')
			return len > 0;
	return false;
}
