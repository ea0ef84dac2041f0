#include <stdio.h>
#include <unistd.h>

#include "cli_internal.h"

/* What the verdict is about. */
static const char *subject(const struct config_source *source)
{
	if (source->file != NULL)
		return source->file;
	if (access(CONFIG_DEFAULT_FILE, F_OK) == 0)
		return CONFIG_DEFAULT_FILE;
	return "no " CONFIG_DEFAULT_FILE " here, the defaults hold";
}

int command_check(const struct config_source *source)
{
	struct config_faults faults = { 0 };
	struct config config;
	bool good = config_load(&config, source, &faults);

	/* Paths that are wrong anyhow would only make noise. */
	if (good)
		good = config_check_machine(&config, &faults);
	print_faults(&faults);
	if (good)
		printf("%s: ok\n", subject(source));
	config_faults_release(&faults);
	config_release(&config);
	return good ? EXIT_OK : EXIT_USAGE;
}

int command_check_docs(void)
{
	struct buf out = buf_make(1024 * 1024);

	config_write_docs(&out);
	fputs(out.data, stdout);
	buf_release(&out);
	return EXIT_OK;
}
