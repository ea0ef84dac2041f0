/* docs/configuration.md, printed from the table. */
#include "config_internal.h"

static const char head[] =
	"# Configuration\n"
	"\n"
	"<!-- Generated from src/app/config_table.c by `sluice check --docs`; "
	"do not edit. -->\n"
	"\n"
	"Sluice runs without any configuration: every key has a default. A "
	"key is set in one of three places; a later one\n"
	"overrides an earlier one:\n"
	"\n"
	"1. the file: `-c FILE`, else `./sluice.json` when it is there;\n"
	"2. the environment: `SLUICE_` and the key in upper case, with `_` for "
	"the dot (`SLUICE_LOG_LEVEL`);\n"
	"3. the command line: `--listen` and `--data-dir`.\n"
	"\n"
	"The file is one JSON object, in UTF-8. A dot in a key means nesting:\n"
	"\n"
	"```json\n"
	"{\n"
	"  \"listen\": \"0.0.0.0:8480\",\n"
	"  \"log\": {\"level\": \"debug\"},\n"
	"  \"limits\": {\"requestBody\": \"16MiB\", \"connections\": 2000}\n"
	"}\n"
	"```\n"
	"\n"
	"- A size is a number of bytes, or a text with a unit: `\"64KiB\"`, "
	"`\"8MiB\"`, `\"64GiB\"`, `\"1TiB\"`.\n"
	"- A list is a JSON list of texts; in the environment its texts are "
	"divided by commas.\n"
	"- Relative paths start at the folder in which Sluice is started.\n"
	"- `sluice check` names every fault of the file, with line and column. "
	"Unknown keys and keys that stand twice are\n"
	"  faults; an unknown variable `SLUICE_...` is a warning.\n"
	"- After `SIGHUP` Sluice reads the configuration again. Keys marked "
	"\"restart\" keep their value until the next start;\n"
	"  the log names those that changed. A file with faults changes "
	"nothing.\n"
	"- `SLUICE_SECRET_KEY` is not a key of the file: it holds the key that "
	"seals the stored secrets, 32 bytes as base64\n"
	"  or 64 hexadecimal digits.\n"
	"\n";

/* The part of a key before its dot; empty without one. */
static struct str section_of(const char *key)
{
	const char *dot = strchr(key, '.');

	return (struct str){ key, dot == NULL ? 0 : (size_t)(dot - key) };
}

static void write_option(const struct option *o, struct buf *out)
{
	char variable[OPTION_KEY_SIZE];

	buf_printf(
		out, "| `%s` | `%s` | ", o->key, option_variable(o, variable));
	option_describe(o, out);
	buf_printf(out, o->def[0] == '\0' ? " | empty%s" : " | `%s`", o->def);
	buf_printf(out, " | %s | %s |\n",
		o->reload == RELOAD ? "SIGHUP" : "restart", o->text);
}

void config_write_docs(struct buf *out)
{
	struct str section = STR("-");

	buf_text(out, head);
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		struct str now = section_of(options[i].key);

		if (!str_eq(now, section)) {
			buf_printf(out, "%s## %.*s\n\n", i == 0 ? "" : "\n",
				now.len == 0 ? 7 : (int)now.len,
				now.len == 0 ? "general" : now.ptr);
			buf_text(out, "| key | environment | value | default | "
				      "takes effect | |\n"
				      "|---|---|---|---|---|---|\n");
		}
		section = now;
		write_option(&options[i], out);
	}
}
